//! Guards of which single parts are waived: the plan, the step, the guide, the person, the item.
//!
//! A waiver of a part lets that part pass and nothing else. Whoever asks for one names the part.
//!
//! Source: the column "waivable" of `catalogue/guards.psv`; guard W1.

use super::Found;
use crate::guard::{Guard, GuardReading, Supplier, Verdict};
use crate::id::PersonId;
use crate::machine::{DeploymentState, WaiverState};
use crate::milestone::Milestone;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::{State, WaiverStatus};
use jiff::Timestamp;

/// The most parts that are named where several are missing: more do not fit a line.
const LACKS_NAMED_MAX: usize = 4;

/// Something that a guard misses, as a part of it that can be waived by its name; or that is never
/// waived, where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The name of the part.
    pub part: Option<String>,
    /// What is missing, in words.
    pub missing: String,
    /// Who can supply it.
    pub supplier: Supplier,
}

impl Lack {
    /// Returns that `missing` must come from holders of `roles`, unless the part is waived.
    pub fn of(part: impl Into<String>, missing: impl Into<String>, roles: &[RoleType]) -> Self {
        let supplier = Supplier::Roles(roles.to_vec());
        Self { part: Some(part.into()), missing: missing.into(), supplier }
    }

    /// Returns that `missing` must come from holders of `roles`, whatever is waived.
    pub fn never(missing: impl Into<String>, roles: &[RoleType]) -> Self {
        let supplier = Supplier::Roles(roles.to_vec());
        Self { part: None, missing: missing.into(), supplier }
    }
}

impl Guard {
    /// Returns what the parts of the guard are that are waived by name, where they are.
    pub fn named_parts(self) -> Option<&'static str> {
        match self {
            Self::E3 => Some("the plan: communications, training, operations or support"),
            Self::E5 | Self::A1 | Self::SG4 => Some("the rule, such as SOD-4"),
            Self::E6 => Some("the step that cannot be undone, such as component/dns/install"),
            Self::C5 => Some("the check: capacity or contacts"),
            Self::S9 => Some("the item of the site"),
            Self::ST4 => Some("the item of the readiness checklist"),
            Self::ST5 => Some("the operations guide"),
            Self::ST7 | Self::D4 => Some("the person"),
            Self::TR3 => Some("customer: that the customer cannot be reached to sign"),
            Self::E1
            | Self::E2
            | Self::E4
            | Self::E7
            | Self::E8
            | Self::E9
            | Self::X1
            | Self::H1
            | Self::C1
            | Self::C2
            | Self::C3
            | Self::C6
            | Self::C7
            | Self::CS1
            | Self::S1
            | Self::S2
            | Self::S3
            | Self::S4
            | Self::S5
            | Self::S6
            | Self::S7
            | Self::S8
            | Self::S10
            | Self::V1
            | Self::V2
            | Self::V3
            | Self::V4
            | Self::V5
            | Self::V6
            | Self::SC1
            | Self::SC2
            | Self::SC3
            | Self::ST1
            | Self::ST2
            | Self::ST3
            | Self::ST6
            | Self::ST8
            | Self::Q1
            | Self::Q2
            | Self::Q3
            | Self::Q4
            | Self::D1
            | Self::D2
            | Self::D3
            | Self::D5
            | Self::D6
            | Self::D7
            | Self::D8
            | Self::D9
            | Self::K1
            | Self::K2
            | Self::K3
            | Self::K4
            | Self::K5
            | Self::K6
            | Self::K7
            | Self::K8
            | Self::TR1
            | Self::TR2
            | Self::RF1
            | Self::RF2
            | Self::RF3
            | Self::RF4
            | Self::RF5
            | Self::RF6
            | Self::RF7
            | Self::RF8
            | Self::SG1
            | Self::SG2
            | Self::SG3
            | Self::SG5
            | Self::SG6
            | Self::I1
            | Self::I2
            | Self::I3
            | Self::I4
            | Self::I5
            | Self::ES1
            | Self::ES2
            | Self::M1
            | Self::M2
            | Self::M3
            | Self::A2
            | Self::A3
            | Self::W1
            | Self::DC1 => None,
        }
    }
}

impl State {
    /// Returns the waiver in force for `part` of `guard` at one of `scopes`. One that names no part
    /// is from before parts were named, and is of all of them.
    pub fn waived_part(
        &self,
        guard: Guard,
        part: &str,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Option<&WaiverStatus> {
        self.waivers.iter().find(|it| {
            it.guard == guard
                && it.state == WaiverState::Granted
                && now < it.until
                && scopes.contains(&it.scope)
                && it.part.as_deref().is_none_or(|named| named == part)
        })
    }

    /// Returns the reading of `guard`, which misses `lacks`: those that are waived pass, and only
    /// those.
    pub fn reading_of_parts(
        &self,
        guard: Guard,
        scopes: &[Scope],
        now: Timestamp,
        lacks: Vec<Lack>,
    ) -> GuardReading {
        let mut waived: Vec<&WaiverStatus> = Vec::new();
        let mut left: Vec<Lack> = Vec::new();
        for lack in lacks {
            let part = lack.part.as_deref();
            match part.and_then(|it| self.waived_part(guard, it, scopes, now)) {
                Some(waiver) => waived.push(waiver),
                None => left.push(lack),
            }
        }
        if let Some(first) = left.first() {
            let named: Vec<&str> =
                left.iter().take(LACKS_NAMED_MAX).map(|it| it.missing.as_str()).collect();
            let more = left.len() - named.len();
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            let text = format!("{}{more}", named.join("; "));
            return GuardReading::unmet(guard, text, first.supplier.clone());
        }
        let Some(until) = waived.iter().map(|it| it.until).min() else {
            return GuardReading::met(guard);
        };
        let mut by: Vec<PersonId> = Vec::new();
        for (approver, _) in waived.iter().flat_map(|it| &it.approvals) {
            if !by.contains(approver) {
                by.push(approver.clone());
            }
        }
        let mut reasons: Vec<&str> = waived.iter().map(|it| it.reason.as_str()).collect();
        reasons.dedup();
        let verdict = Verdict::Waived { by, until, reason: reasons.join("; ") };
        GuardReading { guard, verdict, since: None }
    }
}

impl State {
    /// Returns the parts of `guard` that are open at `scope`, by the names with which they are
    /// waived.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most guards are whole: they have no parts")]
    pub fn parts_of(&self, guard: Guard, scope: &Scope) -> Vec<String> {
        let named = |lacks: Vec<Lack>| -> Vec<String> {
            lacks.into_iter().filter_map(|it| it.part).collect()
        };
        match guard {
            Guard::E3 => named(super::entry::e3(self)),
            Guard::E5 => named(super::entry::e5(self)),
            Guard::E6 => named(super::entry::e6(self)),
            Guard::A1 | Guard::SG4 => {
                let people = self.plan.people.iter();
                let each = people.map(|it| super::entry::roles_together(it, self.plan.profile));
                named(each.flatten().collect())
            }
            Guard::C5 => {
                let here = |it: &&crate::component::CoreComponent| match scope {
                    Scope::Component(id) => it.id == *id,
                    Scope::Core | Scope::Deployment => true,
                    Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_) => false,
                };
                let components = self.plan.components.iter().filter(here);
                let lacks = components.flat_map(|it| super::c5(self, &it.id, self.at)).collect();
                let parts: std::collections::BTreeSet<String> = named(lacks).into_iter().collect();
                parts.into_iter().collect()
            }
            Guard::S9 => named(super::sites::open_at(self, scope)),
            Guard::ST4 => named(super::readiness::lacking_items(self, self.at)),
            Guard::ST5 => named(super::readiness::st5(self, self.at)),
            Guard::ST7 => named(super::team::st7(self)),
            Guard::D4 => named(super::team::d4(self)),
            Guard::TR3 => named(super::termination::tr3(self)),
            _ => vec![],
        }
    }

    /// Returns the people who hold `role` at `scope`: a site's owner and deputy as its owners.
    pub fn holders_at(&self, role: RoleType, scope: &Scope) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = self.plan.holders(role).map(|it| it.id.clone()).collect();
        if role == RoleType::SiteOwner {
            let site = match scope {
                Scope::Site(id) => self.site(id),
                Scope::Deployment
                | Scope::Core
                | Scope::Component(_)
                | Scope::Ring(_)
                | Scope::Rfc(_) => None,
            };
            people.extend(site.iter().map(|(it, _)| it.owner.clone()));
            people.extend(site.iter().filter_map(|(it, _)| it.deputy.clone()));
        }
        people
    }

    /// Returns the next milestone and when it is due, as far as that is known: the end of the quiet
    /// period, or the end of the day that the plan names.
    pub fn next_milestone(&self) -> Option<(Milestone, Timestamp)> {
        let end_of = |day: jiff::civil::Date| {
            let next = day.tomorrow().ok()?;
            next.to_zoned(self.plan.zone.rules()).ok().map(|it| it.timestamp())
        };
        let planned = &self.plan.milestones;
        match self.deployment {
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing => {
                Some((Milestone::Stable, planned.stable.and_then(end_of)?))
            }
            DeploymentState::QuietPeriod => {
                Some((Milestone::Complete, planned.complete.and_then(end_of)?))
            }
            DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => None,
        }
    }
}

/// Returns the first of `lacks` as what a guard found.
pub fn first(lacks: Vec<Lack>) -> Found {
    match lacks.into_iter().next() {
        None => Ok(()),
        Some(it) => Err((it.missing, it.supplier)),
    }
}
