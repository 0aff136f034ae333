//! Single sign-on: accounts linked with who their people are at the sign-on service.
//!
//! House rule: an account is linked by its own person, who is here and has shown there who they
//! are. Nobody becomes somebody by a name or a mail address that a service passes on.

use super::accounts::by_person;
use super::{Reception, SESSION_LASTS};
use crate::access::Access;
use crate::error::ReceptionError;
use crate::origin::Origin;
use crate::secret::Secret;
use crate::sign_on::{Back, Errand, SentAway, SignOn, SignOnProvider};
use crate::visitor::Visitor;
use jiff::Timestamp;
use model::authentication::{AuthenticationMethod, Proof};
use model::digest::Digest;
use record::Identity;

/// What is said to a browser that came back from the sign-on service.
#[derive(Debug)]
pub enum CameBack {
    /// They have logged in: the secret of their session, when it ends, and where they wanted to go.
    LoggedIn(Secret, Timestamp, String),
    /// Their account is linked.
    Linked,
    /// They have shown again who they are: by this name it is found once, where they wanted to go.
    Again(Secret, String),
}

/// A browser that came back from the sign-on service.
#[derive(Debug)]
pub struct ComingBack<'a> {
    /// What the service gave it.
    pub code: &'a str,
    /// What it was sent away with.
    pub state: &'a str,
    /// What it has kept in a cookie.
    pub kept: Option<&'a str>,
    /// Where it comes from.
    pub address: &'a str,
    /// What its session is called in the list of sessions.
    pub label: &'a str,
}

impl Reception {
    /// Returns it for a server at `origin` whose people are known by `service`.
    ///
    /// # Errors
    ///
    /// Where the service's address is not one to be trusted with log-ins.
    pub fn signing_on_at(
        self,
        service: SignOnProvider,
        origin: &Origin,
    ) -> Result<Self, ReceptionError> {
        Ok(Self { sign_on: Some(SignOn::at(service, origin)?), ..self })
    }

    /// Returns the address of the sign-on service, where there is one.
    pub fn sign_on_provider(&self) -> Option<&str> {
        self.sign_on.as_ref().map(SignOn::issuer)
    }

    fn provider(&self) -> Result<&SignOn, ReceptionError> {
        let what = "this server knows no sign-on service: start it with --oidc-issuer";
        self.sign_on.as_ref().ok_or_else(|| ReceptionError::Invalid(what.to_owned()))
    }

    /// Sends a browser to the sign-on service, to log in and go to `next`.
    ///
    /// # Errors
    ///
    /// Where there is no service, or it cannot be reached.
    pub async fn sign_on(&self, next: &str) -> Result<SentAway, ReceptionError> {
        self.provider()?.send(Errand::LogIn, next.to_owned(), self.clock.now()).await
    }

    /// Sends the visitor to the sign-on service, to link their account with who they are there.
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in, there is no service, or it cannot be
    /// reached.
    pub async fn link_sign_on(&self, visitor: &Visitor) -> Result<SentAway, ReceptionError> {
        by_person(visitor)?;
        let errand = Errand::Link(visitor.person().clone());
        self.provider()?.send(errand, String::new(), self.clock.now()).await
    }

    /// Sends the visitor to the sign-on service, to show again, now, that they are themselves. The
    /// service signs `challenge` as its nonce. They come back to `next`, with the name
    /// under which [`Self::shown_again`] finds it as `again` in its query.
    ///
    /// # Errors
    ///
    /// As [`Self::link_sign_on`].
    pub async fn ask_again_by_sign_on(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        next: &str,
    ) -> Result<SentAway, ReceptionError> {
        by_person(visitor)?;
        let errand = Errand::Again(visitor.admission, *challenge);
        self.provider()?.send(errand, next.to_owned(), self.clock.now()).await
    }

    /// Returns what becomes of a browser that came back from the sign-on service; `visitor` is who
    /// is here in it.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongSignOn`] where what it brings is not what was asked, or nobody here is
    /// linked with it; and where too many attempts have failed.
    pub async fn came_back(
        &self,
        it: &ComingBack<'_>,
        visitor: Option<&Visitor>,
    ) -> Result<CameBack, ReceptionError> {
        let (now, keys) = (self.clock.now(), [format!("address {}", it.address)]);
        if let Some(wait) = self.attempts.wait(&keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        let back = self.provider()?.back(it.code, it.state, it.kept, now).await;
        let done = match back {
            Ok(back) => self.arrived(back, it.label, visitor, now).await,
            Err(error) => Err(error),
        };
        if matches!(done, Err(ReceptionError::WrongSignOn(_))) {
            self.attempts.failed(&keys, now);
        }
        done
    }

    async fn arrived(
        &self,
        back: Back,
        label: &str,
        visitor: Option<&Visitor>,
        now: Timestamp,
    ) -> Result<CameBack, ReceptionError> {
        let wrong = |why: &str| ReceptionError::WrongSignOn(why.to_owned());
        let issuer = self.provider()?.issuer().to_owned();
        let known = self.accounts.identity(&issuer, &back.subject).await?;
        match back.errand {
            Errand::LogIn => {
                let unknown = "no account here is linked with it: log in by another way once, and link it on the page of your account";
                let account = match known {
                    Some(it) => self.accounts.account(&it.account).await?,
                    None => None,
                };
                let account = account.filter(|it| !it.is_disabled).ok_or_else(|| wrong(unknown))?;
                let access = Access::of_person();
                let admitted = self
                    .admit(
                        account.name,
                        AuthenticationMethod::SingleSignOn,
                        label,
                        access,
                        SESSION_LASTS,
                    )
                    .await?;
                Ok(CameBack::LoggedIn(admitted.0, admitted.1, back.next))
            }
            Errand::Link(person) => {
                if visitor.map(Visitor::person) != Some(&person) {
                    return Err(wrong("somebody else is logged in by now"));
                }
                let (kind, id) = (issuer, back.subject);
                let identity =
                    Identity { kind, id, account: person, body: String::new(), created: now };
                if self.accounts.identify(&identity).await? {
                    Ok(CameBack::Linked)
                } else {
                    Err(wrong("another account is linked with it"))
                }
            }
            Errand::Again(here, challenge) => {
                let visitor = visitor.filter(|it| it.admission == here);
                let visitor = visitor.ok_or_else(|| wrong("it was asked in another session"))?;
                if known.map(|it| it.account).as_ref() != Some(visitor.person()) {
                    return Err(wrong("it is not who is logged in here"));
                }
                let by = Proof::SingleSignOn {
                    issuer,
                    subject: back.subject,
                    authenticated: back.authenticated.unwrap_or(now),
                    token: back.token,
                };
                let name = Secret::random()?;
                self.shown_by_sign_on.ask(name.reveal().to_owned(), (here, challenge, by), now);
                Ok(CameBack::Again(name, back.next))
            }
        }
    }

    /// Returns whether the visitor's account is linked with the sign-on service.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn is_linked(&self, visitor: &Visitor) -> Result<bool, ReceptionError> {
        let Some(issuer) = self.sign_on_provider() else { return Ok(false) };
        let all = self.accounts.identities(visitor.person()).await?;
        Ok(all.iter().any(|it| it.kind == issuer))
    }

    /// Unlinks the visitor's account from the sign-on service.
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in, or it is not linked.
    pub async fn unlink_sign_on(&self, visitor: &Visitor) -> Result<(), ReceptionError> {
        by_person(visitor)?;
        let issuer = self.provider()?.issuer().to_owned();
        let all = self.accounts.identities(visitor.person()).await?;
        let linked: Vec<Identity> = all.into_iter().filter(|it| it.kind == issuer).collect();
        if linked.is_empty() {
            return Err(ReceptionError::Invalid("the account is not linked".to_owned()));
        }
        for it in linked {
            self.accounts.forget(visitor.person(), &it.kind, &it.id).await?;
        }
        Ok(())
    }
}
