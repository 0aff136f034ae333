//! For tests: what the engine does in a moment that a test need not live through.
//!
//! House rule: what is recorded here is what the engine would record, in the same words.

use crate::act::Coordinator;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use jiff::SignedDuration;
use model::digest::Digest;
use model::event::{Actor, Event};
use model::id::{DeploymentId, SiteId};
use model::machine::SignOffTransition;
use model::sheet::{self, SlotId};
use model::survey::{SurveyEvent, THRESHOLD_MIN};
use record::{Change, Record};
use std::sync::Arc;

/// How long a survey is open.
const SURVEY_LASTS: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Asks for signatures in `slots`, as the engine does once their sheets are ready, and returns the digest
/// of each sheet.
///
/// # Errors
///
/// When the record cannot be read or written.
pub async fn ask_to_sign(
    record: Arc<dyn Record>,
    deployment: &DeploymentId,
    slots: &[SlotId],
) -> Result<Vec<Digest>, CommandError> {
    let state = Coordinator::open(record.clone(), deployment).await?.state;
    let asked: Vec<Digest> = slots.iter().map(|it| sheet::digest(&state, &it.sheet)).collect();
    let event = |(slot, document): (&SlotId, &Digest)| Event::SignOff {
        slot: slot.clone(),
        transition: SignOffTransition::Requested,
        document: *document,
        meaning: None,
        statements: vec![],
        on_behalf_of: None,
        stamp: None,
        batch: None,
        gate: vec![],
    };
    let events: Vec<Event> = slots.iter().zip(&asked).map(event).collect();
    recorded(record, deployment, &events).await?;
    Ok(asked)
}

/// Opens the survey and invites users of `site` by the links with these digests, as people do in the
/// second half of the quiet period.
///
/// # Errors
///
/// When the record cannot be read or written.
pub async fn open_survey(
    record: Arc<dyn Record>,
    deployment: &DeploymentId,
    site: &SiteId,
    links: &[Digest],
) -> Result<(), CommandError> {
    let state = Coordinator::open(record.clone(), deployment).await?.state;
    let opened = SurveyEvent::Opened {
        round: 1,
        closes: state.at.saturating_add(SURVEY_LASTS).unwrap_or(state.at),
        definition: Digest::of(b"questions"),
        languages: vec![],
        threshold: THRESHOLD_MIN,
        sample_percent: 100,
    };
    let invited = SurveyEvent::Invited { site: site.clone(), links: links.to_vec() };
    recorded(record, deployment, &[opened, invited].map(Event::Survey)).await
}

async fn recorded(
    record: Arc<dyn Record>,
    deployment: &DeploymentId,
    events: &[Event],
) -> Result<(), CommandError> {
    let Coordinator { mut state, head, .. } = Coordinator::open(record.clone(), deployment).await?;
    let mut change = Change::default();
    let stamp = Stamp { actor: &Actor::System, at: state.at, command: None };
    extend(&mut state, &mut change.entries, events, &stamp, None)?;
    record.append(deployment, &head, change).await?;
    Ok(())
}
