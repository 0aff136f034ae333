//! Signatures on documents: one that is disputed says so, and one on paper is never shown as another.

use crate::world::{World, created, plan};
use documents::{Document, Language, Letterhead, shown, signature_manifests, text};
use jiff::Timestamp;
use model::assessment::{AssessmentEvent, KeyQuestion};
use model::digest::Digest;
use model::dispute::{CONFIRMED, DisputeEvent};
use model::event::{Actor, Entry, Event};
use model::guard::Guard;
use model::machine::SignOffTransition;
use model::paper::{PaperEvent, SignedPaper};
use model::profile::Purpose;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{self, SlotId};

fn slot() -> SlotId {
    "site/B27:site-owner".parse().unwrap()
}

fn person(name: &str) -> Actor {
    Actor::Person { person: name.parse().unwrap(), login: name.to_owned(), known: None }
}

fn happens(world: &mut World, actor: Actor, event: Event) {
    let (seq, at) = (world.state.seq + 1, world.state.at);
    let entry = Entry { seq, at, actor, baseline: 0, command: None, event };
    world.state.evolve(&entry, None).unwrap();
    world.reading.note(&world.state, &entry, Digest::of(&seq.to_be_bytes()));
}

fn sign_off(world: &World, transition: SignOffTransition) -> Event {
    sign_off_of(slot(), world, transition)
}

fn sign_off_of(slot: SlotId, world: &World, transition: SignOffTransition) -> Event {
    let document = sheet::digest(&world.state, &slot.sheet);
    let (statements, gate, stamp) = (vec![], vec![], None);
    let meaning = Some(slot.meaning());
    Event::SignOff {
        slot,
        transition,
        document,
        meaning,
        statements,
        on_behalf_of: None,
        stamp,
        batch: None,
        gate,
    }
}

/// Returns the worked example after its owner was asked to sign for B27.
fn asked() -> World {
    let mut world = created(plan(), Purpose::Production);
    let requested = sign_off(&world, SignOffTransition::Requested);
    happens(&mut world, Actor::System, requested);
    world
}

fn printed(world: &World, language: Language) -> (Document, String) {
    let document = documents::document(&world.paper(), &"site/B27".parse().unwrap()).unwrap();
    let page = text(&shown(&document, language, &Letterhead::default()));
    let (_, signatures) =
        page.rsplit_once("Site Owner: ").or(page.rsplit_once("Standortverantwortliche: ")).unwrap();
    (document, signatures.to_owned())
}

#[test]
fn a_signature_on_paper_names_who_attested_it_and_is_shown_as_no_other_is() {
    let mut world = asked();
    let document = sheet::digest(&world.state, &slot().sheet);
    let signer = "anselm.bellini".parse().unwrap();
    let (signed_on, scan) = ("2027-01-15".parse().unwrap(), Digest::of(b"the scan"));
    let kept = "Archive, box 12".to_owned();
    let signed = SignedPaper { slot: slot(), document, signer, signed_on, kept, scan };
    let signer = signed.signer.clone();
    happens(
        &mut world,
        person("ivo.marchetti"),
        Event::Paper(PaperEvent::Recorded { paper: 1, signed, on_behalf_of: None }),
    );
    let (_, waiting) = printed(&world, Language::En);
    assert!(waiting.contains("asked for") && !waiting.contains("On paper"), "{waiting}");
    let (slot, meaning, gate) = (slot(), slot().meaning(), vec![]);
    let on_behalf_of = None;
    let attested =
        PaperEvent::Attested { paper: 1, slot, document, signer, on_behalf_of, meaning, gate };
    happens(&mut world, person("gunnvor.petit"), Event::Paper(attested));
    assert!(world.state.is_signed(&self::slot()));
    assert_eq!(signature_manifests(&world.paper()), [], "paper has no manifest");
    for (language, words) in [
        (
            Language::En,
            [
                "signed on paper, attested, Anselm Bellini",
                "On paper, not electronically: Paper 1",
                "Attested by: Ivo Marchetti (ivo.marchetti), Gunnvor Petit (gunnvor.petit)",
            ],
        ),
        (
            Language::De,
            [
                "auf Papier unterzeichnet, bezeugt, Anselm Bellini",
                "Auf Papier, nicht elektronisch: Papier 1",
                "Bezeugt durch: Ivo Marchetti (ivo.marchetti), Gunnvor Petit (gunnvor.petit)",
            ],
        ),
    ] {
        let (document, page) = printed(&world, language);
        assert!(words.iter().all(|it| page.contains(it)), "{page}");
        assert!(page.contains(&scan.to_string()), "{page}");
        for electronic in ["Known by", "Ausgewiesen durch", "Account", "Konto", "Manifest"] {
            assert!(!page.contains(electronic), "{electronic}: {page}");
        }
        let owner = document.slots.iter().find(|it| it.stands == "is-signed-on-paper").unwrap();
        assert_eq!((owner.known.as_ref(), owner.manifest), (None, None));
    }
}

#[test]
fn a_disputed_signature_is_missing_until_its_signer_confirms_it() {
    let mut world = asked();
    let signed = sign_off(&world, SignOffTransition::Signed);
    happens(&mut world, person("anselm.bellini"), signed);
    let lacks = |world: &World| printed(world, Language::En).0.missing.len();
    let before = lacks(&world);
    let since: Timestamp = world.state.at;
    let (means, reason) = (None, "the phone was stolen".to_owned());
    let (person_of, slots) = ("anselm.bellini".parse().unwrap(), vec![slot()]);
    let reported = DisputeEvent::Reported {
        dispute: 1,
        person: person_of,
        means,
        since,
        reason,
        slots,
        requests: vec![],
    };
    happens(&mut world, person("gunnvor.petit"), Event::Dispute(reported));
    assert_eq!(lacks(&world), before + 1);
    for (language, words) in [
        (
            Language::En,
            ["signed, disputed, Anselm Bellini", "Disputed: Dispute 1", "the phone was stolen"],
        ),
        (
            Language::De,
            [
                "unterzeichnet, bestritten, Anselm Bellini",
                "Bestritten: Bestreitung 1",
                "the phone was stolen",
            ],
        ),
    ] {
        let (_, page) = printed(&world, language);
        assert!(words.iter().all(|it| page.contains(it)), "{page}");
    }
    let binder = documents::binder(&world.paper());
    let line = binder.documents.iter().find(|it| it.document.to_string() == "site/B27").unwrap();
    assert_eq!(
        (line.signed, line.missing.iter().filter_map(|it| it.dispute).collect()),
        (0, vec![1])
    );
    let (document, meaning) = (sheet::digest(&world.state, &slot().sheet), CONFIRMED.to_owned());
    let confirmed = DisputeEvent::Confirmed { slot: slot(), document, meaning };
    happens(&mut world, person("anselm.bellini"), Event::Dispute(confirmed));
    assert_eq!(lacks(&world), before);
    let (_, page) = printed(&world, Language::En);
    assert!(
        page.starts_with("signed, Anselm Bellini") && page.contains("Confirmed again: "),
        "{page}"
    );
}

#[test]
fn what_stands_beside_what_was_issued_is_as_it_was_then() {
    let mut world = created(plan(), Purpose::Production);
    let requested = "core:tester".parse().unwrap();
    let requested = sign_off_of(requested, &world, SignOffTransition::Requested);
    happens(&mut world, Actor::System, requested);
    let issued = |world: &World| {
        let document = documents::document(&world.paper(), &"core".parse().unwrap()).unwrap();
        (serde_json::to_value(&document.sections).unwrap(), document.head)
    };
    let then = issued(&world);
    let statement = "The rooms are cooled.".to_owned();
    let attested = Event::Attested { guard: Guard::C7, scope: Scope::Core, statement };
    happens(&mut world, person("amara"), attested);
    let asked = KeyQuestion::ALL.iter().filter(|it| it.to_string().starts_with("P1"));
    for question in asked {
        let answered = AssessmentEvent::QuestionAnswered {
            question: *question,
            role: RoleType::ProductManager,
            answer: "Said later.".to_owned(),
            evidence: vec![],
            basis: Digest::of(b"later"),
        };
        happens(&mut world, person("amara"), Event::Assessment(answered));
    }
    assert_eq!(issued(&world), then);
}
