//! What lies in an evidence package beside documents and populations: how the deployment was measured, and
//! what decided how its papers look.
//!
//! House rule: what is measured comes with what it was measured from.

use crate::letterhead::Letterhead;
use crate::reading::Paper;
use model::digest::{Digest, canonical};
use model::measures::figures::Figures;
use model::measures::goals::goals;
use model::measures::impact::{Causes, Question};
use model::measures::outcomes::outcomes;
use model::measures::printed::Printed;
use model::measures::recorded::{first_in_use, measured};
use model::measures::tables::tables;
use serde_json::json;

/// A file of a package: where it lies, and its bytes.
pub type PackageFile = (String, Vec<u8>);

/// Returns what measured the deployment, its inputs as `landfall measures --sites …` reads them, and the
/// results: what counts against the solution, and what people experienced.
pub fn metric_files(paper: &Paper<'_>) -> Vec<PackageFile> {
    let (state, until) = (paper.state, paper.now);
    let from = first_in_use(state);
    let inputs = measured(state, until);
    let mut files: Vec<PackageFile> = tables(&inputs)
        .into_iter()
        .map(|(name, text)| (format!("metrics/inputs/{name}"), text.into_bytes()))
        .collect();
    let about = json!({
        "program": generator(),
        "from": from,
        "to": until,
        "as-of": until,
        "zone": state.plan.zone,
        "environment": state.environment(),
    });
    files.push(("metrics/about.json".to_owned(), canonical(&about)));
    let both = [&goals(state, until)[..], &outcomes(state, until)[..]].concat();
    files.push(("metrics/outcomes.json".to_owned(), canonical(&both)));
    // Before the first site is in service there is nothing to measure.
    let Some(from) = from else { return files };
    for (name, causes) in [("counted", Causes::attributable()), ("experienced", Causes::All)] {
        let question = Question {
            from_ms: from.as_millisecond(),
            to_ms: until.as_millisecond(),
            as_of_ms: until.as_millisecond(),
            causes,
        };
        let figures = Figures::of(&inputs, &question, &state.plan.zone.rules());
        let environment = Some(state.environment());
        let printed = Printed { environment, ..Printed::new(&figures) };
        files.push((format!("metrics/{name}.json"), canonical(&printed)));
    }
    files
}

/// Returns what decided what the deployment is and how its papers look: the baselines, the rules of its
/// plan in force, and the letterhead. The plans themselves lie beside it under their digests.
pub fn configuration_files(paper: &Paper<'_>, letterhead: &Letterhead) -> Vec<PackageFile> {
    let state = paper.state;
    let Letterhead { company, colour, logo, additions } = letterhead;
    let sections = additions
        .iter()
        .map(|it| json!({ "title": it.title, "text": it.text, "documents": it.documents }));
    let papers = json!({
        "program": generator(),
        "language": "en",
        "company": company,
        "colour": colour,
        "logo-sha256": logo.as_ref().map(|it| Digest::of(it)),
        "sections": sections.collect::<Vec<_>>(),
    });
    let rules = json!({
        "plan": state.plan.digest(),
        "profile": state.plan.profile,
        "purpose": state.purpose,
        "zone": state.plan.zone,
    });
    let mut files = vec![
        ("config/baselines.json".to_owned(), canonical(&state.baselines)),
        ("config/papers.json".to_owned(), canonical(&papers)),
        ("config/rules.json".to_owned(), canonical(&rules)),
    ];
    files.extend(logo.iter().map(|it| ("config/logo.png".to_owned(), it.to_vec())));
    files
}

fn generator() -> String {
    format!("Landfall {}", env!("CARGO_PKG_VERSION"))
}
