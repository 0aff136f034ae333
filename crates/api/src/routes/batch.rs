//! Batches: signatures that somebody gives in one ceremony, after a look at a drawn sample.

use super::{Json, Noes, Path};
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use jiff::Timestamp;
use model::batch::Batch;
use model::digest::Digest;
use model::dispute::Means;
use model::id::PersonId;
use model::sheet::SlotId;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::borrow::Cow;
use views::listing::{Field, Item, Key, Listed, Use};

/// A batch in a list.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BatchLine {
    /// Its number, from 1.
    batch: u32,
    /// Who began it, and signs.
    by: PersonId,
    /// When it was begun.
    at: Timestamp,
    /// How many signatures it gives.
    signatures: usize,
    /// How many of its sheets were drawn, to be looked at.
    drawn: usize,
    /// How many of those are still to be looked at.
    unseen: usize,
    /// When it was signed; nothing where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Timestamp>,
}

impl BatchLine {
    fn of((batch, it): (u32, &Batch)) -> Self {
        Self {
            batch,
            by: it.by.clone(),
            at: it.at,
            signatures: it.listed.len(),
            drawn: it.sample.len(),
            unseen: it.unseen().len(),
            signed: it.signed.map(|(at, _)| at),
        }
    }
}

impl Listed for BatchLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "batch", about: "Its number.", asked: Use::Order },
        Field { name: "by", about: "Who began it, by their short name.", asked: Use::Both },
        Field { name: "at", about: "When it was begun.", asked: Use::Order },
        Field { name: "signed", about: "When it was signed.", asked: Use::Order },
    ];
}

impl Item for BatchLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::Number(self.batch.into()),
            1 => Key::text(self.by.as_str()),
            2 => Key::Instant(self.at),
            _ => self.signed.map_or(Key::None, Key::Instant),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.batch.to_string().into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

/// A batch with all that it lists.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BatchView {
    /// Where it stands.
    #[serde(flatten)]
    line: BatchLine,
    /// The digest of its list, about which it is signed.
    digest: Digest,
    /// The sentence that the signature means.
    meaning: String,
    /// By what it was signed; nothing where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    means: Option<Means>,
    /// What is signed, in order.
    listed: Vec<ListedLine>,
    /// The last entry of the record that it was computed from.
    entry: u64,
}

/// A signature that a batch gives.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListedLine {
    /// The slot.
    slot: SlotId,
    /// The digest of the sheet.
    document: Digest,
    /// Whether it was drawn, to be looked at.
    is_drawn: bool,
    /// When it was looked at; nothing where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_at: Option<Timestamp>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<BatchLine>>();
    generator.subschema_for::<BatchView>();
}

/// How the list of batches is asked.
type BatchesWanted = ListOf<BatchLine>;

type BatchesBody = Described<Page<BatchLine>>;
type BatchBody = Described<BatchView>;

/// List the batches in which people sign for several sites at once
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/batches", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), BatchesWanted, AsOf),
    responses((status = 200, description = "A page of batches.", body = BatchesBody), Noes))]
pub(crate) async fn batches(sight: Sight, wanted: BatchesWanted) -> Result<Response, Problem> {
    let state = sight.state();
    let lines = (1..).zip(&state.batches.0).map(BatchLine::of).collect();
    let page = Page::of(wanted.page(lines)?, |it| it).up_to(state.seq);
    Ok(sight.answer(Json(page)))
}

/// Look at one batch
///
/// What it lists, what of it was drawn to be looked at, and what was.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/batches/{batch}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("batch" = String, Path, description = "Its number, from 1."),
        AsOf,
    ),
    responses((status = 200, description = "The batch.", body = BatchBody), Noes))]
pub(crate) async fn batch(
    sight: Sight,
    Path((_, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let state = sight.state();
    let found = number.parse().ok().and_then(|it| Some((it, state.batches.get(it)?)));
    let (number, it) =
        found.ok_or_else(|| Problem::unknown(format!("there is no batch {number}")))?;
    let listed = it.listed.iter().map(|listed| ListedLine {
        slot: listed.slot.clone(),
        document: listed.document,
        is_drawn: it.sample.contains(&listed.slot),
        looked_at: it.looked_at.get(&listed.slot).copied(),
    });
    let view = BatchView {
        line: BatchLine::of((number, it)),
        digest: it.digest,
        meaning: it.meaning().to_owned(),
        means: it.signed.map(|(_, means)| means),
        listed: listed.collect(),
        entry: state.seq,
    };
    Ok(sight.answer(Json(view)))
}
