//! Tables about signatures that are not simply there: disputed ones, ones on paper, ones in a batch.
//!
//! House rule: an auditor finds in one place what is weighed otherwise than the rest.

use super::TableFile;
use crate::reading::Paper;
use model::machine::SignOffState;
use model::sheet::SlotId;
use model::state::State;
use views::people::person;

/// Returns every dispute: a row for each signature and approval that it is about, or one without any.
pub(super) fn disputes(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = (1_u32..).zip(&state.disputes.reported).flat_map(|(number, it)| {
        let slots = it.slots.iter().map(|slot| (slot.to_string(), became(state, number, slot)));
        let requests = it.requests.iter().map(|rfc| {
            let open = state.disputed_approvals(rfc).iter().any(|of| of.dispute == number);
            let name = if state.change_schedule.emergencies.contains_key(rfc) {
                "emergency authorisation"
            } else {
                "approval"
            };
            (format!("{rfc}: {name}"), if open { "disputed" } else { "settled" })
        });
        let mut about: Vec<_> = slots.chain(requests).collect();
        if about.is_empty() {
            about.push((String::new(), ""));
        }
        let row = move |(of, became): (String, &str)| {
            vec![
                number.to_string(),
                person(&state.plan, &it.person),
                it.means.map_or_else(|| "anything".to_owned(), |it| it.to_string()),
                it.since.to_string(),
                person(&state.plan, &it.by),
                it.at.to_string(),
                it.reason.clone(),
                it.renewed.as_ref().map(|(_, at)| at.to_string()).unwrap_or_default(),
                of,
                became.to_owned(),
            ]
        };
        about.into_iter().map(row)
    });
    let head = [
        "dispute",
        "of",
        "means",
        "since",
        "reported_by",
        "at",
        "reason",
        "replaced_at",
        "about",
        "stands",
    ];
    TableFile::of("disputes.csv", &head, rows)
}

/// Returns what became of a signature that was disputed.
fn became(state: &State, dispute: u32, slot: &SlotId) -> &'static str {
    if state.disputes.open.get(slot) == Some(&dispute) {
        "disputed"
    } else if state.disputes.confirmed.contains_key(slot) {
        "confirmed"
    } else if state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Signed) {
        "given anew"
    } else {
        "set aside"
    }
}

/// Returns every sheet that was signed by hand, and who attested it.
pub(super) fn papers(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = (1_u32..).zip(&state.papers.0).map(|(number, it)| {
        let stands = match (&it.attested, &it.rejected) {
            (Some(_), _) => "attested",
            (None, Some(_)) => "rejected",
            (None, None) => "waits for a second person",
        };
        let second = it.attested.as_ref().map(|(by, at)| (by, at.to_string()));
        let (attested_by, at) = second.unzip();
        vec![
            number.to_string(),
            it.signed.slot.to_string(),
            it.signed.document.to_string(),
            person(&state.plan, &it.signed.signer),
            it.signed.signed_on.to_string(),
            it.signed.scan.to_string(),
            it.signed.kept.clone(),
            person(&state.plan, &it.by),
            attested_by.map(|by| person(&state.plan, by)).unwrap_or_default(),
            at.unwrap_or_default(),
            stands.to_owned(),
        ]
    });
    let head = [
        "paper",
        "slot",
        "sheet_sha256",
        "signer",
        "signed_on",
        "scan_sha256",
        "kept",
        "put_down_by",
        "attested_by",
        "attested_at",
        "stands",
    ];
    TableFile::of("papers.csv", &head, rows)
}

/// Returns every batch: a row for each of its sheets, with when it was looked at.
pub(super) fn batches(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = (1_u32..).zip(&state.batches.0).flat_map(|(number, it)| {
        it.listed.iter().map(move |listed| {
            vec![
                number.to_string(),
                person(&state.plan, &it.by),
                it.at.to_string(),
                it.digest.to_string(),
                listed.slot.to_string(),
                listed.document.to_string(),
                it.sample.contains(&listed.slot).to_string(),
                it.looked_at.get(&listed.slot).map(ToString::to_string).unwrap_or_default(),
                it.signed.map(|(at, _)| at.to_string()).unwrap_or_default(),
            ]
        })
    });
    let head = [
        "batch",
        "by",
        "begun_at",
        "list_sha256",
        "slot",
        "sheet_sha256",
        "drawn",
        "looked_at",
        "signed_at",
    ];
    TableFile::of("batches.csv", &head, rows)
}
