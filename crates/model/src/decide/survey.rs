//! Acts on the satisfaction survey.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey; Process 4, Table 7; separation of
//! duties SOD-14.

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::gates;
use crate::id::SiteId;
use crate::machine::SiteState;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::survey::{
    Asked, Import, Instrument, Questions, Reply, Respondent, Round, SurveyCommand, SurveyEvent,
    THRESHOLD_MIN, due_at,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The least and the most that a round is open: time to answer, and an end.
const OPEN_DAYS_MIN: i64 = 3;
const OPEN_DAYS_MAX: i64 = 60;

/// The longest name of a language: a tag such as `fr-CA` is far shorter.
const LANGUAGE_LENGTH_MAX: usize = 35;

/// The most groups of an import: a site each.
const GROUPS_MAX: usize = 100_001;

impl Acting<'_> {
    pub(super) fn survey(&self, command: &SurveyCommand) -> Result<Vec<Event>, Refusal> {
        let event = match command {
            SurveyCommand::Open { closes, languages, sample_percent } => {
                self.open_survey(*closes, languages, *sample_percent)?
            }
            SurveyCommand::Invite { invitations } => return self.invite(invitations),
            SurveyCommand::Answer { respondent, replies } => {
                self.answer_survey(respondent, replies)?
            }
            SurveyCommand::Import { import } => self.import_answers(import)?,
            SurveyCommand::Close => self.close_survey()?,
        };
        Ok(vec![Event::Survey(event)])
    }

    fn runs_survey(&self, act: &str) -> Result<RoleType, Refusal> {
        let roles = [RoleType::UserExperience, RoleType::ProductManager];
        self.role(&roles, &Scope::Deployment, act)
    }

    fn round(&self) -> Result<&Round, Refusal> {
        self.state.surveys.open().ok_or_else(|| {
            let next = "`landfall survey open` opens one, in the second half of the quiet period";
            Refusal::new(RefusalCode::State, "no survey is open", next)
        })
    }

    fn open_survey(
        &self,
        closes: Option<Timestamp>,
        languages: &Vec<String>,
        sample_percent: Option<u8>,
    ) -> Result<SurveyEvent, Refusal> {
        self.runs_survey("open the survey")?;
        let terms = self.state.survey_terms();
        let sample_percent = sample_percent.unwrap_or(terms.sample_percent);
        let languages = if languages.is_empty() { &terms.languages } else { languages };
        if self.state.surveys.open().is_some() {
            let text = "a survey is open already";
            return Err(Refusal::new(RefusalCode::State, text, "wait until it closes"));
        }
        if let Err((missing, _)) = gates::complete::survey_may_open(self.state, self.now) {
            let next = "it is asked in the second half of the quiet period, when people have worked with the release";
            return Err(Refusal::new(RefusalCode::State, missing, next));
        }
        if !(1..=100).contains(&sample_percent) {
            let text = format!("{sample_percent} % of users cannot be asked");
            return Err(Refusal::invalid(text, "give 1 to 100 percent"));
        }
        let is_tag = |it: &String| {
            let is_plain = it.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
            !it.is_empty() && it.len() <= LANGUAGE_LENGTH_MAX && is_plain
        };
        if let Some(wrong) = languages.iter().find(|it| !is_tag(it)) {
            let text = format!("`{}` is no language", wrong.chars().take(35).collect::<String>());
            return Err(Refusal::invalid(text, "write a tag such as `en` or `fr-CA`"));
        }
        let after = |days: i64| self.now.checked_add(SignedDuration::from_hours(24 * days)).ok();
        let open_days = i64::from(terms.open_days);
        let closes = closes.or_else(|| after(open_days)).unwrap_or(self.now);
        let is_long_enough = after(OPEN_DAYS_MIN).is_none_or(|it| closes >= it);
        let is_short_enough = after(OPEN_DAYS_MAX).is_none_or(|it| closes <= it);
        if !is_long_enough || !is_short_enough {
            let text = format!("a survey is open for {OPEN_DAYS_MIN} to {OPEN_DAYS_MAX} days");
            return Err(Refusal::invalid(text, "give another time, or none"));
        }
        let round = u32::try_from(self.state.surveys.rounds.len()).unwrap_or(u32::MAX) + 1;
        Ok(SurveyEvent::Opened {
            round,
            closes,
            definition: terms.questions.definition(),
            languages: languages.clone(),
            threshold: terms.threshold.max(THRESHOLD_MIN),
            sample_percent,
        })
    }

    fn invite(&self, invitations: &BTreeMap<SiteId, Vec<Digest>>) -> Result<Vec<Event>, Refusal> {
        self.runs_survey("invite users")?;
        let round = self.round()?;
        if invitations.is_empty() {
            let next = "`landfall survey invite --all` makes the links of everybody who is due";
            return Err(Refusal::invalid("nobody is invited", next));
        }
        let all = invitations.values().flatten();
        let different: BTreeSet<&Digest> = all.clone().collect();
        if different.len() != all.count() {
            return Err(Refusal::invalid("two links are the same", "make new ones"));
        }
        let invited = |(site, links): (&SiteId, &Vec<Digest>)| {
            self.invite_users(round, site, links).map(Event::Survey)
        };
        invitations.iter().map(invited).collect()
    }

    fn invite_users(
        &self,
        round: &Round,
        site: &SiteId,
        links: &[Digest],
    ) -> Result<SurveyEvent, Refusal> {
        let (planned, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        if status.state == SiteState::Exempt {
            let text = format!("{site} is exempt");
            return Err(Refusal::new(RefusalCode::State, text, "invite the users of other sites"));
        }
        if round.links.values().any(|it| it == site) {
            let text = format!("the users of {site} have been invited");
            let next = "nobody is asked twice; wait for their answers";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let due = due_at(planned.users, round.sample_percent);
        if links.iter().any(|it| round.links.contains_key(it)) {
            return Err(Refusal::invalid("two links are the same", "make new ones"));
        }
        if links.len() != due as usize {
            let text = format!(
                "{due} of the {} users of {site} are asked, and {} links were given",
                planned.users,
                links.len()
            );
            let next = "who is asked follows from the share of users, not from a choice";
            return Err(Refusal::invalid(text, next));
        }
        Ok(SurveyEvent::Invited { site: site.clone(), links: links.to_vec() })
    }

    fn answer_survey(
        &self,
        respondent: &Respondent,
        replies: &[Reply],
    ) -> Result<SurveyEvent, Refusal> {
        let round = self.round()?;
        if self.now >= round.closes {
            let text = format!("the survey closed at {}", round.closes);
            return Err(Refusal::new(RefusalCode::State, text, "it is too late to answer"));
        }
        let instrument = match respondent {
            Respondent::Link(link) if round.links.contains_key(link) => Instrument::Users,
            Respondent::Link(_) => {
                let next = "use the link of the invitation, whole";
                return Err(Refusal::new(RefusalCode::Unknown, "nobody was given that link", next));
            }
            Respondent::Named(Instrument::Users) => {
                let next = "use the link of the invitation: users answer anonymously";
                return Err(Refusal::invalid("a user answers through a link", next));
            }
            Respondent::Named(Instrument::Customer) => {
                self.accepts_for_customer("answer for the customer")?;
                Instrument::Customer
            }
            Respondent::Named(Instrument::SiteOwners) => {
                let is_owner = |it: &crate::site::Site| {
                    it.owner == *self.person || it.deputy.as_ref() == Some(self.person)
                };
                if !self.state.plan.sites.iter().any(is_owner) {
                    let text = format!("{} owns no site", self.person);
                    let next = "ask the owner of a site to answer";
                    return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
                }
                Instrument::SiteOwners
            }
        };
        let replies = checked_replies(&round.questions, instrument, replies)?;
        Ok(SurveyEvent::Answered { respondent: respondent.clone(), replies })
    }

    fn import_answers(&self, import: &Import) -> Result<SurveyEvent, Refusal> {
        if import.instrument == Instrument::Customer {
            self.accepts_for_customer("answer for the customer")?;
        } else {
            self.runs_survey("take answers over")?;
        }
        let round = self.round()?;
        if import.groups.len() > GROUPS_MAX {
            let text = format!("{} groups are too many", import.groups.len());
            return Err(Refusal::invalid(text, format!("give at most {GROUPS_MAX}")));
        }
        let mut seen = BTreeSet::new();
        let mut responses = 0_u64;
        for group in &import.groups {
            if let Some(site) = &group.site {
                self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
            }
            if !seen.insert(&group.site) {
                let text = "a site is counted twice";
                return Err(Refusal::invalid(text, "give each site once"));
            }
            for (number, counts) in &group.counts {
                let question = round.questions.question(import.instrument, *number);
                let is_score = question.is_some_and(|it| it.asked == Asked::Score);
                let sum: u64 = counts.0.iter().map(|it| u64::from(*it)).sum();
                if !is_score || sum > u64::from(group.responses) {
                    let text = format!(
                        "question {number} of {} has {sum} scores of {} answers",
                        import.instrument, group.responses
                    );
                    let next = "give each scored question of the instrument, once a person";
                    return Err(Refusal::invalid(text, next));
                }
            }
            responses += u64::from(group.responses);
        }
        if responses == 0 || responses > u64::from(import.invited) {
            let text = format!("{responses} of {} invited people answered", import.invited);
            return Err(Refusal::invalid(
                text,
                "give how many were invited: no fewer than answered",
            ));
        }
        Ok(SurveyEvent::Imported { import: import.clone() })
    }

    fn close_survey(&self) -> Result<SurveyEvent, Refusal> {
        self.runs_survey("close the survey")?;
        let round = self.round()?;
        if self.now < round.closes {
            let text = format!(
                "the survey is open until {}: SOD-14 lets nobody close it early",
                round.closes
            );
            return Err(Refusal::new(RefusalCode::NotPermitted, text, "wait: it closes by itself"));
        }
        let round = u32::try_from(self.state.surveys.rounds.len()).unwrap_or(u32::MAX);
        Ok(SurveyEvent::Closed { round })
    }
}

fn checked_replies(
    questions: &Questions,
    instrument: Instrument,
    replies: &[Reply],
) -> Result<Vec<Reply>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for reply in replies {
        let number = reply.question;
        let question = questions.question(instrument, number).ok_or_else(|| {
            let text = format!("{instrument} are not asked question {number}");
            Refusal::invalid(text, "`landfall survey show` lists the questions")
        })?;
        if !seen.insert(number) {
            let text = format!("question {number} is answered twice");
            return Err(Refusal::invalid(text, "answer each question once"));
        }
        let is_score = reply.score.is_none_or(|it| (1..=5).contains(&it));
        let fits = match question.asked {
            Asked::Score => reply.text.is_none() && is_score,
            Asked::Text => reply.score.is_none(),
        };
        if !fits {
            let text = format!("question {number} is not answered like that");
            return Err(Refusal::invalid(text, "give a score from 1 to 5, or a text, as it asks"));
        }
        let text = reply.text.as_ref().map(|it| worded("the text", it)).transpose()?;
        checked.push(Reply { question: number, score: reply.score, text });
    }
    if checked.is_empty() {
        return Err(Refusal::invalid("nothing was answered", "answer at least one question"));
    }
    Ok(checked)
}
