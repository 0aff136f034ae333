//! The command line: what can be typed, group by group.
//!
//! Only shapes stand here. What an argument means is parsed into the words of the
//! model at once, so that whoever carries it out takes a `Scope`, not a text.

pub(crate) mod account;
pub(crate) mod act;
pub(crate) mod assessment;
pub(crate) mod batch;
pub(crate) mod care;
pub(crate) mod close_out;
pub(crate) mod delegate;
pub(crate) mod deployment;
pub(crate) mod dispute;
pub(crate) mod document;
pub(crate) mod escalation;
pub(crate) mod evidence;
pub(crate) mod incident;
mod instant;
pub(crate) mod look;
pub(crate) mod measure;
pub(crate) mod message;
pub(crate) mod milestone;
pub(crate) mod origins;
pub(crate) mod paper;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod plan;
pub(crate) mod precheck;
pub(crate) mod quiet_period;
pub(crate) mod readiness;
pub(crate) mod record;
pub(crate) mod release_readiness;
pub(crate) mod rfc;
pub(crate) mod run;
pub(crate) mod sign;
pub(crate) mod survey;
pub(crate) mod team;
#[cfg(test)]
mod tests;
pub(crate) mod waiver;

use crate::demo::DemoArguments;
use crate::signing_key::SigningKey;
use ::record::{CommandId, Location};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use model::id::{DeploymentId, PersonId};
use origins::Origins;
use std::path::PathBuf;

/// Rolls a new release out to many sites, and keeps one record of everything.
#[derive(Debug, Parser)]
#[command(name = "landfall", version, max_term_width = 100, infer_subcommands = false)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) what: What,
}

/// What can be said with every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Everywhere {
    /// The directory with record.db, the signing key, outputs and the journal of local orders.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LANDFALL_DATA",
        default_value = ".landfall",
        hide_env_values = true
    )]
    pub(crate) data: PathBuf,
    /// Where the record lives, if not in that directory: a path, or <postgres://user@host/database>.
    #[arg(
        long,
        global = true,
        value_name = "URL|PATH",
        env = "LANDFALL_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<Location>,
    /// A second place, on another disk or computer, that is told of every change.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LANDFALL_WITNESS",
        hide_env_values = true
    )]
    pub(crate) witness: Option<PathBuf>,
    /// A server of Landfall to ask and act through, instead of a record of one's own.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "LANDFALL_SERVER",
        hide_env_values = true
    )]
    pub(crate) server: Option<String>,
    /// Where the token for that server is found: `env:NAME` or `file:/path`; otherwise what
    /// `landfall log-in` has left in the data directory.
    #[arg(
        long,
        global = true,
        value_name = "REFERENCE",
        env = "LANDFALL_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// The deployment; may be left out where the record has exactly one.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "LANDFALL_DEPLOYMENT",
        hide_env_values = true
    )]
    pub(crate) deployment: Option<DeploymentId>,
    /// The person of the plan who acts; may be left out where the plan has the profile solo, and at a server,
    /// which knows who has logged in.
    #[arg(
        long = "as",
        global = true,
        value_name = "PERSON",
        env = "LANDFALL_AS",
        hide_env_values = true
    )]
    pub(crate) person: Option<PersonId>,
    /// The SSH key with which you sign, where the plan names it: a file, or `agent`.
    #[arg(
        long,
        global = true,
        value_name = "FILE|agent",
        env = "LANDFALL_SSH_KEY",
        hide_env_values = true
    )]
    pub(crate) ssh_key: Option<SigningKey>,
    /// The name of this act. Repeated under the same name, it is recorded once.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) command_id: Option<CommandId>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colours; they never say anything that words do not say.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Colours,
    /// Where each of these was said.
    #[arg(skip)]
    pub(crate) origins: Origins,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colours {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    Init(plan::Init),
    Check(plan::Check),
    Schema(plan::Schema),
    #[command(subcommand)]
    Plan(plan::Plan),
    Forecast(plan::ForecastOf),
    Rehearse(plan::Rehearse),
    #[command(subcommand)]
    Deployment(deployment::Deployment),
    Serve(run::Serve),
    Worker(run::Worker),
    Workers(run::Workers),
    Demo(DemoArguments),
    Status(look::Status),
    Why(look::Why),
    Waiting(look::Waiting),
    Measures(measure::Measures),
    Outcomes(measure::Outcomes),
    Handover(look::HandoverOf),
    Report(measure::ReportOf),
    #[command(subcommand)]
    ReleaseReadiness(release_readiness::ReleaseReadiness),
    #[command(subcommand)]
    Rfc(rfc::Rfc),
    ChangeSchedule(rfc::ChangeSchedule),
    #[command(subcommand)]
    Document(document::DocumentOf),
    Sheet(sign::SheetOf),
    Sign(sign::Sign),
    Refuse(sign::Refuse),
    ResolveRefusal(sign::ResolveRefusal),
    Revisit(sign::Revisit),
    Withdraw(sign::Withdraw),
    #[command(subcommand)]
    Delegate(delegate::Delegate),
    #[command(subcommand)]
    Dispute(dispute::Dispute),
    #[command(subcommand)]
    Batch(batch::Batch),
    #[command(subcommand)]
    Paper(paper::Paper),
    Acknowledge(act::Acknowledge),
    Adopt(act::Adopt),
    #[command(subcommand)]
    Precheck(precheck::Precheck),
    Attest(act::Attest),
    Confirm(act::Confirm),
    Exempt(act::Exempt),
    #[command(subcommand)]
    Coverage(care::Coverage),
    Fulfil(care::Fulfil),
    #[command(subcommand)]
    Item(care::ItemOf),
    #[command(subcommand)]
    Revisits(care::Revisits),
    Descope(care::Descope),
    AskAgain(care::AskAgain),
    Replan(act::Replan),
    Hold(act::Hold),
    Release(act::Release),
    Halt(act::Halt),
    Resume(act::Resume),
    Retry(act::Retry),
    Ignore(act::Ignore),
    Exclude(act::Exclude),
    Resolve(act::Resolve),
    Rollback(act::Rollback),
    #[command(subcommand)]
    Incident(incident::Incident),
    #[command(subcommand)]
    Escalation(escalation::Escalation),
    #[command(subcommand)]
    Problem(incident::Problem),
    #[command(subcommand)]
    Feedback(incident::Feedback),
    #[command(subcommand)]
    Maintenance(incident::Maintenance),
    #[command(subcommand)]
    Waiver(waiver::Waiver),
    #[command(subcommand)]
    Team(team::Team),
    #[command(subcommand)]
    Person(person::PersonOf),
    #[command(subcommand)]
    Readiness(readiness::Readiness),
    #[command(subcommand)]
    Guide(readiness::Guide),
    #[command(subcommand)]
    Milestone(milestone::MilestoneOf),
    #[command(subcommand)]
    QuietPeriod(quiet_period::QuietPeriodOf),
    #[command(subcommand)]
    Question(assessment::Question),
    #[command(subcommand)]
    Criterion(assessment::Criterion),
    #[command(subcommand)]
    Survey(survey::Survey),
    #[command(subcommand)]
    Message(message::Message),
    #[command(subcommand)]
    Training(message::Training),
    Calendar(message::Calendar),
    #[command(subcommand)]
    CloseOut(close_out::CloseOut),
    #[command(subcommand)]
    Terminate(close_out::Terminate),
    #[command(subcommand)]
    Record(record::RecordOf),
    #[command(subcommand)]
    Evidence(evidence::EvidenceOf),
    Verify(record::Verify),
    Output(record::Output),
    LogIn(run::LogIn),
    #[command(subcommand)]
    Account(account::AccountOf),
    Link(run::Link),
    ExitCodes(run::ExitCodes),
    Completions(run::Completions),
    Man(run::Man),
}

/// The commands as the overview lists them: a heading and what stands under it.
const GROUPS: &[(&str, &[&str])] = &[
    ("Plan", &["init", "check", "schema", "plan", "forecast", "rehearse"]),
    ("Deploy", &["deployment", "serve", "worker", "workers", "demo"]),
    ("Look", &["status", "why", "waiting", "measures", "outcomes", "handover", "report"]),
    (
        "Authorise and sign",
        &[
            "release-readiness",
            "rfc",
            "change-schedule",
            "sheet",
            "document",
            "sign",
            "batch",
            "refuse",
            "withdraw",
            "ask-again",
            "resolve-refusal",
            "revisit",
            "revisits",
            "item",
            "waiver",
            "delegate",
            "dispute",
            "paper",
        ],
    ),
    (
        "Take part",
        &[
            "acknowledge",
            "adopt",
            "precheck",
            "attest",
            "confirm",
            "coverage",
            "fulfil",
            "exempt",
            "descope",
            "replan",
        ],
    ),
    (
        "Stop and go on",
        &["hold", "release", "halt", "resume", "retry", "ignore", "exclude", "resolve", "rollback"],
    ),
    ("Stabilize", &["team", "readiness", "guide", "milestone", "quiet-period"]),
    ("Support", &["incident", "escalation", "problem", "feedback", "maintenance"]),
    ("Communicate and train", &["message", "training", "calendar", "link"]),
    ("Assess and complete", &["question", "criterion", "survey", "close-out", "terminate"]),
    ("Prove", &["record", "evidence", "verify", "output", "person"]),
    ("The program", &["log-in", "account", "exit-codes", "completions", "man"]),
];

/// The examples of the overview.
const EXAMPLES: &str = "Examples:
  landfall init hello
  landfall check hello/landfall.yaml --deliverables
  landfall deployment create hello/landfall.yaml --rehearsal
  landfall deployment start
  landfall serve --until-idle
  landfall why site/north

`landfall help COMMAND` says more of each. `landfall help exit-codes` lists the exit codes.";

/// Returns the whole command line, its overview grouped.
pub(crate) fn command() -> clap::Command {
    let command = CommandLine::command();
    let overview = overview(&command);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{overview}{{options}}\n\n{EXAMPLES}\n"
    );
    // Set on the overview alone: the help of each command keeps its own form.
    command.help_template(template)
}

/// Returns the commands with one line each, under their headings.
fn overview(command: &clap::Command) -> String {
    let mut text = String::new();
    let names = GROUPS.iter().flat_map(|(_, names)| *names);
    let width = names.map(|it| it.len()).max().unwrap_or_default();
    for (heading, names) in GROUPS {
        text += &format!("{heading}:\n");
        for name in *names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            text += &format!("  {name:<width$} {about}\n");
        }
        text.push('\n');
    }
    text
}
