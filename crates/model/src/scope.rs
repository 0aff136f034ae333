//! What an act, a guard or a wait is about: the whole deployment or one thing in it.
//!
//! House rule: written the same way everywhere: `site/B27`, `ring/early`, `rfc/RFC-031`.

use crate::as_text::as_text;
use crate::id::{ComponentId, InvalidName, RfcId, RingId, SiteId};
use std::fmt;
use std::str::FromStr;

/// The whole deployment or one thing in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(with = "String")]
pub enum Scope {
    /// The whole deployment.
    Deployment,
    /// All core components.
    Core,
    /// One core component.
    Component(ComponentId),
    /// One ring.
    Ring(RingId),
    /// One site.
    Site(SiteId),
    /// One request for change.
    Rfc(RfcId),
}

as_text!(Scope, |it, serializer| serializer.collect_str(it));

impl Scope {
    /// Returns the two parts of which its name consists.
    pub(crate) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Deployment => ("deployment", ""),
            Self::Core => ("core", ""),
            Self::Component(id) => ("component/", id.as_str()),
            Self::Ring(id) => ("ring/", id.as_str()),
            Self::Site(id) => ("site/", id.as_str()),
            Self::Rfc(id) => ("rfc/", id.as_str()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = self.parts();
        if f.width().is_some() || f.precision().is_some() {
            return f.pad(&format!("{kind}{id}"));
        }
        f.write_str(kind)?;
        f.write_str(id)
    }
}

/// A text names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names nothing: write `deployment`, `core`, or `component/`, `ring/`, `site/` or `rfc/` and a name{}",
    such_as(text)
)]
pub struct InvalidScope {
    /// What was given.
    pub text: String,
}

/// Returns an example of `text` as a name with its kind, where it is a name.
fn such_as(text: &str) -> String {
    let site = text.parse().map(Scope::Site);
    site.map_or_else(|_| String::new(), |it| format!(", such as `{it}`"))
}

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let invalid = || InvalidScope { text: text.chars().take(80).collect() };
        let of = |_: InvalidName| invalid();
        match text.split_once('/') {
            None if text == "deployment" => Ok(Self::Deployment),
            None if text == "core" => Ok(Self::Core),
            Some(("component", id)) => id.parse().map(Self::Component).map_err(of),
            Some(("ring", id)) => id.parse().map(Self::Ring).map_err(of),
            Some(("site", id)) => id.parse().map(Self::Site).map_err(of),
            Some(("rfc", id)) => id.parse().map(Self::Rfc).map_err(of),
            _ => Err(invalid()),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = InvalidScope;
    fn try_from(text: String) -> Result<Self, InvalidScope> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back_as_written() {
        for text in ["deployment", "core", "component/dns", "ring/early", "site/B27", "rfc/R-1"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for wrong in ["", "site", "site/", "house/B27", "site/a b", "ring/../x"] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_without_its_kind_is_answered_with_one() {
        let said = "B27".parse::<Scope>().unwrap_err().to_string();
        assert!(said.ends_with("and a name, such as `site/B27`"), "{said}");
        let said = "house/B27".parse::<Scope>().unwrap_err().to_string();
        assert!(said.ends_with("and a name"), "{said}");
    }
}
