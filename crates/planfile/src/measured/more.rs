//! What the tables beside the service and its incidents say: hours, requests, escalations, coverage,
//! answers, and what is known.
//!
//! House rule: types before checks; a row that is not understood is reported, never guessed.

use super::cells::{Row, Sheet};
use super::tables::{Known, cause, flag, reach, severity, status, word};
use crate::code::Code;
use crate::diagnostic::quoted;
use model::escalation::{EscalationPath, EscalationPurpose, EscalationReason};
use model::incident::RequestKind;
use model::measures::completeness::Stretch;
use model::measures::escalating::Raised;
use model::measures::impact::{MeasuredSite, Reach};
use model::measures::intervals::{Interval, Intervals};
use model::measures::measured::{Answered, Covered};
use model::measures::requests::Request;
use model::measures::satisfaction::Answers;
use model::site_care::coverage::Share;
use model::survey::Instrument;
use std::collections::HashMap;
use std::sync::Arc;

/// Returns the stretches of a table.
pub(super) fn stretches(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Stretch> {
    let mut stretches = vec![];
    sheet.rows(&["start_utc", "end_utc", "sites"], |row| {
        let start_ms = row.required("start_utc").and_then(|_| row.instant_ms("start_utc"));
        let end_ms = row.required("end_utc").and_then(|_| row.instant_ms("end_utc"));
        row.is_ordered("end_utc", (start_ms, end_ms), "this ends before it starts");
        let reach = reach(row, known);
        let span = start_ms.zip(end_ms).and_then(|(start, end)| Interval::new(start, end));
        if let (Some(span), Some(reach)) = (span, reach) {
            stretches.push(Stretch { span, reach });
        }
    });
    stretches
}

/// Says of `sites` that the service is agreed to be there in `hours`; those that no row names have
/// it always.
pub(super) fn agree(sites: &mut [MeasuredSite], hours: &[Stretch]) {
    let mut everywhere = vec![];
    let mut own: HashMap<u32, Vec<Interval>> = HashMap::new();
    for it in hours {
        match &it.reach {
            Reach::All => everywhere.push(it.span),
            Reach::Some(at) => at.iter().for_each(|at| own.entry(*at).or_default().push(it.span)),
        }
    }
    // Sites with the same hours share them.
    let mut shared: HashMap<Intervals, Arc<Intervals>> = HashMap::new();
    for (position, site) in (0..).zip(sites) {
        let own = own.remove(&position).unwrap_or_default();
        if own.is_empty() && everywhere.is_empty() {
            continue;
        }
        let agreed = Intervals::union_of(own.into_iter().chain(everywhere.clone()).collect());
        let agreed = shared.entry(agreed).or_insert_with_key(|it| Arc::new(it.clone()));
        site.agreed_hours = Some(agreed.clone());
    }
}

/// Returns the requests of a table.
pub(super) fn requests(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Request> {
    let mut requests: Vec<Request> = vec![];
    let mut seen: HashMap<String, (u32, usize)> = HashMap::new();
    sheet.rows(&["id", "kind", "opened", "status"], |row| {
        let id = row.required("id").map(str::to_owned);
        let kinds = ["incident", "information", "service-fulfilment", "new-service"];
        let kind: Option<RequestKind> = word(row, "kind", None, &kinds);
        let opened_ms = row.required("opened").and_then(|_| row.instant_ms("opened"));
        // A request about no site in particular is one about the service.
        let reach = if row.text("sites").is_some() { reach(row, known) } else { Some(Reach::All) };
        let (status, cause) = (status(row), cause(row));
        let (Some(id), Some(kind), Some(opened_ms)) = (id, kind, opened_ms) else { return };
        let (Some(reach), Some(status), Some(cause)) = (reach, status, cause) else { return };
        if !known.elsewhere.is_production(row) {
            return;
        }
        let request = Request { id, kind, opened_ms, reach, status, cause };
        match seen.get(&request.id).and_then(|(line, at)| Some((line, requests.get(*at)?))) {
            None => {
                seen.insert(request.id.clone(), (row.line, requests.len()));
                requests.push(request);
            }
            // The same request, imported twice.
            Some((_, first)) if *first == request => {}
            Some((line, _)) => {
                let what =
                    format!("{} stands in line {line} with other words", quoted(&request.id));
                row.refuse_as(Code::DuplicateName, "id", what, None);
            }
        }
    });
    requests
}

/// Returns the escalations of a table.
pub(super) fn escalations(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Raised> {
    let mut escalations = vec![];
    let mut seen: HashMap<String, u32> = HashMap::new();
    sheet.rows(&["id", "raised", "cause"], |row| {
        let Some(raised) = escalation(row) else { return };
        if let Some(line) = seen.insert(raised.id.clone(), row.line) {
            let what = format!("{} stands in line {line} already", quoted(&raised.id));
            row.refuse_as(Code::DuplicateName, "id", what, None);
        } else if known.elsewhere.is_production(row) {
            escalations.push(raised);
        }
    });
    escalations
}

fn escalation(row: &mut Row<'_>) -> Option<Raised> {
    let id = row.required("id").map(str::to_owned);
    let raised_ms = row.required("raised").and_then(|_| row.instant_ms("raised"));
    let severity = row.text("sev").map(|text| severity(row, text));
    let causes = [
        "cannot-reproduce",
        "needs-code-change",
        "needs-knowledge",
        "needs-access",
        "time-exceeded",
    ];
    let cause: Option<EscalationReason> = word(row, "cause", None, &causes);
    let path = word(row, "path", Some(EscalationPath::Levels), &["levels", "bypass"]);
    let purpose =
        if flag(row, "drill") { EscalationPurpose::Drill } else { EscalationPurpose::Real };
    let due_ms = row.instant_ms("due");
    let accepted_ms = row.instant_ms("accepted");
    let answered_ms = row.instant_ms("answered");
    row.is_ordered("accepted", (raised_ms, accepted_ms), "it was taken before it was raised");
    row.is_ordered("answered", (raised_ms, answered_ms), "it was answered before it was raised");
    let rejections = row.number("rejections").unwrap_or_default();
    let insisted = row.number("insisted").unwrap_or_default();
    let avoidable = flag(row, "avoidable");
    Some(Raised {
        id: id?,
        raised_ms: raised_ms?,
        severity: severity.flatten(),
        cause: cause?,
        purpose,
        path: path?,
        due_ms,
        accepted_ms,
        answered_ms,
        rejections,
        insisted,
        avoidable,
    })
}

/// Returns the coverage of a table.
pub(super) fn coverage(sheet: &mut Sheet<'_>, known: &mut Known<'_>) -> Vec<Covered> {
    let mut coverage = vec![];
    let required = ["site", "computers_targeted", "computers_covered"];
    sheet.rows(&required, |row| {
        let Some(site) = row.required("site").map(str::to_owned) else { return };
        let mut share = |targeted: &str, exempt: &str, covered: &str| {
            let mut number = |column: &str| row.number(column).map_or(0, u64::from);
            let share = Share {
                targeted: number(targeted),
                exempt: number(exempt),
                covered: number(covered),
            };
            if share.exempt + share.covered > share.targeted {
                let what = "more are covered and exempt than are targeted".to_owned();
                row.refuse(covered, what, None);
            }
            share
        };
        let computers = share("computers_targeted", "computers_exempt", "computers_covered");
        let users = share("users_targeted", "users_exempt", "users_covered");
        if known.elsewhere.is_production(row) {
            coverage.push(Covered { site, computers, users });
        }
    });
    coverage
}

/// Returns the answers of a table.
pub(super) fn answers(sheet: &mut Sheet<'_>) -> Vec<Answered> {
    let mut answers = vec![];
    let required = ["instrument", "question", "n1", "n2", "n3", "n4", "n5"];
    sheet.rows(&required, |row| {
        let instruments = ["users", "site-owners", "customer"];
        let instrument: Option<Instrument> = word(row, "instrument", None, &instruments);
        let question = row.required("question").and_then(|_| row.number("question"));
        let question = question.and_then(|it| u8::try_from(it).ok());
        let asked = row.number("asked").map(u64::from);
        let counts = ["n1", "n2", "n3", "n4", "n5"].map(|it| row.number(it).map_or(0, u64::from));
        if let (Some(instrument), Some(question)) = (instrument, question) {
            answers.push(Answered { instrument, question, answers: Answers { counts, asked } });
        }
    });
    answers
}
