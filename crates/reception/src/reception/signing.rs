//! Signing: what is declared, and who shows in the act that it is them.
//!
//! The same for a page, a program and a link. What is declared is the very event that will be recorded:
//! it is decided before anybody is asked, and again when they have shown that it is them. Where the two
//! differ, nothing is recorded.

use super::Reception;
use super::again::Showing;
use crate::error::ReceptionError;
use crate::followed::Followed;
use crate::visitor::Visitor;
use coordinator::{Acted, CommandError};
use documents::Language;
use model::authentication::{Declaration, Meaning, ShownAgain, is_shown_again, sentence};
use model::command::Command;
use model::decide::{Acting, decide};
use model::digest::Digest;
use model::event::Event;
use model::profile::Profile;
use record::CommandId;

/// What somebody is about to sign.
#[derive(Clone, Debug)]
pub struct ToSign {
    /// The act.
    pub command: Command,
    /// In which language they read what it means.
    pub language: Language,
    /// The name of the act: the same for the same words sent twice.
    pub id: Option<CommandId>,
}

/// What somebody would declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its digest: what a key of theirs signs.
    pub challenge: Digest,
    /// The declaration, as canonical JSON.
    pub text: String,
    /// What it means, in their language.
    pub meaning: Option<Meaning>,
}

impl Reception {
    /// Returns whether the visitor has to show again that it is them to give `command`.
    pub fn is_shown_again(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        command: &Command,
    ) -> bool {
        is_shown_again(&followed.standing().state, command, visitor.by)
    }

    /// Returns what the visitor would declare.
    ///
    /// # Errors
    ///
    /// Why the act would be refused.
    pub async fn declared(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        it: &ToSign,
    ) -> Result<Declared, ReceptionError> {
        let standing = followed.look().await?;
        let acting = Acting::new(&standing.state, visitor.person(), standing.now(self.clock()));
        let events = decide(&acting, &it.command).map_err(CommandError::from)?;
        let event = events.first().ok_or_else(|| {
            ReceptionError::Invalid(
                "nothing would be recorded: there is nothing to sign".to_owned(),
            )
        })?;
        let meaning = meaning_of(event, it.language);
        let declared = Declaration::of(&standing.state, visitor.person(), event, meaning.as_ref());
        let text = String::from_utf8_lossy(&declared.canonical()).into_owned();
        Ok(Declared { challenge: declared.challenge(), text, meaning })
    }

    /// Carries out an act that puts the visitor's name under something, after they have shown that it is
    /// them by what they have `given`. Where nothing is given, their log-in has to be enough.
    ///
    /// # Errors
    ///
    /// As [`Reception::act`]; and where what was given does not show that it is them.
    pub async fn sign(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        it: &ToSign,
        given: Option<Showing>,
    ) -> Result<Acted, ReceptionError> {
        let again = self.shown(visitor, followed, it, given).await?;
        self.act_having_shown(visitor, followed, it, again).await
    }

    /// Returns what the visitor has shown by what they have `given` about what they would declare.
    pub(super) async fn shown(
        &self,
        visitor: &Visitor,
        followed: &Followed,
        it: &ToSign,
        given: Option<Showing>,
    ) -> Result<Option<Box<ShownAgain>>, ReceptionError> {
        let Some(given) = given else { return Ok(None) };
        let standing = followed.standing();
        if matches!(given, Showing::Password(_))
            && standing.state.plan.profile == Profile::Regulated
            && self.ways(visitor).await?.passkey
        {
            let what = "in the regulated profile whoever has a passkey signs with it: a password alone is one factor";
            return Err(ReceptionError::Invalid(what.to_owned()));
        }
        let declared = self.declared(visitor, followed, it).await?;
        let by = self.shown_again(visitor, &declared.challenge, given).await?;
        let at = followed.standing().now(self.clock());
        let (challenge, meaning) = (declared.challenge, declared.meaning);
        Ok(Some(Box::new(ShownAgain { challenge, at, meaning, by })))
    }
}

/// Returns what `event` means as a signature, in `language`.
fn meaning_of(event: &Event, language: Language) -> Option<Meaning> {
    let sentence = sentence(event)?;
    Some(Meaning { lang: language.to_string(), text: documents::meaning(sentence, language) })
}
