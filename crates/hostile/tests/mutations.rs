//! Every target over its corpus, and over a fixed number of mutations of it.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use hostile::TARGETS;
use hostile::mutation::{Chance, mutated};
use std::path::PathBuf;

/// How often each file of a corpus is mutated.
const MUTATIONS: u64 = 300;

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");
    let files = std::fs::read_dir(PathBuf::from(folder).join(target)).unwrap();
    let mut files: Vec<PathBuf> = files.map(|it| it.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|it| (it.clone(), std::fs::read(it).unwrap())).collect()
}

fn every_mutation_of(target: &str) {
    let (_, run) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let mut corpus = corpus(target);
    match target {
        "checkpoint" => corpus.push(("genuine".into(), hostile::genuine().checkpoint.clone())),
        "export" => corpus.push(("genuine".into(), hostile::genuine().export.clone())),
        _ => {}
    }
    assert!(!corpus.is_empty(), "{target} has a corpus");
    for (path, bytes) in corpus {
        run(&bytes);
        for seed in 0..MUTATIONS {
            let changed = mutated(&bytes, &mut Chance::new(seed));
            let held = std::panic::catch_unwind(|| run(&changed));
            assert!(held.is_ok(), "{} with mutation {seed}", path.display());
        }
    }
}

#[test]
fn plans_that_nobody_meant_load_or_say_why_not() {
    every_mutation_of("plan");
}

#[test]
fn tables_that_nobody_meant_load_or_say_why_not() {
    every_mutation_of("csv");
}

#[test]
fn entries_that_nobody_wrote_read_back_or_not_at_all() {
    every_mutation_of("entry");
}

#[test]
fn checkpoints_that_nobody_signed_do_not_open() {
    every_mutation_of("checkpoint");
}

#[test]
fn exports_that_somebody_changed_do_not_verify() {
    every_mutation_of("export");
}

#[test]
fn timestamps_that_somebody_changed_say_no_other_time() {
    let (_, genuine) = corpus("timestamp").pop().unwrap();
    let trusted = record::authorities(include_bytes!("../src/authority.pem")).unwrap();
    assert!(record::verify_timestamp(&genuine, "landfall", &trusted).unwrap().is_trusted);
    every_mutation_of("timestamp");
}

#[test]
fn replies_that_no_shell_gives_cost_little() {
    every_mutation_of("replies");
}
