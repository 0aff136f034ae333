//! Deployments beside one another in one record: what is wrong with one of them stays there.

use crate::world::{World, begins};
use coordinator::{Author, Coordinator, Creation, Rotation, rotate_keys};
use model::event::Event;
use model::id::DeploymentId;
use model::machine::RfcState;
use model::profile::Purpose;
use record::{Change, Location, Record, Signer};

const PLAN: &str = include_str!("plan.yaml");

fn author() -> Author {
    Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None }
}

/// Creates a deployment beside that of `world`, with the same plan.
async fn create_beside(
    world: &World,
    name: &str,
) -> Result<DeploymentId, coordinator::CommandError> {
    let mut plan = world.coordinator().await.state().plan.in_clear();
    plan.deployment = name.parse().unwrap();
    let (folder, purpose) = (String::new(), Purpose::Rehearsal);
    let creation = Creation { plan, folder, purpose };
    Coordinator::create(world.record.clone(), creation, &author(), begins()).await?;
    Ok(name.parse().unwrap())
}

/// Writes an entry that only a newer program can read.
async fn write_as_a_newer_program(record: &dyn Record, deployment: &DeploymentId) {
    let head = record.head(deployment).await.unwrap();
    let body = format!(r#"{{"event":"of-a-newer-program","seq":{}}}"#, head.seq + 1).into_bytes();
    let change = Change { entries: vec![body], ..Change::default() };
    record.append(deployment, &head, change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_cannot_be_read_or_never_began_stops_no_authorisation_in_another_one() {
    let world = World::new(PLAN).await;
    let newer = create_beside(&world, "NEWER").await.unwrap();
    write_as_a_newer_program(world.record.as_ref(), &newer).await;
    // Whoever created this one was interrupted.
    let empty = "EMPTY".parse().unwrap();
    world.record.create(&empty).await.unwrap();
    let mut authorised = false;
    for _ in 0..20 {
        world.people_answer().await;
        world.drive().await;
        let coordinator = world.coordinator().await;
        let mut rfcs = coordinator.state().rfcs.iter();
        authorised = rfcs.any(|it| matches!(it.state, RfcState::Scheduled | RfcState::Authorised));
        if authorised {
            break;
        }
    }
    assert!(authorised, "what ails another deployment holds nobody back");
    let coordinator = world.coordinator().await;
    assert_eq!(coordinator.state().change_schedule.unread, [newer]);
    let entries = coordinator.entries(0, 10_000).await.unwrap();
    let said = entries.iter().filter_map(|it| {
        if let Event::ChangeSchedule(it) = &it.event { Some(it.to_string()) } else { None }
    });
    let said: Vec<String> = said.collect();
    let expected = "that of NEWER could not be read: conflicts with it are not known";
    assert!(said.iter().any(|it| it.contains(expected)), "{said:#?}");
    // What was interrupted can be done again.
    create_beside(&world, "EMPTY").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_changed_in_every_deployment_or_in_none_and_a_second_try_goes_on() {
    for (is_damaged, rotated) in [(false, 2), (true, 0)] {
        let world = World::new(PLAN).await;
        let later = create_beside(&world, "ZULU").await.unwrap();
        if is_damaged {
            write_as_a_newer_program(world.record.as_ref(), &later).await;
        }
        let folder = world.folder.path();
        let (old, new) = (Signer::from_file(&folder.join("key")).unwrap(), next());
        let (location, witness) =
            (Location::Sqlite(folder.join("record.db")), folder.join("witness"));
        let under = record::open(&location, next(), Some(witness)).await.unwrap();
        let (login, reason) = ("test".to_owned(), "leaver".to_owned());
        let rotating = Rotation { old: &old, new: &new, login, reason };
        let tried = rotate_keys(&world.record, &under, &rotating, begins()).await;
        assert_eq!(tried.as_ref().map_or(0, |it| it.len()), rotated, "{tried:?}");
        let key = if is_damaged { &old } else { &new }.verifier_key();
        for it in world.record.deployments().await.unwrap() {
            assert_eq!(&world.record.standing(&it).await.unwrap().key, key, "{it}");
        }
        // What an earlier try came to is not done again.
        let again = rotate_keys(&world.record, &under, &rotating, begins()).await;
        assert_eq!(again.map(|it| it.len()).ok(), (!is_damaged).then_some(0));
    }
}

fn next() -> Signer {
    Signer::from_seed([9; 32])
}
