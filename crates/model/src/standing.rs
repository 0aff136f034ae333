//! How all sites stand, in plan order, and which of them stand in which state.
//!
//! A look asks for the sites in one state far more often than for all of them; of a hundred thousand
//! most wait, and nothing is to be done about them.
//!
//! House rule: nothing may cost time in proportion to all sites where it concerns one. Copies share
//! what they have in common.

use crate::machine::site::SiteState;
use crate::state::SiteStatus;
use imbl::{OrdSet, Vector};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;
use strum::VariantArray as _;

/// All sites as they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    all: Vector<SiteStatus>,
    /// For each state, the positions of its sites.
    in_state: Vec<OrdSet<u32>>,
}

impl Standing {
    /// Returns the positions of the sites that stand in `state`, in plan order.
    pub fn standing(&self, state: SiteState) -> impl Iterator<Item = usize> + '_ {
        let positions = self.in_state.get(state as usize);
        positions.into_iter().flatten().map(|it| *it as usize)
    }

    /// Returns the positions of the sites that stand in one of `states`, in plan order.
    pub fn standing_in(&self, states: &[SiteState]) -> Vec<usize> {
        let mut all: Vec<usize> = states.iter().flat_map(|it| self.standing(*it)).collect();
        all.sort_unstable();
        all
    }

    /// Returns how many sites stand in `state`.
    pub fn count(&self, state: SiteState) -> usize {
        self.in_state.get(state as usize).map_or(0, OrdSet::len)
    }

    /// Returns the site at `position`, to be changed in anything but its state.
    pub(crate) fn get_mut(&mut self, position: usize) -> Option<&mut SiteStatus> {
        self.all.get_mut(position)
    }

    /// Notes that the site at `position` has come to its state from `before`.
    pub(crate) fn moved(&mut self, position: usize, before: SiteState) {
        let Some(after) = self.all.get(position).map(|it| it.state) else { return };
        let Ok(place) = u32::try_from(position) else { return };
        if let Some(left) = self.in_state.get_mut(before as usize) {
            left.remove(&place);
        }
        if let Some(come_to) = self.in_state.get_mut(after as usize) {
            come_to.insert(place);
        }
    }
}

impl Default for Standing {
    fn default() -> Self {
        [].into_iter().collect()
    }
}

impl Deref for Standing {
    type Target = Vector<SiteStatus>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl FromIterator<SiteStatus> for Standing {
    fn from_iter<T: IntoIterator<Item = SiteStatus>>(all: T) -> Self {
        let all: Vector<SiteStatus> = all.into_iter().collect();
        let of = |state: &SiteState| {
            let positions = (0_u32..).zip(&all).filter(|(_, it)| it.state == *state);
            positions.map(|(position, _)| position).collect()
        };
        let in_state = SiteState::VARIANTS.iter().map(of).collect();
        Self { all, in_state }
    }
}

impl<'s> IntoIterator for &'s Standing {
    type Item = &'s SiteStatus;
    type IntoIter = <&'s Vector<SiteStatus> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Standing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
