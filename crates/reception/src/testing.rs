//! For tests: a house with a reception over a fresh record, and a device that holds one passkey, in
//! software, which is what a browser and a phone do together.

use crate::passkey::Question;
use crate::secret::digest_of;
use crate::{Plans, Reception};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use coordinator::clock::SteadyClock;
use model::digest::Digest;
use model::sheet::SlotId;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use record::{Accounts, Location, Record, Signer};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// The password of everybody in a house.
pub const PASSWORD: &str = "correct horse battery";

/// Why the record of a house can be read.
const OPEN: &str = "because the house is open";

/// A reception over a fresh record in a folder of its own, that was shown the example plans and that
/// nobody has set up yet.
pub struct House {
    /// The reception.
    pub reception: Reception,
    /// What makes the first account.
    pub secret: String,
    /// Where its record lies for as long as this is held.
    pub folder: tempfile::TempDir,
}

impl House {
    /// Returns a new house.
    ///
    /// # Panics
    ///
    /// Where this computer lets nobody write a file.
    pub async fn new() -> Self {
        Self::over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")).await
    }

    /// Returns a new house that was shown the plans under `plans`.
    ///
    /// # Panics
    ///
    /// Where this computer lets nobody write a file, or there is no such folder.
    pub async fn over(plans: &Path) -> Self {
        let expected = "because a temporary folder can be written";
        let folder = tempfile::tempdir().expect(expected);
        let location = Location::Sqlite(folder.path().join("record.db"));
        let signer = Signer::from_file(&folder.path().join("key")).expect(expected);
        let accounts = Accounts::open(&location, &signer, Arc::new(|_: &str| ())).await;
        let accounts = accounts.expect(expected);
        let record = record::open(&location, signer, None).await.expect(expected);
        let plans = Plans::under(plans).expect("because the plans are there");
        let clock = Arc::new(SteadyClock::of_this_computer());
        let opened = Reception::open(record, accounts, plans, clock).await.expect(expected);
        let (reception, secret) = opened;
        let secret = secret.expect("because nobody has set it up").reveal().to_owned();
        Self { reception, secret, folder }
    }
}

/// Asks for signatures in `slots` of a deployment whose record lies in `folder`, as the engine does once
/// their sheets are ready, and returns the digest of each sheet.
///
/// # Panics
///
/// Where there is no such record, or none of these slots in it.
pub async fn ask_to_sign(folder: &Path, deployment: &str, slots: &[&str]) -> Vec<Digest> {
    let deployment = deployment.parse().expect(OPEN);
    let slots: Vec<SlotId> = slots.iter().map(|it| it.parse().expect(OPEN)).collect();
    let record = record_in(folder).await;
    coordinator::testing::ask_to_sign(record, &deployment, &slots).await.expect(OPEN)
}

/// Opens the survey of a deployment whose record lies in `folder`, and invites a user of `site` by each of
/// `links`, as people do when they have worked with the release.
///
/// # Panics
///
/// Where there is no such record.
pub async fn open_survey(folder: &Path, deployment: &str, site: &str, links: &[&str]) {
    let (deployment, site) = (deployment.parse().expect(OPEN), site.parse().expect(OPEN));
    let links: Vec<Digest> = links.iter().map(|it| digest_of(it)).collect();
    let opened =
        coordinator::testing::open_survey(record_in(folder).await, &deployment, &site, &links);
    opened.await.expect(OPEN);
}

/// Returns the record of a house once more, as another program sees it.
async fn record_in(folder: &Path) -> Arc<dyn Record> {
    let location = Location::Sqlite(folder.join("record.db"));
    let signer = Signer::from_file(&folder.join("key")).expect(OPEN);
    record::open(&location, signer, None).await.expect(OPEN)
}

/// A user is there, was verified, and the key is told.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// A device with one passkey.
pub struct Device {
    key: SigningKey,
    id: Vec<u8>,
    origin: String,
    verifies: bool,
}

impl Device {
    /// Returns a device whose key is made from `seed`, in a browser that is at `origin`.
    ///
    /// # Panics
    ///
    /// For the one seed in 2^32 that makes no key.
    pub fn new(seed: u8, origin: &str) -> Self {
        let key =
            SigningKey::from_slice(&[seed.max(1); 32]).expect("because it is below the order");
        Self { key, id: vec![seed; 16], origin: origin.to_owned(), verifies: true }
    }

    /// Returns it as one that does not verify who holds it.
    #[must_use]
    pub fn careless(self) -> Self {
        Self { verifies: false, ..self }
    }

    fn host(&self) -> &str {
        let rest = self.origin.split_once("://").map_or(self.origin.as_str(), |it| it.1);
        rest.split(':').next().unwrap_or_default()
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": asked["challenge"], "origin": self.origin})
            .to_string()
            .into_bytes()
    }

    fn authenticator_data(&self, with_key: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut bytes = Digest::of(self.host().as_bytes()).as_bytes().to_vec();
        bytes.push(PRESENT | verified | with_key);
        bytes.extend([0; 4]);
        bytes
    }

    /// Returns the key in the form of COSE: EC2, ES256, P-256, x and y.
    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes().split_at(33);
        let mut bytes = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        bytes.extend(x.get(1..).unwrap_or_default());
        bytes.extend([0x22, 0x58, 0x20]);
        bytes.extend(y);
        bytes
    }

    /// Returns what the browser answers to `question`.
    pub fn answers(&self, question: &Question) -> String {
        match question {
            Question::Create(asked) => self.makes(asked),
            Question::Get(asked) => self.signs(asked),
        }
    }

    fn makes(&self, asked: &Value) -> String {
        let mut data = self.authenticator_data(WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&self.id);
        data.extend(self.cose());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
        object.extend(data);
        self.said(json!({
            "attestationObject": encoded(&object),
            "clientDataJSON": encoded(&self.client_data("webauthn.create", asked)),
        }))
    }

    fn signs(&self, asked: &Value) -> String {
        let (data, client) = (self.authenticator_data(0), self.client_data("webauthn.get", asked));
        let signed = [data.as_slice(), Digest::of(&client).as_bytes()].concat();
        let signature: Signature = self.key.sign(&signed);
        self.said(json!({
            "authenticatorData": encoded(&data),
            "clientDataJSON": encoded(&client),
            "signature": encoded(signature.to_der().as_bytes()),
            "userHandle": null,
        }))
    }

    fn said(&self, response: Value) -> String {
        let id = encoded(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response,
            "clientExtensionResults": {}})
        .to_string()
    }
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
