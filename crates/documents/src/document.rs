//! A document: the body that is signed, and the frame around it.
//!
//! House rule: the digest of a document is that of its body as canonical JSON; people sign it.

use crate::block::{Criterion, Said, Section};
use crate::name::DocumentName;
use jiff::Timestamp;
use jiff::civil::Date;
use model::batch::InBatch;
use model::digest::{Digest, canonical};
use model::id::Seq;
use model::profile::Purpose;
use model::role_type::RoleType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the format, in every document.
pub(crate) const FORMAT: &str = "landfall-document/1";

/// How a signature stands that nobody is going to be asked for, as a word of the catalogue.
pub(crate) const NOT_NEEDED: &str = "is-not-needed";

/// A document, as its canonical JSON has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
    /// The format.
    pub format: String,
    /// Its name.
    pub document: DocumentName,
    /// What it is in the catalogue of documents, such as `D-02`.
    pub code: String,
    /// Its title, as a word of the catalogue.
    pub title: String,
    /// Which one of its kind it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Which issue it is, from 1.
    pub version: u32,
    /// Where it stands.
    pub status: Status,
    /// What it is about.
    pub head: Head,
    /// The digest of `body` as canonical JSON: what is signed.
    pub digest: Digest,
    /// The facts that are signed.
    pub body: Value,
    /// What it lacks; nothing where it is complete.
    pub missing: Vec<Said>,
    /// Its issues so far.
    pub revisions: Vec<Revision>,
    /// Who gets it: role types with their holders.
    pub distribution: Vec<(RoleType, Vec<String>)>,
    /// The body, laid out.
    pub sections: Vec<Section>,
    /// What its gate read.
    pub gate: Vec<Criterion>,
    /// What a reader has to know beside it.
    pub disclosures: Vec<Said>,
    /// Who signs it, and who has.
    pub slots: Vec<Slot>,
    /// Its place in the record.
    pub record: Place,
}

/// Where a document stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Status {
    /// It changes with what it is about.
    Draft,
    /// People are asked to sign exactly this issue.
    InSignature,
    /// Everybody has signed.
    Locked,
    /// A newer one has taken its place, or its basis is undone.
    Superseded,
    /// Nobody signs it: it says what the record says at its entry.
    Current,
}

/// Which issue of a document is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// The newest.
    Newest,
    /// The one with this number, from 1.
    Number(u32),
}

/// What a document is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Head {
    /// Whose deployment it is.
    pub company: String,
    /// The deployment.
    pub deployment: String,
    /// The title of the project.
    pub project: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vision: String,
    /// The release.
    pub release: String,
    /// Its version.
    pub release_version: String,
    /// The digest of the release.
    pub release_sha256: Digest,
    /// The baseline in force; 0 before the first.
    pub baseline: u32,
    /// The digest of the plan in force.
    pub plan_sha256: Digest,
    /// What it is about.
    pub scope: String,
    /// Whether production is changed.
    pub purpose: Purpose,
    /// Where it deploys to.
    pub environment: String,
    /// The zone on whose clock its times are told.
    pub zone: String,
}

/// One issue of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Which issue it is, from 1.
    pub version: u32,
    /// Its digest.
    pub digest: Digest,
    /// When it was issued for signature.
    pub at: Timestamp,
    /// The entry that says so.
    pub entry: Seq,
    /// What became of it.
    pub became: Said,
}

/// One signature of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Slot {
    /// The role type that signs.
    pub role: RoleType,
    /// Who may: printed names.
    pub asked: Vec<String>,
    /// The sentence that a signature means, in English, as it is recorded.
    pub meaning: String,
    /// Where it stands, as a word of the catalogue.
    pub stands: String,
    /// The printed name of whoever decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// For whom, where not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// Since when it stands so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The entry that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Seq>,
    /// Exceptions, or the reasons for declining, in the signer's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// What is printed beside it, such as a relaxed separation of duties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// From which account it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How and when whoever decided had shown that it is them; nothing where the account is one of the
    /// computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<model::authentication::Authentication>,
    /// What they showed in the act itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// Of which batch it is, where it was not signed by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<InBatch>,
    /// That it was signed by hand, and who attested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_paper: Option<OnPaper>,
    /// That it is disputed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Disputed>,
    /// When its signer confirmed it after it was disputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Timestamp>,
    /// The digest of its manifest, where somebody decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
}

/// A signature by hand, on a printed sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OnPaper {
    /// The number of the paper.
    pub paper: u32,
    /// The day that stands beside it.
    pub signed_on: Date,
    /// Where paper and scan are kept.
    pub kept: String,
    /// The SHA-256 of the scan.
    pub scan: Digest,
    /// The printed names of the two who attested it.
    pub attested: Vec<String>,
}

/// Why a signature is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disputed {
    /// The number of the dispute.
    pub dispute: u32,
    /// Since when others could have signed as the signer.
    pub since: Timestamp,
    /// What is known.
    pub reason: String,
}

/// What a signer showed in the act of signing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// By what, as a word: `password`, `passkey`, `single-sign-on`, `ssh-key`.
    pub by: String,
    /// When it was checked.
    pub at: Timestamp,
    /// The digest of what was declared, which their key signed.
    pub declared: Digest,
}

impl Again {
    /// Returns what `known` says that was shown in the act itself.
    pub(crate) fn of(known: Option<&model::authentication::Authentication>) -> Option<Self> {
        let again = known?.again.as_ref()?;
        let by = again.by.word().to_owned();
        Some(Self { by, at: again.at, declared: again.challenge })
    }
}

/// A place in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The last entry that the document was computed from.
    pub entry: Seq,
    /// When it was written.
    pub at: Timestamp,
    /// The chain's hash of that entry.
    pub head: Digest,
}

impl Document {
    /// Returns the document as canonical JSON (RFC 8785), as it is attached to its renderings.
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Returns the code by which a printed copy is found again: the first digits of its digest and
    /// the entry that it was computed from.
    pub fn verification_code(&self) -> String {
        let digits: String = self.digest.to_string().chars().take(12).collect();
        let parts: Vec<&str> =
            [digits.get(0..4), digits.get(4..8), digits.get(8..12)].into_iter().flatten().collect();
        format!("{}-{}", parts.join("-").to_uppercase(), self.record.entry)
    }
}
