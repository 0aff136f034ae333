//! A visit to a deployment: who looks, at what, and as it stood when.

use crate::guest::Guest;
use crate::link;
use crate::trouble::{No, Trouble};
use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use coordinator::Moment;
use jiff::Timestamp;
use model::command::Command;
use model::event::Entry;
use model::id::{DeploymentId, PersonId, Seq};
use model::message::Slot;
use model::scope::Scope;
use model::state::State;
use model::survey::{Respondent, SurveyCommand};
use reception::{Followed, Reception, Standing, Visitor};
use serde::Deserialize;
use std::sync::Arc;
use views::listing::{Listed, Wanted};
use views::time::{when, zone_of};

/// The longest slot that has an end, in days: nobody plans a window of most of a year, and whoever looks for
/// the end of one that has none looks 400 days ahead.
const SLOT_DAYS_MAX: i64 = 300;

/// A visit to a deployment.
pub(crate) struct Visit {
    /// Who looks.
    pub(crate) visitor: Visitor,
    /// At what.
    pub(crate) followed: Arc<Followed>,
    /// How it stood.
    pub(crate) standing: Arc<Standing>,
    /// What time it was there.
    pub(crate) now: Timestamp,
    /// Whether it is another moment than now: then nothing can be done.
    pub(crate) at: Option<String>,
    /// The entry that the visitor's last act has made.
    pub(crate) done: Option<Entry>,
    /// The path of the page.
    pub(crate) path: String,
    /// What was asked along with it.
    pub(crate) query: Vec<(String, String)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    at: Option<String>,
    done: Option<Seq>,
}

fn moment(text: &str) -> Result<Moment, No> {
    if let Ok(seq) = text.parse() {
        return Ok(Moment::Seq(seq));
    }
    let time = text.parse::<Timestamp>().map_err(|_| {
        No::invalid("The moment is an entry's number, or a time such as 2027-02-07T02:00:00Z.")
    })?;
    Ok(Moment::Time(time))
}

impl FromRequestParts<Arc<Reception>> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(
        parts: &mut Parts,
        reception: &Arc<Reception>,
    ) -> Result<Self, Trouble> {
        let Guest(visitor) = Guest::from_request_parts(parts, reception).await?;
        let named = RawPathParams::from_request_parts(parts, reception).await;
        let named = named.map_err(|_| No::unknown("There is no such page."))?;
        let name = named.iter().find(|(key, _)| *key == "deployment").map(|(_, name)| name);
        let followed = reception.deployment(&visitor, name.unwrap_or_default()).await?;
        let asked = Query::<Asked>::from_request_parts(parts, reception).await;
        let Asked { at, done } = asked.map(|it| it.0).unwrap_or_default();
        let at = at.filter(|it| !it.is_empty());
        let (standing, now) = match at.as_deref().map(moment).transpose()? {
            None => {
                let standing = followed.standing();
                let now = standing.now(reception.clock());
                (standing, now)
            }
            Some(moment) => {
                if let Moment::Seq(seq) = moment
                    && seq > followed.standing().state.seq
                {
                    return Err(No::unknown(format!("There is no entry {seq} yet.")).into());
                }
                let standing = followed.at(moment).await?;
                let now = match moment {
                    Moment::Time(time) => time.max(standing.state.at),
                    Moment::Seq(_) => standing.state.at,
                };
                (Arc::new(standing), now)
            }
        };
        let done = match done.and_then(|it| it.checked_sub(1)) {
            Some(before) => followed.entries(before, 1).await?.into_iter().next(),
            None => None,
        };
        let path = parts.uri.path().to_owned();
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, reception).await;
        let query = query.map(|it| it.0).unwrap_or_default();
        Ok(Self { visitor, followed, standing, now, at, done, path, query })
    }
}

impl Visit {
    /// Returns how the deployment stood.
    pub(crate) fn state(&self) -> &State {
        &self.standing.state
    }

    /// Returns who looks.
    pub(crate) fn person(&self) -> &PersonId {
        self.visitor.person()
    }

    /// Returns the name of the deployment.
    pub(crate) fn deployment(&self) -> &DeploymentId {
        &self.state().plan.deployment
    }

    /// Returns where `rest` of this deployment is found.
    pub(crate) fn link(&self, rest: &str) -> String {
        format!("/d/{}/{rest}", self.deployment())
    }

    /// Returns where `scope` is found.
    pub(crate) fn to(&self, scope: &Scope) -> String {
        link::of(self.deployment(), scope)
    }

    /// Returns `at` as people of the deployment read it.
    pub(crate) fn when(&self, at: Timestamp) -> String {
        when(at, &self.state().plan.zone)
    }

    /// Returns `at` as people at `scope` read it.
    pub(crate) fn when_at(&self, scope: &Scope, at: Timestamp) -> String {
        when(at, zone_of(self.state(), scope))
    }

    /// Returns until when the slot of `scope` lasts, as people there read it; nothing where it has no end but the
    /// last day that was looked at, because the place may be changed at any time.
    pub(crate) fn slot_ends(&self, scope: &Scope, slot: &Slot) -> Option<String> {
        let length = slot.until.duration_since(slot.from);
        (length.as_hours() < 24 * SLOT_DAYS_MAX).then(|| self.when_at(scope, slot.until))
    }

    /// Returns what the page's address wants of its list of `T`; what else it says is for others.
    ///
    /// # Errors
    ///
    /// Where the list has no such order.
    pub(crate) fn wanted<T: Listed>(&self) -> Result<Wanted, No> {
        let is_of_list = |name: &str| {
            matches!(name, "order" | "text" | "after")
                || T::FIELDS.iter().any(|it| it.is_filter() && it.name == name)
        };
        let pairs: Vec<_> =
            self.query.iter().filter(|(name, _)| is_of_list(name)).cloned().collect();
        let wanted = Wanted::of::<T>(&pairs, &[], crate::listing::PAGE);
        wanted.map_err(|error| No::invalid(crate::trouble::sentence(&error.to_string())))
    }

    /// Returns the address at which the page's list is wanted in another way: with these pairs instead
    /// of its own.
    pub(crate) fn asking(&self, instead: &[(&str, &str)]) -> String {
        let own = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let own = own.filter(|(name, _)| {
            !matches!(*name, "after" | "done") && instead.iter().all(|(it, _)| it != name)
        });
        let pairs = own.chain(instead.iter().copied()).filter(|(_, value)| !value.is_empty());
        let pairs =
            pairs.map(|(name, value)| format!("{}={}", link::encoded(name), link::encoded(value)));
        format!("{}?{}", self.path, pairs.collect::<Vec<_>>().join("&"))
    }

    /// Returns what the page's address says under `name`.
    pub(crate) fn says(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Returns a person's name with their short name.
    pub(crate) fn name(&self, person: &PersonId) -> String {
        views::people::person(&self.state().plan, person)
    }

    /// Returns the line that does the same as `command` in a terminal.
    pub(crate) fn typed(&self, command: &Command) -> String {
        views::typed::typed(command, Some(self.person()))
    }

    /// Returns where the form of `command` is found, filled in.
    pub(crate) fn form(&self, command: &Command) -> Option<String> {
        if let Command::Survey(SurveyCommand::Answer {
            respondent: Respondent::Named(instrument),
            ..
        }) = command
        {
            return Some(self.link(&format!("survey/{instrument}")));
        }
        let (kind, fields) = crate::form::filled(command)?;
        let mut address = self.link(&format!("act/{kind}"));
        let mut mark = '?';
        for (name, value) in fields {
            address += &format!("{mark}{}={}", link::encoded(&name), link::encoded(&value));
            mark = '&';
        }
        address += &format!("{mark}_back={}", link::encoded(&self.path));
        Some(address)
    }
}
