//! The course: what halted, who let it go on and why, which failed steps were tried again.
//!
//! The state of a site says nothing of it once the site goes on, and what is signed counts only what is
//! left at the end. Whoever signs for a site has to know how it came there: it is noted as the record
//! is read, and shown beside what is signed, up to the entry that asked for the signature.
//!
//! Source: Deploy SMF, Process 2, output of Table 5; Process 4, Table 7, input "deployment reports".

use crate::block::{Block, Said};
use crate::facts::ROWS_MAX;
use crate::writer::Writer;
use jiff::Timestamp;
use model::event::{Actor, Entry, Event, RingTransition};
use model::id::{PersonId, Seq};
use model::machine::{ComponentTransition, SiteTransition};
use model::order::{Failure, OrderId, Outcome};
use model::scope::Scope;
use model::site_care::SiteCareEvent;
use model::state::scope_of_act;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many computers are named in one row; of more it is said how many.
const COMPUTERS_MAX: usize = 12;

/// The first word of the acts by which people agree that a ring goes on.
const RESUME: &str = "resume ";

/// What went otherwise, by what it is about, in the order of the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course(BTreeMap<Scope, Vec<Turn>>);

/// One thing that went otherwise, or that people decided about it.
#[derive(Clone, Debug)]
struct Turn {
    seq: Seq,
    at: Timestamp,
    by: Option<PersonId>,
    /// A word of the catalogue.
    happened: String,
    /// The computers and steps that it is about.
    what: String,
    reason: Said,
}

impl Course {
    /// Notes an entry, where it is of the course.
    pub(crate) fn note(&mut self, entry: &Entry) {
        for (order, failure) in failures(&entry.event) {
            let Some((scope, what)) = place_of(order) else { continue };
            self.add(scope, entry, "step-failed", what, failure);
        }
        if let Some((scope, happened, what, reason)) = turn(&entry.event) {
            self.add(scope, entry, &happened, what, Said::text(reason.unwrap_or_default()));
        }
    }

    fn add(&mut self, scope: Scope, entry: &Entry, happened: &str, what: String, reason: Said) {
        let by = match &entry.actor {
            Actor::System => None,
            Actor::Person { person, .. } => Some(person.clone()),
        };
        let (seq, at, happened) = (entry.seq, entry.at, format!("course-{happened}"));
        self.0.entry(scope).or_default().push(Turn { seq, at, by, happened, what, reason });
    }
}

/// Returns what `event` says of the course: about what, how, on which computers, and why.
fn turn(event: &Event) -> Option<(Scope, String, String, Option<String>)> {
    let word = |it: &dyn ToString| it.to_string().replace(' ', "-");
    if let Event::Site { site, transition, reason, .. } = event {
        use SiteTransition as T;
        let is_told = matches!(
            transition,
            T::Halted | T::Resumed | T::RollbackStarted | T::RollbackVerified | T::RollbackFailed
        );
        let scope = Scope::Site(site.clone());
        return is_told.then(|| (scope, word(transition), String::new(), reason.clone()));
    }
    if let Event::Component { component, transition, reason, .. } = event {
        use ComponentTransition as T;
        let is_told = matches!(
            transition,
            T::Halted | T::ChecksFailed | T::Resumed | T::RollbackStarted | T::RollbackFailed
        );
        let scope = Scope::Component(component.clone());
        return is_told.then(|| (scope, word(transition), String::new(), reason.clone()));
    }
    if let Event::Ring { ring, transition, reason, .. } = event {
        let is_told = matches!(transition, RingTransition::Halted | RingTransition::Resumed);
        let scope = Scope::Ring(ring.clone());
        return is_told.then(|| (scope, word(transition), String::new(), reason.clone()));
    }
    if let Event::StepDecided { scope, computers, step, decision, reason, .. } = event {
        let mut names: Vec<String> =
            computers.iter().take(COMPUTERS_MAX).map(ToString::to_string).collect();
        let more = computers.len() - names.len();
        names.extend((more > 0).then(|| format!("+{more}")));
        names.extend(step.as_ref().map(ToString::to_string));
        let reason = Some(reason.clone());
        return Some((scope.clone(), format!("decided-{decision}"), names.join(", "), reason));
    }
    if let Event::SiteCare(SiteCareEvent::ResumeDecided { site, reason }) = event {
        let (scope, reason) = (Scope::Site(site.clone()), Some(reason.clone()));
        return Some((scope, "decided-resume".to_owned(), String::new(), reason));
    }
    if let Event::Concurred { act, reason, .. } = event
        && act.starts_with(RESUME)
    {
        return Some((scope_of_act(act), "agreed".to_owned(), String::new(), reason.clone()));
    }
    None
}

/// Returns the orders that `event` says to have failed, or of which nobody knows, with what is known.
fn failures(event: &Event) -> Vec<(&OrderId, Said)> {
    let failed = |outcome: &Outcome| match outcome {
        Outcome::Succeeded { .. } => None,
        Outcome::Unknown { why } => Some(Said::with("course-unknown", &[why])),
        Outcome::Failed { cause: Failure::Exit { code } } => {
            Some(Said::with("course-exit", &[code]))
        }
        Outcome::Failed { cause: Failure::Unreachable { why } } => {
            Some(Said::with("course-unreachable", &[why]))
        }
        Outcome::Failed {
            cause:
                Failure::HostKey { why }
                | Failure::NotDone { why }
                | Failure::Digest { why }
                | Failure::Check { why }
                | Failure::Refused { why }
                | Failure::Attested { why },
        } => Some(Said::text(why)),
    };
    event.ends().filter_map(|(order, report)| Some((order, failed(&report.outcome)?))).collect()
}

/// Returns about what an order is, and its computer, step and try: `site/B27@1/pc-1/install#2` is the
/// second try of `install` on `pc-1`.
fn place_of(order: &OrderId) -> Option<(Scope, String)> {
    let (scope, rest) = order.0.split_once('@')?;
    let (_, what) = rest.split_once('/')?;
    Some((scope.parse().ok()?, what.to_owned()))
}

/// Puts what went otherwise at `scopes` into a section of its own: of what was issued, until then.
pub(crate) fn write(writer: &mut Writer<'_>, scopes: &[Scope]) {
    let paper = writer.paper;
    let until = writer.issued.map_or(Seq::MAX, |it| it.seq);
    let course = &paper.reading.course().0;
    let of = |scope: &Scope| course.get(scope).map(Vec::as_slice).unwrap_or_default();
    let mut turns: Vec<(&Scope, &Turn)> =
        scopes.iter().flat_map(|scope| of(scope).iter().map(move |it| (scope, it))).collect();
    turns.retain(|(_, it)| it.seq <= until);
    turns.sort_by_key(|(_, it)| it.seq);
    let from: Vec<Seq> = turns.iter().map(|(_, it)| it.seq).collect();
    writer.section("halts-and-decisions", &[&from]);
    if turns.is_empty() {
        writer.put(Block::Note(Said::word("course-uneventful")));
        return;
    }
    if writer.issued.is_some() {
        writer.put(Block::Note(Said::word("course-beside")));
    }
    let reader = writer.reader.in_table();
    let is_of_many = scopes.len() > 1;
    let row = |(scope, it): &(&Scope, &Turn)| {
        let by = it.by.as_ref().map_or_else(
            || Said::word("course-by-rule"),
            |by| reader.said("by", &Value::String(by.to_string())),
        );
        let at = reader.said("at", &json!(it.at));
        let about = is_of_many.then(|| Said::text(scope));
        let rest = [Said::word(&it.happened), Said::text(&it.what), it.reason.clone(), by];
        [at].into_iter().chain(about).chain(rest).chain([Said::text(it.seq)]).collect()
    };
    let rows: Vec<Vec<Said>> = turns.iter().take(ROWS_MAX).map(row).collect();
    let about = is_of_many.then_some("about");
    let columns = ["at"].into_iter().chain(about);
    let columns = columns.chain(["happened", "computer-and-step", "reason", "by", "entry"]);
    let left_out = turns.len() - rows.len();
    let columns = columns.map(str::to_owned).collect();
    writer.put(Block::Table { of: None, columns, rows, left_out });
}

/// Returns everything of which something is noted.
pub(crate) fn scopes(course: &Course) -> Vec<Scope> {
    course.0.keys().cloned().collect()
}
