//! What sites are told to expect, how far they are covered, and what is outstanding, for people.

use model::digest::Digest;
use model::message::Slot;
use model::site_care::coverage::{Coverage, Share, coverage, exemptions};
use model::site_care::terms::Expectation;
use model::state::State;
use model::window::TimeZoneName;

/// Returns what a site is told to expect, as a page of text.
pub(crate) fn expectation(
    told: &Expectation<'_>,
    slot: Option<(&Slot, &TimeZoneName)>,
    version: Digest,
) -> String {
    let mut page = format!("site/{} gets {}\n", told.site, told.release);
    for (name, text) in [
        ("users notice", told.changes),
        ("interruption", told.downtime),
        ("whom to call", told.contact),
        ("support hours", told.support_hours),
        ("ring", told.ring),
        ("zone", told.zone),
    ] {
        page += &format!("  {name:<14} {}\n", if text.is_empty() { "not said" } else { text });
    }
    let windows: Vec<String> = told.windows.iter().map(ToString::to_string).collect();
    let windows = if windows.is_empty() { "any time".to_owned() } else { windows.join("; ") };
    page += &format!("  {:<14} {windows}\n", "windows");
    if let Some((slot, zone)) = slot {
        let span = planner::notices::civil_span(slot.from, slot.until, zone, "en");
        page += &format!("  {:<14} {span}\n", "slot");
    }
    page + &format!("  version        {version}\n\n")
}

/// Returns how far sites are covered, a line each.
pub(crate) fn coverage_page(state: &State, sites: &[model::id::SiteId]) -> String {
    let mut page = String::new();
    for site in sites {
        let Some(coverage) = coverage(state, site) else { continue };
        page += &format!(
            "site/{site}: {} computers verified, {} users with access ({})\n",
            share(coverage.computers),
            share(coverage.users),
            coverage.user_access
        );
        page += &lacking(&coverage);
        for it in exemptions(state, site) {
            page += &format!("  exempt until {}: {}, {}\n", it.until, it.what, it.reason);
        }
    }
    page
}

fn lacking(coverage: &Coverage) -> String {
    if coverage.lacking.is_empty() {
        return String::new();
    }
    let named: Vec<String> = coverage.lacking.iter().take(8).map(ToString::to_string).collect();
    let more = if coverage.lacking.len() > named.len() { ", …" } else { "" };
    format!("  not verified: {}{more}\n", named.join(", "))
}

fn share(share: Share) -> String {
    let exempt =
        if share.exempt == 0 { String::new() } else { format!(" ({} exempt)", share.exempt) };
    format!("{} of {}{exempt}", share.covered, share.due())
}

/// Returns what is outstanding, a line each.
pub(crate) fn items(state: &State, all: bool) -> String {
    let mut page = String::new();
    for (item, number) in state.site_care.items.iter().zip(1_u32..) {
        let standing = match &item.closed {
            Some(_) if !all => continue,
            Some((how, _)) => format!("done: {how}"),
            None => "open".to_owned(),
        };
        let owner = item.owner.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
        let due = item.due.map(|it| format!(", by {it}")).unwrap_or_default();
        page += &format!(
            "{number} {} {}: {}{owner}{due}; {standing}\n",
            item.scope, item.origin, item.text
        );
    }
    if page.is_empty() { "nothing is outstanding\n".to_owned() } else { page }
}

/// Returns the revisits, a line each.
pub(crate) fn revisits(state: &State) -> String {
    let mut page = String::new();
    for (revisit, number) in state.site_care.revisits.iter().zip(1_u32..) {
        let under = revisit.rfc.as_ref().map(|it| format!(", under {it}")).unwrap_or_default();
        page += &format!(
            "{number} site/{}, by {}{under}: {}; {}\n",
            revisit.site, revisit.cause, revisit.reason, revisit.state
        );
    }
    if page.is_empty() { "nobody has asked for a revisit\n".to_owned() } else { page }
}
