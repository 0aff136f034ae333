//! Logging in at a server, and links that let others in there.

use crate::args::run::{Link, LogIn};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use model::scope::Scope;
use views::time::in_utc;

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

/// Makes a link for the owner of a site.
pub(crate) async fn link(it: &Link, desk: &Desk) -> Result<Exit, Fault> {
    let Some(client) = desk.surroundings.client().await? else {
        let next = "name the server at which it is opened: --server URL";
        return Err(Fault::usage("a link is opened at a server", next));
    };
    desk.known(desk.state(), &Scope::Site(it.site.clone()))?;
    let made = client.link_to_site(&desk.deployment(), &it.site).await?;
    desk.terminal.answer(&made, || {
        let (person, site, ends) = (&made.person, &it.site, in_utc(made.ends));
        match (&made.sent_to, &made.address) {
            (Some(mail), _) => format!("It was sent to {person} at {mail}, and ends at {ends}."),
            (None, Some(link)) => format!(
                "For {person}, to sign for {site} once until {ends}. It is shown this once:\n{link}"
            ),
            (None, None) => format!("It was made for {person}."),
        }
    })?;
    Ok(Exit::Done)
}
