//! The mail server, and what it answers.
//!
//! House rule: a password is never sent in the clear. Without TLS there is only this computer.

use super::message_id;
use crate::{Delivery, Parcel, reasons};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a mail server may take for one answer: longer than it checks a sender, shorter than a
/// person waits for a server that is gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte: `smtps://`.
    Tls,
    /// TLS from the first command on: `smtp://`.
    StartTls,
    /// None, to a mail server on this computer: `smtp://` and a loopback address.
    Loopback,
}

/// The address of a mail server: `smtps://host`, `smtp://host:587` or `smtp://127.0.0.1:25`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name with which Landfall logs in, where it does.
    pub login: Option<String>,
    /// How the way there is protected.
    pub security: Security,
}

/// A mail server cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct UnusableServer {
    /// Why.
    pub why: String,
}

fn unusable(why: impl ToString) -> UnusableServer {
    UnusableServer { why: why.to_string() }
}

impl FromStr for MailServer {
    type Err = UnusableServer;

    fn from_str(text: &str) -> Result<Self, UnusableServer> {
        let shape = "write `smtps://host`, `smtp://name@host:587` or `smtp://127.0.0.1:25`";
        // What stands before the host may be a password, and is not said again.
        let said = text.rsplit('@').next().unwrap_or_default();
        let wrong = || unusable(format!("`{said}` is no mail server: {shape}"));
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login.to_owned()), place),
            None => (None, rest),
        };
        let place = place.trim_end_matches('/');
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
            None => (place, None),
        };
        let is_host = !host.is_empty()
            && host.chars().all(|it| it.is_ascii_alphanumeric() || ".-".contains(it));
        if login.as_ref().is_some_and(|it| it.contains(':')) {
            let why =
                "a mail server's address holds no password: say where it is with `--smtp-password`";
            return Err(unusable(why));
        }
        if !is_host {
            return Err(wrong());
        }
        let is_loopback =
            host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|it| it.is_loopback());
        let (security, usual) = match scheme {
            "smtps" => (Security::Tls, 465),
            "smtp" if is_loopback => (Security::Loopback, 25),
            "smtp" => (Security::StartTls, 587),
            _ => return Err(wrong()),
        };
        Ok(Self { host: host.to_owned(), port: port.unwrap_or(usual), login, security })
    }
}

/// A mail server, with the address from which Landfall writes.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// Returns the mail of `server`, from the address `from`.
    ///
    /// # Errors
    ///
    /// When the address is none, or TLS cannot be had.
    pub fn new(
        server: &MailServer,
        from: &str,
        password: Option<Zeroizing<String>>,
    ) -> Result<Self, UnusableServer> {
        let from = from.parse().map_err(|it| unusable(format!("`{from}` is no address: {it}")))?;
        // An error means that somebody has chosen a provider before us, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = || TlsParameters::new(server.host.clone()).map_err(unusable);
        let tls = match server.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::Loopback => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(ANSWER_WITHIN));
        if let (Some(login), Some(password)) = (&server.login, password) {
            builder = builder.credentials(Credentials::new(login.clone(), password.to_string()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Sends `parcel`; accepted means accepted by the server that was asked.
    pub async fn deliver(&self, parcel: &Parcel) -> Delivery {
        let message = match self.message(parcel) {
            Ok(message) => message,
            Err(why) => return Delivery::Refused { why },
        };
        match self.transport.send(message).await {
            Ok(answer) => {
                let said: Vec<&str> = answer.message().collect();
                Delivery::Accepted { receipt: format!("{} {}", answer.code(), said.join(" ")) }
            }
            Err(error) if error.is_permanent() && self.is_let_in().await => {
                Delivery::Refused { why: reasons(&error) }
            }
            Err(error) => Delivery::NotNow { why: reasons(&error) },
        }
    }

    /// Returns whether the server takes anything from us at all: where it does not, it has refused us and
    /// not the letter.
    async fn is_let_in(&self) -> bool {
        matches!(self.transport.test_connection().await, Ok(true))
    }

    fn message(&self, parcel: &Parcel) -> Result<Message, String> {
        let address = &parcel.address;
        let to: Mailbox =
            address.parse().map_err(|it| format!("`{address}` is no address: {it}"))?;
        let id = message_id(parcel, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .message_id(Some(format!("<{id}>")))
            .subject(parcel.subject.clone())
            .header(AutoSubmitted)
            .header(ContentLanguage(parcel.language.clone()))
            .header(ContentType::TEXT_PLAIN)
            .body(parcel.body.clone());
        message.map_err(|it| it.to_string())
    }
}

/// Says that no person wrote it, so that no program answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Says in which language it is.
#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        let language = self.0.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-');
        HeaderValue::new(Self::name(), language.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_only_travels_over_tls() {
        for (text, is) in [
            ("smtps://mail.example.org", Some((Security::Tls, 465, None))),
            ("smtp://mail.example.org", Some((Security::StartTls, 587, None))),
            ("smtp://fg30@mail.example.org:2525", Some((Security::StartTls, 2525, Some("fg30")))),
            ("smtp://127.0.0.1:1025", Some((Security::Loopback, 1025, None))),
            ("smtp://localhost", Some((Security::Loopback, 25, None))),
            ("smtp://127.example.org", Some((Security::StartTls, 587, None))),
            ("smtp://fg30:secret@mail.example.org", None),
            ("http://mail.example.org", None),
            ("smtp://", None),
            ("smtp://mail example", None),
            ("mail.example.org:25", None),
        ] {
            let read = text.parse::<MailServer>().ok();
            let read = read.map(|it| (it.security, it.port, it.login));
            let is = is.map(|(security, port, login)| (security, port, login.map(str::to_owned)));
            assert_eq!(read, is, "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_said_again() {
        for text in ["smtp://fg30:secret@mail.example.org", "smtp://fg30:secret@", "x:secret@y"] {
            let error = text.parse::<MailServer>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
