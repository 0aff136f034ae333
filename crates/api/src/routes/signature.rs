//! Signatures: what would be declared, and the act, by a person who shows in it that it is them.

use super::commands::{Recorded, RecordedBody, decided, name_in};
use super::{Json, Noes, Path};
use crate::caller::Caller;
use crate::described::Described;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use documents::Language;
use model::command::Command;
use model::ssh_key::SshKey;
use reception::passkey::Question;
use reception::{Declared, Reach, Reception, Showing, ToSign};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What somebody is about to sign.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureWanted {
    /// The act: sign, refuse or withdraw a signature, or approve a request for change.
    command: Command,
    /// The language in which they read what it means: `en` or `de`.
    #[serde(default)]
    #[schemars(with = "String", regex(pattern = "^(en|de)$"))]
    language: Language,
}

/// What somebody would declare, and how they can show that it is them.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DeclarationShown {
    /// Its digest: what a key of theirs signs.
    challenge: String,
    /// What would be declared, as canonical JSON, whose SHA-256 the challenge is.
    declaration: String,
    /// What it means, in their language; nothing where it is no signature on a sheet.
    meaning: Option<String>,
    /// Whether it has to be shown again that it is them.
    asked: bool,
    /// Whether it can be shown by a password.
    password: bool,
    /// What a browser is asked, where they have a passkey; it may answer once, within five minutes.
    passkey: Option<Question>,
}

/// What somebody signs, and what shows that it is them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureGiven {
    /// The act.
    command: Command,
    /// The language in which they read what it means: `en` or `de`.
    #[serde(default)]
    #[schemars(with = "String", regex(pattern = "^(en|de)$"))]
    language: Language,
    /// What shows that it is them.
    proof: ProofGiven,
}

/// What shows, in the act, that it is them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProofGiven {
    /// Their password.
    Password(String),
    /// What `navigator.credentials.get` answered to the question, as JSON.
    Passkey(Value),
    /// A signature by their SSH key, which the plan names.
    SshKey {
        /// The public key, as in `authorized_keys`.
        key: String,
        /// What `ssh-keygen -Y sign -n landfall-signature` writes for the challenge.
        signature: String,
    },
}

impl ProofGiven {
    fn showing(self) -> Result<Showing, Problem> {
        Ok(match self {
            Self::Password(it) => Showing::Password(Zeroizing::new(it)),
            Self::Passkey(it) => Showing::Passkey(it.to_string()),
            Self::SshKey { key, signature } => {
                let wrong = |it: model::ssh_key::InvalidSshKey| Problem::invalid(it.to_string());
                let key: SshKey = key.parse().map_err(wrong)?;
                Showing::SshKey { key, signature }
            }
        })
    }
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<DeclarationShown>();
}

type SignatureWantedBody = Described<SignatureWanted>;
type DeclarationBody = Described<DeclarationShown>;
type SignatureGivenBody = Described<SignatureGiven>;

/// Ask what one would declare
///
/// Nothing is recorded. The answer has the very event that would be, its digest, and the sentence that
/// it means. Whoever has a passkey is asked for it.
#[utoipa::path(post, path = "/api/v1/deployments/{deployment}/declarations", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment.")),
    request_body = SignatureWantedBody,
    responses((status = 200, description = "What would be declared.", body = DeclarationBody), Noes))]
pub(crate) async fn declare(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Json(it): Json<SignatureWanted>,
) -> Result<Json<DeclarationShown>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let wanted = ToSign { command: it.command, language: it.language, id: None };
    let declared = reception.declared(&visitor, &followed, &wanted).await?;
    let ways = reception.ways(&visitor).await?;
    let asked = reception.is_shown_again(&visitor, &followed, &wanted.command);
    let Declared { challenge, text, meaning } = declared;
    let is_asked = ways.passkey && visitor.access.reach == Reach::Person;
    let passkey =
        if is_asked { Some(reception.ask_again(&visitor, &challenge).await?) } else { None };
    Ok(Json(DeclarationShown {
        challenge: challenge.to_string(),
        declaration: text,
        meaning: meaning.map(|it| it.text),
        asked,
        password: ways.password,
        passkey,
    }))
}

/// Sign, and show that it is you
///
/// As a command, with what shows in the act itself that it is the person: it stands in the record with
/// the signature. A token never signs.
#[utoipa::path(post, path = "/api/v1/deployments/{deployment}/signatures", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("Idempotency-Key" = Option<String>, Header, description = "The name of this act: up to 64 letters, digits, `.`, `-` and `_`."),
    ), request_body = SignatureGivenBody,
    responses((status = 200, description = "What was recorded.", body = RecordedBody), Noes))]
pub(crate) async fn sign(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    headers: HeaderMap,
    Json(it): Json<SignatureGiven>,
) -> Result<Json<Recorded>, Problem> {
    let followed = reception.deployment(&visitor, &deployment).await?;
    let SignatureGiven { command, language, proof } = it;
    let wanted = ToSign { command, language, id: name_in(&headers)? };
    let given = Some(proof.showing()?);
    let signed = reception.sign(&visitor, &followed, &wanted, given).await;
    decided(&reception, &followed, &wanted.command, signed)
}
