//! The stable codes of everything that can be wrong with a plan, each with a page in `docs/errors`.
//!
//! House rule: to people we say what happened, why, and what to do next; to
//! programs a stable code. A code never changes its meaning and is never reused.

use crate::diagnostic::Severity;
use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $severity:ident $title:literal,)*) => {
        /// What is wrong, as a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Returns the number behind `LF`.
            pub fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* }
            }

            /// Returns how bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// Returns its name for people; the title of its page.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// A key that the plan does not know.
    UnknownKey = 101 Error "Unknown key",
    /// A value of another shape than expected.
    WrongType = 102 Error "Wrong type",
    /// A required key is missing.
    MissingKey = 103 Error "Missing key",
    /// A value that is not accepted.
    BadValue = 104 Error "Value not accepted",
    /// The text is not YAML.
    Syntax = 105 Error "Not YAML",
    /// A key stands twice in one place.
    DuplicateKey = 106 Error "Key written twice",
    /// The text is nested too deeply, or grows too large when its aliases are expanded.
    Budget = 107 Error "Too deep or too large",
    /// A feature of YAML that plans do without.
    RefusedYaml = 108 Error "YAML feature refused",
    /// A file that cannot be read.
    File = 109 Error "File cannot be read",
    /// A file over its limit.
    FileTooLarge = 110 Error "File over its limit",
    /// Characters that cannot be seen, or that change the order of others.
    InvisibleCharacters = 111 Error "Invisible characters",
    /// A table whose columns or rows are wrong.
    Table = 112 Error "Table not understood",
    /// The text is not UTF-8.
    NotUtf8 = 113 Error "Not UTF-8",

    /// Two things of one kind have the same name.
    DuplicateName = 201 Error "Name used twice",
    /// A name that nothing has.
    UnknownName = 202 Error "Unknown name",
    /// A `${…}` reference without a value.
    UnknownReference = 203 Error "Unknown `${…}` reference",
    /// Components that need each other in a circle.
    Cycle = 204 Error "Components need each other in a circle",
    /// A step template used wrongly.
    StepTemplate = 205 Error "Step template used wrongly",
    /// A script that holds a `${…}` of ours.
    ReferenceInScript = 206 Warning "Reference in a script",
    /// A step that does nothing, or several things.
    StepWork = 207 Error "A step does exactly one thing",
    /// A path on a computer that is not absolute.
    RelativeTarget = 208 Error "Target path not absolute",

    /// A ring without sites.
    EmptyRing = 301 Error "Empty ring",
    /// A site in no ring.
    SiteWithoutRing = 302 Error "Site in no ring",
    /// A site without an owner.
    SiteWithoutOwner = 303 Error "Site without an owner",
    /// A site owner who holds a project role.
    OwnerHoldsRole = 304 Error "Site owner holds a project role",
    /// Rings in a wrong order.
    RingOrder = 305 Warning "Rings out of order",
    /// A limit of zero, with which nothing would ever run.
    ZeroLimit = 306 Error "Limit of zero",
    /// A tolerance with which nothing ever stops.
    NeverStops = 307 Warning "Threshold that never stops",
    /// A site or component without computers.
    NoComputers = 308 Error "No computers",
    /// A deputy who holds a project role, or is the owner.
    Deputy = 309 Error "Deputy cannot stand in",

    /// A time zone that does not exist.
    UnknownZone = 401 Error "Unknown time zone",
    /// A window that is not understood.
    BadWindow = 402 Error "Window not understood",
    /// A window in which the work can never fit.
    WindowTooShort = 403 Error "Work cannot fit the window",
    /// A window that begins or ends at a time that a clock change skips or repeats.
    ClockChange = 404 Warning "Window at a clock change",
    /// Freezes that cover every window.
    FrozenWindows = 405 Error "Every window is frozen",
    /// Sites or components that have no window.
    NoWindow = 406 Error "No window",
    /// An interval that ends before it begins.
    Interval = 407 Error "Ends before it begins",

    /// A digest that is none.
    BadDigest = 501 Error "Digest malformed",
    /// A deliverable with other bytes.
    DigestMismatch = 502 Error "Deliverable has other bytes",
    /// A deliverable that is not there.
    DeliverableMissing = 503 Error "Deliverable cannot be read",
    /// A deliverable of another size.
    SizeMismatch = 504 Error "Deliverable has another size",
    /// A deliverable outside the plan's folder.
    PathOutside = 505 Error "Path leaves the plan's folder",
    /// A release that is not ready.
    NotReady = 506 Warning "No decision to go",

    /// Neither a way back nor a decision to fix forward.
    NoWayBack = 601 Warning "No rollback and no forward fix",
    /// An approval level that nobody can complete.
    Approvers = 602 Error "Not enough eligible approvers",
    /// A requester who is needed as an approver.
    RequesterApproves = 603 Error "The requester is needed as approver",
    /// Something that no request for change covers.
    NotCovered = 604 Warning "Covered by no RFC",
    /// A companion plan that is missing.
    CompanionPlan = 605 Warning "Companion plan missing",
    /// No success criterion.
    SuccessCriteria = 606 Error "No success criterion",
    /// A role type that nobody holds.
    RoleNotHeld = 607 Warning "Role type not held",
    /// Role types that one person may not hold together.
    RolesTogether = 608 Error "Role types that exclude each other",
    /// Terms that are weaker than the default.
    WeakTerms = 609 Warning "Terms weaker than the default",
    /// A message that Landfall cannot send by itself.
    NotSent = 610 Warning "Message not sent by itself",
    /// A gate that nobody can pass.
    Deadlock = 611 Error "A gate that nobody can pass",
    /// Somebody would be asked in the middle of their night.
    AskedAtNight = 612 Warning "Asked at night",
    /// A request for change that cannot be submitted as it stands.
    RequestIncomplete = 613 Warning "Request for change incomplete",
    /// A decision about another release.
    OtherRelease = 620 Error "Decision about another release",
    /// A requirement of operations that nothing proves.
    NothingProves = 621 Error "Requirement that nothing proves",
    /// A revision that deploys to another environment.
    EnvironmentChanged = 630 Error "Another environment in a revision",
    /// A text that is no SSH key with which somebody can sign.
    SshKey = 680 Error "SSH key not understood",
    /// A log-in that is to be enough for a signature where it is regulated.
    SigningByLogIn = 681 Error "A log-in alone signs nothing",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LF{:04}", self.number())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use strum::IntoEnumIterator;

    #[test]
    fn every_code_is_unique_and_has_its_page() {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
        let mut numbers = BTreeSet::new();
        for code in Code::iter() {
            assert!(numbers.insert(code.number()), "{code} is used twice");
            let page = std::fs::read_to_string(pages.join(format!("{code}.md")));
            let page = page.unwrap_or_else(|error| panic!("{code}: {error}"));
            assert!(page.starts_with(&format!("# {code}: {}\n", code.title())), "{code}");
            for part in ["## Why", "## Wrong", "## Right"] {
                assert!(page.contains(part), "{code} lacks {part}");
            }
        }
    }
}
