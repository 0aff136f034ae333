//! The reception: who comes in, by what, and to which deployments.

mod accounts;
mod again;
mod deployments;
mod letters;
mod links;
mod passkeys;
mod refusals;
mod sign_ons;
mod signing;
#[cfg(test)]
mod tests;

pub use again::{Showing, Ways};
pub use links::makes_links;
pub use refusals::AUDIT;
pub use sign_ons::{CameBack, ComingBack};
pub use signing::{Declared, ToSign};

use crate::access::{Access, Granted};
use crate::attempts::Attempts;
use crate::carried::Carried;
use crate::error::ReceptionError;
use crate::followed::{Followed, Readers};
use crate::origin::Origin;
use crate::paper::{PaperWanted, Printed, Printery};
use crate::passkey::Passkeys;
use crate::plans::Plans;
use crate::questions::Questions;
use crate::secret::{Secret, digest_of};
use crate::sign_on::SignOn;
use crate::visitor::Visitor;
use coordinator::{Acted, Clock, CommandError};
use executor::Executor;
use jiff::{SignedDuration, Timestamp};
use model::authentication::{AuthenticationMethod, Proof, ShownAgain};
use model::command::Command;
use model::digest::Digest;
use model::id::{DeploymentId, PersonId};
use model::order::OrderId;
use record::{Accounts, Admission, AdmissionKind, CommandId, Record, RecordError};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// How long a session lasts after its user has logged in.
const SESSION_LASTS: SignedDuration = SignedDuration::from_hours(12);

/// The longest a token may last.
pub const TOKEN_LASTS_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// The most letters of a label.
const LABEL_LETTERS_MAX: usize = 80;

/// Somebody who wants to come in with a password.
#[derive(Debug)]
pub struct LogIn {
    /// The name of the account.
    pub name: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// Where they come from: whoever guesses is made to wait there.
    pub address: String,
    /// What the session is called in the list of sessions.
    pub label: String,
}

/// An account that is to be made.
#[derive(Debug)]
pub struct NewAccount {
    /// The name, the same as the person's in the plans.
    pub name: PersonId,
    /// The password; without one, they come in by another way.
    pub password: Option<Zeroizing<String>>,
    /// Whether they look after accounts.
    pub is_administrator: bool,
}

/// A token that is to be made.
#[derive(Debug)]
pub struct NewToken {
    /// What its holder calls it.
    pub label: String,
    /// What it admits to.
    pub access: Access,
    /// How long it lasts.
    pub lasts: SignedDuration,
}

/// The reception.
pub struct Reception {
    record: Arc<dyn Record>,
    accounts: Accounts,
    plans: Plans,
    clock: Arc<dyn Clock>,
    set_up: Option<Digest>,
    attempts: Attempts,
    origin: Option<Origin>,
    passkeys: Option<Passkeys>,
    printery: Printery,
    sign_on: Option<SignOn>,
    /// Who has shown at the sign-on service that they are themselves, in which session, and about what.
    shown_by_sign_on: Questions<(Digest, Digest, Proof)>,
    post: Option<Arc<notices::Post>>,
    outputs: Option<Executor>,
    followed: Mutex<BTreeMap<DeploymentId, Arc<Followed>>>,
    readers: Arc<Readers>,
    carried: Arc<Carried>,
}

impl Reception {
    /// Opens the reception. Where there is nobody yet, returns also the secret with which the
    /// first account is made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn open(
        record: Arc<dyn Record>,
        accounts: Accounts,
        plans: Plans,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, Option<Secret>), ReceptionError> {
        let secret = if accounts.is_empty().await? { Some(Secret::random()?) } else { None };
        let reception = Self {
            record,
            accounts,
            plans,
            clock,
            set_up: secret.as_ref().map(Secret::digest),
            attempts: Attempts::default(),
            origin: None,
            passkeys: None,
            printery: Printery::default(),
            sign_on: None,
            shown_by_sign_on: Questions::default(),
            post: None,
            outputs: None,
            followed: Mutex::default(),
            readers: Arc::default(),
            carried: Arc::default(),
        };
        Ok((reception, secret))
    }

    /// Returns it for a server that people reach at `origin`: passkeys are bound to that.
    #[must_use]
    pub fn reached_at(self, origin: &Origin) -> Self {
        Self { origin: Some(origin.clone()), passkeys: Passkeys::at(origin), ..self }
    }

    /// Returns it with a post that takes links to people.
    #[must_use]
    pub fn posting(self, post: Arc<notices::Post>) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Returns it with what came of carrying checkpoints to places outside.
    #[must_use]
    pub fn carrying(self, carried: Arc<Carried>) -> Self {
        Self { carried, ..self }
    }

    /// Returns what came of carrying checkpoints to places outside.
    pub fn carried(&self) -> &Carried {
        &self.carried
    }

    /// Returns it with a press that prints on the company's own paper.
    #[must_use]
    pub fn printing_on(self, letterhead: documents::Letterhead, press: documents::Press) -> Self {
        Self { printery: Printery::on(letterhead, press), ..self }
    }

    /// Returns it with what keeps the outputs of orders.
    #[must_use]
    pub fn showing(self, outputs: Executor) -> Self {
        Self { outputs: Some(outputs), ..self }
    }

    /// Returns whether outputs of orders are kept here.
    pub fn keeps_outputs(&self) -> bool {
        self.outputs.is_some()
    }

    /// Returns what `order` has printed so far, redacted as it was kept; nothing where that is not
    /// known here.
    ///
    /// # Errors
    ///
    /// Where it is kept and cannot be read.
    pub async fn output(
        &self,
        followed: &Followed,
        order: &OrderId,
    ) -> Result<Option<Vec<u8>>, ReceptionError> {
        let Some(outputs) = &self.outputs else { return Ok(None) };
        let deployment = followed.standing().state.plan.deployment.clone();
        let read = outputs.read_output(&deployment, order).await;
        read.map_err(|error| RecordError::Storage { source: error.into() }.into())
    }

    /// Returns at most `most` bytes of what `order` has printed from byte `from` on, redacted as it was
    /// kept; none where nothing is kept here, or it has not printed so far.
    ///
    /// # Errors
    ///
    /// Where it is kept and cannot be read.
    pub async fn output_from(
        &self,
        followed: &Followed,
        order: &OrderId,
        from: u64,
        most: u64,
    ) -> Result<Vec<u8>, ReceptionError> {
        let Some(outputs) = &self.outputs else { return Ok(Vec::new()) };
        let deployment = followed.standing().state.plan.deployment.clone();
        let read = outputs.read_output_from(&deployment, order, from, most).await;
        read.map_err(|error| RecordError::Storage { source: error.into() }.into())
    }

    /// Returns the clock of the server.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Returns the record.
    pub fn record(&self) -> &Arc<dyn Record> {
        &self.record
    }

    /// Returns whether the first account is still to be made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn awaits_set_up(&self) -> Result<bool, ReceptionError> {
        Ok(self.set_up.is_some() && self.accounts.is_empty().await?)
    }

    /// Lets somebody in with a password. Returns the secret of their session and when it ends.
    ///
    /// # Errors
    ///
    /// Where the name or the password is wrong, which is not told apart, or too many attempts
    /// have failed.
    pub async fn log_in(&self, it: LogIn) -> Result<(Secret, Timestamp), ReceptionError> {
        let name: Option<PersonId> = it.name.parse().ok();
        let by_account = format!("account {}", it.name.chars().take(80).collect::<String>());
        let account = match &name {
            Some(name) => self.accounts.account(name).await?.filter(|it| !it.is_disabled),
            None => None,
        };
        let hash = account.as_ref().map(|it| it.password.clone());
        let keys = [by_account, format!("address {}", it.address)];
        self.guarded(&keys, it.password, hash).await?;
        let Some(account) = account else { return Err(ReceptionError::WrongPassword) };
        let [by_account, _] = keys;
        self.attempts.forgotten(&by_account);
        let by = AuthenticationMethod::Password;
        self.admit(account.name, by, &it.label, Access::of_person(), SESSION_LASTS).await
    }

    /// Keeps that a new secret admits `account`, who was known `by` that, to what `access` says.
    async fn admit(
        &self,
        account: PersonId,
        by: AuthenticationMethod,
        label: &str,
        access: Access,
        lasts: SignedDuration,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        let kind = match by {
            AuthenticationMethod::Token => AdmissionKind::Token,
            AuthenticationMethod::Password
            | AuthenticationMethod::Passkey
            | AuthenticationMethod::SingleSignOn
            | AuthenticationMethod::Link
            | AuthenticationMethod::Computer => AdmissionKind::Session,
        };
        let access = serde_json::to_string(&Granted { access, by }).unwrap_or_default();
        self.admitted(account, kind, label, access, lasts).await
    }

    /// Keeps that a new secret admits `account` to what `access` says.
    async fn admitted(
        &self,
        account: PersonId,
        kind: AdmissionKind,
        label: &str,
        access: String,
        lasts: SignedDuration,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        let now = self.clock.now();
        let ends = now.saturating_add(lasts).unwrap_or(now);
        let secret = Secret::random()?;
        let label = label.chars().filter(|it| !it.is_control()).take(LABEL_LETTERS_MAX).collect();
        let digest = secret.digest();
        let admission = Admission { digest, account, kind, label, access, created: now, ends };
        self.accounts.admit(&admission).await?;
        Ok((secret, ends))
    }

    /// Returns whom `secret` admits.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it admits nobody.
    pub async fn visitor(&self, secret: &str) -> Result<Visitor, ReceptionError> {
        let digest = digest_of(secret);
        let found = self.accounts.admission(&digest, self.clock.now()).await?;
        let (admission, account) = found.ok_or(ReceptionError::NotAdmitted)?;
        let granted = serde_json::from_str(&admission.access);
        let Granted { access, by } = granted.map_err(|_| ReceptionError::NotAdmitted)?;
        let (kind, since) = (admission.kind, admission.created);
        Ok(Visitor { account, kind, access, by, since, admission: digest, seen: None })
    }

    /// Returns whether what let the visitor in still admits them, and they still take part in the
    /// deployment. Whoever is sent things for as long as they listen is asked about before each.
    pub async fn still_admits(&self, visitor: &Visitor, followed: &Followed) -> bool {
        let found = self.accounts.admission(&visitor.admission, self.clock.now()).await;
        matches!(found, Ok(Some(_))) && visitor.may_read(&followed.standing().state)
    }

    /// Ends what let the visitor in.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn log_out(&self, visitor: &Visitor) -> Result<(), ReceptionError> {
        self.accounts.end(&visitor.admission).await?;
        Ok(())
    }

    /// Returns the deployments that the visitor takes part in, by name.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    pub async fn deployments(
        &self,
        visitor: &Visitor,
    ) -> Result<Vec<Arc<Followed>>, ReceptionError> {
        let mut own = Vec::new();
        for deployment in self.record.deployments().await? {
            // One that nobody has created yet, or that another version wrote, hides no other.
            let Ok(followed) = self.followed(&deployment).await else { continue };
            if visitor.may_read(&followed.standing().state) {
                own.push(followed);
            }
        }
        Ok(own)
    }

    /// Returns a deployment that the visitor takes part in.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NoDeployment`] where there is none of this name or it is not theirs to
    /// see: which of the two is not said.
    pub async fn deployment(
        &self,
        visitor: &Visitor,
        name: &str,
    ) -> Result<Arc<Followed>, ReceptionError> {
        let none = || ReceptionError::NoDeployment(name.chars().take(80).collect());
        let deployment: DeploymentId = name.parse().map_err(|_| none())?;
        let followed = match self.followed(&deployment).await {
            Ok(followed) => followed,
            Err(ReceptionError::Command(error)) if is_unknown(&error) => return Err(none()),
            Err(error) => return Err(error),
        };
        if visitor.may_read(&followed.standing().state) { Ok(followed) } else { Err(none()) }
    }

    /// Returns the document that is wanted of a deployment; nothing where its record knows of none.
    ///
    /// # Errors
    ///
    /// Where the record cannot be read, or the document not be printed.
    pub async fn print(
        &self,
        followed: &Followed,
        wanted: PaperWanted,
    ) -> Result<Option<Printed>, ReceptionError> {
        let now = followed.standing().now(self.clock());
        self.printery.print(followed, wanted, now).await
    }

    async fn followed(&self, deployment: &DeploymentId) -> Result<Arc<Followed>, ReceptionError> {
        let mut followed = self.followed.lock().await;
        if let Some(known) = followed.get(deployment) {
            return Ok(known.clone());
        }
        let opened = Followed::open(self.record.clone(), deployment, self.readers.clone()).await?;
        followed.insert(deployment.clone(), opened.clone());
        Ok(opened)
    }

    /// Carries out `command` for the visitor under the name `id`, or under a new one.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::act`]; where what let the visitor in does not reach so far; and for a user's
    /// answer to the survey, which [`Self::answer_survey`] takes.
    pub async fn act(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        command: &Command,
        id: Option<&CommandId>,
    ) -> Result<Acted, ReceptionError> {
        let (command, id) = (command.clone(), id.cloned());
        let it = ToSign { command, language: documents::Language::default(), id };
        self.act_having_shown(visitor, followed, &it, None).await
    }

    /// Carries out an act for the visitor, who has shown `again` that it is them.
    async fn act_having_shown(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        it: &ToSign,
        again: Option<Box<ShownAgain>>,
    ) -> Result<Acted, ReceptionError> {
        if it.command.is_anonymous() {
            // Not kept among the refusals: nobody is to read there who answered, and what.
            let what = "the survey of users is answered by whoever holds the link of an invitation, at the address of that link: its digest opens nothing".to_owned();
            return Err(ReceptionError::NotAllowed { what });
        }
        let deployment = followed.standing().state.plan.deployment.to_string();
        let named_act = views::typed::typed(&it.command, None);
        if let Some(what) = visitor.access.forbids(&it.command) {
            return self.refused(visitor, Some(&deployment), &named_act, what.to_owned()).await;
        }
        let id = match &it.id {
            Some(id) => named(visitor, id.as_str())?,
            None => named(visitor, Secret::random()?.reveal())?,
        };
        let author = visitor.author_having_shown(again);
        let acted = followed.act((&author, visitor.seen), &it.command, &id, self.clock()).await;
        let acted = acted.map_err(ReceptionError::from);
        self.audited(visitor, Some(&deployment), &named_act, acted).await
    }
}

fn is_unknown(error: &CommandError) -> bool {
    let CommandError::Record(error) = error else { return false };
    matches!(**error, RecordError::Unknown { .. })
}

/// Returns the name of an act of the visitor's, who calls it `key`: two people may choose one name, and each
/// has their own.
fn named(visitor: &Visitor, key: &str) -> Result<CommandId, ReceptionError> {
    // Neither of the two has a space in it.
    act_name(&format!("{} {key}", visitor.person()))
}

/// Returns the name of the act that `text` tells from all others: whatever stands in it and however long it
/// is, no two are taken for one.
fn act_name(text: &str) -> Result<CommandId, ReceptionError> {
    let name = digest_of(text).to_string();
    name.parse().map_err(|_| ReceptionError::Invalid(format!("{name} names no act")))
}
