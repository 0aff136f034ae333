//! What can be typed about messages, training and calendar files.

use clap::{Args, Subcommand};
use jiff::civil::DateTime;
use model::id::{LineId, PersonId, SiteId};
use model::scope::Scope;
use model::window::TimeZoneName;
use std::path::PathBuf;

/// Messages of the communications plan: what was sent to whom, and who has answered.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall message list --open
  landfall message show 17")]
pub(crate) enum Message {
    /// List the letters with how far they have come, and what is sent next.
    #[command(after_help = "Examples:
  landfall message list
  landfall message list site/B27 --json
  landfall message list --open")]
    List {
        /// Only those about this site, or about the deployment.
        #[arg(value_name = "SCOPE")]
        scope: Option<Scope>,
        /// Only those that were not delivered or not acknowledged.
        #[arg(long)]
        open: bool,
    },
    /// Show what a letter says.
    #[command(after_help = "Examples:
  landfall message show 17")]
    Show {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        letter: u32,
    },
    /// Acknowledge a letter, as its reader.
    #[command(after_help = "Examples:
  landfall message acknowledge 17 --as ines.roald

With the token from the letter: `landfall acknowledge --token TOKEN`.")]
    Acknowledge {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        letter: u32,
    },
    /// State that a letter was handed over: a poster, a text message, a call.
    #[command(after_help = "Examples:
  landfall message hand-over 17 --evidence \"Poster in the break room, photo 12\"")]
    HandOver {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        letter: u32,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// State that a letter came back, as a mail server's report says.
    #[command(after_help = "Examples:
  landfall message bounce 17 --reason \"Mailbox full\"
  landfall message bounce 17 --readers 3 --reason \"Three addresses of the list are unknown\"
  landfall message bounce --report bounce.eml

A report is a mail with the Message-ID of the letter in it; without --reason, its first line
with `Status:` or `Diagnostic-Code:` is the reason.")]
    Bounce {
        /// Its number.
        #[arg(value_name = "NUMBER", required_unless_present = "report")]
        letter: Option<u32>,
        /// The mail in which the mail server says so.
        #[arg(long, value_name = "FILE", conflicts_with = "letter")]
        report: Option<PathBuf>,
        /// How many readers it has not reached; all of them if this is left out.
        #[arg(long, value_name = "NUMBER")]
        readers: Option<u32>,
        /// Why.
        #[arg(long, value_name = "TEXT", required_unless_present = "report")]
        reason: Option<String>,
    },
    /// Give up the slot of a site that has not begun, or of all such sites of a ring, for another.
    #[command(after_help = "Examples:
  landfall message move-slot site/B27 --reason \"Stock is taken that night\"
  landfall message move-slot ring/third --from 2027-03-21T00:00 --reason \"The ring before is done early\"

The next window from that time on becomes the slot. Everybody is told, and asked, anew.")]
    MoveSlot {
        /// The site or ring.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// When the new slot begins, at the earliest, by the clock of the site. Default: now.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Training: sessions, who attended, and how many users of each site are trained.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall training sessions
  landfall training coverage")]
pub(crate) enum Training {
    /// List the sessions, with what stands in their way.
    #[command(after_help = "Examples:
  landfall training sessions
  landfall training sessions --json")]
    Sessions,
    /// Put a session into the training schedule.
    #[command(after_help = "Examples:
  landfall training schedule C1-B27 --course C1 --site B27 --from 2027-02-01T07:00 --until 2027-02-01T07:45 --place \"https://meet.example.org/c1\" --trainer noor.vasquez")]
    Schedule(Schedule),
    /// Move a session to another time, place or trainer.
    #[command(after_help = "Examples:
  landfall training move C1-B27 --from 2027-02-02T07:00 --until 2027-02-02T07:45 --reason \"The slot was moved\"")]
    Move {
        /// The session.
        #[arg(value_name = "SESSION")]
        session: LineId,
        #[command(flatten)]
        when: When,
        /// Its new place.
        #[arg(long, value_name = "TEXT")]
        place: Option<String>,
        /// Its new trainer.
        #[arg(long, value_name = "PERSON")]
        trainer: Option<PersonId>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Cancel a session.
    #[command(after_help = "Examples:
  landfall training cancel C1-B27 --reason \"Storm\"")]
    Cancel {
        /// The session.
        #[arg(value_name = "SESSION")]
        session: LineId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Note that users were invited to a session.
    #[command(after_help = "Examples:
  landfall training invite C1-B27 --users 18")]
    Invite {
        /// The session.
        #[arg(value_name = "SESSION")]
        session: LineId,
        /// How many.
        #[arg(long, value_name = "NUMBER")]
        users: u32,
    },
    /// Note who attended a course.
    #[command(after_help = "Examples:
  landfall training attend C1 --site B27 --user e1041 --user e1042 --session C1-B27")]
    Attend {
        /// The course.
        #[arg(value_name = "COURSE")]
        course: LineId,
        /// The site.
        #[arg(long, value_name = "SITE")]
        site: SiteId,
        /// Somebody who attended; kept as a pseudonym.
        #[arg(long = "user", value_name = "USER", required = true)]
        users: Vec<String>,
        /// The session.
        #[arg(long, value_name = "SESSION")]
        session: Option<LineId>,
    },
    /// Import who attended from a CSV file with the columns site, course and user.
    #[command(after_help = "Examples:
  landfall training import attendance.csv

A column `session` may be there; a row whose `result` is not `attended` or `completed` is left out.")]
    Import {
        /// The file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Exempt users of a site from training.
    #[command(after_help = "Examples:
  landfall training exempt B27 --user e1050 --reason \"On leave until the summer\"")]
    Exempt {
        /// The site.
        #[arg(value_name = "SITE")]
        site: SiteId,
        /// Somebody who need not be trained; kept as a pseudonym.
        #[arg(long = "user", value_name = "USER", required = true)]
        users: Vec<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Show how many users of each site are trained in each course.
    #[command(after_help = "Examples:
  landfall training coverage
  landfall training coverage B27 --json")]
    Coverage {
        /// Only this site.
        #[arg(value_name = "SITE")]
        site: Option<SiteId>,
    },
}

/// A new session.
#[derive(Args, Debug)]
pub(crate) struct Schedule {
    /// Its name.
    #[arg(value_name = "SESSION")]
    pub(crate) session: LineId,
    /// Its course.
    #[arg(long, value_name = "COURSE")]
    pub(crate) course: LineId,
    /// A site whose users attend it.
    #[arg(long = "site", value_name = "SITE", required_unless_present = "ring")]
    pub(crate) sites: Vec<SiteId>,
    /// All sites of this ring.
    #[arg(long, value_name = "RING")]
    pub(crate) ring: Option<model::id::RingId>,
    #[command(flatten)]
    pub(crate) when: When,
    /// The room, or the link.
    #[arg(long, value_name = "TEXT")]
    pub(crate) place: String,
    /// Who teaches.
    #[arg(long, value_name = "PERSON")]
    pub(crate) trainer: PersonId,
    /// How many can attend. Default: what the course says.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seats: Option<u32>,
    /// Its language.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) language: Option<String>,
    /// Why it is held although it meets a window or a freeze.
    #[arg(long, value_name = "TEXT")]
    pub(crate) despite: Option<String>,
}

/// When a session takes place, in local time.
#[derive(Args, Debug)]
pub(crate) struct When {
    /// When it begins, such as 2027-02-01T07:00.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: DateTime,
    /// When it ends.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: DateTime,
    /// The zone of both. Default: that of its first site.
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<TimeZoneName>,
}

/// Write the slot and the sessions of a site, or of all sites, as an iCalendar file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall calendar site/B27 --ics b27.ics
  landfall calendar deployment > all.ics

A slot that is moved keeps its name in the calendar and gets a higher sequence number.")]
pub(crate) struct Calendar {
    /// A site, a ring or the deployment.
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: Scope,
    /// The file; standard output if this is left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) ics: Option<PathBuf>,
}
