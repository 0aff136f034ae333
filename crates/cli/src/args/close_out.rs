//! What can be typed while a project closes, or ends early.

use clap::Subcommand;
use jiff::civil::Date;
use model::close_out::{LessonStanding, Topic};
use model::evidence::Evidence;
use model::id::PersonId;
use model::role_type::RoleType;
use model::scope::Scope;
use model::termination::Disposition;
use std::path::PathBuf;

/// Close the project: analysis, lessons, open items, access, owners, benefits, evidence.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall close-out show
  landfall close-out seal")]
pub(crate) enum CloseOut {
    /// Show what is left to do before the project closes.
    #[command(after_help = "Examples:
  landfall close-out show
  landfall close-out show --json")]
    Show,
    /// Contribute to the post-project analysis, in each role that you hold.
    #[command(after_help = "Examples:
  landfall close-out contribute --accomplishments \"No branch lost a day\" --challenges \"Two windows were short\" --lessons \"Pre-stage by satellite\" --topic sites")]
    Contribute {
        /// What it is about.
        #[arg(long, value_name = "TOPIC", default_value = "summary")]
        #[arg(value_parser = model::word::read::<Topic>)]
        topic: Topic,
        /// What went well.
        #[arg(long, value_name = "TEXT")]
        accomplishments: String,
        /// What was hard.
        #[arg(long, value_name = "TEXT")]
        challenges: String,
        /// What is to be learnt.
        #[arg(long, value_name = "TEXT")]
        lessons: String,
    },
    /// Put down that nobody contributes for a role type.
    #[command(after_help = "Examples:
  landfall close-out decline stakeholder --reason \"The works council had no time\"")]
    Decline {
        /// The role type.
        #[arg(value_name = "ROLE")]
        role: RoleType,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Give the post-project analysis a day and a place, and freeze its facts.
    #[command(after_help = "Examples:
  landfall close-out analysis --on 2027-05-06 --place \"Room 4, and by video\"")]
    Analysis {
        /// The day.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// Where it is.
        #[arg(long, value_name = "TEXT")]
        place: String,
    },
    /// Say whether you come to the analysis.
    #[command(after_help = "Examples:
  landfall close-out available
  landfall close-out available --absent \"I would keep the rings, and begin earlier with training\"")]
    Available {
        /// That you do not come, and what you say instead.
        #[arg(long, value_name = "TEXT")]
        absent: Option<String>,
    },
    /// Show the draft of the post-project analysis: the facts, and what people say, by topic.
    #[command(after_help = "Examples:
  landfall close-out draft
  landfall close-out draft --json > analysis.json")]
    Draft,
    /// Put a lesson down.
    #[command(after_help = "Examples:
  landfall close-out lesson --title \"Satellite sites\" --situation \"B40 needed 13 hours\" --recommendation \"Pre-stage first\" --owner gunnvor.petit --due 2027-09-30")]
    Lesson {
        /// Its title.
        #[arg(long, value_name = "TEXT")]
        title: String,
        /// What happened, and with what effect.
        #[arg(long, value_name = "TEXT")]
        situation: String,
        /// What to do differently, or again.
        #[arg(long, value_name = "TEXT")]
        recommendation: String,
        /// Who sees to it.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
        /// By when.
        #[arg(long, value_name = "DATE")]
        due: Date,
        /// What shows it; may be given several times.
        #[arg(long, value_name = "EVIDENCE")]
        evidence: Vec<Evidence>,
    },
    /// Agree to a lesson, adopt it or reject it.
    #[command(after_help = "Examples:
  landfall close-out decide-lesson 1 agreed --reason \"All regions say so\"")]
    DecideLesson {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        number: u32,
        /// Where it stands: agreed, adopted or rejected.
        #[arg(value_name = "STANDING")]
        #[arg(value_parser = model::word::read::<LessonStanding>)]
        standing: LessonStanding,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Settle an open item: close it, or transfer it to somebody outside the project.
    #[command(after_help = "Examples:
  landfall close-out settle action/1 --to gunnvor.petit --due 2027-06-30
  landfall close-out settle waiver/2 --closed \"It has ended, and the training was held\"")]
    Settle {
        /// Its name, as `close-out show` lists it.
        #[arg(value_name = "ITEM")]
        item: String,
        /// How it was closed.
        #[arg(long, value_name = "TEXT", required_unless_present = "to", conflicts_with = "to")]
        closed: Option<String>,
        /// Who takes it over.
        #[arg(long, value_name = "PERSON", requires = "due")]
        to: Option<PersonId>,
        /// By when they see to it.
        #[arg(long, value_name = "DATE")]
        due: Option<Date>,
    },
    /// Accept an open item that was transferred to you.
    #[command(after_help = "Examples:
  landfall close-out accept action/1")]
    Accept {
        /// Its name.
        #[arg(value_name = "ITEM")]
        item: String,
    },
    /// Put down that production access is revoked.
    #[command(after_help = "Examples:
  landfall close-out revoke-access --proof \"Directory export of 2027-05-12, ticket 8841\"
  landfall close-out revoke-access ivo.marchetti --proof \"ticket 8841\"")]
    RevokeAccess {
        /// Whose; of everybody of the team who is left, if nobody is named.
        #[arg(value_name = "PERSON")]
        people: Vec<PersonId>,
        /// What proves it.
        #[arg(long, value_name = "TEXT")]
        proof: String,
    },
    /// Confirm, as operations, that nobody of the project has access.
    #[command(after_help = "Examples:
  landfall close-out confirm-access --statement \"Compared with the directory on 2027-05-12\"")]
    ConfirmAccess {
        /// What was looked at.
        #[arg(long, value_name = "TEXT")]
        statement: String,
    },
    /// Name the permanent owner of the service or of core components.
    #[command(after_help = "Examples:
  landfall close-out own gunnvor.petit
  landfall close-out own gunnvor.petit component/db-primary component/bus")]
    Own {
        /// Who.
        #[arg(value_name = "PERSON")]
        owner: PersonId,
        /// Of what; of everything without an owner, if nothing is named.
        #[arg(value_name = "SCOPE")]
        scopes: Vec<Scope>,
    },
    /// Accept to own what you were named for.
    #[command(after_help = "Examples:
  landfall close-out accept-ownership")]
    AcceptOwnership,
    /// Give the review of the benefits a day and an owner.
    #[command(after_help = "Examples:
  landfall close-out benefit --on 2027-10-29 --owner winifred.castellane --expects \"30 % less overtime at month end\"")]
    Benefit {
        /// The day.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// Who reviews them.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
        /// What is expected, and how it is measured.
        #[arg(long, value_name = "TEXT")]
        expects: String,
    },
    /// Put down what the review of the benefits found; possible in a sealed record too.
    #[command(after_help = "Examples:
  landfall close-out review-benefits --found \"Overtime is down by 31 %\" --evidence https://wiki.example/overtime")]
    ReviewBenefits {
        /// What was found.
        #[arg(long, value_name = "TEXT")]
        found: String,
        /// What shows it; may be given several times.
        #[arg(long, value_name = "EVIDENCE")]
        evidence: Vec<Evidence>,
    },
    /// Verify an exported record offline, and put its digest down as the evidence package.
    #[command(after_help = "Examples:
  landfall record export FG30.jsonl
  landfall close-out package FG30.jsonl --stored \"Archive, box 12, retention 7 years\"")]
    Package {
        /// The exported file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where it is stored.
        #[arg(long, value_name = "TEXT")]
        stored: String,
    },
    /// Close the project and seal its record: from then on it can only be read.
    #[command(after_help = "Examples:
  landfall close-out seal")]
    Seal,
}

/// End the project early, in good order.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall terminate begin --reason \"The supplier is insolvent\"
  landfall terminate dispose site/B27 roll-back --reason \"No support any more\"")]
pub(crate) enum Terminate {
    /// Show what becomes of what, and what is left to do.
    #[command(after_help = "Examples:
  landfall terminate show
  landfall terminate show --json")]
    Show,
    /// End the project early: the Solution Manager and the customer agree to it.
    #[command(after_help = "Examples:
  landfall terminate begin --reason \"The supplier is insolvent\"")]
    Begin {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Decide what becomes of a component or site: keep, roll-back or hand-over.
    #[command(after_help = "Examples:
  landfall terminate dispose site/B27 roll-back --reason \"No support any more\"
  landfall terminate dispose deployment keep --reason \"It works where it is\"")]
    Dispose {
        /// What; `deployment` means everything that is undecided.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// What becomes of it: keep, roll-back or hand-over.
        #[arg(value_name = "DISPOSITION")]
        #[arg(value_parser = model::word::read::<Disposition>)]
        disposition: Disposition,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put down that something has gone back, where the program cannot see it.
    #[command(after_help = "Examples:
  landfall terminate gone-back site/B27 --proof \"Visited on 2027-03-02, protocol 17\"")]
    GoneBack {
        /// What.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        proof: String,
    },
    /// Accept what stays, as operations or support.
    #[command(after_help = "Examples:
  landfall terminate accept")]
    Accept,
    /// Put down what is to be learnt.
    #[command(after_help = "Examples:
  landfall terminate learn --lessons \"Ask for the source code in escrow\"")]
    Learn {
        /// What.
        #[arg(long, value_name = "TEXT")]
        lessons: String,
    },
    /// Complete the termination and seal the record.
    #[command(after_help = "Examples:
  landfall terminate complete")]
    Complete,
}
