//! Why a command was not carried out.

use model::digest::Digest;
use model::evolve::Impossible;
use model::id::Seq;
use model::refusal::Refusal;
use record::RecordError;

/// Why a command was not carried out, or a deployment could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules say no; nothing has happened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The record said no.
    #[error(transparent)]
    Record(Box<RecordError>),
    /// The record holds an entry that this version cannot read.
    #[error("entry {seq} of the record cannot be read by this version")]
    Unreadable {
        /// Which.
        seq: Seq,
        /// Why.
        source: serde_json::Error,
    },
    /// The record holds an entry that the rules forbid: a fault of the program, or tampering.
    #[error("entry {seq} of the record cannot have happened")]
    Impossible {
        /// Which.
        seq: Seq,
        /// Why.
        source: Impossible,
    },
    /// The plan that the record names is not kept beside it.
    #[error("the plan {digest} is not kept beside the record")]
    NoPlan {
        /// The plan's digest.
        digest: Digest,
    },
    /// At the moment that is asked about there was no deployment yet.
    #[error("{deployment} was not there yet at {moment}: its record begins later")]
    NotThereYet {
        /// The deployment.
        deployment: model::id::DeploymentId,
        /// The moment.
        moment: crate::fold::Moment,
    },
    /// History was lost, and nobody has accepted it yet: nothing starts and nothing else is decided.
    #[error(
        "{deployment} is in quarantine: {loss}. Nothing starts, and nothing is decided, until two people have accepted it"
    )]
    Quarantined {
        /// The deployment.
        deployment: model::id::DeploymentId,
        /// What was lost.
        loss: model::history::Loss,
    },
    /// Others kept writing first.
    #[error("too many others are writing to this deployment; try again")]
    Contended,
    /// The deployment exists already.
    #[error("there is a deployment of this name already")]
    Exists,
}

impl From<RecordError> for CommandError {
    fn from(error: RecordError) -> Self {
        Self::Record(Box::new(error))
    }
}
