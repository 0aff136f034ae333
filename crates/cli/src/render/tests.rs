//! What people read, held against a small plan.

use crate::render;
use crate::terminal::Setting;
use expect_test::expect;
use jiff::{SignedDuration, Timestamp};
use model::assignment::AssignmentCommand;
use model::command::Command;
use model::event::{Actor, Entry, Event};
use model::machine::{DeploymentState, SiteState};
use model::profile::Purpose;
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::{SiteStatus, State};
use planner::waiting::WaitingOn;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::path::Path;
use std::sync::Arc;
use views::board::{Board, Ends};
use views::typed::Typing;

fn created() -> State {
    of("minimal.yaml")
}

/// Returns the state of a deployment of the example `main` that was just created.
fn of(main: &str) -> State {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let disk = planfile::DiskFolder::new(&folder).unwrap();
    let plan = planfile::load(&disk, main).plan.unwrap();
    let at: Timestamp = "2027-01-04T08:00:00Z".parse().unwrap();
    let entry = Entry {
        seq: 1,
        at,
        actor: Actor::System,
        baseline: 0,
        command: None,
        event: Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: "/nowhere".to_owned(),
        },
    };
    State::begin(&entry, Arc::new(plan)).unwrap()
}

fn setting() -> Setting {
    Setting { colours: false, width: 100 }
}

#[test]
fn why_names_what_is_missing_who_supplies_it_and_what_to_type() {
    let state = created();
    let waits = planner::waiting::why(&state, state.at, &Scope::Deployment);
    expect![[r#"
        deployment: draft
        as of 2027-01-04 09:00 CET (08:00 UTC), entry 1 of the record

        It waits on this:
        - deployment: nobody has stated that the customer knows and accepts the success criteria [E4]
          since     2027-01-04 09:00 CET (08:00 UTC)
          who       me, as Customer
          type      landfall release-readiness acknowledge-criteria --digest 99fda297
          waiver    E4 is never waived
          next look as soon as something happens
    "#]].assert_eq(&views::why::page(&state, state.at, &Scope::Deployment, &waits, &Typing::default()));
}

#[test]
fn a_wait_is_for_those_whom_it_names_and_for_whoever_else_in_the_role_may_do_it() {
    let state = of("two-branches/landfall.yaml");
    let waits = planner::waiting::waiting(&state, state.at, 100);
    let submit = waits.iter().find(|it| it.what.contains("to be submitted")).unwrap();
    let person = |name: &str| name.parse().unwrap();
    let is_for = |name: &str, wait: &WaitingOn| views::why::is_for(&state, &person(name), wait);
    // Only the first few are named who may; any other one of the role may as well.
    let submit = WaitingOn { people: vec![person("saoirse")], ..submit.clone() };
    assert!(is_for("saoirse", &submit) && is_for("ivo", &submit) && !is_for("winifred", &submit));
    // Nobody accepts an assignment for somebody else, though both hold the role.
    let command = Some(Command::Assignment(AssignmentCommand::Accept));
    let accept = WaitingOn { command, ..submit };
    assert!(is_for("saoirse", &accept) && !is_for("ivo", &accept));
}

#[test]
fn once_all_sites_are_signed_off_a_forecast_says_since_when() {
    let mut state = created();
    let (signed, now) = (state.at, state.at + SignedDuration::from_hours(75));
    let signed_off = |it: &SiteStatus| SiteStatus { state: SiteState::SignedOff, ..it.clone() };
    state.sites = state.sites.iter().map(signed_off).collect();
    let mut told = String::new();
    for deployment in [DeploymentState::Stabilizing, DeploymentState::Closed] {
        state.deployment = deployment;
        let found = planner::forecast::forecast(&state, now);
        assert_eq!(found.ends, Some(signed), "{deployment}");
        let board = Board::of(&state, now, &[], Ends::At(signed));
        let page = render::forecast::page(&state, now, &found, setting());
        let line = page.lines().nth(1).unwrap_or_default();
        told += &format!("{deployment}: {line} | {}\n", render::board::ends(&board));
    }
    // One that is ended early leaves what is not signed as it is.
    state.sites = state
        .sites
        .iter()
        .map(|it| SiteStatus { state: SiteState::Planned, ..it.clone() })
        .collect();
    state.deployment = DeploymentState::Terminated;
    let found = planner::forecast::forecast(&state, now);
    assert_eq!(found.ends, None);
    let page = render::forecast::page(&state, now, &found, setting());
    told += page.lines().nth(1).unwrap_or_default();
    expect![[r#"
        stabilizing: All sites are signed off, the last one since 2027-01-04 09:00 CET (08:00 UTC). | all sites are signed off, the last one since 2027-01-04 09:00 CET (08:00 UTC)
        closed: All sites are signed off, the last one since 2027-01-04 09:00 CET (08:00 UTC). | all sites are signed off, the last one since 2027-01-04 09:00 CET (08:00 UTC)
        It was ended before all sites were signed off."#]].assert_eq(&told);
}

#[test]
fn a_forecast_is_a_page() {
    let state = created();
    let found = planner::forecast::forecast(&state, state.at);
    expect![[r#"
        HELLO · A first rehearsal
        All sites signed off by 2027-01-04 09:04 CET (08:04 UTC), 4 min 1 s after 2027-01-04 09:00 CET (08:00 UTC), if everybody does at once what they are asked.
        At most 1 site at once.

         RING   STARTS                VERIFIED              PASSES                BLAST RADIUS
         pilot  2027-01-04 09:00 CET  2027-01-04 09:04 CET  2027-01-04 09:04 CET             1
    "#]].assert_eq(&render::forecast::page(&state, state.at, &found, setting()));
}

// Proves: R-REL5
#[test]
fn the_live_screen_shows_rings_people_and_the_newest_entries() {
    let state = created();
    let entry = Entry {
        seq: 1,
        at: state.at,
        actor: Actor::System,
        baseline: 0,
        command: None,
        event: Event::Hold {
            scope: "site/north".parse().unwrap(),
            held: true,
            reason: "stock-taking".to_owned(),
            holding: model::state::Holding::Everything,
        },
    };
    let board = Board::of(&state, state.at, &[entry], Ends::Never);
    let mut screen = Terminal::new(TestBackend::new(100, 30)).unwrap();
    screen.draw(|frame| render::live::draw(frame, &state, &board)).unwrap();
    expect![[r#"
        ┌ HELLO · A first rehearsal · Greeting 1.0.0 ──────────────────────────────────────────────────────┐
        │draft · it does not come to its end: `landfall forecast` says why · entry 1 · q ends              │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Rings ───────────────────────────────────────────────────────────────────────────────────────────┐
        │pilot                    waiting · 0 of 2 verified · 0 running · 0 failed · 0 lost · 0 signed off │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Sites being worked on ───────────────────────────────────────────────────────────────────────────┐
        │none                                                                                              │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Waiting for people ──────────────────────────────────────────────────────────────────────────────┐
        │- deployment: nobody has stated that the customer knows and accepts the success criteria [E4]     │
        │- rfc/RFC-1: RFC-1 has to be submitted                                                            │
        │- site/north: the owner of north has to acknowledge the schedule [S3]                             │
        │- site/south: the owner of south has to acknowledge the schedule [S3]                             │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Newest entries ──────────────────────────────────────────────────────────────────────────────────┐
        │     1  2027-01-04 09:00:00 CET (08:00:00 UTC)  site/north held: stock-taking  Landfall           │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
    "#]].assert_eq(&drawn(&screen));
}

/// Returns what stands on the screen, without blanks at the ends of its lines.
fn drawn(screen: &Terminal<TestBackend>) -> String {
    let text = screen.backend().to_string();
    let lines = text.lines().map(|it| it.trim_matches('"').trim_end().to_owned() + "\n");
    lines.collect()
}

// Proves: M-3
#[test]
fn a_sheet_shows_its_digest_and_its_empty_slots() {
    let state = created();
    expect![[r#"
        Site deployments complete
        =========================
        HELLO · A first rehearsal · Greeting 1.0.0 · rehearsal

        computers: 2
        exempt: none
        roll up:
          computers:
            covered: 0
            exempt: 0
            targeted: 2
          exemptions: none
          revisits: none
          revisits dropped: 0
          rows:
            - deployed: none, exceptions: none, ring: pilot, sheet sha256: none, signed at: none, signed by: none, site: north, state: planned
            - deployed: none, exceptions: none, ring: pilot, sheet sha256: none, signed at: none, signed by: none, site: south, state: planned
          rows sha256: 8461b220028bb1b5a2bd145fc9386853bdc2f6651ff64a6b08729070b582b774
          scope changes: none
          users:
            covered: 0
            exempt: 0
            targeted: 2
        signed off: 0
        signed off sha256: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
        sites: 2
        users: 2
        waivers: none

        digest c0c57b85633a4d82ccc9df8d067764eafc98c1adcf2fb0b4f6810fd0b1c4437b

        Slots, in the order in which they are asked:
        - sites-complete:release-management
          All sites in scope are deployed and signed off by their owners.
          not asked for yet
        - sites-complete:program-manager
          All sites in scope are deployed and signed off by their owners.
          not asked for yet
        - sites-complete:product-manager
          All sites in scope are deployed and signed off by their owners.
          not asked for yet
    "#]]
    .assert_eq(&render::sheet::page(&state, &Sheet::SitesComplete));
}
