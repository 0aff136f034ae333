//! Reading a storyline: what goes otherwise than planned in a rehearsal.
//!
//! House rule: one run says everything that can be said, with its line and column.

use crate::code::Code;
use crate::decode::{Cuts, decode};
use crate::diagnostic::{Diagnostic, Severity, quoted};
use crate::findings::Findings;
use crate::folder::Folder;
use crate::load::{load, tree_of};
use crate::span::{At, Span};
use crate::suggest;
use crate::written::storyline::{StorylineFile, Turn as Written};
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::storyline::{Act, Cue, Storyline, Turn, words};
use std::fmt::Display;
use std::sync::Arc;

/// A storyline as it was read.
#[derive(Clone, Debug)]
pub struct LoadedStoryline {
    /// The storyline; none if there was an error.
    pub storyline: Option<Storyline>,
    /// Everything that is wrong, file by file and line by line.
    pub diagnostics: Vec<Diagnostic>,
}

/// Returns the storyline in the file `main` of `folder` for a rehearsal of `plan`, or everything
/// that is wrong with it.
pub fn storyline(folder: &dyn Folder, main: &str, plan: &MasterProjectPlan) -> LoadedStoryline {
    let (tree, mut findings) = tree_of(folder, main);
    let file: Option<StorylineFile> =
        tree.and_then(|it| decode(&it, &mut Cuts::default(), &mut findings));
    let mut reading = Reading { plan, folder, findings, others: vec![] };
    let turns = file.into_iter().flat_map(|it| it.storyline);
    let turns = turns.filter_map(|it| reading.turn(it)).collect();
    let mut diagnostics = reading.findings.finish(folder);
    diagnostics.extend(reading.others);
    let is_right = diagnostics.iter().all(|it| it.severity != Severity::Error);
    LoadedStoryline { storyline: is_right.then_some(Storyline { turns }), diagnostics }
}

struct Reading<'a> {
    plan: &'a MasterProjectPlan,
    folder: &'a dyn Folder,
    findings: Findings,
    /// What is wrong with plans that the storyline names.
    others: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn turn(&mut self, written: At<Written>) -> Option<Turn> {
        let at = written.at;
        let cue = self.cue(&written.value, at);
        let mut acts = self.acts(written.value);
        let act = acts.pop();
        if act.is_none() || !acts.is_empty() {
            let what = "a turn of the storyline does exactly one thing";
            let help = "write one of `fail`, `lose`, `incident`, `refuse`, `absent`, `hold`, `outage` and `revise`";
            self.findings.report_with(Code::BadValue, at, what, Some(help));
            return None;
        }
        Some(Turn { cue: cue?, act: act? })
    }

    fn cue(&mut self, written: &Written, at: Span) -> Option<Cue> {
        let (text, later_s) = match (written.at, &written.when, written.after) {
            (Some(instant), None, None) => return Some(Cue::At(instant.0)),
            (None, Some(text), after) => (text, after.map_or(0, |it| it.0)),
            _ => {
                let what = "a turn of the storyline has one time";
                let help = "write `at: 2027-01-31T06:00:00Z`, or `when: site/B03 started`, which may have an `after`";
                self.findings.report_with(Code::BadValue, at, what, Some(help));
                return None;
            }
        };
        let (name, happens) = text.value.split_once(' ').unwrap_or((&text.value, ""));
        let scope = match name.parse::<Scope>() {
            Ok(scope) => scope,
            Err(error) => {
                self.findings.report(Code::BadValue, text.at, error.to_string());
                return None;
            }
        };
        self.scope(&At::new(scope.clone(), text.at));
        let known = words(&scope);
        let happens = happens.trim();
        if !known.iter().any(|it| it == happens) {
            let what = format!("{} is nothing that can happen to {scope}", quoted(happens));
            let help = suggest::help(happens, known.iter().map(String::as_str))
                .or_else(|| Some(format!("what can happen to it: {}", known.join(", "))));
            self.findings.report_with(Code::BadValue, text.at, what, help);
        }
        Some(Cue::After { scope, happens: happens.to_owned(), later_s })
    }

    fn acts(&mut self, written: Written) -> Vec<Act> {
        let fail = written.fail.map(|it| {
            self.place(&it.scope, it.computer.as_ref());
            if let Some(step) = &it.step {
                let known = steps_of(self.plan, &it.scope.value);
                self.named("step", step, &known);
            }
            Act::FailSteps {
                scope: it.scope.value,
                computer: it.computer.map(|it| it.value),
                step: it.step.map(|it| it.value),
                times: it.times.unwrap_or(1),
            }
        });
        let lose = written.lose.map(|it| {
            self.place(&it.scope, it.computer.as_ref());
            Act::LoseComputers {
                scope: it.scope.value,
                computer: it.computer.map(|it| it.value),
                length_s: it.r#for.0,
            }
        });
        let incident = written.incident.map(|it| {
            self.scope(&it.scope);
            if !(1..=4).contains(&it.severity.value) {
                let what = format!("severity {} does not exist", it.severity.value);
                let help = Some("write 1, the worst, to 4");
                self.findings.report_with(Code::BadValue, it.severity.at, what, help);
            }
            Act::Incident { scope: it.scope.value, severity: it.severity.value, text: it.text }
        });
        let refuse = written.refuse.map(|it| {
            self.scope(&At::new(Scope::Site(it.site.value.clone()), it.site.at));
            Act::Refuse { site: it.site.value, reason: it.reason }
        });
        let absent = written.absent.map(|it| {
            let known: Vec<&str> = self.plan.people.iter().map(|it| it.id.as_str()).collect();
            self.named("person", &it.person, &known);
            Act::Absent { person: it.person.value, length_s: it.r#for.0 }
        });
        let hold = written.hold.map(|it| {
            self.scope(&it.scope);
            Act::Hold { scope: it.scope.value, reason: it.reason, length_s: it.r#for.0.max(1) }
        });
        let outage = written.outage.map(|it| Act::Outage { length_s: it.0 });
        let revise = written.revise.and_then(|it| {
            let loaded = load(self.folder, &it.plan.value);
            self.others.extend(loaded.diagnostics);
            let plan = Arc::new(loaded.plan?);
            Some(Act::Revise { plan, reason: it.reason })
        });
        let acts = [fail, lose, incident, refuse, absent, hold, outage, revise];
        acts.into_iter().flatten().collect()
    }

    /// Says so where `scope` is a place whose steps nobody knows, or `computer` is not there.
    fn place(&mut self, scope: &At<Scope>, computer: Option<&At<model::id::ComputerId>>) {
        self.scope(scope);
        let plan = self.plan;
        let computers = match &scope.value {
            Scope::Site(id) => plan.sites.iter().find(|it| it.id == *id).map(|it| &it.computers),
            Scope::Component(id) => {
                plan.components.iter().find(|it| it.id == *id).map(|it| &it.hosts)
            }
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => {
                let what = format!("{} has no computers of its own", scope.value);
                let help = Some("name a `site/` or a `component/`");
                self.findings.report_with(Code::BadValue, scope.at, what, help);
                None
            }
        };
        if let (Some(computers), Some(computer)) = (computers, computer) {
            let known: Vec<&str> = computers.iter().map(|it| it.id.as_str()).collect();
            self.named("computer", computer, &known);
        }
    }

    fn scope(&mut self, scope: &At<Scope>) {
        let plan = self.plan;
        let (noun, name, known): (&str, &str, Vec<&str>) = match &scope.value {
            Scope::Deployment | Scope::Core => return,
            Scope::Component(id) => (
                "component",
                id.as_str(),
                plan.components.iter().map(|it| it.id.as_str()).collect(),
            ),
            Scope::Ring(id) => {
                ("ring", id.as_str(), plan.rings.iter().map(|it| it.id.as_str()).collect())
            }
            Scope::Site(id) => {
                ("site", id.as_str(), plan.sites.iter().map(|it| it.id.as_str()).collect())
            }
            Scope::Rfc(id) => {
                ("rfc", id.as_str(), plan.rfcs.iter().map(|it| it.id.as_str()).collect())
            }
        };
        self.named(noun, &At::new(name, scope.at), &known);
    }

    fn named(&mut self, noun: &str, name: &At<impl Display>, known: &[&str]) {
        let text = name.value.to_string();
        if !known.contains(&text.as_str()) {
            let what = format!("there is no {noun} called {}", quoted(&text));
            let help = suggest::help(&text, known.iter().copied());
            self.findings.report_with(Code::UnknownName, name.at, what, help);
        }
    }
}

/// Returns the names of the steps that run at `scope`.
fn steps_of<'p>(plan: &'p MasterProjectPlan, scope: &Scope) -> Vec<&'p str> {
    let component = plan.components.iter().find(|it| *scope == Scope::Component(it.id.clone()));
    let of_component = component.into_iter().flat_map(|it| it.steps.iter().chain(&it.checks));
    let site = plan.sites.iter().find(|it| *scope == Scope::Site(it.id.clone()));
    let template = site.and_then(|it| plan.template(&it.template));
    let of_site = template
        .into_iter()
        .flat_map(|it| it.before.iter().chain(&it.each_computer).chain(&it.after));
    of_component.chain(of_site).map(|it| it.id.as_str()).collect()
}
