//! Every command: who may, who may not, and where it comes at the wrong time.
//!
//! House rule: a refused command leaves no trace, and says why and what to do next.
// Long because: each command has its row, and a reader looks for one of them here.

// Long because: every act stands in one of three tables, read from top to bottom.

mod agreements;
mod complete;
mod deployment;
mod endings;
mod history;
mod incidents;
mod milestone;
mod site_care;

use super::*;
use crate::command::{Findings, Resumable, RfcAct};
use crate::digest::Digest;
use crate::event::StepDecision;
use crate::guard::Guard;
use crate::rfc::{EmergencyKind, ImplementationReview, RfcCategory};
use crate::sheet::{self, SlotId};
use deployment::{busy, created, name, noon};
use expect_test::expect;

/// Returns what becomes of `command`: the kinds of its events, or the refusal.
fn told(state: &State, who: &str, command: &Command) -> String {
    let before = state.clone();
    let person = name(who);
    let acting = Acting::new(state, &person, noon());
    let said = match decide(&acting, command) {
        Ok(events) => {
            let kinds: Vec<String> = events.iter().map(kind).collect();
            let mut after = state.clone();
            for event in &events {
                after.apply(event, &acting.actor("test"), noon(), after.seq + 1, None).unwrap();
            }
            format!("{who}: {}", kinds.join(", "))
        }
        Err(refusal) => {
            assert!(!refusal.text.is_empty() && !refusal.next_step.is_empty(), "{refusal:?}");
            format!("{who}: refused, {}: {refusal}", refusal.code)
        }
    };
    assert!(before == *state, "deciding changes nothing");
    said
}

pub(super) fn kind(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap();
    let (kind, fields) = value.as_object().unwrap().iter().next().unwrap();
    let how = fields.get("transition").or(fields.get("decision")).and_then(|it| it.as_str());
    how.map_or_else(|| kind.clone(), |it| format!("{kind} {it}"))
}

/// Returns the report of a severe incident at `scope`.
fn reported(scope: &str) -> Command {
    use crate::incident::{IncidentCommand, Opening, Severity};
    let title = "the tills are down".to_owned();
    let opening = Opening::reported(name(scope), Severity::ONE, title, noon());
    Command::Incident(IncidentCommand::Open(Box::new(opening)))
}

pub(super) fn table(state: &State, rows: Vec<(Command, &[&str])>) -> String {
    let mut text = String::new();
    for (command, people) in rows {
        let value = serde_json::to_value(&command).unwrap();
        let title = value.as_object().map_or_else(
            || value.as_str().unwrap().to_owned(),
            |it| {
                let (name, fields) = it.iter().next().unwrap();
                let of = ["site", "ring", "scope", "rfc", "component", "slot", "guard", "waiver"];
                let of = of.iter().find_map(|key| fields.get(*key));
                of.map_or_else(
                    || name.clone(),
                    |of| format!("{name} {}", of.to_string().replace('"', "")),
                )
            },
        );
        text += &format!("{title}\n");
        for who in people {
            text += &format!("    {}\n", told(state, who, &command));
        }
    }
    text
}

pub(super) fn why() -> String {
    "as agreed".to_owned()
}

// Proves: R-PGM1, P1-Q3
#[test]
fn acts_on_the_deployment() {
    let rows = || {
        vec![
            (
                Command::Baseline {
                    findings: Findings {
                        deliverables: vec!["app is missing".to_owned()],
                        forecast: vec![],
                    },
                },
                &["pgm", "rel", "tst"][..],
            ),
            (Command::Open, &["pgm", "rel"]),
            (Command::HoldDeployment { reason: why() }, &["rel", "tst", "aud", "stranger"]),
            (Command::ReleaseDeployment { reason: why() }, &["rel"]),
            (Command::Cancel { reason: why() }, &["sol", "pgm"]),
            (
                Command::RevisePlan {
                    plan: Digest::of(b"x"),
                    changes: vec![],
                    removes_scope: false,
                    reason: why(),
                },
                &["pgm"],
            ),
            (
                Command::Hold { scope: name("site/planned"), held: true, reason: why() },
                &["rel", "owner", "tst"],
            ),
            (Command::Hold { scope: name("site/planned"), held: false, reason: why() }, &["rel"]),
            (Command::Hold { scope: name("site/nowhere"), held: true, reason: why() }, &["rel"]),
            (reported("site/done"), &["owner", "aud"]),
            (reported("site/nowhere"), &["owner"]),
        ]
    };
    expect![[r#"
        DRAFT
        baseline
            pgm: refused, gate: the baseline is refused by its gate: E2: app is missing (1 in all); E3: there is no plan for communications; there is no plan for training; there is no plan for operations; there is no plan for support; E4: there is no success criterion; E5: nobody holds Developer, Operations Experience, Test Manager; E8: there is no decision on strategy
            rel: refused, gate: the baseline is refused by its gate: E2: app is missing (1 in all); E3: there is no plan for communications; there is no plan for training; there is no plan for operations; there is no plan for support; E4: there is no success criterion; E5: nobody holds Developer, Operations Experience, Test Manager; E8: there is no decision on strategy
            tst: refused, not-permitted: tst may not baseline the plan: it takes Program Manager or Release Management
        open
            pgm: refused, state: deployment FX cannot be opened while it is draft
            rel: refused, not-permitted: rel may not open the deployment: it takes Program Manager
        hold-deployment
            rel: refused, state: deployment FX cannot be held while it is draft
            tst: refused, not-permitted: tst may not hold the deployment: it takes Release Management or Program Manager or Solution Manager
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
            stranger: refused, not-permitted: stranger is nobody in this plan
        release-deployment
            rel: refused, state: deployment FX cannot be released from its hold while it is draft
        cancel
            sol: deployment cancelled
            pgm: refused, not-permitted: pgm may not cancel the deployment: it takes Solution Manager
        revise-plan
            pgm: refused, unknown: plan 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 is not in the plan
        hold site/planned
            rel: hold
            owner: hold
            tst: refused, not-permitted: tst may not hold or release it: it takes Release Management or Program Manager or Solution Manager or Site Owner
        hold site/planned
            rel: refused, state: site/planned is not held already
        hold site/nowhere
            rel: refused, unknown: site/nowhere is not in the plan
        incident
            owner: incident, signal-raised
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
        incident
            owner: refused, unknown: site/nowhere is not in the plan
        DEPLOYING
        baseline
            pgm: refused, state: deployment FX cannot be baselined while it is deploying
            rel: refused, state: deployment FX cannot be baselined while it is deploying
            tst: refused, not-permitted: tst may not baseline the plan: it takes Program Manager or Release Management
        open
            pgm: refused, state: deployment FX cannot be opened while it is deploying
            rel: refused, not-permitted: rel may not open the deployment: it takes Program Manager
        hold-deployment
            rel: deployment held
            tst: refused, not-permitted: tst may not hold the deployment: it takes Release Management or Program Manager or Solution Manager
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
            stranger: refused, not-permitted: stranger is nobody in this plan
        release-deployment
            rel: refused, state: deployment FX cannot be released from its hold while it is deploying
        cancel
            sol: refused, state: deployment FX cannot be cancelled while it is deploying
            pgm: refused, not-permitted: pgm may not cancel the deployment: it takes Solution Manager
        revise-plan
            pgm: refused, unknown: plan 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 is not in the plan
        hold site/planned
            rel: hold
            owner: hold
            tst: refused, not-permitted: tst may not hold or release it: it takes Release Management or Program Manager or Solution Manager or Site Owner
        hold site/planned
            rel: refused, state: site/planned is not held already
        hold site/nowhere
            rel: refused, unknown: site/nowhere is not in the plan
        incident
            owner: incident, signal-raised
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
        incident
            owner: refused, unknown: site/nowhere is not in the plan
    "#]].assert_eq(&format!(
        "DRAFT\n{}DEPLOYING\n{}",
        table(&created(), rows()),
        table(&busy(), rows())
    ));
}

// Proves: R-REL4
#[test]
fn acts_on_sites_and_components() {
    let of = |site: &str| name::<crate::id::SiteId>(site);
    let decide = |scope: &str, decision| Command::Decide {
        scope: name(scope),
        computers: vec![],
        decision,
        reason: why(),
    };
    let confirm = |scope: &str| Command::Confirm {
        scope: name(scope),
        computer: None,
        done: true,
        evidence: None,
    };
    let back = |scope: &str, accept_loss| Command::RollBack {
        scope: name(scope),
        reason: why(),
        accept_loss,
    };
    let acknowledge = |site: &str| {
        let site = of(site);
        let position = busy().index.sites[&site] as usize;
        let version = crate::site_care::terms::version(&busy().plan, position).unwrap();
        Command::AcknowledgeSchedule { site, version }
    };
    let only = vec![Resumable::Failed, Resumable::NotStarted];
    let rows: Vec<(Command, &[&str])> = vec![
        (acknowledge("planned"), &["owner", "rel"]),
        (acknowledge("done"), &["owner"]),
        (
            Command::AcknowledgeSchedule { site: of("planned"), version: Digest::of(b"old") },
            &["owner"],
        ),
        (Command::Adopt { component: name("db") }, &["rel", "tst"]),
        (Command::HaltRing { ring: name("broad"), reason: why() }, &["ops", "tst"]),
        (Command::HaltRing { ring: name("early"), reason: why() }, &["ops"]),
        (Command::HaltSite { site: of("asked"), reason: why() }, &["owner", "cus"]),
        (Command::HaltSite { site: of("planned"), reason: why() }, &["owner"]),
        (
            Command::ResumeRing { ring: name("early"), reason: why(), only: only.clone() },
            &["rel", "pgm", "ops"],
        ),
        (Command::ResumeRing { ring: name("broad"), reason: why(), only }, &["rel"]),
        (Command::Resume { scope: name("site/halted"), reason: why() }, &["rel", "owner"]),
        (Command::Resume { scope: name("site/halted"), reason: " ".to_owned() }, &["rel"]),
        (Command::Resume { scope: name("site/done"), reason: why() }, &["rel"]),
        (decide("site/halted", StepDecision::Retry), &["tst", "owner"]),
        (decide("site/halted", StepDecision::Done), &["rel"]),
        (decide("site/planned", StepDecision::Ignore), &["rel"]),
        (confirm("site/asked"), &["tst", "rel"]),
        (confirm("site/done"), &["tst"]),
        (back("site/done", true), &["ops", "pgm"]),
        (back("site/done", false), &["rel"]),
        (back("site/planned", true), &["rel"]),
        (back("ring/broad", true), &["rel"]),
        (back("deployment", true), &["rel"]),
        (Command::Replan { scope: name("site/back"), reason: why() }, &["rel", "pgm"]),
        (Command::Replan { scope: name("site/done"), reason: why() }, &["rel"]),
        (Command::Exempt { site: of("planned"), reason: why() }, &["pgm", "cus", "rel"]),
        (Command::Exempt { site: of("done"), reason: why() }, &["pgm"]),
        (Command::Revisit { site: of("done"), reason: why() }, &["rel", "tst"]),
        (Command::Revisit { site: of("planned"), reason: why() }, &["rel"]),
        (Command::ResolveRefusal { site: of("refused"), reason: why() }, &["rel", "tst", "owner"]),
        (Command::ResolveRefusal { site: of("done"), reason: why() }, &["rel"]),
    ];
    expect![[r#"
        acknowledge-schedule planned
            owner: site-care, site schedule-acknowledged
            rel: refused, not-permitted: rel may not acknowledge the schedule of the site: it takes Site Owner
        acknowledge-schedule done
            owner: refused, state: site done cannot be acknowledged by its owner while it is signed off
        acknowledge-schedule planned
            owner: refused, stale: what planned is told to expect is no longer what was shown
        adopt db
            rel: component adoption-started
            tst: refused, not-permitted: tst may not have a component adopted: it takes Release Management
        halt-ring broad
            ops: ring halted
            tst: refused, not-permitted: tst may not halt a ring: it takes Release Management or Program Manager or Solution Manager or Operations Manager
        halt-ring early
            ops: refused, state: ring early cannot be halted while it is halted
        halt-site asked
            owner: site halted
            cus: refused, not-permitted: cus may not halt the site: it takes Release Management or Site Owner
        halt-site planned
            owner: refused, state: site planned cannot be halted while it is planned
        resume-ring early
            rel: concurred
            pgm: concurred
            ops: refused, not-permitted: ops may not resume the failed and not-started sites of ring/early: it takes Release Management or Program Manager
        resume-ring broad
            rel: refused, state: ring broad cannot be resumed while it is open
        resume site/halted
            rel: step-decided retry, site-care
            owner: refused, not-permitted: owner may not resume it: it takes Release Management
        resume site/halted
            rel: refused, invalid: the cause and the decision is missing
        resume site/done
            rel: refused, state: site done cannot be resumed while it is signed off
        decide site/halted
            tst: step-decided retry, site-care
            owner: refused, not-permitted: owner may not decide how a failed step goes on: it takes Release Management or Tester
        decide site/halted
            rel: refused, state: no step at site/halted needs the decision `done`
        decide site/planned
            rel: refused, state: nothing has run at site/planned
        confirm site/asked
            tst: order-ended
            rel: refused, not-permitted: rel may not confirm the step: it takes Tester
        confirm site/done
            tst: refused, state: nobody has been asked to do anything at site/done
        roll-back site/done
            ops: refused, gate: rolling back done loses drafts, which the Product Manager has not acknowledged
            pgm: refused, not-permitted: pgm may not roll back: it takes Release Management or Operations Manager
        roll-back site/done
            rel: refused, gate: rolling back done loses drafts
        roll-back site/planned
            rel: refused, gate: rolling back planned loses drafts, which the Product Manager has not acknowledged
        roll-back ring/broad
            rel: ring halted
        roll-back deployment
            rel: refused, invalid: deployment is not rolled back as a whole
        replan site/back
            rel: site rescheduled
            pgm: refused, not-permitted: pgm may not plan it anew: it takes Release Management
        replan site/done
            rel: refused, state: site done cannot be scheduled again while it is signed off
        exempt planned
            pgm: concurred
            cus: concurred
            rel: refused, not-permitted: rel may not exempt site/planned: it takes Program Manager or Customer
        exempt done
            pgm: refused, state: site done cannot be exempted while it is signed off
        revisit done
            rel: site-care, concurred
            tst: refused, not-permitted: tst may not revisit site/done: it takes Release Management or Product Manager
        revisit planned
            rel: refused, state: site planned cannot be revisited while it is planned
        resolve-refusal refused
            rel: concurred
            tst: concurred
            owner: refused, not-permitted: owner may not resolve the refusal of site/refused: it takes Release Management or Tester
        resolve-refusal done
            rel: refused, state: site done cannot have its problems resolved while it is signed off
    "#]].assert_eq(&table(&busy(), rows));
}

#[test]
fn acts_on_papers() {
    let state = busy();
    let part = state.plan.part_digest(&state.plan.rfcs[0].covers);
    let of = |rfc: &str, act: RfcAct| Command::Rfc { rfc: name(rfc), act };
    let slot: SlotId = name("site/watched:site-owner");
    let document = sheet::digest(&state, &slot.sheet);
    let until: Timestamp = name("2027-02-01T00:00:00Z");
    let waiver = |guard, until| Command::RequestWaiver {
        part: None,
        guard,
        scope: name("site/planned"),
        reason: why(),
        risk: why(),
        control: why(),
        until,
    };
    let attest = |guard| Command::Attest { guard, scope: name("site/planned"), statement: why() };
    let sign = |document, exceptions: &[&str]| Command::Sign {
        slot: slot.clone(),
        document,
        exceptions: exceptions.iter().map(|it| (*it).to_owned()).collect(),
    };
    let rows: Vec<(Command, &[&str])> = vec![
        (of("R-draft", RfcAct::Submit), &["rel", "ca"]),
        (of("R-new", RfcAct::Submit), &["rel"]),
        (of("R-new", RfcAct::Classify { category: RfcCategory::Minor }), &["ca", "rel"]),
        (of("R-assessed", RfcAct::Return { reason: why() }), &["ca", "rel"]),
        (of("R-assessed", RfcAct::Approve { part, conditions: None }), &["ca", "rel", "pgm"]),
        (of("R-assessed", RfcAct::Approve { part: Digest::of(b"old"), conditions: None }), &["ca"]),
        (of("R-draft", RfcAct::Approve { part, conditions: None }), &["ca"]),
        (
            of(
                "R-draft",
                RfcAct::AuthoriseEmergency {
                    part,
                    kind: Some(EmergencyKind::Service),
                    reason: why(),
                },
            ),
            &["ca", "rel"],
        ),
        (
            of(
                "R-done",
                RfcAct::AuthoriseEmergency {
                    part,
                    kind: Some(EmergencyKind::Service),
                    reason: why(),
                },
            ),
            &["ca"],
        ),
        (of("R-assessed", RfcAct::Reject { reason: why() }), &["ca", "rel"]),
        (of("R-authorised", RfcAct::Schedule), &["rel", "ca"]),
        (of("R-draft", RfcAct::Schedule), &["rel"]),
        (of("R-new", RfcAct::Cancel { reason: why() }), &["ca", "tst"]),
        (of("R-done", RfcAct::Cancel { reason: why() }), &["ca"]),
        (of("R-done", RfcAct::Review { reason: why() }), &["ca", "rel"]),
        (
            of(
                "R-done",
                RfcAct::ReviewImplementation { review: ImplementationReview::as_planned(why()) },
            ),
            &["ca", "rel"],
        ),
        (of("R-done", RfcAct::BackOut { reason: why() }), &["rel"]),
        (of("R-done", RfcAct::ReviewEmergency { justified: true, finding: why() }), &["ca"]),
        (of("R-reviewed", RfcAct::Close), &["ca", "rel"]),
        (of("R-done", RfcAct::Close), &["ca"]),
        (attest(Guard::S5), &["ux", "rel"]),
        (attest(Guard::S2), &["rel"]),
        (waiver(Guard::S5, until), &["rel", "aud"]),
        (waiver(Guard::S2, until), &["rel"]),
        (waiver(Guard::S5, noon()), &["rel"]),
        (Command::ApproveWaiver { waiver: 1 }, &["ux", "owner", "rel"]),
        (Command::ApproveWaiver { waiver: 2 }, &["ux"]),
        (Command::RefuseWaiver { waiver: 1, reason: why() }, &["ux", "rel"]),
        (Command::CloseWaiver { waiver: 2, reason: why() }, &["ux", "rel"]),
        (Command::CloseWaiver { waiver: 9, reason: why() }, &["ux"]),
        (sign(document, &[]), &["owner", "rel"]),
        (sign(Digest::of(b"old"), &[]), &["owner"]),
        (sign(document, &["the printer is missing (rel, 2027-03-01)"]), &["owner"]),
        (sign(document, &["the printer is missing; rel; 2027-03-01"]), &["owner"]),
        (sign(document, &["the printer is missing; rel; 2026-12-31"]), &["owner"]),
        (sign(document, &["the printer is missing; ivo; 2027-03-01"]), &["owner"]),
        (sign(document, &["the printer is missing"]), &["owner"]),
        (Command::Refuse { slot: slot.clone(), document, reasons: vec![why()] }, &["owner", "rel"]),
        (Command::Refuse { slot: slot.clone(), document, reasons: vec![] }, &["owner"]),
        (
            Command::Sign { slot: name("site/done:site-owner"), document, exceptions: vec![] },
            &["owner"],
        ),
    ];
    expect![[r#"
        rfc R-draft
            rel: rfc submitted
            ca: refused, not-permitted: ca may not submit R-draft: it takes Release Management
        rfc R-new
            rel: refused, state: RFC R-new cannot be submitted while it is submitted
        rfc R-new
            ca: rfc classified
            rel: refused, not-permitted: rel may not classify R-new: it takes Change Authority
        rfc R-assessed
            ca: rfc returned
            rel: refused, not-permitted: rel may not decide on R-assessed: it takes Change Authority
        rfc R-assessed
            ca: refused, gate: the authorisation is refused by its gate: RF3: R-assessed meets R-authorised of FX over site asked, back, done and 4 more (1 conflicts in all)
            rel: refused, not-permitted: rel may not approve R-assessed: it takes Change Authority
            pgm: refused, not-permitted: pgm may not approve R-assessed: it takes Change Authority
        rfc R-assessed
            ca: refused, stale: the plan part of R-assessed is no longer the one that was shown
        rfc R-draft
            ca: refused, state: RFC R-draft cannot be authorised while it is a draft
        rfc R-draft
            ca: rfc emergency-authorised, change-schedule
            rel: refused, not-permitted: rel may not authorise R-draft: it takes Change Authority
        rfc R-done
            ca: refused, state: RFC R-done cannot be authorised as an emergency while it is implemented
        rfc R-assessed
            ca: rfc rejected
            rel: refused, not-permitted: rel may not decide on R-assessed: it takes Change Authority
        rfc R-authorised
            rel: rfc scheduled
            ca: refused, not-permitted: ca may not schedule R-authorised: it takes Release Management
        rfc R-draft
            rel: refused, state: RFC R-draft cannot be scheduled while it is a draft
        rfc R-new
            ca: rfc cancelled
            tst: refused, not-permitted: tst may not cancel R-new: it takes Release Management or Change Authority
        rfc R-done
            ca: refused, state: RFC R-done cannot be cancelled while it is implemented
        rfc R-done
            ca: refused, invalid: the review has to say whether it was a success, met its objectives and was on time
            rel: refused, not-permitted: rel may not review R-done: it takes Change Authority
        rfc R-done
            ca: rfc reviewed, change-schedule
            rel: refused, not-permitted: rel may not review R-done: it takes Change Authority
        rfc R-done
            rel: refused, state: RFC R-done cannot be backed out while it is implemented
        rfc R-done
            ca: refused, state: R-done was no emergency
        rfc R-reviewed
            ca: rfc closed
            rel: refused, not-permitted: rel may not close R-reviewed: it takes Change Authority
        rfc R-done
            ca: refused, state: RFC R-done cannot be closed while it is implemented
        attest site/planned
            ux: attested
            rel: refused, not-permitted: rel may not state S5: it takes User Experience
        attest site/planned
            rel: refused, not-permitted: S2 is not a matter of statement: An authorised RFC covers this site and this window.
        request-waiver site/planned
            rel: waiver-requested
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
        request-waiver site/planned
            rel: refused, not-permitted: S2 is never waived: An authorised RFC covers this site and this window.
        request-waiver site/planned
            rel: refused, invalid: the waiver would have ended at 2027-01-04T12:00:00Z
        approve-waiver 1
            ux: waiver-approved
            owner: waiver-approved
            rel: refused, not-permitted: rel may not decide on waiver 1: it takes User Experience or Site Owner
        approve-waiver 2
            ux: refused, state: waiver 2 cannot be granted while it is granted
        refuse-waiver 1
            ux: waiver refused
            rel: refused, not-permitted: rel may not decide on waiver 1: it takes User Experience or Site Owner
        close-waiver 2
            ux: waiver closed
            rel: refused, not-permitted: rel may not decide on waiver 2: it takes User Experience or Site Owner
        close-waiver 9
            ux: refused, unknown: waiver 9 is not in the plan
        sign site/watched:site-owner
            owner: sign-off signed
            rel: refused, not-permitted: rel cannot sign for a site of owner (SOD-5)
        sign site/watched:site-owner
            owner: refused, stale: the sheet of site/watched is no longer the one that was shown
        sign site/watched:site-owner
            owner: sign-off signed-with-exceptions, site-care
        sign site/watched:site-owner
            owner: sign-off signed-with-exceptions, site-care
        sign site/watched:site-owner
            owner: refused, invalid: 2026-12-31 lies in the past
        sign site/watched:site-owner
            owner: refused, invalid: ivo is nobody in this plan
        sign site/watched:site-owner
            owner: refused, invalid: an exception needs an owner and a date
        refuse site/watched:site-owner
            owner: sign-off declined, site refused, signal-raised, site-care
            rel: refused, not-permitted: rel cannot sign for a site of owner (SOD-5)
        refuse site/watched:site-owner
            owner: refused, invalid: a reason is missing
        sign site/done:site-owner
            owner: refused, state: nobody has been asked to sign site/done:site-owner yet
    "#]].assert_eq(&table(&state, rows));
}
