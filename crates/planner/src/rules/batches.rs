//! Stories of owners of several sites, who sign for them at once.
//!
//! House rule: nobody signs a batch of which they have not looked at the sample.

use super::world::World;
use crate::fixture::standard_plan;
use crate::waiting::WaitingOn;
use expect_test::expect;
use model::batch::BatchCommand;
use model::command::Command;
use model::machine::SignOffState;
use model::sheet::SlotId;

fn slot(site: &str) -> SlotId {
    format!("site/{site}:site-owner").parse().unwrap()
}

/// Returns a deployment in which one person owns `s2` and `s3` and is asked to sign for both.
fn asked() -> World {
    let mut plan = standard_plan();
    for site in plan.sites.iter_mut().skip(1).take(2) {
        site.owner = "owner-1".parse().unwrap();
    }
    let mut world = World::ready(plan);
    let own = [slot("s2"), slot("s3")];
    let is_asked = |it: &World, slot: &SlotId| {
        it.state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Requested)
    };
    // Whatever else is asked is answered; the owner waits until both are.
    let leave = |it: &WaitingOn| matches!(&it.command, Some(Command::Sign { slot, .. }) if own.contains(slot));
    while !own.iter().all(|it| is_asked(&world, it)) {
        assert!(world.settled_once_but(&leave), "{}", world.why("site/s3"));
    }
    world
}

fn batch(command: BatchCommand) -> Command {
    Command::Batch(command)
}

fn tell(world: &mut World, person: &str, command: BatchCommand) -> String {
    let said = world.act(person, &batch(command));
    said.map_or_else(
        |it| format!("{person}: {it}; {}\n", it.next_step),
        |()| format!("{person}: done\n"),
    )
}

// Proves: P2-D7
#[test]
fn an_owner_looks_at_the_sample_and_signs_once_and_each_signature_says_so() {
    let mut world = asked();
    let slots = vec![slot("s2"), slot("s3")];
    let begin = |slots: &[SlotId]| BatchCommand::Begin { slots: slots.to_vec() };
    let document = |it: &World, site| it.state.slots[&slot(site)].document;
    let (first, second) = (document(&world, "s2"), document(&world, "s3"));
    let mut told = String::new();
    for (person, command) in [
        ("owner-1", begin(&slots[..1])),
        ("owner-1", begin(&["core:tester".parse().unwrap(), slot("s2")])),
        ("owner-1", begin(&[slot("s2"), slot("s2")])),
        ("owner-3", begin(&slots)),
        ("owner-1", begin(&slots)),
    ] {
        told += &tell(&mut world, person, command);
    }
    let begun = world.state.batches.get(1).unwrap().clone();
    let sign = BatchCommand::Sign { batch: 1, digest: begun.digest };
    let look = |site, document| BatchCommand::LookAt { batch: 1, slot: slot(site), document };
    for (person, command) in [
        ("owner-1", sign.clone()),
        ("owner-3", look("s2", first)),
        ("owner-1", look("s2", second)),
        ("owner-1", look("s4", first)),
        ("owner-1", look("s2", first)),
        ("owner-1", look("s2", first)),
        ("owner-1", sign.clone()),
        ("owner-1", look("s3", second)),
        ("owner-1", BatchCommand::Sign { batch: 1, digest: first }),
        ("owner-1", sign.clone()),
        ("owner-1", sign.clone()),
    ] {
        told += &tell(&mut world, person, command);
    }
    for site in ["s2", "s3"] {
        let status = &world.state.slots[&slot(site)];
        told +=
            &format!("{site}: {}, {}\n", status.state, world.state.in_batch(&slot(site)).unwrap());
    }
    expect![[r#"
        owner-1: a batch is of at least two signatures; sign one by itself: `landfall sign SLOT`
        owner-1: core:tester is of another kind than the rest of the batch; a batch is of sheets of sites, signed in one role type: sign that one by itself
        owner-1: site/s2:site-owner is named twice; name it once
        owner-3: owner-3 cannot sign for a site of owner-1 (SOD-5); ask the owner of the site, or name a deputy before signing
        owner-1: done
        owner-1: of the sample of batch 1, 2 of 2 have not been looked at: site/s2, site/s3; look at them: `landfall batch look 1 site/s2`
        owner-3: batch 1 was begun by owner-1; begin one of your own: `landfall sign --all-mine`
        owner-1: the sheet of site/s2 is no longer the one that was shown; read it again with `landfall sheet site/s2`
        owner-1: batch 1 does not list site/s4:site-owner; `landfall batch show 1` says what it lists
        owner-1: done
        owner-1: site/s2 was looked at in batch 1 already; `landfall batch show 1` says what else is to be looked at
        owner-1: of the sample of batch 1, 1 of 2 have not been looked at: site/s3; look at them: `landfall batch look 1 site/s3`
        owner-1: done
        owner-1: what batch 1 lists is no longer what was shown; begin it anew: `landfall sign --all-mine`
        owner-1: done
        owner-1: batch 1 is signed; `landfall batch show 1` says when
        s2: signed, in batch 1 of 2, 2 looked at, this one among them
        s3: signed, in batch 1 of 2, 2 looked at, this one among them
    "#]].assert_eq(&told);
}

// Proves: P2-D7
#[test]
fn a_batch_of_which_a_sheet_has_changed_or_that_is_a_day_old_signs_nothing() {
    let mut world = asked();
    let mut told =
        tell(&mut world, "owner-1", BatchCommand::Begin { slots: vec![slot("s2"), slot("s3")] });
    let begun = world.state.batches.get(1).unwrap().clone();
    for listed in &begun.listed {
        let (slot, document) = (listed.slot.clone(), listed.document);
        told += &tell(&mut world, "owner-1", BatchCommand::LookAt { batch: 1, slot, document });
    }
    let sign = BatchCommand::Sign { batch: 1, digest: begun.digest };
    let mut signed_alone = world.clone();
    let alone =
        Command::Sign { slot: slot("s2"), document: begun.listed[0].document, exceptions: vec![] };
    signed_alone.act("owner-1", &alone).unwrap();
    told += &tell(&mut signed_alone, "owner-1", sign.clone());
    world.now += jiff::SignedDuration::from_hours(13);
    told += &tell(&mut world, "owner-1", sign);
    expect![[r#"
        owner-1: done
        owner-1: done
        owner-1: done
        owner-1: signature site/s2:site-owner cannot be given while it is signed; `landfall waiting` says what waits, and on whom
        owner-1: batch 1 was begun more than 12 hours ago; begin it anew: `landfall sign --all-mine`
    "#]].assert_eq(&told);
}
