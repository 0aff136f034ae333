//! D-09: the satisfaction survey, with the threshold below which no group is shown.
//!
//! Source: Deploy SMF, Process 4, Table 7: are customers and users satisfied?

use crate::block::Said;
use crate::reading::Paper;
use crate::writer::Writer;
use model::survey::{Instrument, results};
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let round = state.survey_round().map(|it| {
        json!({ "opened": it.opened, "closes": it.closes, "closed": it.closed, "languages": it.languages,
            "threshold": it.threshold, "sample-percent": it.sample_percent })
    });
    let asked = state.survey_questions();
    let of = |it: Instrument| {
        let questions: Vec<Value> =
            asked.of(it).map(|it| json!({ "question": it.number, "text": it.text })).collect();
        json!({ "instrument": it, "questions": questions, "results": results(state, it) })
    };
    let instruments: Vec<Value> = Instrument::ALL.iter().map(|it| of(*it)).collect();
    json!({ "round": round, "instruments": instruments })
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
            writer.put(crate::block::Block::Facts(facts));
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
        }
        if let Some(Value::Array(groups)) = results.and_then(|it| it.get("groups"))
            && !groups.is_empty()
        {
            let table =
                writer.reader.table(Some("groups"), groups, &["site", "responses", "satisfied"]);
            writer.put(table);
        }
    }
}
