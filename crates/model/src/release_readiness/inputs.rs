//! The register of inputs: what the deployment was given, by digest.
//!
//! The plan and the release are in it by themselves. What lies elsewhere is registered by somebody.
//! With the baseline the register is frozen: from then on it changes only with a reason.
//!
//! Source: Deploy SMF, Tables 4 and 5, inputs "Final release" and "Master project plan".

use crate::digest::{Digest, canonical_digest};
use crate::state::State;
use serde::{Deserialize, Serialize};

/// What an input is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum InputKind {
    /// The final release, or a part of it.
    Release,
    /// Notes on the release.
    ReleaseNotes,
    /// Results of tests.
    TestResults,
    /// The report of the pilot.
    PilotReport,
    /// A plan.
    Plan,
    /// Any other document.
    Document,
}

/// A line of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputRow {
    /// Its name.
    pub input: String,
    /// What it is.
    pub kind: InputKind,
    /// Where it comes from.
    pub source: String,
    /// Its digest, where it is known.
    pub sha256: Option<Digest>,
    /// Why it was changed after the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Returns the register of inputs.
pub fn inputs(state: &State) -> Vec<InputRow> {
    let release = &state.plan.release;
    let row = |input: &str, kind, source: &str, sha256| InputRow {
        input: input.to_owned(),
        kind,
        source: source.to_owned(),
        sha256,
        reason: None,
    };
    let mut rows = vec![
        row("master-project-plan", InputKind::Plan, &state.folder, Some(state.plan_digest)),
        row("release", InputKind::Release, &release.version, Some(state.release_digest())),
    ];
    let companion =
        |input: &str, document: &str, sha256| row(input, InputKind::Plan, document, sha256);
    let operations = state.plan.operations.iter();
    rows.extend(
        operations.map(|it| companion("operations-plan", &it.document, Some(canonical_digest(it)))),
    );
    let support = state.plan.support.iter();
    rows.extend(
        support.map(|it| companion("support-plan", &it.document, Some(canonical_digest(it)))),
    );
    rows.extend(
        release
            .deliverables
            .iter()
            .map(|it| row(it.id.as_str(), InputKind::Release, &it.file, Some(it.sha256))),
    );
    rows.extend(
        release
            .documentation
            .iter()
            .map(|it| row(&it.title, InputKind::ReleaseNotes, &it.location, it.sha256)),
    );
    rows.extend(state.release_readiness.inputs.iter().map(|(id, it)| InputRow {
        reason: it.reason.clone(),
        ..row(id.as_str(), it.kind, &it.source, Some(it.sha256))
    }));
    rows
}

/// Returns the digest of the whole register.
pub fn register_digest(state: &State) -> Digest {
    canonical_digest(&inputs(state))
}
