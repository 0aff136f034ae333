//! What is said before all else: that history was lost, or that no server works on the deployment.

use super::Desk;
use crate::fault::Fault;
use model::guard::Supplier;
use model::history::Loss;
use model::scope::Scope;
use planner::agenda::agenda;
use planner::waiting::WaitingOn;
use serde::Serialize;
use serde_json::{Value, json};

impl Desk {
    /// Returns what was lost of the deployment's history, where that is not accepted yet.
    pub(crate) fn loss(&self) -> Option<&Loss> {
        // The copy of a server's record has no witness: the server says what its own has seen.
        self.coordinator.quarantine().or(self.lost_at_server.as_ref())
    }

    /// Returns what waits on the decision about a loss of history; nothing where none is open.
    pub(crate) fn quarantine(&self) -> Option<WaitingOn> {
        Some(planner::waiting::quarantine(self.state(), self.loss()?))
    }

    /// Prints what was asked of the deployment: `value` in JSON, or what `text` returns. In quarantine `value`,
    /// or each of its lines, says so.
    ///
    /// # Errors
    ///
    /// When nobody reads it.
    pub(crate) fn answer(
        &self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<(), Fault> {
        match self.loss() {
            Some(loss) if self.terminal.is_json() => {
                self.terminal.print_json(&in_quarantine(json!(value), loss))
            }
            Some(_) | None => self.terminal.answer(value, text),
        }
    }

    /// Returns that no server works on the deployment, where something is due at one place that people do not
    /// do: orders are in flight, or the first of its `waits`, the binding one first, is for the program itself.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn unserved(&self, waits: &[WaitingOn]) -> Result<Option<WaitingOn>, Fault> {
        let is_due = waits.first().is_some_and(|it| it.supplier == Supplier::System);
        self.unserved_where(is_due || self.state().in_flight() > 0).await
    }

    /// Returns that no server works on the deployment, where something is due anywhere that people do not do.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn unserved_anywhere(&self) -> Result<Option<WaitingOn>, Fault> {
        let (state, now) = (self.state(), self.now());
        if state.is_sealed() || !agenda(state, now, 1).is_empty() {
            return self.unserved_where(!state.is_sealed()).await;
        }
        let waits = planner::waiting::why(state, now, &Scope::Deployment);
        self.unserved(&views::why::binding_first(waits)).await
    }

    async fn unserved_where(&self, is_due: bool) -> Result<Option<WaitingOn>, Fault> {
        let state = self.state();
        // A server that answers works; and in quarantine none does before people have decided.
        let is_answered = self.client.is_some() || self.loss().is_some();
        if !is_due || state.is_sealed() || is_answered {
            return Ok(None);
        }
        let is_led = self.coordinator.record().is_led(&state.plan.deployment).await?;
        Ok((!is_led).then(|| planner::waiting::unserved(state)))
    }
}

/// Returns `value` with what was lost: in an object, or in each one of a list.
fn in_quarantine(mut value: Value, loss: &Loss) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.insert("quarantine".to_owned(), json!(loss));
        }
        Value::Array(lines) => {
            for line in lines.iter_mut().filter_map(Value::as_object_mut) {
                line.insert("quarantine".to_owned(), json!(loss));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}
