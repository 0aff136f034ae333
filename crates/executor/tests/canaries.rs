//! A hundred secrets, planted through everything that an order says: none leaves the executor.
//!
//! What it hands on is all that the record, the documents and the log are made of: the report of an
//! order and its kept output.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scene;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use executor::{Cancel, quote};
use model::order::{Ending, Intent, Order, Setting, Work};
use scene::{Scene, here, intent, order, script};
use std::fmt::Write as _;
use std::sync::Arc;
use zeroize::Zeroizing;

const CANARIES: usize = 100;

/// Returns a secret that is in no text by accident, with what programs stumble over in it.
fn canary(number: usize) -> String {
    let odd =
        ["", " ", "\"", "'", "\\", "$x", "%", "&", "+/=", "ü", "\t", "#", "{}", ";", "<>", "|"];
    let odd = odd.get(number % odd.len()).unwrap();
    format!("cnry{number:03}{odd}Zq9{}{odd}end{number:03}", "wX7".repeat(number % 9))
}

/// Returns the forms in which a program may print a secret.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let url = bytes.iter().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            write!(url, "%{byte:02X}").unwrap();
        }
        url
    });
    let json = serde_json::to_string(secret).unwrap();
    vec![
        secret.to_owned(),
        STANDARD.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        hex.to_uppercase(),
        hex,
        url,
        json.trim_matches('"').to_owned(),
    ]
}

fn scene() -> Scene {
    Scene::with(|settings| {
        settings.secrets = Arc::new(|reference: &str| {
            let number = reference.trim_start_matches("env:CANARY_").parse().unwrap();
            Ok(Zeroizing::new(canary(number)))
        });
    })
}

fn with_secret(number: usize, sink: usize, work: Work) -> Order {
    let mut order = order(&format!("site/B{number}/sink{sink}#1"), here(), work);
    let secret = Setting::Secret(format!("env:CANARY_{number}"));
    order.environment.insert("CANARY".to_owned(), secret);
    order
}

/// Returns orders that say their secret in every form: on both streams, in one piece and in two, as the
/// last line, in what a shell complains of, and as the reason for not being able to begin.
fn orders(number: usize) -> Vec<Order> {
    let said = forms(&canary(number)).iter().fold(String::new(), |mut said, form| {
        let form = quote(form).unwrap();
        writeln!(said, "printf 'x%sx\\n' {form}; printf '%s\\n' {form} >&2").unwrap();
        said
    });
    vec![
        with_secret(number, 1, script(&format!("{said}echo \"$CANARY\"; exit 3"))),
        with_secret(
            number,
            2,
            script("set -x; : \"$CANARY\"; \"./$CANARY\"; cat \"/none/$CANARY\""),
        ),
    ]
}

async fn leaks_nothing(scene: &Scene, order: &Order, told: &str) {
    let Some(Setting::Secret(reference)) = order.environment.get("CANARY") else {
        panic!("it is a secret")
    };
    let secret = canary(reference.trim_start_matches("env:CANARY_").parse().unwrap());
    let output = scene.output(order).await;
    assert!(output.contains("[secret]"), "{} says something: {output}", order.id);
    for form in forms(&secret) {
        assert!(!output.contains(&form), "the output of {} holds {form}: {output}", order.id);
        assert!(!told.contains(&form), "what is told of {} holds {form}: {told}", order.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_secrets_leave_the_executor_in_no_form() {
    let scene = scene();
    for number in 0..CANARIES {
        let orders = orders(number);
        for order in &orders {
            let report = scene.executor.carry_out(&intent(order), &Cancel::new()).await;
            let told = format!("{report:?}{}", serde_json::to_string(&report).unwrap());
            leaks_nothing(&scene, order, &told).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_orders_that_travel_together_leave_in_no_form_either() {
    let scene = scene();
    for number in (0..CANARIES).step_by(5) {
        let mut pair = orders(number);
        for order in &mut pair {
            order.id = model::order::OrderId(format!("{}/together", order.id).into());
            let Work::Script { text } = &mut order.work else { panic!("it is a script") };
            // The next one begins only after this one has succeeded.
            *text = format!("({text}\n) || true");
        }
        let handed: Vec<(Intent, Cancel)> =
            pair.iter().map(|it| (intent(it), Cancel::new())).collect();
        let mut told = vec![];
        scene.executor.carry_out_all(&handed, |ending| told.push(ending)).await;
        for (order, ending) in pair.iter().zip(&told) {
            let Ending::Ended(report) = ending else { panic!("{} began", order.id) };
            let told = format!("{report:?}{}", serde_json::to_string(report).unwrap());
            leaks_nothing(&scene, order, &told).await;
        }
    }
}
