//! The approval policy, row by row.
//!
//! House rule: nobody lowers the bar that their own change must pass.

use super::*;
use crate::digest::Digest;
use crate::person::Particulars;
use crate::rfc::{ChangeDetails, Covers};

fn plan() -> MasterProjectPlan {
    let person = |id: &str, roles: &[RoleType]| {
        Person::new(id.parse().unwrap(), roles.to_vec(), Particulars::named(id))
    };
    let people = vec![
        person("ca-1", &[RoleType::ChangeAuthority]),
        person("ca-2", &[RoleType::ChangeAuthority]),
        person("rel", &[RoleType::ReleaseManagement]),
        person("owner", &[]),
    ];
    let empty = MasterProjectPlan::empty("FX".parse().unwrap(), "UTC".parse().unwrap());
    MasterProjectPlan { people, rfcs: vec![rfc("R-1")], ..empty }
}

fn rfc(id: &str) -> RequestForChange {
    RequestForChange {
        id: id.parse().unwrap(),
        title: String::new(),
        category: RfcCategory::Significant,
        requested_by: "rel".parse().unwrap(),
        implementers: vec![],
        covers: Covers::default(),
        reason: String::new(),
        impact: String::new(),
        risk: String::new(),
        rollback_plan: String::new(),
        test_evidence: String::new(),
        levels: levels_by_default(RfcCategory::Significant, Profile::Standard),
        window: None,
        validity_days: 14,
        details: ChangeDetails::default(),
        template: None,
    }
}

#[test]
fn whoever_lowers_the_bar_changes_the_approval_policy() {
    type Row = (&'static str, bool, fn(&mut MasterProjectPlan));
    let rows: [Row; 11] = [
        ("nothing", false, |_| ()),
        ("a title", false, |it| it.rfcs[0].title = "new".to_owned()),
        ("a further owner", false, |it| it.people[3].id = "other".parse().unwrap()),
        ("a further request by the category's policy", false, |it| it.rfcs.push(rfc("R-2"))),
        ("a further request by a policy of its own", true, |it| {
            let mut more = rfc("R-2");
            more.levels[0].quorum = 1;
            it.rfcs.push(more);
        }),
        ("a smaller quorum", true, |it| it.rfcs[0].levels[0].quorum = 1),
        ("another approver", true, |it| it.people[2].roles.push(RoleType::ChangeAuthority)),
        ("an approver less", true, |it| drop(it.people.remove(1))),
        ("another requester", true, |it| it.rfcs[0].requested_by = "ca-1".parse().unwrap()),
        ("a category's policy", true, |it| {
            let levels = vec![ApprovalLevel { role: RoleType::ProgramManager, quorum: 1 }];
            it.approvals.insert(RfcCategory::Minor, levels);
        }),
        ("the profile", true, |it| it.profile = Profile::Solo),
    ];
    for (what, changes, change) in rows {
        let before = plan();
        let mut after = plan();
        change(&mut after);
        assert_eq!(approval_policy_changes(&before, &after), changes, "{what}");
    }
}

#[test]
fn a_graver_category_raises_the_bar_and_a_lighter_one_never_lowers_it() {
    let plan = plan();
    let rfc = rfc("R-1");
    let quorum = |category| plan.levels_of(&rfc, category)[0].quorum;
    assert_eq!(quorum(None), 2);
    assert_eq!(quorum(Some(RfcCategory::Minor)), 2);
    assert_eq!(quorum(Some(RfcCategory::Major)), 3);
    let solo = MasterProjectPlan { profile: Profile::Solo, ..plan.clone() };
    assert_eq!(solo.levels_of_category(RfcCategory::Major)[0].quorum, 1);
}

#[test]
fn what_is_not_known_of_a_request_leaves_the_digest_of_older_plans_alone() {
    let value = serde_json::to_value(rfc("R-1")).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert!(!keys.iter().any(|it| ["details", "template"].contains(&it.as_str())), "{keys:?}");
    assert_ne!(Digest::of(b""), canonical_digest(&value));
}
