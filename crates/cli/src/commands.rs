//! What each command does: one file a group, each a few lines between the words and the coordinator.

pub(crate) mod accounts;
mod acts;
mod assessments;
mod batches;
mod caring;
mod carrying;
mod closings;
mod delegations;
mod deployments;
mod disputes;
mod documents;
mod escalations;
mod evidence;
mod handovers;
mod incident_lists;
mod incidents;
mod instants;
pub(crate) mod listening;
mod logging_in;
mod looking;
mod measuring;
mod messages;
mod milestones;
mod outputs;
mod papers;
mod persons;
mod places;
mod planning;
mod prechecks;
mod program;
mod quiet_periods;
mod readying;
mod records;
mod rehearsing;
mod releasing;
mod rfcs;
pub(crate) mod samples;
pub(crate) mod sealing;
mod serving;
mod signing;
mod surveys;
mod teams;
mod trainings;
mod verifying;
mod waivers;
mod watching;
mod working;

use crate::args::{CommandLine, What};
use crate::demo;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Carries out a command.
///
/// # Errors
///
/// With what happened, why, and what to do next.
pub(crate) async fn carry_out(
    line: &CommandLine,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let everywhere = &line.everywhere;
    let desk = || Desk::open(everywhere, surroundings, terminal);
    match &line.what {
        What::Init(it) => planning::init(it, terminal),
        What::Check(it) => planning::check(it, terminal),
        What::Schema(_) => planning::schema(terminal),
        What::Plan(it) => planning::plan(it, everywhere, surroundings, terminal).await,
        What::Forecast(it) => planning::forecast_of(it, everywhere, surroundings, terminal).await,
        What::Rehearse(it) => rehearsing::rehearse(it, surroundings, terminal).await,
        What::Deployment(it) => {
            deployments::deployment(it, everywhere, surroundings, terminal).await
        }
        What::Serve(it) => serving::serve(it, everywhere, surroundings, terminal).await,
        What::Worker(it) => working::worker(it, surroundings, terminal).await,
        What::Workers(_) => working::workers(surroundings, terminal).await,
        What::Demo(it) => demo::run(it, everywhere, terminal).await.map(|()| Exit::Done),
        What::Status(it) => looking::status(it, desk().await?).await,
        What::Why(it) => looking::why(it, &desk().await?).await,
        What::Waiting(it) => looking::waiting(it, &desk().await?).await,
        What::Measures(it) if it.tables.sites.is_some() => {
            measuring::measures_of_tables(it, terminal)
        }
        What::Measures(it) => measuring::measures(it, &desk().await?),
        What::Outcomes(_) => measuring::outcomes(&desk().await?),
        What::Handover(it) => handovers::show(it, &desk().await?),
        What::ReleaseReadiness(it) => releasing::release_readiness(it, desk().await?).await,
        What::Report(it) => measuring::report(it, &desk().await?),
        What::Rfc(it) => rfcs::rfc(it, desk().await?).await,
        What::ChangeSchedule(_) => rfcs::change_schedule(&desk().await?),
        What::Evidence(it) => evidence::evidence(it, desk().await?).await,
        What::Document(it) => documents::document(it, desk().await?).await,
        What::Sheet(it) => signing::sheet(it, &desk().await?),
        What::Sign(it) => signing::sign(it, desk().await?).await,
        What::Refuse(it) => signing::refuse(it, desk().await?).await,
        What::ResolveRefusal(it) => signing::resolve_refusal(it, desk().await?).await,
        What::Withdraw(it) => signing::withdraw(it, desk().await?).await,
        What::Delegate(it) => delegations::delegate(it, desk().await?).await,
        What::Dispute(it) => disputes::dispute(it, desk().await?).await,
        What::Paper(it) => papers::paper(it, desk().await?).await,
        What::Batch(it) => batches::batch(it, desk().await?).await,
        What::Revisit(it) => signing::revisit(it, desk().await?).await,
        What::Acknowledge(it) => match messages::token_of(it) {
            Some(token) => messages::by_token(token, desk().await?).await,
            None => acts::acknowledge(it, desk().await?).await,
        },
        What::Message(it) => messages::message(it, desk().await?).await,
        What::Training(it) => trainings::training(it, desk().await?).await,
        What::Calendar(it) => trainings::calendar(it, &desk().await?),
        What::Precheck(it) => prechecks::precheck(it, desk().await?).await,
        What::Adopt(it) => acts::adopt(it, desk().await?).await,
        What::Attest(it) => acts::attest(it, desk().await?).await,
        What::Confirm(it) => acts::confirm(it, desk().await?).await,
        What::Exempt(it) => acts::exempt(it, desk().await?).await,
        What::Coverage(it) => caring::coverage(it, desk().await?).await,
        What::Fulfil(it) => caring::fulfil(it, desk().await?).await,
        What::Item(it) => caring::item(it, desk().await?).await,
        What::Revisits(it) => caring::revisits(it, desk().await?).await,
        What::AskAgain(it) => caring::ask_again(it, desk().await?).await,
        What::Descope(it) => caring::descope(it, desk().await?).await,
        What::Replan(it) => acts::replan(it, desk().await?).await,
        What::Hold(it) => acts::hold(&it.scope, true, &it.reason, desk().await?).await,
        What::Release(it) => acts::hold(&it.scope, false, &it.reason, desk().await?).await,
        What::Halt(it) => acts::halt(it, desk().await?).await,
        What::Resume(it) => acts::resume(it, desk().await?).await,
        What::Retry(it) => acts::retry(&it.steps, desk().await?).await,
        What::Ignore(it) => acts::ignore(&it.steps, desk().await?).await,
        What::Exclude(it) => acts::exclude(it, desk().await?).await,
        What::Resolve(it) => acts::resolve(it, desk().await?).await,
        What::Rollback(it) => acts::rollback(it, desk().await?).await,
        What::Incident(it) => incidents::incident(it, desk().await?).await,
        What::Escalation(it) => escalations::escalation(it, desk().await?).await,
        What::Problem(it) => incidents::problem(it, desk().await?).await,
        What::Feedback(it) => incidents::feedback(it, desk().await?).await,
        What::Maintenance(it) => incidents::maintenance(it, desk().await?).await,
        What::Waiver(it) => waivers::waiver(it, desk().await?).await,
        What::Team(it) => teams::team(it, desk().await?).await,
        What::Person(it) => persons::person(it, desk().await?).await,
        What::Readiness(it) => readying::readiness(it, desk().await?).await,
        What::Guide(it) => readying::guide(it, desk().await?).await,
        What::QuietPeriod(it) => quiet_periods::quiet_period(it, desk().await?).await,
        What::Milestone(it) => milestones::milestone(it, desk().await?).await,
        What::Question(it) => assessments::question(it, desk().await?).await,
        What::Criterion(it) => assessments::criterion(it, desk().await?).await,
        What::CloseOut(it) => closings::close_out(it, desk().await?).await,
        What::Terminate(it) => closings::terminate(it, desk().await?).await,
        What::Survey(it) => surveys::survey(it, desk().await?).await,
        What::Record(it) => records::record(it, everywhere, surroundings, terminal).await,
        What::Verify(it) => verifying::verify_file(it, terminal).await,
        What::Output(it) => outputs::output(it, desk().await?).await,
        What::LogIn(it) => logging_in::log_in(it, surroundings, terminal).await,
        What::Account(it) => accounts::account(it, surroundings, terminal).await,
        What::Link(it) => logging_in::link(it, &desk().await?).await,
        What::ExitCodes(_) => program::exit_codes(terminal),
        What::Completions(it) => program::completions(it, terminal),
        What::Man(it) => program::man(it, terminal),
    }
}
