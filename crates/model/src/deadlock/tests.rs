//! Deadlocks, a row each.
//!
//! House rule: a plan that can never be carried out is refused when it is read, not at night.

use super::*;
use crate::person::{Leave, Particulars, WorkingHours};
use crate::private::Private;
use crate::profile::Profile;
use crate::rfc::Covers;
use crate::rfc::{ChangeDetails, RfcCategory};
use expect_test::expect;

fn person(id: &str, roles: &[RoleType]) -> Person {
    Person::new(id.parse().unwrap(), roles.to_vec(), Particulars::named(id))
}

/// Returns what a plan file says of somebody.
fn known(person: &mut Person) -> &mut Particulars {
    let Private::Clear(particulars) = &mut person.private else { panic!("nothing is sealed") };
    particulars
}

fn plan() -> MasterProjectPlan {
    let text = || "agreed".to_owned();
    let rfc = RequestForChange {
        id: "R-1".parse().unwrap(),
        title: text(),
        category: RfcCategory::Significant,
        requested_by: "rel".parse().unwrap(),
        implementers: vec![],
        covers: Covers { rings: vec!["all".parse().unwrap()], ..Covers::default() },
        reason: text(),
        impact: text(),
        risk: text(),
        rollback_plan: text(),
        test_evidence: text(),
        levels: vec![ApprovalLevel { role: RoleType::ChangeAuthority, quorum: 2 }],
        window: Some(ChangeWindow {
            from: "2027-02-01T00:00:00Z".parse().unwrap(),
            until: "2027-02-05T00:00:00Z".parse().unwrap(),
        }),
        validity_days: 14,
        details: ChangeDetails::default(),
        template: None,
    };
    let people = vec![
        person("ca-1", &[RoleType::ChangeAuthority]),
        person("ca-2", &[RoleType::ChangeAuthority]),
        person("rel", &[RoleType::ReleaseManagement]),
        person("ops", &[RoleType::OperationsManager]),
    ];
    let empty = MasterProjectPlan::empty("FX".parse().unwrap(), "UTC".parse().unwrap());
    MasterProjectPlan { people, rfcs: vec![rfc], ..empty }
}

fn away(first: &str, last: &str) -> Leave {
    Leave { first: first.parse().unwrap(), last: last.parse().unwrap() }
}

// Proves: P1-B1
#[test]
fn a_gate_that_nobody_can_pass_is_named_with_the_way_out() {
    type Row = (&'static str, fn(&mut MasterProjectPlan));
    let rows: [Row; 8] = [
        ("all is well", |_| ()),
        ("a quorum of three", |it| it.rfcs[0].levels[0].quorum = 3),
        ("an approver who asks", |it| it.rfcs[0].requested_by = "ca-1".parse().unwrap()),
        ("an approver who carries it out", |it| {
            it.rfcs[0].implementers = vec!["ca-2".parse().unwrap()];
        }),
        ("the same, alone", |it| {
            it.rfcs[0].implementers = vec!["ca-2".parse().unwrap()];
            it.profile = Profile::Solo;
        }),
        ("leave for the whole window", |it| {
            known(&mut it.people[0]).leave = vec![away("2027-01-30", "2027-02-10")];
        }),
        ("leave for a part of it", |it| {
            known(&mut it.people[0]).leave = vec![away("2027-02-02", "2027-02-10")];
        }),
        ("operations of the project", |it| {
            it.people[3].roles.push(RoleType::Developer);
        }),
    ];
    let mut told = String::new();
    for (what, change) in rows {
        let mut plan = plan();
        change(&mut plan);
        told += &format!("{what}\n");
        for it in deadlocks(&plan) {
            told += &format!("    {}: {}; {}\n", it.kind, it.what, it.next_step);
        }
    }
    expect![[r#"
        all is well
        a quorum of three
            quorum: R-1 needs 3 approvals by Change Authority, and 2 may give one; name more people with that role type, or lower the quorum
        an approver who asks
            quorum: R-1 needs 2 approvals by Change Authority, and 1 may give one; name more people with that role type, or lower the quorum
        an approver who carries it out
            quorum: R-1 needs 2 approvals by Change Authority, and 1 may give one; name more people with that role type, or lower the quorum
        the same, alone
        leave for the whole window
            leave: R-1 needs 2 approvals by Change Authority, and ca-1 are on leave for the whole of its window; let them delegate beforehand, move the window, or name others
        leave for a part of it
        operations of the project
            slot: deployment-stable has to be signed by Operations Manager, and ops must not: they are of the project; name somebody as Operations Manager who is not of the project
    "#]].assert_eq(&told);
}

#[test]
fn somebody_is_asked_at_night_by_their_own_clock() {
    let noon: Timestamp = "2027-01-04T12:00:00Z".parse().unwrap();
    let project: TimeZoneName = "UTC".parse().unwrap();
    let mut it = person("ca-1", &[]);
    assert!(!it.is_night(noon, &project));
    known(&mut it).zone = Some("Pacific/Honolulu".parse().unwrap());
    assert!(it.is_night(noon, &project), "it is two in the morning there");
    known(&mut it).hours = Some(WorkingHours { from: 0, until: 6 });
    assert!(!it.is_night(noon, &project));
}
