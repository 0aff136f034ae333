//! Where people reach the server: what passkeys are bound to, and where links lead.

use webauthn_rs::prelude::Url;

/// Where people reach the server: scheme, host and port, such as `https://landfall.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

/// A text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is not where a server is reached: give scheme and host, such as https://landfall.example.org"
)]
pub struct InvalidOrigin(String);

impl Origin {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Returns whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns the address of `path`, which begins with `/`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin().ascii_serialization())
    }
}

impl std::str::FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin(text.to_owned());
        let url = Url::parse(text).map_err(|_| invalid())?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_named = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_open = url.username().is_empty() && url.password().is_none();
        if is_bare && is_named && is_open { Ok(Self(url)) } else { Err(invalid()) }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        for (text, expected) in [
            ("https://landfall.example.org", Some("https://landfall.example.org")),
            ("https://landfall.example.org:443/", Some("https://landfall.example.org")),
            ("http://localhost:7500", Some("http://localhost:7500")),
            ("landfall.example.org", None),
            ("ftp://landfall.example.org", None),
            ("https://landfall.example.org/here", None),
            ("https://ines:secret@landfall.example.org", None),
            ("https://landfall.example.org/?a=b", None),
        ] {
            let read: Result<Origin, _> = text.parse();
            assert_eq!(read.ok().map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_link_leads_to_the_server() {
        let origin: Origin = "http://localhost:7500".parse().unwrap();
        assert_eq!(origin.link("/l/abc"), "http://localhost:7500/l/abc");
    }
}
