//! Sites: a page of them at a time; and all of them at once, in a byte each.

use super::Answer;
use super::board::site_tone;
use crate::block::{Block, Cell};
use crate::form::{ChoiceView, FieldView};
use crate::offer::offered;
use crate::page::Page;
use crate::template::said;
use crate::trouble::{No, counted};
use crate::visit::Visit;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use model::command::{Command, Resumable};
use model::machine::SiteState;
use model::ring::agreed;
use model::scope::Scope;
use serde::Deserialize;
use strum::VariantArray as _;
use views::listing::Listed as _;
use views::site_list::{SiteAt, SiteRow, sites, word_of};

/// The position of one site on the wall.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Placed {
    place: Option<usize>,
}

/// The field of each column of the list.
const FIELDS: [Option<&str>; 6] = [
    Some("title"),
    Some("ring"),
    Some("state"),
    Some("since"),
    Some("in_service"),
    Some("computers"),
];

pub(crate) async fn list(visit: Visit, Query(placed): Query<Placed>) -> Answer {
    let state = visit.state();
    if let Some(site) = placed.place.and_then(|it| state.plan.sites.get(it)) {
        return Ok(Redirect::to(&visit.to(&Scope::Site(site.id.clone()))).into_response());
    }
    let wanted = visit.wanted::<SiteAt<'_>>()?;
    let found = sites(state, &wanted)
        .map_err(|error| No::invalid(crate::trouble::sentence(&error.to_string())))?;
    let count = found.count;
    let next = found.next.map(|it| visit.asking(&[("after", &it)]));
    let rows = found.items.iter().map(|it| row(&visit, it.row())).collect();
    let columns = ["Site", "Ring", "State", "Since", "In service", "Computers"];
    let by = wanted.by.and_then(|(field, order)| Some((SiteAt::FIELDS.get(field)?.name, order)));
    let list = Block::table("Sites", &columns, rows, "No site is like that.").next(next);
    let list = list.ordered(&FIELDS, by, |order| visit.asking(&[("order", order)]));
    let all = state.plan.sites.len();
    let lead = if count == all {
        format!("{} in the plan.", counted(all, "site"))
    } else {
        format!("{count} of the {all} sites in the plan.")
    };
    let mut page = Page::new("Sites").lead(lead);
    page = page.with(list).typed("landfall status");
    let ring = visit.says("ring").parse().ok();
    if let Some((ring, status)) = ring.and_then(|it| state.ring(&it)) {
        let scope = Scope::Ring(ring.id.clone());
        page.title = format!("Ring {}", ring.id);
        page.lead = Some(format!(
            "It is {} since {}. {}",
            status.state,
            visit.when(status.since),
            status.reason.as_deref().map(crate::trouble::sentence).unwrap_or_default()
        ));
        page = page.and(super::waits::of_scope(&visit, &scope));
        let halt = |reason| Command::HaltRing { ring: ring.id.clone(), reason };
        let only = agreed(state, &ring.id).unwrap_or_else(|| Resumable::VARIANTS.to_vec());
        let resume =
            |reason| Command::ResumeRing { ring: ring.id.clone(), reason, only: only.clone() };
        let hold = |reason| Command::Hold { scope: scope.clone(), held: true, reason };
        page = page.and(offered([
            visit.offer("Halt it", halt),
            visit.offer("Resume it", resume),
            visit.offer("Hold it", hold),
        ]));
    }
    let filter = filter_fields(&visit);
    Ok(page.shown_as(
        &visit,
        "list.html",
        said! { filter, order => visit.says("order"), action => visit.link("sites") },
    ))
}

/// Returns the fields by which sites are found.
fn filter_fields(visit: &Visit) -> Vec<FieldView> {
    let choice = |value: String, label: String, chosen: &str| ChoiceView {
        is_chosen: value == chosen,
        value,
        label,
        about: String::new(),
        fields: vec![],
    };
    let states = SiteState::VARIANTS.iter();
    let states = states.map(|it| choice(word_of(*it), it.to_string(), visit.says("state")));
    let rings = visit.state().plan.rings.iter();
    let rings = rings.map(|it| choice(it.id.to_string(), it.id.to_string(), visit.says("ring")));
    let word = |name: &str, label: &str, value: &str, choices: Vec<ChoiceView>| FieldView {
        kind: if choices.is_empty() { "line" } else { "word" },
        name: name.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        choices,
        ..FieldView::default()
    };
    vec![
        word("state", "State", visit.says("state"), states.collect()),
        word("ring", "Ring", visit.says("ring"), rings.collect()),
        word("text", "Name", visit.says("text"), vec![]),
    ]
}

fn row(visit: &Visit, it: SiteRow) -> Vec<Cell> {
    let scope = Scope::Site(it.site.clone());
    vec![
        Cell::of(&it.title).link(visit.to(&scope)).small(it.site.to_string()),
        Cell::optional(it.ring),
        Cell::of(it.state).tone(site_tone(it.state)).small(it.reason.unwrap_or_default()),
        Cell::of(visit.when_at(&scope, it.since)),
        Cell::optional(it.in_service.map(|at| visit.when_at(&scope, at))),
        Cell::number(it.computers),
    ]
}

/// All sites in the order of the plan, a byte each: the position of its state among all.
pub(crate) async fn wall(visit: Visit) -> Answer {
    let position = |state: SiteState| {
        let found = SiteState::VARIANTS.iter().position(|it| *it == state);
        u8::try_from(found.unwrap_or_default()).unwrap_or_default()
    };
    let bytes: Vec<u8> = visit.state().sites.iter().map(|it| position(it.state)).collect();
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
