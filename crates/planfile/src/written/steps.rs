//! Steps, step templates and connections, as they are written.
//!
//! House rule: a step says how to see that it was done, how to undo it, and
//! whether it may be repeated; without that, a person decides.

use super::values::{FileMode, Length};
use crate::span::At;
use model::id::{DeliverableId, LineId, StepId};
use model::role_type::RoleType;
use model::step::{Evidence, OnFailure, Repeat};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One step: exactly one of `run`, `script`, `copy`, `http`, `manual` and `use`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Step {
    /// Its name, unique in its list. With `use`, it is put before the names of the template's steps.
    pub(crate) id: Option<At<StepId>>,
    /// What it does, for people.
    pub(crate) title: Option<String>,
    /// A program with its arguments; no shell reads them. They may hold `${…}`.
    pub(crate) run: Option<At<Vec<At<String>>>>,
    /// A POSIX shell script. Values reach it by `environment`; `${…}` in it is the shell's.
    pub(crate) script: Option<At<String>>,
    /// A deliverable of the release, copied to the computer.
    pub(crate) copy: Option<At<CopyWork>>,
    /// An HTTP request from Landfall's own computer, whose answer is compared. It changes nothing.
    pub(crate) http: Option<At<HttpWork>>,
    /// Something a person does and confirms.
    pub(crate) manual: Option<At<ManualWork>>,
    /// The step template whose steps take the place of this one.
    #[serde(rename = "use")]
    pub(crate) template: Option<At<LineId>>,
    /// Values for the template's parameters, used in it as `${with.name}`.
    #[serde(default)]
    pub(crate) with: BTreeMap<String, At<String>>,
    /// How to see that it has been done: succeeds where it has. Default: none, so a person is asked.
    pub(crate) verify: Option<At<Work>>,
    /// How it is undone, or `nothing` where it changes nothing. Needed unless it is fixed forward.
    pub(crate) rollback: Option<At<Undo>>,
    /// Whether doing it twice does no harm. Default: `ask`.
    #[schemars(extend("default" = "ask"))]
    pub(crate) repeat: Option<Repeat>,
    /// How often it is tried before it counts as failed. Default: 1.
    #[schemars(extend("default" = 1))]
    pub(crate) tries: Option<At<u8>>,
    /// The wait before the second try; it doubles with each further one. Default: `10s`.
    #[schemars(extend("default" = "10s"))]
    pub(crate) backoff: Option<Length>,
    /// How long one try may take. Default: `10m`.
    #[schemars(extend("default" = "10m"))]
    pub(crate) time_limit: Option<At<Length>>,
    /// How long it is expected to take, for the forecast. Default: `1m`.
    #[schemars(extend("default" = "1m"))]
    pub(crate) expected: Option<Length>,
    /// Environment variables: texts, which may hold `${…}`, or secrets.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, At<EnvironmentValue>>,
    /// What follows when it has failed for good. Default: `pause`.
    #[schemars(extend("default" = "pause"))]
    pub(crate) on_failure: Option<OnFailure>,
}

/// Work by itself, as in `verify`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// A program with its arguments.
    Run(Vec<At<String>>),
    /// A POSIX shell script.
    Script(String),
    /// A deliverable, copied to the computer.
    Copy(CopyWork),
    /// An HTTP request.
    Http(HttpWork),
    /// Something a person does and confirms.
    Manual(ManualWork),
}

/// How a step is undone.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Undo {
    /// It changes nothing, so nothing is undone.
    Nothing,
    /// A program with its arguments.
    Run(Vec<At<String>>),
    /// A POSIX shell script.
    Script(String),
    /// A deliverable, copied to the computer.
    Copy(CopyWork),
    /// Something a person does and confirms.
    Manual(ManualWork),
}

/// A deliverable, copied to the computer and compared with its digest on arrival.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CopyWork {
    /// Which deliverable of the release.
    pub(crate) deliverable: At<DeliverableId>,
    /// The absolute path on the computer. It may hold `${…}`.
    pub(crate) to: At<String>,
    /// Permission bits. Default: `0644`.
    #[schemars(extend("default" = "0644"))]
    pub(crate) mode: Option<FileMode>,
}

/// An HTTP request (GET) whose answer is compared.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HttpWork {
    /// What is fetched. It may hold `${…}`.
    pub(crate) url: At<String>,
    /// The status that means success. Default: 200.
    #[schemars(extend("default" = 200))]
    pub(crate) status: Option<u16>,
    /// A text that the body must contain. Default: any body will do.
    pub(crate) contains: Option<String>,
}

/// Something a person does and confirms.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ManualWork {
    /// What to do. It may hold `${…}`.
    pub(crate) instructions: At<String>,
    /// Whether evidence (a text, a reference) must be given. Default: `optional`.
    #[schemars(extend("default" = "optional"))]
    pub(crate) evidence: Option<Evidence>,
    /// Who may confirm it. Default: `release-management`.
    #[schemars(extend("default" = "release-management"))]
    pub(crate) role: Option<RoleType>,
}

/// The value of an environment variable.
#[derive(Clone, Debug)]
pub(crate) enum EnvironmentValue {
    /// A text, which may hold `${…}`.
    Plain(String),
    /// A reference to a secret.
    Secret(String),
}

/// A reference to a secret: `env:NAME` or `file:/path`, resolved where the step is carried out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SecretReference {
    /// Where the secret is found: `env:NAME` or `file:/path`.
    secret: String,
}

impl<'de> Deserialize<'de> for EnvironmentValue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EnvironmentVisitor)
    }
}

struct EnvironmentVisitor;

impl<'de> serde::de::Visitor<'de> for EnvironmentVisitor {
    type Value = EnvironmentValue;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or `{secret: env:NAME}`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<EnvironmentValue, E> {
        Ok(EnvironmentValue::Plain(text.to_owned()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<EnvironmentValue, E> {
        Ok(EnvironmentValue::Plain(String::new()))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<EnvironmentValue, A::Error> {
        let map = serde::de::value::MapAccessDeserializer::new(map);
        let SecretReference { secret } = SecretReference::deserialize(map)?;
        if secret.starts_with("env:") || secret.starts_with("file:/") {
            return Ok(EnvironmentValue::Secret(secret));
        }
        Err(serde::de::Error::custom("a secret is named as `env:NAME` or `file:/path`"))
    }
}

impl JsonSchema for EnvironmentValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EnvironmentValue".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let secret = generator.subschema_for::<SecretReference>();
        schemars::json_schema!({
            "description": "A text, which may hold `${…}`, or a reference to a secret.",
            "anyOf": [{ "type": "string" }, secret],
        })
    }
}

/// A named list of steps for use in other lists.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StepTemplate {
    /// Its name, for `use`.
    pub(crate) id: At<LineId>,
    /// The names of its parameters; each must be given in `with`.
    #[serde(default)]
    pub(crate) parameters: Vec<String>,
    /// Its steps. Their texts may hold `${with.name}`; a script reads it from its environment.
    pub(crate) steps: Vec<Step>,
}

/// How computers are reached.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Connection {
    /// They are this computer.
    Here,
    /// Over SSH.
    Ssh(Ssh),
}

/// What SSH connections have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ssh {
    /// The account.
    pub(crate) user: String,
    /// The TCP port where a host names none. Default: 22.
    #[schemars(extend("default" = 22))]
    pub(crate) port: Option<u16>,
    /// The private key's path on Landfall's own computer. Default: the SSH agent is asked.
    pub(crate) identity: Option<String>,
    /// The known-hosts file's path on Landfall's own computer. Default: `~/.ssh/known_hosts`.
    #[schemars(extend("default" = "~/.ssh/known_hosts"))]
    pub(crate) known_hosts: Option<String>,
    /// The computer through which they are reached, as `host` or `host:port`. Default: none.
    pub(crate) jump: Option<String>,
}
