//! Which guards can be waived, how much of them, and by whom.
//!
//! What stands in no row below is never waived: a customer's acceptance, a site
//! owner's signature, an RFC before production, a digest. The short cut in an
//! emergency is an emergency RFC, never a waiver.
//!
//! House rule: docs/decisions/0014-who-may-waive.md.

use super::Guard;
use crate::profile::Profile;
use crate::role_type::RoleType;

/// Whether a guard can be waived, and by whom. Each role type named must approve, by another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waivability {
    /// Nobody can.
    Never,
    /// These role types together.
    WholeBy(&'static [RoleType]),
    /// A part of it only.
    PartBy {
        /// The part.
        what: &'static str,
        /// These role types together.
        authority: &'static [RoleType],
    },
}

impl Waivability {
    /// Returns the role types that must approve, or none where nobody can.
    pub fn authority(self) -> &'static [RoleType] {
        match self {
            Self::Never => &[],
            Self::WholeBy(authority) | Self::PartBy { authority, .. } => authority,
        }
    }
}

const fn whole(guard: Guard, by: &'static [RoleType]) -> (Guard, Waivability) {
    (guard, Waivability::WholeBy(by))
}

const fn part(
    guard: Guard,
    what: &'static str,
    authority: &'static [RoleType],
) -> (Guard, Waivability) {
    (guard, Waivability::PartBy { what, authority })
}

/// The guards that can be waived. All others cannot: a new guard is strict until somebody decides.
const WAIVABLE: &[(Guard, Waivability)] = {
    use RoleType::{
        ChangeAuthority, Customer, OperationsManager, ProductManager, ProgramManager,
        ReleaseManagement, SiteOwner, SolutionManager, SupportManager, TestManager, UserExperience,
    };
    const SMALL_TEAM: &str = "pairs of role types that a small team may combine";
    &[
        part(Guard::E3, "any plan but the deployment plan", &[SolutionManager, ProgramManager]),
        part(Guard::E5, SMALL_TEAM, &[SolutionManager, Customer]),
        part(Guard::E6, "single steps", &[ChangeAuthority, OperationsManager]),
        whole(Guard::E8, &[ProgramManager, SolutionManager]),
        whole(Guard::C3, &[ProgramManager, OperationsManager]),
        part(
            Guard::C5,
            "single checks, never the point to restore from",
            &[ChangeAuthority, ProgramManager],
        ),
        part(Guard::C6, "checks that are not critical", &[TestManager, OperationsManager]),
        part(Guard::CS1, "open Sev2", &[OperationsManager, ProgramManager]),
        part(Guard::S3, "one ring at a time", &[ProductManager, ProgramManager]),
        whole(Guard::S4, &[ProductManager, ProgramManager]),
        whole(Guard::S5, &[UserExperience, SiteOwner]),
        whole(Guard::S6, &[ReleaseManagement, OperationsManager]),
        part(Guard::S8, "the soak", &[ReleaseManagement, ProgramManager]),
        part(Guard::S9, "single items", &[ReleaseManagement, SiteOwner]),
        whole(Guard::S10, &[ReleaseManagement, ProductManager]),
        part(Guard::V1, "listed exceptions, down to 95 % coverage", &[SiteOwner, ProductManager]),
        part(Guard::V2, "Sev2 with a workaround", &[SiteOwner, OperationsManager]),
        whole(Guard::V3, &[SiteOwner, ReleaseManagement]),
        whole(Guard::V6, &[UserExperience, SiteOwner]),
        part(Guard::ST2, "the limit of open Sev2", &[Customer, OperationsManager]),
        part(
            Guard::ST4,
            "single items, never the acceptance",
            &[OperationsManager, SupportManager],
        ),
        part(Guard::ST5, "single guides", &[OperationsManager, SupportManager]),
        whole(Guard::ST6, &[OperationsManager, ProgramManager]),
        part(Guard::ST7, "single persons", &[ProgramManager, OperationsManager]),
        part(Guard::Q1, "the minimum of days", &[Customer, SolutionManager]),
        part(
            Guard::Q2,
            "an eventful quiet period, accepted as it was",
            &[Customer, OperationsManager],
        ),
        whole(Guard::Q3, &[OperationsManager, Customer]),
        part(Guard::D2, "Sev2 accepted as known errors", &[OperationsManager, Customer]),
        part(Guard::D3, "the response rate of the users", &[Customer, ProductManager]),
        part(Guard::D4, "named persons, with an end date", &[SolutionManager, OperationsManager]),
        part(
            Guard::D5,
            "escalations accepted as known errors",
            &[OperationsManager, SupportManager],
        ),
        part(Guard::D9, "an absent person, by a delegate", &[SolutionManager, ProgramManager]),
        whole(Guard::K2, &[SolutionManager, Customer]),
        whole(Guard::K8, &[SolutionManager, ProductManager]),
        part(
            Guard::TR3,
            "the signature of a customer who cannot be reached",
            &[SolutionManager, OperationsManager],
        ),
        whole(Guard::RF3, &[ChangeAuthority, SolutionManager]),
        part(Guard::SG4, SMALL_TEAM, &[SolutionManager, Customer]),
        part(Guard::A1, SMALL_TEAM, &[SolutionManager, Customer]),
        part(Guard::A2, "single items", &[ProgramManager, OperationsManager]),
    ]
};

/// What the profile regulated never waives: who is separate from whom, what is verified, what can
/// be undone, and what stands in the way of a change.
const STRICT: &[Guard] = &[Guard::E5, Guard::E6, Guard::C6, Guard::RF3, Guard::SG4, Guard::A1];

impl Guard {
    /// Returns whether the guard can be waived under `profile`, how much of it, and by whom.
    pub fn waiver_under(self, profile: Profile) -> Waivability {
        match profile {
            Profile::Regulated if STRICT.contains(&self) => Waivability::Never,
            Profile::Solo | Profile::Standard | Profile::Regulated => self.waiver(),
        }
    }

    /// Returns whether the guard can be waived, how much of it, and by whom.
    pub fn waiver(self) -> Waivability {
        let row = WAIVABLE.iter().find(|(guard, _)| *guard == self);
        row.map_or(Waivability::Never, |(_, waivability)| *waivability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::tests::{catalogue, roles_in};

    // Proves: X-09
    #[test]
    fn what_can_be_waived_and_by_whom_is_what_the_catalogue_says() {
        for [id, _, _, _, waivable, authority, _] in catalogue() {
            let ours = id.parse::<Guard>().unwrap().waiver();
            let expected = match waivable.split([' ', '(']).next().unwrap() {
                "no" | "never" => matches!(ours, Waivability::Never),
                "yes" if !waivable.contains(',') => matches!(ours, Waivability::WholeBy(_)),
                _ => matches!(ours, Waivability::PartBy { .. }),
            };
            assert!(expected, "{id}: {waivable} but {ours:?}");
            let mut theirs = roles_in(authority);
            let mut approvers = ours.authority().to_vec();
            theirs.sort_unstable();
            approvers.sort_unstable();
            assert_eq!(approvers, theirs, "{id}");
        }
    }

    #[test]
    fn whatever_can_be_waived_needs_two_role_types_and_never_the_auditor() {
        for (guard, waivability) in WAIVABLE {
            assert_eq!(waivability.authority().len(), 2, "{guard}");
            assert!(!waivability.authority().contains(&RoleType::Auditor), "{guard}");
        }
    }

    // Proves: X-09
    #[test]
    fn which_guards_each_profile_waives() {
        use strum::VariantArray as _;
        let waived = |profile: Profile| -> Vec<String> {
            let can = |it: &&Guard| !matches!(it.waiver_under(profile), Waivability::Never);
            Guard::VARIANTS.iter().filter(can).map(ToString::to_string).collect()
        };
        assert_eq!(waived(Profile::Solo), waived(Profile::Standard));
        let strict = waived(Profile::Regulated);
        let lost: Vec<String> =
            waived(Profile::Standard).into_iter().filter(|it| !strict.contains(it)).collect();
        assert_eq!(lost.join(" "), "E5 E6 C6 RF3 SG4 A1");
    }
}
