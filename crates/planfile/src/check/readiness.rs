//! Whether the plan holds what the entry to deployment asks for.
//!
//! Source: Deploy SMF, inputs of Tables 4 to 6; Table 1.

use crate::build::Building;
use crate::build::companions::{QUIET_LENGTH_DAYS, QUIET_MINIMUM_DAYS};
use crate::code::Code;
use crate::findings::Findings;
use crate::span::{At, Span};
use crate::written::{PlanFile, QuietPeriod, Survey};
use model::companion_plans::{QuietPeriodRules, RequirementProof};
use model::person::Person;
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::readiness::checklist;
use model::role_type::RoleType;
use model::survey::THRESHOLD_MIN;

/// Reports what is missing or weaker than it should be.
pub(crate) fn check(building: &mut Building<'_>, file: &PlanFile, people: &[Person]) {
    if let Some(quiet_period) = &file.quiet_period {
        check_quiet_period(building, quiet_period);
    }
    if let Some(survey) = &file.survey {
        check_survey(building, survey);
    }
    let guides = file.operations.iter().flat_map(|it| &it.guides);
    let of_guides = guides.filter_map(|it| it.probe.as_ref());
    for probe in file.readiness.iter().filter_map(|it| it.probe.as_ref()).chain(of_guides) {
        let is_known = building.names.probes.contains(&probe.value);
        building.knows("probe", probe, is_known, |names| names.probes.iter().cloned().collect());
    }
    if let Some(threshold) = file.training.as_ref().and_then(|it| it.threshold_percent) {
        building.percent(Some(threshold), 0);
    }
    if file.success_criteria.is_empty() && !building.cuts.has_section("success-criteria") {
        let help = "add `success-criteria:` with at least one that can be measured; the customer acknowledges it";
        building.findings.report_with(
            Code::SuccessCriteria,
            building.place,
            "the plan has no success criterion",
            Some(help),
        );
    }
    // One person may hold every role type; that nobody holds one keeps a small team waiting too.
    missing_roles(building, people);
    if building.profile != Profile::Solo {
        missing_plans(building, file);
    }
}

/// Reports requirements of operations whose proof is not in the plan.
pub(crate) fn requirements(plan: &MasterProjectPlan, at: Span, findings: &mut Findings) {
    for it in plan.operations.iter().flat_map(|it| &it.requirements) {
        let is_there = match &it.proof {
            RequirementProof::Component(id) => plan.component_index(id).is_some(),
            RequirementProof::Probe(id) => plan.probes.iter().any(|it| it.id == *id),
            RequirementProof::Readiness(id) => checklist(plan).iter().any(|it| it.id == *id),
        };
        if !is_there {
            let what =
                format!("requirement {} is proved by {}, which is not there", it.id, it.proof);
            let help = "name a component, a probe or an item of `readiness` of this plan";
            findings.report_with(Code::NothingProves, at, what, Some(help));
        }
    }
}

fn missing_plans(building: &mut Building<'_>, file: &PlanFile) {
    let plans = [
        ("communications", "communications plan", file.communications.is_some()),
        ("training", "training plan", file.training.is_some()),
        ("operations", "operations plan", file.operations.is_some()),
        ("support", "support plan", file.support.is_some()),
        ("strategy", "decision on strategy", file.strategy.is_some()),
        ("quiet-period", "quiet period", file.quiet_period.is_some()),
    ];
    let missing =
        plans.into_iter().filter(|(key, _, is_there)| !is_there && !building.cuts.has_section(key));
    for (key, name, _) in missing.collect::<Vec<_>>() {
        let what = format!("the master project plan has no {name}");
        let help = format!("add `{key}:`; to enter deployment without it takes a waiver");
        building.findings.report_with(Code::CompanionPlan, building.place, what, Some(help));
    }
}

fn missing_roles(building: &mut Building<'_>, people: &[Person]) {
    if building.cuts.has_section("people") {
        return;
    }
    const OUTSIDE: [RoleType; 4] = [
        RoleType::Customer,
        RoleType::OperationsManager,
        RoleType::SupportManager,
        RoleType::ChangeAuthority,
    ];
    let needed = RoleType::PROJECT.iter().copied().chain(OUTSIDE);
    let missing = needed.filter(|role| people.iter().all(|it| !it.holds(*role)));
    let missing: Vec<String> = missing.map(|it| it.to_string()).collect();
    if !missing.is_empty() {
        let what = format!("nobody holds these role types: {}", missing.join(", "));
        building.findings.report_with(
            Code::RoleNotHeld,
            building.place,
            what,
            Some("add them to `roles` of people; one person may hold several"),
        );
    }
}

/// Reports what the survey asks for and does not get: fewer answers than keep anybody anonymous,
/// and shares and times that there are not.
fn check_survey(building: &mut Building<'_>, written: &Survey) {
    if let Some(at) = written.threshold.filter(|it| it.value < THRESHOLD_MIN) {
        let what = format!(
            "a group of {} would be shown by itself; no fewer than {THRESHOLD_MIN} ever are",
            at.value
        );
        let next = "raise `threshold`: few answers are not anonymous";
        building.findings.report_with(Code::WeakTerms, at.at, what, Some(next));
    }
    let share = written.sample_percent.filter(|it| !(1..=100).contains(&it.value));
    let days = written.open_days.filter(|it| !(3..=60).contains(&it.value));
    let share = share.map(|it| (it.at, format!("{} % of users cannot be asked", it.value)));
    let days = days.map(|it| (it.at, format!("a survey is not open for {} days", it.value)));
    for (at, what) in share.into_iter().chain(days) {
        let next = "give 1 to 100 percent, and 3 to 60 days";
        building.findings.report_with(Code::Interval, at, what, Some(next));
    }
}

fn check_quiet_period(building: &mut Building<'_>, written: &QuietPeriod) {
    let length = written.length_days.as_ref().map_or(QUIET_LENGTH_DAYS, |it| it.value);
    let minimum = written.minimum_days.as_ref().map_or(QUIET_MINIMUM_DAYS, |it| it.value);
    if let Some(at) = written.minimum_days.filter(|_| minimum < QUIET_MINIMUM_DAYS) {
        let what = format!(
            "the quiet period may be shortened to {minimum} days; the default is no less than {QUIET_MINIMUM_DAYS}"
        );
        building.findings.report_with(
            Code::WeakTerms,
            at.at,
            what,
            Some("whatever is loosened is printed on every later sheet"),
        );
    }
    weak_rules(building, written);
    if let Some(at) = written.length_days.filter(|_| length < minimum) {
        let what =
            format!("the quiet period lasts {length} days, less than its own minimum of {minimum}");
        building.findings.report_with(
            Code::Interval,
            at.at,
            what,
            Some("raise `length-days` or lower `minimum-days`"),
        );
    }
}

/// Reports every rule that lets more pass than the usual one.
fn weak_rules(building: &mut Building<'_>, written: &QuietPeriod) {
    let (tail, criteria) = (&written.tail_days, &written.criteria);
    let usual = QuietPeriodRules::default();
    let rules = crate::build::companions::rules(written);
    let at_least = |what: &'static str, at: Option<Span>, is: u16, usual: u16| {
        at.filter(|_| is < usual).map(|at| (at, format!("{what}: {is}; the default is {usual}")))
    };
    let at_most = |what: &'static str, at: Option<Span>, is: u16, usual: u16| {
        at.filter(|_| is > usual).map(|at| (at, format!("{what}: {is}; the default is {usual}")))
    };
    fn place<T>(it: &Option<At<T>>) -> Option<Span> {
        it.as_ref().map(|it| it.at)
    }
    let weak = [
        at_least(
            "quiet days after a severity 1 incident",
            place(&tail.severity_1),
            rules.tail_severity_1_days,
            usual.tail_severity_1_days,
        ),
        at_least(
            "quiet days after a severity 2 incident",
            place(&tail.severity_2),
            rules.tail_severity_2_days,
            usual.tail_severity_2_days,
        ),
        at_least(
            "quiet days after an emergency change",
            place(&tail.emergency_change),
            rules.tail_emergency_change_days,
            usual.tail_emergency_change_days,
        ),
        at_most(
            "severity 2 incidents for each 1,000 users",
            place(&criteria.severity_2_per_1000_users),
            rules.severity_2_per_1000_users_max,
            usual.severity_2_per_1000_users_max,
        ),
        at_least(
            "availability, in hundredths of a percent",
            place(&criteria.availability),
            rules.availability_min,
            usual.availability_min,
        ),
        at_most(
            "escalations in the last seven days",
            place(&criteria.escalations_last_week),
            rules.escalations_last_week_max,
            usual.escalations_last_week_max,
        ),
        at_least(
            "percent of site-minutes measured",
            place(&criteria.measured_percent),
            rules.measured_percent_min.into(),
            usual.measured_percent_min.into(),
        ),
        at_least(
            "days with a usual amount of work",
            place(&criteria.representative_days),
            rules.representative_days_min,
            usual.representative_days_min,
        ),
        at_least(
            "percent of the median that make a day usual",
            place(&criteria.representative_percent),
            rules.representative_percent_min.into(),
            usual.representative_percent_min.into(),
        ),
    ];
    for (at, what) in weak.into_iter().flatten() {
        let help = "whatever is loosened is printed on every later sheet";
        building.findings.report_with(Code::WeakTerms, at, what, Some(help));
    }
}
