//! What documents need of the record besides where it led: which entries are about what, what was
//! issued for signature, and every act on a signature.
//!
//! A record is read once, from its first entry on, and each entry is noted with the state that it
//! led to. What was issued for signature is kept as it was then: nothing that happens later changes
//! a document that people have signed.
//!
//! House rule: the same record gives the same bytes.

use crate::block::{Criterion, Said};
use crate::course::Course;
use crate::decided::Decided;
use crate::document::Head;
use crate::name::DocumentName;
use crate::{core_components, frame};
use jiff::Timestamp;
use model::authentication::{Authentication, Declaration};
use model::batch::{BatchEvent, InBatch};
use model::digest::{Digest, canonical};
use model::event::{Actor, Entry, Event};
use model::guard::GuardReading;
use model::id::{PersonId, Seq};
use model::machine::SignOffTransition;
use model::paper::PaperEvent;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use model::state::State;
use serde_json::Value;
use std::collections::BTreeMap;
use views::event::scope_of;

/// A deployment as documents see it: where it stands, what time it is, and what was read.
#[derive(Clone, Copy)]
pub struct Paper<'a> {
    /// Where the deployment stands.
    pub state: &'a State,
    /// What time it is there.
    pub now: Timestamp,
    /// What was read of its record.
    pub reading: &'a Reading,
}

/// Of which sheets the issued bodies are wanted: of a hundred thousand sites they are many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Of none: whoever lists documents needs no body.
    None,
    /// Of this one.
    One(Sheet),
    /// Of all.
    #[default]
    All,
}

impl Wanted {
    /// Returns what is wanted where the documents called `names` are.
    pub fn of(names: &[DocumentName]) -> Self {
        let mut sheets = names.iter().filter_map(DocumentName::sheet);
        match (sheets.next(), sheets.next()) {
            (None, _) => Self::None,
            (Some(sheet), None) => Self::One(sheet.clone()),
            (Some(_), Some(_)) => Self::All,
        }
    }

    fn includes(&self, sheet: &Sheet) -> bool {
        match self {
            Self::None => false,
            Self::One(only) => only == sheet,
            Self::All => true,
        }
    }
}

/// What was read of a record.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    wanted: Wanted,
    by_scope: BTreeMap<Scope, Vec<Seq>>,
    by_topic: BTreeMap<&'static str, Vec<Seq>>,
    signed: BTreeMap<Sheet, Vec<Act>>,
    /// How whoever signed a batch was known, by its number.
    batches: BTreeMap<u32, Option<Authentication>>,
    bodies: BTreeMap<Digest, Value>,
    /// What stood beside them then.
    beside: BTreeMap<Digest, Beside>,
    /// The rows of all sites, as they were whenever signatures for them were asked: how many, and the
    /// bytes whose digest stands in what is signed.
    rows: BTreeMap<Digest, (usize, Vec<u8>)>,
    last_rows: Option<Digest>,
    waivers: BTreeMap<u32, Vec<Seq>>,
    course: Course,
    decided: Decided,
    last: Option<(Seq, Timestamp, Digest)>,
}

/// One act on a signature.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) seq: Seq,
    pub(crate) hash: Digest,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<PersonId>,
    pub(crate) account: Option<String>,
    pub(crate) known: Option<Authentication>,
    /// The digest of what was declared, where a person did it.
    pub(crate) declared: Option<Digest>,
    pub(crate) slot: SlotId,
    pub(crate) transition: SignOffTransition,
    pub(crate) document: Digest,
    pub(crate) statements: Vec<String>,
    pub(crate) on_behalf_of: Option<PersonId>,
    pub(crate) stamp: Option<String>,
    pub(crate) gate: Vec<GuardReading>,
    /// The paper on which it was signed by hand: then nobody showed here that it is them.
    pub(crate) paper: Option<u32>,
    /// Of which batch it is, where it was not signed by itself.
    pub(crate) batch: Option<InBatch>,
}

/// A document that was issued for signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) digest: Digest,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
}

/// What stands on a sheet beside the body that is signed, as it was when it was issued.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    /// What it is about.
    pub(crate) head: Head,
    /// The answers to its key questions.
    pub(crate) answers: Vec<Criterion>,
    /// The waivers that held, and how strictly people were kept apart.
    pub(crate) disclosures: Vec<Said>,
}

impl Beside {
    /// Returns what stands beside `sheet` in `state`.
    fn of(state: &State, sheet: &Sheet) -> Self {
        let scope = sheet.scope();
        let process = core_components::process_of(sheet);
        Self {
            head: frame::head_of(state, &scope),
            answers: process.map(|it| core_components::answered(state, it)).unwrap_or_default(),
            disclosures: frame::disclosed(state, &scope),
        }
    }
}

impl Reading {
    /// Returns a reading that has not begun.
    pub fn of(wanted: Wanted) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Notes an entry, with the state that it led to and the chain's hash of it. Entries come in
    /// their order.
    pub fn note(&mut self, state: &State, entry: &Entry, hash: Digest) {
        let Entry { seq, at, .. } = *entry;
        self.last = Some((seq, at, hash));
        self.by_scope.entry(scope_of(state, &entry.event)).or_default().push(seq);
        self.by_topic.entry(topic(&entry.event)).or_default().push(seq);
        self.course.note(entry);
        self.decided.note(state, entry);
        if let Event::WaiverRequested { waiver, .. }
        | Event::WaiverApproved { waiver, .. }
        | Event::Waiver { waiver, .. } = &entry.event
        {
            self.waivers.entry(*waiver).or_default().push(seq);
        }
        if let Event::Paper(PaperEvent::Attested {
            paper,
            slot,
            document,
            signer,
            on_behalf_of,
            gate,
            ..
        }) = &entry.event
        {
            let act = Act {
                declared: None,
                seq,
                hash,
                at,
                by: Some(signer.clone()),
                account: None,
                known: None,
                slot: slot.clone(),
                transition: SignOffTransition::Signed,
                document: *document,
                statements: vec![],
                on_behalf_of: on_behalf_of.clone(),
                stamp: None,
                gate: gate.clone(),
                paper: Some(*paper),
                batch: None,
            };
            self.signed.entry(slot.sheet.clone()).or_default().push(act);
        }
        if let (Event::Batch(BatchEvent::Signed { batch, .. }), Actor::Person { known, .. }) =
            (&entry.event, &entry.actor)
        {
            self.batches.insert(*batch, known.clone());
        }
        let Event::SignOff {
            slot,
            transition,
            document,
            statements,
            on_behalf_of,
            stamp,
            gate,
            batch,
            ..
        } = &entry.event
        else {
            return;
        };
        let (by, account, known) = match &entry.actor {
            Actor::System => (None, None, None),
            Actor::Person { person, login, known } => {
                (Some(person.clone()), Some(login.clone()), known.clone())
            }
        };
        let again = known.as_ref().and_then(|it| it.again.as_ref());
        let meaning = again.and_then(|it| it.meaning.as_ref());
        let declared = by.as_ref().map(|by| Declaration {
            asked: self.asked(slot),
            baseline: entry.baseline,
            ..Declaration::of(state, by, &entry.event, meaning)
        });
        // What was shown for the batch is about each of its signatures.
        let declared = declared.map(|it| it.challenge());
        let of_batch = batch.as_ref().and_then(|it| self.batches.get(&it.batch));
        let known = of_batch.cloned().unwrap_or(known);
        let act = Act {
            declared,
            seq,
            hash,
            at,
            by,
            account,
            known,
            slot: slot.clone(),
            transition: *transition,
            document: *document,
            statements: statements.clone(),
            on_behalf_of: on_behalf_of.clone(),
            stamp: stamp.clone(),
            gate: gate.clone(),
            paper: None,
            batch: batch.as_deref().cloned(),
        };
        self.signed.entry(slot.sheet.clone()).or_default().push(act);
        let is_issued = *transition == SignOffTransition::Requested;
        if is_issued && self.wanted.includes(&slot.sheet) && !self.bodies.contains_key(document) {
            let body = sheet::body(state, &slot.sheet);
            if model::digest::digest_of_tree(&body) == *document {
                if slot.sheet == Sheet::SitesComplete {
                    let rows = sheet::site_rows(state);
                    let bytes = canonical(&rows);
                    let digest = Digest::of(&bytes);
                    self.rows.insert(digest, (rows.len(), bytes));
                    self.last_rows = Some(digest);
                }
                self.beside.insert(*document, Beside::of(state, &slot.sheet));
                self.bodies.insert(*document, body);
            }
        }
    }

    /// Returns what went otherwise.
    pub(crate) fn course(&self) -> &Course {
        &self.course
    }

    /// Returns what people decided.
    pub(crate) fn decided(&self) -> &Decided {
        &self.decided
    }

    /// Returns the last entry that was noted: its number, when it was written, its hash.
    pub(crate) fn last(&self) -> Option<(Seq, Timestamp, Digest)> {
        self.last
    }

    /// Returns the acts on the signatures of `sheet`, in their order.
    pub(crate) fn acts(&self, sheet: &Sheet) -> &[Act] {
        self.signed.get(sheet).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the entry that asked for `slot` last.
    fn asked(&self, slot: &SlotId) -> Option<Seq> {
        let mut asked = self.acts(&slot.sheet).iter().rev();
        asked
            .find(|it| it.slot == *slot && it.transition == SignOffTransition::Requested)
            .map(|it| it.seq)
    }

    /// Returns every act on a signature, sheet by sheet.
    pub(crate) fn all_acts(&self) -> impl Iterator<Item = &Act> {
        self.signed.values().flatten()
    }

    /// Returns what of `sheet` was issued for signature, in order, each once.
    pub(crate) fn issues(&self, sheet: &Sheet) -> Vec<Issued> {
        let mut issues: Vec<Issued> = Vec::new();
        for act in
            self.acts(sheet).iter().filter(|it| it.transition == SignOffTransition::Requested)
        {
            if issues.iter().all(|it| it.digest != act.document) {
                issues.push(Issued { digest: act.document, seq: act.seq, at: act.at });
            }
        }
        issues
    }

    /// Returns the body with this digest, as it was issued.
    pub(crate) fn body(&self, digest: &Digest) -> Option<&Value> {
        self.bodies.get(digest)
    }

    /// Returns what stood beside the body with this digest when it was issued.
    pub(crate) fn beside(&self, digest: &Digest) -> Option<&Beside> {
        self.beside.get(digest)
    }

    /// Returns the rows of all sites with this digest, as they were when signatures for them were asked:
    /// how many, and the bytes.
    pub(crate) fn site_rows(&self, digest: &Digest) -> Option<&(usize, Vec<u8>)> {
        self.rows.get(digest)
    }

    /// Returns the digest of the rows that were asked to be signed last.
    pub(crate) fn last_site_rows(&self) -> Option<Digest> {
        self.last_rows
    }

    /// Returns the entries about exactly `scope`.
    pub(crate) fn about(&self, scope: &Scope) -> &[Seq] {
        self.by_scope.get(scope).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the entries of a topic, such as `survey`.
    pub(crate) fn on(&self, topic: &str) -> &[Seq] {
        self.by_topic.get(topic).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the entries about the waiver with this number.
    pub(crate) fn of_waiver(&self, number: u32) -> &[Seq] {
        self.waivers.get(&number).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns what an event is about, as one of few topics.
fn topic(event: &Event) -> &'static str {
    match event {
        Event::DeploymentCreated { .. } | Event::Deployment { .. } | Event::PlanRevised { .. } => {
            "deployment"
        }
        Event::Component { .. } | Event::Precheck(_) => "core",
        Event::Site { .. } | Event::Phase { .. } | Event::Ring { .. } | Event::SiteCare(_) => {
            "sites"
        }
        Event::OrderIntended { .. }
        | Event::OrdersIntended { .. }
        | Event::OrderEnded { .. }
        | Event::OrdersEnded { .. }
        | Event::OrderWithdrawn { .. }
        | Event::StepAsked { .. }
        | Event::StepDecided { .. }
        | Event::OrdersCancelled { .. } => "orders",
        Event::Rfc { .. } | Event::RfcApproved { .. } | Event::ChangeSchedule(_) => "changes",
        Event::SignOff { .. }
        | Event::Delegation(_)
        | Event::Dispute(_)
        | Event::Paper(_)
        | Event::Batch(_) => "signatures",
        Event::WaiverRequested { .. } | Event::WaiverApproved { .. } | Event::Waiver { .. } => {
            "waivers"
        }
        Event::Attested { .. } | Event::Concurred { .. } | Event::Hold { .. } => "statements",
        Event::SignalRaised { .. } | Event::Incident(_) => "incidents",
        Event::Escalation(_) => "escalations",
        Event::Readiness(_) => "readiness",
        Event::Assignment(_) => "team",
        Event::Milestone(_) => "milestones",
        Event::QuietPeriod(_) => "quiet-period",
        Event::Survey(_) => "survey",
        Event::Assessment(_) => "assessment",
        Event::CloseOut(_) => "close-out",
        Event::Termination(_) => "termination",
        Event::History(_) => "history",
        Event::Message(_) => "messages",
        Event::Training(_) => "training",
        Event::ReleaseReadiness(_) => "release-readiness",
    }
}

/// Returns `entries` as ranges with both ends, in order.
pub(crate) fn ranges(entries: impl IntoIterator<Item = Seq>) -> Vec<(Seq, Seq)> {
    let mut entries: Vec<Seq> = entries.into_iter().collect();
    entries.sort_unstable();
    let mut ranges: Vec<(Seq, Seq)> = Vec::new();
    for seq in entries {
        match ranges.last_mut() {
            Some((_, last)) if seq <= *last + 1 => *last = seq,
            Some(_) | None => ranges.push((seq, seq)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_become_ranges() {
        assert_eq!(ranges([9, 1, 2, 3, 5, 3]), [(1, 3), (5, 5), (9, 9)]);
        assert_eq!(ranges([]), []);
    }
}
