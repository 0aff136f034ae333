//! Links: made by whoever may, kept by their digests, used once.
//!
//! House rule: whoever makes a link for somebody else does not see it where Landfall can send it;
//! where it cannot, the record names both: the person, and who handed the link to them.

use super::accounts::by_person;
use super::{NewAccount, Reception, SESSION_LASTS, Showing, ToSign};
use crate::access::{Access, Reach};
use crate::error::ReceptionError;
use crate::link::{Given, LinkTo, Opened};
use crate::secret::{Secret, digest_of};
use crate::visitor::Visitor;
use coordinator::{Acted, Author};
use jiff::{SignedDuration, Timestamp};
use model::authentication::AuthenticationMethod;
use model::command::Command;
use model::companion_plans::Channel;
use model::digest::Digest;
use model::id::{PersonId, SiteId};
use model::profile::Purpose;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::state::State;
use notices::{Delivery, Parcel};
use record::{Account, Admission, AdmissionKind, CommandId};
use zeroize::Zeroizing;

/// How long an invitation lasts.
const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a link to a site lasts: whoever does not sign within two weeks is asked otherwise.
const SITE_LINK_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long a calendar's address lasts.
const CALENDAR_LASTS: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Those who see to it that owners are asked: who may also hand over messages.
const MAKERS: [RoleType; 5] = [
    RoleType::ReleaseManagement,
    RoleType::UserExperience,
    RoleType::ProductManager,
    RoleType::ProgramManager,
    RoleType::SupportManager,
];

/// Returns whether `person` may make links for the owner of `site`: who see to it that owners are asked.
pub fn makes_links(state: &State, person: &PersonId, site: &SiteId) -> bool {
    state.roles_of(person, &Scope::Site(site.clone())).iter().any(|it| MAKERS.contains(it))
}

impl Reception {
    /// Returns the address of `path` on this server, as people reach it.
    pub fn address_of(&self, path: &str) -> String {
        self.origin.as_ref().map_or_else(|| path.to_owned(), |it| it.link(path))
    }

    /// Invites the person of an account to come in and to choose by what they come in from then on;
    /// for an administrator. It is shown once, works once, and replaces an earlier one.
    ///
    /// # Errors
    ///
    /// Where the visitor is none, or there is no such account.
    pub async fn invite(
        &self,
        visitor: &Visitor,
        name: &PersonId,
    ) -> Result<Given, ReceptionError> {
        self.administers(visitor, "invite somebody").await?;
        let account = self.known(name).await?;
        self.end_links(&account.name, &LinkTo::Account).await?;
        let label = format!("an invitation by {}", visitor.person());
        let made = self.link(&account.name, &LinkTo::Account, &label, INVITATION_LASTS).await?;
        let address = self.address_of(&format!("/welcome/{}", made.0.reveal()));
        Ok(Given { person: account.name, sent_to: None, address: Some(address), ends: made.1 })
    }

    /// Makes the first account, of `name`, and invites its person: for whoever knows the secret of the
    /// set-up and has nobody to ask for a password.
    ///
    /// # Errors
    ///
    /// As [`Self::set_up`].
    pub async fn invite_first(
        &self,
        secret: &str,
        name: PersonId,
    ) -> Result<String, ReceptionError> {
        let password = Some(Zeroizing::new(Secret::random()?.reveal().to_owned()));
        let first = NewAccount { name: name.clone(), password, is_administrator: true };
        self.set_up(secret, first).await?;
        let made = self.link(&name, &LinkTo::Account, "an invitation", INVITATION_LASTS).await?;
        Ok(self.address_of(&format!("/welcome/{}", made.0.reveal())))
    }

    async fn link(
        &self,
        person: &PersonId,
        to: &LinkTo,
        label: &str,
        lasts: SignedDuration,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        let access = serde_json::to_string(to).unwrap_or_default();
        self.admitted(person.clone(), AdmissionKind::Link, label, access, lasts).await
    }

    /// Ends the links of `person` to the same place: the newest one is the one that counts.
    async fn end_links(&self, person: &PersonId, to: &LinkTo) -> Result<(), ReceptionError> {
        for it in self.accounts.admissions(person).await? {
            let is_same = match (opens(&it), to) {
                (Some(LinkTo::Account), LinkTo::Account)
                | (Some(LinkTo::Calendar), LinkTo::Calendar) => true,
                (
                    Some(LinkTo::Site { deployment, site, .. }),
                    LinkTo::Site { deployment: other, site: another, .. },
                ) => deployment == *other && site == *another,
                (Some(LinkTo::Account | LinkTo::Calendar | LinkTo::Site { .. }) | None, _) => false,
            };
            if is_same {
                self.accounts.end(&it.digest).await?;
            }
        }
        Ok(())
    }

    /// Returns what the link with `secret` opens, and for whom; whoever guesses under `keys` is made to
    /// wait.
    async fn opened(
        &self,
        secret: &str,
        keys: &[String],
    ) -> Result<(LinkTo, Admission, Account), ReceptionError> {
        let now = self.clock.now();
        if let Some(wait) = self.attempts.wait(keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        let found = self.accounts.admission(&digest_of(secret), now).await?;
        let found = found.and_then(|(it, account)| Some((opens(&it)?, it, account)));
        found.ok_or_else(|| {
            self.attempts.failed(keys, now);
            ReceptionError::NotAdmitted
        })
    }

    /// Returns whom the invitation with `secret` is for.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it invites nobody any more.
    pub async fn invited(&self, secret: &str, address: &str) -> Result<PersonId, ReceptionError> {
        match self.opened(secret, &link_from(address)).await? {
            (LinkTo::Account, _, account) => Ok(account.name),
            (LinkTo::Site { .. } | LinkTo::Calendar, ..) => Err(ReceptionError::NotAdmitted),
        }
    }

    /// Lets somebody in by their invitation, once. Returns the secret of their session, which is
    /// called `label`, and when it ends.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it invites nobody any more.
    pub async fn come_in_by_invitation(
        &self,
        secret: &str,
        address: &str,
        label: &str,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        let person = self.invited(secret, address).await?;
        // Of two who use it at once, one is let in.
        if !self.accounts.end(&digest_of(secret)).await? {
            return Err(ReceptionError::NotAdmitted);
        }
        let by = AuthenticationMethod::Link;
        self.admit(person, by, label, Access::of_person(), SESSION_LASTS).await
    }

    /// Makes a link for the owner of `site`, with which they sign for it or refuse it without an
    /// account. It is sent to them where their address is known and mail can be sent; else it is
    /// for the visitor to hand over, and is shown once. It replaces an earlier one.
    ///
    /// # Errors
    ///
    /// Where the visitor has no part in seeing to it that owners are asked, is the owner, or there
    /// is no such site.
    pub async fn link_to_site(
        &self,
        visitor: &Visitor,
        deployment: &str,
        site: &SiteId,
    ) -> Result<Given, ReceptionError> {
        by_person(visitor)?;
        let followed = self.deployment(visitor, deployment).await?;
        let standing = followed.standing();
        let state = &standing.state;
        let unknown = || ReceptionError::Unknown(format!("site {site}"));
        let (planned, _) = state.site(site).ok_or_else(unknown)?;
        let owner = planned.owner.clone();
        if !makes_links(state, visitor.person(), site) {
            let what = "links for owners are made by those who see to their messages: release management, user experience, the product, program or support manager".to_owned();
            return self.refused(visitor, Some(deployment), "link to a site", what).await;
        }
        if owner == *visitor.person() {
            let what = "you own the site: sign on its page".to_owned();
            return Err(ReceptionError::Invalid(what));
        }
        self.account_for(&owner).await?;
        let to = LinkTo::Site {
            deployment: state.plan.deployment.clone(),
            site: site.clone(),
            by: visitor.person().clone(),
        };
        self.end_links(&owner, &to).await?;
        let label = format!("to sign for {site}, by {}", visitor.person());
        let (secret, ends) = self.link(&owner, &to, &label, SITE_LINK_LASTS).await?;
        let link = self.address_of(&format!("/l/{}", secret.reveal()));
        let sent_to = self.sent(state, &owner, site, &link).await?;
        let address = sent_to.is_none().then_some(link);
        Ok(Given { person: owner, sent_to, address, ends })
    }

    /// Sees to it that there is an account of `person`, without any way in of its own.
    async fn account_for(&self, person: &PersonId) -> Result<(), ReceptionError> {
        self.accounts
            .create(&Account {
                name: person.clone(),
                password: String::new(),
                is_administrator: false,
                is_disabled: false,
                created: self.clock.now(),
            })
            .await?;
        Ok(())
    }

    /// Sends `link` to `owner`. Returns where to; nothing where it cannot be sent.
    async fn sent(
        &self,
        state: &State,
        owner: &PersonId,
        site: &SiteId,
        link: &str,
    ) -> Result<Option<String>, ReceptionError> {
        let mail = state.person(owner).and_then(|it| it.mail()).map(str::to_owned);
        let (Some(post), Some(address), true) =
            (&self.post, mail, state.purpose == Purpose::Production)
        else {
            return Ok(None);
        };
        if !post.sends_mail() {
            return Ok(None);
        }
        let title = &state.plan.title;
        let body = format!(
            "{title}: is site {site} operating as expected?\n\nSign for it, or refuse with your reasons:\n{link}\n\nThe link is yours alone and works once, for two weeks.\n"
        );
        let parcel = Parcel {
            deployment: state.plan.deployment.clone(),
            letter: 0,
            text: digest_of(link),
            channel: Channel::Mail,
            address: address.clone(),
            language: "en".to_owned(),
            subject: format!("Please sign for site {site}"),
            body,
            secret: None,
            inside: false,
        };
        match post.deliver(&parcel, self.clock.now()).await {
            Delivery::Accepted { .. } => Ok(Some(address)),
            Delivery::Refused { why } | Delivery::NotNow { why } | Delivery::Waits { why } => Err(
                ReceptionError::Invalid(format!("the link could not be sent to {address}: {why}")),
            ),
        }
    }

    /// Returns what the link with `secret` to a site opens.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it opens nothing any more.
    pub async fn open_site(&self, secret: &str, address: &str) -> Result<Opened, ReceptionError> {
        let (LinkTo::Site { deployment, site, by }, admission, account) =
            self.opened(secret, &link_from(address)).await?
        else {
            return Err(ReceptionError::NotAdmitted);
        };
        let digest = digest_of(secret);
        if self.record.command(&deployment, &decision_of(&digest)?).await?.is_some() {
            // Whoever has decided by it was gone before it was ended.
            self.accounts.end(&digest).await?;
            return Err(ReceptionError::NotAdmitted);
        }
        let followed = self.followed(&deployment).await?;
        let access = Access { reach: Reach::Read, deployments: vec![deployment] };
        let visitor = by_link(account, access, &admission);
        Ok(Opened { visitor, followed, site, by })
    }

    /// Carries out an act that signs for the site of the link with `secret`, refuses it, or acknowledges
    /// its date. Whoever has signed or refused has used the link. In the regulated profile they have
    /// `given` also what their own account is known by: a link alone may have been opened by anybody.
    ///
    /// # Errors
    ///
    /// As [`coordinator::Coordinator::act`], and where the link does not reach so far or was used.
    pub async fn act_by_link(
        &self,
        secret: &str,
        address: &str,
        it: &ToSign,
        given: Option<Showing>,
    ) -> Result<Acted, ReceptionError> {
        let (opened, command) = (self.open_site(secret, address).await?, &it.command);
        let own = SlotId { sheet: Sheet::Site(opened.site.clone()), role: RoleType::SiteOwner };
        let is_decided = matches!(
            command,
            Command::Sign { slot, .. } | Command::Refuse { slot, .. } if *slot == own
        );
        let is_acknowledged = matches!(
            command,
            Command::AcknowledgeSchedule { site, .. } if *site == opened.site
        );
        if !is_decided && !is_acknowledged {
            let what = "this link opens one site, to sign for it or to refuse".to_owned();
            return Err(ReceptionError::NotAllowed { what });
        }
        let again = self.shown(&opened.visitor, &opened.followed, it, given).await?;
        let digest = digest_of(secret);
        if self.accounts.admission(&digest, self.clock.now()).await?.is_none() {
            return Err(ReceptionError::NotAdmitted);
        }
        let author = Author {
            person: opened.visitor.person().clone(),
            login: format!("a link that {} made", opened.by),
            known: opened.visitor.author_having_shown(again).known,
        };
        let id = if is_decided { decision_of(&digest)? } else { name_of(&digest, command)? };
        // Whoever asks may be gone at any time: what is recorded first ends the link, and not the reverse.
        let acted = opened.followed.act((&author, None), command, &id, self.clock()).await?;
        if is_decided {
            // What was decided stands: a link that cannot be ended now is when it is opened next.
            self.accounts.end(&digest).await.ok();
            if acted.repeated {
                return Err(ReceptionError::NotAdmitted);
            }
        }
        Ok(acted)
    }

    /// Makes the address that the visitor's calendar reads. It is shown once, and replaces an
    /// earlier one.
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in.
    pub async fn calendar_address(&self, visitor: &Visitor) -> Result<Given, ReceptionError> {
        by_person(visitor)?;
        let person = visitor.person().clone();
        self.end_links(&person, &LinkTo::Calendar).await?;
        let made = self.link(&person, &LinkTo::Calendar, "your calendar", CALENDAR_LASTS).await?;
        let address = self.address_of(&format!("/calendar/{}", made.0.reveal()));
        Ok(Given { person, sent_to: None, address: Some(address), ends: made.1 })
    }

    /// Returns whose calendar is read with `secret`.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it is nobody's any more.
    pub async fn calendar(&self, secret: &str, address: &str) -> Result<Visitor, ReceptionError> {
        // A phone goes on asking an address that was replaced: that keeps nobody from their link.
        let keys = [format!("calendar from {address}")];
        let (LinkTo::Calendar, admission, account) = self.opened(secret, &keys).await? else {
            return Err(ReceptionError::NotAdmitted);
        };
        let access = Access { reach: Reach::Read, deployments: vec![] };
        Ok(by_link(account, access, &admission))
    }
}

/// Returns under what those are counted who try links from `address`.
pub(super) fn link_from(address: &str) -> [String; 1] {
    [format!("link from {address}")]
}

/// Returns whether it is a link to a site.
pub(super) fn is_to_site(admission: &Admission) -> bool {
    matches!(opens(admission), Some(LinkTo::Site { .. }))
}

/// Returns what a link opens; nothing where it is another kind of admission.
fn opens(admission: &Admission) -> Option<LinkTo> {
    match admission.kind {
        AdmissionKind::Link => serde_json::from_str(&admission.access).ok(),
        AdmissionKind::Session | AdmissionKind::Token => None,
    }
}

/// Returns the name of an act by the link with this digest: the same for the same words sent twice.
pub(super) fn name_of(link: &Digest, command: &Command) -> Result<CommandId, ReceptionError> {
    let said = serde_json::to_string(command).unwrap_or_default();
    name_from(&format!("{link} {said}"))
}

/// Returns the name of what is decided by the link with this digest: of two decisions one counts.
fn decision_of(link: &Digest) -> Result<CommandId, ReceptionError> {
    name_from(&format!("{link} decides"))
}

fn name_from(text: &str) -> Result<CommandId, ReceptionError> {
    let name: String = digest_of(text).to_string().chars().take(40).collect();
    name.parse().map_err(|_| ReceptionError::Invalid(format!("{name} names no act")))
}

/// Returns whom a link let in.
fn by_link(account: Account, access: Access, admission: &Admission) -> Visitor {
    Visitor {
        account,
        kind: AdmissionKind::Link,
        access,
        by: AuthenticationMethod::Link,
        since: admission.created,
        admission: admission.digest,
        seen: None,
    }
}
