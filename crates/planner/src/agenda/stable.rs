//! What happens by itself from stabilizing to the end of the quiet period.
//!
//! Source: the milestone's machine (MIL-1, MIL-2) and the quiet period's (QP-2, QP-4 to QP-6, QP-8).

use super::Agenda;
use super::sheets::ask;
use crate::facts::Look;
use model::event::Event;
use model::gates;
use model::guard::{Guard, GuardReading, Supplier, Verdict};
use model::machine::{
    DeploymentState, MilestoneState, MilestoneTransition, QuietPeriodState, QuietPeriodTransition,
};
use model::milestone::{Milestone, MilestoneEvent, undone};
use model::quiet_period::{self as quiet, QuietPeriod, QuietPeriodEvent};
use model::sheet::Sheet;

pub(super) fn stable(look: &mut Look<'_>, agenda: &mut Agenda) {
    match look.state.deployment {
        DeploymentState::Stabilizing => stabilizing(look, agenda),
        DeploymentState::QuietPeriod => quiet_period(look, agenda),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => {}
    }
}

fn stabilizing(look: &mut Look<'_>, agenda: &mut Agenda) {
    let readings = gates::stable::gate(look.state, look.now);
    look_again(look, &readings);
    match look.state.milestones.state(Milestone::Stable) {
        MilestoneState::Pending | MilestoneState::ReadyForReview => {
            agenda.events.extend(ready_or_not(look, Milestone::Stable, readings));
        }
        MilestoneState::InReview => {
            ask(look, agenda, &Sheet::DeploymentStable, |_| readings.clone());
        }
        MilestoneState::Approved | MilestoneState::Rejected | MilestoneState::Revoked => {}
    }
}

/// Returns that `milestone` became ready for its review, or is no longer, by `readings` of its gate.
pub(super) fn ready_or_not(
    look: &Look<'_>,
    milestone: Milestone,
    mut readings: Vec<GuardReading>,
) -> Option<Event> {
    use MilestoneTransition::{CriteriaLost, CriteriaMet};
    let lacking = gates::milestone::m1(&readings).err();
    let (transition, reason) = match (look.state.milestones.state(milestone), lacking) {
        (MilestoneState::Pending, None) => {
            readings.push(GuardReading::met(Guard::M1));
            (CriteriaMet, None)
        }
        (MilestoneState::ReadyForReview, Some((lacking, _))) => (CriteriaLost, Some(lacking)),
        _ => return None,
    };
    Some(Event::Milestone(MilestoneEvent::Moved {
        milestone,
        review: look.state.milestones.number(milestone),
        transition,
        reason,
        gate: readings,
        document: None,
        returns_to: None,
    }))
}

fn look_again(look: &mut Look<'_>, readings: &[GuardReading]) {
    for reading in readings {
        if let Verdict::Unmet { supplier: Supplier::At(at), .. } = &reading.verdict {
            look.again(Some(*at));
        }
    }
}

fn quiet_period(look: &mut Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    let Some(period) = state.quiet_periods.last() else { return };
    let is_judged = match period.state {
        QuietPeriodState::Running | QuietPeriodState::Evaluating => false,
        QuietPeriodState::Completed => true,
        QuietPeriodState::NotStarted | QuietPeriodState::Aborted => return,
    };
    if let Some(lost) = quiet::basis_lost(state, period) {
        agenda.events.extend(undone(state, &lost));
    } else if is_judged {
        signed(look, agenda, period);
    } else {
        agenda.events.extend(goes_on(look, period));
    }
}

/// Asks for the signatures of the report on `period`, or lets it be judged anew where it is no longer
/// what it was judged by.
fn signed(look: &Look<'_>, agenda: &mut Agenda, period: &QuietPeriod) {
    let (state, now) = (look.state, look.now);
    if let Some(why) = quiet::changed(state, period, now) {
        agenda.events.extend(quiet::judged_anew(state, period, now, why));
        return;
    }
    let gate = gates::quiet_period::readings(state, period, now);
    ask(look, agenda, &Sheet::QuietPeriodReport, |_| gate.clone());
}

fn goes_on(look: &mut Look<'_>, period: &QuietPeriod) -> Option<Event> {
    use QuietPeriodTransition::{EndReached, FoundEventful, FoundUneventful, TailExtended};
    let (state, now, number) = (look.state, look.now, period.number);
    let terms = state.quiet_terms();
    let events = quiet::disturbances(state, period);
    let put_on = quiet::tail(period.end, &events, &terms.rules, &state.plan.zone);
    let is_running = period.state == QuietPeriodState::Running;
    if let Some((to, cause)) = put_on.filter(|(to, _)| is_running || *to > now) {
        let transition = if is_running { TailExtended } else { FoundEventful };
        let from = period.end;
        return Some(Event::QuietPeriod(QuietPeriodEvent::Extended {
            number,
            transition,
            from,
            to,
            cause,
        }));
    }
    if is_running {
        look.again(Some(period.end));
        return (period.end <= now).then(|| {
            Event::QuietPeriod(QuietPeriodEvent::Ended {
                number,
                transition: EndReached,
                criteria: quiet::readings(state, period, now),
                reason: None,
                gate: vec![],
            })
        });
    }
    let gate = gates::quiet_period::readings(state, period, now);
    look_again(look, &gate);
    gate.iter().all(|it| it.verdict.passes()).then(|| {
        Event::QuietPeriod(QuietPeriodEvent::Completed {
            number,
            transition: FoundUneventful,
            criteria: quiet::readings(state, period, now),
            facts: quiet::report(state, period, now),
            actions: vec![],
            reason: None,
            gate,
        })
    })
}
