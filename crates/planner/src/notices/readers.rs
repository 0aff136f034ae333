//! Who reads a message, and one letter for each of them.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use super::texts::opening;
use super::{Occasion, written};
use model::companion_plans::{Audience, Channel};
use model::digest::{Digest, canonical_digest};
use model::id::PersonId;
use model::message::{Addressee, Letter, LetterText};
use model::private::Private;
use model::scope::Scope;
use model::site::Site;
use model::state::State;
use std::collections::BTreeSet;

/// Returns one letter for each reader of a message, and one for each program that is told; the
/// first has the number `first`.
pub fn letters(
    state: &State,
    occasion: &Occasion<'_>,
    audience: &[Audience],
    first: u32,
) -> Vec<Letter> {
    let Some(plan) = &state.plan.communications else { return vec![] };
    let mut letters = Vec::new();
    for channel in occasion.message.carried() {
        let readers: Vec<Addressee> = match channel {
            Channel::Mail | Channel::Hand => {
                readers(state, &occasion.scope, audience).into_iter().collect()
            }
            Channel::Webhook => {
                plan.webhooks.iter().map(|it| Addressee::Program(it.id.clone())).collect()
            }
        };
        for (to, number) in readers.into_iter().zip(first + letters.len() as u32..) {
            letters.push(letter(state, occasion, to, &channel, number));
        }
    }
    letters
}

fn letter(
    state: &State,
    occasion: &Occasion<'_>,
    to: Addressee,
    channel: &Channel,
    number: u32,
) -> Letter {
    let plan = state.plan.communications.as_ref();
    let site = match &occasion.scope {
        Scope::Site(id) => Some(id),
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_) => {
            None
        }
    };
    let of_owner = |person: &PersonId| {
        let here = site.and_then(|it| state.site(it)).map(|(it, _)| it);
        let owns = |it: &&Site| it.owner == *person;
        let owned = here.filter(owns).or_else(|| state.plan.sites.iter().find(owns));
        owned.map(|it| it.id.clone())
    };
    let (language, address, readers) = match &to {
        Addressee::Person(person) => {
            let own = of_owner(person);
            let language = plan.map(|it| it.language_of(Some(person), own.as_ref().or(site)));
            let planned = state.person(person);
            let salt = planned.and_then(|it| it.private.salt());
            let salt = salt.map(|it| it.following(&format!("address of letter {number}")));
            let mail = planned.and_then(|it| it.mail());
            (language, mail.map(|it| Private::sealed_with(it.to_owned(), salt)), 1)
        }
        Addressee::UsersOf(site) => {
            let users = state.site(site).map_or(0, |(it, _)| it.users);
            let language = plan.map(|it| it.language_of(None, Some(site)));
            (language, plan.and_then(|it| it.users_of(site)).map(Private::Clear), users.max(1))
        }
        Addressee::Program(id) => {
            let hook = plan.and_then(|it| it.webhooks.iter().find(|it| it.id == *id));
            (
                plan.map(|it| it.language_of(None, None)),
                hook.map(|it| Private::Clear(it.url.clone())),
                1,
            )
        }
    };
    // Many people behind one address cannot acknowledge for one another.
    let answers = occasion.message.acknowledge
        && occasion.escalates.is_none()
        && matches!(to, Addressee::Person(_));
    let mut letter = Letter {
        letter: number,
        message: occasion.message.id.clone(),
        scope: occasion.scope.clone(),
        to,
        occasion: occasion.name.clone(),
        version: occasion.version,
        due: occasion.due,
        language: language.unwrap_or(model::companion_plans::LANGUAGE).to_owned(),
        channel: channel.clone(),
        address: if *channel == Channel::Hand { None } else { address },
        readers,
        text: LetterText::Kept(Digest::of(b"")),
        acknowledge: answers,
        token: None,
        escalates: occasion.escalates,
    };
    letter.text = match opening(state, &letter) {
        Some(opening) => LetterText::Sealed { sealed: canonical_digest(&opening) },
        None => LetterText::Kept(canonical_digest(&written(state, &letter))),
    };
    letter
}

fn readers(state: &State, scope: &Scope, audience: &[Audience]) -> BTreeSet<Addressee> {
    let sites: Vec<&Site> = match scope {
        Scope::Site(id) => state.site(id).map(|(it, _)| it).into_iter().collect(),
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Rfc(_) => {
            let all = state.plan.sites.iter().zip(&state.sites);
            let takes_part = |status: &model::state::SiteStatus| {
                status.state != model::machine::SiteState::Exempt
            };
            all.filter(|(_, it)| takes_part(it)).map(|(it, _)| it).collect()
        }
    };
    let person = |id: &PersonId| Addressee::Person(id.clone());
    let mut readers = BTreeSet::new();
    for audience in audience {
        match audience {
            Audience::SiteOwners => readers.extend(sites.iter().map(|it| person(&it.owner))),
            Audience::Deputies => {
                readers.extend(sites.iter().filter_map(|it| it.deputy.as_ref()).map(person));
            }
            Audience::Users => {
                let with_users = sites.iter().filter(|it| it.users > 0);
                readers.extend(with_users.map(|it| Addressee::UsersOf(it.id.clone())));
            }
            Audience::Holders(roles) => {
                let holders = roles.iter().flat_map(|it| state.plan.holders(*it));
                readers.extend(holders.map(|it| person(&it.id)));
            }
            Audience::Everybody => {
                readers.extend(state.plan.people.iter().map(|it| person(&it.id)));
                let with_users = sites.iter().filter(|it| it.users > 0);
                readers.extend(with_users.map(|it| Addressee::UsersOf(it.id.clone())));
            }
            Audience::Person(id) => {
                readers.extend(state.person(id).map(|it| person(&it.id)));
            }
        }
    }
    readers
}
