//! Who leads a deployment. The lease only saves two leaders the race; the epoch is the fence.

use super::link::Link;
use super::reading::ensure_known;
use super::{now_us, text};
use crate::error::RecordError;
use crate::memory::{end_of_lease, timestamp};
use crate::queue::Lead;
use model::id::DeploymentId;
use std::time::Duration;

pub(super) async fn lead(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    holder: &str,
    lease: Duration,
) -> Result<Lead, RecordError> {
    let now_us = now_us(link).await?;
    let until = end_of_lease(now_us, lease);
    let values = [holder.into(), until.into(), deployment.as_str().into(), now_us.into()];
    if let Some(mut row) = link.row(text::LEAD, &values).await? {
        return Ok(Lead::Taken { epoch: row.number()? });
    }
    match link.row(text::LEADER, &[deployment.as_str().into()]).await? {
        Some(mut row) => Ok(Lead::HeldBy { holder: row.text()?, until: timestamp(row.integer()?) }),
        None => Err(RecordError::Unknown { deployment: deployment.clone() }),
    }
}

pub(super) async fn is_led(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<bool, RecordError> {
    let now_us = now_us(link).await?;
    match link.row(text::LEADER, &[deployment.as_str().into()]).await? {
        Some(mut row) => Ok(!row.text()?.is_empty() && row.integer()? > now_us),
        None => Err(RecordError::Unknown { deployment: deployment.clone() }),
    }
}

pub(super) async fn keep(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    epoch: u64,
    lease: Duration,
) -> Result<bool, RecordError> {
    let now_us = now_us(link).await?;
    let until = end_of_lease(now_us, lease);
    let values = [until.into(), deployment.as_str().into(), epoch.into(), now_us.into()];
    let kept = link.run(text::KEEP_LEADING, &values).await? > 0;
    if !kept {
        ensure_known(link, deployment).await?;
    }
    Ok(kept)
}

pub(super) async fn let_claim(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    epoch: u64,
) -> Result<(), RecordError> {
    link.run(text::LET_CLAIM, &[deployment.as_str().into(), epoch.into()]).await?;
    Ok(())
}

pub(super) async fn stop(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    epoch: u64,
) -> Result<(), RecordError> {
    let values = [deployment.as_str().into(), epoch.into()];
    if link.run(text::STOP_LEADING, &values).await? == 0 {
        ensure_known(link, deployment).await?;
    }
    Ok(())
}
