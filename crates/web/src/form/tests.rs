//! Every command has a form, and what its form says is the command.

use super::*;
use jiff::Timestamp;
use model::command::{Findings, RfcAct};
use model::digest::Digest;
use model::id::SiteId;

fn zone() -> model::window::TimeZoneName {
    "America/Chicago".parse().unwrap()
}

#[test]
fn every_command_has_a_form_that_can_be_shown_and_read() {
    assert!(kinds().len() > 120, "{}", kinds().len());
    let mut wrong = Vec::new();
    for kind in kinds() {
        let posted = Posted::new(vec![], &zone());
        let form = kind.form(&posted, &Hints::of(&state()));
        assert!(!form.button.is_empty(), "{} says nothing of itself", kind.path);
        match samples::of(kind) {
            Ok(command) => {
                let (path, fields) = filled(&command).unwrap();
                assert_eq!(path, kind.path);
                let again = super::kind(path).unwrap().command(&Posted::new(fields, &zone()));
                assert_eq!(again.as_ref(), Ok(&command), "{path}");
            }
            Err(error) => wrong.push(format!("{}: {error}", kind.path)),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn state() -> model::state::State {
    use model::event::{Actor, Entry, Event};
    let plan = model::plan::MasterProjectPlan::empty("HELLO".parse().unwrap(), zone());
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose: model::profile::Purpose::Rehearsal,
        folder: String::new(),
    };
    let at = "2027-02-07T02:00:00Z".parse().unwrap();
    let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
    model::state::State::begin(&entry, plan.into()).unwrap()
}

#[test]
fn a_time_is_on_the_clock_of_the_deployment_where_it_names_no_zone() {
    let posted = Posted::new(vec![], &zone());
    for (said, at) in [
        ("2027-02-07T02:00", "2027-02-07T08:00:00Z"),
        ("2027-02-07T02:00:30", "2027-02-07T08:00:30Z"),
        ("2027-02-07T02:00:00Z", "2027-02-07T02:00:00Z"),
        ("2027-02-07 02:00+01:00", "2027-02-07T01:00:00Z"),
    ] {
        let at: Timestamp = at.parse().unwrap();
        assert_eq!(posted.instant(said), Ok(serde_json::json!(at)), "{said}");
    }
    assert!(posted.instant("tomorrow").unwrap_err().contains("America/Chicago"));
}

#[test]
fn what_people_write_survives_a_form() {
    let script = "<script>alert(1)</script> & \"quotes\"\nand a second line".to_owned();
    let site: SiteId = "B27".parse().unwrap();
    for command in [
        Command::Open,
        Command::Baseline { findings: Findings::default() },
        Command::HaltSite { site: site.clone(), reason: script.clone() },
        Command::Rfc {
            rfc: "RFC-1".parse().unwrap(),
            act: RfcAct::Approve { part: Digest::of(b"part"), conditions: Some(script) },
        },
        Command::Rfc { rfc: "RFC-1".parse().unwrap(), act: RfcAct::Submit },
        Command::Hold { scope: model::scope::Scope::Site(site), held: false, reason: "why".into() },
    ] {
        let (path, fields) = filled(&command).unwrap();
        let read = kind(path).unwrap().command(&Posted::new(fields, &zone()));
        assert_eq!(read, Ok(command));
    }
}

#[test]
fn what_is_missing_is_said_in_words() {
    let posted = Posted::new(vec![("c.approve-waiver.waiver".into(), "x".into())], &zone());
    let said = kind("approve-waiver").unwrap().command(&posted).unwrap_err();
    assert_eq!(said, "Waiver: `x` is no number");
}

#[test]
fn a_browser_insists_on_nothing_in_what_may_be_left_out_as_a_whole() {
    let kind = kind("incident/open").unwrap();
    let form = kind.form(&Posted::new(vec![], &zone()), &Hints::of(&state()));
    let text =
        "{% from 'fields.html' import field %}{% for it in fields %}{{ field(it) }}{% endfor %}";
    let fields: Vec<FieldView> = [form.fields, form.more].concat();
    let what = serde_json::json!({ "fields": fields });
    let page = crate::template::ENVIRONMENT.render_str(text, minijinja::value::Serde(what));
    let page = page.unwrap();
    let insists: Vec<&str> = page.lines().filter(|it| it.contains(" required")).collect();
    let is_below = |name: &str| insists.iter().any(|it| it.contains(name));
    assert!(page.contains(".impact."), "{page}");
    assert!(!is_below(".impact."), "{insists:#?}");
    assert!(is_below(".title"), "{insists:#?}");
}

#[test]
fn whichever_word_somebody_may_choose_is_tried_before_a_page_offers_an_act() {
    let of_complete = [("c.milestone.reject.milestone".to_owned(), "complete".to_owned())];
    let ways = samples::ways(kind("milestone/reject").unwrap(), &of_complete);
    let chosen: Vec<&str> = ways.iter().flatten().map(|(_, word)| word.as_str()).collect();
    assert_eq!(chosen, ["stabilizing", "quiet-period"]);
    assert_eq!(samples::ways(kind("hold-deployment").unwrap(), &[]), [vec![]]);
}

#[test]
fn people_are_transferred_to_operations_or_support_and_to_no_other_role() {
    let kind = kind("assignment/transfer").unwrap();
    let form = kind.form(&Posted::new(vec![], &zone()), &Hints::of(&state()));
    let role = form.fields.iter().find(|it| it.name.ends_with(".role")).unwrap();
    let offered: Vec<&str> = role.choices.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(offered, ["operations-manager", "support-manager"]);
}
