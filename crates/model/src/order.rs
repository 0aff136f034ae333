//! Orders: what is to be done on one computer, complete in itself, and what became of it.
//!
//! House rule: intent, effect, outcome. An order is carried out only after its
//! intent is durable, and ends in exactly one outcome. *Unknown* is not failed.

use crate::digest::Digest;
use crate::id::{ComputerId, DeliverableId, DeploymentId, Seq};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The name of one attempt at one step at one place, such as
/// `site/B03/pc-17/desk-install#2`. Never used twice in a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub std::sync::Arc<str>);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An order, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEnd {
    /// Its name.
    pub order: OrderId,
    /// What became of it.
    pub report: Report,
}

/// One instruction. Whoever carries it out has nothing left to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name; the key of the computer's own journal.
    pub id: OrderId,
    /// The deployment that ordered it.
    pub deployment: DeploymentId,
    /// Where it is carried out.
    pub place: Place,
    /// What is done.
    pub work: Work,
    /// How to see that it has already been done, asked only when nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Work>,
    /// Environment variables of the process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Setting>,
    /// How long it may take, in seconds.
    pub time_limit_s: u32,
    /// The digest of the plan part under which it was authorised.
    pub authorised: Digest,
}

/// Where an order is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// On the computer that runs Landfall, as its user.
    Here {
        /// The computer of the plan that this one stands for.
        computer: ComputerId,
    },
    /// On a computer reached over SSH.
    Ssh {
        /// The computer's name in the plan.
        computer: ComputerId,
        /// How it is reached.
        address: SshAddress,
    },
}

impl Place {
    /// Returns the computer's name in the plan.
    pub fn computer(&self) -> &ComputerId {
        match self {
            Self::Here { computer } | Self::Ssh { computer, .. } => computer,
        }
    }
}

/// How a computer is reached over SSH. Keys and known hosts are paths or names
/// on Landfall's own computer: an order never carries a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SshAddress {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The account.
    pub user: String,
    /// The private key's path; without one the agent (`SSH_AUTH_SOCK`) is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The known-hosts file's path; without one, `~/.ssh/known_hosts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_hosts: Option<String>,
    /// The computer through which this one is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jump: Option<Box<Self>>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A program with its arguments; no shell reads them.
    Command {
        /// The program, then its arguments.
        argv: Vec<String>,
    },
    /// A POSIX shell script, sent as it stands in the plan; values reach it by its environment.
    Script {
        /// The text.
        text: String,
    },
    /// A deliverable of the release, written to the computer and compared with its digest on arrival.
    Copy {
        /// The deliverable.
        deliverable: DeliverableId,
        /// The file on Landfall's own computer.
        file: String,
        /// Its size in bytes.
        size_bytes: u64,
        /// Its SHA-256.
        sha256: Digest,
        /// The absolute path on the computer.
        to: String,
        /// Permission bits, such as 0o644.
        mode: u32,
    },
    /// An HTTP request from Landfall's own computer, whose answer is compared.
    Http {
        /// What is fetched, by GET.
        url: String,
        /// The status that means success.
        status: u16,
        /// A text the body must contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contains: Option<String>,
    },
}

/// The value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// A value that may be read by anybody.
    Plain(String),
    /// A reference to a secret, resolved where the order is carried out and
    /// redacted from all output: `env:NAME` or `file:/path`.
    Secret(String),
}

/// Proof that an order's intent stands in the record, and so the licence to carry it out.
///
/// The executor takes nothing else: to carry out an unrecorded order does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    order: Order,
    seq: Seq,
    token: u64,
}

impl Intent {
    /// Returns the licence for `order`, whose intent is entry `seq`, held under fencing token `token`.
    ///
    /// House rule: only the `record` crate calls this, after a commit; `xtask tidy` holds that.
    pub fn recorded(order: Order, seq: Seq, token: u64) -> Self {
        Self { order, seq, token }
    }

    /// Returns the order.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Returns the number of the entry that holds the intent.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Returns the fencing token under which the order is held.
    pub fn token(&self) -> u64 {
        self.token
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The effect is there.
    Succeeded {
        /// How that is known.
        proof: Proof,
    },
    /// The effect is known not to be there, or to be wrong.
    Failed {
        /// Why.
        cause: Failure,
    },
    /// Nobody knows: it may have run, may be running, may never have begun.
    Unknown {
        /// What is known.
        why: String,
    },
}

/// What became of one of several orders that were handed out together.
///
/// As JSON it is a report, or `{"withheld": why}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ending {
    /// It came to an end, or nobody knows.
    Ended(Report),
    /// It never began and never will, for this reason.
    Withheld {
        /// Why.
        #[serde(rename = "withheld")]
        why: String,
    },
}

/// How it is known that an order succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// It was watched to its end.
    Watched,
    /// The computer's own journal had its end, after the connection or the server was lost.
    Journal,
    /// The step's own `verify` found it done.
    Verified,
    /// A person says so, with a reason in the record.
    Attested,
}

/// Why an order failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The program ended with this code.
    Exit {
        /// The exit code, or 128 plus the signal.
        code: i32,
    },
    /// The computer could not be reached, so nothing was begun.
    Unreachable {
        /// What the connection said last.
        why: String,
    },
    /// The computer's host key is not the known one; nothing was begun.
    HostKey {
        /// What differs.
        why: String,
    },
    /// The order was stopped before it had an effect, and `verify` confirms that it has none.
    NotDone {
        /// What stopped it.
        why: String,
    },
    /// The bytes that arrived, or the file to be sent, are not the release's.
    Digest {
        /// What was found.
        why: String,
    },
    /// The answer of a check is not the expected one.
    Check {
        /// What was found.
        why: String,
    },
    /// The order could not be carried out as written (a missing secret, an impossible path); nothing was begun.
    Refused {
        /// Why.
        why: String,
    },
    /// A person says that it failed, with a reason in the record.
    Attested {
        /// The reason.
        why: String,
    },
}

impl Failure {
    /// Returns whether this counts as *lost* (not reached) and not as *failed*.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Exit { .. }
            | Self::HostKey { .. }
            | Self::NotDone { .. }
            | Self::Digest { .. }
            | Self::Check { .. }
            | Self::Refused { .. }
            | Self::Attested { .. } => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit { code } => write!(f, "ended with exit code {code}"),
            Self::Unreachable { why } => write!(f, "could not be reached: {why}"),
            Self::HostKey { why } => write!(f, "showed a wrong host key: {why}"),
            Self::NotDone { why } => write!(f, "was stopped before it had an effect: {why}"),
            Self::Digest { why } => write!(f, "has other bytes than the release: {why}"),
            Self::Check { why } => write!(f, "did not pass its check: {why}"),
            Self::Refused { why } => write!(f, "could not be carried out: {why}"),
            Self::Attested { why } => write!(f, "was called failed: {why}"),
        }
    }
}

/// An outcome with what was seen on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The bytes of output that were kept, after redaction.
    pub output_bytes: u64,
    /// The SHA-256 of that output, where there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_sha256: Option<Digest>,
    /// The last lines of output, where the outcome is not a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_output: Option<String>,
}

impl Report {
    /// Returns this outcome, of which nothing was seen on the way: neither how long it took nor output.
    pub fn unseen(outcome: Outcome) -> Self {
        Self { outcome, took_ms: 0, output_bytes: 0, output_sha256: None, last_output: None }
    }

    /// Returns that nobody knows what became of an order, and why: it may have had its effect.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::unseen(Outcome::Unknown { why: why.into() })
    }
}
