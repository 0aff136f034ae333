//! Commands as they are typed: what somebody enters to supply what is missing.

mod care;
mod closing;
mod complete;
mod entry;
mod incidents;
mod notices;
mod precheck;
mod stable;

use jiff::Timestamp;
use model::batch::BatchCommand;
use model::change_schedule::ChangeScheduleCommand;
use model::command::{Command, Resumable, RfcAct};
use model::delegation::DelegationCommand;
use model::dispute::DisputeCommand;
use model::event::StepDecision;
use model::guard::Guard;
use model::id::PersonId;
use model::paper::{PaperCommand, SignedPaper};
use model::scope::Scope;

/// What stands for a text that only the person knows.
const TEXT: &str = "…";

/// How lines are typed where they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    /// Whether a server knows who types: then a line names nobody.
    pub is_logged_in: bool,
    /// What every line ends with, which says where the record is: empty, or it begins with a space.
    pub place: String,
}

impl Typing {
    /// Returns the line that `person` types for `command`.
    pub fn typed(&self, command: &Command, person: Option<&PersonId>) -> String {
        self.line(&typed(command, person.filter(|_| !self.is_logged_in)))
    }

    /// Returns `line`, which names nobody, with what every line ends with.
    pub fn line(&self, line: &str) -> String {
        format!("{line}{}", self.place)
    }
}

/// Returns the line that `person` types for `command`.
pub fn typed(command: &Command, person: Option<&PersonId>) -> String {
    let mut line = format!("landfall {}", words(command));
    if let Some(person) = person {
        line += &format!(" --as {person}");
    }
    line
}

/// Returns the line that asks for a waiver of `guard` at `scope`.
pub fn waiver_request(guard: Guard, scope: &Scope) -> String {
    let part = guard.named_parts().map(|_| format!(" --part {TEXT}")).unwrap_or_default();
    format!(
        "landfall waiver request {guard} {scope}{part} --reason \"{TEXT}\" --risk \"{TEXT}\" --control \"{TEXT}\" --until {TEXT}"
    )
}

/// Returns `at` without what is smaller than a second: nobody types that, and a moment earlier is
/// as good.
fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Returns `text` as one word of a shell's line: as it stands, where a shell reads it so.
pub fn as_a_word(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@%+,=".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// Returns `text` as one word of a shell's line.
pub fn quoted(text: &str) -> String {
    let text = if text.trim().is_empty() { TEXT } else { text };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(if letter.is_control() { ' ' } else { letter });
    }
    quoted.push('"');
    quoted
}

fn words(command: &Command) -> String {
    match command {
        Command::Baseline { .. } | Command::Open => "deployment start".to_owned(),
        Command::RevisePlan { reason, .. } => {
            format!("deployment revise PLAN --reason {}", quoted(reason))
        }
        Command::HoldDeployment { reason } => {
            format!("deployment hold --reason {}", quoted(reason))
        }
        Command::ReleaseDeployment { reason } => {
            format!("deployment release --reason {}", quoted(reason))
        }
        Command::Cancel { reason } => format!("deployment cancel --reason {}", quoted(reason)),
        Command::Hold { scope, held, reason } => {
            let verb = if *held { "hold" } else { "release" };
            format!("{verb} {scope} --reason {}", quoted(reason))
        }
        Command::Rfc { rfc, act } => rfc_words(rfc, act),
        Command::AcknowledgeSchedule { site, version } => {
            format!("acknowledge site/{site} --version {}", version.short())
        }
        Command::Adopt { component } => format!("adopt component/{component}"),
        Command::Attest { guard, scope, statement } => {
            // The statement is the person's own; the guard's text only says what it is about.
            let statement = if statement == guard.text() { "" } else { statement };
            format!("attest {guard} {scope} --statement {}", quoted(statement))
        }
        Command::RequestWaiver { guard, scope, .. } => {
            let line = waiver_request(*guard, scope);
            line.trim_start_matches("landfall ").to_owned()
        }
        Command::ApproveWaiver { waiver } => format!("waiver approve {waiver}"),
        Command::RefuseWaiver { waiver, reason } => {
            format!("waiver refuse {waiver} --reason {}", quoted(reason))
        }
        Command::CloseWaiver { waiver, reason } => {
            format!("waiver close {waiver} --reason {}", quoted(reason))
        }
        Command::Sign { slot, document, .. } => {
            format!("sign {slot} --digest {}", document.short())
        }
        Command::Refuse { slot, document, reasons } => {
            let reason = quoted(&reasons.join("; "));
            format!("refuse {slot} --reason {reason} --digest {}", document.short())
        }
        Command::Withdraw { slot, reason } => {
            format!("withdraw {slot} --reason {}", quoted(reason))
        }
        Command::ResolveRefusal { site, reason } => {
            format!("resolve-refusal site/{site} --reason {}", quoted(reason))
        }
        Command::Revisit { site, reason } => {
            format!("revisit site/{site} --reason {}", quoted(reason))
        }
        Command::HaltRing { ring, reason } => {
            format!("halt ring/{ring} --reason {}", quoted(reason))
        }
        Command::HaltSite { site, reason } => {
            format!("halt site/{site} --reason {}", quoted(reason))
        }
        Command::CancelOrders { scope, reason } => {
            format!("halt {scope} --now --reason {}", quoted(reason))
        }
        Command::ResumeRing { ring, reason, only } => {
            let all = [Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
            let names: Vec<String> = only.iter().map(ToString::to_string).collect();
            let is_all = all.iter().all(|it| only.contains(it));
            let only = if is_all { String::new() } else { format!(" --only {}", names.join(",")) };
            format!("resume ring/{ring} --reason {}{only}", quoted(reason))
        }
        Command::Resume { scope, reason } => format!("resume {scope} --reason {}", quoted(reason)),
        Command::Decide { scope, computers, decision, reason } => {
            let computers: String =
                computers.iter().map(|it| format!(" --computer {it}")).collect();
            let (verb, outcome) = decision_words(*decision);
            format!("{verb} {scope}{computers}{outcome} --reason {}", quoted(reason))
        }
        Command::Confirm { scope, computer, done, .. } => {
            let computer = computer.as_ref().map(|it| format!(" --computer {it}"));
            let failed = if *done { "" } else { " --failed" };
            format!("confirm {scope}{}{failed} --evidence \"{TEXT}\"", computer.unwrap_or_default())
        }
        Command::RollBack { scope, reason, accept_loss } => {
            let loss = if *accept_loss { " --accept-loss" } else { "" };
            format!("rollback {scope} --reason {}{loss}", quoted(reason))
        }
        Command::Replan { scope, reason } => format!("replan {scope} --reason {}", quoted(reason)),
        Command::Exempt { site, reason } => {
            format!("exempt site/{site} --reason {}", quoted(reason))
        }
        Command::Incident(it) => incidents::incident(it),
        Command::Escalation(it) => incidents::escalation(it),
        Command::Readiness(it) => stable::readiness(it),
        Command::Assignment(it) => stable::team(it),
        Command::Milestone(it) => stable::milestone(it),
        Command::QuietPeriod(it) => stable::quiet_period(it),
        Command::Survey(it) => complete::survey(it),
        Command::Assessment(it) => complete::assessment(it),
        Command::CloseOut(it) => closing::close_out(it),
        Command::Termination(it) => closing::termination(it),
        Command::History(model::history::HistoryCommand::AcceptLoss { reason, .. }) => {
            format!("record accept-loss --reason {}", quoted(reason))
        }
        Command::History(model::history::HistoryCommand::AcceptClock { reason }) => {
            format!("record accept-clock --reason {}", quoted(reason))
        }
        Command::History(model::history::HistoryCommand::ForgetPerson { person, reason }) => {
            format!("person forget {person} --reason {}", quoted(reason))
        }
        Command::Delegation(it) => delegation_words(it),
        Command::Dispute(it) => dispute_words(it),
        Command::Paper(it) => paper_words(it),
        Command::Batch(it) => batch_words(it),
        Command::ChangeSchedule(it) => change_schedule_words(it),
        Command::SiteCare(it) => care::site_care(it),
        Command::Message(it) => notices::message(it),
        Command::Training(it) => notices::training(it),
        Command::Precheck(it) => precheck::typed(it),
        Command::ReleaseReadiness(it) => entry::release_readiness(it),
    }
}

fn rfc_words(rfc: &model::id::RfcId, act: &RfcAct) -> String {
    match act {
        RfcAct::Submit => format!("rfc submit {rfc}"),
        RfcAct::Classify { category } => format!("rfc classify {rfc} --category {category}"),
        RfcAct::Return { reason } => format!("rfc return {rfc} --reason {}", quoted(reason)),
        RfcAct::Approve { part, .. } => format!("rfc approve {rfc} --digest {}", part.short()),
        RfcAct::AuthoriseEmergency { part, kind, reason } => {
            let kind = kind.map_or_else(|| TEXT.to_owned(), |it| it.to_string());
            let digest = part.short();
            let reason = quoted(reason);
            format!("rfc emergency {rfc} --digest {digest} --restores {kind} --reason {reason}")
        }
        RfcAct::ReviewEmergency { justified, finding } => {
            let verdict = if *justified { "--justified" } else { "--unjustified" };
            format!("rfc review-emergency {rfc} {verdict} --reason {}", quoted(finding))
        }
        RfcAct::Begin => format!("rfc begin {rfc}"),
        RfcAct::Finish { evidence } => format!("rfc finish {rfc} --evidence {}", quoted(evidence)),
        RfcAct::BackOut { reason } => format!("rfc back-out {rfc} --reason {}", quoted(reason)),
        RfcAct::ReviewImplementation { review } => {
            let verdict = if review.success { "--success" } else { "--failure" };
            format!("rfc review {rfc} {verdict} --lessons {}", quoted(&review.lessons))
        }
        RfcAct::Reject { reason } => format!("rfc reject {rfc} --reason {}", quoted(reason)),
        RfcAct::Schedule => format!("rfc schedule {rfc}"),
        RfcAct::Cancel { reason } => format!("rfc cancel {rfc} --reason {}", quoted(reason)),
        RfcAct::Review { reason } => format!("rfc review {rfc} --reason {}", quoted(reason)),
        RfcAct::Close => format!("rfc close {rfc}"),
    }
}

fn delegation_words(command: &DelegationCommand) -> String {
    match command {
        DelegationCommand::Give { delegate, role, scope, until, reason, .. } => {
            let role = role.key();
            let reason = quoted(reason);
            format!("delegate give {delegate} {role} {scope} --until {until} --reason {reason}")
        }
        DelegationCommand::End { delegation, reason } => {
            format!("delegate end {delegation} --reason {}", quoted(reason))
        }
    }
}

fn dispute_words(command: &DisputeCommand) -> String {
    match command {
        DisputeCommand::Report { person, means, since, reason } => {
            let means = means.map(|it| format!(" --means {it}")).unwrap_or_default();
            let (reason, since) = (quoted(reason), to_the_second(*since));
            format!("dispute report {person}{means} --since {since} --reason {reason}")
        }
        DisputeCommand::Renew { dispute, statement } => {
            format!("dispute renew {dispute} --statement {}", quoted(statement))
        }
        DisputeCommand::Confirm { slot, document } => {
            format!("dispute confirm {slot} --digest {}", document.short())
        }
        DisputeCommand::ConfirmApproval { rfc, part } => {
            format!("dispute confirm {rfc} --digest {}", part.short())
        }
        DisputeCommand::SetAsideApproval { rfc, by, reason } => {
            format!("dispute set-aside {rfc} --of {by} --reason {}", quoted(reason))
        }
        DisputeCommand::SetAside { slot, reason } => {
            format!("dispute set-aside {slot} --reason {}", quoted(reason))
        }
    }
}

fn paper_words(command: &PaperCommand) -> String {
    match command {
        PaperCommand::Record { signed } => {
            let SignedPaper { slot, document, signer, signed_on, kept, scan } = signed;
            format!(
                "paper record {slot} --digest {} --signer {signer} --on {signed_on} --scan {scan} --kept {}",
                document.short(),
                quoted(kept)
            )
        }
        PaperCommand::Attest { paper, scan } => format!("paper attest {paper} --scan {scan}"),
        PaperCommand::Reject { paper, reason } => {
            format!("paper reject {paper} --reason {}", quoted(reason))
        }
    }
}

fn batch_words(command: &BatchCommand) -> String {
    match command {
        BatchCommand::Begin { slots } => {
            let names: Vec<String> = slots.iter().map(ToString::to_string).collect();
            format!("batch begin {}", names.join(" "))
        }
        BatchCommand::LookAt { batch, slot, document } => {
            format!("batch look {batch} {} --digest {}", slot.sheet, document.short())
        }
        BatchCommand::Sign { batch, digest } => {
            format!("batch sign {batch} --digest {}", digest.short())
        }
    }
}

fn change_schedule_words(command: &ChangeScheduleCommand) -> String {
    match command {
        ChangeScheduleCommand::RequestStandard { template, sites, window, reason } => {
            let sites: String = sites.iter().map(|it| format!(" site/{it}")).collect();
            let window = window.map(|it| format!(" --from {} --until {}", it.from, it.until));
            let window = window.unwrap_or_default();
            format!("rfc standard {template}{sites}{window} --reason {}", quoted(reason))
        }
        ChangeScheduleCommand::RequestEmergency { request } => {
            format!("rfc ask-emergency {} --reason {}", request.id, quoted(&request.reason))
        }
        ChangeScheduleCommand::Rule { rfc, deployment, other, ruling } => {
            let ruling = quoted(ruling);
            format!("rfc rule {rfc} --with {other} --of {deployment} --reason {ruling}")
        }
    }
}

fn decision_words(decision: StepDecision) -> (&'static str, &'static str) {
    match decision {
        StepDecision::Retry => ("retry", ""),
        StepDecision::Ignore => ("ignore", ""),
        StepDecision::Exclude => ("exclude", ""),
        StepDecision::Done => ("resolve", " --done"),
        StepDecision::NotDone => ("resolve", " --not-done"),
        StepDecision::Failed => ("resolve", " --failed"),
    }
}
