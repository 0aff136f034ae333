//! Messages and training in the life of a deployment.
//!
//! House rule: people hear of a slot before it begins, and of every other one after it.

use super::world::World;
use crate::fixture::{at, standard_plan};
use expect_test::expect;
use model::command::Command;
use model::companion_plans::{
    CommunicationsPlan, Course, Message, MessageEscalation, QuietHours, TrainingPlan,
};
use model::event::Event;
use model::id::LineId;
use model::machine::SiteState;
use model::message::{MessageCommand, MessageEvent};
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::training::{Session, SessionTime, TrainingCommand};
use model::window::{Days, DaysWindow, MaintenanceWindow};
use std::fmt::Write as _;

fn message(id: &str, when: &str, audience: &str) -> Message {
    Message {
        id: id.parse().unwrap(),
        when: when.to_owned(),
        audience: audience.to_owned(),
        channels: vec!["mail".to_owned()],
        text: id.to_owned(),
        acknowledge: false,
        texts: [].into(),
        escalation: None,
    }
}

/// Returns a plan whose first site is deployed in one of the nights from the 18th of January on,
/// and whose people are told a week before, a day before, and when that changes.
fn told_plan() -> MasterProjectPlan {
    let mut plan = standard_plan();
    let nights = MaintenanceWindow::OnDays(DaysWindow {
        days: Days::Range {
            first: "2027-01-18".parse().unwrap(),
            last: "2027-02-28".parse().unwrap(),
        },
        from: "22:00".parse().unwrap(),
        to: "04:00".parse().unwrap(),
        zone: None,
    });
    plan.rings[0].windows = vec![nights];
    for site in &mut plan.sites {
        site.deputy = Some("kasimir".parse().unwrap());
    }
    let asked = |id: &str, when: &str, audience: &str| Message {
        acknowledge: true,
        escalation: Some(MessageEscalation { after_s: 86_400, audience: "deputies".to_owned() }),
        ..message(id, when, audience)
    };
    plan.communications = Some(CommunicationsPlan {
        users_mail: Some("users.${site}@example.org".to_owned()),
        quiet_hours: Some(QuietHours {
            from: "20:00".parse().unwrap(),
            until: "07:00".parse().unwrap(),
        }),
        messages: vec![
            asked("M1", "T-10 d", "site owners"),
            message("M2", "T-1 d", "users"),
            asked("M3", "any change of a window", "site owners and users"),
            message("M4", "T+1 d 08:00 local", "users"),
            message("M5", "started, finished or stopped", "site owners and support"),
        ],
        ..CommunicationsPlan::default()
    });
    plan
}

/// Returns what was told about the first site, a line each.
fn told(world: &World) -> String {
    let site = Scope::Site("s1".parse().unwrap());
    let mut text = String::new();
    for entry in &world.record {
        let Event::Message(event) = &entry.event else { continue };
        let letter = match event {
            MessageEvent::Acknowledged { letter, .. } => Some(*letter),
            _ => None,
        };
        let of_letter = letter.and_then(|it| world.state.messages.letter(it));
        let is_here = event.scope() == site || of_letter.is_some_and(|it| it.letter.scope == site);
        if is_here {
            let when = entry.at.to_string();
            writeln!(text, "{} {event}", when.get(5..16).unwrap_or_default()).unwrap();
        }
    }
    text
}

fn is(world: &World, state: SiteState) -> bool {
    world.state.sites[0].state == state
}

fn first_site() -> model::id::SiteId {
    "s1".parse().unwrap()
}

// Proves: P2-Q4, P2-I3, G-18, R-PRM3
#[test]
fn a_slot_that_moves_is_told_anew_and_asked_about_anew() {
    let mut world = World::of(told_plan());
    let answered = |it: &World| it.state.messages.letter(1)?.acknowledged.clone();
    world.until(|it| answered(it).is_some() && is(it, SiteState::Notified));
    let ivo = |held| Command::Hold {
        scope: Scope::Site("s1".parse().unwrap()),
        held,
        reason: "the branch is flooded".to_owned(),
    };
    world.act("ivo", &ivo(true)).unwrap();
    world.now = at("2027-01-19T09:00:00Z");
    world.look();
    world.act("ivo", &ivo(false)).unwrap();
    world.look();
    let after_the_move = world.state.sites[0].state;
    let s1 = "s1".parse().unwrap();
    let unanswered = &world.state.messages.unacknowledged;
    let of_s1 = world.state.messages.about(&s1).map(|it| it.letter.letter);
    let open: Vec<u32> = of_s1.filter(|it| unanswered.contains(it)).collect();
    let stale = MessageCommand::Acknowledge { letter: 1, token: None };
    let refused = world.act("owner-1", &Command::Message(stale)).unwrap_err();
    world.until(|it| is(it, SiteState::Observing));
    world.now = at("2027-01-22T12:00:00Z");
    world.look();
    assert_eq!(after_the_move, SiteState::Planned, "{}", told(&world));
    assert!(!open.contains(&1) && open.len() == 2, "M1 and M3 ask anew: {open:?}");
    assert!(refused.to_string().contains("letter 1 was acknowledged at"), "{refused}");
    let story = told(&world);
    for line in [
        "the slot of s1 is moved to",
        "M1 is due to owner-1 for slot 2",
        "M3 is due to owner-1 for slot 2",
        "M3 is due to the users of s1 for slot 2",
        "M4 is due to the users of s1 for service",
        "M5 is due to esteban for started@1",
        "M5 is due to owner-1 for finished@1",
    ] {
        assert!(story.contains(line), "{line}\n{story}");
    }
}

/// Returns a deployment whose first site was given another slot than its first window, that of the
/// 20th; and whose people are told three days before.
fn told_of_the_20th() -> World {
    let mut plan = told_plan();
    plan.communications.as_mut().unwrap().messages[1].when = "T-3 d".to_owned();
    let mut world = World::of(plan);
    let s1 = Scope::Site("s1".parse().unwrap());
    world.until(|it| it.state.messages.slots.contains_key(&first_site()));
    let from = Some(at("2027-01-20T12:00:00Z"));
    let reason = "stock is taken".to_owned();
    let moved = MessageCommand::MoveSlot { scope: s1, from, reason };
    world.act("ivo", &Command::Message(moved)).unwrap();
    world.look();
    world
}

// Proves: P2-D1, P2-Q4, R-PRM3
#[test]
fn a_site_does_not_begin_before_the_slot_that_it_was_told() {
    let mut world = told_of_the_20th();
    world.until(|it| is(it, SiteState::Ready) && at("2027-01-19T21:00:00Z") <= it.now);
    let waits = world.why("site/s1");
    let sooner = why_slot(&world);
    let slot = world.state.messages.slots[&first_site()].clone();
    world.until(|it| it.state.sites[0].runs > 0);
    let told = "s1 was told that it begins at 2027-01-20 22:00 there, and not before";
    assert!(waits.contains(told), "{waits}");
    assert!(sooner, "Release Management may give the slot up");
    assert_eq!((slot.from, slot.version), (at("2027-01-20T21:00:00Z"), 2));
    assert_eq!(world.now, slot.from, "a window of its own was open the night before");
}

fn why_slot(world: &World) -> bool {
    let waits = crate::waiting::why(&world.state, world.now, &"site/s1".parse().unwrap());
    let gives_up = |it: &crate::waiting::WaitingOn| {
        matches!(&it.command, Some(Command::Message(MessageCommand::MoveSlot { .. })))
    };
    waits
        .iter()
        .any(|it| gives_up(it) && it.people == ["ivo".parse().unwrap(), "saoirse".parse().unwrap()])
}

// Proves: P2-Q4, G-18
#[test]
fn a_slot_that_is_given_up_is_told_and_acknowledged_anew_before_the_site_begins() {
    let mut world = told_of_the_20th();
    world.until(|it| is(it, SiteState::Ready));
    world.now = at("2027-01-19T12:00:00Z");
    let s1 = Scope::Site("s1".parse().unwrap());
    let give_up = |person: &str, from: Option<&str>, world: &mut World| {
        let (scope, from) = (s1.clone(), from.map(at));
        let reason = "the ring before is done early".to_owned();
        let command = MessageCommand::MoveSlot { scope, from, reason };
        world.act(person, &Command::Message(command)).map_err(|it| it.to_string())
    };
    let by_nobody = give_up("noor", None, &mut world).unwrap_err();
    let in_the_past = give_up("ivo", Some("2027-01-18T00:00:00Z"), &mut world).unwrap_err();
    let before = world.state.told_version(0);
    give_up("ivo", None, &mut world).unwrap();
    world.look();
    let after_it = world.state.sites[0].state;
    let stale =
        Command::AcknowledgeSchedule { site: "s1".parse().unwrap(), version: before.unwrap() };
    let refused = world.act("owner-1", &stale).unwrap_err().to_string();
    let slot = world.state.messages.slots[&first_site()].clone();
    world.until(|it| it.state.sites[0].runs > 0);
    let again = give_up("ivo", None, &mut world).unwrap_err();
    assert!(by_nobody.contains("it takes Release Management"), "{by_nobody}");
    assert!(in_the_past.contains("neither in the past"), "{in_the_past}");
    assert_eq!(after_it, SiteState::Planned, "its owner is asked again");
    assert!(refused.contains("is no longer what was shown"), "{refused}");
    assert_eq!((slot.from, slot.version), (at("2027-01-19T21:00:00Z"), 3));
    assert_eq!(world.now, slot.from);
    assert!(again.contains("has been given a slot and not begun"), "{again}");
    let letters: Vec<_> = world.state.messages.about(&"s1".parse().unwrap()).collect();
    let of_it = letters.iter().filter(|it| it.letter.version == 3);
    assert!(of_it.clone().count() >= 3, "M1, M2 and M3 tell it");
    assert!(of_it.filter(|it| it.letter.acknowledge).all(|it| it.acknowledged.is_some()));
}

// Proves: P2-Q4
#[test]
fn whoever_is_silent_is_heard_of_and_a_deputy_may_answer() {
    let mut world = World::of(told_plan());
    world.until(|it| !it.state.messages.unacknowledged.is_empty());
    let delivered = world.now;
    world.now = delivered.checked_add(jiff::SignedDuration::from_hours(25)).unwrap();
    world.look();
    let escalated = world.state.messages.escalated.clone();
    assert!(escalated.contains(&1), "{escalated:?}");
    let answer = |person: &str, world: &mut World| {
        let command = MessageCommand::Acknowledge { letter: 1, token: None };
        world.act(person, &Command::Message(command)).map_err(|it| it.to_string())
    };
    assert_eq!(answer("noor", &mut world), Err("letter 1 is for owner-1".to_owned()));
    assert_eq!(answer("kasimir", &mut world), Ok(()));
    let again = answer("owner-1", &mut world).unwrap_err();
    assert!(again.contains("was acknowledged at"), "{again}");
    assert!(is(&world, SiteState::Notified), "the schedule is acknowledged with it");
}

fn trained_plan() -> MasterProjectPlan {
    let mut plan = told_plan();
    plan.training = Some(TrainingPlan {
        threshold_percent: 80,
        courses: vec![Course {
            id: "C1".parse().unwrap(),
            title: "Tills".to_owned(),
            length_minutes: 45,
            mode: "room".to_owned(),
            seats: 6,
            languages: vec![],
            audience: None,
        }],
        schedule: String::new(),
    });
    plan
}

fn session(id: &str, from: &str, until: &str) -> TrainingCommand {
    let session = Session {
        id: id.parse().unwrap(),
        course: "C1".parse().unwrap(),
        sites: vec!["s1".parse().unwrap()],
        when: SessionTime {
            from: at(from),
            until: at(until),
            zone: "Europe/Vienna".parse().unwrap(),
        },
        place: "room 2".to_owned(),
        trainer: "noor".parse().unwrap(),
        seats: 6,
        language: None,
        despite: None,
    };
    TrainingCommand::Schedule { session, despite: None }
}

fn attend(users: std::ops::Range<u32>) -> TrainingCommand {
    TrainingCommand::Attend {
        site: "s1".parse().unwrap(),
        course: "C1".parse().unwrap(),
        session: None,
        users: users.map(|it| format!("user {it}")).collect(),
    }
}

// Proves: R-UX3, R-UX4
#[test]
fn training_is_scheduled_without_conflict_and_counted_per_site() {
    let mut world = World::of(trained_plan());
    world.until(|it| !it.state.messages.slots.is_empty());
    let mut shown = String::new();
    let id: LineId = "A".parse().unwrap();
    let moved = |from: &str, until: &str| TrainingCommand::Move {
        session: id.clone(),
        when: SessionTime {
            from: at(from),
            until: at(until),
            zone: "Europe/Vienna".parse().unwrap(),
        },
        place: None,
        trainer: None,
        reason: "the room is taken".to_owned(),
    };
    let exempt = TrainingCommand::Exempt {
        site: "s1".parse().unwrap(),
        users: vec!["user 9".to_owned()],
        reason: "on leave".to_owned(),
    };
    for (person, command) in [
        ("ivo", session("A", "2027-01-12T08:00:00Z", "2027-01-12T08:45:00Z")),
        ("noor", session("A", "2027-01-12T08:00:00Z", "2027-01-12T08:45:00Z")),
        ("noor", session("B", "2027-01-12T08:30:00Z", "2027-01-12T09:15:00Z")),
        ("noor", session("B", "2027-01-18T20:30:00Z", "2027-01-18T21:30:00Z")),
        ("noor", session("B", "2027-01-12T09:15:00Z", "2027-01-12T09:15:00Z")),
        ("noor", session("B", "2027-01-02T08:00:00Z", "2027-01-02T08:45:00Z")),
        ("noor", moved("2027-01-13T08:00:00Z", "2027-01-13T08:45:00Z")),
        ("noor", TrainingCommand::Invite { session: id.clone(), users: 6 }),
        ("noor", TrainingCommand::Invite { session: id.clone(), users: 1 }),
        ("owner-1", attend(0..5)),
        ("owner-1", attend(0..5)),
        ("owner-1", attend(0..12)),
        ("owner-2", attend(5..7)),
        ("noor", exempt.clone()),
        // Neither User Experience nor the owner alone.
        ("noor", exempt.clone()),
        ("owner-1", exempt),
        ("noor", attend(5..8)),
    ] {
        match world.act(person, &Command::Training(command)) {
            Ok(()) => writeln!(shown, "{person}: {}", last(&world)),
            Err(refusal) => writeln!(shown, "{person}: refused: {refusal}"),
        }
        .unwrap();
        let coverage = model::training::coverage(&world.state, &"s1".parse().unwrap());
        let it = &coverage[0];
        writeln!(shown, "    {} of {} trained, {} needed", it.trained, it.users, it.needed)
            .unwrap();
        for it in world.waits().iter().filter(|it| it.what.contains("agreed to exempt")) {
            writeln!(shown, "    {}: {} {:?}", it.scope, it.what, it.people).unwrap();
        }
    }
    expect![[r#"
        ivo: refused: ivo may not schedule a session: it takes User Experience or Program Manager
            0 of 10 trained, 8 needed
        noor: session A of C1 is scheduled for 2027-01-12T08:00:00Z with noor
            0 of 10 trained, 8 needed
        noor: refused: session B cannot be held then: its trainer teaches A at that time
            0 of 10 trained, 8 needed
        noor: refused: session B cannot be held then: it is not over when the slot of s1 begins
            0 of 10 trained, 8 needed
        noor: refused: session B does not end within a day after it begins
            0 of 10 trained, 8 needed
        noor: refused: session B would begin in the past
            0 of 10 trained, 8 needed
        noor: session A is moved to 2027-01-13T08:00:00Z: the room is taken
            0 of 10 trained, 8 needed
        noor: 6 users are invited to session A
            0 of 10 trained, 8 needed
        noor: refused: session A has 0 seats left
            0 of 10 trained, 8 needed
        owner-1: 5 users of s1 attended C1
            5 of 10 trained, 8 needed
        owner-1: refused: all of them are known to have attended C1
            5 of 10 trained, 8 needed
        owner-1: refused: s1 has 10 users, and 12 would have attended
            5 of 10 trained, 8 needed
        owner-2: refused: owner-2 may not say who attended: it takes User Experience or Site Owner
            5 of 10 trained, 8 needed
        noor: Concurred { act: "exempt 1 users (dc51e62f) from training at site/s1", role: UserExperience, reason: Some("on leave"), wanted: [SiteOwner], on_behalf_of: None }
            5 of 10 trained, 8 needed
            site/s1: noor agreed to exempt 1 users (dc51e62f) from training at site/s1: it takes effect once somebody else does too, by the same command [PersonId("owner-1"), PersonId("kasimir")]
        noor: refused: noor has already agreed to exempt 1 users (dc51e62f) from training at site/s1
            5 of 10 trained, 8 needed
            site/s1: noor agreed to exempt 1 users (dc51e62f) from training at site/s1: it takes effect once somebody else does too, by the same command [PersonId("owner-1"), PersonId("kasimir")]
        owner-1: 1 users of s1 need no training: on leave
            5 of 9 trained, 8 needed
        noor: 3 users of s1 attended C1
            8 of 9 trained, 8 needed
    "#]]
    .assert_eq(&shown);
}

fn last(world: &World) -> String {
    match &world.record.last().unwrap().event {
        Event::Training(event) => event.to_string(),
        other => format!("{other:?}"),
    }
}

// Proves: X-14
#[test]
fn nobodys_name_stands_in_the_record_of_who_attended() {
    let mut world = World::of(trained_plan());
    world.until(|it| !it.state.messages.slots.is_empty());
    world.act("noor", &Command::Training(attend(0..5))).unwrap();
    let record = serde_json::to_string(&world.record).unwrap();
    assert!(record.contains("attended"), "they did attend");
    assert!(!record.contains("user 3"), "their names are kept");
}

#[test]
fn no_site_is_told_another_slot_every_night_while_it_stands_still_before_it() {
    let mut told = String::new();
    for stands in ["the deployment is held", "its ring is halted"] {
        let mut plan = told_plan();
        plan.rings[1].windows = plan.rings[0].windows.clone();
        let mut world = World::ready(plan);
        let slots = |it: &World| {
            let events = it.record.iter().map(|it| &it.event);
            let set =
                events.filter(|it| matches!(it, Event::Message(MessageEvent::SlotSet { .. })));
            set.count()
        };
        let reason = || "the line is down".to_owned();
        let hold = if stands == "the deployment is held" {
            Command::HoldDeployment { reason: reason() }
        } else {
            Command::HaltRing { ring: "pilot".parse().unwrap(), reason: reason() }
        };
        world.act("ivo", &hold).unwrap();
        world.look();
        let before = slots(&world);
        for _ in 0..9 {
            world.pass(86_400);
            world.look();
        }
        writeln!(told, "{stands}: {before} slots, and after nine days {}", slots(&world)).unwrap();
    }
    expect![[r#"
        the deployment is held: 9 slots, and after nine days 9
        its ring is halted: 9 slots, and after nine days 9
    "#]]
    .assert_eq(&told);
}
