//! Names that people type, each of its own type, so that none is taken for another.
//!
//! House rule: parse once at the edge. A name that exists is a valid name.

use crate::as_text::as_text;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// The longest name. Names become file names, SQL keys and words on a page.
pub const NAME_LENGTH_MAX: usize = 64;

/// A text cannot be a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` cannot be a name: use 1 to {NAME_LENGTH_MAX} letters, digits, `.`, `_` and `-`, beginning with a letter or a digit"
)]
pub struct InvalidName {
    /// What was given.
    pub text: String,
}

/// Returns whether `text` may be a name.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.bytes();
    let begins_well = letters.next().is_some_and(|it| it.is_ascii_alphanumeric());
    let goes_on_well = letters.all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it));
    begins_well && goes_on_well && text.len() <= NAME_LENGTH_MAX
}

thread_local! {
    /// The names that this thread has read since it began to share them.
    static READ: RefCell<Option<HashSet<Arc<str>>>> = const { RefCell::new(None) };
}

/// Returns what `work` makes, in which equal names are one: a plan says the same owner, template and
/// time zone at each of its sites, and a snapshot each site once a signature.
pub fn sharing_names<T>(work: impl FnOnce() -> T) -> T {
    let before = READ.replace(Some(HashSet::new()));
    let made = work();
    READ.set(before);
    made
}

/// Returns `text` to be kept as a name, the one that was read before where names are shared.
fn kept(text: &str) -> Arc<str> {
    READ.with_borrow_mut(|read| {
        let Some(read) = read else { return text.into() };
        if let Some(known) = read.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        read.insert(name.clone());
        name
    })
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
        #[schemars(with = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        as_text!($name, |it, serializer| serializer.serialize_str(&it.0));

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                if is_name(text) {
                    Ok(Self(kept(text)))
                } else {
                    Err(InvalidName { text: text.chars().take(80).collect() })
                }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

names! {
    /// The name of a deployment, such as `FG30`.
    DeploymentId,
    /// The name of a core component, such as `db-primary`.
    ComponentId,
    /// The name of a site, such as `B27`.
    SiteId,
    /// The name of a ring, such as `early`.
    RingId,
    /// The name of a step, such as `edge-install`.
    StepId,
    /// The name of a computer (a component's host, or a computer at a site).
    ComputerId,
    /// The name of a deliverable of the release, such as `fieldgate-edge-3.0.2.tar.zst`.
    DeliverableId,
    /// The name of a request for change, such as `RFC-2027-031`.
    RfcId,
    /// The short name of a person, such as `ivo.marchetti`.
    PersonId,
    /// The name of a success criterion, a message, a course, a guide or another line of a plan.
    LineId,
}

/// The number of an entry of the record, from 1. Zero is the empty record.
pub type Seq = u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_one_where_they_are_shared_and_only_there() {
        let read = || ["B27", "B27"].map(|it| it.parse::<SiteId>().unwrap());
        let is_one = |[one, other]: [SiteId; 2]| Arc::ptr_eq(&one.0, &other.0) && one == other;
        assert!(is_one(sharing_names(read)));
        assert!(!is_one(read()));
    }

    #[test]
    fn a_name_is_short_plain_and_begins_with_a_letter_or_digit() {
        for (text, accepted) in [
            ("B27", true),
            ("fieldgate-edge-3.0.2.tar.zst", true),
            ("", false),
            (".hidden", false),
            ("-rf", false),
            ("a b", false),
            ("../etc", false),
            ("a/b", false),
            ("straße", false),
        ] {
            assert_eq!(text.parse::<SiteId>().is_ok(), accepted, "{text:?}");
        }
        assert!("x".repeat(NAME_LENGTH_MAX).parse::<SiteId>().is_ok());
        assert!("x".repeat(NAME_LENGTH_MAX + 1).parse::<SiteId>().is_err());
    }
}
