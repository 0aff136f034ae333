//! A document in words: everything resolved into the texts of one language, ready to be laid out.
//!
//! Both renderers lay this out and decide nothing. Texts of people are texts: what would act on a
//! reader's screen, such as a change of direction, is shown as its code point.
//!
//! House rule: a reader can always tell a computed fact from somebody's statement.

mod cleaned;
mod parts;
mod signed;

pub(crate) use cleaned::clean;
pub use parts::Shown;
pub(crate) use parts::{Card, Foot, ShownBlock, ShownCriterion, ShownSection, Signature};

use crate::block::{Block, Criterion, Fact, Said, Section};
use crate::computed;
use crate::document::{Document, NOT_NEEDED, Status};
use crate::language::Language;
use crate::letterhead::Letterhead;
use crate::name::DocumentName;
use crate::words::{filled, sentence_key, value_key, word};
use cleaned::{shortened, weights};
use jiff::Timestamp;
use model::id::Seq;
use model::profile::Purpose;
use model::state::State;
use model::window::TimeZoneName;

/// The most columns of a table; rows of more are laid out one below the other.
const COLUMNS_MAX: usize = 8;

/// The longest thing that stands beside others in one place, in letters.
const BESIDE_MAX: usize = 40;

/// The most ranges of entries that a section names.
const RANGES_MAX: usize = 6;

/// The most missing things that the first line names.
const MISSING_MAX: usize = 8;

/// Whoever tells a document in one language and zone.
struct Teller<'a> {
    language: Language,
    zone: &'a TimeZoneName,
}

/// Returns the title of a document.
pub(crate) fn title(name: &DocumentName, state: &State, language: Language) -> String {
    let title = word(name.title(), language);
    match name.of(state) {
        Some(of) => format!("{title}: {}", clean(&of)),
        None => title.into_owned(),
    }
}

/// Returns `said` in the words of `language`.
pub(crate) fn told(said: &Said, state: &State, language: Language) -> String {
    Teller { language, zone: &state.plan.zone }.said(said)
}

/// Returns `document` in the words of `language`, on the paper of `letterhead`.
pub fn shown(document: &Document, language: Language, letterhead: &Letterhead) -> Shown {
    let zone = zone_of(document);
    let it = Teller { language, zone: &zone };
    let is_rehearsal = document.head.purpose == Purpose::Rehearsal;
    let status: &'static str = document.status.into();
    let is_needed = !is_not_needed(document);
    let mark = match (is_rehearsal, document.status) {
        (true, Status::Draft) if !is_needed => Some("mark-rehearsal".to_owned()),
        (false, Status::Draft) if !is_needed => None,
        (true, Status::Locked | Status::Current) => Some("mark-rehearsal".to_owned()),
        (true, _) => Some(format!("mark-rehearsal-{status}")),
        (false, Status::Locked | Status::Current) => None,
        (false, _) => Some(format!("mark-{status}")),
    };
    let company = letterhead.company.clone().unwrap_or_else(|| document.head.company.clone());
    Shown {
        language: language.to_string(),
        code: document.code.clone(),
        document: document.document.to_string(),
        title: it.word(&document.title),
        of: document.of.as_deref().map(clean),
        version: filled("issue-number", &[document.version.to_string()], language),
        status: it.word(&if is_needed {
            format!("status-{status}")
        } else {
            NOT_NEEDED.to_owned()
        }),
        tone: tone_of(document.status),
        mark: mark.map(|key| it.word(&key)),
        complete: document.missing.is_empty(),
        lead: it.lead(document),
        lacks: it.lacks(document),
        company: clean(&company),
        project: clean(&document.head.project),
        colour: letterhead.colour.clone(),
        has_logo: letterhead.logo.is_some(),
        head: it.head(document),
        sections: it.sections(document, letterhead),
        foot: it.foot(document),
    }
}

/// Returns the zone on whose clock the times of `document` are told.
fn zone_of(document: &Document) -> TimeZoneName {
    let named = document.head.zone.parse();
    named.unwrap_or_else(|_| "UTC".parse().expect("because every computer knows UTC"))
}

/// Returns whether nobody is going to be asked to sign a sheet: another one has taken its place before.
fn is_not_needed(document: &Document) -> bool {
    let mut slots = document.slots.iter();
    !document.slots.is_empty() && slots.all(|it| it.stands == NOT_NEEDED)
}

fn tone_of(status: Status) -> &'static str {
    match status {
        Status::Locked => "good",
        Status::InSignature => "mind",
        Status::Superseded => "bad",
        Status::Draft | Status::Current => "plain",
    }
}

impl Teller<'_> {
    fn word(&self, key: &str) -> String {
        word(key, self.language).into_owned()
    }

    /// Returns a value in the language of the reader, where the catalogue has it.
    fn value(&self, text: &str) -> String {
        value_key(text).map_or_else(|| text.to_owned(), |key| self.word(&key))
    }

    fn with(&self, key: &str, with: &[&dyn ToString]) -> String {
        let with: Vec<String> = with.iter().map(|it| it.to_string()).collect();
        filled(key, &with, self.language)
    }

    fn when(&self, at: Timestamp) -> String {
        views::time::when(at, self.zone)
    }

    fn said(&self, said: &Said) -> String {
        match said {
            Said::Text(text) => clean(text),
            Said::Word { word, with } => {
                // A role type has a name in every language; what else is put in has not.
                let told = |it: &String| match word.strip_prefix("answer-") {
                    _ if it.starts_with("role-") => self.word(it),
                    // What was computed may have what was computed in it.
                    Some(_) => computed::told(it).map_or_else(|| it.clone(), |it| self.said(&it)),
                    None => it.clone(),
                };
                let with: Vec<String> = with.iter().map(told).collect();
                clean(&filled(word, &with, self.language))
            }
            Said::Named { name, is } => format!("{}: {}", self.word(name), self.said(is)),
            Said::All { all } => self.side_by_side(all),
        }
    }

    /// Returns several things in one place: short ones side by side, and whatever has parts of its own,
    /// or is a sentence, on a line of its own.
    fn side_by_side(&self, all: &[Said]) -> String {
        let told: Vec<String> = all.iter().map(|it| self.said(it)).collect();
        let has_parts = |it: &Said| match it {
            Said::Named { is, .. } => matches!(**is, Said::All { .. }),
            Said::All { .. } => true,
            Said::Text(_) | Said::Word { .. } => false,
        };
        let is_named = |it: &Said| matches!(it, Said::Named { .. });
        let is_sentence = |it: &String| it.chars().count() > BESIDE_MAX;
        if all.iter().any(has_parts) {
            // What is inside of something on a line of its own stays on that line.
            return told.iter().map(|it| it.replace('\n', "; ")).collect::<Vec<_>>().join("\n");
        }
        let separator = if all.iter().any(is_named) {
            "; "
        } else if told.iter().any(is_sentence) {
            "\n"
        } else {
            ", "
        };
        told.join(separator)
    }

    fn lead(&self, document: &Document) -> String {
        if is_not_needed(document) {
            return self.word("not-needed");
        }
        let excepted = signed::excepted(document).count();
        match (document.missing.len(), document.status) {
            (0, Status::Locked) if excepted > 0 => {
                self.with("complete-and-signed-with", &[&excepted])
            }
            (0, Status::Locked) => self.word("complete-and-signed"),
            (0, _) => self.word("complete"),
            (count, _) => self.with("incomplete", &[&count]),
        }
    }

    fn lacks(&self, document: &Document) -> Vec<String> {
        let mut lacks: Vec<String> =
            document.missing.iter().take(MISSING_MAX).map(|it| self.said(it)).collect();
        let more = document.missing.len() - lacks.len();
        if more > 0 {
            lacks.push(self.with("and-more", &[&more]));
        }
        lacks.extend(signed::excepted(document).take(MISSING_MAX).map(|it| self.excepted(it)));
        lacks
    }

    fn head(&self, document: &Document) -> Vec<[String; 2]> {
        let head = &document.head;
        let row = |key: &str, said: String| [self.word(key), clean(&said)];
        let vision = Some(&head.vision).filter(|it| !it.is_empty());
        let vision = vision.map(|it| row("vision", it.clone()));
        let project = row("project", format!("{} \u{b7} {}", head.deployment, head.project));
        let rest = [
            row("release", format!("{} {}", head.release, head.release_version)),
            row("release-sha256", head.release_sha256.to_string()),
            row("baseline", head.baseline.to_string()),
            row("scope", self.value(&head.scope)),
            row("environment", self.value(&head.environment)),
            row("times-in", head.zone.clone()),
            row("language", self.word("language-name")),
        ];
        [project].into_iter().chain(vision).chain(rest).collect()
    }

    fn sections(&self, document: &Document, letterhead: &Letterhead) -> Vec<ShownSection> {
        let mut sections = vec![];
        if let Some(control) = self.control(document) {
            sections.push(control);
        }
        sections.extend(document.sections.iter().map(|it| self.section(it)));
        if !document.gate.is_empty() {
            let blocks = vec![self.criteria(&document.gate)];
            sections.push(self.plain("gate", blocks));
        }
        if !document.disclosures.is_empty() {
            let items = document.disclosures.iter().map(|it| self.said(it)).collect();
            sections.push(self.plain("disclosures", vec![ShownBlock::List { title: None, items }]));
        }
        for addition in letterhead.additions_of(document) {
            let blocks = vec![ShownBlock::Note { text: clean(&addition.text) }];
            sections.push(ShownSection { title: clean(&addition.title), source: None, blocks });
        }
        let excepted: Vec<ShownBlock> =
            signed::excepted(document).flat_map(|it| self.exceptions(it)).collect();
        if !excepted.is_empty() {
            sections.push(self.plain("exceptions", excepted));
        }
        if !document.slots.is_empty() {
            let slots = document.slots.iter().map(|it| self.signature(it)).collect();
            sections.push(self.plain("signatures", slots));
        }
        sections
    }

    fn plain(&self, title: &str, blocks: Vec<ShownBlock>) -> ShownSection {
        ShownSection { title: self.word(title), source: None, blocks }
    }

    /// Returns the revision and sign-off sheet: issues, and who gets the document.
    fn control(&self, document: &Document) -> Option<ShownSection> {
        let columns = ["issue", "issued", "entry", "became", "digest"];
        let rows: Vec<Vec<String>> = document
            .revisions
            .iter()
            .map(|it| {
                let short = it.digest.to_string().chars().take(16).collect();
                vec![
                    it.version.to_string(),
                    self.when(it.at),
                    it.entry.to_string(),
                    self.said(&it.became),
                    short,
                ]
            })
            .collect();
        let mut blocks = Vec::new();
        if !rows.is_empty() {
            blocks.push(self.table(None, &columns, rows, 0));
        }
        let people = document.distribution.iter();
        let people: Vec<[String; 2]> = people
            .map(|(role, names)| [self.role(&role.to_string()), clean(&names.join(", "))])
            .collect();
        if !people.is_empty() {
            blocks.push(ShownBlock::Facts { rows: people });
        }
        (!blocks.is_empty()).then(|| self.plain("revisions-and-distribution", blocks))
    }

    fn role(&self, role: &str) -> String {
        self.word(&format!("role-{}", role.to_lowercase().replace(' ', "-"))).replace("Role ", "")
    }

    fn section(&self, section: &Section) -> ShownSection {
        let mut blocks: Vec<ShownBlock> = section.blocks.iter().map(|it| self.block(it)).collect();
        let heading = self.word(&section.title);
        blocks.iter_mut().for_each(|it| without_echo(it, &heading));
        let source = (!section.from.is_empty()).then(|| self.source(&section.from));
        ShownSection { title: heading, source, blocks }
    }

    fn source(&self, from: &[(Seq, Seq)]) -> String {
        let range = |(first, last): &(Seq, Seq)| {
            if first == last { first.to_string() } else { format!("{first}\u{2013}{last}") }
        };
        let named: Vec<String> = from.iter().take(RANGES_MAX).map(range).collect();
        let rest = from.get(RANGES_MAX..).unwrap_or_default();
        let more: Seq = rest.iter().map(|(first, last)| last - first + 1).sum();
        let is_one = matches!(from, [(first, last)] if first == last);
        match more {
            0 if is_one => self.with("from-entry", &[&named.join(", ")]),
            0 => self.with("from-entries", &[&named.join(", ")]),
            more => self.with("from-entries-and-more", &[&named.join(", "), &more]),
        }
    }

    fn block(&self, block: &Block) -> ShownBlock {
        match block {
            Block::Facts(facts) => {
                ShownBlock::Facts { rows: facts.iter().map(|it| self.fact(it)).collect() }
            }
            Block::Table { of, columns, rows, left_out } => {
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                let rows = rows.iter().map(|row| row.iter().map(|it| self.said(it)).collect());
                let of = of.as_deref().map(|it| self.word(it));
                self.table(of, &columns, rows.collect(), *left_out)
            }
            Block::Criteria(criteria) | Block::Answers(criteria) => {
                self.criteria_of(criteria, block)
            }
            Block::Statement { text, by, about, at, entry } => {
                let by = by.as_deref().map(clean).unwrap_or_else(|| self.word("somebody"));
                let mut line = by;
                if let Some(about) = about {
                    line += &format!(", {}", self.said(about));
                }
                if let Some(at) = at {
                    line += &format!(" \u{b7} {}", self.when(*at));
                }
                if let Some(entry) = entry {
                    line += &format!(" \u{b7} {}", self.with("entry-number", &[entry]));
                }
                ShownBlock::Statement { text: clean(text), by: line }
            }
            Block::List { of, items } => ShownBlock::List {
                title: of.as_deref().map(|it| self.word(it)),
                items: items.iter().map(|it| self.said(it)).collect(),
            },
            Block::Note(said) => ShownBlock::Note { text: self.said(said) },
            Block::Annex { file, rows, sha256 } => ShownBlock::Annex {
                text: self.with("annex", &[file, rows]),
                digest: sha256.to_string(),
            },
        }
    }

    fn fact(&self, fact: &Fact) -> [String; 2] {
        [self.word(&fact.name), self.said(&fact.said)]
    }

    fn table(
        &self,
        title: Option<String>,
        columns: &[&str],
        rows: Vec<Vec<String>>,
        left_out: usize,
    ) -> ShownBlock {
        let names: Vec<String> = columns.iter().map(|it| self.word(it)).collect();
        let more = (left_out > 0).then(|| self.with("rows-left-out", &[&left_out]));
        let rows: Vec<Vec<String>> =
            rows.into_iter().map(|row| row.into_iter().map(shortened).collect()).collect();
        if names.len() <= COLUMNS_MAX {
            let weights = weights(&names, &rows);
            return ShownBlock::Table { title, columns: names, weights, rows, more };
        }
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        let card = |row: Vec<String>| {
            let mut named = names.iter().zip(row);
            let title = named.next().map(|(name, it)| match is_number(&it) {
                true => format!("{name} {it}"),
                false => it,
            });
            let title = title.unwrap_or_default();
            let nothing = self.word("none");
            let rows = named.filter(|(_, it)| !it.is_empty() && *it != nothing);
            Card { title, rows: rows.map(|(name, it)| [name.clone(), it]).collect() }
        };
        ShownBlock::Cards { title, cards: rows.into_iter().map(card).collect(), more }
    }

    fn criteria(&self, criteria: &[Criterion]) -> ShownBlock {
        let row = |it: &Criterion| {
            let key: &'static str = it.verdict.into();
            let at = it.at.map(|at| self.with("read-at", &[&self.when(at)]));
            let said = it.told.as_ref().map_or_else(|| clean(&it.detail), |it| self.said(it));
            let detail = [Some(said).filter(|it| !it.is_empty()), at];
            ShownCriterion {
                id: clean(&it.id),
                text: self.asked(it),
                tone: key,
                verdict: self.word(&format!("verdict-{key}")),
                detail: detail.into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} "),
            }
        };
        let columns = ["criterion", "what-it-asks", "verdict"].map(|it| self.word(it));
        ShownBlock::Criteria { columns, rows: criteria.iter().map(row).collect() }
    }

    /// Returns what had to be true: the sentence of a guard in the language of the reader, and what a
    /// plan's author wrote as it is.
    fn asked(&self, it: &Criterion) -> String {
        sentence_key(&it.text).map_or_else(|| clean(&it.text), |key| self.word(key))
    }

    fn criteria_of(&self, criteria: &[Criterion], block: &Block) -> ShownBlock {
        let mut shown = self.criteria(criteria);
        if let (ShownBlock::Criteria { columns, rows }, Block::Answers(_)) = (&mut shown, block) {
            *columns = ["question", "answer", "stands"].map(|it| self.word(it));
            for row in rows {
                let is_answered = row.tone == "met";
                row.tone = if is_answered { "answered" } else { "not-known" };
                row.verdict = self.word(if is_answered { "answered" } else { "not-answered" });
            }
        }
        shown
    }

    fn foot(&self, document: &Document) -> Foot {
        let place = &document.record;
        let head: String = place.head.to_string().chars().take(16).collect();
        Foot {
            digest_name: self.word("document-digest"),
            digest: document.digest.to_string(),
            short: document.digest.short(),
            code_name: self.word("verification-code"),
            code: document.verification_code(),
            place: self.with("place-in-record", &[&place.entry, &self.when(place.at), &head]),
            page: self.word("page"),
            of: self.word("page-of"),
            generator: format!("Landfall {}", env!("CARGO_PKG_VERSION")),
            attribution: "The Microsoft Operations Framework 4.0 is provided with permission from Microsoft Corporation.".to_owned(),
        }
    }
}

/// Takes the title of a block away where it only says what the heading above it says.
fn without_echo(block: &mut ShownBlock, heading: &str) {
    match block {
        ShownBlock::Table { title, .. }
        | ShownBlock::Cards { title, .. }
        | ShownBlock::List { title, .. } => {
            if title.as_deref() == Some(heading) {
                *title = None;
            }
        }
        ShownBlock::Facts { .. }
        | ShownBlock::Criteria { .. }
        | ShownBlock::Statement { .. }
        | ShownBlock::Note { .. }
        | ShownBlock::Annex { .. }
        | ShownBlock::Signature(_) => {}
    }
}
