//! The frame of every document: head, issues, gate, disclosures, signatures, place in the record.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use crate::block::{Block, Criterion, Said, Section, Verdict};
use crate::document::{
    Again, Disputed, Document, FORMAT, Head, Issue, NOT_NEEDED, OnPaper, Place, Revision, Slot,
    Status,
};
use crate::facts::Reader;
use crate::name::DocumentName;
use crate::reading::{Act, Issued, Paper};
use crate::writer::Writer;
use crate::{
    analysis, close_out, communications, core_components, deployment_report, escalation, evidence,
    lesson, milestone_review, quiet_period, readiness, release_readiness, request_for_change,
    signature, site, sites_complete, stable, survey, termination, training, waiver,
};
use model::digest::{Digest, digest_of_tree};
use model::guard::{self, GuardReading};
use model::id::PersonId;
use model::machine::{DocumentState, SignOffTransition, WaiverState};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use model::state::State;
use serde_json::Value;
use std::collections::BTreeMap;
use views::people::person;

/// What of a document is signed, and where it stands.
struct Standing {
    version: u32,
    status: Status,
    digest: Digest,
    body: Value,
    issues: Vec<Issued>,
    /// The one of them that it is; nothing where it was not issued yet.
    issued: Option<Issued>,
    remarks: Vec<Said>,
}

/// Returns the document called `name`.
pub(crate) fn document(paper: &Paper<'_>, name: &DocumentName, issue: Issue) -> Option<Document> {
    let state = paper.state;
    let standing = match name.sheet() {
        Some(sheet) => of_sheet(paper, sheet, issue)?,
        None => computed(paper, name)?,
    };
    let scope = name.scope();
    let zone = views::time::zone_of(state, &scope);
    let facts = standing.body.get("facts").unwrap_or(&standing.body).clone();
    let mut writer = Writer::of(paper, Reader::of(state, zone), facts).issued(standing.issued);
    let beside = paper.reading.beside(&standing.digest).filter(|_| standing.issued.is_some());
    lay_out(&mut writer, name);
    let (sections, mut missing) = written(writer);
    let slots = slots(paper, name, &standing);
    let gate = gate(paper, name, &standing);
    let not_met =
        gate.iter().filter(|it| matches!(it.verdict, Verdict::NotMet | Verdict::NotKnown));
    missing.extend(not_met.map(|it| Said::with("missing-guard", &[&it.id, &it.detail])));
    let disputed = slots.iter().filter_map(|it| Some((it, it.disputed.as_ref()?)));
    missing.extend(disputed.map(|(it, of)| {
        let by = it.by.clone().unwrap_or_default();
        Said::with("missing-confirmation", &[&role_word(it.role), &by, &of.dispute])
    }));
    let is_signed = |it: &Slot| matches!(it.stands.as_str(), "is-signed" | "is-signed-on-paper");
    let is_needed = |it: &&Slot| it.stands != NOT_NEEDED;
    let unsigned = slots.iter().filter(|it| it.by.is_none() || !is_signed(it)).filter(is_needed);
    missing.extend(
        unsigned.map(|it| {
            Said::with("missing-signature", &[&role_word(it.role), &it.asked.join(", ")])
        }),
    );
    let (entry, at, head) =
        paper.reading.last().unwrap_or((state.seq, state.at, Digest::from_bytes([0; 32])));
    Some(Document {
        format: FORMAT.to_owned(),
        document: name.clone(),
        code: name.code().to_string(),
        title: name.title().to_owned(),
        of: name.of(state),
        version: standing.version,
        status: standing.status,
        head: beside.map_or_else(|| head_of(state, &scope), |it| it.head.clone()),
        digest: standing.digest,
        revisions: revisions(paper, name, &standing),
        distribution: distribution(state, name),
        sections,
        disclosures: disclosures(paper, name, &standing),
        gate,
        slots,
        missing,
        body: standing.body,
        record: Place { entry, at, head },
    })
}

/// Returns the sections that were written, and what is missing of them.
fn written(writer: Writer<'_>) -> (Vec<Section>, Vec<Said>) {
    let (sections, mut missing) = writer.finish();
    missing.extend(sections.iter().flat_map(|it| &it.blocks).flat_map(open_questions));
    (sections, missing)
}

/// Returns the questions of a section that nobody has answered: whoever reads it sees them open.
fn open_questions(block: &Block) -> Vec<Said> {
    let Block::Answers(answers) = block else { return vec![] };
    let open = answers.iter().filter(|it| it.verdict == Verdict::NotKnown);
    open.map(|it| Said::with("missing-answer", &[&it.id])).collect()
}

/// Returns whether nobody is asked to sign `sheet` any more: the final sign-off covers whatever the
/// interim one would have covered.
pub(crate) fn is_overtaken(state: &State, sheet: &Sheet) -> bool {
    *sheet == Sheet::CoreInterim && state.is_locked(&Sheet::CoreFinal)
}

/// Returns the word of the catalogue that names a role type.
pub(crate) fn role_word(role: RoleType) -> String {
    format!("role-{}", role.key())
}

/// Returns a document that nobody signs: what the record says now.
fn computed(paper: &Paper<'_>, name: &DocumentName) -> Option<Standing> {
    let facts = match name {
        DocumentName::Rfc(id) => request_for_change::facts(paper, id)?,
        DocumentName::Waiver(number) => waiver::facts(paper, *number)?,
        DocumentName::Escalation(number) => escalation::facts(paper, *number)?,
        DocumentName::Lesson(number) => lesson::facts(paper, *number)?,
        DocumentName::Report(report) => deployment_report::facts(paper, report)?,
        DocumentName::Analysis => analysis::facts(paper),
        DocumentName::Survey => survey::facts(paper),
        DocumentName::Communications => communications::facts(paper),
        DocumentName::Training => training::facts(paper),
        DocumentName::Readiness => readiness::facts(paper),
        DocumentName::ReleaseReadiness => release_readiness::facts(paper),
        DocumentName::Evidence => evidence::facts(paper),
        DocumentName::Sheet(sheet) => sheet::body(paper.state, sheet),
    };
    let body = serde_json::json!({ "document": name, "facts": facts });
    let (version, status) = (1, Status::Current);
    Some(Standing {
        version,
        status,
        digest: digest_of_tree(&body),
        body,
        issues: vec![],
        issued: None,
        remarks: vec![],
    })
}

/// Returns the issue of a sheet that is meant. What was issued stays as it was.
fn of_sheet(paper: &Paper<'_>, sheet: &Sheet, issue: Issue) -> Option<Standing> {
    let state = paper.state;
    if let Sheet::Site(id) = sheet {
        state.site(id)?;
    }
    let issues = paper.reading.issues(sheet);
    let stands = model::document::standing(state, sheet);
    let count = u32::try_from(issues.len()).unwrap_or(u32::MAX);
    let (version, status) = match (issue, stands) {
        (Issue::Number(number), _) if number == 0 || number > count => return None,
        (Issue::Number(number), _) if number < count => (number, Status::Superseded),
        (Issue::Newest, DocumentState::Draft) => (count + 1, Status::Draft),
        (Issue::Number(_), DocumentState::Draft) => (count, Status::Superseded),
        (Issue::Newest | Issue::Number(_), DocumentState::InSignature) => {
            (count, Status::InSignature)
        }
        (Issue::Newest | Issue::Number(_), DocumentState::Locked) => (count, Status::Locked),
        (Issue::Newest | Issue::Number(_), DocumentState::Superseded) => {
            (count, Status::Superseded)
        }
    };
    let issued = issues.get((version as usize).saturating_sub(1)).copied();
    let anew = || sheet::body(state, sheet);
    let mut remarks = Vec::new();
    let (digest, body) = match issued {
        Some(issued) => match paper.reading.body(&issued.digest) {
            Some(body) => (issued.digest, body.clone()),
            None => {
                let body = anew();
                if digest_of_tree(&body) != issued.digest {
                    remarks.push(Said::word("bytes-not-computed"));
                }
                (issued.digest, body)
            }
        },
        None => {
            let body = anew();
            (digest_of_tree(&body), body)
        }
    };
    if status == Status::Locked && sheet::digest(state, sheet) != digest {
        remarks.push(Said::word("facts-went-on"));
    }
    Some(Standing { version, status, digest, body, issues, issued, remarks })
}

/// Lays the body out: each document in a file of its own.
fn lay_out(writer: &mut Writer<'_>, name: &DocumentName) {
    match name {
        DocumentName::Sheet(Sheet::CoreInterim | Sheet::CoreFinal) => {
            core_components::write(writer);
        }
        DocumentName::Sheet(Sheet::Site(id)) => site::write(writer, id),
        DocumentName::Sheet(Sheet::SitesComplete) => sites_complete::write(writer),
        DocumentName::Sheet(Sheet::DeploymentStable) => stable::write(writer),
        DocumentName::Sheet(Sheet::QuietPeriodReport) => quiet_period::write(writer),
        DocumentName::Sheet(Sheet::MilestoneReview) => milestone_review::write(writer),
        DocumentName::Sheet(Sheet::CloseOut) => close_out::write(writer),
        DocumentName::Sheet(Sheet::Termination) => termination::write(writer),
        DocumentName::Rfc(id) => request_for_change::write(writer, id),
        DocumentName::Waiver(number) => waiver::write(writer, *number),
        DocumentName::Escalation(_) => escalation::write(writer),
        DocumentName::Lesson(_) => lesson::write(writer),
        DocumentName::Report(report) => deployment_report::write(writer, report),
        DocumentName::Analysis => analysis::write(writer),
        DocumentName::Survey => survey::write(writer),
        DocumentName::Communications => communications::write(writer),
        DocumentName::Training => training::write(writer),
        DocumentName::Readiness => readiness::write(writer),
        DocumentName::ReleaseReadiness => release_readiness::write(writer),
        DocumentName::Evidence => evidence::write(writer),
    }
}

/// Returns what a document that nobody signs lacks: its paper says the same. It needs none of its facts, and
/// costs the same however many sites there are.
pub(crate) fn lacks(paper: &Paper<'_>, name: &DocumentName) -> Vec<Said> {
    match name {
        // What is signed lacks signatures; the others are complete as soon as there is something to say.
        DocumentName::Sheet(_)
        | DocumentName::Rfc(_)
        | DocumentName::Waiver(_)
        | DocumentName::Escalation(_)
        | DocumentName::Lesson(_)
        | DocumentName::Report(_) => vec![],
        DocumentName::Analysis
        | DocumentName::Survey
        | DocumentName::Communications
        | DocumentName::Training
        | DocumentName::Readiness
        | DocumentName::ReleaseReadiness
        | DocumentName::Evidence => {
            let reader = Reader::of(paper.state, &paper.state.plan.zone);
            let mut writer = Writer::of(paper, reader, Value::Null);
            lay_out(&mut writer, name);
            written(writer).1
        }
    }
}

/// Returns what a document about `scope` is about.
pub(crate) fn head_of(state: &State, scope: &Scope) -> Head {
    let plan = &state.plan;
    Head {
        company: plan.company.clone(),
        deployment: plan.deployment.to_string(),
        project: plan.title.clone(),
        vision: plan.vision.clone(),
        release: plan.release.name.clone(),
        release_version: plan.release.version.clone(),
        release_sha256: state.release_digest(),
        baseline: state.baseline,
        plan_sha256: state.plan_digest,
        scope: scope.to_string(),
        purpose: state.purpose,
        environment: state.environment(),
        zone: views::time::zone_of(state, scope).to_string(),
    }
}

fn revisions(paper: &Paper<'_>, name: &DocumentName, standing: &Standing) -> Vec<Revision> {
    let Some(sheet) = name.sheet() else { return vec![] };
    let numbered = (1_u32..).zip(&standing.issues);
    let revision = |(version, issued): (u32, &Issued)| {
        let is_last = version as usize == standing.issues.len();
        let mut acts = paper.reading.acts(sheet).iter().filter(|it| it.document == issued.digest);
        let last = acts.next_back().map(|it| it.transition);
        let became = match last {
            Some(SignOffTransition::Voided) => Said::word("became-void"),
            Some(SignOffTransition::Superseded | SignOffTransition::Renewed) => {
                Said::word("became-superseded")
            }
            Some(SignOffTransition::Declined) => Said::word("became-declined"),
            Some(SignOffTransition::Withdrawn) => Said::word("became-withdrawn"),
            Some(
                SignOffTransition::Requested
                | SignOffTransition::Signed
                | SignOffTransition::SignedWithExceptions
                | SignOffTransition::Delegated,
            )
            | None => match model::document::standing(paper.state, sheet) {
                DocumentState::Locked if is_last => Said::word("became-locked"),
                DocumentState::Draft
                | DocumentState::InSignature
                | DocumentState::Locked
                | DocumentState::Superseded => Said::word("became-issued"),
            },
        };
        Revision { version, digest: issued.digest, at: issued.at, entry: issued.seq, became }
    };
    numbered.map(revision).collect()
}

/// Returns who gets the document: whoever signs it, and the auditors.
fn distribution(state: &State, name: &DocumentName) -> Vec<(RoleType, Vec<String>)> {
    let roles: Vec<RoleType> = match name.sheet() {
        Some(sheet) => sheet.slots().iter().map(|it| it.role).collect(),
        None if matches!(name, DocumentName::Rfc(_)) => {
            vec![RoleType::ReleaseManagement, RoleType::ChangeAuthority]
        }
        None => vec![RoleType::ProgramManager],
    };
    let roles = roles.into_iter().chain([RoleType::Auditor]);
    let holders = |role: RoleType| {
        let people = planner::waiting::holders(state, &name.scope(), &[role]);
        (role, printed(state, &people))
    };
    roles.map(holders).filter(|(_, people)| !people.is_empty()).collect()
}

fn printed(state: &State, people: &[PersonId]) -> Vec<String> {
    people.iter().map(|it| person(&state.plan, it)).collect()
}

/// Returns what the gate of this issue read: each guard as it was read last.
fn gate(paper: &Paper<'_>, name: &DocumentName, standing: &Standing) -> Vec<Criterion> {
    let Some(sheet) = name.sheet() else { return vec![] };
    let mut read: BTreeMap<String, Criterion> = BTreeMap::new();
    let acts = paper.reading.acts(sheet).iter().filter(|it| it.document == standing.digest);
    for act in acts {
        for reading in &act.gate {
            read.insert(reading.guard.to_string(), criterion(reading, act));
        }
    }
    read.into_values().collect()
}

fn criterion(reading: &GuardReading, act: &Act) -> Criterion {
    let (verdict, detail) = match &reading.verdict {
        guard::Verdict::Met => (Verdict::Met, String::new()),
        guard::Verdict::Unmet { missing, .. } => (Verdict::NotMet, missing.clone()),
        guard::Verdict::Waived { until, reason, .. } => {
            (Verdict::Waived, format!("{reason} (until {})", until.strftime("%Y-%m-%d")))
        }
        guard::Verdict::Unknown { missing } => (Verdict::NotKnown, missing.clone()),
    };
    let text = reading.guard.text().to_owned();
    Criterion { id: reading.guard.to_string(), text, verdict, detail, told: None, at: Some(act.at) }
}

/// Returns what a reader has to know beside the facts: of what was issued, which waivers held then; of
/// the record and its clock, what is known today.
fn disclosures(paper: &Paper<'_>, name: &DocumentName, standing: &Standing) -> Vec<Said> {
    let state = paper.state;
    let mut said = standing.remarks.clone();
    let beside = paper.reading.beside(&standing.digest).filter(|_| standing.issued.is_some());
    said.extend(match beside {
        Some(beside) => beside.disclosures.clone(),
        None => disclosed(state, &name.scope()),
    });
    if state.history.has_gaps() {
        said.push(Said::with("disclosed-loss", &[&state.history.losses.len()]));
    }
    if state.history.clock.is_some() {
        said.push(Said::word("disclosed-clock"));
    }
    let is_asked = name.sheet().is_none_or(|it| !is_overtaken(state, it));
    if standing.status == Status::Draft && is_asked {
        said.push(Said::word("disclosed-draft"));
    }
    said
}

/// Returns the waivers that hold in `state` for `scope`, and how strictly people are kept apart.
pub(crate) fn disclosed(state: &State, scope: &Scope) -> Vec<Said> {
    let concerns =
        |of: &Scope| *scope == Scope::Deployment || of == scope || *of == Scope::Deployment;
    let granted = (1_u32..).zip(&state.waivers).filter(|(_, it)| it.state == WaiverState::Granted);
    let granted = granted.filter(|(_, it)| concerns(&it.scope)).map(|(number, it)| {
        Said::with("disclosed-waiver", &[&number, &it.guard, &it.scope, &it.reason])
    });
    let stamp = state.plan.profile.stamp();
    granted.chain(stamp.map(|it| Said::with("disclosed-profile", &[&it]))).collect()
}

fn slots(paper: &Paper<'_>, name: &DocumentName, standing: &Standing) -> Vec<Slot> {
    let Some(sheet) = name.sheet() else { return vec![] };
    sheet.slots().iter().map(|it| slot(paper, it, standing)).collect()
}

fn slot(paper: &Paper<'_>, slot: &SlotId, standing: &Standing) -> Slot {
    let state = paper.state;
    let roles = model::gates::milestone::signers(&state.plan, slot);
    let people = planner::waiting::holders(state, &slot.sheet.scope(), &roles);
    let acts = paper.reading.acts(&slot.sheet).iter();
    let last = acts.rev().find(|it| it.slot == *slot && it.document == standing.digest);
    let pending = if is_overtaken(state, &slot.sheet) { NOT_NEEDED } else { "is-pending" };
    let stands = last.map_or(pending, |it| match it.paper {
        Some(_) => "is-signed-on-paper",
        None => stands(it.transition),
    });
    // A signature that was superseded stays what it was: who gave it is shown.
    let decided = paper.reading.acts(&slot.sheet).iter().rev().find(|it| {
        it.slot == *slot && it.document == standing.digest && is_decision(it.transition)
    });
    // What was said of a signature is about the one that stands there now.
    let is_present = state.slots.get(slot).is_some_and(|it| it.document == standing.digest);
    let disputed = state.disputes.of(slot).filter(|_| is_present);
    Slot {
        disputed: disputed.map(|(dispute, it)| Disputed {
            dispute,
            since: it.since,
            reason: it.reason.clone(),
        }),
        on_paper: decided.and_then(|it| it.paper).and_then(|it| on_paper(state, it)),
        batch: decided.and_then(|it| it.batch.clone()),
        confirmed: state.disputes.confirmed.get(slot).copied().filter(|_| is_present),
        role: slot.role,
        asked: printed(state, &people),
        meaning: slot.meaning(),
        stands: stands.to_owned(),
        by: decided.and_then(|it| it.by.as_ref()).map(|it| person(&state.plan, it)),
        on_behalf_of: decided
            .and_then(|it| it.on_behalf_of.as_ref())
            .map(|it| person(&state.plan, it)),
        at: last.map(|it| it.at),
        entry: last.map(|it| it.seq),
        statements: decided.map(|it| it.statements.clone()).unwrap_or_default(),
        stamp: decided.and_then(|it| it.stamp.clone()),
        account: decided.and_then(|it| it.account.clone()),
        known: decided
            .and_then(|it| it.known.clone())
            .map(|it| model::authentication::Authentication { again: None, ..it }),
        again: Again::of(decided.and_then(|it| it.known.as_ref())),
        manifest: decided.and_then(|it| signature::manifest(paper, it)).map(|it| it.digest()),
    }
}

fn on_paper(state: &State, paper: u32) -> Option<OnPaper> {
    let found = state.papers.get(paper)?;
    let (second, _) = found.attested.as_ref()?;
    let signed = &found.signed;
    Some(OnPaper {
        paper,
        signed_on: signed.signed_on,
        kept: signed.kept.clone(),
        scan: signed.scan,
        attested: printed(state, &[found.by.clone(), second.clone()]),
    })
}

fn is_decision(transition: SignOffTransition) -> bool {
    match transition {
        SignOffTransition::Signed
        | SignOffTransition::SignedWithExceptions
        | SignOffTransition::Declined
        | SignOffTransition::Withdrawn => true,
        SignOffTransition::Requested
        | SignOffTransition::Voided
        | SignOffTransition::Delegated
        | SignOffTransition::Superseded
        | SignOffTransition::Renewed => false,
    }
}

/// Returns where a slot stands after `transition`, as a word of the catalogue.
fn stands(transition: SignOffTransition) -> &'static str {
    match transition {
        SignOffTransition::Requested | SignOffTransition::Delegated => "is-requested",
        SignOffTransition::Signed | SignOffTransition::SignedWithExceptions => "is-signed",
        SignOffTransition::Declined => "is-declined",
        SignOffTransition::Voided => "is-void",
        SignOffTransition::Superseded | SignOffTransition::Renewed => "is-superseded",
        SignOffTransition::Withdrawn => "is-withdrawn",
    }
}
