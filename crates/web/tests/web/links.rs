//! The link with which the owner of a site signs, in the regulated profile: it came by mail, whoever reads
//! the mail can open it, and alone it signs nothing.

use crate::browser::{Browser, PASSWORD};
use axum::http::StatusCode;
use documents::Language;
use model::authentication::AuthenticationMethod;
use model::command::Command;
use model::event::Entry;
use model::id::SiteId;
use model::sheet::SlotId;
use notices::Post;
use notices::mail::Mail;
use notices::testing::MailHouse;
use reception::passkey::Question;
use reception::testing::{Device, House, ask_to_sign};
use reception::{LogIn, NewAccount, Reception, ReceptionError, Showing, ToSign, Visitor};
use serde_json::Value;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Where browsers reach it.
const ORIGIN: &str = "http://localhost:7500";

/// A server with a regulated deployment of the reference plan, in which the owners of both sites are asked
/// to sign.
struct Office {
    browser: Browser,
    reception: Arc<Reception>,
    mails: MailHouse,
    documents: [String; 2],
    _plans: TempDir,
}

fn secret(said: &str) -> Zeroizing<String> {
    Zeroizing::new(said.to_owned())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Office {
    async fn new() -> Self {
        Self::with(&[("plan", "reference.yaml")]).await
    }

    /// Returns an office with the deployment that is `asked` for.
    async fn with(asked: &[(&str, &str)]) -> Self {
        let plans = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples"), plans.path());
        let file = plans.path().join("reference.yaml");
        let plan = std::fs::read_to_string(&file).unwrap();
        let plan = plan
            .replace("profile: standard ", "profile: regulated ")
            .replace("{id: owner-north}", "{id: owner-north, mail: north@example.org}")
            .replace("{id: owner-south}", "{id: owner-south, mail: south@example.org}");
        std::fs::write(&file, plan).unwrap();

        let mails = MailHouse::hospitable().unwrap();
        let server = format!("smtp://{}", mails.address).parse().unwrap();
        let mail = Mail::new(&server, "landfall@example.org", None).unwrap();
        let post = Post::new(Some(mail), Box::new(|_| Err("none is needed".to_owned())));
        let House { reception, secret: key, folder } = House::over(plans.path()).await;
        let reception = reception.reached_at(&ORIGIN.parse().unwrap()).posting(Arc::new(post));
        let reception = Arc::new(reception);
        let name = "rel".parse().unwrap();
        let first = NewAccount { name, password: Some(secret(PASSWORD)), is_administrator: true };
        reception.set_up(&key, first).await.unwrap();
        let path = folder.path().to_owned();
        let mut browser = Browser::before(reception.clone(), folder);
        browser.log_in("rel").await;
        let made = browser.post("/deployments", asked).await;
        assert_eq!(made.goes(), "/d/REF?done=1", "{}", made.text);
        let slots = ["site/north:site-owner", "site/south:site-owner"];
        let documents = ask_to_sign(&path, "REF", &slots).await;
        let documents = [documents[0].to_string(), documents[1].to_string()];
        browser.forget();
        let office = Self { browser, reception, mails, documents, _plans: plans };
        // What was written beside it is read before anything is asked of it.
        let rel = office.visitor("rel").await;
        office.reception.deployment(&rel, "REF").await.unwrap().look().await.unwrap();
        office
    }

    async fn visitor(&self, name: &str) -> Visitor {
        let (name, label, address) = (name.to_owned(), "a test".to_owned(), String::new());
        let it = LogIn { name, password: secret(PASSWORD), address, label };
        let (session, _) = self.reception.log_in(it).await.unwrap();
        self.reception.visitor(session.reveal()).await.unwrap()
    }

    /// Has the link to a site sent to its owner, and returns the path in the mail.
    async fn link(&self, site: &str) -> String {
        let site: SiteId = site.parse().unwrap();
        let rel = self.visitor("rel").await;
        let given = self.reception.link_to_site(&rel, "REF", &site).await.unwrap();
        assert_eq!(given.address, None, "only who reads the mail knows it");
        let mail = self.mails.arrived().pop().unwrap();
        assert_eq!(mail.to, [given.sent_to.unwrap()]);
        let text = mail.text.replace("=\r\n", "");
        let link = text.split_whitespace().find(|it| it.starts_with(ORIGIN)).unwrap();
        link.strip_prefix(ORIGIN).unwrap().to_owned()
    }

    /// Returns the path of a link to a site that is shown: a rehearsal sends no mails.
    async fn link_shown(&self, site: &str) -> String {
        let rel = self.visitor("rel").await;
        let given = self.reception.link_to_site(&rel, "REF", &site.parse().unwrap()).await;
        given.unwrap().address.unwrap().strip_prefix(ORIGIN).unwrap().to_owned()
    }

    /// Invites the owner of a site, who chooses a password, and returns them.
    async fn invited(&self, name: &str) -> Visitor {
        let rel = self.visitor("rel").await;
        let (own, is_administrator) = (name.parse().unwrap(), false);
        let account = NewAccount { name: own, password: None, is_administrator };
        // Who was sent a link has one already.
        self.reception.create(&rel, account).await.ok();
        let given = self.reception.invite(&rel, &name.parse().unwrap()).await.unwrap();
        let address = given.address.unwrap();
        let key = address.rsplit('/').next().unwrap();
        let session = self.reception.come_in_by_invitation(key, "", "a phone").await.unwrap().0;
        let visitor = self.reception.visitor(session.reveal()).await.unwrap();
        let (old, new) = (secret(""), secret(PASSWORD));
        self.reception.change_password(&visitor, old, new).await.unwrap();
        self.visitor(name).await
    }

    /// Returns the newest entry but for what follows from it.
    async fn entry(&self, said: &str) -> Entry {
        let rel = self.visitor("rel").await;
        let followed = self.reception.deployment(&rel, "REF").await.unwrap();
        let number = said.split("as entry ").nth(1).and_then(|it| it.split('.').next()).unwrap();
        let after = number.parse::<u64>().unwrap() - 1;
        followed.entries(after, 1).await.unwrap().remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_regulated_profile_a_link_in_a_mail_signs_only_with_what_its_owner_s_account_is_known_by()
 {
    let office = Office::new().await;
    let link = office.link("north").await;
    let (phone, document) = (&office.browser, office.documents[0].as_str());
    let sign = [("decision", "sign"), ("document", document)];

    // Who owns nothing but the link is told how to come by more, and the link stays good.
    let seen = phone.get(&link).await;
    assert!(seen.text.contains("Is the site operating as expected?"), "{}", seen.text);
    assert!(seen.text.contains("A link alone signs nothing here"), "{}", seen.text);
    assert!(!seen.text.contains("name=\"decision\" value=\"sign\""), "{}", seen.text);
    let refused = phone.post(&link, &sign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text.contains("password or the passkey of your own account"),
        "{}",
        refused.text
    );

    // With a password of their own, the page asks for it, and a wrong one signs nothing.
    office.invited("owner-north").await;
    let seen = phone.get(&link).await;
    assert!(seen.text.contains("name=\"_password\" type=\"password\""), "{}", seen.text);
    let with = |password: &'static str| [sign[0], sign[1], ("_password", password)];
    assert_eq!(phone.post(&link, &with("a guess or two")).await.status, StatusCode::UNAUTHORIZED);
    let done = phone.post(&link, &with(PASSWORD)).await;
    assert!(done.text.contains("Thank you. It stands in the record"), "{}", done.text);
    let entry = office.entry(&done.text).await;
    let known = entry.actor.known().unwrap();
    assert_eq!(known.method, AuthenticationMethod::Link);
    assert_eq!(known.again.as_ref().unwrap().by.word(), "password");
    assert_eq!(phone.get(&link).await.status, StatusCode::NOT_FOUND, "it is used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_passkey_signs_by_link_with_it_and_not_by_password() {
    let office = Office::new().await;
    let owner = office.invited("owner-south").await;
    let device = Device::new(3, ORIGIN);
    let asked = office.reception.ask_for_passkey(&owner).await.unwrap();
    office.reception.add_passkey(&owner, "phone", &device.answers(&asked)).await.unwrap();
    let link = office.link("south").await;
    let document = office.documents[1].as_str();
    let sign = [("decision", "sign"), ("document", document)];
    let phone = &office.browser;
    let seen = phone.get(&link).await;
    assert!(seen.text.contains("Sign with your passkey"), "{}", seen.text);
    assert!(!seen.text.contains("_password"), "{}", seen.text);
    let refused = phone.post(&link, &[sign[0], sign[1], ("_password", PASSWORD)]).await;
    assert!(refused.text.contains("a password alone is one factor"), "{}", refused.text);

    let question = phone.post(&format!("{link}/question"), &sign).await;
    let question: Value = serde_json::from_str(&question.text).unwrap();
    // The same question, answered by somebody else's phone.
    let answer = Device::new(4, ORIGIN).answers(&Question::Get(question["get"].clone()));
    let refused = phone.post(&link, &[sign[0], sign[1], ("_answer", answer.as_str())]).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    let question = phone.post(&format!("{link}/question"), &sign).await;
    let question: Value = serde_json::from_str(&question.text).unwrap();
    let answer = device.answers(&Question::Get(question["get"].clone()));
    let done = phone.post(&link, &[sign[0], sign[1], ("_answer", answer.as_str())]).await;
    assert!(done.text.contains("Thank you. It stands in the record"), "{}", done.text);
    let entry = office.entry(&done.text).await;
    let known = entry.actor.known().unwrap();
    assert_eq!(known.method, AuthenticationMethod::Link);
    assert_eq!(known.again.as_ref().unwrap().by.word(), "passkey");
}

/// Polls `asked` so often and then drops it, as a server does when whoever asked is gone.
async fn cut_off<T>(asked: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut asked = pin!(asked);
    let mut left = polls;
    let polled = poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        asked.as_mut().poll(context).map(Some)
    });
    polled.await
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_request_is_cut_off_its_link_is_still_good_or_has_decided_and_once() {
    let office = Office::new().await;
    let link = office.link("north").await;
    office.invited("owner-north").await;
    let key = link.rsplit('/').next().unwrap();
    let rel = office.visitor("rel").await;
    let followed = office.reception.deployment(&rel, "REF").await.unwrap();
    let signed = async || {
        let entries = followed.entries(0, 1000).await.unwrap();
        let signed = entries.iter().filter(|it| {
            it.actor.known().is_some_and(|it| it.method == AuthenticationMethod::Link)
        });
        signed.count()
    };
    let slot: SlotId = "site/north:site-owner".parse().unwrap();
    let document = office.documents[0].parse().unwrap();
    let command = Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
    let sign = ToSign { command, language: Language::default(), id: None };
    let command = Command::Refuse { slot, document, reasons: vec!["it is slow".to_owned()] };
    let refuse = ToSign { command, language: Language::default(), id: None };
    let shown = || Some(Showing::Password(secret(PASSWORD)));
    for polls in 0.. {
        let acting = office.reception.act_by_link(key, "", &sign, shown());
        let done = cut_off(acting, polls).await;
        let is_good = office.reception.open_site(key, "").await.is_ok();
        assert!(is_good || signed().await == 1, "cut off after {polls} polls");
        if done.is_some() {
            break;
        }
    }
    let late = office.reception.act_by_link(key, "", &refuse, shown()).await;
    assert!(matches!(late, Err(ReceptionError::NotAdmitted)), "{late:?}");
    assert_eq!(signed().await, 1);

    // Of two decisions at the same time one counts.
    let link = office.link("south").await;
    office.invited("owner-south").await;
    let key = link.rsplit('/').next().unwrap();
    let slot: SlotId = "site/south:site-owner".parse().unwrap();
    let document = office.documents[1].parse().unwrap();
    let command = Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
    let sign = ToSign { command, language: Language::default(), id: None };
    let command = Command::Refuse { slot, document, reasons: vec!["it is slow".to_owned()] };
    let refuse = ToSign { command, language: Language::default(), id: None };
    let (one, other) = tokio::join!(
        office.reception.act_by_link(key, "", &sign, shown()),
        office.reception.act_by_link(key, "", &refuse, shown()),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1, "{one:?} {other:?}");
    assert_eq!(signed().await, 2);
    assert!(office.reception.open_site(key, "").await.is_err(), "it is used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_link_to_a_rehearsal_is_told_that_it_is_one() {
    let production = Office::new().await;
    let rehearsal = Office::with(&[("plan", "reference.yaml"), ("rehearsal", "true")]).await;
    let production = production.browser.get(&production.link("north").await).await.text;
    let rehearsal = rehearsal.browser.get(&rehearsal.link_shown("north").await).await.text;
    // Paper has no banner of a screen, and keeps the mark.
    for mark in ["This is a rehearsal:", "env env-rehearsal"] {
        assert!(rehearsal.contains(mark), "{mark}: {rehearsal}");
        assert!(!production.contains(mark), "{mark}: {production}");
    }
}
