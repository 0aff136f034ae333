//! Signatures on documents: one that is disputed says so, and one on paper is never shown as another.

use crate::world::{World, created, happens, person, plan};
use documents::{Document, Language, Letterhead, shown, signature_manifests, text};
use jiff::Timestamp;
use model::assessment::{AssessmentEvent, KeyQuestion};
use model::digest::Digest;
use model::dispute::{CONFIRMED, DisputeEvent};
use model::event::{Actor, Event};
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

#[test]
fn an_exception_stands_in_a_section_of_its_own_and_at_the_top() {
    let mut world = created(plan(), Purpose::Production);
    for slot in ["site/B27:release-management", "site/B27:site-owner"] {
        let slot: SlotId = slot.parse().unwrap();
        let requested = sign_off_of(slot.clone(), &world, SignOffTransition::Requested);
        happens(&mut world, Actor::System, requested);
        let is_owner = slot.role == RoleType::SiteOwner;
        let given = SignOffTransition::SignedWithExceptions;
        let given = if is_owner { given } else { SignOffTransition::Signed };
        let mut signed = sign_off_of(slot, &world, given);
        if let Event::SignOff { statements, .. } = &mut signed
            && is_owner
        {
            statements.push("The till at the back is slow (Anselm Bellini, 2027-03-01)".to_owned());
        }
        happens(&mut world, person("anselm.bellini"), signed);
    }
    for (language, lead, top, heading) in [
        (
            Language::En,
            "This document is complete and signed by everybody. Signatures with exceptions: 1.",
            "  - exception of the Site Owner: The till at the back is slow",
            "Exceptions\n",
        ),
        (
            Language::De,
            "Dieses Dokument ist vollst\u{e4}ndig und von allen unterzeichnet. Unterschriften mit Vorbehalten: 1.",
            "  - Vorbehalt (Standortverantwortliche): The till at the back is slow",
            "Vorbehalte\n",
        ),
    ] {
        let document = documents::document(&world.paper(), &"site/B27".parse().unwrap()).unwrap();
        let page = text(&shown(&document, language, &Letterhead::default()));
        assert!(page.contains(lead) && page.contains(top), "{page}");
        let (_, section) = page.split_once(&format!(" {heading}")).unwrap();
        let (section, _) = section.split_once("\n\n").unwrap();
        assert!(section.contains("\u{201c}The till at the back is slow"), "{section}");
        assert!(section.contains("Anselm Bellini (anselm.bellini), "), "{section}");
    }
}

#[test]
fn nobody_is_asked_for_the_interim_sign_off_once_the_final_one_is_given() {
    let mut world = created(plan(), Purpose::Production);
    let interim = |world: &World| {
        let document = documents::document(&world.paper(), &"core-interim".parse().unwrap());
        text(&shown(&document.unwrap(), Language::En, &Letterhead::default()))
    };
    assert!(interim(&world).contains("This document is not complete."));
    for slot in ["core:release-management", "core:tester", "core:operations-manager"] {
        for transition in [SignOffTransition::Requested, SignOffTransition::Signed] {
            let event = sign_off_of(slot.parse().unwrap(), &world, transition);
            happens(&mut world, person("amara"), event);
        }
    }
    let page = interim(&world);
    assert!(page.contains("Not needed: the final sign-off was given."), "{page}");
    assert!(!page.contains("DRAFT") && !page.contains("not asked for yet"), "{page}");
    let binder = documents::binder(&world.paper());
    let named = |it: &&documents::BinderLine| it.document.to_string() == "core-interim";
    let line = binder.documents.iter().find(named).unwrap();
    assert_eq!((line.needed, line.missing.len()), (0, 0));
}
