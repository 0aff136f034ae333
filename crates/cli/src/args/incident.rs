//! What can be typed about incidents, their impact, announced work, feedback and problems.

use clap::{Args, Subcommand};
use model::id::{PersonId, RfcId, SiteId};
use model::incident::{Attribution, ImpactLevel, RequestKind, Severity};
use model::scope::Scope;

/// Report incidents and other requests, and follow them to their end.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall incident list")]
pub(crate) enum Incident {
    /// Report an incident or another request.
    #[command(after_help = "Examples:
  landfall incident open site/B27 --severity 2 --title \"Counter 3 shows wrong prices\"
  landfall incident open site/B25 site/B26 --severity 2 --title \"The tills are down\" --level outage --since 2027-04-08T14:30Z
  landfall incident open deployment --kind information --title \"How are vouchers cancelled?\" --source desk --external-id T-4711")]
    Open(Box<Opened>),
    /// Say that an incident was seen.
    #[command(after_help = "Examples:
  landfall incident acknowledge 7
  landfall incident acknowledge 7 --at 2027-04-08T14:09Z")]
    Acknowledge {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// When, where not now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Begin to work on an incident, or record a way around it.
    #[command(after_help = "Examples:
  landfall incident work 7
  landfall incident work 7 --assignee ops
  landfall incident work 7 --workaround \"Use counter 2\"")]
    Work {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// Who works on it, where not you.
        #[arg(long, value_name = "PERSON", conflicts_with = "workaround")]
        assignee: Option<PersonId>,
        /// A way around it.
        #[arg(long, value_name = "TEXT")]
        workaround: Option<String>,
    },
    /// Ask the project team, as Operations or Support.
    #[command(after_help = "Examples:
  landfall incident escalate 7 --because needs-code-change --text \"The price list is read wrongly\" --tried \"Restarted the till\"")]
    Escalate {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        #[command(flatten)]
        needs: super::escalation::Needs,
    },
    /// State that the service is back.
    #[command(after_help = "Examples:
  landfall incident restore 7 --confirmation \"The shop manager sold something\"
  landfall incident restore 7 --at 2027-04-08T14:47Z --confirmation \"The check passes\"")]
    Restore {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// When, where not now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// What shows it: a check that passes, or who confirmed it.
        #[arg(long, value_name = "TEXT")]
        confirmation: String,
    },
    /// State that the cause of an incident is dealt with.
    #[command(after_help = "Examples:
  landfall incident resolve 7 --cause \"A stale price list\" --fix \"It was replaced\"
  landfall incident resolve 7 --cause \"The reader hangs\" --workaround \"Restart it\" --problem 2")]
    Resolve {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// The cause.
        #[arg(long, value_name = "TEXT")]
        cause: String,
        /// How it was mended.
        #[arg(long, value_name = "TEXT")]
        fix: Option<String>,
        /// The way around it.
        #[arg(long, value_name = "TEXT")]
        workaround: Option<String>,
        /// The problem behind it.
        #[arg(long, value_name = "NUMBER")]
        problem: Option<u32>,
    },
    /// Confirm that an incident is over.
    #[command(after_help = "Examples:
  landfall incident close 7")]
    Close {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
    },
    /// State that an incident came back; after the reopen limit it becomes another one.
    #[command(after_help = "Examples:
  landfall incident reopen 7 --reason \"Counter 3 is wrong again\"")]
    Reopen {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// When, where not now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// What was seen.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// State that an incident is another one, or that it is not after all.
    #[command(after_help = "Examples:
  landfall incident duplicate 8 --of 7 --reason \"The same line\"
  landfall incident duplicate 8 --undo --reason \"Another line\"")]
    Duplicate {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// The other's number.
        #[arg(
            long,
            value_name = "NUMBER",
            required_unless_present = "undo",
            conflicts_with = "undo"
        )]
        of: Option<u32>,
        /// It is no duplicate after all.
        #[arg(long)]
        undo: bool,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// State that an incident was a false alarm; a severe one takes two people.
    #[command(after_help = "Examples:
  landfall incident cancel 7 --reason \"The till was switched off\"")]
    Cancel {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Change the severity or attribution of an incident.
    #[command(after_help = "Examples:
  landfall incident reclassify 7 --severity 3 --reason \"Only the display is wrong\"
  landfall incident reclassify 7 --attribution environment --reason \"The provider says so\"")]
    Reclassify {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// How bad: 1, the worst, to 4.
        #[arg(long, value_name = "1-4", value_parser = severity, required_unless_present = "attribution")]
        severity: Option<Severity>,
        /// Where the cause lies: solution, environment, user-error, unrelated, undetermined.
        #[arg(long, value_name = "WHERE")]
        #[arg(value_parser = model::word::read::<Attribution>)]
        attribution: Option<Attribution>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record what an incident has hit, end it, and correct it.
    #[command(subcommand)]
    Impact(ImpactOf),
    /// List incidents and other requests.
    #[command(after_help = "Examples:
  landfall incident list
  landfall incident list --all --json")]
    List {
        /// The closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// Show an incident with all of its instants and impact.
    #[command(after_help = "Examples:
  landfall incident show 7
  landfall incident show 7 --json")]
    Show {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
    },
}

/// What a report needs.
#[derive(Args, Debug)]
pub(crate) struct Opened {
    /// The sites, components or ring that it is about.
    #[arg(value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<Scope>,
    /// How bad: 1, the worst, to 4.
    #[arg(long, value_name = "1-4", value_parser = severity, default_value = "4")]
    pub(crate) severity: Severity,
    /// What happened, in a line.
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: String,
    /// What happened, at length.
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// What kind of request: incident, information, service-fulfilment, new-service.
    #[arg(long, value_name = "KIND", default_value = "incident")]
    #[arg(value_parser = model::word::read::<RequestKind>)]
    pub(crate) kind: RequestKind,
    /// Where the cause lies: solution, environment, user-error, unrelated, undetermined.
    #[arg(long, value_name = "WHERE", default_value = "undetermined")]
    #[arg(value_parser = model::word::read::<Attribution>)]
    pub(crate) attribution: Attribution,
    /// When it was noticed, where not now.
    #[arg(long, value_name = "TIME")]
    pub(crate) detected: Option<String>,
    /// The system that it comes from.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Its name there; the same name is recorded once.
    #[arg(long, value_name = "NAME", requires = "source")]
    pub(crate) external_id: Option<String>,
    /// Who reported it, where not you.
    #[arg(long, value_name = "NAME")]
    pub(crate) reporter: Option<String>,
    /// How much is hit: outage, partial, degraded. Nothing is recorded without.
    #[arg(long, value_name = "LEVEL")]
    #[arg(value_parser = model::word::read::<ImpactLevel>)]
    pub(crate) level: Option<ImpactLevel>,
    /// Since when it is hit; since it was noticed without.
    #[arg(long, value_name = "TIME", requires = "level")]
    pub(crate) since: Option<String>,
    /// Until when it was hit; it goes on without.
    #[arg(long, value_name = "TIME", requires = "level")]
    pub(crate) until: Option<String>,
    /// How many users of each site; all of them without.
    #[arg(long, value_name = "COUNT", requires = "level")]
    pub(crate) users: Option<u32>,
}

/// When, where and how much is hit.
#[derive(Args, Debug)]
pub(crate) struct Hit {
    /// How much: outage, partial, degraded.
    #[arg(long, value_name = "LEVEL")]
    #[arg(value_parser = model::word::read::<ImpactLevel>)]
    pub(crate) level: ImpactLevel,
    /// Since when.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: String,
    /// Until when; it goes on without.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// A site; may be given several times. All of them without.
    #[arg(long = "site", value_name = "SITE", value_parser = super::sign::site)]
    pub(crate) sites: Vec<SiteId>,
    /// How many users of each site; all of them without.
    #[arg(long, value_name = "COUNT")]
    pub(crate) users: Option<u32>,
}

/// What is done with the impact of an incident.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall incident impact end 7 2")]
pub(crate) enum ImpactOf {
    /// Record that something was hit.
    #[command(after_help = "Examples:
  landfall incident impact add 7 --level partial --since 2027-04-08T14:30Z --site B27 --users 20")]
    Add {
        /// The incident's number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        #[command(flatten)]
        hit: Hit,
    },
    /// Record that it is hit no longer.
    #[command(after_help = "Examples:
  landfall incident impact end 7 2 --at 2027-04-08T15:20Z")]
    End {
        /// The incident's number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// The number of the impact.
        #[arg(value_name = "IMPACT")]
        segment: u32,
        /// Since when, where not since now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Correct what was recorded; the earlier word stays in the record.
    #[command(after_help = "Examples:
  landfall incident impact correct 7 2 --level outage --since 2027-04-08T14:28Z --until 2027-04-08T15:20Z --site B27 --reason \"By the log of the line\"")]
    Correct {
        /// The incident's number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// The number of the impact.
        #[arg(value_name = "IMPACT")]
        segment: u32,
        #[command(flatten)]
        hit: Hit,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Withdraw what was recorded: nothing was hit.
    #[command(after_help = "Examples:
  landfall incident impact withdraw 7 2 --reason \"It was another site\"")]
    Withdraw {
        /// The incident's number.
        #[arg(value_name = "NUMBER")]
        incident: u32,
        /// The number of the impact.
        #[arg(value_name = "IMPACT")]
        segment: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Announce work on the solution, move it and call it off.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall maintenance list")]
pub(crate) enum Maintenance {
    /// Announce work; it counts as planned when announced 48 hours before its start.
    #[command(after_help = "Examples:
  landfall maintenance announce --title \"New certificates\" --from 2027-04-11T06:00Z --until 2027-04-11T08:00Z")]
    Announce {
        /// What is done.
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// Its beginning.
        #[arg(long, value_name = "TIME")]
        from: String,
        /// Its end.
        #[arg(long, value_name = "TIME")]
        until: String,
        /// A site; may be given several times. All of them without.
        #[arg(long = "site", value_name = "SITE", value_parser = super::sign::site)]
        sites: Vec<SiteId>,
    },
    /// Move announced work.
    #[command(after_help = "Examples:
  landfall maintenance change 1 --from 2027-04-12T06:00Z --until 2027-04-12T08:00Z --reason \"Stock-taking\"")]
    Change {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        maintenance: u32,
        /// Its beginning.
        #[arg(long, value_name = "TIME")]
        from: String,
        /// Its end.
        #[arg(long, value_name = "TIME")]
        until: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Call announced work off.
    #[command(after_help = "Examples:
  landfall maintenance cancel 1 --reason \"Not needed\"")]
    Cancel {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        maintenance: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record what work hit, within its window or beyond it.
    #[command(after_help = "Examples:
  landfall maintenance impact 1 --level outage --since 2027-04-11T06:20Z --until 2027-04-11T08:25Z")]
    Impact {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        maintenance: u32,
        #[command(flatten)]
        hit: Hit,
    },
    /// List announced work.
    #[command(after_help = "Examples:
  landfall maintenance list")]
    List,
}

/// Pass on what customers and users say, and process it as the Product Manager.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall feedback list")]
pub(crate) enum Feedback {
    /// Pass on what somebody said.
    #[command(after_help = "Examples:
  landfall feedback give site/B27 --from \"A cashier\" --text \"Cancelling is slow\"")]
    Give {
        /// What it is about.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// Who said it, where not you.
        #[arg(long, value_name = "NAME")]
        from: Option<String>,
        /// What they said.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Process feedback: answer it, open an incident, or go back to the site.
    #[command(after_help = "Examples:
  landfall feedback process 1 --answer \"Press twice\"
  landfall feedback process 1 --incident 3 --answer \"We look into it\"
  landfall feedback process 1 --revisit --answer \"We come back on Monday\"")]
    Process {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        feedback: u32,
        /// Open an incident of this severity.
        #[arg(long, value_name = "1-4", value_parser = severity, conflicts_with = "revisit")]
        incident: Option<Severity>,
        /// Go back to the site.
        #[arg(long)]
        revisit: bool,
        /// What is answered.
        #[arg(long, value_name = "TEXT")]
        answer: String,
    },
    /// List feedback.
    #[command(after_help = "Examples:
  landfall feedback list")]
    List,
}

/// Look for the causes behind incidents, mend them or live with them.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall problem list")]
pub(crate) enum Problem {
    /// Look for the cause behind incidents.
    #[command(after_help = "Examples:
  landfall problem open --title \"Price lists go stale\" --incident 3 --incident 7")]
    Open {
        /// What it is.
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// An incident that it causes; may be given several times.
        #[arg(long = "incident", value_name = "NUMBER", required = true)]
        incidents: Vec<u32>,
    },
    /// State the cause of a problem.
    #[command(after_help = "Examples:
  landfall problem analyse 2 --cause \"The clock of the store server\" --workaround \"Restart it\"")]
    Analyse {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        problem: u32,
        /// The cause.
        #[arg(long, value_name = "TEXT")]
        cause: String,
        /// The way around it.
        #[arg(long, value_name = "TEXT")]
        workaround: Option<String>,
    },
    /// State that a new release mends a problem.
    #[command(after_help = "Examples:
  landfall problem fix 2 --release 3.0.1 --rfc RFC-2027-040")]
    Fix {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        problem: u32,
        /// The version of the new release.
        #[arg(long, value_name = "VERSION")]
        release: String,
        /// The request for change.
        #[arg(long, value_name = "RFC")]
        rfc: RfcId,
    },
    /// Take a problem over as a known error, as Operations.
    #[command(after_help = "Examples:
  landfall problem accept 2 --workaround \"Restart it every Monday\" --owner ops")]
    Accept {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        problem: u32,
        /// The way around it.
        #[arg(long, value_name = "TEXT")]
        workaround: String,
        /// Who owns it.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
    },
    /// List problems.
    #[command(after_help = "Examples:
  landfall problem list")]
    List,
}

fn severity(text: &str) -> Result<Severity, String> {
    let number: u8 = text.parse().map_err(|_| "give 1, the worst, to 4".to_owned())?;
    number.try_into().map_err(|it: model::incident::UnknownSeverity| it.to_string())
}
