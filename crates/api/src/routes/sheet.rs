//! Sheets: the exact document that is signed.

use super::{Json, Noes, Path};
use crate::described::Described;
use crate::params::AsOf;
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::batch::InBatch;
use model::digest::Digest;
use model::id::PersonId;
use model::machine::SignOffState;
use model::sheet::{self, Sheet, SlotId};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

/// A sheet with its slots.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SheetView {
    /// The sheet.
    sheet: String,
    /// Its title.
    title: String,
    /// The digest that is signed.
    digest: Digest,
    /// The document itself.
    body: serde_json::Value,
    /// Who signs it, and who has.
    slots: Vec<SlotView>,
    /// The last entry of the record that it was computed from.
    entry: u64,
}

/// One slot of a sheet.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SlotView {
    /// The slot.
    slot: SlotId,
    /// What a signature in it means.
    meaning: String,
    /// Its state; nothing where it has not been asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<SignOffState>,
    /// Who signed or declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<PersonId>,
    /// Exceptions or reasons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<String>,
    /// That it was signed by hand, and who attested it; such a signature is no electronic one.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_paper: Option<String>,
    /// Of which batch it is, where it was not signed by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<InBatch>,
    /// The dispute about it, where it is disputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<u32>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<SheetView>();
}

type SheetBody = Described<SheetView>;

/// Look at a sheet
///
/// The document whose digest is signed, what a signature means, and who has signed.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/sheets/{*sheet}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("sheet" = String, Path, description = "The sheet, such as `site/B27` or `core-final`."),
        AsOf,
    ),
    responses((status = 200, description = "The sheet.", body = SheetBody), Noes))]
pub(crate) async fn sheet(
    sight: Sight,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let state = sight.state();
    let unknown = || Problem::unknown(format!("there is no sheet {name}"));
    let sheet: Sheet = name.parse().map_err(|_| unknown())?;
    if let Sheet::Site(site) = &sheet
        && state.site(site).is_none()
    {
        return Err(unknown());
    }
    let slot = |slot: SlotId| {
        let known = state.slots.get(&slot);
        SlotView {
            meaning: slot.meaning(),
            state: known.map(|it| it.state),
            by: known.and_then(|it| it.by.clone()),
            on_paper: state.said_on_paper(&slot),
            batch: state.in_batch(&slot),
            dispute: state.disputes.of(&slot).map(|(dispute, _)| dispute),
            statements: known.map(|it| it.statements.clone()).unwrap_or_default(),
            slot,
        }
    };
    let view = SheetView {
        sheet: sheet.to_string(),
        title: sheet.title(),
        digest: sheet::digest(state, &sheet),
        body: sheet::body(state, &sheet),
        slots: sheet.slots().into_iter().map(slot).collect(),
        entry: state.seq,
    };
    Ok(sight.answer(Json(view)))
}
