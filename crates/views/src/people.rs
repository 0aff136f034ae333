//! People by their names, with the short name to type.

use model::event::Actor;
use model::id::PersonId;
use model::plan::MasterProjectPlan;

/// Returns a person's name with their short name.
pub fn person(plan: &MasterProjectPlan, id: &PersonId) -> String {
    match plan.person(id) {
        Some(person) if person.name() != id.as_str() => format!("{} ({id})", person.name()),
        Some(_) | None => id.to_string(),
    }
}

/// Returns several people's names, any of whom will do.
pub fn any_of(plan: &MasterProjectPlan, ids: &[PersonId]) -> String {
    let names: Vec<String> = ids.iter().map(|it| person(plan, it)).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Returns several people's names, all of whom are meant.
pub fn all_of(plan: &MasterProjectPlan, ids: &[PersonId]) -> String {
    let names: Vec<String> = ids.iter().map(|it| person(plan, it)).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns who answers for an entry.
pub fn actor(plan: &MasterProjectPlan, actor: &Actor) -> String {
    match actor {
        Actor::System => "Landfall".to_owned(),
        Actor::Person { person: id, .. } => person(plan, id),
    }
}
