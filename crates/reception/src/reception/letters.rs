//! Letters and invitations to a survey: opened by the token that stands in them, without logging in.

use super::links::{link_from, name_of};
use super::{Reception, act_name};
use crate::access::{Access, Reach};
use crate::error::ReceptionError;
use crate::followed::Followed;
use crate::link::Opened;
use crate::secret::{Secret, digest_of};
use crate::visitor::Visitor;
use coordinator::{Acted, Author};
use model::authentication::AuthenticationMethod;
use model::command::Command;
use model::message::{Addressee, MessageCommand};
use model::scope::Scope;

use model::survey::{Questions, Reply, Respondent, SurveyCommand};
use record::{Account, AdmissionKind};
use std::sync::Arc;

impl Reception {
    /// Acknowledges, for its reader, the letter of `deployment` in which `token` stands. Whoever
    /// guesses from `address` is made to wait.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it stands in none, and as
    /// [`coordinator::Coordinator::act`].
    pub async fn acknowledge(
        &self,
        deployment: &str,
        token: &str,
        address: &str,
    ) -> Result<Acted, ReceptionError> {
        let (opened, letter) = self.open_letter(deployment, token, address).await?;
        let digest = digest_of(token);
        let command = Command::Message(MessageCommand::Acknowledge { letter, token: Some(digest) });
        let person = opened.visitor.person().clone();
        let known = opened.visitor.author().known;
        let author = Author { person, login: format!("letter {letter}"), known };
        let id = name_of(&digest, &command)?;
        Ok(opened.followed.act((&author, None), &command, &id, self.clock()).await?)
    }

    /// Returns what the letter of `deployment` in which `token` stands is about, and its number.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it stands in no letter to a person about a site.
    pub async fn open_letter(
        &self,
        deployment: &str,
        token: &str,
        address: &str,
    ) -> Result<(Opened, u32), ReceptionError> {
        let (now, keys) = (self.clock.now(), link_from(address));
        if let Some(wait) = self.attempts.wait(&keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        let none = || {
            self.attempts.failed(&keys, now);
            ReceptionError::NotAdmitted
        };
        let deployment = deployment.parse().map_err(|_| none())?;
        let followed = self.followed(&deployment).await.map_err(|_| none())?;
        let standing = followed.standing();
        let digest = digest_of(token);
        let letter = standing.state.messages.with_token(&digest).ok_or_else(none)?;
        let (Addressee::Person(person), Scope::Site(site)) =
            (&letter.letter.to, &letter.letter.scope)
        else {
            return Err(none());
        };
        let account = Account {
            name: person.clone(),
            password: String::new(),
            is_administrator: false,
            is_disabled: false,
            created: now,
        };
        let access = Access { reach: Reach::Read, deployments: vec![deployment] };
        let (kind, by) = (AdmissionKind::Link, AuthenticationMethod::Link);
        let since = self.clock.now();
        let visitor = Visitor { account, kind, access, by, since, admission: digest, seen: None };
        let (site, by, number) = (site.clone(), person.clone(), letter.letter.letter);
        Ok((Opened { visitor, followed, site, by }, number))
    }

    /// Returns the title of the deployment whose survey the link with `token` opens, and what it asks;
    /// whoever guesses from `address` is made to wait.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::NotAdmitted`] where it opens none.
    pub async fn open_survey(
        &self,
        deployment: &str,
        token: &str,
        address: &str,
    ) -> Result<(String, Arc<Questions>), ReceptionError> {
        let standing = self.survey(deployment, token, address).await?.standing();
        Ok((standing.state.plan.title.clone(), standing.state.survey_questions()))
    }

    async fn survey(
        &self,
        deployment: &str,
        token: &str,
        address: &str,
    ) -> Result<Arc<Followed>, ReceptionError> {
        let (now, keys) = (self.clock.now(), link_from(address));
        if let Some(wait) = self.attempts.wait(&keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        let none = || {
            self.attempts.failed(&keys, now);
            ReceptionError::NotAdmitted
        };
        let deployment = deployment.parse().map_err(|_| none())?;
        let followed = self.followed(&deployment).await.map_err(|_| none())?;
        let digest = digest_of(token);
        let standing = followed.standing();
        let round = standing.state.surveys.open();
        let is_known = round.is_some_and(|it| it.links.contains_key(&digest));
        if is_known { Ok(followed) } else { Err(none()) }
    }

    /// Takes the answers of whoever holds the link with `token` to a survey. Their last ones count.
    ///
    /// # Errors
    ///
    /// As [`Self::open_survey`] and [`coordinator::Coordinator::act`].
    pub async fn answer_survey(
        &self,
        deployment: &str,
        token: &str,
        address: &str,
        replies: Vec<Reply>,
    ) -> Result<Acted, ReceptionError> {
        let followed = self.survey(deployment, token, address).await?;
        let respondent = Respondent::Link(digest_of(token));
        let command = Command::Survey(SurveyCommand::Answer { respondent, replies });
        // Random: who answers, answers otherwise and changes back to the first answers has acted three times.
        let id = act_name(Secret::random()?.reveal())?;
        Ok(followed.act((&Author::nobody(), None), &command, &id, self.clock()).await?)
    }
}
