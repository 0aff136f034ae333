//! The names of documents, and which of them a deployment has.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use model::id::RfcId;
use model::reports::{self, Report};
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::State;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A document of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DocumentName {
    /// Whether the release may be deployed.
    ReleaseReadiness,
    /// Whom is told what, when, and what became of it.
    Communications,
    /// Who is trained when, and how far that is.
    Training,
    /// A request for change.
    Rfc(RfcId),
    /// A waiver, by its number.
    Waiver(u32),
    /// A sheet that is signed.
    Sheet(Sheet),
    /// What operations and support need before they take over.
    Readiness,
    /// An escalation, by its number.
    Escalation(u32),
    /// The satisfaction survey.
    Survey,
    /// A deployment report.
    Report(Report),
    /// The post-project analysis.
    Analysis,
    /// A lesson, by its number.
    Lesson(u32),
    /// What is in the evidence package.
    Evidence,
}

/// What a document is in the catalogue of documents, such as `D-02`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u8);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D-{:02}", self.0)
    }
}

impl DocumentName {
    /// Returns what it is in the catalogue of documents.
    pub fn code(&self) -> Code {
        Code(match self {
            Self::Sheet(Sheet::CoreInterim | Sheet::CoreFinal) => 1,
            Self::Sheet(Sheet::Site(_)) => 2,
            Self::Sheet(Sheet::SitesComplete) => 3,
            Self::Sheet(Sheet::DeploymentStable) => 4,
            Self::Sheet(Sheet::QuietPeriodReport) => 5,
            Self::Sheet(Sheet::MilestoneReview) => 6,
            Self::Analysis => 7,
            Self::Sheet(Sheet::CloseOut) => 8,
            Self::Survey => 9,
            Self::Communications => 10,
            Self::Training => 11,
            Self::Rfc(_) => 12,
            Self::Escalation(_) => 13,
            Self::Readiness => 14,
            Self::Lesson(_) => 15,
            Self::ReleaseReadiness => 16,
            Self::Waiver(_) => 17,
            Self::Report(_) => 18,
            Self::Sheet(Sheet::Termination) => 19,
            Self::Evidence => 20,
        })
    }

    /// Returns the word of the catalogue that is its title.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            Self::Sheet(Sheet::CoreInterim) => "title-core-interim",
            Self::Sheet(Sheet::CoreFinal) => "title-core",
            Self::Sheet(Sheet::Site(_)) => "title-site",
            Self::Sheet(Sheet::SitesComplete) => "title-sites-complete",
            Self::Sheet(Sheet::DeploymentStable) => "title-deployment-stable",
            Self::Sheet(Sheet::QuietPeriodReport) => "title-quiet-period-report",
            Self::Sheet(Sheet::MilestoneReview) => "title-milestone-review",
            Self::Sheet(Sheet::CloseOut) => "title-close-out",
            Self::Sheet(Sheet::Termination) => "title-termination",
            Self::Analysis => "title-analysis",
            Self::Survey => "title-survey",
            Self::Communications => "title-communications",
            Self::Training => "title-training",
            Self::Rfc(_) => "title-rfc",
            Self::Escalation(_) => "title-escalation",
            Self::Readiness => "title-readiness",
            Self::Lesson(_) => "title-lesson",
            Self::ReleaseReadiness => "title-release-readiness",
            Self::Waiver(_) => "title-waiver",
            Self::Report(Report::Core) => "title-report-core",
            Self::Report(Report::Ring(_)) => "title-report-ring",
            Self::Report(Report::Site(_)) => "title-report-site",
            Self::Report(Report::Exceptions) => "title-report-exceptions",
            Self::Report(Report::Schedule) => "title-report-schedule",
            Self::Evidence => "title-evidence",
        }
    }

    /// Returns the sheet that is signed, where it is one; every other document nobody signs.
    pub fn sheet(&self) -> Option<&Sheet> {
        if let Self::Sheet(sheet) = self { Some(sheet) } else { None }
    }

    /// Returns which one of its kind it is, where there are several.
    pub(crate) fn of(&self, state: &State) -> Option<String> {
        match self {
            Self::Sheet(Sheet::Site(id)) | Self::Report(Report::Site(id)) => {
                let title = state.site(id).map(|(site, _)| site.title.as_str()).unwrap_or_default();
                Some(if title.is_empty() { id.to_string() } else { format!("{id} \u{b7} {title}") })
            }
            Self::Report(Report::Ring(id)) => Some(id.to_string()),
            Self::Rfc(id) => {
                let title = state.request(id).map(|it| it.title.as_str()).unwrap_or_default();
                Some(format!("{id} \u{b7} {title}"))
            }
            Self::Waiver(number) | Self::Escalation(number) | Self::Lesson(number) => {
                Some(format!("#{number}"))
            }
            Self::Sheet(_)
            | Self::Analysis
            | Self::Survey
            | Self::Communications
            | Self::Training
            | Self::Readiness
            | Self::ReleaseReadiness
            | Self::Report(_)
            | Self::Evidence => None,
        }
    }

    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Sheet(sheet) => sheet.scope(),
            Self::Report(Report::Core) => Scope::Core,
            Self::Report(Report::Ring(id)) => Scope::Ring(id.clone()),
            Self::Report(Report::Site(id)) => Scope::Site(id.clone()),
            Self::Rfc(id) => Scope::Rfc(id.clone()),
            Self::Report(Report::Exceptions | Report::Schedule)
            | Self::Waiver(_)
            | Self::Escalation(_)
            | Self::Lesson(_)
            | Self::Analysis
            | Self::Survey
            | Self::Communications
            | Self::Training
            | Self::Readiness
            | Self::ReleaseReadiness
            | Self::Evidence => Scope::Deployment,
        }
    }

    /// Returns its name as that of a file, without an ending.
    pub fn file(&self) -> String {
        format!("{}-{}", self.code(), self.to_string().replace('/', "-"))
    }
}

/// Returns every document that the deployment has or will have. Sites have theirs in plan order.
pub(crate) fn all(state: &State) -> Vec<DocumentName> {
    use DocumentName as D;
    let numbers = |count: usize| 1..=u32::try_from(count).unwrap_or(u32::MAX);
    let mut names = vec![D::ReleaseReadiness, D::Communications, D::Training, D::Readiness];
    names.extend(state.rfcs.iter().map(|it| D::Rfc(it.id.clone())));
    names.extend(numbers(state.waivers.len()).map(D::Waiver));
    names.extend([D::Sheet(Sheet::CoreInterim), D::Sheet(Sheet::CoreFinal)]);
    names.extend(state.plan.sites.iter().map(|it| D::Sheet(Sheet::Site(it.id.clone()))));
    let sheets = [Sheet::SitesComplete, Sheet::DeploymentStable, Sheet::QuietPeriodReport];
    names.extend(sheets.map(D::Sheet));
    names.extend(numbers(state.escalations.list.len()).map(D::Escalation));
    names.push(D::Survey);
    names.extend(reports::reports(state).into_iter().map(D::Report));
    names.push(D::Sheet(Sheet::MilestoneReview));
    names.push(D::Analysis);
    names.extend(numbers(state.close_out.lessons.len()).map(D::Lesson));
    names.push(D::Sheet(Sheet::CloseOut));
    if *state.termination != model::termination::Termination::default() {
        names.push(D::Sheet(Sheet::Termination));
    }
    names.push(D::Evidence);
    names
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Sheet(sheet) => sheet.to_string(),
            Self::Report(report) => format!("report/{report}"),
            Self::Rfc(id) => format!("rfc/{id}"),
            Self::Waiver(number) => format!("waiver/{number}"),
            Self::Escalation(number) => format!("escalation/{number}"),
            Self::Lesson(number) => format!("lesson/{number}"),
            Self::Analysis => "post-project-analysis".to_owned(),
            Self::Survey => "survey".to_owned(),
            Self::Communications => "communications".to_owned(),
            Self::Training => "training".to_owned(),
            Self::Readiness => "readiness".to_owned(),
            Self::ReleaseReadiness => "release-readiness".to_owned(),
            Self::Evidence => "evidence".to_owned(),
        };
        f.pad(&name)
    }
}

/// A text names no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no document: write a sheet such as `core` or `site/B27`, `rfc/NAME`, `waiver/N`, `escalation/N`, `lesson/N`, `report/NAME`, `release-readiness`, `communications`, `training`, `readiness`, `survey`, `post-project-analysis` or `evidence`"
)]
pub struct InvalidDocument {
    /// What was given.
    pub text: String,
}

impl FromStr for DocumentName {
    type Err = InvalidDocument;

    fn from_str(text: &str) -> Result<Self, InvalidDocument> {
        let invalid = || InvalidDocument { text: text.chars().take(80).collect() };
        let number = |of: &str| of.parse().map_err(|_| invalid());
        match text.split_once('/') {
            Some(("rfc", id)) => id.parse().map(Self::Rfc).map_err(|_| invalid()),
            Some(("waiver", of)) => number(of).map(Self::Waiver),
            Some(("escalation", of)) => number(of).map(Self::Escalation),
            Some(("lesson", of)) => number(of).map(Self::Lesson),
            Some(("report", of)) => of.parse().map(Self::Report).map_err(|_| invalid()),
            None if text == "post-project-analysis" => Ok(Self::Analysis),
            None if text == "survey" => Ok(Self::Survey),
            None if text == "communications" => Ok(Self::Communications),
            None if text == "training" => Ok(Self::Training),
            None if text == "readiness" => Ok(Self::Readiness),
            None if text == "release-readiness" => Ok(Self::ReleaseReadiness),
            None if text == "evidence" => Ok(Self::Evidence),
            Some(_) | None => text.parse().map(Self::Sheet).map_err(|_| invalid()),
        }
    }
}

impl TryFrom<String> for DocumentName {
    type Error = InvalidDocument;
    fn try_from(text: String) -> Result<Self, InvalidDocument> {
        text.parse()
    }
}

impl From<DocumentName> for String {
    fn from(name: DocumentName) -> Self {
        name.to_string()
    }
}
