//! The example plans load without a word, and say what they are meant to say.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it says")]

use model::link::LinkTime;
use model::plan::MasterProjectPlan;
use planfile::{DiskFolder, Loaded, load, schema, verify_deliverables};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn load_example(folder: &str, main: &str) -> (DiskFolder, Loaded) {
    let folder = DiskFolder::new(&examples().join(folder)).unwrap();
    let loaded = load(&folder, main);
    (folder, loaded)
}

fn without_a_word(folder: &str, main: &str) -> MasterProjectPlan {
    let (folder, loaded) = load_example(folder, main);
    let said: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    let plan = loaded.plan.unwrap();
    let said: Vec<String> =
        verify_deliverables(&folder, &plan).iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    plan
}

#[test]
fn the_minimal_plan_is_two_sites_on_this_computer() {
    let plan = without_a_word("", "minimal.yaml");
    let hosts: Vec<_> = plan.sites.iter().map(|it| it.computers[0].host.as_str()).collect();
    assert_eq!(hosts, ["pc-01.north", "pc-01.south"]);
}

// Proves: P1-D1, P2-D1, T-7, R-REL3
#[test]
fn the_worked_example_has_the_numbers_of_its_story() {
    let plan = without_a_word("fieldgate", "landfall.yaml");
    let users: u32 = plan.sites.iter().map(|it| it.users).sum();
    let computers: usize = plan.sites.iter().map(|it| it.computers.len()).sum();
    assert_eq!((plan.sites.len(), users, computers), (40, 1_575, 1_072));
    assert_eq!((plan.components.len(), plan.people.len(), plan.rfcs.len()), (10, 101, 4));
    let rings: Vec<(usize, u32)> = (0..plan.rings.len())
        .map(|ring| {
            (
                plan.sites_of_ring(ring).count(),
                plan.sites_of_ring(ring).map(|(_, it)| it.users).sum(),
            )
        })
        .collect();
    assert_eq!(rings, [(1, 118), (4, 163), (10, 433), (15, 572), (10, 289)]);
    let waiting = plan.sites.iter().filter(|it| !it.needs.is_empty()).count();
    assert_eq!(waiting, 15, "sites wait for the western gateway");
    let payload: u64 = plan.release.deliverables.iter().map(|it| it.planned_bytes()).sum();
    assert_eq!(payload, 3_425_000_000);
    let b40 = plan.sites.iter().find(|it| it.id.as_str() == "B40").unwrap();
    assert!(b40.prestaged && b40.windows.len() == 2);
    assert_eq!(b40.link.as_ref().unwrap().usable_kbit_per_s(LinkTime::OutsideWindow), 500);
    assert_eq!(plan.sites[0].computers[81].host, "pc-82.b01.branch.example");
    assert_eq!(plan.communications.unwrap().messages.len(), 12);
}

#[test]
fn addresses_of_a_table_take_the_place_of_the_pattern() {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(examples().join("fieldgate")).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
    }
    let main = folder.path().join("landfall.yaml");
    let text = std::fs::read_to_string(&main).unwrap() + "\ncomputers: {from: computers.csv}\n";
    std::fs::write(main, text).unwrap();
    let table = "site,component,computer,host,port\nB02,,pc-24,127.0.0.1,2222\n,dns,ns2,::1,22\n";
    std::fs::write(folder.path().join("computers.csv"), table).unwrap();
    let loaded = load(&DiskFolder::new(folder.path()).unwrap(), "landfall.yaml");
    let plan = loaded.plan.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    assert_eq!(plan.sites[1].computers[23].host, "127.0.0.1:2222");
    assert_eq!(plan.sites[1].computers[22].host, "pc-23.b02.branch.example");
    assert_eq!(plan.components[0].hosts[1].host, "[::1]:22");
}

#[test]
fn the_reference_names_every_key_of_the_schema() {
    without_a_word("", "reference.yaml");
    let text = std::fs::read_to_string(examples().join("reference.yaml")).unwrap();
    let mut keys = BTreeSet::new();
    each_property(&schema(), &mut |key, _, _| {
        keys.insert(key.to_owned());
    });
    assert!(keys.len() > 100, "{keys:?}");
    let missing: Vec<_> = keys.iter().filter(|key| !has_key(&text, key)).collect();
    assert!(missing.is_empty(), "the reference lacks {missing:?}");
}

#[test]
fn every_key_of_the_schema_says_what_it_means() {
    let mut silent = BTreeSet::new();
    each_property(&schema(), &mut |key, property, of| {
        // A key that chooses one of several is described as that choice.
        let is_choice =
            of.get("description").is_some() && of["properties"].as_object().unwrap().len() == 1;
        if property.get("description").is_none() && !is_choice {
            silent.insert(key.to_owned());
        }
    });
    assert_eq!(silent, BTreeSet::new());
}

/// Calls `see` with each property of `schema`, its name, and what it belongs to.
fn each_property(schema: &Value, see: &mut dyn FnMut(&str, &Value, &Value)) {
    match schema {
        Value::Object(fields) => {
            let properties = fields.get("properties").and_then(Value::as_object);
            properties.into_iter().flatten().for_each(|(key, property)| see(key, property, schema));
            fields.values().for_each(|it| each_property(it, see));
        }
        Value::Array(items) => items.iter().for_each(|it| each_property(it, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns whether `key` stands somewhere in `text` as a key, and not only in a comment.
fn has_key(text: &str, key: &str) -> bool {
    let code = text
        .lines()
        .map(|line| line.split(" #").next().unwrap())
        .filter(|it| !it.trim_start().starts_with('#'));
    code.into_iter().any(|line| {
        line.match_indices(&format!("{key}:"))
            .any(|(at, _)| at == 0 || line[..at].ends_with([' ', '{', ',']))
    })
}
