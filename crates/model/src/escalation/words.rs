//! The words of an escalation: why, by which way, with what answer and what end.
//!
//! Source: Deploy SMF, Process 3, Table 6.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $word:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray, Serialize,
            Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        #[strum(serialize_all = "kebab-case")]
        pub enum $name { $($(#[$of])* $word),* }
    )*};
}

words! {
    /// Why Operations or Support cannot do it themselves.
    EscalationReason {
        /// They cannot reproduce it.
        CannotReproduce,
        /// The solution must be changed.
        NeedsCodeChange,
        /// Somebody must know more than they do.
        NeedsKnowledge,
        /// They lack access.
        NeedsAccess,
        /// It takes too long.
        TimeExceeded,
    }

    /// The way it came: along the levels of the support plan, or past them.
    EscalationPath {
        /// Level by level, with a clock on each.
        Levels,
        /// Somebody of the project was called directly; it was recorded afterwards.
        Bypass,
    }

    /// What it is for.
    EscalationPurpose {
        /// Somebody needs help.
        Real,
        /// The path is tried out: real in everything but its cause.
        Drill,
    }

    /// What the project gave.
    AnswerKind {
        /// A new release, under a request for change.
        Fix,
        /// A way around it.
        Workaround,
        /// Something to know.
        Knowledge,
        /// The cause lies in the environment.
        Environment,
        /// It works as intended.
        NotADefect,
    }

    /// Why it could have been avoided.
    Avoidable {
        /// The error was known.
        KnownErrorExisted,
        /// A guide said what to do.
        GuideExisted,
        /// Somebody was not trained for it.
        TrainingGap,
    }

    /// How it ended.
    EscalationClosure {
        /// The side that raised it confirmed the answer.
        Confirmed,
        /// The side that raised it agreed with the rejection.
        RejectionAgreed,
        /// Operations live with it.
        KnownError,
    }
}
