//! Lists of steps: templates are expanded, texts are checked, defaults are filled in.
//!
//! House rule: a step does exactly one thing, and says how it is undone.

mod work;

use super::Building;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::findings::named;
use crate::span::{At, Span};
use crate::suggest;
use crate::written::{self, Undo, Work};
use model::id::StepId;
use model::step::{Step, StepWork, WayBack};
use std::collections::{BTreeMap, HashMap, HashSet};
use work::fill_with;

/// How often a step is tried where it says nothing.
pub(crate) const TRIES: u8 = 1;

/// The wait before the second try where a step says nothing, in seconds.
pub(crate) const BACKOFF_S: u32 = 10;

/// How long one try may take where a step says nothing, in seconds.
pub(crate) const TIME_LIMIT_S: u32 = 600;

/// How long a step is expected to take where it says nothing, in seconds.
pub(crate) const EXPECTED_S: u32 = 60;

/// The deepest use of step templates in step templates.
const TEMPLATE_DEPTH_MAX: usize = 8;

/// The most steps and uses of step templates in one list, templates expanded.
const STEPS_MAX: usize = 1_000;

/// What a list of steps is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It changes something, so each step says how it is undone.
    Change,
    /// It changes something and is declared to be fixed forward.
    ChangeForward,
    /// It only looks.
    Check,
}

/// Values of a step template's parameters.
type With = BTreeMap<String, String>;

impl Building<'_> {
    /// Returns the steps that `written` says, used where the references `known` have values.
    pub(crate) fn steps(
        &mut self,
        written: &[written::Step],
        purpose: Purpose,
        known: &HashSet<String>,
    ) -> Vec<Step> {
        let mut list = StepList {
            count: 0,
            building: self,
            purpose,
            known,
            steps: vec![],
            places: HashMap::new(),
        };
        list.add_all(written, &With::new(), None, 0);
        list.steps
    }
}

struct StepList<'l, 'a> {
    /// How many steps and uses there were.
    count: usize,
    building: &'l mut Building<'a>,
    purpose: Purpose,
    known: &'l HashSet<String>,
    steps: Vec<Step>,
    places: HashMap<StepId, Span>,
}

impl StepList<'_, '_> {
    fn report(&mut self, code: Code, at: Span, what: impl Into<String>, help: &str) {
        self.building.findings.report_with(code, at, what, Some(help));
    }

    fn add_all(
        &mut self,
        written: &[written::Step],
        with: &With,
        prefix: Option<&str>,
        depth: usize,
    ) {
        for step in written {
            self.count += 1;
            if self.count > STEPS_MAX {
                return self.refuse_too_many(step);
            }
            match &step.template {
                Some(template) => self.use_template(step, template, with, prefix, depth),
                None => self.add(step, with, prefix),
            }
        }
    }

    fn refuse_too_many(&mut self, step: &written::Step) {
        let named = step.id.as_ref().map(|it| it.at).or(step.template.as_ref().map(|it| it.at));
        let at = named.unwrap_or(self.building.place);
        let what = format!("this list has more than {STEPS_MAX} steps, templates expanded");
        self.report(Code::Budget, at, what, "do more in one step, or use fewer templates");
    }

    fn use_template(
        &mut self,
        step: &written::Step,
        name: &At<model::id::LineId>,
        with: &With,
        prefix: Option<&str>,
        depth: usize,
    ) {
        let Some(template) = self.building.step_templates.get(&name.value).cloned() else {
            let known: Vec<String> =
                self.building.step_templates.keys().map(ToString::to_string).collect();
            self.building.knows("step template", name, false, |_| known);
            return;
        };
        if depth >= TEMPLATE_DEPTH_MAX {
            let what =
                format!("the step template `{}` uses itself, directly or through others", **name);
            return self.report(
                Code::StepTemplate,
                name.at,
                what,
                "let step templates use only others that do not use them",
            );
        }
        if step.works().count() > 0 {
            self.report(
                Code::StepWork,
                name.at,
                "a step with `use` does nothing else",
                "move the work into the template, or into a step of its own",
            );
        }
        if let Some(key) = step.of_a_step_alone() {
            self.report(
                Code::StepTemplate,
                name.at,
                format!("{} does nothing beside `use`", quoted(key)),
                "give it to the steps of the template, with a parameter where it differs",
            );
        }
        let given = self.arguments(step, &template, name.at, with);
        let own = step.id.as_ref().map(|it| it.as_str().to_owned());
        let prefix = match (prefix, own) {
            (Some(outer), Some(own)) => Some(format!("{outer}-{own}")),
            (outer, own) => own.or(outer.map(str::to_owned)),
        };
        self.add_all(&template.steps, &given, prefix.as_deref(), depth + 1);
    }

    fn arguments(
        &mut self,
        step: &written::Step,
        template: &written::StepTemplate,
        at: Span,
        outer: &With,
    ) -> With {
        for parameter in template.parameters.iter().filter(|it| !step.with.contains_key(*it)) {
            let what = format!(
                "the step template `{}` needs a value for {}",
                *template.id,
                quoted(parameter)
            );
            self.report(Code::StepTemplate, at, what, &format!("add `with: {{{parameter}: …}}`"));
        }
        for (name, value) in &step.with {
            if !template.parameters.contains(name) {
                let what = format!(
                    "the step template `{}` has no parameter {}",
                    *template.id,
                    quoted(name)
                );
                let help = suggest::help(name, template.parameters.iter().map(String::as_str));
                self.building.findings.report_with(Code::StepTemplate, value.at, what, help);
            }
        }
        let filled = step.with.iter().map(|(name, value)| (name.clone(), fill_with(value, outer)));
        let missing = template.parameters.iter().map(|it| (it.clone(), String::new()));
        missing.chain(filled).collect()
    }

    fn add(&mut self, written: &written::Step, with: &With, prefix: Option<&str>) {
        let Some((id, at)) = self.id(written, prefix) else { return };
        let Some(work) = self.one_work(written, at, with) else { return };
        if let Some(earlier) = self.places.insert(id.clone(), at) {
            let what = format!("the step `{id}` is in this list already, in line {}", earlier.line);
            self.report(
                Code::DuplicateName,
                at,
                what,
                "give each its own name; a `use` with an `id` puts that before the names",
            );
        }
        let (rollback, way_back) = self.rollback(written, &work, at, with);
        if let Some(value) = written.with.values().next() {
            let help = "say with `use` which step template they are for";
            self.report(
                Code::StepTemplate,
                value.at,
                "these values are for no step template",
                help,
            );
        }
        let verify = written.verify.as_ref().and_then(|it| self.check(it, with));
        let tries =
            self.building.limit(written.tries.map(|it| it.map(u32::from)), u32::from(TRIES));
        let time_limit = written.time_limit.map(|it| it.map(|length| length.0));
        let time_limit_s = self.building.limit(time_limit, TIME_LIMIT_S);
        let environment = self.environment(written, with);
        self.steps.push(Step {
            id,
            title: written.title.as_deref().map(|it| fill_with(it, with)),
            work,
            verify,
            rollback,
            way_back,
            repeat: written.repeat.unwrap_or_default(),
            tries: u8::try_from(tries).unwrap_or(TRIES),
            backoff_s: written.backoff.map_or(BACKOFF_S, |it| it.0),
            time_limit_s,
            expected_s: written.expected.map_or(EXPECTED_S.min(time_limit_s), |it| it.0),
            environment,
            on_failure: written.on_failure.unwrap_or_default(),
        });
    }

    /// Returns what shows that a step has been done; nothing where a program cannot ask.
    fn check(&mut self, written: &At<Work>, with: &With) -> Option<StepWork> {
        let work = self.work(&written.value, written.at, with)?;
        if matches!(work, StepWork::Manual { .. }) {
            let help = "leave `verify` out: where nobody knows whether the step was done, a person is asked";
            self.report(Code::StepWork, written.at, "a person cannot be asked by `verify`", help);
            return None;
        }
        Some(work)
    }

    fn id(&mut self, written: &written::Step, prefix: Option<&str>) -> Option<(StepId, Span)> {
        let Some(id) = &written.id else {
            let at = written.works().next().map_or(self.building.place, |(_, at)| at);
            self.report(
                Code::MissingKey,
                at,
                "this step has no `id`",
                "add `id:`; orders and sheets name the step by it",
            );
            return None;
        };
        let Some(prefix) = prefix else { return Some((id.value.clone(), id.at)) };
        let long = format!("{prefix}-{}", id.value);
        match long.parse() {
            Ok(name) => Some((name, id.at)),
            Err(_) => {
                let what = format!("{} is too long", named("the step name", &long));
                self.report(
                    Code::BadValue,
                    id.at,
                    what,
                    "shorten the `id` of the step or of its `use`",
                );
                None
            }
        }
    }

    fn one_work(&mut self, written: &written::Step, at: Span, with: &With) -> Option<StepWork> {
        let mut works = written.works();
        let (first, second) = (works.next(), works.next());
        drop(works);
        match (first, second) {
            (Some((work, place)), None) => self.work(&work, place, with),
            (None, _) => {
                self.report(
                    Code::StepWork,
                    at,
                    "this step does nothing",
                    "add one of `run`, `script`, `copy`, `http`, `manual` and `use`",
                );
                None
            }
            (Some(_), Some((_, place))) => {
                self.report(
                    Code::StepWork,
                    place,
                    "this step does several things",
                    "make a step of each",
                );
                None
            }
        }
    }

    fn rollback(
        &mut self,
        written: &written::Step,
        work: &StepWork,
        at: Span,
        with: &With,
    ) -> (Option<StepWork>, WayBack) {
        let Some(undo) = &written.rollback else {
            let changes = self.purpose == Purpose::Change && !matches!(work, StepWork::Http { .. });
            if changes {
                let help = "add `rollback:` to the step (`nothing` if it changes nothing), or `rollback: {forward-fix: reason}` to the whole; the baseline waits for it (E6)";
                self.report(
                    Code::NoWayBack,
                    at,
                    "this step has neither a rollback nor a decision to fix forward",
                    help,
                );
            }
            return (None, if changes { WayBack::Missing } else { WayBack::Said });
        };
        let work = match undo.value.clone() {
            Undo::Nothing => return (None, WayBack::Said),
            Undo::Run(argv) => Work::Run(argv),
            Undo::Script(text) => Work::Script(text),
            Undo::Copy(copy) => Work::Copy(copy),
            Undo::Manual(manual) => Work::Manual(manual),
        };
        (self.work(&work, undo.at, with), WayBack::Said)
    }
}

impl written::Step {
    /// Returns a key that is written here and says something of one step alone.
    fn of_a_step_alone(&self) -> Option<&'static str> {
        let keys = [
            ("title", self.title.is_some()),
            ("verify", self.verify.is_some()),
            ("rollback", self.rollback.is_some()),
            ("repeat", self.repeat.is_some()),
            ("tries", self.tries.is_some()),
            ("backoff", self.backoff.is_some()),
            ("time-limit", self.time_limit.is_some()),
            ("expected", self.expected.is_some()),
            ("environment", !self.environment.is_empty()),
            ("on-failure", self.on_failure.is_some()),
        ];
        keys.into_iter().find(|(_, is_written)| *is_written).map(|(key, _)| key)
    }

    /// Returns what the step does, each with its place; a right step has one.
    fn works(&self) -> impl Iterator<Item = (Work, Span)> {
        let run = self.run.iter().map(|it| (Work::Run(it.value.clone()), it.at));
        let script = self.script.iter().map(|it| (Work::Script(it.value.clone()), it.at));
        let copy = self.copy.iter().map(|it| (Work::Copy(it.value.clone()), it.at));
        let http = self.http.iter().map(|it| (Work::Http(it.value.clone()), it.at));
        let manual = self.manual.iter().map(|it| (Work::Manual(it.value.clone()), it.at));
        run.chain(script).chain(copy).chain(http).chain(manual)
    }
}
