//! Handover: who answers for what since when, what has gone over, who has left the project for what.

use super::Answer;
use crate::block::{Block, Cell, Link, Tone};
use crate::page::Page;
use crate::visit::Visit;
use model::machine::AssignmentState;
use model::responsibility::{Duty, first_line, transfers, turns};
use model::role_type::RoleType;
use strum::VariantArray as _;

/// The most things that are listed as gone over.
const TRANSFERS_MAX: usize = 200;

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let mut rows = Vec::new();
    for duty in Duty::VARIANTS {
        for turn in turns(state, *duty) {
            let from = turn.from.map(|at| visit.when(at));
            rows.push(vec![
                Cell::of(duty.text()),
                Cell::of(from.unwrap_or_else(|| "from the beginning".to_owned())),
                Cell::of(named(&turn.first)),
                Cell::of(if turn.behind.is_empty() {
                    "nobody".to_owned()
                } else {
                    named(&turn.behind)
                }),
            ]);
        }
    }
    let now: Vec<String> = Duty::VARIANTS
        .iter()
        .map(|it| format!("{}: {}", it.text(), named(&first_line(state, *it, visit.now))))
        .collect();
    let columns = ["For what", "From", "Answers first", "Stands behind"];
    let gone = transfers(state);
    let over = gone.iter().take(TRANSFERS_MAX).map(|it| {
        vec![
            Cell::of(&it.scope).link(visit.to(&it.scope)),
            Cell::of(it.to),
            Cell::of(visit.when(it.at)),
            Cell::optional(it.by.as_ref().map(|by| visit.name(by))),
            Cell::optional(it.behind_until.map(|at| visit.when(at))),
        ]
    });
    let over = over.collect();
    let heads = ["What", "To", "Since", "Signed by", "The project behind it until"];
    let page = Page::new("Handover")
        .lead(format!("Now: {}.", now.join("; ")))
        .with(Block::table("Who answers for what", &columns, rows, ""))
        .with(Block::table("What has gone over", &heads, over, "Nothing has gone over yet."))
        .with(team(&visit))
        .typed("landfall milestone show");
    Ok(page.shown(&visit))
}

fn named(roles: &[RoleType]) -> String {
    let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// Returns where the project team stands, person by person.
fn team(visit: &Visit) -> Block {
    let state = visit.state();
    let rows = state.team().map(|(person, standing)| {
        let known = state.assignments.of(&person.id);
        let tone = match standing {
            AssignmentState::Released => Tone::Good,
            AssignmentState::Active => Tone::Busy,
            AssignmentState::Named
            | AssignmentState::OnCall
            | AssignmentState::TransferredToOperations
            | AssignmentState::Closing => Tone::Plain,
        };
        vec![
            Cell::of(visit.name(&person.id)),
            Cell::of(named(&person.roles)),
            Cell::of(standing).tone(tone),
            Cell::optional(known.map(|it| visit.when(it.since))),
            Cell::optional(known.and_then(|it| it.reason.as_ref())),
        ]
    });
    let columns = ["Who", "Role types", "Stands", "Since", "Why"];
    let rows = rows.collect();
    let block = Block::table("The project team", &columns, rows, "Nobody is on the project team.");
    let block = match views::people_list::over(state) {
        Some(said) => block.lead(said),
        None => block,
    };
    block.typed("landfall team list")
}

/// Returns the acts on the team that whoever looks may do.
pub(super) fn acts(visit: &Visit) -> Vec<Link> {
    let is_of_people =
        |path: &str| path.starts_with("assignment/") || path == "history/forget-person";
    let of_team = crate::form::kinds().iter().filter(|it| is_of_people(&it.path));
    let link =
        |it: &crate::form::Kind| Some(visit.offer_kind("", &it.path, &[])?.small(it.about.clone()));
    of_team.filter_map(link).collect()
}
