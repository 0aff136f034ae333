//! The floors: a crate uses lower floors only, and floors 0 and 1 have no effects.

use crate::house::House;

/// The floors of the house, lowest first. Crates on one floor do not know each
/// other. Some are not built yet; their place is kept.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["planfile", "planner"],
    &["record", "executor", "content", "notices", "views"],
    &["coordinator", "documents"],
    &["reception"],
    &["api", "web", "agent"],
    &["cli"],
];

/// Crates that stand beside the house: they may use any floor, no floor uses them.
const BESIDE: &[&str] = &["bench", "hostile", "sim", "xtask"];

/// How many floors, from the ground, hold rules only.
const PURE_FLOORS: usize = 2;

/// Crates above that hold rules only all the same.
const PURE_ABOVE: &[&str] = &["documents"];

/// What would let effects in: waiting, networks, databases, chance and logging.
const EFFECTS: &[&str] =
    &["axum", "getrandom", "rand", "reqwest", "rusqlite", "russh", "sqlx", "tokio", "tracing"];

/// Finds crates that use a crate of their own floor or of one above.
pub(crate) fn crates_depend_downwards_only(house: &House) -> Vec<String> {
    let mut breaches = Vec::new();
    for krate in house.crates.iter().filter(|it| !BESIDE.contains(&it.name.as_str())) {
        let name = &krate.name;
        let Some(floor) = floor_of(name) else {
            breaches.push(format!(
                "crate {name} stands on no floor: give it one in xtask/src/floors.rs"
            ));
            continue;
        };
        for used in &krate.dependencies {
            let is_below = floor_of(used).is_none_or(|other| other < floor);
            if !is_below || BESIDE.contains(&used.as_str()) {
                breaches
                    .push(format!("crate {name} may not use {used}: it is not on a lower floor"));
            }
        }
    }
    breaches
}

/// Finds crates of floors 0 and 1 that depend on something with effects.
pub(crate) fn pure_floors_are_free_of_effects(house: &House) -> Vec<String> {
    let pure = house.crates.iter().filter(|it| is_pure(&it.name));
    let used = pure.flat_map(|krate| krate.dependencies.iter().map(move |it| (&krate.name, it)));
    used.filter(|(_, it)| EFFECTS.contains(&it.as_str()))
        .map(|(name, it)| format!("crate {name} holds rules only: it may not use {it}"))
        .collect()
}

/// Returns whether the crate `name` holds rules only.
pub(crate) fn is_pure(name: &str) -> bool {
    PURE_ABOVE.contains(&name) || floor_of(name).is_some_and(|floor| floor < PURE_FLOORS)
}

fn floor_of(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::planted;

    #[test]
    fn crates_use_lower_floors_only() {
        planted::holds(crates_depend_downwards_only);
    }

    #[test]
    fn floors_0_and_1_know_no_effects() {
        planted::holds(pure_floors_are_free_of_effects);
    }

    #[test]
    fn a_crate_that_looks_up_or_sideways_is_caught() {
        for (name, used, breaches) in [
            ("planner", "model", 0),
            ("planner", "planner_of_others", 0),
            ("planner", "planfile", 1),
            ("model", "record", 1),
            ("cli", "xtask", 1),
            ("sim", "coordinator", 0),
            ("attic", "model", 1),
        ] {
            let found = crates_depend_downwards_only(&planted::krate(name, &[used]));
            assert_eq!(found.len(), breaches, "{name} uses {used}: {found:?}");
        }
    }

    #[test]
    fn an_effect_on_a_pure_floor_is_caught() {
        for (name, used, breaches) in [
            ("model", "tokio", 1),
            ("planfile", "sqlx", 1),
            ("model", "serde", 0),
            ("record", "sqlx", 0),
        ] {
            let found = pure_floors_are_free_of_effects(&planted::krate(name, &[used]));
            assert_eq!(found.len(), breaches, "{name} uses {used}: {found:?}");
        }
    }
}
