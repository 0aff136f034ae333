//! Reading the record, and the small tables beside it.

use super::link::{Link, Row, Value};
use super::rows::Rows;
use super::text;
use crate::chain::Tip;
use crate::change::{CommandId, Head};
use crate::entry::{Entry, Kept, Notice, Snapshot, Standing, Stretch};
use crate::error::RecordError;
use crate::key::VerifierKey;
use crate::memory::SNAPSHOTS_MAX;
use crate::notary::Notary;
use crate::note::Checkpoint;
use crate::tree::Frontier;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};

/// Returns an error where there is no such deployment.
pub(super) async fn ensure_known(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<(), RecordError> {
    match link.row(text::EXISTS, &[deployment.as_str().into()]).await? {
        Some(_) => Ok(()),
        None => Err(RecordError::Unknown { deployment: deployment.clone() }),
    }
}

/// Returns `rows`, or an error where there are none because there is no such deployment.
async fn known(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    rows: Vec<Row>,
) -> Result<Vec<Row>, RecordError> {
    if rows.is_empty() {
        ensure_known(link, deployment).await?;
    }
    Ok(rows)
}

/// Returns the deployment with the name that is stored.
pub(super) fn deployment_id(name: &str) -> Result<DeploymentId, RecordError> {
    name.parse().map_err(|_| RecordError::corrupt(format!("`{name}` is stored as a name")))
}

pub(super) async fn deployments(link: &mut Link<'_>) -> Result<Vec<DeploymentId>, RecordError> {
    let rows = link.rows(text::DEPLOYMENTS, &[]).await?;
    let name = |mut row: Row| deployment_id(&row.text()?);
    rows.into_iter().map(name).collect()
}

/// The row of a deployment: its head, its tree and its checkpoint with its key.
pub(super) struct Stored {
    pub(super) tip: Tip,
    pub(super) checkpoint: String,
    pub(super) key: VerifierKey,
    pub(super) contradicted: String,
}

pub(super) async fn stored(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<Stored, RecordError> {
    let Some(mut row) = link.row(text::TIP, &[deployment.as_str().into()]).await? else {
        return Err(RecordError::Unknown { deployment: deployment.clone() });
    };
    let head = Head { seq: row.number()?, hash: row.digest()?, epoch: row.number()? };
    let tree = Frontier::from_bytes(head.seq, &row.bytes()?).ok_or_else(|| {
        RecordError::corrupt(format!("the tree of {deployment} has not {} entries", head.seq))
    })?;
    let (checkpoint, vkey, contradicted) = (row.text()?, row.text()?, row.text()?);
    let key = vkey.parse().map_err(|_| {
        RecordError::corrupt(format!("`{vkey}` is stored as the key of {deployment}"))
    })?;
    Ok(Stored { tip: Tip { head, tree }, checkpoint, key, contradicted })
}

pub(super) async fn standing(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
) -> Result<Standing, RecordError> {
    let Stored { tip: Tip { head, tree }, checkpoint, key, contradicted } =
        stored(link, deployment).await?;
    let contradicted = Checkpoint::claimed(&contradicted);
    Ok(Standing { head, tree, checkpoint, key, contradicted })
}

pub(super) async fn entries(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    after: Seq,
    limit: u32,
) -> Result<Vec<Entry>, RecordError> {
    let values = [deployment.as_str().into(), after.into(), i64::from(limit).into()];
    let rows = link.rows(text::READ, &values).await?;
    let entry =
        |mut row: Row| Ok(Entry { seq: row.number()?, body: row.bytes()?, hash: row.digest()? });
    known(link, deployment, rows).await?.into_iter().map(entry).collect()
}

/// Returns entries in one piece: one row, whatever their number. A row for each took most of the time
/// of a fold.
pub(super) async fn stretch(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    after: Seq,
    limit: u32,
) -> Result<Option<Stretch>, RecordError> {
    let limit = i64::from(limit);
    let values = [deployment.as_str().into(), after.into(), limit.into(), b"\n".as_slice().into()];
    let joined = link.choose(text::STRETCH_SQLITE, text::STRETCH_POSTGRES);
    let Some(mut row) = link.row(joined, &values).await? else { return Ok(None) };
    if row.number()? == 0 {
        ensure_known(link, deployment).await?;
        return Ok(None);
    }
    let (last, bodies) = (row.number()?, row.as_bytes()?);
    let values = [deployment.as_str().into(), last.into()];
    let Some(mut row) = link.row(text::HASH, &values).await? else { return Ok(None) };
    Ok(Some(Stretch { last, hash: row.digest()?, bodies }))
}

pub(super) async fn command(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    id: &CommandId,
) -> Result<Option<Seq>, RecordError> {
    let values = [deployment.as_str().into(), id.as_str().into()];
    let rows = link.rows(text::COMMAND, &values).await?;
    let first = known(link, deployment, rows).await?.into_iter().next();
    first.map(|mut row| row.number()).transpose()
}

pub(super) async fn content(
    link: &mut Link<'_>,
    digest: &Digest,
) -> Result<Option<Vec<u8>>, RecordError> {
    let Some(mut row) = link.row(text::CONTENT, &[digest.into()]).await? else { return Ok(None) };
    let body = row.bytes()?;
    if Digest::of(&body) != *digest {
        return Err(RecordError::corrupt(format!("the content {digest} has other bytes")));
    }
    Ok(Some(body))
}

pub(super) async fn kept(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    digest: &Digest,
) -> Result<Option<Kept>, RecordError> {
    let rows = link.rows(text::KEPT, &[deployment.as_str().into(), digest.into()]).await?;
    Ok(all_kept(link, deployment, rows).await?.pop())
}

pub(super) async fn contents_between(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    (after, until): (Seq, Seq),
    limit: u32,
) -> Result<Vec<Kept>, RecordError> {
    let values = [deployment.as_str().into(), after.into(), until.into(), i64::from(limit).into()];
    let rows = link.rows(text::CONTENTS_BETWEEN, &values).await?;
    all_kept(link, deployment, rows).await
}

pub(super) async fn contents(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    after: Option<Digest>,
    limit: u32,
) -> Result<Vec<Kept>, RecordError> {
    let after = after.map(|it| it.as_bytes().to_vec()).unwrap_or_default();
    let values = [deployment.as_str().into(), (&after).into(), i64::from(limit).into()];
    let rows = link.rows(text::CONTENTS, &values).await?;
    all_kept(link, deployment, rows).await
}

async fn all_kept(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    rows: Vec<Row>,
) -> Result<Vec<Kept>, RecordError> {
    let kept = |mut row: Row| {
        let (digest, seq, whose) = (row.digest()?, row.number()?, row.text()?);
        let is_of = |_| RecordError::corrupt(format!("`{whose}` is stored as whose an opening is"));
        let whose = match whose.as_str() {
            "" => None,
            name => Some(name.parse().map_err(is_of)?),
        };
        Ok(Kept { digest, seq, whose })
    };
    known(link, deployment, rows).await?.into_iter().map(kept).collect()
}

pub(super) async fn contents_of(
    link: &mut Link<'_>,
    digests: &[Digest],
) -> Result<Vec<Vec<u8>>, RecordError> {
    let mut rows = Rows::list(text::CONTENTS_OF, vec![]);
    digests.iter().for_each(|it| rows.push([it.into()]));
    rows.fetch(link).await?.into_iter().map(|mut row| row.bytes()).collect()
}

pub(super) async fn openings(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    whose: &Whom,
) -> Result<Vec<Vec<u8>>, RecordError> {
    let whose = whose.to_string();
    let values = [deployment.as_str().into(), whose.as_str().into()];
    let rows = link.rows(text::OPENINGS, &values).await?;
    known(link, deployment, rows).await?.into_iter().map(|mut row| row.bytes()).collect()
}

pub(super) async fn notices(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    after: Option<(Seq, u64)>,
    limit: u32,
) -> Result<Vec<Notice>, RecordError> {
    let before_all = || (Value::from(-1_i64), Value::from(-1_i64));
    let (seq, n) = after.map_or_else(before_all, |(seq, n)| (seq.into(), n.into()));
    let values = [deployment.as_str().into(), seq, n, i64::from(limit).into()];
    let rows = link.rows(text::NOTICES, &values).await?;
    let notice =
        |mut row: Row| Ok(Notice { seq: row.number()?, n: row.number()?, body: row.bytes()? });
    known(link, deployment, rows).await?.into_iter().map(notice).collect()
}

pub(super) async fn deliver(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    seq: Seq,
    n: u64,
) -> Result<(), RecordError> {
    let values = [deployment.as_str().into(), seq.into(), n.into()];
    if link.run(text::NOTICE_DELIVERED, &values).await? == 0 {
        ensure_known(link, deployment).await?;
    }
    Ok(())
}

pub(super) async fn snapshot(
    link: &mut Link<'_>,
    notary: &Notary,
    deployment: &DeploymentId,
) -> Result<Option<Snapshot>, RecordError> {
    let mut before = Seq::MAX;
    loop {
        let values = [deployment.as_str().into(), before.into()];
        let rows = link.rows(text::SNAPSHOT, &values).await?;
        let newest = known(link, deployment, rows).await?.into_iter().next();
        let Some(mut row) = newest else { return Ok(None) };
        let (seq, hash, bytes) = (row.number()?, row.digest()?, row.bytes()?);
        let snapshot = Snapshot { seq, hash, bytes };
        if notary.has_sealed(deployment, &snapshot, &row.text()?) {
            return Ok(Some(snapshot));
        }
        before = seq;
    }
}

pub(super) async fn put_snapshot(
    link: &mut Link<'_>,
    deployment: &DeploymentId,
    (snapshot, seal): (&Snapshot, &str),
) -> Result<(), RecordError> {
    ensure_known(link, deployment).await?;
    let Snapshot { seq, hash, bytes } = snapshot;
    let name = deployment.as_str();
    let values = [name.into(), (*seq).into(), hash.into(), bytes.into(), seal.into()];
    link.run(text::PUT_SNAPSHOT, &values).await?;
    let kept = i64::try_from(SNAPSHOTS_MAX).unwrap_or(i64::MAX);
    link.run(text::FORGET_SNAPSHOTS, &[name.into(), kept.into()]).await?;
    Ok(())
}
