//! The triggers of a plan's messages, read once.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use model::companion_plans::{CommunicationsPlan, MilestoneMoment, Offset, SiteMoment, Trigger};

/// When the messages of a plan are sent; each by its position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triggers {
    /// Those sent when something happens to a site.
    pub of_sites: Vec<(usize, Vec<SiteMoment>)>,
    /// Those sent at a milestone or after it.
    pub of_milestones: Vec<(usize, MilestoneMoment, Offset)>,
    /// Whether any depends on the slot of a site.
    pub has_slots: bool,
    /// Whether any depends on when a site came into service.
    pub follows_service: bool,
}

impl Triggers {
    /// Returns the triggers of `plan`.
    pub fn of(plan: &CommunicationsPlan) -> Self {
        let mut all = Self::default();
        for (position, message) in plan.messages.iter().enumerate() {
            match message.trigger() {
                Ok(Trigger::Slot(offset)) if offset.is_before() => all.has_slots = true,
                Ok(Trigger::Slot(_)) => all.follows_service = true,
                Ok(Trigger::SlotMoved) => all.has_slots = true,
                Ok(Trigger::Site(moments)) => all.of_sites.push((position, moments)),
                Ok(Trigger::Milestone(milestone, after)) => {
                    all.of_milestones.push((position, milestone, after));
                }
                // The check of the plan says that people see to it.
                Err(_) => {}
            }
        }
        all
    }
}
