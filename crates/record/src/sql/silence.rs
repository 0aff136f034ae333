//! A PostgreSQL that is gone without a word.

use super::SqlRecord;
use crate::error::RecordError;
use crate::key::Signer;
use crate::notary::Notary;
use crate::testing;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// Returns where a database is reached through a line that carries no answer any more once `is_cut`.
fn behind_a_line(url: &str, folder: &Path, is_cut: &Arc<AtomicBool>) -> String {
    let (database, server) = url.split_once("?host=").unwrap();
    let server = Path::new(server).join(".s.PGSQL.5432");
    let line = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    let is_cut = is_cut.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = line.accept().await {
            let (mut answers, mut asks) = UnixStream::connect(&server).await.unwrap().into_split();
            let (mut from_client, mut to_client) = client.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut asks).await });
            let is_cut = is_cut.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                while let Ok(some @ 1..) = answers.read(&mut bytes).await {
                    // As where the computer behind it has lost its power: nobody says that it is gone.
                    if !is_cut.load(Ordering::Relaxed) {
                        to_client.write_all(&bytes[..some]).await.unwrap();
                    }
                }
            });
        }
    });
    format!("{database}?host={}", folder.display())
}

#[tokio::test]
async fn whoever_waits_for_a_postgresql_that_is_gone_is_told_so() {
    let (folder, is_cut) = (tempfile::tempdir().unwrap(), Arc::new(AtomicBool::new(false)));
    let url = behind_a_line(&testing::postgres().database(), folder.path(), &is_cut);
    let notary = Notary::open(Signer::from_seed([7; 32]), None).unwrap();
    let record = SqlRecord::postgres(&url, notary).await.unwrap();
    let mut transaction = record.database.write().await.unwrap();
    is_cut.store(true, Ordering::Relaxed);
    // Nothing comes any more: time passes by itself to whatever ends first.
    tokio::time::pause();
    let asked = transaction.link().run("DELETE FROM deployments", &[]).await;
    transaction.roll_back().await;
    tokio::time::resume();
    let Err(RecordError::Storage { source }) = asked else { panic!("{asked:?}") };
    assert!(source.to_string().contains("has not answered for 120 s"), "{source}");
    is_cut.store(false, Ordering::Relaxed);
    let mut another = record.database.write().await.unwrap();
    assert_eq!(another.link().run("DELETE FROM deployments", &[]).await.unwrap(), 0);
}
