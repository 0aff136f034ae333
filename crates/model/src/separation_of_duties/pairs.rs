//! Which role types one person may not hold together.
//!
//! House rule: checked when a person is named for a role type, before anything runs.

use super::Rule;
use crate::profile::Profile;
use crate::role_type::RoleType;
use serde::Serialize;

/// Two role types of one person that a rule separates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The one.
    pub a: RoleType,
    /// The other.
    pub b: RoleType,
    /// The rule that separates them.
    pub rule: Rule,
    /// Whether the profile lets it pass, to be disclosed on every sheet.
    pub relaxed: bool,
}

/// Returns the rule that forbids one person to hold both, or `None`.
///
/// The order of the two does not matter.
pub fn forbidden_together(a: RoleType, b: RoleType) -> Option<Rule> {
    if a == b { None } else { separated(a, b).or_else(|| separated(b, a)) }
}

fn separated(a: RoleType, b: RoleType) -> Option<Rule> {
    use RoleType::{
        Auditor, ChangeAuthority, Customer, Developer, OperationsManager, ProgramManager,
        ReleaseManagement, SiteOwner, SolutionManager, TestManager, Tester,
    };
    let project = a.is_project();
    match b {
        Auditor => Some(Rule::AuditorOnlyReads),
        Customer if project => Some(Rule::CustomerAccepts),
        SiteOwner if project => Some(Rule::OwnerSignsForSite),
        ChangeAuthority if a == Developer => Some(Rule::BuilderStandsAside),
        ChangeAuthority if a == ReleaseManagement => Some(Rule::RequesterNeverApproves),
        ChangeAuthority if a == ProgramManager => Some(Rule::ImplementerNeverApproves),
        OperationsManager if a == ReleaseManagement || a == ProgramManager => {
            Some(Rule::OutsidersTakeOver)
        }
        Tester if a == Developer => Some(Rule::BuilderStandsAside),
        Tester if a == ReleaseManagement => Some(Rule::RunnerNeverVerifies),
        // Who answers for the outcome does not also own the proof of it.
        TestManager if a == SolutionManager => Some(Rule::RunnerNeverVerifies),
        Customer | SiteOwner | ChangeAuthority | OperationsManager | Tester | TestManager => None,
        SolutionManager
        | ProgramManager
        | Developer
        | ReleaseManagement
        | RoleType::ProductManager
        | RoleType::UserExperience
        | RoleType::OperationsExperience
        | RoleType::SupportManager
        | RoleType::Stakeholder
        | RoleType::User => None,
    }
}

/// Returns whether one person may hold both, but the sheets say so.
///
/// The order of the two does not matter.
pub fn disclosed_together(a: RoleType, b: RoleType) -> bool {
    use RoleType::{
        OperationsExperience, ProductManager, ProgramManager, ReleaseManagement, TestManager,
        Tester, UserExperience,
    };
    const DISCLOSED: &[(RoleType, RoleType)] = &[
        (ProgramManager, ReleaseManagement),
        (ProductManager, UserExperience),
        (ReleaseManagement, OperationsExperience),
        (Tester, TestManager),
    ];
    DISCLOSED.contains(&(a, b)) || DISCLOSED.contains(&(b, a))
}

/// Returns every conflict between the role types that one person is to hold.
///
/// Those that are not relaxed refuse the assignment (guards E5, A1 and SG4).
pub fn may_hold(roles: &[RoleType], profile: Profile) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for (at, a) in roles.iter().enumerate() {
        for b in roles.iter().skip(at + 1) {
            if let Some(rule) = forbidden_together(*a, *b) {
                conflicts.push(Conflict { a: *a, b: *b, rule, relaxed: profile.relaxes(rule) });
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use strum::VariantArray as _;

    #[test]
    fn every_pair_of_role_types() {
        let mut grid = format!("{:3}", "");
        grid.extend(RoleType::VARIANTS.iter().map(|role| format!("{:>4}", role.code())));
        for a in RoleType::VARIANTS {
            grid += &format!("\n{:3}", a.code());
            for b in RoleType::VARIANTS {
                let rule = forbidden_together(*a, *b).map(|it| it.to_string().replace("SOD-", ""));
                assert_eq!(forbidden_together(*a, *b), forbidden_together(*b, *a));
                let disclosed = if disclosed_together(*a, *b) { "d" } else { "·" };
                assert!(rule.is_none() || disclosed == "·", "{a} and {b}");
                grid += &format!("{:>4}", rule.unwrap_or_else(|| disclosed.to_owned()));
            }
        }
        expect![[r#"
                 SM PGM DEV TST PRM  UX REL OPX  TM CUS  SO OPS SUP  CA STK USR AUD
            SM    ·   ·   ·   ·   ·   ·   ·   ·   4   6   5   ·   ·   ·   ·   ·  16
            PGM   ·   ·   ·   ·   ·   ·   d   ·   ·   6   5   7   ·   2   ·   ·  16
            DEV   ·   ·   ·   3   ·   ·   ·   ·   ·   6   5   ·   ·   3   ·   ·  16
            TST   ·   ·   3   ·   ·   ·   4   ·   d   6   5   ·   ·   ·   ·   ·  16
            PRM   ·   ·   ·   ·   ·   d   ·   ·   ·   6   5   ·   ·   ·   ·   ·  16
            UX    ·   ·   ·   ·   d   ·   ·   ·   ·   6   5   ·   ·   ·   ·   ·  16
            REL   ·   d   ·   4   ·   ·   ·   d   ·   6   5   7   ·   1   ·   ·  16
            OPX   ·   ·   ·   ·   ·   ·   d   ·   ·   6   5   ·   ·   ·   ·   ·  16
            TM    4   ·   ·   d   ·   ·   ·   ·   ·   6   5   ·   ·   ·   ·   ·  16
            CUS   6   6   6   6   6   6   6   6   6   ·   ·   ·   ·   ·   ·   ·  16
            SO    5   5   5   5   5   5   5   5   5   ·   ·   ·   ·   ·   ·   ·  16
            OPS   ·   7   ·   ·   ·   ·   7   ·   ·   ·   ·   ·   ·   ·   ·   ·  16
            SUP   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·  16
            CA    ·   2   3   ·   ·   ·   1   ·   ·   ·   ·   ·   ·   ·   ·   ·  16
            STK   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·  16
            USR   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·  16
            AUD  16  16  16  16  16  16  16  16  16  16  16  16  16  16  16  16   ·"#]]
        .assert_eq(&grid);
    }

    // Proves: X-19
    #[test]
    fn a_solo_person_holds_everything_but_the_audit_and_it_is_disclosed() {
        let all: Vec<RoleType> =
            RoleType::VARIANTS.iter().copied().filter(|it| *it != RoleType::Auditor).collect();
        assert!(may_hold(&all, Profile::Solo).iter().all(|conflict| conflict.relaxed));
        assert!(may_hold(&all, Profile::Standard).iter().all(|conflict| !conflict.relaxed));
        let audit = may_hold(&[RoleType::User, RoleType::Auditor], Profile::Solo);
        assert!(matches!(audit[..], [Conflict { relaxed: false, .. }]));
    }

    #[test]
    fn a_conflict_names_both_role_types_and_the_rule() {
        let roles =
            [RoleType::ProgramManager, RoleType::ReleaseManagement, RoleType::ChangeAuthority];
        let found = may_hold(&roles, Profile::Regulated);
        let lines: Vec<String> =
            found.iter().map(|it| format!("{} and {}: {}", it.a, it.b, it.rule)).collect();
        expect![[r#"
            Program Manager and Change Authority: SOD-2
            Release Management and Change Authority: SOD-1"#]]
        .assert_eq(&lines.join("\n"));
    }
}
