//! What can be typed to take part in a deployment, to stop it and to let it go on.

use super::sign::site;
use clap::{ArgGroup, Args};
use model::command::Resumable;
use model::event::StepDecision;
use model::guard::Guard;
use model::id::{ComponentId, ComputerId, RingId, SiteId};
use model::scope::Scope;

/// Acknowledge what sites are told to expect, and when, as their owner.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("which").required(true),
    after_help = "Examples:
  landfall acknowledge site/B27 --version 6854ed03
  landfall acknowledge --ring early

What is acknowledged is shown: what users notice, the interruption, whom to call, the windows.
With --version it must be that; of several sites, the version is that of their list.
Exit code 8 where what they are told is no longer what has that version."
)]
pub(crate) struct Acknowledge {
    /// The sites.
    #[arg(value_name = "SITE", value_parser = site, group = "which")]
    pub(crate) sites: Vec<SiteId>,
    /// All sites of this ring that you own or are deputy for.
    #[arg(long, value_name = "RING", value_parser = ring, group = "which")]
    pub(crate) ring: Option<RingId>,
    /// The token from a letter: whoever has the letter acknowledges it, once.
    #[arg(long, value_name = "TOKEN", group = "which")]
    pub(crate) token: Option<String>,
    /// The first digits, at least 8, of the version of what they are told.
    #[arg(long, value_name = "PREFIX")]
    pub(crate) version: Option<String>,
}

/// Take a component that the pilot deployed as it is, if its checks pass.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall adopt component/dns")]
pub(crate) struct Adopt {
    /// The component.
    #[arg(value_name = "COMPONENT", value_parser = component)]
    pub(crate) component: ComponentId,
}

/// State that a guard is met that the program cannot see.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall attest S5 site/B27 --statement \"31 of 36 users trained, list in the training folder\"
  landfall attest E4 deployment --statement \"Accepted in the meeting of 2027-01-11\"")]
pub(crate) struct Attest {
    /// The guard, such as S5.
    #[arg(value_name = "GUARD", value_parser = guard)]
    pub(crate) guard: Guard,
    /// Where.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// What is stated, with a reference to evidence.
    #[arg(long, value_name = "TEXT")]
    pub(crate) statement: String,
}

/// Confirm that a person's step was done, or say that it failed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall confirm site/B27 --evidence \"Photo of the cabling in the site folder\"
  landfall confirm site/B27 --computer pc-7 --failed --evidence \"The disk does not spin up\"")]
pub(crate) struct Confirm {
    /// The component or site.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// The computer; needed where several were asked.
    #[arg(long, value_name = "COMPUTER")]
    pub(crate) computer: Option<ComputerId>,
    /// What shows it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: Option<String>,
    /// It failed.
    #[arg(long)]
    pub(crate) failed: bool,
}

/// Leave a site out of the deployment; takes two people.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall exempt site/B27 --reason \"The branch closes in March\"")]
pub(crate) struct Exempt {
    /// The site.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Plan a rolled-back component or site anew.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall replan site/B27 --reason \"The driver is fixed\"")]
pub(crate) struct Replan {
    /// The component or site.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Let something not start.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall hold site/B27 --reason \"Stock-taking until Friday\"
  landfall hold ring/broad --reason \"The vendor looks into a fault\"
  landfall hold deployment --reason \"The data centre is on emergency power\"")]
pub(crate) struct Hold {
    /// What.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Let something that was held go again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall release site/B27 --reason \"Stock-taking is done\"")]
pub(crate) struct Release {
    /// What.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// What the cause was, and what was decided.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Halt a ring at once, or a site at its next step boundary.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall halt ring/early --reason \"Two branches report wrong prices\"
  landfall halt site/B27 --reason \"The owner sees wrong prices\"")]
pub(crate) struct Halt {
    /// The ring or site.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Stop a site or component in the middle of its steps; what they had done is looked at.
    #[arg(long)]
    pub(crate) now: bool,
}

/// Let a halted ring, site or component go on; a ring takes two people.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall resume ring/early --reason \"Wrong price list, replaced\" --only failed,not-started
  landfall resume site/B27 --reason \"The disk was full; it was cleaned\"")]
pub(crate) struct Resume {
    /// The ring, site or component.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// What the cause was, and what was decided.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Which sites of a ring are tried again: failed, lost, not-started; all of them without.
    #[arg(long, value_name = "WHICH", value_delimiter = ',', value_parser = model::word::read::<Resumable>)]
    pub(crate) only: Vec<Resumable>,
}

/// What a decision on failed, lost or unknown steps needs.
#[derive(Args, Debug)]
pub(crate) struct Steps {
    /// The component or site.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// A computer; may be given several times. All that need the decision without.
    #[arg(long = "computer", value_name = "COMPUTER")]
    pub(crate) computers: Vec<ComputerId>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Try failed or lost steps again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall retry site/B27 --reason \"The disk was full; it was cleaned\"
  landfall retry site/B27 --computer pc-7 --reason \"It was switched off\"")]
pub(crate) struct Retry {
    #[command(flatten)]
    pub(crate) steps: Steps,
}

/// Pass over steps that did not succeed; it stays on the sheet.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall ignore site/B27 --computer pc-7 --reason \"The printer test does not apply here\"")]
pub(crate) struct Ignore {
    #[command(flatten)]
    pub(crate) steps: Steps,
}

/// Leave computers out of their site's run.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall exclude site/B27 --computer pc-7 --reason \"It is in repair\"")]
pub(crate) struct Exclude {
    /// The component or site.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// A computer; may be given several times.
    #[arg(long = "computer", value_name = "COMPUTER", required = true)]
    pub(crate) computers: Vec<ComputerId>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Say what became of steps whose outcome nobody knows.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("outcome").required(true),
    after_help = "Examples:
  landfall resolve site/B27 --done --reason \"Looked: version 3.0.2 is running\"
  landfall resolve site/B27 --computer pc-7 --not-done --reason \"Nothing was installed\""
)]
pub(crate) struct Resolve {
    #[command(flatten)]
    pub(crate) steps: Steps,
    /// It was in fact done.
    #[arg(long, group = "outcome")]
    pub(crate) done: bool,
    /// It was in fact not done, and may be tried again.
    #[arg(long, group = "outcome")]
    pub(crate) not_done: bool,
    /// It failed.
    #[arg(long, group = "outcome")]
    pub(crate) failed: bool,
}

impl Resolve {
    /// Returns the decision.
    pub(crate) fn decision(&self) -> StepDecision {
        match (self.done, self.not_done) {
            (true, _) => StepDecision::Done,
            (false, true) => StepDecision::NotDone,
            (false, false) => StepDecision::Failed,
        }
    }
}

/// Roll back a component, a site, or all deployed sites of a ring.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall rollback site/B27 --reason \"Wrong prices after the start\"
  landfall rollback component/db-primary --reason \"Wrong schema\" --accept-loss")]
pub(crate) struct Rollback {
    /// The component, site or ring.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Accept the loss that the plan names.
    #[arg(long)]
    pub(crate) accept_loss: bool,
}

/// Returns the guard that `text` names.
pub(crate) fn guard(text: &str) -> Result<Guard, String> {
    let guard = text.to_uppercase().parse();
    guard.map_err(|_| "a guard is written like S5 or E4; `landfall why` names it".to_owned())
}

fn ring(text: &str) -> Result<RingId, String> {
    let name = text.strip_prefix("ring/").unwrap_or(text);
    name.parse().map_err(|it: model::id::InvalidName| it.to_string())
}

pub(crate) fn component(text: &str) -> Result<ComponentId, String> {
    let name = text.strip_prefix("component/").unwrap_or(text);
    name.parse().map_err(|it: model::id::InvalidName| it.to_string())
}
