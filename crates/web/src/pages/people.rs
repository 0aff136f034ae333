//! People: who is who, for what, and who acts for whom.

use super::Answer;
use crate::block::{Block, Cell};
use crate::form::FieldView;
use crate::page::Page;
use crate::template::said;
use crate::trouble::No;
use crate::visit::Visit;
use model::role_type::RoleType;
use views::listing::Listed as _;
use views::people_list::PersonAt;

/// The field of each column of the list.
const FIELDS: [Option<&str>; 1] = [Some("name")];

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let plan = &state.plan;
    let wanted = visit.wanted::<PersonAt<'_>>()?;
    let all = plan.people.iter().map(|person| PersonAt { state, person });
    let found = wanted
        .page(all)
        .map_err(|error| No::invalid(crate::trouble::sentence(&error.to_string())))?;
    let next = found.next.map(|it| visit.asking(&[("after", &it)]));
    let rows = found.items.iter().map(|it| row(&visit, it)).collect();
    let columns = ["Who", "Role types", "Time zone", "Today"];
    let people = Block::table("People", &columns, rows, "Nobody is like that.").next(next);
    let by = wanted.by.and_then(|(field, order)| Some((PersonAt::FIELDS.get(field)?.name, order)));
    let people = people.ordered(&FIELDS, by, |order| visit.asking(&[("order", order)]));
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
    let (count, all) = (found.count, plan.people.len());
    let lead = if count == all {
        format!(
            "{} part.",
            if all == 1 { "One person takes".to_owned() } else { format!("{all} people take") }
        )
    } else {
        format!("{count} of the {all} people who take part.")
    };
    let acts = (!acts.is_empty()).then(|| Block::links("What you can do with the team", acts));
    let page = Page::new("People")
        .lead(lead)
        .with(people)
        .with(roles)
        .and(acts)
        .typed("landfall team list");
    let filter = [FieldView::line(&visit, "text", "Name")];
    let order = visit.says("order");
    Ok(page.shown_as(&visit, "list.html", said! { filter, order, action => visit.link("people") }))
}

fn row(visit: &Visit, it: &PersonAt<'_>) -> Vec<Cell> {
    let (person, zone) = (it.person, &visit.state().plan.zone);
    let roles: Vec<String> = it.roles().iter().map(ToString::to_string).collect();
    let is_away = person.is_away(visit.now, zone);
    vec![
        Cell::of(visit.name(&person.id)),
        Cell::of(if roles.is_empty() {
            "none of the whole deployment".to_owned()
        } else {
            roles.join(", ")
        }),
        Cell::of(person.zone().unwrap_or(zone)),
        Cell::of(if is_away { "away" } else { "there" }),
    ]
}
