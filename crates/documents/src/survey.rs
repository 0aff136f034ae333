//! D-09: the satisfaction survey, with the threshold below which no group is shown.
//!
//! Source: Deploy SMF, Process 4, Table 7: are customers and users satisfied?

use crate::block::{Block, Said};
use crate::reading::Paper;
use crate::writer::Writer;
use model::state::State;
use model::survey::{Asked, Instrument, results};
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let round = state.survey_round().map(|it| {
        json!({ "opened": it.opened, "closes": it.closes, "closed": it.closed, "languages": it.languages,
            "threshold": it.threshold, "sample-percent": it.sample_percent })
    });
    let asked = state.survey_questions();
    let of = |it: Instrument| {
        let questions = |how: Asked| -> Vec<Value> {
            let asked = asked.of(it).filter(|it| it.asked == how);
            asked.map(|it| json!({ "question": it.number, "text": it.text })).collect()
        };
        json!({ "instrument": it, "questions": questions(Asked::Score),
            "open-questions": questions(Asked::Text), "wrote": wrote(state, it),
            "given": given(state, it), "results": results(state, it) })
    };
    let instruments: Vec<Value> = Instrument::ALL.iter().map(|it| of(*it)).collect();
    json!({ "round": round, "instruments": instruments })
}

/// Returns what those who answer by name wrote. What users wrote stands nowhere: they answer anonymously,
/// and words tell who wrote them.
fn wrote(state: &State, instrument: Instrument) -> Vec<Value> {
    let Some(round) = state.survey_round() else { return vec![] };
    let named = match instrument {
        Instrument::Users => return vec![],
        Instrument::SiteOwners => &round.site_owners,
        Instrument::Customer => &round.customer,
    };
    let written = named.iter().flat_map(|(by, replies)| {
        let texts = replies.iter().filter_map(|it| Some((it.question, it.text.as_ref()?)));
        texts.map(
            move |(question, text)| json!({ "question": question, "statement": text, "by": by }),
        )
    });
    written.collect()
}

/// Returns how many links were given out to users, and how many of them were used, where the results
/// are kept back: so few say who answered what.
fn given(state: &State, instrument: Instrument) -> Option<Value> {
    let is_kept_back = instrument == Instrument::Users && results(state, instrument).is_none();
    let round = state.survey_round().filter(|_| is_kept_back)?;
    Some(json!({ "invited": round.links.len(), "responses": round.by_link.len() }))
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let from = writer.paper.reading.on("survey");
    if writer.paper.state.survey_round().is_none() {
        writer.lacks(Said::word("missing-survey"));
    }
    writer.section("round", &[from]).everything("round");
    let Some(Value::Array(instruments)) = writer.take("instruments") else { return };
    for instrument in instruments {
        let name = instrument.get("instrument").and_then(Value::as_str).unwrap_or_default();
        writer.section(&format!("instrument-{name}"), &[from]);
        let results = instrument.get("results").filter(|it| !it.is_null());
        if let Some(results) = results {
            let facts = ["invited", "responses", "response-rate", "groups-withheld"];
            let kept: serde_json::Map<String, Value> = results
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| facts.contains(&crate::facts::key_of(name).as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let facts = writer.reader.facts(&kept);
            writer.put(Block::Facts(facts));
        }
        if let Some(Value::Object(given)) = instrument.get("given") {
            let facts = writer.reader.facts(given);
            writer.put(Block::Facts(facts)).put(Block::Note(Said::word("too-few-answers")));
        }
        let rows =
            results.and_then(|it| it.get("questions")).or_else(|| instrument.get("questions"));
        if let Some(Value::Array(rows)) = rows {
            let table = writer.reader.table(
                Some("questions"),
                rows,
                &["question", "text", "counts", "satisfied"],
            );
            writer.put(table);
            if results.is_some() {
                writer.put(Block::Note(Said::word("counts-legend")));
            }
        }
        written(writer, &instrument);
        if let Some(Value::Array(groups)) = results.and_then(|it| it.get("groups"))
            && !groups.is_empty()
        {
            let table =
                writer.reader.table(Some("groups"), groups, &["site", "responses", "satisfied"]);
            writer.put(table);
        }
    }
}

/// Puts the open questions into the section, and what was written to them.
fn written(writer: &mut Writer<'_>, instrument: &Value) {
    let rows = |of: &str| instrument.get(of).and_then(Value::as_array).filter(|it| !it.is_empty());
    let Some(open) = rows("open-questions") else { return };
    let table = writer.reader.table(Some("open-questions"), open, &["question", "text"]);
    writer.put(table);
    if let Some(wrote) = rows("wrote") {
        let columns = ["question", "statement", "by"];
        let table = writer.reader.table(Some("what-was-written"), wrote, &columns);
        writer.put(table);
    } else if instrument.get("instrument").is_some_and(|it| it == "users") {
        writer.put(Block::Note(Said::word("what-users-wrote")));
    }
}
