//! The record: shown, verified, exported; and a file of it verified without a server.

use super::carrying::reach;
use super::places::{self, Reach};
use crate::args::Everywhere;
use crate::args::place::Place;
use crate::args::record::RecordOf;
use crate::desk::{Desk, which};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use coordinator::{Rotation, rotate_keys};
use model::command::Command;
use model::event::Entry;
use model::history::{HistoryCommand, Loss};
use model::id::{DeploymentId, Seq};
use model::scope::Scope;
use record::{
    FirstBad, KeptElsewhere, Opened, Record, RecordError, VerifierKey, VerifyError, compare,
};
use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How many entries are read at once.
pub(super) const PAGE: u32 = 2_000;
/// What is said of the key wherever something to verify is handed out.
pub(super) const KEEP_THE_KEY: &str = "KEY is what `landfall record key` prints, from where you keep it: without it only accidents are found.";
/// How often a followed record is looked at.
const FOLLOW_EVERY: Duration = Duration::from_millis(300);

pub(crate) async fn record(
    it: &RecordOf,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    match it {
        RecordOf::Show { scope, follow, after, limit } => {
            let mut desk = Desk::open(everywhere, surroundings, terminal).await?;
            show(&mut desk, scope.as_ref(), *follow, *after, *limit).await
        }
        RecordOf::Verify { against, object_store_key } => {
            let reach = reach(surroundings, object_store_key.as_deref())?;
            let against = against.as_ref().map(|it| (it, &reach));
            verify(against, everywhere, surroundings, terminal).await
        }
        RecordOf::Export { file, private } => {
            export(file, private.as_deref(), everywhere, surroundings, terminal).await
        }
        RecordOf::AcceptLoss { reason } => {
            let desk = Desk::open(everywhere, surroundings, terminal).await?;
            accept_loss(desk, reason).await
        }
        RecordOf::AcceptClock { reason } => {
            let mut desk = Desk::open(everywhere, surroundings, terminal).await?;
            let command = HistoryCommand::AcceptClock { reason: reason.clone() };
            desk.act_and_tell(&Scope::Deployment, &Command::History(command)).await?;
            Ok(Exit::Done)
        }
        RecordOf::RotateKey { reason } => rotate_key(reason, surroundings, terminal).await,
        RecordOf::SealAccounts { accounts, all } => {
            super::sealing::seal_accounts(accounts, *all, surroundings, terminal).await
        }
        RecordOf::Key => {
            let record = surroundings.record().await?;
            // A key that was made here just now has signed nothing: the record would say so.
            if let Some(any) = record.deployments().await?.first() {
                record.inspect(any).await?;
            }
            let key = surroundings.signer()?.verifier_key().to_string();
            terminal.answer(&key, || key.clone())?;
            Ok(Exit::Done)
        }
    }
}

/// What came of a rotation of the key.
#[derive(serde::Serialize)]
struct Rotated {
    old: String,
    new: String,
    /// The entry that says so in each deployment; of those that were rotated before there is none.
    entries: BTreeMap<DeploymentId, Seq>,
    put_away: PathBuf,
}

async fn rotate_key(
    reason: &str,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    if surroundings.client().await?.is_some() {
        let next = "run it where the record's key is, without --server";
        return Err(Fault::usage("a server changes no key for others", next));
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Fault::usage("a key is changed for a reason", "say why with --reason"));
    }
    let record = surroundings.record().await?;
    let (old, new) = (surroundings.signer()?, surroundings.next_signer()?);
    let under = surroundings.record_under(surroundings.next_signer()?).await?;
    let login = surroundings.login.clone();
    let rotating = Rotation { old: &old, new: &new, login, reason: reason.to_owned() };
    let entries = rotate_keys(&record, &under, &rotating, surroundings.now()).await?;
    surroundings.accounts(Arc::new(|_: &str| ())).await?.pass_on(&new).await?;
    let [old, new] = [&old, &new].map(|it| it.verifier_key().to_string());
    let put_away = surroundings.change_key(&old)?;
    let rotated = Rotated { old, new, entries, put_away };
    terminal.answer(&rotated, || {
        let Rotated { old, new, entries, put_away } = &rotated;
        let lines: String =
            entries.iter().map(|(of, entry)| format!("  {of}: entry {entry}\n")).collect();
        format!(
            "The record goes on under another key.\n{lines}\nold {old}\nnew {new}\n\nTell whoever keeps the old public key the new one. Put {} away, and give every server of this\nrecord the new key and start it again: until then it writes nothing. Workers carry nothing out before they are\nstarted again with it, or with --record-key and the new public key.",
            put_away.display()
        )
    })?;
    Ok(Exit::Done)
}

async fn accept_loss(mut desk: Desk, reason: &str) -> Result<Exit, Fault> {
    let Some(loss) = desk.loss().cloned() else {
        let text = "nothing of the record is lost: its witness has seen nothing else";
        return Err(Fault::new(Exit::Refused, text).next("go on; `landfall status` says where"));
    };
    let command = HistoryCommand::AcceptLoss { loss, reason: reason.to_owned() };
    desk.act_and_tell(&Scope::Deployment, &Command::History(command)).await?;
    Ok(Exit::Done)
}

async fn show(
    desk: &mut Desk,
    scope: Option<&Scope>,
    follow: bool,
    after: Option<Seq>,
    limit: usize,
) -> Result<Exit, Fault> {
    let mut wanted = Vec::new();
    let mut last = after.unwrap_or(0);
    loop {
        let page = desk.coordinator.entries(last, PAGE).await?;
        let Some(newest) = page.last() else { break };
        last = newest.seq;
        let of_scope = |it: &Entry| {
            scope.is_none_or(|scope| views::event::scope_of(desk.state(), &it.event) == *scope)
        };
        wanted.extend(page.into_iter().filter(of_scope));
        if after.is_some() && wanted.len() >= limit {
            break;
        }
        if after.is_none() && wanted.len() > limit {
            wanted.drain(..wanted.len() - limit);
        }
    }
    if let Some(after) = after
        && wanted.len() > limit
    {
        wanted.truncate(limit);
        last = wanted.last().map_or(after, |it| it.seq);
    }
    if wanted.is_empty()
        && let Some(scope) = scope
    {
        // What is no longer in the plan has its entries all the same.
        desk.known(desk.state(), scope)?;
    }
    if !follow {
        desk.terminal.answer(&wanted, || lines(desk, &wanted))?;
        return Ok(Exit::Done);
    }
    print_each(desk, &wanted)?;
    loop {
        loop {
            let page = desk.coordinator.entries(last, PAGE).await?;
            let Some(newest) = page.last() else { break };
            last = newest.seq;
            let state = desk.state();
            let of_scope = |it: &Entry| {
                scope.is_none_or(|scope| views::event::scope_of(state, &it.event) == *scope)
            };
            let page: Vec<Entry> = page.into_iter().filter(of_scope).collect();
            print_each(desk, &page)?;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
        desk.catch_up().await?;
    }
}

fn lines(desk: &Desk, entries: &[Entry]) -> String {
    let lines: Vec<String> =
        entries.iter().map(|it| render::record::line(desk.state(), it)).collect();
    if lines.is_empty() { "There is no such entry.".to_owned() } else { lines.concat() }
}

fn print_each(desk: &Desk, entries: &[Entry]) -> Result<(), Fault> {
    for entry in entries {
        if desk.terminal.is_json() {
            desk.terminal.print_json_line(entry)?;
        } else {
            desk.terminal.print(&render::record::line(desk.state(), entry))?;
        }
    }
    Ok(())
}

/// What holds of a record, for programs.
#[derive(serde::Serialize)]
pub(super) struct Proven {
    entries: u64,
    head: String,
    contents: u64,
    /// With how many checkpoints that were kept elsewhere it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_elsewhere: Option<usize>,
    /// How many private values can be read in it, and how many cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<Opened>,
}

impl From<&record::Verified> for Proven {
    fn from(it: &record::Verified) -> Self {
        Self {
            entries: it.entries,
            head: it.head.to_string(),
            contents: it.contents,
            kept_elsewhere: None,
            private: None,
        }
    }
}

impl Proven {
    /// Returns it with how much of what is private can be read.
    pub(super) fn with_private(self, private: Opened) -> Self {
        Self { private: Some(private), ..self }
    }
}

/// Verifies every entry with the key of this installation. A damaged record need not fold: it is
/// read as it is stored.
async fn verify(
    against: Option<(&Place, &Reach)>,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let record = surroundings.record().await?;
    let deployment = which(record.as_ref(), everywhere.deployment.as_ref()).await?;
    // A key that stands in the database vouches for nothing.
    let signer = surroundings.signer()?;
    let key = signer.verifier_key();
    let spinner = terminal.spinner("verifying the record");
    let verified = record::verify(record.as_ref(), &deployment, key).await;
    // What the witness has seen is compared last: a bad entry is named before a lost one.
    let inspected = record.inspect(&deployment).await;
    spinner.finish_and_clear();
    match verified {
        Ok(verified) => {
            inspected?;
            let kept = match against {
                Some(place) => Some(held_against(record.as_ref(), &deployment, place, key).await?),
                None => None,
            };
            let vouched = format!("signed with the key {key}");
            let proven = Proven { kept_elsewhere: kept, ..Proven::from(&verified) };
            terminal.answer(&proven, || {
                let held = render::record::verified(&verified, &vouched);
                kept.map_or_else(
                    || held.clone(),
                    |kept| {
                        format!(
                            "{held}Checkpoints kept elsewhere: {kept}; it begins with what each of them vouches for.\n"
                        )
                    },
                )
            })?;
            Ok(Exit::Done)
        }
        Err(VerifyError::Bad(bad)) => Err(first_bad(&bad)),
        Err(VerifyError::Record(error)) => Err((*error).into()),
        Err(error) => Err(Fault::new(Exit::Failure, error.to_string())),
    }
}

/// Compares the record with every checkpoint at `place`, and returns how many there are.
async fn held_against(
    record: &dyn Record,
    deployment: &DeploymentId,
    (place, reach): (&Place, &Reach),
    key: &VerifierKey,
) -> Result<usize, Fault> {
    let notes = places::kept(place, deployment, reach).await;
    let notes = notes
        .map_err(|why| Fault::new(Exit::Failure, format!("{place} cannot be read")).why(why))?;
    if notes.is_empty() {
        let next = "name where `landfall serve --checkpoints-to` carries them, or a file with one";
        return Err(Fault::usage(
            format!("no checkpoint of {deployment} is kept at {place}"),
            next,
        ));
    }
    match compare(record, deployment, &notes, key).await? {
        Ok(_) => Ok(notes.len()),
        Err(other) => Err(another_record(&other)),
    }
}

/// Returns what is said of the first entry that does not hold.
pub(super) fn first_bad(bad: &FirstBad) -> Fault {
    let what = format!("the record does not stand its verification: {bad}");
    Fault::new(Exit::Wrong, what)
        .next("keep everything as it is, compare with the witness, and restore a good backup")
}

#[derive(serde::Serialize)]
struct Exported<'a> {
    file: &'a Path,
    entries: u64,
    /// How many private values it has, and how many of them stand open in the file beside it.
    private: Opened,
    /// What was lost of the deployment's history, where that is not accepted yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<&'a Loss>,
}

/// Returns what the record has lost, as its witness says. A damaged record need not fold: it is exported as it
/// is stored.
async fn lost(record: &dyn Record, deployment: &DeploymentId) -> Result<Option<Loss>, Fault> {
    let (kept, found) = match record.inspect(deployment).await {
        Err(RecordError::HistoryLost { witnessed, found, .. }) => (witnessed, found.seq),
        Err(RecordError::Rewritten { witnessed, .. }) => {
            (witnessed, record.head(deployment).await?.seq)
        }
        Ok(_) | Err(_) => return Ok(None),
    };
    Ok(Some(Loss { witnessed: kept.size, root: kept.root, found }))
}

async fn export(
    path: &Path,
    private: Option<&Path>,
    everywhere: &Everywhere,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let record = surroundings.record().await?;
    let deployment = which(record.as_ref(), everywhere.deployment.as_ref()).await?;
    let loss = lost(record.as_ref(), &deployment).await?;
    if let Some(loss) = &loss {
        terminal.say(&views::why::quarantined(&deployment, loss));
    }
    let fault = |error: &std::io::Error| Fault::of_file(path, error);
    let new = tokio::fs::OpenOptions::new().write(true).create_new(true).open(path).await;
    let file = new.map_err(|it| fault(&it))?;
    let spinner = terminal.spinner("exporting the record");
    let written = record::export(record.as_ref(), &deployment, file).await;
    spinner.finish_and_clear();
    let entries = written?;
    let read = std::fs::File::open(path).map(BufReader::new).and_then(record::commitments);
    let commitments = read.map_err(|it| fault(&it))?;
    let mut opened = Opened { open: 0, closed: commitments.len() };
    if let Some(beside) = private {
        let openings = record::openings(record.as_ref(), &commitments).await?;
        let fault = |error: &std::io::Error| Fault::of_file(beside, error);
        let new = std::fs::OpenOptions::new().write(true).create_new(true).open(beside);
        new.and_then(|mut it| it.write_all(&openings)).map_err(|it| fault(&it))?;
        opened.open = openings.iter().filter(|it| **it == b'\n').count();
        opened.closed -= opened.open;
    }
    let quarantine = loss.as_ref();
    terminal.answer(&Exported { file: path, entries, private: opened, quarantine }, || {
        let path = path.display();
        let are = if entries == 1 { "is" } else { "are" };
        let entries = render::counted::entries(entries);
        let (beside, with) = match private.map(Path::display) {
            Some(it) => (format!(", and what is private in {it}"), format!(" --private {it}")),
            None => (String::new(), String::new()),
        };
        format!(
            "{entries} {are} in {path}{beside}.\n\nVerify it anywhere:\n  landfall verify {path} --key KEY{with}\n{KEEP_THE_KEY}"
        )
    })?;
    Ok(Exit::Done)
}

/// Returns what is said where a record is another one than somebody kept a checkpoint of.
pub(super) fn another_record(other: &KeptElsewhere) -> Fault {
    let what = format!("this is another record than the one that was witnessed: {other}");
    let next = match other {
        KeptElsewhere::Shorter { .. } => {
            "an older backup was put back: restore a later one, or ask whoever did what is known of the time between"
        }
        KeptElsewhere::Other { .. } => "keep both, and ask who has the key",
        KeptElsewhere::Note(_) => {
            "look who else writes there, or whether a backup from before a key rotation was put back"
        }
    };
    Fault::new(Exit::Wrong, what).next(next)
}
