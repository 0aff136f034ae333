//! What the record says of an order, against what its computer did.

use crate::computers::{Computers, Stands};
use model::order::{Failure, OrderId, Outcome};

/// Returns what the record says that is not so; nothing where it is true, or says that nobody knows.
///
/// A computer that lies about its own step is believed: only a check of another step finds it out.
pub(crate) fn differs(computers: &Computers, order: &OrderId, outcome: &Outcome) -> Option<String> {
    let run = computers.run(order);
    match outcome {
        Outcome::Unknown { .. } => None,
        Outcome::Succeeded { .. } => match run {
            None => Some("done, and nothing was begun".to_owned()),
            Some(run) if run.stands() == Stands::Runs => Some("done, and it runs".to_owned()),
            Some(run) => (run.effects == 0 && !run.is_lied)
                .then(|| "done, and it has had no effect".to_owned()),
        },
        Outcome::Failed { cause: Failure::Exit { code } } => {
            let ended = run.map(crate::computers::Run::stands);
            (ended != Some(Stands::Ended { code: *code }))
                .then(|| format!("exit code {code}, and its computer says {ended:?}"))
        }
        Outcome::Failed { cause: Failure::NotDone { .. } } => run
            .is_some_and(|it| it.effects > 0)
            .then(|| "not done, and it has had an effect".to_owned()),
        Outcome::Failed { .. } => {
            has_begun(computers, order).map(|it| format!("never begun, and {it}"))
        }
    }
}

/// Returns that its computer has begun an order, where that is so.
pub(crate) fn has_begun(computers: &Computers, order: &OrderId) -> Option<String> {
    let begun = computers.run(order).is_some_and(|it| it.stands() != Stands::Never);
    begun.then(|| "its computer has begun it".to_owned())
}
