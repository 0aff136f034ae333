//! The people of a simulation: who is asked, how long they take, who is away or forgets.
//!
//! House rule: they act through the same rules as real people; whom the rules refuse is
//! not taken.

use super::chance::{ANSWER_TIMES, Chance};
use super::hours::Hours;
use super::{Asked, Assumptions, Simulation, Watch};
use crate::calendar::Interval;
use crate::facts::Look;
use crate::people::{answer, worded};
use crate::waiting::{WaitingOn, holders, waiting_of};
use jiff::Timestamp;
use model::command::{Command, RfcAct};
use model::decide::{Acting, decide};
use model::event::{Actor, Event};
use model::guard::Supplier;
use model::id::{PersonId, Seq};
use model::plan::MasterProjectPlan;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::Sheet;
use model::window::TimeZoneName;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How long whoever is on call takes at the median, in seconds.
const ON_CALL_S: u32 = 900;

/// Working days after which a deputy is asked too.
const DEPUTY_AFTER_DAYS: i64 = 2;

/// Returns how long holders of `role` take at the median, in seconds of their working time.
fn median_s(role: RoleType) -> u32 {
    match role {
        RoleType::ReleaseManagement | RoleType::ProgramManager => 3_600,
        RoleType::Developer
        | RoleType::Tester
        | RoleType::ProductManager
        | RoleType::UserExperience
        | RoleType::OperationsExperience
        | RoleType::TestManager
        | RoleType::OperationsManager
        | RoleType::SupportManager => 7_200,
        RoleType::SolutionManager | RoleType::SiteOwner => 14_400,
        RoleType::ChangeAuthority => 21_600,
        RoleType::Customer | RoleType::Stakeholder | RoleType::User | RoleType::Auditor => 32_400,
    }
}

/// Who is asked for what.
pub(super) struct People {
    hours: BTreeMap<PersonId, Hours>,
    anywhere: Hours,
    asks: BTreeMap<(Scope, String), Ask>,
    is_stale: bool,
    /// When, without an event, they may next be asked for something else.
    fresh_until: Option<Timestamp>,
}

/// Something that people are asked for.
struct Ask {
    wait: WaitingOn,
    /// Who would answer when.
    due: Vec<(Timestamp, PersonId)>,
    /// Up to which entry nobody could answer.
    stuck: Option<Seq>,
    is_wanted: bool,
    /// Whether it has been told that somebody is asked.
    is_told: bool,
}

impl People {
    /// Returns the people of `plan`, as it says when they work: who names no zone lives where their
    /// site is, and else where the project is.
    pub(super) fn of(plan: &MasterProjectPlan) -> Self {
        let anywhere = Hours::new(plan.zone.rules());
        let mut homes: BTreeMap<&PersonId, &TimeZoneName> = BTreeMap::new();
        for site in &plan.sites {
            for person in [Some(&site.owner), site.deputy.as_ref()].into_iter().flatten() {
                homes.entry(person).or_insert(&site.zone);
            }
        }
        let mut hours: BTreeMap<PersonId, Hours> = homes
            .iter()
            .map(|(person, zone)| ((*person).clone(), Hours::new(zone.rules())))
            .collect();
        for person in &plan.people {
            let home = homes.get(&person.id).filter(|_| person.roles.is_empty());
            let zone = home.copied().unwrap_or(&plan.zone);
            hours.insert(person.id.clone(), Hours::of(person, zone));
        }
        Self { hours, anywhere, asks: BTreeMap::new(), is_stale: true, fresh_until: None }
    }

    /// Notes that people may be asked for something else.
    pub(super) fn look_again(&mut self) {
        self.is_stale = true;
    }

    /// Notes that nothing but time has passed, up to `now`.
    pub(super) fn time_passes(&mut self, now: Timestamp) {
        self.is_stale |= self.fresh_until.is_some_and(|it| it <= now);
    }

    /// Returns when the next answer comes.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.asks.values().flat_map(|it| it.due.iter().map(|(at, _)| *at)).min()
    }

    /// Returns whether somebody would answer `wait` in time to come.
    pub(super) fn will_answer(&self, wait: &WaitingOn) -> bool {
        let ask = self.asks.get(&(wait.scope.clone(), subject(wait).into_owned()));
        ask.is_some_and(|it| !it.due.is_empty())
    }

    /// Notes that `person` is away; what they were asked for waits until they are back.
    pub(super) fn goes_away(&mut self, person: &PersonId, away: Interval) {
        let anywhere = &self.anywhere;
        let hours = self.hours.entry(person.clone()).or_insert_with(|| anywhere.clone());
        hours.away.push(away);
        for (due, who) in self.asks.values_mut().flat_map(|it| it.due.iter_mut()) {
            if who == person && away.contains(*due) {
                let late_s = due.duration_since(away.start()).as_secs().min(hours.day_s());
                *due = hours.after(away.end(), late_s);
            }
        }
    }

    fn hours_of(&self, person: &PersonId) -> &Hours {
        self.hours.get(person).unwrap_or(&self.anywhere)
    }

    /// Returns when each of `people`, who are asked at `now`, would answer.
    fn due(
        &self,
        now: Timestamp,
        wait: &WaitingOn,
        people: &[PersonId],
        (assumptions, chance): (&Assumptions, &mut Chance),
    ) -> Vec<(Timestamp, PersonId)> {
        let Supplier::Roles(roles) = &wait.supplier else { return vec![] };
        let median_s = roles.first().map_or(3_600, |it| median_s(*it));
        let of_owner = roles.first() == Some(&RoleType::SiteOwner);
        let cannot_wait = cannot_wait(wait);
        let mut asked_at = now;
        let mut due = Vec::with_capacity(people.len());
        for person in people {
            let hours = self.hours_of(person);
            let at = if cannot_wait {
                let from = hours.back(now).unwrap_or(now);
                let takes_s = chance.around(ON_CALL_S, &ANSWER_TIMES);
                let takes = jiff::SignedDuration::from_secs(takes_s);
                from.checked_add(takes).unwrap_or(from)
            } else {
                let mut takes_s = chance.around(median_s, &ANSWER_TIMES);
                if chance.happens(assumptions.forgotten) {
                    takes_s = hours.day_s() + chance.around(median_s, &ANSWER_TIMES);
                }
                hours.after(asked_at, takes_s)
            };
            due.push((at, person.clone()));
            // An owner's deputy is asked when the owner has not answered, or is away.
            if of_owner && hours.back(now).is_none() {
                asked_at = hours.after(asked_at, DEPUTY_AFTER_DAYS * hours.day_s());
            }
        }
        due
    }
}

/// Returns whether whoever is asked is on call: something stands still in the middle of its work.
fn cannot_wait(wait: &WaitingOn) -> bool {
    matches!(
        wait.command,
        Some(
            Command::Resume { .. }
                | Command::ResumeRing { .. }
                | Command::Decide { .. }
                | Command::Confirm { .. }
                | Command::ReleaseDeployment { .. }
                | Command::Incident(_)
                | Command::Escalation(_)
        )
    )
}

/// Returns what is asked, in words that are the same in every run.
fn subject(wait: &WaitingOn) -> Cow<'_, str> {
    match &wait.command {
        Some(Command::Rfc { act: RfcAct::Approve { .. }, .. }) => "it has to be approved".into(),
        Some(Command::Resume { .. } | Command::Decide { .. }) => {
            "it is halted: somebody decides how it goes on".into()
        }
        Some(Command::ResumeRing { .. }) => "it is halted: two people let it go on".into(),
        Some(Command::ResolveRefusal { .. }) => "its owner refused it".into(),
        Some(_) | None => wait.what.as_str().into(),
    }
}

impl<W: Watch> Simulation<'_, W> {
    /// Lets everybody who is asked answer at once. Returns whether anybody did.
    pub(super) fn all_answer(&mut self) -> bool {
        let mut answered = false;
        let mut look = Look::with(&self.state, self.now, std::mem::take(&mut self.kept));
        let waits = waiting_of(&mut look, usize::MAX);
        self.kept = look.kept();
        for wait in waits {
            let Some((person, _, events)) = answer(&self.state, self.now, &wait) else { continue };
            answered |= self.applied(&person, &events);
        }
        answered
    }

    /// Lets those answer who are due. Returns whether anybody did.
    pub(super) fn those_due_answer(&mut self) -> bool {
        if std::mem::take(&mut self.people.is_stale) {
            self.ask();
        }
        let is_due = |it: &Ask| it.due.iter().any(|(at, _)| *at <= self.now);
        let due = self.people.asks.iter().filter(|(_, it)| is_due(it));
        let due: Vec<(Scope, String)> = due.map(|(key, _)| key.clone()).collect();
        let mut answered = false;
        for key in due {
            answered |= self.answer_one(&key);
        }
        answered
    }

    /// Asks for what is newly wanted, and no longer for what is not.
    fn ask(&mut self) {
        for ask in self.people.asks.values_mut() {
            ask.is_wanted = false;
        }
        let mut look = Look::with(&self.state, self.now, std::mem::take(&mut self.kept));
        let waits = waiting_of(&mut look, usize::MAX);
        let ahead = waits.iter().filter_map(|it| it.next_look).chain(look.next);
        self.people.fresh_until = ahead.filter(|it| *it > self.now).min();
        self.kept = look.kept();
        for wait in waits {
            if wait.command.is_none() || !matches!(wait.supplier, Supplier::Roles(_)) {
                continue;
            }
            let key = (wait.scope.clone(), subject(&wait).into_owned());
            let is_told = match self.people.asks.get_mut(&key) {
                Some(ask) if ask.stuck.is_none_or(|seq| seq == self.state.seq) => {
                    (ask.wait, ask.is_wanted) = (wait, true);
                    continue;
                }
                known => known.is_some_and(|it| it.is_told),
            };
            let (people, due) = self.whom(&wait);
            let stuck = people.is_empty().then_some(self.state.seq);
            // Whoever cannot do it yet, by the rules, is not asked yet.
            if !is_told && stuck.is_none() {
                self.tell(&key, &wait, &people);
            }
            let is_told = is_told || stuck.is_none();
            self.people.asks.insert(key, Ask { wait, due, stuck, is_wanted: true, is_told });
        }
        let (watch, now) = (&mut self.watch, self.now);
        self.people.asks.retain(|(scope, what), ask| {
            if !ask.is_wanted && ask.is_told {
                watch.answered(scope, what, now, None);
            }
            ask.is_wanted
        });
    }

    /// Tells whoever watches that `people` are asked for `wait`.
    fn tell(&mut self, key: &(Scope, String), wait: &WaitingOn, people: &[PersonId]) {
        let is_working = |it: &PersonId| self.people.hours_of(it).is_working(self.now);
        let at_night = cannot_wait(wait) && !people.iter().any(is_working);
        let (scope, what, at) = (&key.0, key.1.as_str(), self.now);
        self.watch.asked(&Asked { scope, what, people, at, at_night });
    }

    /// Returns those whom `wait` asks and whom the rules let answer, and when each would.
    fn whom(&mut self, wait: &WaitingOn) -> (Vec<PersonId>, Vec<(Timestamp, PersonId)>) {
        let may = |person: &PersonId| self.deeds(person, wait).is_some();
        let mut people: Vec<PersonId> = wait.people.iter().filter(|it| may(it)).cloned().collect();
        if people.is_empty()
            && let Supplier::Roles(roles) = &wait.supplier
        {
            people = holders(&self.state, &wait.scope, roles);
            people.retain(may);
        }
        let assumed = (&self.assumptions, &mut self.chance);
        let due = self.people.due(self.now, wait, &people, assumed);
        (people, due)
    }

    /// Returns what `person` does when asked for `wait`, and what follows from it; nothing where
    /// the rules refuse it.
    fn deeds(&self, person: &PersonId, wait: &WaitingOn) -> Option<Vec<Event>> {
        let command = worded(&self.state, wait.command.clone()?);
        let acting = Acting::new(&self.state, person, self.now);
        decide(&acting, &command).ok().filter(|it| !it.is_empty())
    }

    fn answer_one(&mut self, key: &(Scope, String)) -> bool {
        while let Some(ask) = self.people.asks.get_mut(key) {
            let due = ask.due.iter().enumerate().filter(|(_, (at, _))| *at <= self.now);
            let Some((position, _)) = due.min_by_key(|(_, (at, _))| *at) else {
                if ask.due.is_empty() {
                    ask.stuck = Some(self.state.seq);
                }
                return false;
            };
            let (_, person) = ask.due.remove(position);
            self.refuse_as_told(key);
            let Some(ask) = self.people.asks.get(key) else { return false };
            let Some(events) = self.deeds(&person, &ask.wait) else { continue };
            self.people.asks.remove(key);
            self.watch.answered(&key.0, &key.1, self.now, Some(&person));
            return self.applied(&person, &events);
        }
        false
    }

    /// Has an owner refuse who would sign, where the storyline says so.
    fn refuse_as_told(&mut self, key: &(Scope, String)) {
        let Some(ask) = self.people.asks.get_mut(key) else { return };
        if let Some(Command::Sign { slot, document, .. }) = &ask.wait.command
            && let Sheet::Site(site) = &slot.sheet
            && slot.role == RoleType::SiteOwner
            && let Some(reason) = self.told.refuses(site)
        {
            let (slot, document) = (slot.clone(), *document);
            let refuse = Command::Refuse { slot, document, reasons: vec![reason] };
            ask.wait.command = Some(refuse);
        }
    }

    fn applied(&mut self, person: &PersonId, events: &[Event]) -> bool {
        let actor = Actor::Person { person: person.clone(), login: String::new(), known: None };
        !events.is_empty() && events.iter().all(|event| self.apply(event, &actor, None))
    }
}
