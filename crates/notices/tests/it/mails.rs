//! Mails, to a real SMTP server.

use crate::parcel;
use mailin::response;
use model::companion_plans::Channel;
use notices::mail::{Mail, MailServer};
use notices::testing::MailHouse;
use notices::{Delivery, Post};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

fn post(server: &str) -> Post {
    let server: MailServer = server.parse().unwrap();
    let mail = Mail::new(&server, "Landfall <landfall@example.org>", None).unwrap();
    Post::new(Some(mail), Box::new(|_| Err("there are no secrets".to_owned())))
}

async fn deliver(post: &Post, address: &str) -> Delivery {
    let now = "2027-02-07T06:00:00Z".parse().unwrap();
    post.deliver(&parcel(Channel::Mail, address), now).await
}

#[tokio::test]
async fn a_letter_arrives_with_its_own_name_and_language() {
    let house = MailHouse::hospitable().unwrap();
    let post = post(&format!("smtp://{}", house.address));
    let delivered = deliver(&post, "users.b31@brindlemark.example").await;
    assert!(
        matches!(&delivered, Delivery::Accepted { receipt } if receipt.starts_with("250")),
        "{delivered:?}"
    );
    let again = deliver(&post, "users.b31@brindlemark.example").await;
    assert!(matches!(again, Delivery::Accepted { .. }));
    let arrived = house.arrived();
    let [first, second] = arrived.as_slice() else { panic!("{arrived:?}") };
    assert_eq!(first.to, ["users.b31@brindlemark.example"]);
    assert_eq!(first.from, "landfall@example.org");
    assert_eq!(first.header("Content-Language"), "fr-CA");
    assert_eq!(first.header("Auto-Submitted"), "auto-generated");
    let name = first.header("Message-ID").to_owned();
    assert!(name.starts_with("<landfall.17.") && name.ends_with(".FG30@example.org>"), "{name}");
    assert_eq!(second.header("Message-ID"), name, "the name comes from the letter alone");
    assert_eq!(notices::mail::letter_of(&first.text, &"FG30".parse().unwrap()), Some(17));
    assert!(
        first.text.contains("dimanche"),
        "a dot on a line of its own ends nothing: {}",
        first.text
    );
}

#[tokio::test]
async fn what_a_server_says_decides_whether_a_letter_is_tried_again() {
    let house = MailHouse::open(Arc::new(|to, _| match to.split('@').next() {
        Some("nobody") => response::NO_MAILBOX,
        Some("full") => response::INTERNAL_ERROR,
        _ => response::OK,
    }))
    .unwrap();
    let post = post(&format!("smtp://{}", house.address));
    for (address, is) in [
        ("somebody@example.org", "accepted"),
        ("nobody@example.org", "refused"),
        ("full@example.org", "not now"),
        ("no address", "refused"),
    ] {
        let became = match deliver(&post, address).await {
            Delivery::Accepted { .. } => "accepted",
            Delivery::Refused { .. } => "refused",
            Delivery::NotNow { .. } => "not now",
            Delivery::Waits { .. } => "waits",
        };
        assert_eq!(became, is, "{address}");
    }
    assert_eq!(house.arrived().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let post = post(&format!("smtp://{free}"));
    let delivered = deliver(&post, "somebody@example.org").await;
    assert!(matches!(delivered, Delivery::NotNow { .. }), "{delivered:?}");
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_has_refused_us_and_not_the_letter() {
    for (greeting, then) in [("554 not you", None), ("220 welcome", Some("535 who are you"))] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (reading, mut writing) = stream.split();
                writing.write_all(format!("{greeting}\r\n").as_bytes()).await.unwrap();
                let mut lines = BufReader::new(reading).lines();
                while let (Some(then), Ok(Some(line))) = (then, lines.next_line().await) {
                    let answer = match line.split(' ').next() {
                        Some("EHLO") => "250-here\r\n250 AUTH PLAIN LOGIN",
                        Some("AUTH") => then,
                        _ => "250 so be it",
                    };
                    writing.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            }
        });
        let server: MailServer = format!("smtp://landfall@{address}").parse().unwrap();
        let from = "Landfall <landfall@example.org>";
        let mail = Mail::new(&server, from, Some("expired".to_owned().into())).unwrap();
        let post = Post::new(Some(mail), Box::new(|_| Err("there are no secrets".to_owned())));
        let delivered = deliver(&post, "somebody@example.org").await;
        assert!(matches!(delivered, Delivery::NotNow { .. }), "{greeting}: {delivered:?}");
        serving.abort();
    }
}

#[tokio::test]
async fn without_a_mail_server_letters_wait() {
    let post = Post::new(None, Box::new(|_| Err("there are no secrets".to_owned())));
    let delivered = deliver(&post, "somebody@example.org").await;
    assert!(matches!(delivered, Delivery::Waits { .. }), "{delivered:?}");
}
