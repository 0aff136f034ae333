//! Site templates, and which references have values at every site that follows one.
//!
//! Sites are many and templates few: each template is checked once, against
//! what all of its sites have in common.
//!
//! House rule: no route needs time that grows with all sites where it looks at a few.

use super::Building;
use super::steps::Purpose;
use crate::span::At;
use crate::written;
use model::component::{Connection, RollbackPlan, SshConnection};
use model::id::{DeliverableId, LineId};
use model::site::{Observation, PhaseShare, SitePhase, SiteTemplate};
use model::site_care::terms::TemplateTerms;
use model::step::{Step, StepWork};
use std::collections::{HashMap, HashSet};

/// The time kept free at the end of a window where a template says nothing, in seconds.
pub(crate) const MARGIN_S: u32 = 30 * 60;

/// The port of SSH.
const SSH_PORT: u16 = 22;

/// A site template, and what its steps need at each site.
pub(crate) struct BuiltTemplate {
    /// The template.
    pub(crate) model: SiteTemplate,
    /// The deliverables that are copied once to a site.
    pub(crate) copied_once: HashSet<DeliverableId>,
    /// The deliverables that are copied to each computer.
    pub(crate) copied_to_each: HashSet<DeliverableId>,
}

/// What the sites of one template have in common.
#[derive(Default)]
struct Followers {
    sites: usize,
    with_region: usize,
    variables: HashMap<String, usize>,
}

impl Building<'_> {
    pub(super) fn templates(
        &mut self,
        written: Vec<written::SiteTemplate>,
        connection: &Connection,
        sites: &[written::Site],
        defaults: &written::SiteDefaults,
    ) -> Vec<BuiltTemplate> {
        let only = match written.as_slice() {
            [only] => Some(only.id.value.clone()),
            _ => None,
        };
        let fallback = defaults.template.as_ref().map(|it| it.value.clone()).or(only);
        let mut followers: HashMap<LineId, Followers> = HashMap::new();
        for site in sites {
            let template = site.template.as_ref().map(|it| &it.value).or(fallback.as_ref());
            if let Some(template) = template {
                followers.entry(template.clone()).or_default().add(site);
            }
        }
        let built = written.into_iter().map(|template| {
            let known = self.references_at(followers.get(&template.id.value));
            self.template(template, connection, &known)
        });
        built.collect()
    }

    fn template(
        &mut self,
        written: written::SiteTemplate,
        connection: &Connection,
        known: &HashSet<String>,
    ) -> BuiltTemplate {
        let (rollback, purpose) = rollback(written.rollback);
        let before = self.steps(&written.before, purpose, known);
        let each_computer = self.steps(&written.each_computer, purpose, known);
        let after = self.steps(&written.after, purpose, known);
        let terms = TemplateTerms {
            requirements: self.requirements(written.requirements),
            use_percent_min: self.percent(written.use_percent_min, 0),
        };
        let copied_once = copies(before.iter().chain(&after));
        let copied_to_each = copies(each_computer.iter());
        let model = SiteTemplate {
            id: written.id.value,
            connection: written
                .connection
                .map_or_else(|| connection.clone(), |it| self::connection(Some(it))),
            before,
            each_computer,
            after,
            phases: self.phases(written.phases),
            rollback,
            observation: match written.observation {
                None => Observation::BusinessDays(1),
                Some(written::Observation::BusinessDays(days)) => Observation::BusinessDays(days),
                Some(written::Observation::Lasting(length)) => Observation::Seconds(length.0),
            },
            margin_s: written.margin.map_or(MARGIN_S, |it| it.0),
            site_cache: written.site_cache,
            terms,
        };
        BuiltTemplate { model, copied_once, copied_to_each }
    }

    fn phases(&mut self, written: Vec<written::Phase>) -> Vec<SitePhase> {
        super::names::unique(self.findings, "phase", written.iter().map(|it| &it.id));
        if written.is_empty() {
            let id = "all".parse().expect("because it is a plain word");
            return vec![SitePhase { id, takes: PhaseShare::Rest, success_percent_min: 100 }];
        }
        let phases = written.into_iter().map(|it| {
            let takes = it.takes.map_or(PhaseShare::Rest, |it| it.value);
            let at = it.takes.map_or(it.id.at, |it| it.at);
            match takes {
                PhaseShare::Computers(count) => {
                    self.limit(Some(At::new(count, at)), 1);
                }
                PhaseShare::Percent(percent) => {
                    self.percent(Some(At::new(percent, at)), 100);
                    self.limit(Some(At::new(percent.into(), at)), 1);
                }
                PhaseShare::Rest => {}
            }
            let success_percent_min = self.percent(it.success_percent_min, 100);
            SitePhase { id: it.id.value, takes, success_percent_min }
        });
        phases.collect()
    }

    /// Returns the references that have a value at every site of `followers`.
    fn references_at(&self, followers: Option<&Followers>) -> HashSet<String> {
        let mut known = self.references_everywhere();
        known.extend(["site.id", "site.title", "site.users"].map(str::to_owned));
        if let Some(followers) = followers {
            if followers.with_region == followers.sites {
                known.insert("site.region".to_owned());
            }
            let everywhere =
                followers.variables.iter().filter(|(_, count)| **count == followers.sites);
            known.extend(everywhere.map(|(name, _)| format!("site.{name}")));
        }
        known
    }

    /// Returns the references that have a value in every step of the plan.
    pub(super) fn references_everywhere(&self) -> HashSet<String> {
        let fixed =
            ["computer.id", "computer.host", "deployment.id", "release.name", "release.version"];
        let variables = self.variables.iter().map(|it| format!("plan.{it}"));
        fixed.into_iter().map(str::to_owned).chain(variables).collect()
    }
}

impl Followers {
    fn add(&mut self, site: &written::Site) {
        self.sites += 1;
        self.with_region += usize::from(site.region.is_some());
        for name in site.variables.keys() {
            match self.variables.get_mut(name) {
                Some(count) => *count += 1,
                None => {
                    self.variables.insert(name.clone(), 1);
                }
            }
        }
    }
}

/// Returns how computers are reached.
pub(super) fn connection(written: Option<written::Connection>) -> Connection {
    match written {
        None | Some(written::Connection::Here) => Connection::Here,
        Some(written::Connection::Ssh(ssh)) => Connection::Ssh(SshConnection {
            user: ssh.user,
            port: ssh.port.unwrap_or(SSH_PORT),
            identity: ssh.identity,
            known_hosts: ssh.known_hosts,
            jump: ssh.jump,
        }),
    }
}

/// Returns how it goes back, and what its steps must say about that.
pub(super) fn rollback(written: Option<At<written::Rollback>>) -> (RollbackPlan, Purpose) {
    let written = written.map(|it| it.value).unwrap_or_default();
    match written.forward_fix {
        Some(reason) => (RollbackPlan::ForwardFix { reason }, Purpose::ChangeForward),
        None => (RollbackPlan::Steps { loses: written.loses }, Purpose::Change),
    }
}

/// Returns the deliverables that `steps` copy.
fn copies<'s>(steps: impl Iterator<Item = &'s Step>) -> HashSet<DeliverableId> {
    let copied = steps.filter_map(|step| match &step.work {
        StepWork::Copy { deliverable, .. } => Some(deliverable.clone()),
        StepWork::Run(_)
        | StepWork::Script(_)
        | StepWork::Http { .. }
        | StepWork::Manual { .. } => None,
    });
    copied.collect()
}
