//! One site, made for a phone: when it happens, what to expect, and the decision that is its
//! owner's.

use super::Answer;
use super::board::site_tone;
use super::documents;
use crate::block::{Block, Body, Cell, Fact, Link, Tone};
use crate::form::FormView;
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::No;
use crate::visit::Visit;
use axum::extract::Path;
use jiff::Timestamp;
use model::command::Command;
use model::id::{LineId, SiteId};
use model::machine::{SignOffState, SiteState};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::site_care::coverage::{Share, coverage};
use model::site_care::terms::expectation;
use views::time::between;

pub(crate) async fn page(visit: Visit, Path((_, site)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("Site {site} is not in the plan."));
    let id: SiteId = site.parse().map_err(|_| unknown())?;
    let (planned, status) = state.site(&id).ok_or_else(unknown)?;
    let scope = Scope::Site(id.clone());
    let reason = status.reason.as_deref().map(crate::trouble::sentence).unwrap_or_default();
    let lead = match observed_until(&visit, &id) {
        Some(until) => format!(
            "It was observed until {}, and waits for its owner\u{2019}s signature. {reason}",
            visit.when_at(&scope, until)
        ),
        None => format!(
            "It is {} since {}. {reason}",
            status.state,
            visit.when_at(&scope, status.since)
        ),
    };
    let mut page = Page::new(planned.title.clone()).lead(lead);
    page = page
        .and(yours(&visit, &id))
        .with(slot(&visit, &id))
        .and(expected(&visit, &id))
        .and(super::waits::of_scope(&visit, &scope))
        .with(documents::signatures(&visit, &Sheet::Site(id.clone())))
        .and(owner_link(&visit, &id))
        .with(covered(&visit, &id))
        .and(trained(&visit, &id))
        .with(messages(&visit, &id))
        .with(incidents(&visit, &id));
    if status.run.is_some() {
        page = page
            .and(super::components::outputs(&visit, &scope))
            .with(super::components::run(&visit, &scope));
    }
    let sheet =
        Link::new("The sheet, as it is signed", visit.link(&format!("documents/site/{id}")));
    page = page
        .with(Block::links("Papers", vec![sheet]))
        .and(acts(&visit, &id))
        .typed(format!("landfall why {scope}"));
    Ok(page.shown(&visit))
}

/// Returns until when the site was observed, where that is over and its owner is asked to sign.
fn observed_until(visit: &Visit, id: &SiteId) -> Option<Timestamp> {
    let state = visit.state();
    state.site(id).filter(|(_, it)| it.state == SiteState::Observing)?;
    let slot = SlotId { sheet: Sheet::Site(id.clone()), role: RoleType::SiteOwner };
    let asked = state.slots.get(&slot).filter(|it| it.state == SignOffState::Requested)?;
    Some(asked.since)
}

/// Returns what is asked of whoever looks, where they own the site.
fn yours(visit: &Visit, id: &SiteId) -> Option<Block> {
    let state = visit.state();
    let (planned, _) = state.site(id).filter(|_| visit.is_open())?;
    let is_owner =
        planned.owner == *visit.person() || planned.deputy.as_ref() == Some(visit.person());
    let slot = SlotId { sheet: Sheet::Site(id.clone()), role: RoleType::SiteOwner };
    let is_asked = state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested);
    if is_owner && is_asked {
        let block = Block::links(
            "Is the site operating as expected?",
            documents::links(visit, &slot).into(),
        );
        let lead = format!("Your signature means: \u{201c}{}\u{201d}", slot.meaning());
        return Some(
            block.lead(lead).typed(format!("landfall sign {slot} --as {}", visit.person())),
        );
    }
    let waits = planner::waiting::why(state, visit.now, &Scope::Site(id.clone()));
    let wait = waits.iter().find(|it| {
        matches!(it.command, Some(Command::AcknowledgeSchedule { .. }))
            && views::why::is_for(state, visit.person(), it)
    })?;
    let command = wait.command.as_ref()?;
    let asked = schedule_asked(visit, id);
    let link = Link::new(asked.button, visit.form(command)?).main();
    Some(Block::links(asked.question, vec![link]).lead(asked.about).typed(visit.typed(command)))
}

/// What the owner of a site is asked before it is deployed.
pub(super) struct ScheduleAsked {
    pub(super) question: &'static str,
    pub(super) about: &'static str,
    pub(super) button: &'static str,
}

/// Returns what the owner of the site is asked before it is deployed: nobody agrees to a date that they
/// were not told.
pub(super) fn schedule_asked(visit: &Visit, id: &SiteId) -> ScheduleAsked {
    let slot = visit.state().messages.slots.get(id);
    if slot.is_some_and(|it| it.version > 0) {
        return ScheduleAsked {
            question: "Do you agree to the date?",
            about: "It says that you know when it happens and what to expect.",
            button: "Acknowledge the date",
        };
    }
    ScheduleAsked {
        question: "Do you know what to expect?",
        about: "No date was told yet. It says that you know what changes at your site.",
        button: "Acknowledge what to expect",
    }
}

/// Returns when it happens, and who answers for the site.
fn slot(visit: &Visit, id: &SiteId) -> Block {
    let state = visit.state();
    let scope = Scope::Site(id.clone());
    let mut facts = Vec::new();
    if let Some((planned, status)) = state.site(id) {
        let stands = match observed_until(visit, id) {
            Some(_) => "observed, to be signed".to_owned(),
            None => status.state.to_string(),
        };
        facts.push(Fact::new("State", Cell::of(stands).tone(site_tone(status.state))));
        let slot = state.messages.slots.get(id).filter(|it| it.version > 0);
        let slot = slot.map(|it| {
            let from = visit.when_at(&scope, it.from);
            match visit.slot_ends(&scope, it) {
                Some(until) => format!("{from}\nuntil {until}"),
                None => format!("at any time from {from} on"),
            }
        });
        let slot = slot.or_else(|| next_window(visit, id));
        facts.push(Fact::new(
            "When",
            Cell::of(slot.unwrap_or_else(|| "no window lies ahead".to_owned())),
        ));
        let service = status
            .in_service
            .map(|at| format!("{}, for {}", visit.when_at(&scope, at), between(at, visit.now)));
        facts.extend(Fact::maybe("In service since", service));
        facts.push(Fact::said("Owner", visit.name(&planned.owner)));
        facts.extend(Fact::maybe("Deputy", planned.deputy.as_ref().map(|it| visit.name(it))));
        facts.push(Fact::said("Users", planned.users));
        facts.push(Fact::said("Computers", planned.computers.len()));
        facts.push(Fact::said("Time zone", &planned.zone));
        let ring = state.index.sites.get(id).and_then(|it| state.plan.ring_of.get(*it as usize));
        let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
        facts.extend(ring.map(|it| {
            Fact::new("Ring", Cell::of(&it.id).link(visit.to(&Scope::Ring(it.id.clone()))))
        }));
    }
    Block::facts("At a glance", facts)
}

/// Returns the first window that is open or lies ahead.
fn next_window(visit: &Visit, id: &SiteId) -> Option<String> {
    let state = visit.state();
    let (planned, _) = state.site(id)?;
    let ring = *state.plan.ring_of.get(*state.index.sites.get(id)? as usize)? as usize;
    let calendar = planner::facts::calendar_now(state, planned, ring, visit.now);
    let window = calendar.next_fit(1, visit.now)?;
    let scope = Scope::Site(id.clone());
    let begins = visit.when_at(&scope, window.start());
    Some(format!("not told yet; its next window begins {begins}"))
}

/// Returns what the owner is told to expect.
fn expected(visit: &Visit, id: &SiteId) -> Option<Block> {
    let state = visit.state();
    let position = *state.index.sites.get(id)? as usize;
    let it = expectation(&state.plan, position)?;
    let care = state.site_care.of(id);
    let acknowledged = care.and_then(|it| it.acknowledged.as_ref());
    let acknowledged = acknowledged.map(|(_, by, at)| {
        let by = by.as_ref().map(|it| visit.name(it)).unwrap_or_default();
        format!("by {by} on {}", visit.when_at(&Scope::Site(id.clone()), *at))
    });
    let facts = vec![
        Fact::said("Release", it.release),
        Fact::said("What changes", it.changes),
        Fact::said("Downtime", it.downtime),
        Fact::said("Whom to ask", it.contact),
        Fact::said("Support hours", it.support_hours),
        Fact::said("Acknowledged", acknowledged.unwrap_or_else(|| "not yet".to_owned())),
    ];
    let facts = facts.into_iter().filter(|it| it.cells.iter().any(|it| !it.text.is_empty()));
    Some(Block::facts("What to expect", facts.collect()))
}

/// Returns what has to be seen before the date of `site` is acknowledged.
pub(super) fn before_acknowledging(visit: &Visit, site: &SiteId) -> Vec<Block> {
    [Some(slot(visit, site)), expected(visit, site)].into_iter().flatten().collect()
}

/// Returns whether the owner of a site that stands so is asked something, or is to be without anybody else's
/// doing.
fn is_to_be_asked(state: SiteState) -> bool {
    match state {
        SiteState::Planned
        | SiteState::Notified
        | SiteState::Ready
        | SiteState::Deploying
        | SiteState::Paused
        | SiteState::Deployed
        | SiteState::Observing
        | SiteState::Reconfirm => true,
        SiteState::Halted
        | SiteState::Refused
        | SiteState::RollingBack
        | SiteState::RolledBack
        | SiteState::SignedOff
        | SiteState::Exempt => false,
    }
}

/// Returns where somebody makes a link for the owner, who has no account or is on the road.
fn owner_link(visit: &Visit, id: &SiteId) -> Option<Block> {
    let state = visit.state();
    let (planned, status) = state.site(id).filter(|_| visit.is_open())?;
    // Where others act first, or all is said, the link would lead to a page on which nothing is asked.
    if !is_to_be_asked(status.state) {
        return None;
    }
    if planned.owner == *visit.person() || !reception::makes_links(state, visit.person(), id) {
        return None;
    }
    let form = FormView {
        more: vec![],
        has_more_said: false,
        action: visit.link(&format!("sites/{id}/link")),
        fields: vec![],
        hidden: vec![],
        button: "Make a link".to_owned(),
        trouble: None,
        offers: vec![],
        back: None,
        is_grave: false,
        again: None,
    };
    let lead = format!(
        "A link with which {} signs for the site or refuses it, once within two weeks, without an account.",
        visit.name(&planned.owner)
    );
    Some(Block::new("A link for the owner", Body::Form(Box::new(form))).lead(lead))
}

fn covered(visit: &Visit, id: &SiteId) -> Block {
    let share = |it: Share| {
        format!("{} of {} covered, {} left out by decision", it.covered, it.targeted, it.exempt)
    };
    let facts = coverage(visit.state(), id).map(|it| {
        let lacking: Vec<String> = it.lacking.iter().take(12).map(ToString::to_string).collect();
        let mut facts = vec![
            Fact::said("Computers", share(it.computers)),
            Fact::said("Users", share(it.users)),
        ];
        facts.extend(Fact::maybe("Lacking", (!lacking.is_empty()).then(|| lacking.join(", "))));
        facts
    });
    Block::facts("Coverage", facts.unwrap_or_default())
        .typed(format!("landfall coverage show {id}"))
}

/// Returns how many of the site's users are trained, and when others are; nothing where the plan trains
/// nobody.
fn trained(visit: &Visit, id: &SiteId) -> Option<Block> {
    let state = visit.state();
    let scope = Scope::Site(id.clone());
    let title = |course: &LineId| {
        let courses = state.plan.training.iter().flat_map(|it| &it.courses);
        let found = courses.clone().find(|it| it.id == *course);
        found.map_or_else(|| course.to_string(), |it| it.title.clone())
    };
    let courses = model::training::coverage(state, id).into_iter().map(|it| {
        let tone = if it.is_reached() { Tone::Good } else { Tone::Mind };
        let said =
            format!("{} of {} users trained, {} are needed", it.trained, it.users, it.needed);
        Fact::new(title(&it.course), Cell::of(said).tone(tone))
    });
    let sessions = state.training.held().into_iter().map(|it| &it.session);
    let sessions = sessions.filter(|it| it.sites.contains(id) && it.when.until > visit.now);
    let sessions = sessions.map(|it| {
        let when = visit.when_at(&scope, it.when.from);
        Fact::new(format!("Session {}", it.id), Cell::of(when).small(it.place.clone()))
    });
    let facts: Vec<Fact> = courses.chain(sessions).collect();
    let block =
        Block::facts("Training", facts.clone()).typed(format!("landfall training coverage {id}"));
    (!facts.is_empty()).then_some(block)
}

fn messages(visit: &Visit, id: &SiteId) -> Block {
    let scope = Scope::Site(id.clone());
    let rows = visit.state().messages.about(id).map(|it| {
        let letter = &it.letter;
        vec![
            Cell::of(&letter.message).small(letter.occasion.clone()),
            Cell::of(&letter.to),
            Cell::of(it.state).small(it.why.clone().unwrap_or_default()),
            Cell::of(visit.when_at(&scope, it.since)),
        ]
    });
    Block::table(
        "Messages",
        &["Message", "To", "State", "Since"],
        rows.collect(),
        "No message is about this site.",
    )
}

fn incidents(visit: &Visit, id: &SiteId) -> Block {
    let all = visit.state().incidents.list.iter().filter(|it| it.is_at(id));
    let place = Scope::Site(id.clone());
    let rows = all.map(|it| super::incidents::row(visit, it, &place)).collect();
    let empty = "No incident is known at this site.";
    Block::table("Incidents", &super::incidents::COLUMNS, rows, empty)
}

/// Returns what whoever looks can do at the site; what is not to be done now, says why.
fn acts(visit: &Visit, id: &SiteId) -> Option<Block> {
    let (_, status) = visit.state().site(id)?;
    let scope = || Scope::Site(id.clone());
    let site = || id.clone();
    let halt = |reason| Command::HaltSite { site: site(), reason };
    let resume = |reason| Command::Resume { scope: scope(), reason };
    let roll_back = |reason| Command::RollBack { scope: scope(), reason, accept_loss: false };
    let replan = |reason| Command::Replan { scope: scope(), reason };
    let resolve = |reason| Command::ResolveRefusal { site: site(), reason };
    let hold = |reason| Command::Hold { scope: scope(), held: true, reason };
    let exempt = |reason| Command::Exempt { site: site(), reason };
    let here = [("c.incident.open.scopes".to_owned(), scope().to_string())];
    // That a refusal was resolved is said where there was one.
    let was_refused = status.state == SiteState::Refused;
    offered([
        visit.offer("Halt it", halt),
        visit.offer("Resume it", resume),
        visit.offer("Roll it back", roll_back),
        visit.offer("Plan it anew", replan),
        was_refused.then(|| visit.offer("Say how its refusal was resolved", resolve)).flatten(),
        visit.offer("Hold it", hold),
        visit.offer("Leave it out", exempt),
        visit.offer_kind("Open an incident here", "incident/open", &here),
    ])
}
