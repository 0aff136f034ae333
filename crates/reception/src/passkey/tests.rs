//! Passkeys: made, used to log in, used to show again who is here, and whatever is not accepted.

use crate::testing::{Device, House, PASSWORD};
use crate::{LogIn, NewAccount, Reception, ReceptionError, Showing, Visitor};
use model::authentication::Proof;
use model::digest::Digest;
use zeroize::Zeroizing;

const HERE: &str = "http://localhost:7500";

struct Inn {
    reception: Reception,
    _folder: tempfile::TempDir,
}

impl Inn {
    async fn at(origin: &str) -> Self {
        let House { reception, secret, folder } = House::new().await;
        let reception = reception.reached_at(&origin.parse().unwrap());
        reception.set_up(&secret, account("ines")).await.unwrap();
        Self { reception, _folder: folder }
    }

    async fn visitor(&self, name: &str) -> Visitor {
        let log_in = LogIn {
            name: name.to_owned(),
            password: Zeroizing::new(PASSWORD.to_owned()),
            address: String::new(),
            label: String::new(),
        };
        let (secret, _) = self.reception.log_in(log_in).await.unwrap();
        self.reception.visitor(secret.reveal()).await.unwrap()
    }

    async fn register(&self, visitor: &Visitor, device: &Device) -> Result<(), ReceptionError> {
        let question = self.reception.ask_for_passkey(visitor).await.unwrap();
        self.reception.add_passkey(visitor, "a phone", &device.answers(&question)).await
    }
}

fn account(name: &str) -> NewAccount {
    let password = Some(Zeroizing::new(PASSWORD.to_owned()));
    NewAccount { name: name.parse().unwrap(), password, is_administrator: false }
}

fn by(answer: &str) -> Showing {
    Showing::Passkey(answer.to_owned())
}

fn why<T>(result: Result<T, ReceptionError>) -> String {
    result.err().map(|it| it.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn whoever_has_a_passkey_logs_in_without_a_name_and_once_for_each_question() {
    let house = Inn::at(HERE).await;
    let ines = house.visitor("ines").await;
    let (phone, laptop) = (Device::new(1, HERE), Device::new(2, HERE));
    house.register(&ines, &phone).await.unwrap();
    house.register(&ines, &laptop).await.unwrap();
    assert_eq!(house.reception.passkeys(&ines).await.unwrap().len(), 2);

    let question = house.reception.ask_to_log_in().unwrap();
    let answer = laptop.answers(&question);
    let (secret, _) = house.reception.log_in_by_passkey(&answer, "a", "").await.unwrap();
    let visitor = house.reception.visitor(secret.reveal()).await.unwrap();
    assert_eq!(visitor.person().as_str(), "ines");
    let replayed = house.reception.log_in_by_passkey(&answer, "a", "").await;
    assert!(why(replayed).contains("it was not asked for"));

    let held = house.reception.passkeys(&ines).await.unwrap();
    for it in &held {
        house.reception.remove_passkey(&ines, &it.id).await.unwrap();
    }
    let question = house.reception.ask_to_log_in().unwrap();
    let gone = house.reception.log_in_by_passkey(&laptop.answers(&question), "b", "").await;
    assert!(why(gone).contains("nobody here has it"));
}

#[tokio::test]
async fn a_passkey_is_one_account_s_and_one_server_s_and_verifies_who_holds_it() {
    let house = Inn::at(HERE).await;
    let ines = house.visitor("ines").await;
    let phone = Device::new(1, HERE);
    house.register(&ines, &phone).await.unwrap();
    house.reception.create(&ines, account("oto")).await.unwrap();
    let oto = house.visitor("oto").await;
    assert!(why(house.register(&oto, &phone).await).contains("it is another account's"));

    let careless = Device::new(3, HERE).careless();
    assert!(why(house.register(&ines, &careless).await).contains("not accepted"));
    let elsewhere = Device::new(4, "http://evil.example");
    assert!(why(house.register(&ines, &elsewhere).await).contains("not accepted"));

    let careless = Device::new(1, HERE).careless();
    let question = house.reception.ask_to_log_in().unwrap();
    let refused = house.reception.log_in_by_passkey(&careless.answers(&question), "a", "").await;
    assert!(why(refused).contains("not accepted"));
}

#[tokio::test]
async fn who_is_here_shows_it_again_for_one_challenge_in_one_session() {
    let house = Inn::at(HERE).await;
    let ines = house.visitor("ines").await;
    let phone = Device::new(1, HERE);
    let (manifest, other) = (Digest::of(b"a manifest"), Digest::of(b"another"));
    let none = house.reception.ask_again(&ines, &manifest).await;
    assert!(why(none).contains("you have no passkey yet"));
    house.register(&ines, &phone).await.unwrap();

    let question = house.reception.ask_again(&ines, &manifest).await.unwrap();
    let answer = phone.answers(&question);
    let another = house.reception.shown_again(&ines, &other, by(&answer)).await;
    assert!(why(another).contains("it signs something else"));
    let elsewhere = house.visitor("ines").await;
    let stolen = house.reception.shown_again(&elsewhere, &manifest, by(&answer)).await;
    assert!(why(stolen).contains("it was not asked for"));

    let question = house.reception.ask_again(&ines, &manifest).await.unwrap();
    let answer = phone.answers(&question);
    let shown = house.reception.shown_again(&ines, &manifest, by(&answer)).await.unwrap();
    let Proof::Passkey(assertion) = shown else { panic!("it was a passkey") };
    assert_eq!(assertion.public_key["crv"], "P-256");
    let again = house.reception.shown_again(&ines, &manifest, by(&answer)).await;
    assert!(why(again).contains("it was not asked for"));

    let question = house.reception.ask_again(&ines, &manifest).await.unwrap();
    let typed = |text: &str| Showing::Password(Zeroizing::new(text.to_owned()));
    let by_password = house.reception.shown_again(&ines, &manifest, typed(PASSWORD)).await;
    assert_eq!(by_password.unwrap(), Proof::Password);
    let guessed = house.reception.shown_again(&ines, &manifest, typed("a guess")).await;
    assert!(matches!(guessed, Err(ReceptionError::WrongPassword)));

    let foreign = Device::new(9, HERE).answers(&question);
    let refused = house.reception.shown_again(&ines, &manifest, by(&foreign)).await;
    assert!(why(refused).contains("it is not one of yours"));
}

#[tokio::test]
async fn a_server_that_is_reached_by_a_number_knows_no_passkeys() {
    let house = Inn::at("http://127.0.0.1:7500").await;
    assert!(!house.reception.knows_passkeys());
    assert!(why(house.reception.ask_to_log_in()).contains("--address"));
}
