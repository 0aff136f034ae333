//! The words of an escalation: why, by which way, with what answer and what end.
//!
//! Source: Deploy SMF, Process 3, Table 6.

use crate::word::word_list;

word_list! {
    /// Why Operations or Support cannot do it themselves.
    pub enum EscalationReason {
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
    pub enum EscalationPath {
        /// Level by level, with a clock on each.
        Levels,
        /// Somebody of the project was called directly; it was recorded afterwards.
        Bypass,
    }

    /// What it is for.
    pub enum EscalationPurpose {
        /// Somebody needs help.
        Real,
        /// The path is tried out: real in everything but its cause.
        Drill,
    }

    /// What the project gave.
    pub enum AnswerKind {
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
    pub enum Avoidable {
        /// The error was known.
        KnownErrorExisted,
        /// A guide said what to do.
        GuideExisted,
        /// Somebody was not trained for it.
        TrainingGap,
    }

    /// How it ended.
    pub enum EscalationClosure {
        /// The side that raised it confirmed the answer.
        Confirmed,
        /// The side that raised it agreed with the rejection.
        RejectionAgreed,
        /// Operations live with it.
        KnownError,
    }
}
