//! Sites: a page of them at a time; and all of them at once, in a byte each.

use super::Answer;
use super::board::site_tone;
use crate::block::{Block, Cell, Link};
use crate::form::{ChoiceView, FieldView};
use crate::page::Page;
use crate::template::said;
use crate::trouble::No;
use crate::visit::Visit;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use model::id::SiteId;
use model::machine::SiteState;
use model::scope::Scope;
use serde::Deserialize;
use strum::VariantArray as _;
use views::site_list::{SiteFilter, SiteOrder, SiteRow, sites_in};

/// How many sites a page lists.
const PAGE: usize = 100;

/// Which sites are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    state: String,
    ring: String,
    text: String,
    after: String,
    /// In what order.
    order: SiteOrder,
    /// The position of one site on the wall.
    place: Option<usize>,
}

/// Returns the word by which a state is named in addresses and in the record.
pub(super) fn key(state: SiteState) -> String {
    let word = serde_json::to_value(state).ok();
    word.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// In what order each column of the list puts all sites.
const ORDERS: [Option<SiteOrder>; 6] = [
    Some(SiteOrder::Name),
    Some(SiteOrder::Plan),
    Some(SiteOrder::State),
    Some(SiteOrder::Since),
    None,
    Some(SiteOrder::Computers),
];

/// Returns where what is wanted stands in `order`.
fn asked(wanted: &Wanted, order: SiteOrder) -> String {
    let (state, ring, text) = (&wanted.state, &wanted.ring, crate::link::encoded(&wanted.text));
    let order = serde_json::to_value(order).ok();
    let order = order.as_ref().and_then(|it| it.as_str()).unwrap_or_default();
    format!("sites?state={state}&ring={ring}&text={text}&order={order}")
}

pub(crate) async fn list(visit: Visit, Query(wanted): Query<Wanted>) -> Answer {
    let state = visit.state();
    if let Some(site) = wanted.place.and_then(|it| state.plan.sites.get(it)) {
        return Ok(Redirect::to(&visit.to(&Scope::Site(site.id.clone()))).into_response());
    }
    let invalid = |what: &str| No::invalid(format!("{what} is not in the plan."));
    let filter = SiteFilter {
        state: match wanted.state.as_str() {
            "" => None,
            word => Some(
                SiteState::VARIANTS
                    .iter()
                    .copied()
                    .find(|it| key(*it) == word)
                    .ok_or_else(|| No::invalid(format!("No site is ever {word}.")))?,
            ),
        },
        ring: match wanted.ring.as_str() {
            "" => None,
            ring => Some(ring.parse().map_err(|_| invalid(ring))?),
        },
        text: Some(wanted.text.clone()).filter(|it| !it.trim().is_empty()),
    };
    let after = match wanted.after.as_str() {
        "" => None,
        after => Some(after.parse::<SiteId>().map_err(|_| invalid(after))?),
    };
    let (rows, has_more) = sites_in(state, &filter, wanted.order, after.as_ref(), PAGE);
    let last = rows.last().filter(|_| has_more).map(|it| it.site.to_string());
    let next = last.map(|last| {
        let asked = asked(&wanted, wanted.order);
        visit.link(&format!("{asked}&after={last}"))
    });
    let rows = rows.into_iter().map(|it| row(&visit, it)).collect();
    let columns = ["Site", "Ring", "State", "Since", "In service", "Computers"];
    let empty = "No site is like that.";
    let orders = ORDERS.map(|order| order.map(|it| (it, visit.link(&asked(&wanted, it)))));
    let list = Block::table("Sites", &columns, rows, empty).next(next);
    let list = list.ordered(orders, wanted.order);
    let mut page =
        Page::new("Sites").lead(format!("{} sites in the plan.", state.plan.sites.len()));
    page = page.with(list).typed("landfall status");
    if let Some((ring, status)) = filter.ring.as_ref().and_then(|it| state.ring(it)) {
        let scope = Scope::Ring(ring.id.clone());
        page.title = format!("Ring {}", ring.id);
        page.lead = Some(format!(
            "It is {} since {}. {}",
            status.state,
            visit.when(status.since),
            status.reason.as_deref().map(crate::trouble::sentence).unwrap_or_default()
        ));
        page = page.and(super::waits::of_scope(&visit, &scope));
        let halt = Link::new(
            "Halt it",
            visit.link(&format!("act/halt-ring?c.halt-ring.ring={}", ring.id)),
        );
        let hold = Link::new(
            "Hold it",
            visit.link(&format!("act/hold?c.hold.scope={scope}&c.hold.held=true")),
        );
        let resume = Link::new(
            "Resume it",
            visit.link(&format!("act/resume-ring?c.resume-ring.ring={}", ring.id)),
        );
        page = page.with(Block::links("What you can do", vec![halt, resume, hold]));
    }
    let filter = filter_fields(&visit, &wanted);
    Ok(page.shown_as(&visit, "sites.html", said! { filter, action => visit.link("sites") }))
}

/// Returns the fields by which sites are found.
fn filter_fields(visit: &Visit, wanted: &Wanted) -> Vec<FieldView> {
    let choice = |value: String, label: String, chosen: &str| ChoiceView {
        is_chosen: value == chosen,
        value,
        label,
        about: String::new(),
        fields: vec![],
    };
    let states = SiteState::VARIANTS.iter();
    let states = states.map(|it| choice(key(*it), it.to_string(), &wanted.state));
    let rings = visit.state().plan.rings.iter();
    let rings = rings.map(|it| choice(it.id.to_string(), it.id.to_string(), &wanted.ring));
    let word = |name: &str, label: &str, value: &str, choices: Vec<ChoiceView>| FieldView {
        kind: if choices.is_empty() { "line" } else { "word" },
        name: name.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        choices,
        ..FieldView::default()
    };
    vec![
        word("state", "State", &wanted.state, states.collect()),
        word("ring", "Ring", &wanted.ring, rings.collect()),
        word("text", "Name", &wanted.text, vec![]),
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
