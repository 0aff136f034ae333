//! What the survey says to the question whether people are satisfied: the solution and its
//! deployment apart, users and the customer apart.
//!
//! Source: Deploy SMF, Process 4, Table 7, "customers and users satisfied with the solution and
//! deployment?".

use crate::state::State;
use crate::survey::{Axis, Instrument, results};
use serde_json::{Value, json};

/// Returns the answer, where somebody has answered the survey, and what it rests on.
pub fn satisfaction(state: &State) -> (Option<String>, Value) {
    let mut parts = Vec::new();
    for instrument in Instrument::ALL {
        let Some(of_instrument) = results(state, *instrument) else { continue };
        for (axis, word) in [(Axis::Solution, "the solution"), (Axis::Deployment, "the deployment")]
        {
            let Some(counts) = of_instrument.axis(axis).filter(|it| it.n() > 0) else { continue };
            parts.push(format!(
                "{instrument}: {} of {} answers on {word} are satisfied",
                counts.top_two(),
                counts.n()
            ));
        }
    }
    let basis = json!({ "satisfaction": parts });
    ((!parts.is_empty()).then(|| parts.join("; ")), basis)
}
