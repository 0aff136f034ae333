//! Why somebody was not let in.

use coordinator::CommandError;
use jiff::SignedDuration;
use model::refusal::RefusalCode;
use record::RecordError;

/// Why somebody was not let in, or an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReceptionError {
    /// The name or the password is wrong: which of the two is not said.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// What a passkey signed is not what was asked, or not from whom it was asked.
    #[error("the passkey was not accepted: {0}")]
    WrongPasskey(String),
    /// What came back from the sign-on service is not what was asked, or shows nobody here.
    #[error("single sign-on did not show who it is: {0}")]
    WrongSignOn(String),
    /// The sign-on service cannot be asked.
    #[error("the sign-on service cannot be asked: {0}")]
    SignOnUnreachable(String),
    /// Too many have tried: wait.
    #[error("too many attempts have failed; wait {} s", .0.as_secs().max(1))]
    TooManyAttempts(SignedDuration),
    /// What was shown admits nobody: it ended, was taken back, or was never given.
    #[error("what was shown admits nobody")]
    NotAdmitted,
    /// The account may come in, and may not do this.
    #[error("{what}")]
    NotAllowed {
        /// What may not be done, and who may.
        what: String,
    },
    /// There is somebody already, so the first account is made.
    #[error("there are accounts already")]
    AlreadySetUp,
    /// The name is taken.
    #[error("there is an account {0} already")]
    Taken(model::id::PersonId),
    /// There is no such account, site or passkey.
    #[error("there is no {0}")]
    Unknown(String),
    /// What was asked is incomplete or contradicts itself.
    #[error("{0}")]
    Invalid(String),
    /// There is no such deployment, or it is not this person's to see.
    #[error("there is no deployment {0} that you take part in")]
    NoDeployment(String),
    /// This computer gives no random numbers.
    #[error("this computer gives no random numbers")]
    NoChance,
    /// A document could not be printed.
    #[error("the document could not be printed")]
    Unprinted,
    /// What the deployment says.
    #[error(transparent)]
    Command(Box<CommandError>),
    /// What the database says.
    #[error(transparent)]
    Record(Box<RecordError>),
}

impl ReceptionError {
    /// Returns what was said where somebody was refused for want of authority.
    pub(crate) fn lacks_authority(&self) -> Option<&str> {
        if let Self::NotAllowed { what } = self {
            return Some(what);
        }
        if let Self::Command(error) = self
            && let CommandError::Refused(it) = &**error
            && it.code == RefusalCode::NotPermitted
        {
            return Some(&it.text);
        }
        None
    }
}

impl From<CommandError> for ReceptionError {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}

impl From<RecordError> for ReceptionError {
    fn from(error: RecordError) -> Self {
        Self::Record(Box::new(error))
    }
}
