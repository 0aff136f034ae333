//! What every machine is tested with: its grid, and its agreement with the catalogue.
//!
//! House rule: a state machine is a table, and one grid shows all of it.

use super::Transition;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Debug;
use strum::VariantArray;

const CATALOGUE: &str = include_str!("../../catalogue/state-machines.yaml");

/// Draws the machine: the number in a cell is that of the state that follows.
pub(crate) fn grid<T>() -> String
where
    T: Transition + VariantArray,
    T::State: VariantArray,
{
    let number = |state: T::State| T::State::VARIANTS.iter().position(|it| *it == state).unwrap();
    let legend: Vec<String> =
        T::State::VARIANTS.iter().map(|state| format!("{}={state}", number(*state))).collect();
    let mut grid = legend.chunks(6).map(|line| line.join("  ") + "\n").collect::<String>();
    grid += &format!("\n{:33}", "");
    grid.extend(T::State::VARIANTS.iter().map(|state| format!("{:>3}", number(*state))));
    for transition in T::VARIANTS {
        grid += &format!("\n{:7}{transition:26}", transition.id());
        for state in T::State::VARIANTS {
            let cell =
                transition.follows(*state).map_or("·".to_owned(), |to| number(to).to_string());
            grid += &format!("{cell:>3}");
        }
        let guards: Vec<String> = transition.guards().iter().map(ToString::to_string).collect();
        grid += &format!("  {} [{}]", transition.authority().codes(), guards.join(" "));
    }
    grid
}

#[derive(Deserialize)]
struct Machine {
    initial: String,
    terminal: Vec<String>,
    transitions: Vec<CatalogueRow>,
}

#[derive(Deserialize)]
struct CatalogueRow {
    id: String,
    from: OneOrMore,
    to: String,
    by: String,
    guards: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn states(self) -> Vec<String> {
        match self {
            Self::One(state) => vec![state],
            Self::More(states) => states,
        }
    }
}

/// Holds the machine of `T` against the catalogue's `name`: states, rows, guards, authority.
pub(crate) fn holds_to_the_catalogue<T>(name: &str, resting: &[T::State])
where
    T: Transition + VariantArray,
    T::State: VariantArray + Default,
{
    let mut machines: BTreeMap<String, Machine> = serde_saphyr::from_str(CATALOGUE).unwrap();
    let theirs = machines.remove(name).expect("because the catalogue names the machine");
    assert_eq!(word(T::State::default()), theirs.initial);
    assert_eq!(resting.iter().map(|state| word(*state)).collect::<Vec<_>>(), theirs.terminal);

    let mut named = vec![theirs.initial.clone()];
    let mut rows = Vec::new();
    for row in theirs.transitions {
        let from = row.from.states();
        for state in from.iter().chain([&row.to]).filter(|state| *state != "same") {
            if !named.contains(state) {
                named.push(state.clone());
            }
        }
        let to = |state: &String| if row.to == "same" { state.clone() } else { row.to.clone() };
        let mut arrows: Vec<_> = from.iter().map(|state| (state.clone(), to(state))).collect();
        arrows.sort();
        rows.push((row.id, arrows, row.by, row.guards));
    }
    let mut states: Vec<_> = T::State::VARIANTS.iter().map(|state| word(*state)).collect();
    states.sort();
    named.sort();
    assert_eq!(states, named);
    assert_eq!(T::VARIANTS.iter().map(|it| ours(*it)).collect::<Vec<_>>(), rows);
}

type Arrows = Vec<(String, String)>;

fn ours<T>(transition: T) -> (String, Arrows, String, Vec<String>)
where
    T: Transition,
    T::State: VariantArray,
{
    let follow = |state: &T::State| Some((word(*state), word(transition.follows(*state)?)));
    let mut arrows: Arrows = T::State::VARIANTS.iter().filter_map(follow).collect();
    arrows.sort();
    let guards = transition.guards().iter().map(ToString::to_string).collect();
    (transition.id().to_owned(), arrows, transition.authority().codes(), guards)
}

fn word(state: impl Debug) -> String {
    format!("{state:?}")
}

#[test]
fn a_refusal_reads_aloud() {
    use super::{PhaseState, PhaseTransition, SiteState, SiteTransition};
    let refusals = [
        SiteTransition::SignedOff.attempt("B27", SiteState::Deploying).unwrap_err(),
        SiteTransition::WindowEnded.attempt("B27", SiteState::SignedOff).unwrap_err(),
        PhaseTransition::Started.attempt("2 of B27", PhaseState::Done).unwrap_err(),
    ];
    let lines: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    expect_test::expect![[r#"
        site B27 cannot be signed off while it is deploying
        site B27 cannot end its window while it is signed off
        phase 2 of B27 cannot be started while it is done"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn every_act_completes_the_sentence_of_its_refusal() {
    fn check<T: Transition + VariantArray>() {
        for transition in T::VARIANTS {
            let act = transition.row().act;
            assert!(act.starts_with(|it: char| it.is_ascii_lowercase()), "{act}");
            assert!(!act.ends_with('.') && act.len() < 60, "{act}");
        }
    }
    check::<super::DeploymentTransition>();
    check::<super::ComponentTransition>();
    check::<super::SiteTransition>();
    check::<super::PhaseTransition>();
    check::<super::RfcTransition>();
    check::<super::SignOffTransition>();
    check::<super::WaiverTransition>();
    check::<super::MilestoneTransition>();
    check::<super::QuietPeriodTransition>();
    check::<super::AssignmentTransition>();
    check::<super::IncidentTransition>();
    check::<super::EscalationTransition>();
}

#[test]
fn a_stored_word_is_the_kebab_of_its_name_and_is_shown_with_spaces() {
    use super::SiteTransition;
    let stored = serde_json::to_string(&SiteTransition::PhaseFinished).unwrap();
    assert_eq!(stored, "\"phase-finished\"");
    assert_eq!(SiteTransition::PhaseFinished.to_string(), "phase finished");
}
