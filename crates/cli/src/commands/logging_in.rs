//! Logging in at a server.

use crate::args::run::LogIn;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

pub(crate) async fn log_in(
    it: &LogIn,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let client = surroundings.client_without_secret().await?;
    let password = terminal.ask_hidden("Password:")?;
    let secret = client.log_in(&it.name, &password).await?;
    surroundings.keep_session(&secret)?;
    terminal.answer(&serde_json::json!({ "name": it.name }), || {
        format!("{} is logged in for twelve hours.", it.name)
    })?;
    Ok(Exit::Done)
}
