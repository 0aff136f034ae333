//! The names of a plan: each used once, and only known ones referred to.
//!
//! House rule: parse once at the edge. Past this point every name means something.

use super::Building;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::findings::Findings;
use crate::span::{At, Span};
use crate::suggest;
use crate::written::{Person, PlanFile};
use model::id::{ComponentId, DeliverableId, LineId, PersonId, RingId};
use model::role_type::RoleType;
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

/// The names that may be referred to.
#[derive(Default)]
pub(crate) struct Names {
    /// Of people, with the role types that they hold.
    pub(crate) people: HashMap<PersonId, Vec<RoleType>>,
    /// Of core components.
    pub(crate) components: HashSet<ComponentId>,
    /// Of rings, with their positions.
    pub(crate) rings: HashMap<RingId, u32>,
    /// Of site templates.
    pub(crate) templates: HashSet<LineId>,
    /// Of deliverables.
    pub(crate) deliverables: HashSet<DeliverableId>,
    /// Of uplinks.
    pub(crate) uplinks: HashSet<LineId>,
    /// Of probes.
    pub(crate) probes: HashSet<LineId>,
}

impl Names {
    /// Returns the names of `file`; those used twice are reported.
    pub(crate) fn of(file: &PlanFile, findings: &mut Findings) -> Self {
        let people = || file.people.iter().flat_map(|it| it.value.iter());
        unique(findings, "person", people().map(|it| &it.id));
        let roles = |it: &Person| it.roles.iter().map(|it| it.value).collect();
        let release = file.release.iter().flat_map(|it| it.value.deliverables.iter());
        unique(findings, "site", file.sites.iter().flat_map(|it| it.value.iter()).map(|it| &it.id));
        unique(findings, "step template", file.step_templates.iter().map(|it| &it.id));
        unique(findings, "RFC", file.rfcs.iter().map(|it| &it.id));
        unique(findings, "success criterion", file.success_criteria.iter().map(|it| &it.id));
        let probes = unique(findings, "probe", file.probes.iter().map(|it| &it.id));
        let messages = file.communications.iter().flat_map(|it| it.messages.iter());
        unique(findings, "message", messages.map(|it| &it.id));
        unique(
            findings,
            "course",
            file.training.iter().flat_map(|it| it.courses.iter()).map(|it| &it.id),
        );
        unique(
            findings,
            "operations guide",
            file.operations.iter().flat_map(|it| it.guides.iter()).map(|it| &it.id),
        );
        unique(
            findings,
            "requirement of operations",
            file.operations.iter().flat_map(|it| it.requirements.iter()).map(|it| &it.id),
        );
        unique(findings, "item of readiness", file.readiness.iter().map(|it| &it.id));
        let rings = unique(findings, "ring", file.rings.iter().map(|it| &it.id));
        Self {
            people: people().map(|it| (it.id.value.clone(), roles(it))).collect(),
            components: unique(findings, "component", file.components.iter().map(|it| &it.id)),
            rings: file
                .rings
                .iter()
                .map(|it| it.id.value.clone())
                .filter(|it| rings.contains(it))
                .zip(0..)
                .collect(),
            templates: unique(
                findings,
                "site template",
                file.site_templates.iter().map(|it| &it.id),
            ),
            deliverables: unique(findings, "deliverable", release.map(|it| &it.id)),
            probes,
            uplinks: file.limits.iter().flat_map(|it| it.uplinks.keys()).cloned().collect(),
        }
    }
}

/// Returns the set of `ids`; those that come again are reported.
pub(crate) fn unique<'i, T: Clone + Eq + Hash + Display + 'i>(
    findings: &mut Findings,
    what: &str,
    ids: impl Iterator<Item = &'i At<T>>,
) -> HashSet<T> {
    let mut first: HashMap<T, Span> = HashMap::new();
    for id in ids {
        if let Some(earlier) = first.get(&id.value) {
            let said =
                format!("the {what} `{}` is there already, in line {}", id.value, earlier.line);
            findings.report_with(Code::DuplicateName, id.at, said, Some("give each its own name"));
        } else {
            first.insert(id.value.clone(), id.at);
        }
    }
    first.into_keys().collect()
}

/// The most unknown names for which all known ones are searched: each search may look at 100,000.
const SEARCHES_MAX: u32 = 40;

impl Building<'_> {
    /// Returns whether `id` is known; if not, that is reported, with the nearest of `known`.
    pub(crate) fn knows<T: Display, K: Display>(
        &mut self,
        what: &str,
        id: &At<T>,
        is_known: bool,
        known: impl FnOnce(&Names) -> Vec<K>,
    ) -> bool {
        if is_known {
            return true;
        }
        let name = id.value.to_string();
        if self.cuts.has_name(&name) {
            return false;
        }
        let mut help = None;
        if self.searches < SEARCHES_MAX {
            self.searches += 1;
            let mut known: Vec<String> =
                known(&self.names).iter().map(ToString::to_string).collect();
            known.sort_unstable();
            help = suggest::help(&name, known.iter().map(String::as_str));
        }
        let what = format!("there is no {what} {}", quoted(&name));
        self.findings.report_with(Code::UnknownName, id.at, what, help);
        false
    }

    /// Returns whether there is the person `id`; if not, that is reported.
    pub(crate) fn knows_person(&mut self, id: &At<PersonId>) -> bool {
        let is_known = self.names.people.contains_key(&id.value);
        self.knows("person", id, is_known, |names| names.people.keys().cloned().collect())
    }

    /// Returns whether there is the component `id`; if not, that is reported.
    pub(crate) fn knows_component(&mut self, id: &At<ComponentId>) -> bool {
        let is_known = self.names.components.contains(&id.value);
        self.knows("component", id, is_known, |names| names.components.iter().cloned().collect())
    }

    /// Returns the position of the ring `id`; if there is none, that is reported.
    pub(crate) fn ring_position(&mut self, id: &At<RingId>) -> Option<u32> {
        let position = self.names.rings.get(&id.value).copied();
        let rings = |names: &Names| names.rings.keys().cloned().collect();
        self.knows("ring", id, position.is_some(), rings);
        position
    }
}
