//! Entries of the record as sentences, and what each is about.

use model::event::{Event, StepDecision};
use model::id::PersonId;
use model::order::{OrderId, Outcome, Proof, Report};
use model::scope::Scope;
use model::state::{State, scope_of_act};

/// Returns what happened, as one sentence without an end.
pub fn sentence(event: &Event) -> String {
    match event {
        Event::DeploymentCreated { deployment, plan, purpose, .. } => {
            format!("deployment {deployment} created for {purpose} with plan {}", plan.short())
        }
        Event::Deployment { transition, reason, .. } => {
            with_reason(format!("deployment: {transition}"), reason.as_deref())
        }
        Event::Concurred { act, role, reason, on_behalf_of, .. } => {
            let behalf = on_behalf(on_behalf_of.as_ref());
            with_reason(format!("{role} agreed{behalf} to {act}"), reason.as_deref())
        }
        Event::PlanRevised { plan, baseline, changes, voided, unapproved, reason } => {
            let voided: Vec<String> =
                voided.iter().chain(unapproved).map(ToString::to_string).collect();
            let voids = if voided.is_empty() {
                String::new()
            } else {
                format!(", voiding {}", voided.join(", "))
            };
            let count = changes.len();
            format!(
                "plan revised to {} as baseline {baseline}, {count} {}{voids}: {reason}",
                plan.short(),
                if count == 1 { "change" } else { "changes" }
            )
        }
        Event::Component { component, transition, reason, .. } => {
            with_reason(format!("component {component}: {transition}"), reason.as_deref())
        }
        Event::Site { site, transition, reason, .. } => {
            with_reason(format!("site {site}: {transition}"), reason.as_deref())
        }
        Event::Phase { scope, stage, transition } => {
            format!("{scope}, stage {}: {transition}", stage + 1)
        }
        Event::Ring { ring, transition, reason, .. } => {
            let transition = transition.to_string().replace('-', " ");
            with_reason(format!("ring {ring}: {transition}"), reason.as_deref())
        }
        Event::Rfc { rfc, transition, reason, .. } => {
            with_reason(format!("{rfc}: {transition}"), reason.as_deref())
        }
        Event::RfcApproved { rfc, level, part, conditions, on_behalf_of } => {
            let behalf = on_behalf(on_behalf_of.as_ref());
            let (level, part) = (level + 1, part.short());
            let said = format!("{rfc}: approved at level {level}{behalf} for plan part {part}");
            with_reason(said, conditions.as_deref())
        }
        Event::SignOff {
            slot,
            transition,
            document,
            statements,
            on_behalf_of,
            stamp,
            batch,
            ..
        } => {
            let behalf = on_behalf(on_behalf_of.as_ref());
            let stamp = stamp.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
            let batch = batch.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
            let sheet = document.short();
            let said = format!("{slot}: {transition}{behalf}, sheet {sheet}{batch}{stamp}");
            let statements = (!statements.is_empty()).then(|| statements.join("; "));
            with_reason(said, statements.as_deref())
        }
        Event::WaiverRequested { waiver, guard, scope, until, reason, part, .. } => {
            let part = part.as_ref().map(|it| format!(", {it} only,")).unwrap_or_default();
            format!("waiver {waiver} of {guard}{part} at {scope} requested until {until}: {reason}")
        }
        Event::WaiverApproved { waiver, role, on_behalf_of } => {
            format!("waiver {waiver} approved by {role}{}", on_behalf(on_behalf_of.as_ref()))
        }
        Event::Waiver { waiver, transition, reason } => {
            with_reason(format!("waiver {waiver}: {transition}"), reason.as_deref())
        }
        Event::Attested { guard, scope, statement } => {
            format!("{guard} stated at {scope}: {statement}")
        }
        Event::Hold { scope, held, reason, .. } => {
            let word = if *held { "held" } else { "let go" };
            format!("{scope} {word}: {reason}")
        }
        Event::SignalRaised { scope, severity, text, .. } => {
            format!("severity {severity} at {scope}: {text}")
        }
        Event::OrdersCancelled { scope, reason } => format!("{scope} cancelled: {reason}"),
        Event::OrderIntended { order, .. } => format!("begins {order}"),
        Event::OrdersIntended { orders, .. } => match orders.as_slice() {
            [first, .., last] => {
                format!("begins {} orders one after the other, {first} to {last}", orders.len())
            }
            [only] => format!("begins {only}"),
            [] => "begins nothing".to_owned(),
        },
        Event::OrderEnded { order, report } => format!("{order} {}", outcome(report)),
        Event::OrdersEnded { ended } => match ended.as_slice() {
            [first, .., last] => {
                let (count, first, last) = (ended.len(), &first.order, &last.order);
                format!("{count} orders succeeded one after the other, {first} to {last}")
            }
            [only] => format!("{} {}", only.order, outcome(&only.report)),
            [] => "nothing ended".to_owned(),
        },
        Event::OrderWithdrawn { order, why } => format!("{order} never began: {why}"),
        Event::StepAsked { order, role, .. } => format!("{role} is asked to do {order}"),
        Event::StepDecided { scope, computers, decision, reason, .. } => {
            let names: Vec<&str> = computers.iter().take(6).map(|it| it.as_str()).collect();
            let more = if computers.len() > names.len() { ", …" } else { "" };
            let word = decided(*decision);
            format!("{scope}, {}{more}: {word}: {reason}", names.join(", "))
        }
        Event::Incident(it) => it.to_string(),
        Event::Escalation(it) => it.to_string(),
        Event::Readiness(it) => it.to_string(),
        Event::Assignment(it) => it.to_string(),
        Event::Milestone(it) => it.to_string(),
        Event::QuietPeriod(it) => it.to_string(),
        Event::Survey(it) => it.to_string(),
        Event::Assessment(it) => it.to_string(),
        Event::CloseOut(it) => it.to_string(),
        Event::Termination(it) => it.to_string(),
        Event::History(it) => it.to_string(),
        Event::Delegation(it) => it.to_string(),
        Event::Dispute(it) => it.to_string(),
        Event::Paper(it) => it.to_string(),
        Event::Batch(it) => it.to_string(),
        Event::ChangeSchedule(it) => it.to_string(),
        Event::SiteCare(it) => it.to_string(),
        Event::Message(it) => it.to_string(),
        Event::Training(it) => it.to_string(),
        Event::Precheck(it) => it.to_string(),
        Event::ReleaseReadiness(it) => it.to_string(),
    }
}

/// Returns for whom something was done, where not for themselves.
fn on_behalf(of: Option<&PersonId>) -> String {
    of.map(|it| format!(" on behalf of {it}")).unwrap_or_default()
}

fn with_reason(said: String, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{said}: {reason}"),
        None => said,
    }
}

fn decided(decision: StepDecision) -> &'static str {
    match decision {
        StepDecision::Retry => "to be tried again",
        StepDecision::Ignore => "passed over",
        StepDecision::Exclude => "left out",
        StepDecision::Done => "was in fact done",
        StepDecision::NotDone => "was in fact not done",
        StepDecision::Failed => "failed",
    }
}

/// Returns what became of an order.
fn outcome(report: &Report) -> String {
    let took = crate::time::lasting(jiff::SignedDuration::from_millis(
        i64::try_from(report.took_ms).unwrap_or(i64::MAX),
    ));
    match &report.outcome {
        Outcome::Succeeded { proof } => format!("succeeded after {took}{}", proven(*proof)),
        Outcome::Failed { cause } => format!("{cause}, after {took}"),
        Outcome::Unknown { why } => format!("has no known outcome after {took}: {why}"),
    }
}

fn proven(proof: Proof) -> &'static str {
    match proof {
        Proof::Watched => "",
        Proof::Journal => ", by the computer's journal",
        Proof::Verified => ", by its own check",
        Proof::Attested => ", by a person's word",
    }
}

/// An order's name begins with what it is for: `site/B27@1/pc-7/install#1`.
fn of_order(order: &OrderId) -> Scope {
    let scope = order.0.split('@').next().unwrap_or_default();
    scope.parse().unwrap_or(Scope::Deployment)
}

/// Returns what `event` is about. A waiver is found among those of `state`.
pub fn scope_of(state: &State, event: &Event) -> Scope {
    match event {
        Event::DeploymentCreated { .. } | Event::Deployment { .. } | Event::PlanRevised { .. } => {
            Scope::Deployment
        }
        Event::Concurred { act, .. } => scope_of_act(act),
        Event::Component { component, .. } => Scope::Component(component.clone()),
        Event::Site { site, .. } => Scope::Site(site.clone()),
        Event::Ring { ring, .. } => Scope::Ring(ring.clone()),
        Event::Rfc { rfc, .. } | Event::RfcApproved { rfc, .. } => Scope::Rfc(rfc.clone()),
        Event::SignOff { slot, .. } => slot.sheet.scope(),
        Event::WaiverApproved { waiver, .. } | Event::Waiver { waiver, .. } => {
            let position = (*waiver as usize).checked_sub(1);
            let waiver = position.and_then(|it| state.waivers.get(it));
            waiver.map_or(Scope::Deployment, |it| it.scope.clone())
        }
        Event::Phase { scope, .. }
        | Event::WaiverRequested { scope, .. }
        | Event::Attested { scope, .. }
        | Event::Hold { scope, .. }
        | Event::SignalRaised { scope, .. }
        | Event::OrdersCancelled { scope, .. }
        | Event::OrderIntended { scope, .. }
        | Event::OrdersIntended { scope, .. }
        | Event::StepAsked { scope, .. }
        | Event::StepDecided { scope, .. } => scope.clone(),
        Event::OrderEnded { order, .. } | Event::OrderWithdrawn { order, .. } => of_order(order),
        Event::OrdersEnded { ended } => {
            ended.first().map_or(Scope::Deployment, |it| of_order(&it.order))
        }
        Event::Incident(it) => it.scope(),
        Event::Escalation(it) => it.scope(),
        Event::Readiness(it) => it.scope(),
        Event::Assignment(it) => it.scope(),
        Event::Milestone(it) => it.scope(),
        Event::QuietPeriod(it) => it.scope(),
        Event::Survey(it) => it.scope(),
        Event::Assessment(it) => it.scope(),
        Event::CloseOut(it) => it.scope(),
        Event::Termination(it) => it.scope(),
        Event::History(it) => it.scope(),
        Event::Delegation(it) => it.scope(),
        Event::Dispute(it) => it.scope(),
        Event::Paper(it) => it.scope(),
        Event::Batch(_) => Scope::Deployment,
        Event::ChangeSchedule(it) => it.scope(),
        Event::SiteCare(it) => it.scope(),
        Event::Message(it) => it.scope(),
        Event::Training(it) => it.scope(),
        Event::Precheck(it) => it.scope(),
        Event::ReleaseReadiness(it) => it.scope(),
    }
}
