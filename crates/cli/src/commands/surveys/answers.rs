//! Answers as they are typed and as files hold them.
//!
//! A file of answers stays where it is: the record takes the counts, and the file's digest.

use crate::exit::Exit;
use crate::fault::Fault;
use model::digest::Digest;
use model::id::SiteId;
use model::survey::{Asked, GroupCount, Import, Instrument, Questions, Reply};
use std::collections::BTreeMap;
use std::path::Path;

/// The largest file of answers that is read: a million answers take less.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Returns the answer that `text`, such as `3=5` or `3=n/a`, gives.
pub(super) fn reply(
    questions: &Questions,
    instrument: Instrument,
    text: &str,
) -> Result<Reply, Fault> {
    let wrong = || {
        Fault::usage(
            format!("`{text}` is no answer"),
            "write the question's number, = and 1 to 5, n/a or a text",
        )
    };
    let (number, answer) = text.split_once('=').ok_or_else(wrong)?;
    let question = number.trim().parse().map_err(|_| wrong())?;
    let is_text =
        questions.question(instrument, question).is_some_and(|it| it.asked == Asked::Text);
    if is_text {
        return Ok(Reply { question, score: None, text: Some(answer.to_owned()) });
    }
    let score = score(answer).map_err(|()| wrong())?;
    Ok(Reply { question, score, text: None })
}

/// Returns the score that `text` is; nothing where the question does not apply.
fn score(text: &str) -> Result<Option<u8>, ()> {
    match text.trim() {
        "" | "n/a" | "na" | "-" => Ok(None),
        it => it.parse().ok().filter(|it| (1..=5).contains(it)).map(Some).ok_or(()),
    }
}

/// Returns the answers in `file`, counted by site.
///
/// # Errors
///
/// When it cannot be read, or holds something else than answers.
pub(super) fn import(
    file: &Path,
    questions: &Questions,
    instrument: Instrument,
    invited: u32,
) -> Result<Import, Fault> {
    let size = std::fs::metadata(file).map_err(|it| unreadable(file, &it))?.len();
    if size > FILE_BYTES_MAX {
        let what = format!("{} is larger than {} MiB", file.display(), FILE_BYTES_MAX >> 20);
        return Err(Fault::usage(what, "split it, or give the answers of one round only"));
    }
    let bytes = std::fs::read(file).map_err(|it| unreadable(file, &it))?;
    let groups = count(questions, instrument, &bytes).map_err(|what| {
        Fault::usage(
            format!("{}: {what}", file.display()),
            "`landfall survey import --help` describes the file",
        )
    })?;
    Ok(Import { instrument, source: Digest::of(&bytes), invited, groups })
}

fn unreadable(file: &Path, error: &std::io::Error) -> Fault {
    Fault::new(Exit::Usage, format!("{} cannot be read", file.display())).why(error.to_string())
}

/// One person's row: their site, and their scores by question.
type Row = (Option<SiteId>, BTreeMap<u8, Option<u8>>);

fn count(
    questions: &Questions,
    instrument: Instrument,
    bytes: &[u8],
) -> Result<Vec<GroupCount>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headings = reader.headers().map_err(|it| it.to_string())?.clone();
    let column = |name: &str| headings.iter().position(|it| it.eq_ignore_ascii_case(name));
    let (site, respondent) = (column("site"), column("respondent"));
    let columns: Vec<(usize, u8)> = headings
        .iter()
        .enumerate()
        .filter_map(|(place, it)| {
            Some((place, it.trim_start_matches(['U', 'u', 'Q', 'q']).parse().ok()?))
        })
        .filter(|(_, number)| {
            questions.question(instrument, *number).is_some_and(|it| it.asked == Asked::Score)
        })
        .collect();
    if columns.is_empty() {
        return Err("no column is named by the number of a question".to_owned());
    }
    let mut people: BTreeMap<String, Row> = BTreeMap::new();
    for (number, row) in reader.records().enumerate() {
        let line = number + 2;
        let row = row.map_err(|it| it.to_string())?;
        let of_site = match site.and_then(|it| row.get(it)).filter(|it| !it.is_empty()) {
            None => None,
            Some(text) => {
                Some(text.parse().map_err(|_| format!("line {line}: `{text}` is no site"))?)
            }
        };
        let mut scores = BTreeMap::new();
        for (place, question) in &columns {
            let text = row.get(*place).unwrap_or_default();
            let given = score(text).map_err(|()| format!("line {line}: `{text}` is no score"))?;
            scores.insert(*question, given);
        }
        let person = respondent.and_then(|it| row.get(it)).filter(|it| !it.is_empty());
        // Without a name every row is a person of its own; the space keeps them apart.
        let person = person.map_or_else(|| format!(" {line}"), str::to_owned);
        people.insert(person, (of_site, scores));
    }
    let mut groups: BTreeMap<Option<SiteId>, GroupCount> = BTreeMap::new();
    for (of_site, scores) in people.into_values() {
        let new = GroupCount { site: of_site.clone(), responses: 0, counts: BTreeMap::new() };
        let group = groups.entry(of_site).or_insert(new);
        group.responses += 1;
        for (question, score) in scores {
            let counts = group.counts.entry(question).or_default();
            score.into_iter().for_each(|it| counts.add(it));
        }
    }
    Ok(groups.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_rows_of_one_person_the_last_one_counts() {
        let file = "respondent,site,1,2,10\na,B01,5,4,fine\nb,B02,2,n/a,\na,B01,3,5,better\n";
        let groups = count(&Questions::default(), Instrument::Users, file.as_bytes()).unwrap();
        let told: Vec<String> = groups
            .iter()
            .map(|it| format!("{} {} {:?}", it.site.as_ref().unwrap(), it.responses, it.counts))
            .collect();
        expect_test::expect![[r#"
            B01 1 {1: Counts([0, 0, 1, 0, 0]), 2: Counts([0, 0, 0, 0, 1])}
            B02 1 {1: Counts([0, 1, 0, 0, 0]), 2: Counts([0, 0, 0, 0, 0])}"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn what_is_no_answer_is_refused_with_its_line() {
        for (file, why) in [
            ("a,b\n1,2\n", "no column is named by the number of a question"),
            ("site,1\nB01,6\n", "line 2: `6` is no score"),
            ("site,1\nB01,5\n../etc,5\n", "line 3: `../etc` is no site"),
        ] {
            assert_eq!(
                count(&Questions::default(), Instrument::Users, file.as_bytes()).unwrap_err(),
                why
            );
        }
    }
}
