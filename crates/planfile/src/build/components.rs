//! Core components, and the order in which they need each other.
//!
//! Source: Deploy SMF, Process 1, Table 4.

use super::Building;
use super::computers::Addresses;
use super::names::unique;
use super::steps::Purpose;
use super::templates;
use crate::code::Code;
use crate::span::At;
use crate::written;
use model::component::{Computer, Connection, CoreComponent};
use model::id::ComponentId;
use model::release::FinalRelease;
use std::collections::HashMap;

impl Building<'_> {
    pub(super) fn components(
        &mut self,
        written: Vec<written::Component>,
        connection: &Connection,
        addresses: &Addresses,
        release: &FinalRelease,
    ) -> Vec<At<CoreComponent>> {
        self.refuse_cycles(&written);
        let built =
            written.into_iter().map(|it| self.component(it, connection, addresses, release));
        built.collect()
    }

    fn component(
        &mut self,
        written: written::Component,
        connection: &Connection,
        addresses: &Addresses,
        release: &FinalRelease,
    ) -> At<CoreComponent> {
        let at = written.id.at;
        for need in &written.needs {
            self.knows_component(need);
        }
        let mut known = self.references_everywhere();
        known.insert("component.id".to_owned());
        known.extend(written.variables.keys().map(|it| format!("component.{it}")));
        let (rollback, purpose) = templates::rollback(written.rollback);
        let steps = self.steps(&written.steps, purpose, &known);
        // One list: no name stands twice in it.
        let mut looks = self.discovery(written.discovery, release);
        let looked_at = looks.len();
        looks.extend(written.checks);
        let mut discovery = self.steps(&looks, Purpose::Check, &known);
        let checks = discovery.split_off(looked_at.min(discovery.len()));
        let hosts = self.hosts(written.hosts, &written.id, addresses);
        if written.windows.is_empty() && !self.cuts.is_incomplete(written.id.as_str()) {
            let what = format!(
                "the component `{}` has no window, so it would never be changed",
                *written.id
            );
            let help = "add `windows:`; `[always]` means at any time";
            self.findings.report_with(Code::NoWindow, at, what, Some(help));
        }
        let zone = written.zone.map_or_else(|| self.zone.clone(), |it| it.value.0);
        crate::check::windows::clock_changes(self.findings, &written.windows, &zone);
        let value = CoreComponent {
            id: written.id.value,
            title: written.title,
            hosts,
            connection: written
                .connection
                .map_or_else(|| connection.clone(), |it| templates::connection(Some(it))),
            needs: written.needs.into_iter().map(|it| it.value).collect(),
            mode: written.mode.unwrap_or_default(),
            adopt: written.adopt.unwrap_or_default(),
            steps,
            discovery,
            checks,
            rollback,
            windows: written.windows.into_iter().map(|it| it.value.0).collect(),
            zone,
            variables: super::texts(written.variables),
        };
        At { value, at }
    }

    fn hosts(
        &mut self,
        written: Vec<written::Computer>,
        id: &At<ComponentId>,
        addresses: &Addresses,
    ) -> Vec<Computer> {
        unique(self.findings, "computer", written.iter().map(|it| &it.id));
        if written.is_empty() {
            let what = format!("the component `{}` has no hosts", **id);
            self.findings.report_with(
                Code::NoComputers,
                id.at,
                what,
                Some("name the computers it runs on in `hosts`"),
            );
        }
        let mut hosts: Vec<Computer> = written
            .into_iter()
            .map(|it| Computer {
                host: it.host.unwrap_or_else(|| it.id.to_string()),
                id: it.id.value,
            })
            .collect();
        if let Some(addresses) = addresses.of_component(&id.value) {
            self.readdress(&mut hosts, addresses);
        }
        hosts
    }

    fn refuse_cycles(&mut self, components: &[written::Component]) {
        let positions: HashMap<&ComponentId, usize> =
            components.iter().enumerate().map(|(at, it)| (&it.id.value, at)).collect();
        let mut marks = vec![Mark::New; components.len()];
        for start in 0..components.len() {
            let mut path = vec![];
            if let Some((need, names)) =
                find_cycle(start, components, &positions, &mut marks, &mut path)
            {
                let what =
                    format!("these components need each other in a circle: {}", names.join(" → "));
                self.findings.report_with(
                    Code::Cycle,
                    need,
                    what,
                    Some("remove one of these `needs`"),
                );
            }
        }
    }
}

/// How far the search for circles has come with a component.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    OnPath,
    Done,
}

/// Returns the place that closes a circle reached from `at`, and its names, if there is one not yet seen.
fn find_cycle(
    at: usize,
    components: &[written::Component],
    positions: &HashMap<&ComponentId, usize>,
    marks: &mut [Mark],
    path: &mut Vec<usize>,
) -> Option<(crate::span::Span, Vec<String>)> {
    // The walk keeps its own stack: a chain of 100,000 components is no reason to overflow.
    let mut walk = vec![(at, 0)];
    if marks.get(at).copied() != Some(Mark::New) {
        return None;
    }
    set(marks, at, Mark::OnPath);
    path.push(at);
    let mut found = None;
    while let Some((here, next)) = walk.pop() {
        let need = components.get(here).and_then(|it| it.needs.get(next));
        let Some(need) = need else {
            set(marks, here, Mark::Done);
            path.pop();
            continue;
        };
        walk.push((here, next + 1));
        let Some(target) = positions.get(&need.value).copied() else { continue };
        match marks.get(target) {
            Some(Mark::New) => {
                set(marks, target, Mark::OnPath);
                path.push(target);
                walk.push((target, 0));
            }
            Some(Mark::OnPath) if found.is_none() => {
                let circle = path.iter().copied().skip_while(|it| *it != target).chain([target]);
                let names = circle.filter_map(|it| components.get(it)).map(|it| it.id.to_string());
                found = Some((need.at, names.collect()));
            }
            Some(Mark::OnPath | Mark::Done) | None => {}
        }
    }
    found
}

fn set(marks: &mut [Mark], at: usize, mark: Mark) {
    if let Some(place) = marks.get_mut(at) {
        *place = mark;
    }
}
