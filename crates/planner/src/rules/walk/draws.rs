//! Every command there is, with every field it has, so that a walk can draw any of them.
//!
//! A new command, or a new field of one, does not compile until it stands here.
//!
//! House rule: no `_` on our own enums.

// Long because: every command with every field stands here once, and nowhere twice.

use super::dice::{Dice, Drawn, plain};
use model::assessment::{AssessmentCommand, ItemKind, KeyQuestion, Measurement, Verdict};
use model::assignment::{AssignmentCommand, Staying};
use model::batch::BatchCommand;
use model::change_schedule::ChangeScheduleCommand;
use model::close_out::{
    Availability, BenefitReview, CloseOutCommand, Contribution, Findings as Found, Lesson,
    LessonStanding, Package, Settlement, Topic,
};
use model::command::{Command, Findings, Resumable, RfcAct};
use model::companion_plans::{Experience, StrategyDecision};
use model::delegation::DelegationCommand;
use model::dispute::DisputeCommand;
use model::escalation::{
    AnswerKind, Avoidable, EscalationAct, EscalationCommand, EscalationPurpose, EscalationReason,
};
use model::event::StepDecision;
use model::evidence::Evidence;
use model::forgetting::Whom;
use model::history::{HistoryCommand, Loss};
use model::incident::{
    Attribution, FeedbackDecision, Impact, ImpactLevel, ImpactSites, IncidentAct, IncidentCommand,
    MaintenanceWindow, Opening, RequestKind, Source, Work,
};
use model::message::MessageCommand;
use model::milestone::{FollowOnAction, Milestone, MilestoneCommand, Recommendation, ReturnTo};
use model::paper::{PaperCommand, SignedPaper};
use model::precheck::PrecheckCommand;
use model::private::Private;
use model::quiet_period::{DayReport, QuietPeriodCommand};
use model::readiness::{Judgement, ReadinessCommand};
use model::release::{Condition, ReadinessDecision};
use model::release_readiness::{
    InputKind, ReadinessReview, ReadinessVote, ReleaseReadinessCommand,
};
use model::rfc::{
    ChangeWindow, EmergencyKind, ImplementationReview, RequestForChange, RfcCategory,
    RollbackResult,
};
use model::site_care::{Exempted, RevisitCause, SiteCareCommand};
use model::survey::{Counts, GroupCount, Import, Instrument, Reply, Respondent, SurveyCommand};
use model::termination::{Disposition, TerminationCommand};
use model::training::{Session, SessionTime, TrainingCommand};

/// Draws commands: each kind is as likely as another. A field whose type is named has kinds itself.
macro_rules! commands {
    ($($name:ident { $(
        $variant:ident $({ $($field:ident $(: $of:ty)?),* $(,)? })? $(($inner:ident: $inner_of:ty))?
    ),* $(,)? })*) => {$(
        impl Drawn for $name {
            const KINDS: usize =
                0 $(+ (1 $($($(* <$of as Drawn>::KINDS)?)*)? $(* <$inner_of as Drawn>::KINDS)?))*;

            fn kinds() -> Vec<String> {
                let mut all = Vec::new();
                $({
                    let of = vec![stringify!($variant).to_owned()];
                    $($($(let of = joined(&of, &<$of as Drawn>::kinds());)?)*)?
                    $(let of = joined(&of, &<$inner_of as Drawn>::kinds());)?
                    all.extend(of);
                })*
                all
            }

            fn kind(&self) -> String {
                match self {$(
                    Self::$variant $({ $($field),* })? $(($inner))? => {
                        let parts: Vec<String> = vec![
                            stringify!($variant).to_owned(),
                            $($($field.kind(),)*)?
                            $($inner.kind(),)?
                        ];
                        let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
                        parts.join(" ")
                    }
                )*}
            }

            fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
                type Make = fn(&mut Dice<'_>) -> $name;
                let all: &[(usize, Make)] = &[$((
                    1 $($($(* <$of as Drawn>::KINDS)?)*)? $(* <$inner_of as Drawn>::KINDS)?,
                    |dice| {
                        let _ = &dice;
                        Self::$variant
                            $({ $($field: Drawn::drawn(dice, stringify!($field))),* })?
                            $((<$inner_of as Drawn>::drawn(dice, stringify!($inner))))?
                    },
                )),*];
                let mut at = dice.chance.below(Self::KINDS);
                for (weight, make) in all {
                    if at < *weight {
                        return make(dice);
                    }
                    at -= weight;
                }
                unreachable!("because the weights are those of the kinds")
            }
        }
    )*};
}

fn joined(heads: &[String], tails: &[String]) -> Vec<String> {
    let with = |head: &String, tail: &String| match tail.as_str() {
        "" => head.clone(),
        tail => format!("{head} {tail}"),
    };
    heads.iter().flat_map(|head| tails.iter().map(move |tail| with(head, tail))).collect()
}

/// Draws variants without kinds, each as likely as another.
macro_rules! choices {
    ($($name:ident { $(
        $variant:ident $({ $($field:ident),* $(,)? })? $(($inner:ident))?
    ),* $(,)? })*) => {$(
        impl Drawn for $name {
            fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
                type Make = fn(&mut Dice<'_>, &str) -> $name;
                let all: &[Make] = &[$(|dice, field| {
                    let _ = (&dice, field);
                    Self::$variant
                        $({ $($field: Drawn::drawn(dice, stringify!($field))),* })?
                        $((only!($inner Drawn::drawn(dice, field))))?
                }),*];
                // A new variant does not compile until it stands above.
                let _: fn(&Self) = |it| match it {$(
                    Self::$variant $({ $($field: _),* })? $((only!($inner _)))? => {}
                )*};
                let make = all[dice.chance.below(all.len())];
                make(dice, field)
            }
        }
    )*};
}

macro_rules! only {
    ($of:ident _) => {
        _
    };
    ($of:ident $it:expr) => {
        $it
    };
}

/// Draws each field by itself.
macro_rules! structs {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Drawn for $name {
            fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
                $name { $($field: Drawn::drawn(dice, stringify!($field))),* }
            }
        }
    )*};
}

commands! {
    Command {
        Baseline { findings },
        Open,
        RevisePlan { plan, changes, removes_scope, reason },
        HoldDeployment { reason },
        ReleaseDeployment { reason },
        Cancel { reason },
        Hold { scope, held, reason },
        Rfc { rfc, act: RfcAct },
        AcknowledgeSchedule { site, version },
        Adopt { component },
        Attest { guard, scope, statement },
        RequestWaiver { guard, part, scope, reason, risk, control, until },
        ApproveWaiver { waiver },
        RefuseWaiver { waiver, reason },
        CloseWaiver { waiver, reason },
        Sign { slot, document, exceptions },
        Refuse { slot, document, reasons },
        Withdraw { slot, reason },
        ResolveRefusal { site, reason },
        Revisit { site, reason },
        HaltRing { ring, reason },
        HaltSite { site, reason },
        CancelOrders { scope, reason },
        ResumeRing { ring, reason, only },
        Resume { scope, reason },
        Decide { scope, computers, decision, reason },
        Confirm { scope, computer, done, evidence },
        RollBack { scope, reason, accept_loss },
        Replan { scope, reason },
        Exempt { site, reason },
        Incident(it: IncidentCommand),
        Escalation(it: EscalationCommand),
        Readiness(it: ReadinessCommand),
        Assignment(it: AssignmentCommand),
        Milestone(it: MilestoneCommand),
        QuietPeriod(it: QuietPeriodCommand),
        Survey(it: SurveyCommand),
        Assessment(it: AssessmentCommand),
        CloseOut(it: CloseOutCommand),
        Termination(it: TerminationCommand),
        History(it: HistoryCommand),
        Delegation(it: DelegationCommand),
        Dispute(it: DisputeCommand),
        Paper(it: PaperCommand),
        Batch(it: BatchCommand),
        ChangeSchedule(it: ChangeScheduleCommand),
        SiteCare(it: SiteCareCommand),
        Message(it: MessageCommand),
        Training(it: TrainingCommand),
        Precheck(it: PrecheckCommand),
        ReleaseReadiness(it: ReleaseReadinessCommand),
    }
    RfcAct {
        Submit,
        Classify { category },
        Return { reason },
        Approve { part, conditions },
        AuthoriseEmergency { part, kind, reason },
        ReviewEmergency { justified, finding },
        Begin,
        Finish { evidence },
        BackOut { reason },
        ReviewImplementation { review },
        Reject { reason },
        Schedule,
        Cancel { reason },
        Review { reason },
        Close,
    }
    IncidentCommand {
        Open(opening: Box<Opening>),
        Act { incident, act: IncidentAct },
        RecordWork { work, impact },
        AnnounceMaintenance { title, window, sites },
        ChangeMaintenance { maintenance, window, reason },
        CancelMaintenance { maintenance, reason },
        GiveFeedback { scope, from, text },
        ProcessFeedback { feedback, decision, answer },
        OpenProblem { title, incidents },
        AnalyseProblem { problem, cause, workaround },
        FixProblem { problem, release, rfc },
        AcceptProblem { problem, workaround, owner },
    }
    IncidentAct {
        Acknowledge { at },
        Work { assignee },
        FindWorkaround { workaround },
        Restore { at, confirmation },
        Resolve { cause, fix, workaround, problem },
        Close,
        Reopen { at, reason },
        Merge { into, reason },
        Unmerge { reason },
        Cancel { reason },
        Reclassify { severity, attribution, reason },
        OpenSegment { impact },
        CloseSegment { segment, end },
        CorrectSegment { segment, impact, reason },
        WithdrawSegment { segment, reason },
    }
    EscalationCommand {
        Raise { incident, reason, text, tried, called, purpose },
        Act { escalation, act: EscalationAct },
    }
    EscalationAct {
        Accept { at },
        Reject { reason },
        Insist { reason },
        Agree,
        Answer { kind, text, release, rfc },
        Confirm { article, avoidable },
        Reopen { reason },
        AcceptKnownError { workaround, owner },
    }
    ReadinessCommand {
        Judge { items, judgement, evidence },
        Accept,
        DeclareReady,
        Object { reason },
        WithdrawObjection { reason },
        PublishGuides { guides, place },
        AcknowledgeGuides { guides },
        ReportMonitoring { sites, since, evidence },
        LoseMonitoring { sites, reason },
    }
    AssignmentCommand {
        Accept,
        Answer { persons, answer, from, until },
        AcceptKnowledge { persons, what },
        PutOnCall { persons, rota },
        Transfer { persons, role },
        Finish { persons, reason },
        Recall { persons, reason },
        Release { persons, proof },
    }
    MilestoneCommand {
        Convene { milestone, invitees, effective },
        Vote { milestone, recommendation, reason },
        AddAction { milestone, action },
        Adjourn { milestone, reason },
        Reject { milestone, returns_to, reason },
        Rework { milestone, reason },
        Declare { statement },
        Revoke { milestone, reason },
    }
    QuietPeriodCommand {
        Extend { days, reason },
        Shorten { reason },
        Accept { actions, reason },
        Reset { reason },
        ReportDays { days },
    }
    SurveyCommand {
        Open { closes, languages, sample_percent },
        Invite { invitations },
        Answer { respondent, replies },
        Import { import },
        Close,
    }
    AssessmentCommand {
        Answer { question, answer, evidence },
        Measure { criterion, measurement },
        Judge { item, kind, text, measurement },
        AcceptShortfall { item, reason },
        Assess { ring, rating, text },
    }
    CloseOutCommand {
        Contribute { contribution },
        Decline { role, reason },
        RecordLesson { lesson },
        DecideLesson { number, standing, reason },
        SettleItem { item, settlement },
        AcceptItem { item },
        RevokeAccess { people, proof },
        ConfirmAccess { statement },
        NameOwner { scopes, owner },
        AcceptOwnership,
        PlanAnalysis { on, place },
        SayAvailable { availability },
        PlanBenefitReview { review },
        ReviewBenefits { findings },
        Package { package },
        Seal,
    }
    TerminationCommand {
        Begin { reason },
        Dispose { scope, disposition, reason },
        GoneBack { scope, proof },
        AcceptStay,
        Learn { lessons },
        Complete,
    }
    BatchCommand {
        Begin { slots },
        LookAt { batch, slot, document },
        Sign { batch, digest },
    }
    PaperCommand {
        Record { signed },
        Attest { paper, scan },
        Reject { paper, reason },
    }
    DisputeCommand {
        Report { person, means, since, reason },
        Renew { dispute, statement },
        Confirm { slot, document },
        SetAside { slot, reason },
        ConfirmApproval { rfc, part },
        SetAsideApproval { rfc, by, reason },
    }
    DelegationCommand {
        Give { delegate, role, scope, slots, from, until, reason },
        End { delegation, reason },
    }
    ChangeScheduleCommand {
        RequestStandard { template, sites, window, reason },
        RequestEmergency { request },
        Rule { rfc, deployment, other, ruling },
    }
    SiteCareCommand {
        ReportAccess { sites, source },
        MeetRequirement { site, requirement, evidence },
        ObserveUse { site, percent, evidence },
        JoinLate { site, users, computers, note },
        RequestExemption { site, what, reason, until },
        ApproveExemption { number },
        EndExemption { number, reason },
        CloseItem { number, how },
        OpenRevisit { site, cause, reference, reason },
        AgreeToRevisit { number, rfc },
        DropRevisit { number, reason },
        AskAgain { slot, how },
        Descope { component, reason },
    }
    MessageCommand {
        Acknowledge { letter, token },
        HandOver { letter, evidence },
        Bounce { letter, readers, reason },
        MoveSlot { scope, from, reason },
    }
    PrecheckCommand {
        FindCapacity { scope, evidence },
        TakeRestorePoint { scope, reference, taken, kept_until },
        NameContacts { scope, people },
    }
    TrainingCommand {
        Schedule { session, despite },
        Move { session, when, place, trainer, reason },
        Cancel { session, reason },
        Invite { session, users },
        Attend { site, course, session, users },
        Exempt { site, users, reason },
    }
    HistoryCommand {
        AcceptLoss { loss, reason },
        AcceptClock { reason },
        ForgetPerson { person, reason },
    }
    ReleaseReadinessCommand {
        DeclareFinal { release, tests },
        RegisterInput { input, kind, source, sha256, reason },
        JudgePilot { criterion, measurement },
        AcceptKnownIssues { issues },
        PublishKnownIssues { issues, place },
        AcknowledgeCriteria { criteria },
        DecideStrategy { decision },
        TellExperience { experience },
        Vote { release, recommendation, reason },
        Review { review },
        CloseCondition { condition, evidence },
        CarryCondition { condition, owner, due, reason },
    }
}

choices! {
    EmergencyKind { Service, Security, Safety }
    RollbackResult { NotNeeded, Worked, Failed }
    RevisitCause { Feedback, Incident, Refusal, MaterialChange, Plan }
    Resumable { Failed, Lost, NotStarted }
    StepDecision { Retry, Ignore, Exclude, Done, NotDone, Failed }
    RfcCategory { Standard, Minor, Significant, Major, Emergency }
    ImpactSites { All, Only(sites) }
    FeedbackDecision { OpenIncident(severity), Revisit, Answer }
    Respondent { Link(digest), Named(instrument) }
    Contribution {
        Given { topic, accomplishments, challenges, lessons },
        Declined { reason },
    }
    Settlement { Closed { how }, Transferred { to, due } }
    Exempted { Users(users), Computer(computer) }
    Work { Maintenance(incident), Change(rfc) }
    Availability { Comes, Absent { instead } }
    Whom { Person(person), ReporterOf(incident), GiverOf(feedback) }
    ReadinessDecision { Go, GoWithConditions, NoGo }
    Experience { Similar(told), Rehearsed(told), Help(told), ExtraApprover(told) }
}

structs! {
    SignedPaper { slot, document, signer, signed_on, kept, scan }
    Findings { deliverables, forecast }
    ImplementationReview {
        success, objectives_met, on_time, side_effects, incidents, rollback, lessons
    }
    Opening {
        kind, severity, attribution, scopes, title, text, detected, source, reporter, impact,
        recurrence_of
    }
    Source { system, id }
    Impact { start, end, sites, level, users }
    MaintenanceWindow { start, end }
    FollowOnAction { text, owner, due }
    DayReport { day, transactions }
    Reply { question, score, text }
    Import { instrument, source, invited, groups }
    GroupCount { site, responses, counts }
    Measurement { value, verdict, how, evidence }
    Lesson { title, situation, recommendation, owner, due, evidence }
    BenefitReview { on, owner, expects }
    Found { text, evidence }
    Package { digest, entries, stored }
    Session { id, course, sites, when, place, trainer, seats, language, despite }
    SessionTime { from, until, zone }
    ReadinessReview { release, on, decision, votes, conditions, reason, minutes }
    ReadinessVote { role, by, recommendation, reason }
    Condition { id, text, owner, due }
    StrategyDecision { on, by, infrastructure, sites, experience }
    Loss { witnessed, root, found }
    ChangeWindow { from, until }
}

/// Only what reads back: whoever writes evidence writes it as a text.
impl Drawn for Private<String> {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        Self::Clear(String::drawn(dice, field))
    }
}

impl Drawn for Evidence {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let texts = ["entry/1", "entry/9999999", "https://wiki.example/report"];
        dice.pick(&texts).unwrap().parse().unwrap()
    }
}

/// The first request of the plan, under another name, as an emergency.
impl Drawn for RequestForChange {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let first = dice.state.plan.rfcs[0].clone();
        let id = ["R-now-1", "R-now-2", "R-core"][dice.chance.below(3)].parse().unwrap();
        let category = RfcCategory::Emergency;
        let requested_by = Drawn::drawn(dice, "requested_by");
        Self { id, category, requested_by, reason: String::drawn(dice, "reason"), ..first }
    }
}

impl Drawn for Counts {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        Self([0; 5].map(|_: u32| u32::drawn(dice, "responses")))
    }
}

impl<K: Drawn + Ord, V: Drawn> Drawn for std::collections::BTreeMap<K, V> {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        Vec::<(K, V)>::drawn(dice, field).into_iter().collect()
    }
}

plain!(
    AnswerKind,
    Attribution,
    Avoidable,
    Disposition,
    EscalationPurpose,
    EscalationReason,
    ImpactLevel,
    InputKind,
    Instrument,
    ItemKind,
    Judgement,
    KeyQuestion,
    LessonStanding,
    Milestone,
    Recommendation,
    RequestKind,
    ReturnTo,
    Staying,
    Topic,
    Verdict,
);
