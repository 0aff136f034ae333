//! The post-project analysis: who comes, what they have before them, and what they say.
//!
//! Facts are computed and opinions are people's own; a reader can tell which is which.
//!
//! Source: Deploy SMF, Process 4, Table 7: are all project team members, customers and stakeholders
//! available for performing a post-project analysis?

use super::{Contribution, contributors, suggestions};
use crate::assessment::criteria;
use crate::digest::Digest;
use crate::id::PersonId;
use crate::reports;
use crate::state::State;
use crate::survey::{Instrument, results};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// Whether somebody comes to the analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// They come.
    Comes,
    /// They do not, and say this instead.
    Absent {
        /// What they would have said, or why they say nothing.
        instead: String,
    },
}

/// When and where the analysis is, and who comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// The day.
    pub on: Date,
    /// The place.
    pub place: String,
    /// Who was invited.
    pub invitees: Vec<PersonId>,
    /// The digest of the facts that they have before them.
    pub pack: Digest,
    /// What they answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<PersonId, Availability>,
}

impl Analysis {
    /// Returns whether somebody who was invited has not answered.
    pub fn is_open(&self) -> bool {
        self.invitees.iter().any(|it| !self.answers.contains_key(it))
    }

    fn coming(&self) -> usize {
        self.answers.values().filter(|it| **it == Availability::Comes).count()
    }

    /// Returns whether more than half of those who were invited come.
    pub fn has_quorum(&self) -> bool {
        self.coming() * 2 > self.invitees.len()
    }
}

impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quorum = if self.has_quorum() { "a quorum" } else { "no quorum" };
        let (coming, all) = (self.coming(), self.invitees.len());
        write!(f, "{coming} of {all} come on {}, {quorum}", self.on)
    }
}

/// Returns the people who are invited to the analysis: whoever a contribution is asked of.
pub fn invitees(state: &State) -> Vec<PersonId> {
    let roles = contributors(state);
    let people = state.plan.people.iter();
    let asked = people.filter(|it| it.roles.iter().any(|role| roles.contains(role)));
    asked.map(|it| it.id.clone()).collect()
}

/// Returns the facts of the analysis: the records of incidents and those of the deployment.
pub fn pack(state: &State) -> Value {
    let incidents = state.incidents.list.iter().map(|it| {
        json!({ "incident": it.number, "severity": it.severity, "title": it.title,
            "state": it.state, "attribution": it.attribution, "detected": it.detected(),
            "restored": it.restored(), "cause": it.cause, "at": it.scopes })
    });
    let escalations = state.escalations.list.iter().map(|it| {
        json!({ "escalation": it.number, "state": it.state, "text": it.raising.text,
            "purpose": it.raising.purpose })
    });
    let reports = reports::reports(state).into_iter().map(|it| {
        let facts = reports::report(state, &it);
        json!({ "report": it, "facts": facts })
    });
    let criteria = criteria(state);
    let criteria = criteria
        .iter()
        .map(|it| json!({ "criterion": it.criterion.id, "target": it.criterion.target, "stands": it.word() }));
    let satisfaction = Instrument::ALL.iter().filter_map(|it| results(state, *it));
    json!({
        "deployment-reports": reports.collect::<Vec<_>>(),
        "incidents": incidents.collect::<Vec<_>>(),
        "escalations": escalations.collect::<Vec<_>>(),
        "success-criteria": criteria.collect::<Vec<_>>(),
        "satisfaction": satisfaction.collect::<Vec<_>>(),
        "quiet-periods": state.quiet_periods,
        "suggested-lessons": suggestions(state),
    })
}

/// Returns the draft of the analysis: the facts, and beside them what people say, by topic.
pub fn draft(state: &State) -> Value {
    let close_out = &state.close_out;
    let mut opinions: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut declined = Vec::new();
    for it in &close_out.contributions {
        match &it.contribution {
            Contribution::Given { topic, accomplishments, challenges, lessons } => {
                let said = json!({ "role": it.role, "by": it.by, "at": it.at,
                    "accomplishments": accomplishments, "challenges": challenges,
                    "lessons": lessons });
                opinions.entry(topic.to_string()).or_default().push(said);
            }
            Contribution::Declined { reason } => {
                declined.push(json!({ "role": it.role, "by": it.by, "reason": reason }));
            }
        }
    }
    let lessons = close_out.lessons.iter().zip(1_u32..).map(|(it, number)| {
        json!({ "lesson": number, "title": it.lesson.title, "standing": it.standing,
            "recommendation": it.lesson.recommendation, "owner": it.lesson.owner,
            "due": it.lesson.due })
    });
    json!({
        "meeting": close_out.analysis,
        "facts": pack(state),
        "opinions": opinions,
        "declined": declined,
        "lessons": lessons.collect::<Vec<_>>(),
    })
}
