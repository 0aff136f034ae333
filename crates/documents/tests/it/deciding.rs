//! What halted and what people decided: documents say who, when and why, and what nobody has said yet.

use crate::world::{World, created, happens, person, plan};
use documents::{Document, Language, Letterhead, shown, text};
use model::close_out::{CloseOutEvent, Lesson, LessonStanding};
use model::digest::Digest;
use model::event::{Actor, Event, StepDecision};
use model::machine::{RfcTransition, SignOffTransition, SiteTransition};
use model::order::{Failure, OrderId, Outcome, Report};
use model::profile::Purpose;
use model::scope::Scope;
use model::sheet::{self, SlotId};
use model::site_care::SiteCareEvent;

fn document(world: &World, name: &str) -> Document {
    documents::document(&world.paper(), &name.parse().unwrap()).unwrap()
}

fn page(world: &World, name: &str, language: Language) -> String {
    text(&shown(&document(world, name), language, &Letterhead::default()))
}

/// Returns the section of `page` under `heading`.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let found = page.split_once(&format!(" {heading}\n"));
    let (_, section) = found.unwrap_or_else(|| panic!("no section {heading}: {page}"));
    section.split_once("\n\n").map_or(section, |(it, _)| it)
}

fn at_site(transition: SiteTransition, reason: Option<&str>) -> Event {
    let (site, reason) = ("B27".parse().unwrap(), reason.map(str::to_owned));
    Event::Site { site, transition, reason, gate: vec![] }
}

/// Returns the worked example after a step failed at B27, it halted, and two people let it go on.
fn resumed() -> World {
    let mut world = created(plan(), Purpose::Production);
    for transition in
        [SiteTransition::ScheduleAcknowledged, SiteTransition::GateOpened, SiteTransition::Started]
    {
        happens(&mut world, Actor::System, at_site(transition, None));
    }
    let (order, scope) = (OrderId("site/B27@1/B27-pc-01/install#1".into()), "site/B27");
    let scope: Scope = scope.parse().unwrap();
    let intended = Event::OrderIntended { order: order.clone(), scope: scope.clone(), track: 0 };
    happens(&mut world, Actor::System, intended);
    let report = Report::unseen(Outcome::Failed { cause: Failure::Exit { code: 3 } });
    happens(&mut world, Actor::System, Event::OrderEnded { order, report });
    let halted = at_site(SiteTransition::Halted, Some("2 of 8 computers failed"));
    happens(&mut world, Actor::System, halted);
    let decided = Event::StepDecided {
        scope,
        computers: vec!["B27-pc-01".parse().unwrap()],
        tracks: vec![],
        step: None,
        decision: StepDecision::Retry,
        reason: "the switch was replaced".to_owned(),
    };
    happens(&mut world, person("anselm.bellini"), decided);
    let (site, reason) = ("B27".parse().unwrap(), "the switch was the cause".to_owned());
    let goes_on = Event::SiteCare(SiteCareEvent::ResumeDecided { site, reason });
    happens(&mut world, person("gunnvor.petit"), goes_on);
    happens(&mut world, Actor::System, at_site(SiteTransition::Resumed, None));
    world
}

#[test]
fn a_site_that_halted_says_so_with_who_let_it_go_on_and_why() {
    let mut world = resumed();
    let sheet = page(&world, "site/B27", Language::En);
    let course = section(&sheet, "Halts, failures and decisions");
    for said in [
        "What happened: a step failed, Computer and step: B27-pc-01/install#1, Reason: exit code 3",
        "What happened: halted, Reason: 2 of 8 computers failed, By: Landfall, by rule",
        "decided: try again, Computer and step: B27-pc-01, Reason: the switch was replaced, By: Anselm Bellini",
        "decided that it goes on, Reason: the switch was the cause, By: Gunnvor Petit",
    ] {
        assert!(course.contains(said), "{said}: {course}");
    }
    let german = page(&world, "site/B27", Language::De);
    let german = section(&german, "Halte, Fehlschl\u{e4}ge und Entscheidungen");
    assert!(german.contains("Was geschah: angehalten"), "{german}");
    for report in ["report/exceptions", "report/site/B27"] {
        let report = page(&world, report, Language::En);
        assert!(report.contains("Reason: the switch was the cause, By: Gunnvor Petit"), "{report}");
    }
    let quiet = page(&world, "site/B03", Language::En);
    assert!(section(&quiet, "Halts, failures and decisions").contains("Nothing halted"), "{quiet}");

    // What was asked to be signed tells what was before it, whatever comes later.
    let slot: SlotId = "site/B27:release-management".parse().unwrap();
    let requested = Event::SignOff {
        document: sheet::digest(&world.state, &slot.sheet),
        meaning: Some(slot.meaning()),
        slot,
        transition: SignOffTransition::Requested,
        statements: vec![],
        on_behalf_of: None,
        stamp: None,
        batch: None,
        gate: vec![],
    };
    happens(&mut world, Actor::System, requested);
    let then = document(&world, "site/B27").sections;
    let again = at_site(SiteTransition::Halted, Some("halted a second time"));
    happens(&mut world, Actor::System, again);
    assert!(page(&world, "report/site/B27", Language::En).contains("halted a second time"));
    assert_eq!(document(&world, "site/B27").sections, then);
}

#[test]
fn the_analysis_names_the_digests_that_stand_on_the_reports() {
    let world = resumed();
    let analysis = document(&world, "post-project-analysis");
    let reports = analysis.body["facts"]["facts"]["deployment-reports"].as_array().unwrap();
    assert!(reports.len() > 3);
    for it in reports {
        let report = document(&world, it["document"].as_str().unwrap());
        assert_eq!(it["digest"], report.digest.to_string(), "{it}");
    }
}

#[test]
fn whatever_nobody_has_said_is_open_and_not_answered_with_no() {
    let mut plan = plan();
    plan.release.declared = None;
    let world = created(plan, Purpose::Production);
    let record = document(&world, "release-readiness");
    let lacking = |id: &str| {
        let missing = serde_json::to_string(&record.missing).unwrap();
        missing.contains(&format!("{{\"word\":\"missing-answer\",\"with\":[\"{id}\"]}}"))
    };
    assert!(lacking("RR-Q4"), "{:?}", record.missing);
    let page = page(&world, "release-readiness", Language::En);
    assert!(page.contains("This document is not complete."), "{page}");
    assert!(
        page.contains("not declared") && !page.contains("Final                  no\n"),
        "{page}"
    );
    assert!(!page.contains("Votes"), "{page}");
    assert!(!page.contains("/srv/fieldgate") && page.contains("Source: fieldgate"), "{page}");
}

#[test]
fn an_approval_names_when_it_was_given_of_what_and_in_which_entry() {
    let mut world = created(plan(), Purpose::Production);
    let rfc = world.state.plan.rfcs[0].id.clone();
    let moved = |transition| Event::Rfc {
        rfc: rfc.clone(),
        transition,
        part: None,
        until: None,
        reason: None,
        gate: vec![],
    };
    let part = Digest::of(b"the part");
    let approved = Event::RfcApproved {
        rfc: rfc.clone(),
        level: 0,
        part,
        conditions: Some("not on a Friday".to_owned()),
        on_behalf_of: None,
    };
    happens(&mut world, person("anselm.bellini"), moved(RfcTransition::Submitted));
    happens(&mut world, person("anselm.bellini"), moved(RfcTransition::Classified));
    happens(&mut world, person("gunnvor.petit"), approved);
    let entry = world.state.seq;
    happens(&mut world, Actor::System, moved(RfcTransition::Authorised));
    let request = document(&world, &format!("rfc/{rfc}"));
    let facts = &request.body["facts"];
    let approval = &facts["approvals"][0];
    assert_eq!((&approval["entry"], &approval["part"]), (&entry.into(), &part.to_string().into()));
    assert_eq!(approval["at"], world.state.at.to_string());
    assert_eq!(facts["standing"]["authorised-at"], world.state.at.to_string());
    assert_eq!(facts["standing"]["authorised-entry"], entry + 1);
    let page = page(&world, &format!("rfc/{rfc}"), Language::En);
    assert!(page.contains("Authorised at") && page.contains("not on a Friday"), "{page}");
}

#[test]
fn a_lesson_says_why_it_was_agreed() {
    let mut world = created(plan(), Purpose::Production);
    let lesson = Lesson {
        title: "Order switches early".to_owned(),
        situation: "They came late.".to_owned(),
        recommendation: "Order them with the plan.".to_owned(),
        owner: "gunnvor.petit".parse().unwrap(),
        due: "2027-06-01".parse().unwrap(),
        evidence: vec![],
    };
    let recorded = Event::CloseOut(CloseOutEvent::LessonRecorded { number: 1, lesson });
    happens(&mut world, person("gunnvor.petit"), recorded);
    let (standing, reason) = (LessonStanding::Agreed, "it cost two weeks".to_owned());
    let decided = Event::CloseOut(CloseOutEvent::LessonDecided { number: 1, standing, reason });
    happens(&mut world, person("anselm.bellini"), decided);
    let page = page(&world, "lesson/1", Language::En);
    assert!(page.contains("Reason: it cost two weeks, By: Anselm Bellini"), "{page}");
    assert!(!page.contains("none"), "{page}");
}

#[test]
fn what_the_program_itself_says_is_german_on_german_paper() {
    let world = resumed();
    for (name, said, english) in [
        (
            "survey",
            "Wie zufrieden sind Sie insgesamt mit dem neuen Dienst?",
            "Overall, how satisfied",
        ),
        ("readiness", "", "a backup ran and was restored from"),
        ("report/exceptions", "es hielt an", "it halted"),
        ("report/exceptions", "auf Entscheidung erneut versucht", "by decision"),
        ("milestone-review", "L\u{f6}sungsleitung", "Solution Manager"),
    ] {
        let page = page(&world, name, Language::De);
        assert!(page.contains(said), "{name}: {said}: {page}");
        assert!(!page.contains(english), "{name}: {english}: {page}");
    }
    let rehearsal = created(plan(), Purpose::Rehearsal);
    let page = page(&rehearsal, "core", Language::De);
    assert!(page.contains("Probelauf") && !page.contains("rehearsal"), "{page}");
}
