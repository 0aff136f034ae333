//! Outcomes: what the deployment is to bring about, and how far it has come.

use super::Answer;
use crate::block::{Block, Body, Cell, Drawing, Tone};
use crate::charts::{Rising, burn_up};
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::sentence;
use crate::visit::Visit;
use model::assessment::{Verdict, criteria};
use model::machine::{DeploymentState, SiteState};
use model::measures::goals::goals;
use model::measures::outcomes::{Outcome, OutcomeStanding, outcomes};

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let goals = goals(state, visit.now);
    let measures = outcomes(state, visit.now);
    let mut page = Page::new("Outcomes").typed("landfall outcomes");
    if !state.is_production() {
        page = page.lead(format!("Of a {}: no measures of production.", state.environment()));
    }
    page = page
        .with(table("Outcomes", &goals))
        .with(table("Measures", &measures))
        .and(risen(&visit, None))
        .with(success(&visit));
    let acts = [
        visit.offer_kind("Answer a key question", "assessment/answer", &[]),
        visit.offer_kind("Measure a success criterion", "assessment/measure", &[]),
        visit.offer_kind("Open the survey", "survey/open", &[]),
    ];
    Ok(page.and(offered(acts)).shown(&visit))
}

fn table(title: &str, all: &[Outcome]) -> Block {
    let rows = all.iter().map(|it| {
        let tone = match it.standing {
            OutcomeStanding::Reached => Tone::Good,
            OutcomeStanding::Open | OutcomeStanding::Unknown => Tone::Mind,
            OutcomeStanding::Judged => Tone::Plain,
        };
        vec![
            Cell::of(it.measure).small(sentence(it.rule)),
            Cell::of(&it.value),
            Cell::number(it.n),
            Cell::of(it.standing).tone(tone),
        ]
    });
    Block::table(title, &["What", "Found", "Of how many", "Outcome"], rows.collect(), "")
}

/// The most steps of the line that rises: more are finer than what can be seen.
const STEPS_MAX: usize = 160;

/// Returns how many sites were signed off when, against when all are by the forecast.
pub(super) fn risen(visit: &Visit, ends: Option<jiff::Timestamp>) -> Option<Block> {
    let state = visit.state();
    let signed = state.sites.iter().filter(|it| it.state == SiteState::SignedOff);
    let mut at: Vec<jiff::Timestamp> = signed.map(|it| it.since).collect();
    at.sort_unstable();
    let left_out = state.sites.iter().filter(|it| it.state == SiteState::Exempt).count();
    let goal = state.sites.len() - left_out;
    let mut points = vec![(*at.first()?, 0)];
    let stride = at.len().div_ceil(STEPS_MAX).max(1);
    points.extend(at.iter().copied().zip(1..).filter(|(_, count)| count % stride == 0));
    points.extend(at.last().map(|it| (*it, at.len())));
    let now = at.last().copied().filter(|_| at.len() == goal).unwrap_or(visit.now);
    let ends = ends.filter(|it| *it > now && at.len() < goal);
    let rising = Rising { points, goal, ends, now: Some(now) };
    let first = visit.when(*at.first()?);
    let svg = burn_up(&rising, &first, &visit.when(ends.unwrap_or(now)))?;
    let mut text = format!("{} of {goal} sites are signed off, the first on {first}.", at.len());
    if let Some(ends) = ends {
        text += &format!(" The dashed line is the forecast: all by {}.", visit.when(ends));
    }
    Some(Block::new("Sites signed off", Body::Drawing(Drawing { svg, text })))
}

fn success(visit: &Visit) -> Block {
    let is_over = matches!(
        visit.state().deployment,
        DeploymentState::MilestoneReview | DeploymentState::Closing | DeploymentState::Closed
    );
    let rows = criteria(visit.state()).into_iter().map(|it| {
        let tone = match it.value() {
            Some((_, Verdict::Met)) => Tone::Good,
            // What is measured before it is due tells how far it has come.
            Some((_, Verdict::NotMet)) if is_over => Tone::Bad,
            Some((_, Verdict::NotMet)) | None => Tone::Mind,
        };
        vec![
            Cell::of(&it.criterion.text).small(it.criterion.id.to_string()),
            Cell::of(&it.criterion.target),
            Cell::optional(it.value().map(|(value, _)| value.to_owned())),
            Cell::of(if tone == Tone::Mind && it.value().is_some() {
                "not met yet"
            } else {
                it.word()
            })
            .tone(tone),
        ]
    });
    Block::table(
        "Success criteria",
        &["Criterion", "Goal", "Found", "Verdict"],
        rows.collect(),
        "The plan has no success criteria.",
    )
    .typed("landfall criterion list")
}
