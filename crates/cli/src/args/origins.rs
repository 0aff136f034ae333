//! Where it was said what stands beside every command: what is typed wins over the environment.
//!
//! Clap counts a variable of the environment like an argument that was typed. Whoever has set one for
//! every day and types the other today means what they type.

use super::Everywhere;
use crate::fault::Fault;
use clap::ArgMatches;
use clap::parser::ValueSource;
use views::typed::as_a_word;

/// Where it was said who acts, and where the record is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// Whether the environment names who acts.
    pub(crate) person_by_environment: bool,
    /// What was typed of where the record is, to be typed with the next command too: empty, or it begins with
    /// a space.
    pub(crate) typed: String,
}

impl Everywhere {
    /// Returns it as it is meant: a server or a database that is typed, without the other one of the
    /// environment.
    ///
    /// # Errors
    ///
    /// When both were said in the same place, or a token is typed without a server.
    pub(crate) fn meant(mut self, matches: &ArgMatches) -> Result<Self, Fault> {
        let is_typed = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
        if self.server.is_some() && self.database.is_some() {
            match (is_typed("server"), is_typed("database")) {
                (true, false) => self.database = None,
                (false, true) => self.server = None,
                (true, true) => {
                    let what = "--server and --database cannot be said together";
                    let next = "a server has its record: leave out one of them";
                    return Err(Fault::usage(what, next));
                }
                (false, false) => {
                    let what = "LANDFALL_SERVER and LANDFALL_DATABASE are both set";
                    let next = "unset one of them, or type --server or --database";
                    return Err(Fault::usage(what, next));
                }
            }
        }
        if self.server.is_none() && is_typed("token") {
            let next = "name the server that knows it: --server URL";
            return Err(Fault::usage("a token is shown to a server, and none is named", next));
        }
        let typed = |name: &&str| {
            let value = matches.get_raw(name).filter(|_| is_typed(name))?.next()?;
            Some(format!(" --{name} {}", as_a_word(&value.to_string_lossy())))
        };
        self.origins = Origins {
            person_by_environment: !is_typed("person"),
            typed: ["data", "database", "server"].iter().filter_map(typed).collect(),
        };
        Ok(self)
    }
}
