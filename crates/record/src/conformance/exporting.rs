//! The exported file: whole it verifies, and with any one bit changed it does not.

use super::{Home, Kind, body, chapter, fg30, signer};
use crate::{
    Change, Flaw, Signer, export, receipt, verify, verify_file, verify_lines, verify_receipt,
};
use model::digest::Digest;
use proptest::prelude::*;

chapter! {
    an_exported_record_verifies_without_its_home,
}

/// A record of ten entries and three contents.
async fn exported(home: &Home) -> Vec<u8> {
    let (record, deployment, head) = home.begun().await;
    let change = Change {
        entries: (1..=10).map(|it| body(format!("entry {it}, Straße"))).collect(),
        contents: vec![b"one".to_vec(), b"\0\xff".to_vec(), Vec::new()],
        ..Change::default()
    };
    record.append(&deployment, &head, change).await.unwrap();
    let mut file = Vec::new();
    assert_eq!(export(&*record, &deployment, &mut file).await.unwrap(), 10);
    file
}

async fn an_exported_record_verifies_without_its_home(home: Home) {
    let bytes = exported(&home).await;
    let path = home.path("FG30.landfall");
    std::fs::write(&path, &bytes).unwrap();
    let key = signer();
    for expected in [None, Some(key.verifier_key())] {
        let verified = verify_file(&path, expected).unwrap();
        assert_eq!((verified.entries, verified.contents), (10, 3));
        assert_eq!(verified.checkpoint.deployment, fg30());
    }
    let other = Signer::from_seed([8; 32]);
    let refused = verify_file(&path, Some(other.verifier_key())).unwrap_err().to_string();
    assert!(refused.contains("is signed with the key landfall+"), "{refused}");
    let gone = verify_file(&home.path("gone"), None).unwrap_err().to_string();
    assert!(gone.ends_with("could not be read"), "{gone}");
}

#[tokio::test]
async fn a_receipt_verifies_by_itself_and_no_byte_of_it_can_be_another() {
    let home = Home::new(Kind::Memory);
    let (record, deployment, head) = home.begun().await;
    let entries = (1..=11).map(|it| body(format!("entry {it}"))).collect();
    let change = Change { entries, ..Change::default() };
    record.append(&deployment, &head, change).await.unwrap();
    let key = signer();
    assert!(receipt(&*record, &deployment, 12, &key).await.unwrap().is_none());
    for seq in 1..=11 {
        let bytes = receipt(&*record, &deployment, seq, &key).await.unwrap().unwrap();
        let verified = verify_receipt(&bytes, Some(key.verifier_key())).unwrap();
        assert_eq!((verified.seq, verified.checkpoint.size), (seq, 11));
        for place in 0..bytes.len() {
            let mut other = bytes.clone();
            other[place] ^= 1;
            assert!(
                verify_receipt(&other, Some(key.verifier_key())).is_err(),
                "{seq}: byte {place}"
            );
        }
    }
    let stranger = Signer::from_seed([8; 32]);
    let bytes = receipt(&*record, &deployment, 3, &key).await.unwrap().unwrap();
    assert!(verify_receipt(&bytes, Some(stranger.verifier_key())).is_err());
}

/// The exported file, made once.
fn sample() -> &'static Vec<u8> {
    static SAMPLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(exported(&Home::new(Kind::Memory)))
    })
}

/// Returns the line of the first bad place, and its entry.
fn first_bad(bytes: &[u8]) -> (u64, u64) {
    let bad = verify_lines(bytes, None).unwrap().unwrap_err();
    (bad.line.unwrap(), bad.seq)
}

fn line_of(bytes: &[u8], place: usize) -> u64 {
    1 + bytes[..place].iter().filter(|it| **it == b'\n').count() as u64
}

/// The line of the last entry; the header is line 1.
const LAST_ENTRY_LINE: u64 = 11;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_flipped_bit_is_found_and_its_entry_named(place in 0..sample().len(), bit in 0..8_u32) {
        let mut bytes = sample().clone();
        let line = line_of(&bytes, place);
        bytes[place] ^= 1 << bit;
        let (bad_line, bad_seq) = first_bad(&bytes);
        if (2..=LAST_ENTRY_LINE).contains(&line) {
            prop_assert_eq!((bad_line, bad_seq), (line, line - 1));
        } else {
            prop_assert!(bad_line >= line, "line {} is bad, line {} is said to be", line, bad_line);
        }
    }

    #[test]
    fn a_line_that_is_missing_doubled_or_swapped_is_found(line in 0..15_usize, what in 0..3) {
        let mut lines: Vec<&[u8]> = sample().split_inclusive(|it| *it == b'\n').collect();
        prop_assert_eq!(lines.len(), 15);
        match what {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, lines[line]),
            _ => lines.swap(line, (line + 1) % 15),
        }
        let bytes = lines.concat();
        prop_assert!(verify_lines(&bytes[..], None).unwrap().is_err());
    }

    #[test]
    fn a_file_that_is_cut_off_is_found(length in 0..sample().len()) {
        prop_assert!(verify_lines(&sample()[..length], None).unwrap().is_err());
    }
}

// Proves: X-13
#[tokio::test]
async fn an_insider_who_computes_all_hashes_anew_lacks_the_signature() {
    let home = Home::new(Kind::Memory);
    let (record, deployment, head) = home.begun().await;
    let change = Change { entries: vec![body("a"), body("b")], ..Change::default() };
    record.append(&deployment, &head, change).await.unwrap();
    let forged_home = Home::new(Kind::Memory);
    let forger =
        crate::open(&forged_home.location, Signer::from_seed([8; 32]), None).await.unwrap();
    let head = forger.create(&deployment).await.unwrap();
    let change = Change { entries: vec![body("a"), body("forged")], ..Change::default() };
    forger.append(&deployment, &head, change).await.unwrap();

    let key = signer();
    verify(&*record, &deployment, key.verifier_key()).await.unwrap();
    let refused = verify(&*forger, &deployment, key.verifier_key()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "entry 1 does not hold: the checkpoint cannot be relied on: it is not signed with the record's key"
    );
    // With the true checkpoint over the forged entries.
    let mut verifier = crate::Verifier::default();
    for entry in forger.read(&deployment, 0, 10).await.unwrap() {
        verifier.entry(&entry).unwrap();
    }
    let note = record.checkpoint(&deployment).await.unwrap();
    let refused = verifier.finish(&deployment, &note, key.verifier_key()).unwrap_err();
    assert_eq!(refused.why, Flaw::Root { size: 2 });
    // With fewer entries than were signed.
    let mut verifier = crate::Verifier::default();
    verifier.entry(&record.read(&deployment, 0, 1).await.unwrap()[0]).unwrap();
    let refused = verifier.finish(&deployment, &note, key.verifier_key()).unwrap_err();
    assert_eq!((refused.seq, refused.why), (2, Flaw::Missing { size: 2 }));
}

#[tokio::test]
async fn an_empty_record_can_be_exported_too() {
    let home = Home::new(Kind::Memory);
    let (record, deployment, _) = home.begun().await;
    let mut file = Vec::new();
    export(&*record, &deployment, &mut file).await.unwrap();
    let verified = verify_lines(&file[..], None).unwrap().unwrap();
    assert_eq!((verified.entries, verified.checkpoint.root), (0, Digest::of(b"")));
}

/// What a killed process leaves is its files as they are: the copies of them are opened anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_verifies_offline_after_the_program_was_killed_at_any_entry() {
    let home = Home::new(Kind::Sqlite);
    let (record, deployment, mut head) = home.begun().await;
    for entries in 0..=12_u64 {
        if entries > 0 {
            let text = body(format!("entry {entries}"));
            let change =
                Change { entries: vec![text], contents: vec![vec![0; 9]], ..Change::default() };
            head = record.append(&deployment, &head, change).await.unwrap().head;
        }
        let left = Home::new(Kind::Sqlite);
        for name in ["record.db", "record.db-wal"] {
            if home.path(name).exists() {
                std::fs::copy(home.path(name), left.path(name)).unwrap();
            }
        }
        let package = left.path("package.landfall");
        let mut file = Vec::new();
        export(&*left.open().await, &deployment, &mut file).await.unwrap();
        std::fs::write(&package, &file).unwrap();
        drop(left.open().await);
        let verified = verify_file(&package, Some(signer().verifier_key())).unwrap();
        assert_eq!(verified.entries, entries, "killed after entry {entries}");
    }
}
