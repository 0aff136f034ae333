//! Signing: whoever puts their name under something shows in the act that it is them.

use crate::Server;
use crate::server::ORIGIN;
use axum::http::StatusCode;
use model::digest::Digest;
use reception::passkey::Question;
use reception::testing::Device;
use reception::testing::PASSWORD;
use serde_json::{Value, json};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// The seed of the key that the example names of `ca1`.
const SEED: [u8; 32] = [7; 32];

const AT: &str = "/api/v1/deployments/REF";

/// A change authority who may approve, and a request for change that waits for them.
struct Approving {
    server: Server,
    session: String,
    approve: Value,
}

async fn approving(name: &str) -> Approving {
    let server = Server::new().await;
    let me = server.session("me").await;
    for it in ["rel", name] {
        server.account(&me, it).await;
    }
    let rel = server.session("rel").await;
    let wanted = json!({"plan": "reference.yaml"});
    let made = server.post("/api/v1/deployments").by(&rel).json(&wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let submit = json!({"rfc": {"rfc": "RFC-1", "act": "submit"}});
    let done = server.post(&format!("{AT}/commands")).by(&rel).json(&submit).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let visitor = server.reception().visitor(&rel).await.unwrap();
    let followed = server.reception().deployment(&visitor, "REF").await.unwrap();
    let part = followed.standing().state.part_of(&"RFC-1".parse().unwrap()).unwrap();
    let approve = json!({"rfc": {"rfc": "RFC-1", "act": {"approve": {"part": part}}}});
    let session = server.session(name).await;
    let classify =
        json!({"rfc": {"rfc": "RFC-1", "act": {"classify": {"category": "significant"}}}});
    let done = server.post(&format!("{AT}/commands")).by(&session).json(&classify).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    Approving { server, session, approve }
}

impl Approving {
    async fn signed(&self, proof: &Value) -> (StatusCode, String) {
        let body = json!({"command": self.approve, "proof": proof});
        let path = format!("{AT}/signatures");
        let answer = self.server.post(&path).by(&self.session).json(&body).await;
        (answer.status, answer.body.to_string())
    }

    async fn declared(&self) -> Value {
        let body = json!({"command": self.approve});
        let path = format!("{AT}/declarations");
        let answer = self.server.post(&path).by(&self.session).json(&body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    /// Returns how the last entry says that its author was known.
    async fn known(&self) -> Value {
        let path = format!("{AT}/record?after=0&limit=500");
        let read = self.server.get(&path).by(&self.session).sent().await;
        let last = read.body["entries"].as_array().unwrap().last().unwrap().as_str().unwrap();
        let entry: Value = serde_json::from_str(last).unwrap();
        entry["actor"]["person"]["known"].clone()
    }
}

#[tokio::test]
async fn a_log_in_alone_signs_nothing_and_a_password_given_with_it_stands_in_the_entry() {
    let it = approving("ca1").await;
    let path = format!("{AT}/commands");
    let refused = it.server.post(&path).by(&it.session).json(&it.approve).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let said = refused.body.to_string();
    assert!(said.contains("shows in the act itself that it is them"), "{said}");

    let declared = it.declared().await;
    assert_eq!(declared["asked"], true);
    let text = declared["declaration"].as_str().unwrap();
    assert_eq!(declared["challenge"], Digest::of(text.as_bytes()).to_string());
    assert!(text.contains(r#""event":{"rfc-approved":{"#), "{text}");

    let (status, said) = it.signed(&json!({"password": "a guess or two"})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{said}");
    let (status, said) = it.signed(&json!({"password": PASSWORD})).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let known = it.known().await;
    assert_eq!(known["method"], "password");
    assert_eq!(known["again"]["by"], "password");
    assert_eq!(known["again"]["challenge"], declared["challenge"]);
}

#[tokio::test]
async fn a_passkey_signs_the_declaration_and_nothing_else() {
    let it = approving("ca2").await;
    let (server, session) = (&it.server, &it.session);
    let phone = Device::new(1, ORIGIN);
    let asked = server.post("/api/v1/me/passkeys/question").by(session).sent().await;
    let question = Question::Create(asked.body["create"].clone());
    let answer: Value = serde_json::from_str(&phone.answers(&question)).unwrap();
    let made = json!({"label": "phone", "answer": answer});
    let kept = server.post("/api/v1/me/passkeys").by(session).json(&made).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.body);

    let answered = |declared: &Value| -> Value {
        let question = Question::Get(declared["passkey"]["get"].clone());
        serde_json::from_str(&phone.answers(&question)).unwrap()
    };
    let declared = it.declared().await;
    let answer = answered(&declared);
    // Another declaration than the one that was asked about: nothing is signed by accident.
    let other = json!({"command": {"withdraw": {"slot": "core:tester", "reason": "x"}},
        "proof": {"passkey": answer}});
    let refused = server.post(&format!("{AT}/signatures")).by(session).json(&other).await;
    assert!(refused.status.is_client_error(), "{}", refused.body);
    let declared = it.declared().await;
    let (status, said) = it.signed(&json!({"passkey": answered(&declared)})).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let known = it.known().await;
    assert_eq!(known["again"]["challenge"], declared["challenge"]);
    assert_eq!(known["again"]["by"]["passkey"]["public_key"]["crv"], "P-256");
}

#[tokio::test]
async fn a_key_signs_where_the_plan_names_it_and_a_token_never_does() {
    let named = approving("ca1").await;
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&SEED));
    let public = key.public_key().to_openssh().unwrap();
    let signed = |declared: &Value| {
        let message = declared["challenge"].as_str().unwrap();
        let signature = key.sign("landfall-signature", HashAlg::Sha512, message.as_bytes());
        signature.unwrap().to_pem(LineEnding::LF).unwrap()
    };
    let declared = named.declared().await;
    let proof = json!({"ssh-key": {"key": public, "signature": signed(&declared)}});

    let token = json!({"label": "a script", "access": {"reach": "act"}, "days": 7});
    let token = named.server.post("/api/v1/me/admissions").by(&named.session).json(&token).await;
    let body = json!({"command": named.approve, "proof": proof});
    let path = format!("{AT}/signatures");
    let by_token = named.server.post(&path).by(token.body["secret"].as_str().unwrap());
    let refused = by_token.json(&body).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);

    let wrong =
        json!({"ssh-key": {"key": public, "signature": signed(&json!({"challenge": "x"}))}});
    let (status, said) = named.signed(&wrong).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
    assert!(said.contains("no signature of that key"), "{said}");
    let (status, said) = named.signed(&proof).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let known = named.known().await;
    assert_eq!(known["again"]["by"]["ssh-key"]["key"], public.trim());

    let other = approving("ca2").await;
    let declared = other.declared().await;
    let proof = json!({"ssh-key": {"key": public, "signature": signed(&declared)}});
    let (status, said) = other.signed(&proof).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
    assert!(said.contains("the plan names no such key of ca2"), "{said}");
}
