//! The notary of a record: signs its checkpoints, tells the witness, and asks it.

mod asking;

use crate::chain::{Tip, link};
use crate::change::Head;
use crate::entry::{Snapshot, Standing};
use crate::error::RecordError;
use crate::home::Record;
use crate::key::{Signer, VerifierKey};
use crate::note::{self, Checkpoint, InvalidNote};
use crate::rotation::{Keys, note_of};
use crate::witness::{Outside, Witness};
use asking::Asking;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How many entries are read at once where all are read.
pub(crate) const PAGE: u32 = 1_000;

/// The first line of what is signed of a snapshot.
const SNAPSHOT: &str = "landfall-snapshot/1";

/// Signs checkpoints and keeps them with the witness, where there is one.
#[derive(Debug)]
pub(crate) struct Notary {
    signer: Signer,
    keeper: Keeper,
    /// The checkpoint that was signed or verified last: most who ask find the same one again.
    verified: Mutex<Option<(String, VerifierKey, Checkpoint)>>,
    /// What was known of the witness's files when they were last read or written here.
    known: Mutex<BTreeMap<DeploymentId, Seen>>,
    asking: Asking,
}

/// What is known of a witness's file.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// How long it was.
    length: u64,
    /// The largest size of a record that it had seen.
    size: Seq,
    /// The chain's hash there, where the record was held against it.
    hash: Option<Digest>,
}

/// Who keeps checkpoints outside the database.
#[derive(Debug)]
enum Keeper {
    /// Nobody: lost history goes unnoticed.
    Nobody,
    /// A directory, best on another volume.
    Witness(Witness),
    /// The memory of this process, for simulations: the largest note of each deployment.
    Memory(Mutex<BTreeMap<DeploymentId, (Seq, String)>>),
}

impl Notary {
    /// Returns the notary with this key and, where a directory is given, its witness.
    pub(crate) fn open(signer: Signer, directory: Option<&Path>) -> Result<Self, RecordError> {
        let witness = directory.map(Witness::open).transpose().map_err(storage)?;
        let keeper = witness.map_or(Keeper::Nobody, Keeper::Witness);
        Ok(Self::of(signer, keeper))
    }

    fn of(signer: Signer, keeper: Keeper) -> Self {
        let (verified, known, asking) = Default::default();
        Self { signer, keeper, verified, known, asking }
    }

    /// Returns a notary whose witness is the memory of this process.
    pub(crate) fn in_memory(signer: Signer) -> Self {
        Self::of(signer, Keeper::Memory(Mutex::default()))
    }

    /// Returns the key that verifies what is signed here.
    pub(crate) fn key(&self) -> &VerifierKey {
        self.signer.verifier_key()
    }

    /// Returns the key that signs here.
    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Returns the signed checkpoint of the record that ends with `tip`.
    pub(crate) fn sign(&self, deployment: &DeploymentId, tip: &Tip) -> String {
        let Tip { head, tree } = tip;
        let (deployment, chain) = (deployment.clone(), Some(head.hash));
        let checkpoint = Checkpoint { deployment, size: tree.size(), root: tree.root(), chain };
        let note = checkpoint.sign(&self.signer);
        // What was signed here a moment ago need not be verified.
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        *verified = Some((note.clone(), self.key().clone(), checkpoint));
        note
    }

    /// Returns the signature over `snapshot`: no state is believed that was not folded under this key.
    pub(crate) fn seal(&self, deployment: &DeploymentId, snapshot: &Snapshot) -> String {
        note::sign(&sealed(deployment, snapshot), &self.signer)
    }

    /// Returns whether `seal` is the signature over `snapshot`.
    pub(crate) fn has_sealed(
        &self,
        deployment: &DeploymentId,
        snapshot: &Snapshot,
        seal: &str,
    ) -> bool {
        // One of an earlier program has none, and need not be hashed.
        !seal.is_empty() && note::verify(seal, &sealed(deployment, snapshot), self.key()).is_ok()
    }

    /// Returns an error where the deployment's checkpoints are signed with another key.
    pub(crate) fn check_key(
        &self,
        deployment: &DeploymentId,
        key: &VerifierKey,
    ) -> Result<(), RecordError> {
        if key == self.key() {
            return Ok(());
        }
        let (deployment, expected) = (deployment.clone(), key.to_string());
        let found = self.key().to_string();
        Err(RecordError::OtherKey { deployment, expected, found })
    }

    /// Returns an error where entries that follow `head`, signed with `key`, do not lead to the key here:
    /// whoever has another one writes nothing.
    pub(crate) fn check_keys(
        &self,
        deployment: &DeploymentId,
        key: &VerifierKey,
        head: &Head,
        entries: &[Vec<u8>],
    ) -> Result<(), RecordError> {
        if !entries.iter().any(|it| note_of(it).is_some()) {
            return self.check_key(deployment, key);
        }
        let mut before = (key.clone(), head.hash);
        for (seq, body) in (head.seq + 1..).zip(entries) {
            let (signs, previous) = &mut before;
            let mut keys = Keys::default();
            keys.entry(seq, previous, body).map_err(|why| RecordError::Unfit {
                deployment: deployment.clone(),
                why: format!("its key rotation does not hold: {why}"),
            })?;
            if let [old, new] = keys.in_order() {
                if old != signs {
                    return self.check_key(deployment, signs);
                }
                signs.clone_from(new);
            }
            *previous = link(previous, body);
        }
        self.check_key(deployment, &before.0)
    }

    /// Tells the witness of key rotations among `entries`, before they are in the record: what it has seen
    /// from then on is signed with another key.
    pub(crate) async fn attest_rotations(
        &self,
        deployment: &DeploymentId,
        head: &Head,
        entries: &[Vec<u8>],
    ) -> Result<(), RecordError> {
        for note in entries.iter().filter_map(|it| note_of(it)) {
            let told =
                self.write(deployment, head.seq, move |it, named| it.rotated(named, &note)).await;
            // Nothing is in the record yet.
            told.map_err(|it| RecordError::Storage { source: it.into() })?;
        }
        Ok(())
    }

    /// Tells the witness who was forgotten, after the record says so.
    pub(crate) async fn forgot(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        whom: Vec<Whom>,
    ) -> Result<(), RecordError> {
        if whom.is_empty() {
            return Ok(());
        }
        self.write(deployment, seq, move |it, named| it.forgot(named, &whom)).await.map(drop)
    }

    /// Has the witness know exactly `whom` as forgotten.
    pub(crate) async fn keep_forgotten(
        &self,
        deployment: &DeploymentId,
        whom: Vec<Whom>,
    ) -> Result<(), RecordError> {
        let kept = self.ask(deployment, move |it, named| it.keep_forgotten(named, &whom)).await;
        kept.map(drop).map_err(storage)
    }

    /// Returns who was forgotten, as far as the witness was told.
    pub(crate) async fn forgotten(
        &self,
        deployment: &DeploymentId,
    ) -> Result<Vec<Whom>, RecordError> {
        let read = self.ask(deployment, |it, named| it.forgotten(named)).await;
        read.map(Option::unwrap_or_default).map_err(storage)
    }

    /// Returns an error where the witness has seen more than `record` holds, or others: its database was
    /// put back while whoever appends after `expected` went on. Asked before each append, because after it
    /// the witness would know no better.
    pub(crate) async fn has_seen_no_other(
        &self,
        record: &dyn Record,
        deployment: &DeploymentId,
        expected: &Head,
    ) -> Result<(), RecordError> {
        let Some(seen) = self.seen(deployment).await? else { return Ok(()) };
        let is_behind = seen.size < expected.seq;
        if is_behind || seen.size == expected.seq && seen.hash == Some(expected.hash) {
            return Ok(());
        }
        // Somebody else may have appended meanwhile: the witness is told after the database.
        let Standing { head, checkpoint, key, .. } = record.standing(deployment).await?;
        let Some(witnessed) = self.newest(deployment).await? else { return Ok(()) };
        if witnessed.size < head.seq {
            return Ok(());
        }
        let own = self.open_note(&checkpoint, &key).map_err(|why| {
            RecordError::corrupt(format!("the checkpoint of {deployment} does not hold: {why}"))
        })?;
        self.compare(record, &self.of_witness(witnessed).await, &own, &head).await?;
        if let Some(known) = self.known().get_mut(deployment).filter(|it| it.size == head.seq) {
            known.hash = Some(head.hash);
        }
        Ok(())
    }

    /// Returns what the witness has seen; nothing without one. A witness that cannot be read is left for
    /// whoever writes to it next.
    async fn seen(&self, deployment: &DeploymentId) -> Result<Option<Seen>, RecordError> {
        if let Keeper::Memory(kept) = &self.keeper {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = |(size, _): &(Seq, String)| Seen { length: 0, size: *size, hash: None };
            return Ok(kept.get(deployment).map(seen));
        }
        let Ok(Some(length)) = self.ask(deployment, |it, named| it.length(named)).await else {
            return Ok(None);
        };
        let known = self.known().get(deployment).copied();
        if let Some(seen) = known.filter(|it| it.length == length) {
            return Ok(Some(seen));
        }
        let Ok(newest) = self.newest(deployment).await else { return Ok(None) };
        let seen = Seen { length, size: newest.map_or(0, |it| it.size), hash: None };
        self.known().insert(deployment.clone(), seen);
        Ok(Some(seen))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<DeploymentId, Seen>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the checkpoint at `head` to the witness; it is durable there when this returns.
    pub(crate) async fn attest(
        &self,
        deployment: &DeploymentId,
        head: &Head,
        note: &str,
    ) -> Result<(), RecordError> {
        let seq = head.seq;
        if let Keeper::Memory(kept) = &self.keeper {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let largest = kept.entry(deployment.clone()).or_default();
            if largest.0 <= seq {
                *largest = (seq, note.to_owned());
            }
        }
        let before = self.known().get(deployment).copied();
        // An empty line stands before each note.
        let (note, added) = (note.to_owned(), note.len() as u64 + 1);
        let written = self.write(deployment, seq, move |it, named| it.append(named, &note)).await?;
        // Where somebody else wrote too, it is read anew.
        if let Some(length) = written
            && before.is_some_and(|it| it.length + added == length)
        {
            let seen = Seen { length, size: seq, hash: Some(head.hash) };
            self.known().insert(deployment.clone(), seen);
        }
        Ok(())
    }

    /// Lets the witness forget what it has seen, and begin with this checkpoint.
    pub(crate) async fn begin_anew(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        note: &str,
    ) -> Result<(), RecordError> {
        if let Keeper::Memory(kept) = &self.keeper {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(deployment.clone(), (seq, note.to_owned()));
        }
        self.known().remove(deployment);
        let note = note.to_owned();
        let work = move |it: &Witness, named: &_| it.begin_anew(named, &note, seq);
        self.write(deployment, seq, work).await.map(drop)
    }

    /// Asks the witness, where there is one.
    async fn ask<T: Send + 'static>(
        &self,
        deployment: &DeploymentId,
        work: impl FnOnce(&Witness, &DeploymentId) -> std::io::Result<T> + Send + 'static,
    ) -> std::io::Result<Option<T>> {
        let Keeper::Witness(witness) = &self.keeper else { return Ok(None) };
        let (witness, deployment) = (witness.clone(), deployment.clone());
        self.asking.ask(move || work(&witness, &deployment)).await.map(Some)
    }

    async fn write<T: Send + 'static>(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        work: impl FnOnce(&Witness, &DeploymentId) -> std::io::Result<T> + Send + 'static,
    ) -> Result<Option<T>, RecordError> {
        let Keeper::Witness(witness) = &self.keeper else { return Ok(None) };
        let path = witness.path(deployment);
        let written = self.ask(deployment, work).await;
        let deployment = deployment.clone();
        written.map_err(|source| RecordError::Unwitnessed { deployment, seq, path, source })
    }

    async fn newest(&self, deployment: &DeploymentId) -> Result<Option<Checkpoint>, RecordError> {
        if let Keeper::Memory(kept) = &self.keeper {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let note = kept.get(deployment).map(|(_, note)| self.open_note(note, self.key()));
            return note.transpose().map_err(|why| RecordError::corrupt(why.to_string()));
        }
        let key = self.key().clone();
        let read = self.ask(deployment, move |it, named| it.newest(named, &key)).await;
        read.map(Option::flatten).map_err(storage)
    }

    /// Returns what `note` says, if `key` has signed it.
    fn open_note(&self, note: &str, key: &VerifierKey) -> Result<Checkpoint, InvalidNote> {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, by, checkpoint)) = &*verified
            && last == note
            && by == key
        {
            return Ok(checkpoint.clone());
        }
        let checkpoint = Checkpoint::open(note, key)?;
        *verified = Some((note.to_owned(), key.clone(), checkpoint.clone()));
        Ok(checkpoint)
    }

    /// Returns the checkpoint in `note`, if `key` has signed it and it is of the record that ends with `tip`:
    /// head and tree stand beside it in the database, where others may write. Asked before each append,
    /// because the next checkpoint would vouch for whatever it goes on from.
    pub(crate) fn check_tip(
        &self,
        deployment: &DeploymentId,
        tip: &Tip,
        (note, key): (&str, &VerifierKey),
    ) -> Result<Checkpoint, RecordError> {
        let own = self.open_note(note, key).map_err(|why| {
            RecordError::corrupt(format!("the checkpoint of {deployment} does not hold: {why}"))
        })?;
        if own.deployment != *deployment || !tip.is_of(&own) {
            let what = format!("the checkpoint of {deployment} is not that of its last entry");
            return Err(RecordError::Corrupt { what });
        }
        Ok(own)
    }

    /// Returns the record's own checkpoint, if it is signed, of the head, and the head is of the last entry.
    async fn check_standing(
        &self,
        record: &dyn Record,
        deployment: &DeploymentId,
        standing: &Standing,
    ) -> Result<Checkpoint, RecordError> {
        let head = &standing.head;
        let tip = Tip { head: head.clone(), tree: standing.tree.clone() };
        let own = self.check_tip(deployment, &tip, (&standing.checkpoint, &standing.key))?;
        // An earlier program signed nothing that tells the head from another one: the entries do.
        if own.chain.is_none() {
            let led_to = tip_at(record, deployment, head.seq).await?;
            if led_to.head.hash != head.hash || !led_to.is_of(&own) {
                let what = format!("the entries of {deployment} are not the ones that were signed");
                return Err(RecordError::Corrupt { what });
            }
        }
        if let Some(before) = head.seq.checked_sub(1) {
            let last = record.read(deployment, before, 1).await?;
            if !last.first().is_some_and(|it| it.seq == head.seq && it.hash == head.hash) {
                let what = format!("entry {} of {deployment} is missing or changed", head.seq);
                return Err(RecordError::Corrupt { what });
            }
        }
        Ok(own)
    }

    /// Compares a record with its key, its own checkpoint and its witness, and returns where it stands.
    pub(crate) async fn inspect(
        &self,
        record: &dyn Record,
        deployment: &DeploymentId,
    ) -> Result<Head, RecordError> {
        // The witness first: the record may grow meanwhile, but it must never be behind.
        let witnessed = self.newest(deployment).await?;
        let standing = record.standing(deployment).await?;
        self.check_key(deployment, &standing.key)?;
        let own = self.check_standing(record, deployment, &standing).await?;
        let head = standing.head;
        // What others have said of it first: about one loss people decide once.
        if let Some(kept) = standing.contradicted {
            let kept = Outside { checkpoint: kept, since: None };
            self.compare(record, &kept, &own, &head).await?;
        }
        let witnessed = match witnessed {
            Some(checkpoint) => Some(self.of_witness(checkpoint).await),
            None => None,
        };
        if let Some(witnessed) = &witnessed {
            self.compare(record, witnessed, &own, &head).await?;
        }
        // A crash between a commit and its witness leaves the witness behind.
        if witnessed.is_none_or(|it| it.checkpoint.size < head.seq) {
            self.attest(deployment, &head, &standing.checkpoint).await?;
        }
        Ok(head)
    }

    /// Returns what the witness has seen, with when that was.
    async fn of_witness(&self, checkpoint: Checkpoint) -> Outside {
        let told = self.ask(&checkpoint.deployment, |it, named| it.told(named)).await;
        Outside { checkpoint, since: told.ok().flatten().and_then(|it| it.try_into().ok()) }
    }

    async fn compare(
        &self,
        record: &dyn Record,
        outside: &Outside,
        own: &Checkpoint,
        head: &Head,
    ) -> Result<(), RecordError> {
        let Outside { checkpoint, since } = outside;
        let (deployment, since) = (own.deployment.clone(), *since);
        let witnessed = Box::new(checkpoint.clone());
        if witnessed.size > head.seq {
            let found = head.clone();
            return Err(RecordError::HistoryLost { deployment, witnessed, found, since });
        }
        let found = if witnessed.size == own.size {
            own.root
        } else {
            tip_at(record, &deployment, witnessed.size).await?.tree.root()
        };
        if found == witnessed.root {
            return Ok(());
        }
        Err(RecordError::Rewritten { deployment, witnessed, found, since })
    }
}

/// Returns where the first `size` entries lead, read page by page.
async fn tip_at(
    record: &dyn Record,
    deployment: &DeploymentId,
    size: Seq,
) -> Result<Tip, RecordError> {
    let mut tip = Tip::beginning();
    while tip.head.seq < size {
        let entries = record.read(deployment, tip.head.seq, PAGE).await?;
        let wanted = usize::try_from(size - tip.head.seq).unwrap_or(usize::MAX);
        if entries.is_empty() {
            let what = format!("entry {} of {deployment} is missing", tip.head.seq + 1);
            return Err(RecordError::Corrupt { what });
        }
        for entry in entries.iter().take(wanted) {
            tip.push(&entry.body);
        }
    }
    Ok(tip)
}

/// Returns what is signed of a snapshot.
fn sealed(deployment: &DeploymentId, Snapshot { seq, hash, bytes }: &Snapshot) -> String {
    format!("{SNAPSHOT}\n{deployment}\n{seq}\n{hash}\n{}\n", Digest::of(bytes))
}

fn storage(error: std::io::Error) -> RecordError {
    RecordError::Storage { source: error.into() }
}
