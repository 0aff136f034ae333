//! Revisits: the team going back to sites, each in its course, and which of them are open where.
//!
//! Source: Deploy SMF, Process 2 ("may have to revisit some sites after deployment").

use super::numbered;
use crate::evolve::Impossible;
use crate::id::{PersonId, RfcId, SiteId};
use imbl::OrdMap;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;

/// All revisits in their order, the first having number 1. Which are open is asked of each site in each
/// look, and is found there without going through those of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisits {
    all: Vec<Revisit>,
    /// The numbers of the open ones of each site that has any.
    open: OrdMap<SiteId, Vec<u32>>,
}

/// The team going back to a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revisit {
    /// The site.
    pub site: SiteId,
    /// What asks for it.
    pub cause: RevisitCause,
    /// The incident, feedback or ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub by: Option<PersonId>,
    /// The request for change that it runs under, where it is another than the site's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfc: Option<RfcId>,
    /// Where it stands.
    pub state: RevisitState,
    /// Since when.
    pub since: Timestamp,
}

/// Where a revisit stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum RevisitState {
    /// Somebody asked for it.
    Wanted,
    /// The team goes back.
    #[strum(to_string = "under way")]
    UnderWay,
    /// The owner signed again.
    Closed,
    /// Nobody goes back.
    Dropped,
}

/// What asks for a revisit.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RevisitCause {
    /// What customers or users said.
    Feedback,
    /// An incident.
    Incident,
    /// The owner's refusal.
    Refusal,
    /// A change that the site's users notice.
    MaterialChange,
    /// Release Management's own plan.
    Plan,
}

impl RevisitState {
    /// Returns whether it is neither over nor given up.
    pub fn is_open(self) -> bool {
        match self {
            Self::Wanted | Self::UnderWay => true,
            Self::Closed | Self::Dropped => false,
        }
    }

    /// Returns what follows where it becomes `after`, or nothing where it cannot.
    fn becomes(self, after: Self) -> Option<Self> {
        match (self, after) {
            (Self::Wanted, Self::UnderWay | Self::Dropped) | (Self::UnderWay, Self::Closed) => {
                Some(after)
            }
            (Self::Wanted | Self::UnderWay | Self::Closed | Self::Dropped, _) => None,
        }
    }
}

impl Deref for Revisits {
    type Target = [Revisit];

    fn deref(&self) -> &[Revisit] {
        &self.all
    }
}

impl Serialize for Revisits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Revisits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<Revisit>::deserialize(deserializer)?;
        let mut open: OrdMap<SiteId, Vec<u32>> = OrdMap::new();
        for (number, revisit) in (1..).zip(&all).filter(|(_, it)| it.state.is_open()) {
            open.entry(revisit.site.clone()).or_default().push(number);
        }
        Ok(Self { all, open })
    }
}

impl Revisits {
    /// Returns the open revisits of `site`, with their numbers.
    pub fn open_at(&self, site: &SiteId) -> impl Iterator<Item = (u32, &Revisit)> {
        let numbers = self.open.get(site).into_iter().flatten();
        numbers.filter_map(|it| Some((*it, self.all.get((*it as usize).checked_sub(1)?)?)))
    }

    /// Returns the revisit of `site` that is under way.
    pub fn under_way(&self, site: &SiteId) -> Option<&Revisit> {
        self.open_at(site).map(|(_, it)| it).find(|it| it.state == RevisitState::UnderWay)
    }

    /// Returns the sites that have open revisits.
    pub fn open_sites(&self) -> impl Iterator<Item = &SiteId> {
        self.open.keys()
    }

    /// Adds `revisit`, which somebody asks for.
    pub(super) fn open(&mut self, revisit: Revisit) {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX - 1) + 1;
        self.open.entry(revisit.site.clone()).or_default().push(number);
        self.all.push(revisit);
    }

    /// Moves the revisit with this `number` on to `after`.
    pub(super) fn become_now(
        &mut self,
        number: u32,
        after: RevisitState,
        at: Timestamp,
    ) -> Result<&mut Revisit, Impossible> {
        let revisit = numbered(&mut self.all, number, "revisit")?;
        revisit.state = revisit.state.becomes(after).ok_or_else(|| Impossible::Order {
            why: format!("revisit {number} cannot be {after} while it is {}", revisit.state),
        })?;
        revisit.since = at;
        if !after.is_open()
            && let Some(open) = self.open.get_mut(&revisit.site)
        {
            open.retain(|it| *it != number);
            if open.is_empty() {
                self.open.remove(&revisit.site);
            }
        }
        Ok(revisit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray as _;

    #[test]
    fn which_revisits_of_a_site_are_open_is_known_at_every_step_and_after_reading_them_again() {
        use RevisitState::{Closed, Dropped, UnderWay};
        let (oslo, bergen): (SiteId, SiteId) = ("oslo".parse().unwrap(), "bergen".parse().unwrap());
        let wanted = |site: &SiteId| Revisit {
            site: site.clone(),
            cause: RevisitCause::Plan,
            reference: None,
            reason: "the printers".to_owned(),
            by: None,
            rfc: None,
            state: RevisitState::Wanted,
            since: Timestamp::UNIX_EPOCH,
        };
        let mut revisits = Revisits::default();
        let mut story = vec![];
        for (opened, moved) in [
            (Some(&oslo), None),
            (Some(&bergen), None),
            (None, Some((1, UnderWay))),
            (None, Some((2, Dropped))),
            (Some(&bergen), None),
            (None, Some((1, Closed))),
            (Some(&oslo), None),
            (None, Some((3, UnderWay))),
            (None, Some((4, UnderWay))),
        ] {
            opened.into_iter().for_each(|it| revisits.open(wanted(it)));
            if let Some((number, after)) = moved {
                revisits.become_now(number, after, Timestamp::UNIX_EPOCH).unwrap();
            }
            let written = serde_json::to_string(&revisits).unwrap();
            assert_eq!(serde_json::from_str::<Revisits>(&written).unwrap(), revisits);
            let of = |site: &SiteId| {
                let open: Vec<u32> = revisits.open_at(site).map(|(number, _)| number).collect();
                let gone_back_to = revisits.under_way(site).is_some();
                format!("{site} {open:?}{}", if gone_back_to { " under way" } else { "" })
            };
            let open: Vec<String> = revisits.open_sites().map(of).collect();
            story.push(open.join(", "));
        }
        expect_test::expect![[r#"
            oslo [1]
            bergen [2], oslo [1]
            bergen [2], oslo [1] under way
            oslo [1] under way
            bergen [3], oslo [1] under way
            bergen [3]
            bergen [3], oslo [4]
            bergen [3] under way, oslo [4]
            bergen [3] under way, oslo [4] under way"#]]
        .assert_eq(&story.join("\n"));
    }

    #[test]
    fn a_revisit_is_wanted_then_under_way_then_closed_or_it_is_dropped() {
        use RevisitState::{Closed, Dropped, UnderWay, Wanted};
        for before in RevisitState::VARIANTS {
            for after in RevisitState::VARIANTS {
                let may = [(Wanted, UnderWay), (Wanted, Dropped), (UnderWay, Closed)]
                    .contains(&(*before, *after));
                assert_eq!(before.becomes(*after).is_some(), may, "{before} to {after}");
            }
        }
    }
}
