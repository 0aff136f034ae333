//! The responsibility matrix, held against who may bring a transition about.
//!
//! House rule: whoever is accountable for an activity, or responsible, is who may do it.

use super::{Authority, ComponentTransition as Component, Transition as _};
use super::{DeploymentTransition as Project, RfcTransition as Rfc, SiteTransition as Site};
use crate::role_type::RoleType;
use expect_test::expect;

const RACI: &str = include_str!("../../catalogue/raci.csv");

/// Returns the role types that are accountable for or responsible in `activity`.
fn doers(activity: &str) -> Vec<RoleType> {
    let columns: Vec<RoleType> =
        (RACI.lines().next().unwrap().split(',').skip(1)).map(|it| it.parse().unwrap()).collect();
    let is_it = |line: &&str| line.trim_start_matches('"').starts_with(activity);
    let line = RACI.lines().find(is_it).unwrap_or_else(|| panic!("no activity {activity}"));
    let marks: Vec<&str> = line.rsplit(',').take(columns.len()).collect();
    let marked = columns.iter().rev().zip(marks);
    let does = marked.filter(|(_, mark)| mark.contains('A') || mark.contains('R'));
    let mut roles: Vec<RoleType> = does.map(|(role, _)| *role).collect();
    roles.reverse();
    roles
}

// Proves: P1-B1, P2-D7
#[test]
fn who_may_bring_it_about_is_who_the_matrix_says_does_it() {
    let rows: Vec<(&str, &str, Authority)> = vec![
        ("Baseline plan", Project::Baselined.id(), Project::Baselined.authority()),
        ("Baseline plan", Project::Opened.id(), Project::Opened.authority()),
        ("Scope change", Project::ScopeChanged.id(), Project::ScopeChanged.authority()),
        ("Halt", Project::Held.id(), Project::Held.authority()),
        ("Halt", Project::HoldReleased.id(), Project::HoldReleased.authority()),
        (
            "Sign site deployments",
            Project::SitesCompleted.id(),
            Project::SitesCompleted.authority(),
        ),
        ("Premature termination", Project::Cancelled.id(), Project::Cancelled.authority()),
        ("Draft and submit RFC", Rfc::Submitted.id(), Rfc::Submitted.authority()),
        ("Assess and authorise RFC", Rfc::Classified.id(), Rfc::Classified.authority()),
        ("Assess and authorise RFC", Rfc::Authorised.id(), Rfc::Authorised.authority()),
        ("Assess and authorise RFC", Rfc::Rejected.id(), Rfc::Rejected.authority()),
        (
            "Authorise emergency RFC",
            Rfc::EmergencyAuthorised.id(),
            Rfc::EmergencyAuthorised.authority(),
        ),
        ("Assess and authorise RFC", Rfc::Reviewed.id(), Rfc::Reviewed.authority()),
        ("Draft and submit RFC", Rfc::Scheduled.id(), Rfc::Scheduled.authority()),
        (
            "Verify core components",
            Component::ChecksPassed.id(),
            Component::ChecksPassed.authority(),
        ),
        ("Verify site and technical", Site::Deployed.id(), Site::Deployed.authority()),
        ("Site owner sign-off", Site::SignedOff.id(), Site::SignedOff.authority()),
        ("Site owner sign-off", Site::Refused.id(), Site::Refused.authority()),
        ("Scope change", Site::Exempted.id(), Site::Exempted.authority()),
        ("Halt", Site::RollbackStarted.id(), Site::RollbackStarted.authority()),
    ];
    let mut told = String::new();
    for (activity, id, authority) in rows {
        let doers = doers(activity);
        let is_done = authority.roles().iter().any(|it| doers.contains(it));
        let codes: Vec<&str> = doers.iter().map(|it| it.code()).collect();
        assert!(is_done, "{id} {}: {activity} is done by {codes:?}", authority.codes());
        told += &format!("{id:6} {:10} {activity}: {}\n", authority.codes(), codes.join(" "));
    }
    expect![[r#"
        PRJ-1  PGM+REL    Baseline plan: PGM REL
        PRJ-2  PGM        Baseline plan: PGM REL
        PRJ-3  PGM        Scope change: PGM PRM REL
        PRJ-4  SYS|REL|PGM|SM Halt: REL
        PRJ-5  REL+PGM    Halt: REL
        PRJ-6  REL        Sign site deployments: PGM PRM REL
        PRJ-14 SM         Premature termination: SM PGM REL CUS
        RFC-1  REL        Draft and submit RFC: REL
        RFC-2  CA         Assess and authorise RFC: CA
        RFC-4  CA         Assess and authorise RFC: CA
        RFC-5  CA         Assess and authorise RFC: CA
        RFC-6  CA         Authorise emergency RFC: REL CA
        RFC-14 CA         Assess and authorise RFC: CA
        RFC-8  REL        Draft and submit RFC: REL
        CMP-8  SYS+TST    Verify core components: TST TM
        SIT-14 SYS+TST    Verify site and technical: TST REL
        SIT-16 REL+SO     Site owner sign-off: SO
        SIT-17 SO         Site owner sign-off: SO
        SIT-22 PGM+CUS    Scope change: PGM PRM REL
        SIT-10 SYS|REL|OPS Halt: REL
    "#]]
    .assert_eq(&told);
}
