//! Each act, tried under each profile: one story an act.

use super::*;
use expect_test::expect;

type Act<'a> = &'a dyn Fn(Profile) -> Result<Vec<Rule>, SeparationRefusal>;

fn person(name: &str) -> PersonId {
    name.parse().unwrap()
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| person(name)).collect()
}

/// Tells what becomes of each act, first under the standard profile, then under solo.
fn story(acts: &[(&str, Act<'_>)]) -> String {
    let mut story = String::new();
    for (name, act) in acts {
        story += &format!("{name}\n");
        for profile in [Profile::Standard, Profile::Solo] {
            let told = match act(profile) {
                Ok(relaxed) if relaxed.is_empty() => "yes".to_owned(),
                Ok(relaxed) => {
                    let rules: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
                    format!("yes, relaxing {}", rules.join(" "))
                }
                Err(refusal) => format!("no: {refusal}"),
            };
            story += &format!("    {profile} {told}\n");
        }
        assert_eq!(act(Profile::Standard), act(Profile::Regulated));
    }
    story
}

#[test]
fn who_requested_planned_runs_or_built_a_change_does_not_approve_it() {
    let approve = |approver: &str, profile| {
        let change = Change {
            requester: &person("ivo"),
            plan_author: &person("saoirse"),
            implementers: &people(&["ivo", "kasimir"]),
            builders: &people(&["ruben"]),
        };
        may_approve(change, &person(approver), profile)
    };
    expect![[r#"
        a member of the change authority
            standard yes
            solo yes
        the requester, who also implements
            standard no: ivo requested this change and cannot approve it (SOD-1); ask another member of the Change Authority to approve it
            solo yes, relaxing SOD-1 SOD-2
        the author of the plan
            standard no: saoirse wrote the plan of this change and cannot approve it (SOD-2); ask another member of the Change Authority to approve it
            solo yes, relaxing SOD-2
        an implementer
            standard no: kasimir implements this change and cannot approve it (SOD-2); ask another member of the Change Authority to approve it
            solo yes, relaxing SOD-2
        a builder
            standard no: ruben built what this change installs and cannot approve it (SOD-3); ask another member of the Change Authority to approve it
            solo yes, relaxing SOD-3
    "#]].assert_eq(&story(&[
        ("a member of the change authority", &|it| approve("rosalind", it)),
        ("the requester, who also implements", &|it| approve("ivo", it)),
        ("the author of the plan", &|it| approve("saoirse", it)),
        ("an implementer", &|it| approve("kasimir", it)),
        ("a builder", &|it| approve("ruben", it)),
    ]));
}

// Proves: R-DEV1
#[test]
fn who_built_it_does_not_start_it() {
    let start = |name, it| may_start(&person(name), &people(&["ruben"]), it);
    expect![[r#"
        Release Management
            standard yes
            solo yes
        the builder
            standard no: ruben built what would be deployed and cannot start its deployment (SOD-3); let somebody of Release Management start it who did not build it
            solo yes, relaxing SOD-3
    "#]].assert_eq(&story(&[
        ("Release Management", &|it| start("ivo", it)),
        ("the builder", &|it| start("ruben", it)),
    ]));
}

// Proves: R-DEV1
#[test]
fn who_built_it_or_ran_it_does_not_verify_it_by_hand() {
    let verify = |name, checks, it| {
        may_verify(&person(name), &people(&["ivo"]), &people(&["ruben"]), checks, it)
    };
    expect![[r#"
        a tester, by hand
            standard yes
            solo yes
        who ran it, automatically
            standard yes
            solo yes
        who ran it, by hand
            standard no: ivo ran this deployment and cannot verify it by hand (SOD-4); ask a Tester who neither built nor ran it
            solo yes, relaxing SOD-4
        who built it, automatically
            standard no: ruben built what was deployed and cannot verify it (SOD-3); ask a Tester who neither built nor ran it
            solo yes, relaxing SOD-3
    "#]].assert_eq(&story(&[
        ("a tester, by hand", &|it| verify("philippa", Checks::Manual, it)),
        ("who ran it, automatically", &|it| verify("ivo", Checks::Automatic, it)),
        ("who ran it, by hand", &|it| verify("ivo", Checks::Manual, it)),
        ("who built it, automatically", &|it| verify("ruben", Checks::Automatic, it)),
    ]));
}

// Proves: P2-D7
#[test]
fn only_the_owner_or_the_deputy_signs_for_a_site() {
    let sign = |name, roles: &[RoleType], it| {
        let deputy = person("bram");
        may_sign_for_site(&person(name), roles, &person("winifred"), Some(&deputy), it)
    };
    let both = [RoleType::SiteOwner, RoleType::ReleaseManagement];
    expect![[r#"
        the owner
            standard yes
            solo yes
        the deputy
            standard yes
            solo yes
        the owner, who is of the project
            standard no: winifred is of the project and cannot sign for a site (SOD-5); name an owner or a deputy of the site who is not of the project
            solo yes, relaxing SOD-5
        Release Management
            standard no: ivo cannot sign for a site of winifred or bram (SOD-5); ask the owner of the site, or name a deputy before signing
            solo no: ivo cannot sign for a site of winifred or bram (SOD-5); ask the owner of the site, or name a deputy before signing
    "#]].assert_eq(&story(&[
        ("the owner", &|it| sign("winifred", &[RoleType::SiteOwner], it)),
        ("the deputy", &|it| sign("bram", &[RoleType::User], it)),
        ("the owner, who is of the project", &|it| sign("winifred", &both, it)),
        ("Release Management", &|it| sign("ivo", &[RoleType::ReleaseManagement], it)),
    ]));
}

// Proves: T-2
#[test]
fn only_the_customer_or_a_delegate_accepts() {
    let accept = |name, roles: &[RoleType], it| {
        may_accept_for_customer(&person(name), roles, &person("winifred"), &people(&["bram"]), it)
    };
    let project = [RoleType::ProductManager];
    expect![[r#"
        the customer
            standard yes
            solo yes
        the delegate
            standard yes
            solo yes
        the delegate, who is of the project
            standard no: bram is of the project and cannot accept for the customer (SOD-6); ask the customer to accept, or to name a delegate who is not of the project
            solo yes, relaxing SOD-6
        the Product Manager
            standard no: lucan cannot accept for winifred (SOD-6); ask the customer, who may name a delegate in writing beforehand
            solo no: lucan cannot accept for winifred (SOD-6); ask the customer, who may name a delegate in writing beforehand
    "#]].assert_eq(&story(&[
        ("the customer", &|it| accept("winifred", &[RoleType::Customer], it)),
        ("the delegate", &|it| accept("bram", &[], it)),
        ("the delegate, who is of the project", &|it| accept("bram", &project, it)),
        ("the Product Manager", &|it| accept("lucan", &project, it)),
    ]));
}

#[test]
fn the_project_does_not_take_over_from_itself() {
    let take_over = |roles: &[RoleType], it| may_take_over(&person("gunnvor"), roles, it);
    let both = [RoleType::OperationsManager, RoleType::OperationsExperience];
    expect![[r#"
        operations
            standard yes
            solo yes
        operations, of the project as well
            standard no: gunnvor is of the project and cannot take over from it (SOD-7); ask somebody of Operations or Support who is not of the project
            solo yes, relaxing SOD-7
    "#]].assert_eq(&story(&[
        ("operations", &|it| take_over(&[RoleType::OperationsManager], it)),
        ("operations, of the project as well", &|it| take_over(&both, it)),
    ]));
}

// Proves: X-09
#[test]
fn a_waiver_has_two_approvers_who_do_not_gain_by_it() {
    let grant =
        |approvers: &[&str], it| may_grant_waiver(&people(&["ivo"]), &people(approvers), it);
    expect![[r#"
        two others
            standard yes
            solo yes
        one other, twice
            standard no: the waiver needs 2 approvers who did not ask for it, and has 1 (SOD-8); ask another of those who may waive the guard
            solo yes, relaxing SOD-8
        one other and the requester
            standard no: the waiver needs 2 approvers who did not ask for it, and has 1 (SOD-8); ask another of those who may waive the guard
            solo yes, relaxing SOD-8
        the requester
            standard no: the waiver needs 2 approvers who did not ask for it, and has 0 (SOD-8); ask another of those who may waive the guard
            solo yes, relaxing SOD-8
        nobody
            standard no: nobody has approved the waiver (SOD-8); ask another of those who may waive the guard
            solo no: nobody has approved the waiver (SOD-8); ask another of those who may waive the guard
    "#]].assert_eq(&story(&[
        ("two others", &|it| grant(&["sabela", "lucan"], it)),
        ("one other, twice", &|it| grant(&["sabela", "sabela"], it)),
        ("one other and the requester", &|it| grant(&["sabela", "ivo"], it)),
        ("the requester", &|it| grant(&["ivo"], it)),
        ("nobody", &|it| grant(&[], it)),
    ]));
}

// Proves: X-07
#[test]
fn who_approved_an_emergency_does_not_review_it() {
    let review = |name, it| may_review_emergency(&person("odile"), &person(name), it);
    expect![[r#"
        another
            standard yes
            solo yes
        the approver
            standard no: odile approved this emergency and cannot review it (SOD-10); ask another member of the Change Authority to review it
            solo yes, relaxing SOD-10
    "#]].assert_eq(&story(&[
        ("another", &|it| review("farrukh", it)),
        ("the approver", &|it| review("odile", it)),
    ]));
}

#[test]
fn a_sheet_has_two_signers_and_the_completion_three() {
    let voices = |all: &[&[&str]]| all.iter().map(|it| people(it)).collect::<Vec<_>>();
    let signed = |paper, all: &[&[&str]], it| enough_persons(paper, &voices(all), it);
    expect![[r#"
        a sheet, two
            standard yes
            solo yes
        a sheet, one in two role types
            standard no: the sheet has 1 distinct signers and needs 2 (SOD-15); let another person sign in one of the role types
            solo yes, relaxing SOD-15
        a sheet, one and a delegate
            standard no: the sheet has 1 distinct signers and needs 2 (SOD-15); let another person sign in one of the role types
            solo yes, relaxing SOD-15
        a sheet, nobody
            standard no: the sheet has 0 distinct signers and needs 2 (SOD-15); let another person sign in one of the role types
            solo no: the sheet has 0 distinct signers and needs 1 (SOD-15); let another person sign in one of the role types
        the completion, two
            standard no: the Deployment Complete Milestone has 2 distinct signers and needs 3 (SOD-15); let another person sign in one of the role types
            solo yes, relaxing SOD-15
        the completion, three and a delegate of two
            standard yes
            solo yes
    "#]].assert_eq(&story(&[
        ("a sheet, two", &|it| signed(Paper::Sheet, &[&["ivo"], &["philippa"]], it)),
        ("a sheet, one in two role types", &|it| signed(Paper::Sheet, &[&["ivo"], &["ivo"]], it)),
        ("a sheet, one and a delegate", &|it| {
            signed(Paper::Sheet, &[&["ivo"], &["philippa", "ivo"]], it)
        }),
        ("a sheet, nobody", &|it| signed(Paper::Sheet, &[], it)),
        ("the completion, two", &|it| {
            signed(Paper::DeploymentComplete, &[&["ivo"], &["kasimir"]], it)
        }),
        ("the completion, three and a delegate of two", &|it| {
            let all: [&[&str]; 4] = [&["noor", "ivo"], &["ivo"], &["kasimir"], &["philippa"]];
            signed(Paper::DeploymentComplete, &all, it)
        }),
    ]));
}

// Proves: R-DEV1, X-09, P2-D7, T-2
#[test]
fn each_rule_keeps_its_act_from_whom_it_names_under_each_profile() {
    use crate::separation_of_duties::TABLE;
    use strum::VariantArray as _;
    let somebody = person("somebody");
    let mut grid = String::new();
    for row in TABLE {
        grid += &format!("{}: whoever {} never {}, at {}:", row.rule, row.held, row.act, row.at);
        for profile in Profile::VARIANTS {
            let told = match judge(&somebody, &[row.held], row.act, *profile) {
                Ok(relaxed) => {
                    assert_eq!(relaxed, [row.rule], "what is relaxed is disclosed");
                    "disclosed"
                }
                Err(refusal) => {
                    assert!(!refusal.next_step.is_empty());
                    assert_eq!(refusal.rule, row.rule);
                    "refused"
                }
            };
            grid += &format!(" {profile} {told},");
            assert_eq!(judge(&somebody, &[], row.act, *profile), Ok(vec![]), "nobody else");
        }
        grid.pop();
        grid.push('\n');
    }
    expect![[r#"
        SOD-1: whoever requested the change never approves the change, at signature: solo disclosed, standard refused, regulated refused
        SOD-2: whoever wrote its plan never approves the change, at signature: solo disclosed, standard refused, regulated refused
        SOD-2: whoever implements it never approves the change, at signature: solo disclosed, standard refused, regulated refused
        SOD-3: whoever built what is deployed never approves the change, at signature: solo disclosed, standard refused, regulated refused
        SOD-3: whoever built what is deployed never starts the deployment, at execution: solo disclosed, standard refused, regulated refused
        SOD-3: whoever built what is deployed never verifies it, at signature: solo disclosed, standard refused, regulated refused
        SOD-3: whoever built what is deployed never verifies it by hand, at execution: solo disclosed, standard refused, regulated refused
        SOD-4: whoever ran the deployment never verifies it by hand, at execution: solo disclosed, standard refused, regulated refused
        SOD-5: whoever is of the project never signs for a site, at signature: solo disclosed, standard refused, regulated refused
        SOD-6: whoever is of the project never accepts for the customer, at signature: solo disclosed, standard refused, regulated refused
        SOD-7: whoever is of the project never takes over, at signature: solo disclosed, standard refused, regulated refused
        SOD-8: whoever asked for the waiver never grants the waiver, at signature: solo disclosed, standard refused, regulated refused
        SOD-8: whoever gains by the waiver never grants the waiver, at signature: solo disclosed, standard refused, regulated refused
        SOD-9: whoever revises the plan never takes a role type by it, alone, at assignment: solo disclosed, standard refused, regulated refused
        SOD-10: whoever approved the emergency never reviews the emergency, at signature: solo disclosed, standard refused, regulated refused
        SOD-11: whoever is of the project never confirms a lower severity, at signature: solo disclosed, standard refused, regulated refused
        SOD-12: whoever answers the escalation never closes the escalation, at signature: solo disclosed, standard refused, regulated refused
        SOD-13: whoever installs at the site never exempts computers or users, at signature: solo disclosed, standard refused, regulated refused
        SOD-14: whoever is of the project never steers the survey, at execution: solo refused, standard refused, regulated refused
        SOD-15: whoever signed the rest of it alone never completes a sheet, at signature: solo disclosed, standard refused, regulated refused
        SOD-16: whoever audits it never changes anything, at execution: solo refused, standard refused, regulated refused
    "#]].assert_eq(&grid);
}

#[test]
fn every_rule_stands_in_the_table() {
    use crate::separation_of_duties::TABLE;
    use strum::VariantArray as _;
    for rule in Rule::VARIANTS {
        assert!(TABLE.iter().any(|it| it.rule == *rule), "{rule}");
    }
}
