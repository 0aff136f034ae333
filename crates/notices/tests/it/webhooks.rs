//! Webhooks, to a real HTTP server.

use crate::parcel;
use model::companion_plans::Channel;
use notices::webhook::signature;
use notices::{Delivery, Parcel, Post};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;
use zeroize::Zeroizing;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Answers one request with `status` and returns what was asked.
fn program(status: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut asked, mut some) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut some).unwrap();
            asked.extend_from_slice(some.get(..read).unwrap());
            let text = String::from_utf8_lossy(&asked).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |it| it.parse().unwrap()) {
                let answer = format!(
                    "HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).unwrap();
                return text;
            }
        }
    });
    (format!("http://{address}/hook"), answering)
}

async fn deliver(parcel: &Parcel) -> Delivery {
    let post = Post::new(
        None,
        Box::new(|reference| match reference {
            "env:DESK" => Ok(Zeroizing::new(SECRET.to_owned())),
            other => Err(format!("{other} is missing")),
        }),
    );
    post.deliver(parcel, "2027-02-07T06:00:00Z".parse().unwrap()).await
}

#[tokio::test]
async fn another_program_can_tell_who_wrote_and_that_nothing_was_changed() {
    let (url, asked) = program("204 No Content");
    let delivered = deliver(&parcel(Channel::Webhook, &url)).await;
    assert_eq!(delivered, Delivery::Accepted { receipt: "204".to_owned() });
    let asked = asked.join().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|it| it.split_once(": "));
        lines.find(|(it, _)| *it == name).map(|(_, value)| value.to_owned()).unwrap()
    };
    let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
    assert_eq!(at, "1801980000");
    assert!(id.starts_with("FG30.17."), "{id}");
    assert_eq!(header("webhook-signature"), signature(SECRET, &id, 1_801_980_000, body));
    assert!(body.contains(r#""letter":17"#), "{body}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (url, asked) = program("302 Found");
    let delivered = deliver(&parcel(Channel::Webhook, &url)).await;
    assert!(
        matches!(&delivered, Delivery::Refused { why } if why.contains("302")),
        "{delivered:?}"
    );
    asked.join().unwrap();
}

#[tokio::test]
async fn an_address_of_the_plan_reaches_nothing_inside() {
    for (url, why) in [
        ("https://127.0.0.1:9/", "127.0.0.1, which is not public"),
        ("https://localhost:9/", "which is not public"),
        ("https://[::1]:9/", "::1, which is not public"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254, which is not public"),
        ("https://2130706433/", "127.0.0.1, which is not public"),
        ("http://93.184.215.14/", "not reached over https"),
        ("file:///etc/passwd", "not reached over https"),
        ("nowhere", "it has no address"),
    ] {
        let parcel = Parcel { inside: false, ..parcel(Channel::Webhook, url) };
        let delivered = deliver(&parcel).await;
        assert!(
            matches!(&delivered, Delivery::Refused { why: said } if said.contains(why)),
            "{url}: {delivered:?}"
        );
    }
}

#[tokio::test]
async fn without_its_secret_nothing_is_sent() {
    let missing = Parcel {
        secret: Some("env:GONE".to_owned()),
        ..parcel(Channel::Webhook, "https://example.org")
    };
    let delivered = deliver(&missing).await;
    assert_eq!(delivered, Delivery::NotNow { why: "env:GONE is missing".to_owned() });
}
