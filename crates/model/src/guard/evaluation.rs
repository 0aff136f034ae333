//! Who can say whether a guard is met.
//!
//! House rule: a fact is computed, a judgement is a person's, and nobody is
//! asked for what the record already knows.

use super::Guard;
use crate::role_type::RoleType;

/// Who can say whether a guard is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluatedBy {
    /// The program, from the record and the clock.
    System,
    /// The program, and these role types for what it cannot see.
    SystemWith(&'static [RoleType]),
    /// These role types alone.
    People(&'static [RoleType]),
}

impl EvaluatedBy {
    /// Returns the role types that have a say.
    pub fn roles(self) -> &'static [RoleType] {
        match self {
            Self::System => &[],
            Self::SystemWith(roles) | Self::People(roles) => roles,
        }
    }
}

/// The guards that people judge, alone or with the program. All others the program reads alone.
const JUDGED: &[(Guard, EvaluatedBy)] = {
    use EvaluatedBy::{People, SystemWith};
    use RoleType::{
        ChangeAuthority, Customer, OperationsManager, ProductManager, ProgramManager,
        ReleaseManagement, SiteOwner, SolutionManager, SupportManager, Tester, User,
        UserExperience,
    };
    &[
        (Guard::E7, SystemWith(&[ProductManager, ProgramManager])),
        (Guard::H1, SystemWith(&[ReleaseManagement])),
        (Guard::C3, SystemWith(&[ReleaseManagement])),
        (Guard::C5, SystemWith(&[ReleaseManagement])),
        (Guard::C6, SystemWith(&[Tester])),
        (Guard::C7, People(&[ReleaseManagement, ProductManager])),
        (Guard::S9, SystemWith(&[SiteOwner])),
        (Guard::V6, SystemWith(&[UserExperience])),
        (Guard::ST4, People(&[OperationsManager, SupportManager])),
        (Guard::ST8, People(&[Customer, ProgramManager])),
        (Guard::D7, People(&[Customer])),
        (Guard::D8, SystemWith(&[Customer])),
        (Guard::K6, SystemWith(&[OperationsManager])),
        (Guard::TR2, People(&[OperationsManager, SupportManager])),
        (Guard::TR3, People(&[SolutionManager, Customer])),
        (Guard::RF4, People(&[ChangeAuthority])),
        (Guard::I2, People(&[SupportManager, OperationsManager])),
        (Guard::I3, SystemWith(&[User])),
        (Guard::I5, People(&[OperationsManager, SupportManager])),
        (Guard::ES2, People(&[OperationsManager])),
        (Guard::A2, People(&[OperationsManager, SupportManager])),
    ]
};

impl Guard {
    /// Returns who can say whether the guard is met.
    pub fn evaluated_by(self) -> EvaluatedBy {
        let judged = JUDGED.iter().find(|(guard, _)| *guard == self);
        judged.map_or(EvaluatedBy::System, |(_, by)| *by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::tests::{catalogue, roles_in};

    #[test]
    fn who_evaluates_a_guard_is_what_the_catalogue_says() {
        for [id, _, _, by, ..] in catalogue() {
            let ours = id.parse::<Guard>().unwrap().evaluated_by();
            assert_eq!(ours.roles(), roles_in(by), "{id}");
            let with_system = !matches!(ours, EvaluatedBy::People(_));
            assert_eq!(with_system, by.contains("system"), "{id}");
        }
    }
}
