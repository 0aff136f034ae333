//! People: who is who, for what, and who acts for whom.

use super::Answer;
use crate::block::{Block, Cell};
use crate::page::Page;
use crate::visit::Visit;
use model::role_type::RoleType;
use model::scope::Scope;

/// The most people that are listed, a page at a time.
const PEOPLE_MAX: usize = 5_000;

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let plan = &state.plan;
    let rows = plan.people.iter().take(PEOPLE_MAX).map(|it| {
        let roles = state.roles_of(&it.id, &Scope::Deployment);
        let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
        let is_away = it.is_away(visit.now, &plan.zone);
        vec![
            Cell::of(visit.name(&it.id)),
            Cell::of(if roles.is_empty() { "owns sites".to_owned() } else { roles.join(", ") }),
            Cell::of(it.zone().unwrap_or(&plan.zone)),
            Cell::of(if is_away { "away" } else { "there" }),
        ]
    });
    let columns = ["Who", "Role types", "Time zone", "Today"];
    let people = Block::table("People", &columns, rows.collect(), "The plan names nobody.");
    let roles = <RoleType as strum::VariantArray>::VARIANTS.iter().map(|role| {
        use strum::EnumMessage as _;
        let holders: Vec<String> = plan.holders(*role).map(|it| visit.name(&it.id)).collect();
        let held = if *role == RoleType::SiteOwner {
            "each at the sites that they own".to_owned()
        } else if holders.is_empty() {
            "nobody".to_owned()
        } else {
            holders.join(", ")
        };
        vec![Cell::of(role).small(role.get_documentation().unwrap_or_default()), Cell::of(held)]
    });
    let roles = Block::table("Role types", &["Role type", "Held by"], roles.collect(), "");
    let acts = super::handover::acts(&visit);
    let page = Page::new("People")
        .lead(format!("{} people take part.", plan.people.len()))
        .with(people)
        .with(roles)
        .with(Block::links("What you can do with the team", acts))
        .typed("landfall team list");
    Ok(page.shown(&visit))
}
