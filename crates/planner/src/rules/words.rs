//! Entries in a few words, for stories.
//!
//! House rule: a story is read before the code.

use model::event::{Entry, Event};

/// Returns `entry` as a short line.
pub(super) fn line(entry: &Entry) -> String {
    let who = entry.actor.person().map_or_else(String::new, |it| format!("{it}: "));
    let at = entry.at.strftime("%d %H:%M");
    let because =
        |reason: &Option<String>| reason.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    let what = match &entry.event {
        Event::DeploymentCreated { deployment, .. } => format!("{deployment} created"),
        Event::Deployment { transition, reason, .. } => {
            format!("deployment {transition}{}", because(reason))
        }
        Event::Concurred { act, role, .. } => format!("{role} agrees to {act}"),
        Event::PlanRevised { voided, .. } => format!(
            "plan revised, voiding [{}]",
            voided.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        ),
        Event::Component { component, transition, reason, .. } => {
            format!("{component} {transition}{}", because(reason))
        }
        Event::Site { site, transition, reason, .. } => {
            format!("{site} {transition}{}", because(reason))
        }
        Event::Phase { scope, stage, transition } => format!("{scope} stage {stage} {transition}"),
        Event::Ring { ring, transition, reason, .. } => {
            format!("ring {ring} {transition}{}", because(reason))
        }
        Event::Rfc { rfc, transition, reason, .. } => {
            format!("{rfc} {transition}{}", because(reason))
        }
        Event::RfcApproved { rfc, level, .. } => format!("{rfc} approved at level {level}"),
        Event::SignOff { slot, transition, document, statements, .. } => {
            let said = if statements.is_empty() {
                String::new()
            } else {
                format!(" ({})", statements.join("; "))
            };
            let _ = document;
            format!("{slot} {transition}{said}")
        }
        Event::WaiverRequested { waiver, guard, scope, .. } => {
            format!("waiver {waiver} of {guard} at {scope} requested")
        }
        Event::WaiverApproved { waiver, role, .. } => format!("waiver {waiver} approved by {role}"),
        Event::Waiver { waiver, transition, .. } => format!("waiver {waiver} {transition}"),
        Event::Attested { guard, scope, .. } => format!("{guard} stated at {scope}"),
        Event::Hold { scope, held, reason, .. } => {
            format!("{scope} {} ({reason})", if *held { "held" } else { "released" })
        }
        Event::SignalRaised { scope, severity, text, .. } => {
            format!("severity {severity} at {scope}: {text}")
        }
        Event::OrdersCancelled { scope, reason } => format!("{scope} cancelled ({reason})"),
        Event::OrderIntended { order, .. } => format!("{order} ordered"),
        Event::OrdersIntended { orders, .. } => {
            let names: Vec<String> = orders.iter().map(ToString::to_string).collect();
            format!("{} ordered together", names.join(", "))
        }
        Event::OrderEnded { order, report } => format!("{order} {}", outcome(&report.outcome)),
        Event::OrdersEnded { ended } => {
            let names: Vec<String> = ended.iter().map(|it| it.order.to_string()).collect();
            format!("{} succeeded together", names.join(", "))
        }
        Event::OrderWithdrawn { order, why } => format!("{order} withdrawn: {why}"),
        Event::StepAsked { order, role, .. } => format!("{order} asked of {role}"),
        Event::StepDecided { scope, computers, decision, reason, .. } => {
            let names: Vec<&str> = computers.iter().map(|it| it.as_str()).collect();
            format!("{scope} {}: {decision} ({reason})", names.join(" "))
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
    };
    format!("{at} {who}{what}")
}

fn outcome(outcome: &model::order::Outcome) -> String {
    use model::order::Outcome;
    match outcome {
        Outcome::Succeeded { .. } => "succeeded".to_owned(),
        Outcome::Failed { cause } => cause.to_string(),
        Outcome::Unknown { why } => format!("unknown: {why}"),
    }
}
