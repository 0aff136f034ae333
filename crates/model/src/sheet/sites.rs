//! What the sheets of sites and core components say of expectations, coverage and revisits.
//!
//! Only facts that stand before a signature is asked for: an exception of one signer must not void
//! the signature of another on the same sheet.
//!
//! Source: Deploy SMF, outputs of Tables 4 and 5 (sign-off sheets).

use super::SlotId;
use crate::component::CoreComponent;
use crate::digest::canonical_digest;
use crate::gates::observation_ends;
use crate::id::SiteId;
use crate::machine::SiteState;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::site_care::coverage::{coverage, of_all};
use crate::site_care::terms::{expectation, requirements};
use crate::site_care::{Exemption, RevisitState};
use crate::state::State;
use serde_json::{Value, json};

/// The most sites that a roll-up lists; of more it holds the digest of the list.
const ROWS_MAX: usize = 500;

/// Returns the requests for change that cover `component`, with their windows.
pub(super) fn requests(state: &State, component: &CoreComponent) -> Vec<Value> {
    let rfcs = state.plan.rfcs.iter().filter(|it| it.covers.components.contains(&component.id));
    rfcs.map(|it| json!({ "rfc": it.id, "window": it.window })).collect()
}

/// Returns what people stated about guards at exactly `scope`: pre-checks, restore points,
/// monitoring, training.
pub(super) fn statements(state: &State, scope: &Scope) -> Vec<Value> {
    let end = format!(" {scope}");
    let here = state.attestations.iter().filter(|(key, _)| key.ends_with(&end));
    here.map(|(key, it)| {
        let guard = key.split(' ').next().unwrap_or_default();
        json!({ "guard": guard, "statement": it.statement, "by": it.by, "at": it.at, "entry": it.seq })
    })
    .collect()
}

fn exemption(number: u32, it: &Exemption) -> Value {
    json!({ "number": number, "site": it.site, "what": it.what, "reason": it.reason,
        "until": it.until, "agreed-to-by": it.approvals })
}

fn exemptions(state: &State, of: impl Fn(&Exemption) -> bool) -> Vec<Value> {
    let numbered = (1_u32..).zip(&state.site_care.exemptions);
    let held = numbered.filter(|(_, it)| it.holds() && of(it));
    held.map(|(number, it)| exemption(number, it)).collect()
}

/// Returns what the sheet of a site says beside its run.
pub(super) fn care(state: &State, site: &SiteId) -> Value {
    let Some((planned, status)) = state.site(site) else { return Value::Null };
    let Some(position) = state.index.sites.get(site).map(|it| *it as usize) else {
        return Value::Null;
    };
    let care = state.site_care.of(site);
    let template = state.plan.template(&planned.template);
    let required = requirements(&state.plan, position).map(|it| {
        let met = care.and_then(|care| care.met.get(&it.id));
        json!({ "requirement": it.id, "text": it.text,
            "met": met.map(|it| json!({ "evidence": it.evidence, "by": it.by, "at": it.at })) })
    });
    let checks = template.into_iter().flat_map(|it| &it.after).map(|it| &it.id);
    let observed = template
        .zip(status.in_service)
        .and_then(|(template, from)| observation_ends(template.observation, from, &planned.zone));
    let told = expectation(&state.plan, position);
    json!({
        "mode": planned.terms.mode,
        "phases": template.map(|it| it.phases.len()),
        "coverage": coverage(state, site),
        "exemptions": exemptions(state, |it| it.site == *site),
        "checks": checks.collect::<Vec<_>>(),
        "requirements": required.collect::<Vec<_>>(),
        "statements": statements(state, &Scope::Site(site.clone())),
        "acknowledged": care.and_then(|it| it.acknowledged.as_ref())
            .map(|(version, by, at)| json!({ "version": version, "by": by, "at": at })),
        "observed-until": observed,
        "use": care.and_then(|it| it.used.as_deref())
            .map(|it| json!({ "percent": it.what, "evidence": it.evidence, "by": it.by })),
        "confirmed-again-because": care.and_then(|it| it.material.as_ref()),
        "whom-to-call": told.as_ref().map(|it| it.contact),
        "support-hours": told.as_ref().map(|it| it.support_hours),
    })
}

/// Returns a row for each site: where it stands, and who has signed for it. The sheet of all sites
/// holds their digest, and the rows themselves where they are few.
pub fn site_rows(state: &State) -> Vec<Value> {
    state
        .plan
        .sites
        .iter()
        .zip(&state.plan.ring_of)
        .zip(&state.sites)
        .map(|((site, ring), status)| {
            let role = RoleType::SiteOwner;
            let slot = SlotId { sheet: Sheet::Site(site.id.clone()), role };
            let signed = state.slots.get(&slot).filter(|_| status.state == SiteState::SignedOff);
            let mut row = json!({
                "site": site.id,
                "ring": state.plan.rings.get(*ring as usize).map(|it| &it.id),
                "state": status.state,
                "deployed": status.in_service,
                "signed-by": signed.and_then(|it| it.by.as_ref()),
                "signed-at": signed.map(|it| it.since),
                "exceptions": signed.map(|it| it.statements.len()),
                "sheet-sha256": signed.map(|it| it.document),
            });
            // Said only where it is so: what was signed before stays what it was.
            let paper = signed.and_then(|it| it.paper);
            if let Some((row, paper)) = row.as_object_mut().zip(paper) {
                row.insert("on-paper".to_owned(), json!(paper));
            }
            row
        })
        .collect()
}

/// Returns what the sheet of all sites says beside their number.
pub(super) fn roll_up(state: &State) -> Value {
    let rows = site_rows(state);
    let (computers, users) = of_all(state);
    let revisits = (1_u32..).zip(state.site_care.revisits.iter()).map(|(number, it)| {
        json!({ "number": number, "site": it.site, "cause": it.cause, "reason": it.reason,
            "rfc": it.rfc, "state": it.state })
    });
    let dropped = state.site_care.revisits.iter().filter(|it| it.state == RevisitState::Dropped);
    let changes = state.site_care.scope_changes.iter().map(|it| {
        json!({ "at": it.at, "by": it.by,
        "what": it.event.to_string() })
    });
    let digest = canonical_digest(&rows);
    json!({
        "computers": computers,
        "users": users,
        "rows-sha256": digest,
        "rows": if rows.len() > ROWS_MAX { vec![] } else { rows },
        "revisits": revisits.collect::<Vec<_>>(),
        "revisits-dropped": dropped.count(),
        "exemptions": exemptions(state, |_| true),
        "scope-changes": changes.collect::<Vec<_>>(),
    })
}
