//! What is known of people: destroyed where two people decide so.

use crate::args::person::PersonOf;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use model::command::Command;
use model::history::HistoryCommand;
use model::scope::Scope;

pub(crate) async fn person(it: &PersonOf, mut desk: Desk) -> Result<Exit, Fault> {
    let PersonOf::Forget { whom: person, reason } = it.clone();
    let command = Command::History(HistoryCommand::ForgetPerson { person, reason });
    desk.act_and_tell(&Scope::Deployment, &command).await?;
    Ok(Exit::Done)
}
