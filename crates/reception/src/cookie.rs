//! Cookies: what they are called, how they are given and how they are read.

/// The name of a session's where the server is reached by plain HTTP on this computer.
pub const COOKIE: &str = "landfall";

/// The name of a session's where the server is reached by TLS: the browser sends it back to exactly this host, and
/// to nobody else (RFC 6265bis, section 4.1.3.2).
pub const COOKIE_SECURE: &str = "__Host-landfall";

/// What a browser keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Its session.
    Session,
    /// What it was sent to the sign-on service with, until it comes back.
    SignOn,
}

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

    /// Returns what `cookie` is called. By TLS the other name counts for nothing: a neighbouring
    /// host could have set it.
    fn name(self, cookie: Cookie) -> &'static str {
        match (self, cookie) {
            (Self::Plain, Cookie::Session) => COOKIE,
            (Self::Secured, Cookie::Session) => COOKIE_SECURE,
            (Self::Plain, Cookie::SignOn) => "landfall-sign-on",
            (Self::Secured, Cookie::SignOn) => "__Host-landfall-sign-on",
        }
    }

    /// Returns the value of `cookie` in the `Cookie` headers of a request.
    pub fn read<'a>(
        self,
        cookie: Cookie,
        headers: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let pairs = headers.into_iter().flat_map(|it| it.split(';'));
        let mut named = pairs.filter_map(|it| it.trim().split_once('='));
        named.find(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value)
    }

    /// Returns the `Set-Cookie` header that gives a browser `cookie` with `value`, or takes it away
    /// where there is none.
    pub fn given(self, cookie: Cookie, value: Option<&str>) -> String {
        let secure = match self {
            Self::Plain => "",
            Self::Secured => "; Secure",
        };
        let (value, age) = value.map_or(("", "; Max-Age=0"), |it| (it, ""));
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(cookie))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_tls_only_the_cookie_that_no_other_host_can_set_counts() {
        let headers = ["theme=dark; landfall=plain", "__Host-landfall=secured"];
        assert_eq!(Reached::Secured.read(Cookie::Session, headers), Some("secured"));
        assert_eq!(Reached::Plain.read(Cookie::Session, headers), Some("plain"));
        assert_eq!(Reached::Secured.read(Cookie::Session, ["landfall=tossed"]), None);
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
            assert_eq!(reached.given(Cookie::Session, secret), expected);
        }
    }
}
