//! A desk: one deployment, opened, and whoever sits before it.
//!
//! Every command that concerns a deployment begins here: which deployment is
//! meant, who acts, and what time it is there.

mod act_name;
mod kept;
mod nearest;
mod waits;

pub(crate) use nearest::people_of;

use crate::args::Everywhere;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::signing_key::SigningKey;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use api::{Client, Recorded};
use coordinator::clock::act_time;
use coordinator::{Acted, Author, CommandError, Coordinator};
use documents::Language;
use jiff::Timestamp;
use model::authentication::{
    Authentication, AuthenticationMethod, Declaration, Meaning, Proof, ShownAgain, is_shown_again,
    sentence, signs,
};
use model::command::Command;
use model::decide::{Acting, decide};
use model::history::Loss;
use model::id::{DeploymentId, PersonId, Seq};
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::scope::Scope;
use model::state::State;
use model::survey::Reply;
use record::{CommandId, Record};
use serde::Serialize;
use serde_json::json;
use std::path::Path;
use views::typed::Typing;
use zeroize::Zeroizing;

/// The most waits shown after an act that is not complete yet.
const WAITS_AFTER_ACT_MAX: usize = 4;

/// One deployment, opened, and whoever sits before it.
pub(crate) struct Desk {
    /// The deployment.
    pub(crate) coordinator: Coordinator,
    /// What surrounds the program.
    pub(crate) surroundings: Surroundings,
    /// Where results go.
    pub(crate) terminal: Terminal,
    /// Who was named.
    pub(crate) person: Option<PersonId>,
    /// The server through which this desk asks and acts, where there is one.
    client: Option<Client>,
    /// What was lost of the deployment's history, as the server says.
    lost_at_server: Option<Loss>,
    command_id: Option<CommandId>,
    acts: u32,
    /// The key with which whoever sits here signs.
    ssh_key: Option<SigningKey>,
    /// Their password, where it was asked in this ceremony: it is asked once.
    password: Option<Zeroizing<String>>,
    /// In which language they read what a signature means.
    language: Language,
}

/// What came of an act, for programs.
#[derive(Serialize)]
struct Told<'a> {
    first: Seq,
    last: Seq,
    repeated: bool,
    events: &'a [model::event::Event],
}

impl<'a> Told<'a> {
    fn of(acted: &'a Acted) -> Self {
        let Acted { first, last, ref events, repeated } = *acted;
        Self { first, last, repeated, events }
    }
}

impl Desk {
    /// Returns the desk of the deployment that is meant.
    ///
    /// # Errors
    ///
    /// When it is not clear which one is meant, or it cannot be read.
    pub(crate) async fn open(
        everywhere: &Everywhere,
        surroundings: &Surroundings,
        terminal: Terminal,
    ) -> Result<Self, Fault> {
        let client = surroundings.client().await?;
        let (record, lines) = match &client {
            Some(client) => {
                let lines = client.deployments().await?;
                let named = everywhere.deployment.as_ref();
                let own = lines.iter().map(|it| &it.deployment);
                for deployment in own.filter(|it| named.is_none_or(|named| named == *it)) {
                    client.follow(deployment).await?;
                }
                (client.copy(), lines)
            }
            None => (surroundings.record().await?, vec![]),
        };
        let deployment = which(&*record, everywhere.deployment.as_ref()).await?;
        // The server knows who asks.
        let person = match &client {
            Some(client) => Some(client.me().await?),
            None => everywhere.person.clone(),
        };
        let coordinator = Coordinator::open(record, &deployment).await?;
        let line = lines.into_iter().find(|it| it.deployment == deployment);
        let lost_at_server = line.and_then(|it| it.quarantine);
        if let Some(loss) = coordinator.quarantine().or(lost_at_server.as_ref()) {
            terminal.say(&views::why::quarantined(&deployment, loss));
        }
        Ok(Self {
            lost_at_server,
            coordinator,
            surroundings: surroundings.clone(),
            terminal,
            person,
            client,
            command_id: everywhere.command_id.clone(),
            acts: 0,
            ssh_key: everywhere.ssh_key.clone(),
            password: None,
            language: Language::default(),
        })
    }

    /// Returns the address of `path` on the server, where this desk asks one.
    pub(crate) fn address_of(&self, path: &str) -> Option<String> {
        self.client.as_ref()?.address_of(path)
    }

    /// Returns how the next lines are typed here.
    pub(crate) fn typing(&self) -> Typing {
        self.surroundings.typing()
    }

    /// Returns where the deployment stands.
    pub(crate) fn state(&self) -> &State {
        self.coordinator.state()
    }

    /// Returns the deployment's name.
    pub(crate) fn deployment(&self) -> DeploymentId {
        self.state().plan.deployment.clone()
    }

    /// Returns what time it is in the deployment: a rehearsal has a clock of its own.
    pub(crate) fn now(&self) -> Timestamp {
        act_time(self.state(), self.surroundings.now())
    }

    /// Returns an error where `scope` names nothing in `state`.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(crate) fn known(&self, state: &State, scope: &Scope) -> Result<(), Fault> {
        if views::subject::is_known(state, scope) {
            return Ok(());
        }
        let lists = "`landfall plan show` lists what is";
        let next = match nearest::nearest(state, scope) {
            Some(meant) => format!("did you mean {meant}? {lists}"),
            None => lists.to_owned(),
        };
        Err(Fault::usage(format!("{scope} is not in the plan"), next))
    }

    /// Returns who acts.
    ///
    /// # Errors
    ///
    /// When nobody is named and the plan does not make it clear.
    pub(crate) fn author(&self) -> Result<Author, Fault> {
        let plan = &self.state().plan;
        if self.client.is_some()
            && let Some(person) = self.person.as_ref().filter(|it| plan.person(it).is_none())
        {
            let what = format!("{person}, who is logged in, is nobody in this plan");
            return Err(Fault::new(Exit::NotPermitted, what).next("log in as a person of the plan"));
        }
        author(plan, self.person.as_ref(), &self.surroundings.login)
    }

    /// Carries out `command`.
    ///
    /// # Errors
    ///
    /// When it is refused or cannot be recorded.
    pub(crate) async fn act(&mut self, command: &Command) -> Result<Acted, Fault> {
        let author = if command.is_anonymous() { Author::nobody() } else { self.author()? };
        let id = self.next_command_id()?;
        let at = self.now();
        let again = self.shown_again(&author.person, command, at)?;
        if let Some(client) = &self.client {
            let deployment = self.deployment();
            let recorded = match again {
                None => client.act(&deployment, command, &id).await?,
                Some(again) => {
                    let signature = json!({
                        "command": command,
                        "language": self.language,
                        "proof": self.given(again.by),
                    });
                    client.sign(&deployment, &signature, &id).await?
                }
            };
            return self.acted_at_server(recorded).await;
        }
        let known = again.map(|again| Authentication {
            method: AuthenticationMethod::Computer,
            at,
            again: Some(Box::new(again)),
        });
        let author = Author { known, ..author };
        Ok(self.coordinator.act(&author, command, &id, at).await?)
    }

    /// Returns the desk of somebody who reads what a signature means in `language`.
    pub(crate) fn in_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Returns in which language whoever sits here reads what a signature means.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Has `person` show, in the act, that it is them, where `command` puts their name under something and
    /// they have a key here, or the server asks for it.
    fn shown_again(
        &mut self,
        person: &PersonId,
        command: &Command,
        at: Timestamp,
    ) -> Result<Option<ShownAgain>, Fault> {
        // A session was begun by a password, which can be asked again.
        let method = AuthenticationMethod::Password;
        let asks_server = || self.client.is_some() && is_shown_again(self.state(), command, method);
        if !signs(command) || (self.ssh_key.is_none() && !asks_server()) {
            return Ok(None);
        }
        let state = self.coordinator.state();
        let events =
            decide(&Acting::new(state, person, at), command).map_err(CommandError::from)?;
        let Some(event) = events.first() else { return Ok(None) };
        let meaning = sentence(event).map(|it| Meaning {
            lang: self.language.to_string(),
            text: documents::meaning(it, self.language),
        });
        let challenge = Declaration::of(state, person, event, meaning.as_ref()).challenge();
        if let Some(meaning) = &meaning {
            self.terminal.say(&format!("\u{201c}{}\u{201d}", meaning.text));
        }
        let by = match &self.ssh_key {
            Some(key) => {
                let own = state.person(person).map(|it| it.ssh_keys.clone()).unwrap_or_default();
                let around = (self.terminal, self.surroundings.agent_socket());
                key.sign(&own, &challenge, around)?
            }
            None => {
                if self.password.is_none() {
                    let question = format!("Password of {person}, to sign:");
                    self.password = Some(self.terminal.ask_hidden(&question)?);
                }
                Proof::Password
            }
        };
        Ok(Some(ShownAgain { challenge, at, meaning, by }))
    }

    /// Returns what shows that it is them, in the form of the API.
    fn given(&self, by: Proof) -> serde_json::Value {
        match by {
            Proof::SshKey { key, signature } => {
                json!({ "ssh-key": { "key": key, "signature": signature } })
            }
            Proof::Password | Proof::Passkey(_) | Proof::SingleSignOn { .. } => {
                json!({ "password": self.password.as_ref().map(|it| it.as_str()) })
            }
        }
    }

    /// Reads what others have written since. Returns whether there was anything.
    ///
    /// # Errors
    ///
    /// When the record cannot be read, or the server cannot be reached.
    pub(crate) async fn catch_up(&mut self) -> Result<bool, Fault> {
        if let Some(client) = &self.client {
            client.follow(&self.deployment()).await?;
        }
        Ok(self.coordinator.look().await?)
    }

    /// Replaces the plan by the one at `path` among those of the server; does nothing where the
    /// record is one's own.
    ///
    /// # Errors
    ///
    /// As [`act`](Self::act).
    pub(crate) async fn revise_at_server(
        &mut self,
        path: &Path,
        reason: &str,
    ) -> Result<Option<Acted>, Fault> {
        let Some(client) = &self.client else { return Ok(None) };
        let plan = path.to_string_lossy();
        let recorded = client.revise(&self.deployment(), &plan, reason).await?;
        Ok(Some(self.acted_at_server(recorded).await?))
    }

    /// Returns what came of an act at the server, once it is in the copy.
    async fn acted_at_server(&mut self, recorded: Recorded) -> Result<Acted, Fault> {
        self.catch_up().await?;
        let Recorded { first, last, repeated, events, .. } = recorded;
        Ok(Acted { first, last, events, repeated })
    }

    /// Answers the survey of users through the link that ends with `token`; does nothing where the record
    /// is one's own.
    ///
    /// # Errors
    ///
    /// As [`act`](Self::act).
    pub(crate) async fn answer_at_server(
        &mut self,
        token: &str,
        replies: &[Reply],
    ) -> Result<Option<Acted>, Fault> {
        let Some(client) = &self.client else { return Ok(None) };
        let recorded = client.answer_survey(&self.deployment(), token, replies).await?;
        Ok(Some(self.acted_at_server(recorded).await?))
    }

    /// Carries out `command` and prints what came of it.
    ///
    /// # Errors
    ///
    /// As [`act`](Self::act).
    pub(crate) async fn act_and_tell(
        &mut self,
        scope: &Scope,
        command: &Command,
    ) -> Result<(), Fault> {
        let acted = self.act(command).await?;
        self.tell(scope, &acted)
    }

    /// Prints what came of an act at `scope`, and what it still waits on.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn tell(&self, scope: &Scope, acted: &Acted) -> Result<(), Fault> {
        self.terminal.answer(&Told::of(acted), || render::act::text(self.state(), acted))?;
        if self.terminal.is_json() || !render::act::lacks_agreement(&acted.events) {
            return Ok(());
        }
        let waits = match self.quarantine() {
            Some(decision) => vec![decision],
            None => planner::waiting::why(self.state(), self.now(), scope),
        };
        let for_people = waits.iter().filter(|it| !it.people.is_empty()).take(WAITS_AFTER_ACT_MAX);
        for wait in for_people {
            self.terminal.say(&views::why::wait(self.state(), wait, &self.typing()));
        }
        Ok(())
    }

    /// Carries out `commands`, each about its scope, up to the first that is refused, and prints
    /// what came of them: in JSON, as one list.
    ///
    /// # Errors
    ///
    /// When one is refused; those before it stand in the record, and are printed.
    pub(crate) async fn act_each(&mut self, commands: Vec<(Scope, Command)>) -> Result<(), Fault> {
        let mut acts = Vec::with_capacity(commands.len());
        let mut refused = None;
        for (scope, command) in commands {
            match self.act(&command).await {
                Ok(acted) => acts.push((scope, acted)),
                Err(fault) => {
                    refused = Some(fault);
                    break;
                }
            }
        }
        match refused {
            Some(fault) if acts.is_empty() => Err(fault),
            Some(fault) => {
                self.tell_all(&acts)?;
                Err(fault.why(format!("the {} acts before it are recorded", acts.len())))
            }
            None => self.tell_all(&acts),
        }
    }

    /// Prints what came of several acts, each at its scope: in JSON, as one list.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn tell_all(&self, acts: &[(Scope, Acted)]) -> Result<(), Fault> {
        if !self.terminal.is_json() {
            return acts.iter().try_for_each(|(scope, acted)| self.tell(scope, acted));
        }
        let recorded: Vec<Told<'_>> = acts.iter().map(|(_, it)| Told::of(it)).collect();
        self.terminal.print_json(&recorded)
    }

    /// Returns the name of the next act: the one that was given, with a number from the second
    /// act on, or a random one.
    fn next_command_id(&mut self) -> Result<CommandId, Fault> {
        self.acts += 1;
        let text = match &self.command_id {
            Some(id) if self.acts == 1 => return Ok(id.clone()),
            Some(id) => format!("{id}.{}", self.acts),
            None => act_name::random()?,
        };
        text.parse().map_err(|_| {
            Fault::usage("the name of the act is too long", "give a shorter --command-id")
        })
    }
}

/// Returns the deployment that is meant: the named one, or the only one.
///
/// # Errors
///
/// When it is not clear which one is meant.
pub(crate) async fn which(
    record: &dyn Record,
    named: Option<&DeploymentId>,
) -> Result<DeploymentId, Fault> {
    let all = record.deployments().await?;
    if let Some(named) = named {
        return match all.iter().find(|it| *it == named) {
            Some(found) => Ok(found.clone()),
            None => Err(Fault::usage(
                format!("there is no deployment {named} in this record"),
                "`landfall deployment list` shows which there are",
            )),
        };
    }
    match all.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Fault::usage(
            "there is no deployment in this record",
            "`landfall deployment create PLAN` makes one",
        )),
        several => {
            let names: Vec<&str> = several.iter().take(8).map(DeploymentId::as_str).collect();
            let what =
                format!("the record has {} deployments: {}", several.len(), names.join(", "));
            Err(Fault::usage(what, "name one with --deployment"))
        }
    }
}

/// Returns who acts in a deployment of `plan`.
///
/// # Errors
///
/// When nobody is named and the plan does not make it clear.
pub(crate) fn author(
    plan: &MasterProjectPlan,
    named: Option<&PersonId>,
    login: &str,
) -> Result<Author, Fault> {
    let login = login.to_owned();
    if let Some(person) = named {
        if plan.person(person).is_none() {
            let what = format!("{person} is nobody in this plan");
            return Err(Fault::new(Exit::NotPermitted, what).next(people_of(plan, person)));
        }
        return Ok(Author { person: person.clone(), login, known: None });
    }
    match (plan.profile, plan.people.as_slice()) {
        (Profile::Solo, [only]) => Ok(Author { person: only.id.clone(), login, known: None }),
        (Profile::Solo | Profile::Standard | Profile::Regulated, _) => {
            let next = "name the person of the plan who acts: --as PERSON, or LANDFALL_AS";
            Err(Fault::new(Exit::Usage, "it is not clear who acts").next(next))
        }
    }
}
