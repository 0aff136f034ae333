//! Whether the plan holds what the entry to deployment asks for.
//!
//! Source: Deploy SMF, inputs of Tables 4 to 6; Table 1.

use crate::build::Building;
use crate::build::companions::{QUIET_LENGTH_DAYS, QUIET_MINIMUM_DAYS};
use crate::code::Code;
use crate::written::{PlanFile, QuietPeriod};
use model::person::Person;
use model::profile::Profile;
use model::role_type::RoleType;

/// Reports what is missing or weaker than it should be.
pub(crate) fn check(building: &mut Building<'_>, file: &PlanFile, people: &[Person]) {
    if let Some(quiet_period) = &file.quiet_period {
        check_quiet_period(building, quiet_period);
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
    if building.profile == Profile::Solo {
        return;
    }
    missing_plans(building, file);
    missing_roles(building, people);
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
