//! Somebody who was let in.

use crate::access::Access;
use coordinator::Author;
use jiff::Timestamp;
use model::authentication::{Authentication, AuthenticationMethod, ShownAgain};
use model::digest::Digest;
use model::id::{PersonId, Seq};
use model::state::State;
use record::{Account, AdmissionKind};

/// Somebody who was let in, and by what.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Whose account it is.
    pub account: Account,
    /// What let them in.
    pub kind: AdmissionKind,
    /// What it admits to.
    pub access: Access,
    /// By what they showed that it is them.
    pub by: AuthenticationMethod,
    /// When they did.
    pub since: Timestamp,
    pub(crate) admission: Digest,
    /// Up to which entry they have seen the record in which they act, where they say so.
    pub(crate) seen: Option<Seq>,
}

impl Visitor {
    /// Returns who they are.
    pub fn person(&self) -> &PersonId {
        &self.account.name
    }

    /// Returns whether they may read the deployment at `state`: whoever has a part in it may.
    pub fn may_read(&self, state: &State) -> bool {
        self.access.reaches(&state.plan.deployment) && state.person(self.person()).is_some()
    }

    /// Returns them as somebody who has `seen` the record up to an entry: what they do is refused where it
    /// has moved on.
    #[must_use]
    pub fn having_seen(self, seen: Option<Seq>) -> Self {
        Self { seen, ..self }
    }

    /// Returns who answers for what they do.
    pub fn author(&self) -> Author {
        self.author_having_shown(None)
    }

    /// Returns who answers for what they do, after they have shown `again` that it is them.
    pub(crate) fn author_having_shown(&self, again: Option<Box<ShownAgain>>) -> Author {
        let known = Some(Authentication { method: self.by, at: self.since, again });
        let (person, login) = (self.account.name.clone(), self.account.name.to_string());
        Author { person, login, known }
    }

    /// Returns a text that differs from that of any other admission and reveals nothing of it.
    /// What is asked of somebody in a form is bound to it.
    pub fn binding(&self) -> String {
        Digest::of(self.admission.as_bytes()).short()
    }

    /// Returns whether what is kept under `digest` let them in.
    pub fn is_let_in_by(&self, digest: &Digest) -> bool {
        self.admission == *digest
    }
}
