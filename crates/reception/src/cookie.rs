//! The cookie of a browser's session: what it is called, how it is given and how it is read.

/// Its name where the server is reached by plain HTTP on this computer.
pub const COOKIE: &str = "landfall";

/// Its name where the server is reached by TLS: the browser sends it back to exactly this host, and
/// to nobody else (RFC 6265bis, section 4.1.3.2).
pub const COOKIE_SECURE: &str = "__Host-landfall";

/// How a server was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// By plain HTTP.
    Plain,
    /// By TLS.
    Secured,
}

impl Reached {
    /// Returns how the server was reached, by what the header `X-Forwarded-Proto` says.
    pub fn of(forwarded: Option<&str>) -> Self {
        if forwarded == Some("https") { Self::Secured } else { Self::Plain }
    }

    /// Returns the name of the session's cookie. By TLS the other name counts for nothing: a
    /// neighbouring host could have set it.
    fn cookie(self) -> &'static str {
        match self {
            Self::Plain => COOKIE,
            Self::Secured => COOKIE_SECURE,
        }
    }

    /// Returns the secret of the session in the `Cookie` headers of a request.
    pub fn secret_in<'a>(self, headers: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let pairs = headers.into_iter().flat_map(|it| it.split(';'));
        let mut named = pairs.filter_map(|it| it.trim().split_once('='));
        named.find(|(name, _)| *name == self.cookie()).map(|(_, value)| value)
    }

    /// Returns the `Set-Cookie` header that gives a browser its session, or takes it away where
    /// there is none.
    pub fn given(self, secret: Option<&str>) -> String {
        let secure = match self {
            Self::Plain => "",
            Self::Secured => "; Secure",
        };
        let (value, age) = secret.map_or(("", "; Max-Age=0"), |it| (it, ""));
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.cookie())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_tls_only_the_cookie_that_no_other_host_can_set_counts() {
        let headers = ["theme=dark; landfall=plain", "__Host-landfall=secured"];
        assert_eq!(Reached::Secured.secret_in(headers), Some("secured"));
        assert_eq!(Reached::Plain.secret_in(headers), Some("plain"));
        assert_eq!(Reached::Secured.secret_in(["landfall=tossed"]), None);
    }

    #[test]
    fn a_session_is_given_to_this_host_alone_and_taken_away_again() {
        for (reached, secret, expected) in [
            (Reached::Plain, Some("s"), "landfall=s; Path=/; HttpOnly; SameSite=Lax"),
            (
                Reached::Secured,
                Some("s"),
                "__Host-landfall=s; Path=/; HttpOnly; SameSite=Lax; Secure",
            ),
            (
                Reached::Secured,
                None,
                "__Host-landfall=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0",
            ),
        ] {
            assert_eq!(reached.given(secret), expected);
        }
    }
}
