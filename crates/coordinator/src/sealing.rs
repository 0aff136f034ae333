//! Sealing what is private as it enters the record, and opening it as it leaves.
//!
//! House rule: nothing private is appended but as a commitment; its opening is kept beside the record, under
//! the name of whoever it is of.

use crate::error::CommandError;
use model::digest::Digest;
use model::event::{Entry, Event};
use model::forgetting::{Whom, reported};
use model::id::DeploymentId;
use model::message::{Addressee, Letter};
use model::person::{Particulars, Person};
use model::plan::MasterProjectPlan;
use model::private::{Opening, Openings, Private, Salt};
use model::state::State;
use record::{Change, NewOpening, Record, RecordError};
use std::collections::HashMap;
use std::sync::Arc;

/// Returns a salt that nobody knows.
fn salt() -> Result<Salt, CommandError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|it| RecordError::Storage { source: it.into() })?;
    Ok(Salt::of_chance(bytes))
}

/// Returns `plan` with its people sealed. Whoever is as they were in the plan of `before` keeps their
/// commitment; so does whoever somebody has proposed like this, so that two people who agree on one plan
/// agree on one digest. What a plan says of somebody who was forgotten is not taken.
pub(crate) async fn sealed(
    record: &dyn Record,
    before: Option<&State>,
    mut plan: MasterProjectPlan,
) -> Result<MasterProjectPlan, CommandError> {
    let deployment = plan.deployment.clone();
    for person in &mut plan.people {
        let Private::Clear(now) = &person.private else { continue };
        let known = before.and_then(|it| it.person(&person.id)).map(|it| &it.private);
        let whose = Whom::Person(person.id.clone());
        let is_gone = before.is_some_and(|it| it.history.forgotten.contains_key(&whose));
        let stays =
            known.filter(|it| it.sealed().is_some() && (is_gone || it.value() == Some(now)));
        person.private = if let Some(known) = stays {
            known.clone()
        } else if is_gone {
            let mut nothing = Private::seal(Particulars::default(), salt()?);
            nothing.close();
            nothing
        } else if before.is_some()
            && let Some(proposed) = proposed(record, &deployment, &whose, now).await?
        {
            proposed
        } else {
            Private::seal(now.clone(), salt()?)
        };
    }
    Ok(plan)
}

/// Returns `plan`, which is sealed, without what it says of people who are forgotten by now. Its digest stays.
pub(crate) fn closed(state: &State, plan: &Arc<MasterProjectPlan>) -> Arc<MasterProjectPlan> {
    let forgotten = &state.history.forgotten;
    let comes_back = |it: &Person| {
        it.private.kept().is_some() && forgotten.contains_key(&Whom::Person(it.id.clone()))
    };
    let mut plan = plan.clone();
    if plan.people.iter().any(comes_back) {
        let people = Arc::make_mut(&mut plan).people.iter_mut();
        people.filter(|it| comes_back(it)).for_each(|it| it.private.close());
    }
    plan
}

/// Returns `value` as it was sealed before, where it was.
async fn proposed(
    record: &dyn Record,
    deployment: &DeploymentId,
    whose: &Whom,
    value: &Particulars,
) -> Result<Option<Private<Particulars>>, CommandError> {
    let kept = record.openings(deployment, whose).await?;
    let mut kept = kept.iter().filter_map(|it| Opening::<Particulars>::from_bytes(it));
    let same = kept.find(|it| it.value == *value);
    Ok(same.map(|it| Private::seal(it.value, it.salt)))
}

/// Returns every printed name that `whose` ever had in a plan, as far as it is still there: the plan in
/// force has another one of them now, or does not name them any more.
pub(crate) async fn names_of(
    record: &dyn Record,
    deployment: &DeploymentId,
    whose: &Whom,
) -> Result<Vec<String>, CommandError> {
    let kept = record.openings(deployment, whose).await?;
    let kept = kept.iter().filter_map(|it| Opening::<Particulars>::from_bytes(it));
    Ok(kept.map(|it| it.value.name).filter(|it| !it.is_empty()).collect())
}

/// Returns the openings of the people of `plan`.
pub(crate) fn of_plan(plan: &MasterProjectPlan) -> Vec<NewOpening> {
    let people = plan.people.iter();
    let opening = |it: &Person| {
        Some(NewOpening { whose: Whom::Person(it.id.clone()), body: it.private.kept()? })
    };
    people.filter_map(opening).collect()
}

/// Seals who is behind what `events` report. Returns the openings.
pub(crate) fn seal_reports(events: &mut [Event]) -> Result<Vec<NewOpening>, CommandError> {
    let mut openings = Vec::new();
    for (whose, private) in events.iter_mut().filter_map(reported) {
        if let Private::Clear(value) = private {
            *private = Private::seal(std::mem::take(value), salt()?);
        }
        openings.extend(private.kept().map(|body| NewOpening { whose, body }));
    }
    Ok(openings)
}

/// Puts into `change` what the letters among `events` say and where they go, to be kept beside the record.
pub(crate) fn keep_letters<'e>(
    state: &State,
    letters: impl Iterator<Item = &'e Letter>,
    change: &mut Change,
) {
    for letter in letters {
        let opening = planner::notices::opening(state, letter);
        let (Addressee::Person(person), Some(opening)) = (&letter.to, opening) else {
            let text = planner::notices::written(state, letter);
            change.contents.push(model::digest::canonical(&text));
            continue;
        };
        let address = letter.address.as_ref().and_then(Private::kept);
        for body in [opening.to_bytes()].into_iter().chain(address) {
            change.openings.push(NewOpening { whose: Whom::Person(person.clone()), body });
        }
    }
}

/// Returns those openings of `commitments` that are still there.
pub(crate) async fn openings(
    record: &dyn Record,
    commitments: &[Digest],
) -> Result<Openings, CommandError> {
    if commitments.is_empty() {
        return Ok(HashMap::new());
    }
    let found = record.contents_of(commitments).await?;
    Ok(found.into_iter().map(|it| (Digest::of(&it), it)).collect())
}

/// Opens what `entries` say of whoever is behind a report, where it is still there.
pub(crate) async fn open_reports(
    record: &dyn Record,
    entries: Vec<&mut Entry>,
) -> Result<(), CommandError> {
    let mut sealed: Vec<&mut Private<String>> = entries
        .into_iter()
        .filter_map(|it| reported(&mut it.event).map(|(_, private)| private))
        .filter(|it| it.sealed().is_some())
        .collect();
    let commitments: Vec<Digest> = sealed.iter().filter_map(|it| it.sealed()).collect();
    let openings = openings(record, &commitments).await?;
    sealed.iter_mut().for_each(|it| it.open(&openings));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::Actor;
    use model::profile::Purpose;
    use record::{Location, Signer};

    fn plan(people: &[(&str, &str)]) -> MasterProjectPlan {
        let name = "FG30".parse().unwrap();
        let mut plan = MasterProjectPlan::empty(name, "Etc/UTC".parse().unwrap());
        let person = |(id, printed): &(&str, &str)| {
            Person::new(id.parse().unwrap(), vec![], Particulars::named(*printed))
        };
        plan.people = people.iter().map(person).collect();
        plan
    }

    fn state(plan: &MasterProjectPlan) -> State {
        let event = Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: String::new(),
        };
        let (at, actor) = ("2027-01-04T08:00:00Z".parse().unwrap(), Actor::System);
        let entry = Entry { seq: 1, at, actor, baseline: 0, command: None, event };
        State::begin(&entry, Arc::new(plan.clone())).unwrap()
    }

    #[tokio::test]
    async fn two_people_who_propose_one_plan_propose_one_digest_and_who_stays_keeps_their_commitment()
     {
        let signer = Signer::from_seed([7; 32]);
        let record = record::open(&Location::Memory, signer, None).await.unwrap();
        let head = record.create(&"FG30".parse().unwrap()).await.unwrap();
        let first = sealed(&*record, None, plan(&[("ann", "Ann"), ("ben", "Ben")])).await.unwrap();
        let state = state(&first);
        let next = || plan(&[("ann", "Ann"), ("ben", "Benjamin"), ("cy", "Cy")]);
        let proposed = sealed(&*record, Some(&state), next()).await.unwrap();
        assert_eq!(proposed.people[0], first.people[0]);
        assert_ne!(proposed.people[1], first.people[1]);
        let change = Change { openings: of_plan(&proposed), ..Change::default() };
        record.append(&state.plan.deployment, &head, change).await.unwrap();
        let agreed = sealed(&*record, Some(&state), next()).await.unwrap();
        assert_eq!(agreed.digest(), proposed.digest());
    }

    #[tokio::test]
    async fn what_a_plan_says_of_somebody_who_was_forgotten_is_not_taken() {
        let signer = Signer::from_seed([7; 32]);
        let record = record::open(&Location::Memory, signer, None).await.unwrap();
        record.create(&"FG30".parse().unwrap()).await.unwrap();
        let first = sealed(&*record, None, plan(&[("ann", "Ann")])).await.unwrap();
        let mut state = state(&first);
        for id in ["ann", "ben"] {
            state.history.forgotten.insert(id.parse().unwrap(), state.at);
        }
        let next = plan(&[("ann", "Ann"), ("ben", "Ben")]);
        let next = sealed(&*record, Some(&state), next).await.unwrap();
        assert_eq!(next.people[0], first.people[0]);
        assert_eq!(next.people[1].name(), model::private::REMOVED);
        assert!(next.people[1].private.sealed().is_some());
    }
}
