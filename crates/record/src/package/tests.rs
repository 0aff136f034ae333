//! A package holds whole; with any byte changed it does not, and the first wrong thing has a name.

use super::*;
use crate::chain;
use crate::elsewhere::{KeptElsewhere, began_with};
use crate::note::Checkpoint;
use crate::tree::Frontier;
use model::digest::canonical_digest;
use proptest::prelude::*;
use serde_json::json;

fn signer() -> Signer {
    Signer::from_seed([7; 32])
}

fn deployment() -> DeploymentId {
    "FG30".parse().unwrap()
}

/// An exported record with these entries, as it lies in a package.
fn exported(bodies: &[Value], signer: &Signer) -> (Vec<u8>, Vec<Digest>) {
    let vkey = signer.verifier_key();
    let mut file = format!(
        "{{\"format\":\"landfall-record/1\",\"origin\":\"landfall/FG30\",\"vkey\":\"{vkey}\"}}\n"
    )
    .into_bytes();
    let (mut hash, mut tree, mut hashes) = (chain::beginning(), Frontier::default(), vec![]);
    for (seq, body) in (1..).zip(bodies) {
        let body = canonical(body);
        hash = chain::link(&hash, &body);
        hashes.push(hash);
        tree.push(&body);
        file.extend_from_slice(format!("{{\"seq\":{seq},\"hash\":\"{hash}\",\"body\":").as_bytes());
        file.extend_from_slice(&body);
        file.extend_from_slice(b"}\n");
    }
    let size = bodies.len() as u64;
    let (root, chain) = (tree.root(), Some(hash));
    let checkpoint = Checkpoint { deployment: deployment(), size, root, chain };
    let note = serde_json::to_string(&checkpoint.sign(signer)).unwrap();
    let sha256 = Digest::of(&file);
    let end = format!(
        "{{\"checkpoint\":{note},\"entries\":{size},\"contents\":0,\"sha256\":\"{sha256}\"}}\n"
    );
    file.extend_from_slice(end.as_bytes());
    (file, hashes)
}

/// The files of a package: a document with one signature, and one step.
fn files_of(signer: &Signer) -> Vec<ArchivedFile> {
    let body = json!({ "facts": { "site": "B27", "text": "Stra\u{df}e" } });
    let digest = canonical_digest(&body);
    let entries = [
        json!({ "seq": 1, "event": { "order-ended": { "order": "site/B27@1/pc-7/copy#1" } } }),
        json!({ "seq": 2, "event": { "sign-off": { "slot": "site/B27:site-owner",
            "transition": "signed", "document": digest } } }),
    ];
    let (chain, hashes) = exported(&entries, signer);
    let document = json!({ "document": "site/B27", "digest": digest, "body": body,
        "slots": [{ "role": "site-owner", "stands": "is-signed", "entry": 2 }] });
    let signature = json!({ "chain": { "seq": 2, "hash": hashes[1] }, "slot": "site/B27:site-owner",
        "document": { "sha256": digest } });
    let file = |path: &str, bytes: Vec<u8>| ArchivedFile { path: path.to_owned(), bytes };
    vec![
        file(CHAIN, chain),
        file(RUNS, b"order,outcome\r\nsite/B27@1/pc-7/copy#1,succeeded\r\n".to_vec()),
        file("documents/D-02-site-B27.json", canonical(&document)),
        file("signatures/2.json", canonical(&signature)),
        file("keys/record.vkey", signer.verifier_key().to_string().into_bytes()),
    ]
}

fn example() -> &'static Vec<u8> {
    static EXAMPLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    EXAMPLE.get_or_init(|| package(&deployment(), files_of(&signer()), &signer()).unwrap())
}

#[test]
fn a_package_holds_and_says_what_is_in_it() {
    let verified = verify_package(example(), Some(signer().verifier_key())).unwrap();
    assert_eq!(
        (verified.files, verified.documents, verified.signatures, verified.runs),
        (5, 1, 1, 1)
    );
    assert_eq!(verified.record.entries, 2);
    assert_eq!(verify_package(example(), None).unwrap(), verified);
    assert!(is_package(example()));
    let again = package(&deployment(), files_of(&signer()), &signer()).unwrap();
    assert_eq!(example(), &again, "the same evidence, the same bytes");
}

/// Whoever has the key of nobody packs everything anew, with one thing changed.
fn repacked(change: impl Fn(&mut Vec<ArchivedFile>)) -> Result<VerifiedPackage, PackageFlaw> {
    let mut files = files_of(&signer());
    change(&mut files);
    let bytes = package(&deployment(), files, &signer()).unwrap();
    verify_package(&bytes, Some(signer().verifier_key()))
}

#[test]
fn each_thing_that_is_wrong_has_its_name() {
    let replaced = |path: &'static str, from: &'static str, to: &'static str| {
        repacked(move |files| {
            let file = files.iter_mut().find(|it| it.path == path).unwrap();
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            assert!(text.contains(from), "{text}");
            file.bytes = text.replacen(from, to, 1).into_bytes();
        })
        .unwrap_err()
        .to_string()
    };
    for (path, from, to, named) in [
        (CHAIN, "pc-7", "pc-8", "chain: entry 1 does not hold (line 2): its bytes and its hash"),
        (RUNS, "site/B27@1/pc-7/copy#1,succeeded\r\n", "", "population: 0 rows for 1 steps"),
        (
            "documents/D-02-site-B27.json",
            "B27\",\"text",
            "B28\",\"text",
            "document documents/D-02-site-B27.json: its body",
        ),
        (
            "documents/D-02-site-B27.json",
            "\"entry\":2",
            "\"entry\":1",
            "entry 1 of the record is no signature",
        ),
        (
            "documents/D-02-site-B27.json",
            "site-owner",
            "tester",
            "entry 2 of the record is no signature of site/B27:tester",
        ),
        (
            "documents/D-02-site-B27.json",
            "\"is-signed\"",
            "\"is-signed-on-paper\"",
            "entry 2 of the record is no signature of site/B27:site-owner",
        ),
        ("documents/D-02-site-B27.json", "{", "{ ", "it is not canonical JSON"),
        (
            "signatures/2.json",
            "site/B27",
            "site/B28",
            "signature signatures/2.json: it says something else",
        ),
        ("signatures/2.json", "\"seq\":2", "\"seq\":9", "the record has no such signature"),
    ] {
        let said = replaced(path, from, to);
        assert!(said.contains(named), "{path} {from}: {said}");
    }
    let stranger = Signer::from_seed([8; 32]);
    let bytes = package(&deployment(), files_of(&stranger), &stranger).unwrap();
    let said = verify_package(&bytes, Some(signer().verifier_key())).unwrap_err().to_string();
    assert!(said.starts_with("key: the manifest is not signed by it"), "{said}");
    let mut files = files(example()).unwrap();
    files.remove(3);
    let said = verify_package(&archive(&files), None).unwrap_err().to_string();
    assert!(said.contains("does not stand where the manifest names it"), "{said}");
    assert_eq!(
        package(
            &deployment(),
            vec![ArchivedFile { path: "../x".to_owned(), bytes: vec![] }],
            &signer()
        ),
        Err("../x".to_owned())
    );
}

// Proves: P2-D7
#[test]
fn a_signature_by_hand_stands_where_two_attested_it_and_is_never_taken_for_an_electronic_one() {
    let on_paper = |stands: &str, slot: &str| {
        let body = json!({ "facts": { "site": "B27" } });
        let digest = canonical_digest(&body);
        let attested = json!({ "paper": 1, "slot": slot, "document": digest, "signer": "amara" });
        let entry = json!({ "seq": 1, "event": { "paper": { "attested": attested } } });
        let (chain, _) = exported(&[entry], &signer());
        let document = json!({ "document": "site/B27", "digest": digest, "body": body,
            "slots": [{ "role": "site-owner", "stands": stands, "entry": 1 }] });
        let file = |path: &str, bytes: Vec<u8>| ArchivedFile { path: path.to_owned(), bytes };
        let files = vec![
            file(CHAIN, chain),
            file(RUNS, b"order,outcome\r\n".to_vec()),
            file("documents/D-02-site-B27.json", canonical(&document)),
        ];
        let bytes = package(&deployment(), files, &signer()).unwrap();
        verify_package(&bytes, Some(signer().verifier_key())).map(|it| it.documents)
    };
    assert_eq!(on_paper("is-signed-on-paper", "site/B27:site-owner"), Ok(1));
    for (stands, slot) in
        [("is-signed", "site/B27:site-owner"), ("is-signed-on-paper", "site/B28:site-owner")]
    {
        let said = on_paper(stands, slot).unwrap_err().to_string();
        assert!(said.contains("entry 1 of the record is no signature"), "{stands} {slot}: {said}");
    }
}

/// A record of one signature, whose signer showed in the act what `by` makes of the declaration; the plan
/// beside it names the key with the seed 3.
fn signed_with(by: impl Fn(&Digest) -> Value) -> (Value, Proofs) {
    let key = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[3; 32]));
    let line = key.public_key().to_openssh().unwrap();
    let mut proofs = Proofs::default();
    proofs.content(&canonical(&json!({ "people": [{ "id": "ann", "ssh_keys": [line] }] })));
    proofs.content(b"no plan");
    let event = json!({ "sign-off": { "slot": "site/B27:site-owner", "transition": "signed" } });
    let meaning = json!({ "lang": "de", "text": "Ja." });
    let declared =
        model::digest::digest_of_tree(&json!({ "v": 1, "deployment": "FG30", "baseline": 2,
        "person": "ann", "asked": 7, "meaning": meaning, "event": event }));
    let again = json!({ "challenge": declared, "at": "2027-03-23T15:00:00Z", "meaning": meaning,
        "by": by(&declared) });
    let known = json!({ "method": "password", "at": "2027-03-23T15:00:00Z", "again": again });
    let person = json!({ "person": "ann", "login": "ann", "known": known });
    let entry = json!({ "seq": 9, "baseline": 2, "actor": { "person": person }, "event": event });
    let asked = json!({ "seq": 7, "actor": "system", "event":
        { "sign-off": { "slot": "site/B27:site-owner", "transition": "requested" } } });
    assert_eq!(proofs.entry("FG30", &asked), Ok(None));
    (entry, proofs)
}

fn by_ssh(seed: u8, declared: &Digest) -> Value {
    use ssh_key::{HashAlg, LineEnding, PrivateKey, private::Ed25519Keypair};
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]));
    let text = declared.to_string();
    let signature = key.sign("landfall-signature", HashAlg::Sha512, text.as_bytes()).unwrap();
    json!({ "ssh-key": { "key": key.public_key().to_openssh().unwrap(),
        "signature": signature.to_pem(LineEnding::LF).unwrap() } })
}

fn by_passkey(declared: &Digest, flags: u8) -> Value {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE;
    use p256::ecdsa::signature::Signer as _;
    let key = p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let challenge = URL_SAFE.encode(declared.as_bytes());
    let client = json!({ "type": "webauthn.get", "challenge": challenge }).to_string();
    let mut data = vec![0; 37];
    data[32] = flags;
    let signed = [data.as_slice(), Digest::of(client.as_bytes()).as_bytes()].concat();
    let signature: p256::ecdsa::Signature = key.sign(&signed);
    json!({ "passkey": { "credential": "c", "authenticator_data": URL_SAFE.encode(&data),
        "client_data": URL_SAFE.encode(client), "signature": URL_SAFE.encode(signature.to_der()),
        "public_key": { "kty": "EC", "crv": "P-256", "x": URL_SAFE.encode(x), "y": URL_SAFE.encode(y) } } })
}

#[test]
fn what_signers_showed_is_checked_by_their_own_keys_and_about_exactly_their_act() {
    let password = |_: &Digest| json!("password");
    for (what, (mut entry, mut proofs), change, said) in [
        ("a password", signed_with(password), None, Ok(())),
        ("a key", signed_with(|it| by_ssh(3, it)), None, Ok(())),
        ("a passkey", signed_with(|it| by_passkey(it, 5)), None, Ok(())),
        (
            "a key that no plan names",
            signed_with(|it| by_ssh(4, it)),
            None,
            Err("no plan names that key of them"),
        ),
        (
            "a key over something else",
            signed_with(|_| by_ssh(3, &Digest::of(b"x"))),
            None,
            Err("it is not signed by that key"),
        ),
        (
            "a passkey over something else",
            signed_with(|_| by_passkey(&Digest::of(b"x"), 5)),
            None,
            Err("what the passkey signed is about something else"),
        ),
        (
            "a passkey that was only touched",
            signed_with(|it| by_passkey(it, 1)),
            None,
            Err("the passkey has not verified who holds it"),
        ),
        (
            "another decision",
            signed_with(|it| by_ssh(3, it)),
            Some(("/event/sign-off/transition", json!("declined"))),
            Err("what was shown is about something else than what is recorded"),
        ),
        (
            "another baseline",
            signed_with(password),
            Some(("/baseline", json!(3))),
            Err("what was shown is about something else than what is recorded"),
        ),
        (
            "another sentence",
            signed_with(password),
            Some(("/actor/person/known/again/meaning/text", json!("Nein."))),
            Err("what was shown is about something else than what is recorded"),
        ),
    ] {
        if let Some((place, value)) = change {
            *entry.pointer_mut(place).unwrap() = value;
        }
        assert_eq!(proofs.entry("FG30", &entry).map(|_| ()), said, "{what}");
    }
}

#[test]
fn a_checkpoint_that_was_kept_elsewhere_tells_a_record_from_one_that_was_written_anew() {
    let key = signer();
    let one = |size: u64, entry: &Value| {
        let mut tree = Frontier::default();
        tree.push(&canonical(entry));
        let chain = None;
        Checkpoint { deployment: deployment(), size, root: tree.root(), chain }.sign(&key)
    };
    let first =
        json!({ "seq": 1, "event": { "order-ended": { "order": "site/B27@1/pc-7/copy#1" } } });
    let other = json!({ "seq": 1, "event": "something else" });
    let (chain, _) = exported(&[first.clone(), json!({ "seq": 2, "event": "x" })], &key);
    let vkey = key.verifier_key();
    for bytes in [&chain, example()] {
        assert_eq!(began_with(bytes, &one(1, &first), vkey).unwrap().size, 1);
        let rewritten = began_with(bytes, &one(1, &other), vkey);
        assert_eq!(rewritten, Err(KeptElsewhere::Other { size: 1 }));
        let shorter = began_with(bytes, &one(9, &first), vkey);
        assert_eq!(shorter, Err(KeptElsewhere::Shorter { size: 9, found: 2 }));
    }
    let stranger = Signer::from_seed([8; 32]);
    let theirs = began_with(&chain, &one(1, &first), stranger.verifier_key());
    assert_eq!(theirs, Err(KeptElsewhere::Note(InvalidNote::Signature)));
}

#[test]
fn no_byte_of_a_package_can_be_another() {
    let key = signer();
    let whole = example();
    // Every byte once, and again with others until it is ten thousand times.
    for change in 0..10_000_usize.max(whole.len()) {
        let place = change % whole.len();
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (change / whole.len() % 8);
        let verdict = verify_package(&bytes, Some(key.verifier_key()));
        assert!(verdict.is_err(), "byte {place}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]
    #[test]
    fn whatever_comes_instead_of_a_package_is_refused_and_never_fatal(
        bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        cut in 0_usize..20_000,
    ) {
        prop_assert!(verify_package(&bytes, None).is_err());
        let cut = cut.min(example().len() - 1);
        prop_assert!(verify_package(&example()[..cut], None).is_err());
    }
}
