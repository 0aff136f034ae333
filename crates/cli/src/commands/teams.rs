//! The project team: who is on it, and who leaves it.

use crate::args::team::Team;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use model::assignment::AssignmentCommand;
use model::command::Command;
use model::scope::Scope;
use serde_json::json;
use views::people::person;

pub(crate) async fn team(it: &Team, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        Team::List => return list(&desk),
        Team::Accept => AssignmentCommand::Accept,
        Team::Answer { answer, persons, from, until } => {
            AssignmentCommand::Answer { persons, answer, from, until }
        }
        Team::Knowledge { persons, what } => AssignmentCommand::AcceptKnowledge { persons, what },
        Team::OnCall { persons, rota } => AssignmentCommand::PutOnCall { persons, rota },
        Team::Transfer { persons, to } => AssignmentCommand::Transfer { persons, role: to },
        Team::Finish { persons, reason } => AssignmentCommand::Finish { persons, reason },
        Team::Recall { persons, reason } => AssignmentCommand::Recall { persons, reason },
        Team::Release { persons, proof } => AssignmentCommand::Release { persons, proof },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Assignment(command)).await?;
    Ok(Exit::Done)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let rows: Vec<_> = state
        .team()
        .map(|(member, standing)| {
            json!({
                "person": member.id,
                "roles": member.roles,
                "state": standing,
                "known": state.assignments.of(&member.id),
            })
        })
        .collect();
    desk.terminal.answer(&rows, || {
        let headings = ["Member", "Role types", "Assignment", "Then", "Knowledge accepted by"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (member, standing) in state.team() {
            let known = state.assignments.of(&member.id);
            let answer = known.and_then(|it| it.answer).map(|it| it.to_string());
            let roles: Vec<String> = member.roles.iter().map(ToString::to_string).collect();
            let by = known.map(|it| it.knowledge.as_slice()).unwrap_or_default();
            let by: Vec<String> =
                by.iter().filter_map(|it| Some(it.by.as_ref()?.to_string())).collect();
            rows.add_row(vec![
                cell(person(&state.plan, &member.id), Tone::Plain),
                cell(roles.join(", "), Tone::Plain),
                cell(standing, Tone::Plain),
                cell(answer.unwrap_or_default(), Tone::Plain),
                cell(by.join(", "), Tone::Plain),
            ]);
        }
        let over = views::people_list::over(state).map(|it| format!("{it}\n")).unwrap_or_default();
        over + &text(&rows)
    })?;
    Ok(Exit::Done)
}
