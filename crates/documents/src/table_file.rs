//! Files beside documents: tables that are too long for a page, with all their rows, as CSV.
//!
//! Their digests stand in the bodies of documents. A cell that a spreadsheet would take for a formula
//! is made a text.
//!
//! House rule: nothing is left out for being long.

mod signatures;

use crate::block::Block;
use crate::document::Document;
use crate::reading::Paper;
use model::digest::Digest;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::state::State;
use views::people::person;

/// A table with all its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// The name of the file.
    pub name: String,
    /// How many rows it has, besides its head.
    pub rows: usize,
    /// The file: CSV (RFC 4180) in UTF-8.
    pub bytes: Vec<u8>,
}

impl TableFile {
    fn of(name: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Self {
        let mut text = line(head.iter().map(ToString::to_string));
        let mut count = 0;
        for row in rows {
            text += &line(row.into_iter());
            count += 1;
        }
        Self { name: name.to_owned(), rows: count, bytes: text.into_bytes() }
    }

    /// Returns the SHA-256 of the file.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|it| quoted(&it)).collect();
    cells.join(",") + "\r\n"
}

fn quoted(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) || is_formula {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Returns all files beside the documents of a deployment.
pub fn table_files(paper: &Paper<'_>) -> Vec<TableFile> {
    let mut files = vec![sites(paper)];
    files.extend(paper.reading.last_site_rows().and_then(|it| signed_rows(paper, &it)));
    files.extend(regions(paper));
    files.push(changes(paper));
    files.push(waivers(paper));
    files.push(emergencies(paper));
    files.push(people(paper));
    files.push(access(paper));
    files.push(letters(paper));
    files.push(signatures::disputes(paper));
    files.push(signatures::papers(paper));
    files.push(signatures::batches(paper));
    files
}

const SITE_HEAD: [&str; 9] = [
    "site",
    "ring",
    "zone",
    "state",
    "deployed",
    "signed_by",
    "signed_at",
    "exceptions",
    "sheet_sha256",
];

fn site_row(paper: &Paper<'_>, position: usize) -> Option<Vec<String>> {
    let state = paper.state;
    let (site, status) = (state.plan.sites.get(position)?, state.sites.get(position)?);
    let ring = state.plan.ring_of.get(position).and_then(|it| state.plan.rings.get(*it as usize));
    let slot = SlotId { sheet: Sheet::Site(site.id.clone()), role: RoleType::SiteOwner };
    let signed =
        state.slots.get(&slot).filter(|it| it.state == model::machine::SignOffState::Signed);
    let or_empty = |it: Option<String>| it.unwrap_or_default();
    Some(vec![
        site.id.to_string(),
        or_empty(ring.map(|it| it.id.to_string())),
        site.zone.to_string(),
        status.state.to_string(),
        or_empty(status.in_service.map(|it| it.to_string())),
        or_empty(signed.and_then(|it| it.by.as_ref()).map(|it| {
            let paper = state.said_on_paper(&slot).map(|it| format!(", {it}"));
            format!("{}{}", person(&state.plan, it), paper.unwrap_or_default())
        })),
        or_empty(signed.map(|it| it.since.to_string())),
        or_empty(signed.map(|it| it.statements.len().to_string())),
        or_empty(signed.map(|it| it.document.to_string())),
    ])
}

/// Returns the file with a row for each site.
pub(crate) fn sites(paper: &Paper<'_>) -> TableFile {
    let rows = (0..paper.state.plan.sites.len()).filter_map(|it| site_row(paper, it));
    TableFile::of("sites.csv", &SITE_HEAD, rows)
}

/// Returns the rows of all sites as the sheet of all sites was issued with them: canonical JSON, whose
/// `digest` stands in what is signed.
pub(crate) fn signed_rows(paper: &Paper<'_>, digest: &Digest) -> Option<TableFile> {
    let (rows, bytes) = paper.reading.site_rows(digest)?.clone();
    Some(TableFile { name: "sites-as-signed.json".to_owned(), rows, bytes })
}

/// Returns the files that `document` names as being beside it.
pub fn files_beside(paper: &Paper<'_>, document: &Document) -> Vec<TableFile> {
    let blocks = document.sections.iter().flat_map(|it| &it.blocks);
    let named: Vec<Digest> = blocks
        .filter_map(|it| if let Block::Annex { sha256, .. } = it { Some(*sha256) } else { None })
        .collect();
    if named.is_empty() {
        return vec![];
    }
    let signed = named.iter().filter_map(|it| signed_rows(paper, it));
    let mut files: Vec<TableFile> = signed.collect();
    let others = table_files(paper).into_iter().filter(|it| named.contains(&it.digest()));
    files.extend(
        others.filter(|it| files.iter().all(|other| other.name != it.name)).collect::<Vec<_>>(),
    );
    files
}

/// Returns a file for each ring, where there are more sites than a document lists.
fn regions(paper: &Paper<'_>) -> Vec<TableFile> {
    let state = paper.state;
    if state.plan.sites.len() <= crate::facts::ROWS_MAX {
        return vec![];
    }
    let rings = state.plan.rings.iter().zip(&state.index.sites_of_ring);
    let file = |(ring, sites): (&model::ring::Ring, &Vec<u32>)| {
        let rows = sites.iter().filter_map(|it| site_row(paper, *it as usize));
        TableFile::of(&format!("sites-{}.csv", ring.id), &SITE_HEAD, rows)
    };
    rings.map(file).collect()
}

fn changes(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = state.rfcs.iter().filter_map(|it| state.rfc(&it.id)).map(|(request, status)| {
        let names = |ids: &mut dyn Iterator<Item = &model::id::PersonId>| {
            ids.map(|it| person(&state.plan, it)).collect::<Vec<_>>().join("; ")
        };
        vec![
            request.id.to_string(),
            request.title.clone(),
            request.category.to_string(),
            status.state.to_string(),
            names(&mut [&request.requested_by].into_iter()),
            names(&mut status.approvals.iter().map(|(by, _)| by)),
            names(&mut request.implementers.iter()),
            request.window.map(|it| it.from.to_string()).unwrap_or_default(),
            request.window.map(|it| it.until.to_string()).unwrap_or_default(),
            status.ended.map(|it| it.to_string()).unwrap_or_default(),
            status.part.map(|it| it.to_string()).unwrap_or_default(),
            entries(paper, &Scope::Rfc(request.id.clone())),
        ]
    });
    let head = [
        "rfc",
        "title",
        "category",
        "state",
        "requested_by",
        "approved_by",
        "implemented_by",
        "window_from",
        "window_until",
        "ended",
        "part_sha256",
        "entries",
    ];
    TableFile::of("changes.csv", &head, rows)
}

fn entries(paper: &Paper<'_>, scope: &Scope) -> String {
    let ranges = crate::reading::ranges(paper.reading.about(scope).iter().copied());
    let range = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(" ")
}

fn waivers(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = (1_u32..).zip(&state.waivers).map(|(number, it)| {
        let by =
            it.approvals.iter().map(|(by, role)| format!("{} as {role}", person(&state.plan, by)));
        vec![
            number.to_string(),
            it.guard.to_string(),
            it.scope.to_string(),
            it.state.to_string(),
            it.requested_by.as_ref().map(|it| person(&state.plan, it)).unwrap_or_default(),
            by.collect::<Vec<_>>().join("; "),
            it.until.to_string(),
            it.reason.clone(),
            it.risk.clone(),
            it.control.clone(),
        ]
    });
    let head = [
        "waiver",
        "guard",
        "scope",
        "state",
        "requested_by",
        "approved_by",
        "until",
        "reason",
        "risk",
        "control",
    ];
    TableFile::of("waivers.csv", &head, rows)
}

fn emergencies(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = state.change_schedule.emergencies.iter().map(|(id, it)| {
        let review = it.review.as_ref();
        vec![
            id.to_string(),
            it.kind.to_string(),
            it.by.as_ref().map(|it| person(&state.plan, it)).unwrap_or_default(),
            it.at.to_string(),
            it.review_due.to_string(),
            review.map(|it| it.at.to_string()).unwrap_or_default(),
            review.map(|it| it.justified.to_string()).unwrap_or_default(),
            review.map(|it| it.finding.clone()).unwrap_or_default(),
        ]
    });
    let head =
        ["rfc", "kind", "authorised_by", "at", "review_due", "reviewed_at", "justified", "finding"];
    TableFile::of("emergency.csv", &head, rows)
}

fn people(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = state.plan.people.iter().map(|it| {
        let roles: Vec<String> = it.roles.iter().map(|it| it.key()).collect();
        vec![it.id.to_string(), it.name().to_owned(), roles.join("; ")]
    });
    TableFile::of("people.csv", &["person", "name", "roles"], rows)
}

/// Returns the ring of the site that a scope names; nothing for what is about more.
pub(crate) fn ring_of(state: &State, scope: &Scope) -> Option<String> {
    let Scope::Site(site) = scope else { return None };
    let position = *state.index.sites.get(site)? as usize;
    let ring = *state.plan.ring_of.get(position)? as usize;
    Some(state.plan.rings.get(ring)?.id.to_string())
}

/// Returns every letter, and what became of it.
pub(crate) fn letters(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = state.messages.letters.iter().map(|it| {
        let letter = &it.letter;
        let acknowledged = it.acknowledged.as_ref().map(|(_, at)| at.to_string());
        vec![
            letter.letter.to_string(),
            letter.message.to_string(),
            letter.scope.to_string(),
            ring_of(state, &letter.scope).unwrap_or_default(),
            letter.to.to_string(),
            letter.occasion.clone(),
            letter.readers.to_string(),
            letter.due.to_string(),
            it.state.to_string(),
            it.since.to_string(),
            it.bounced.to_string(),
            acknowledged.unwrap_or_default(),
            letter.text.digest().to_string(),
        ]
    });
    let head = [
        "letter",
        "message",
        "about",
        "ring",
        "to",
        "occasion",
        "readers",
        "due",
        "state",
        "since",
        "bounced",
        "acknowledged",
        "text_sha256",
    ];
    TableFile::of("letters.csv", &head, rows)
}

fn access(paper: &Paper<'_>) -> TableFile {
    let state = paper.state;
    let rows = state
        .close_out
        .revoked
        .iter()
        .map(|(id, it)| vec![person(&state.plan, id), it.at.to_string(), it.proof.clone()]);
    TableFile::of("access-revocation.csv", &["person", "at", "proof"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_to_every_spreadsheet() {
        for (text, expected) in [
            ("B27", "B27"),
            ("-3", "-3"),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
