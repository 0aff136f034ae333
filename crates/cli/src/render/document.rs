//! The binder as people read it.

use documents::{Binder, BinderLine, MissingSignature, Status};
use model::machine::SignOffState;
use model::state::State;
use views::people::any_of;
use views::time::{when, zone_of};

/// Returns the binder as a page of text.
pub(crate) fn binder(state: &State, binder: &Binder) -> String {
    if binder.documents.is_empty() {
        return "No document lacks anything.".to_owned();
    }
    let width = binder.documents.iter().map(|it| it.document.to_string().chars().count());
    let width = width.max().unwrap_or_default();
    let lines = binder.documents.iter().map(|it| line(state, it, width));
    lines.collect::<Vec<_>>().join("\n")
}

fn line(state: &State, it: &BinderLine, width: usize) -> String {
    let signed = if it.needed == 0 {
        String::new()
    } else {
        format!(", {} of {} signed", it.signed, it.needed)
    };
    let status = match it.status {
        Status::Current => "as recorded".to_owned(),
        Status::Draft | Status::InSignature | Status::Locked | Status::Superseded => {
            it.status.to_string().replace('-', " ")
        }
    };
    let name = it.document.to_string();
    let mut text = format!("{} {name:<width$}  {}: {status}{signed}", it.code, it.title);
    let is_open =
        |it: &&MissingSignature| it.stands == SignOffState::Requested || it.dispute.is_some();
    let asked = it.missing.iter().filter(is_open);
    for missing in asked {
        text += &format!("\n     {}", asked_of(state, missing));
    }
    if let Some(first) = it.lacks.first() {
        let more = match it.lacks.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        text += &format!("\n     lacks: {first}{more}");
    }
    text
}

fn asked_of(state: &State, it: &MissingSignature) -> String {
    if let Some(said) = it.dispute.and_then(|_| state.disputed_slot(&it.slot)) {
        return said;
    }
    let zone = zone_of(state, &it.slot.sheet.scope());
    let since = it.since.map(|at| format!(" since {}", when(at, zone))).unwrap_or_default();
    format!("waits on the {}: {}{since}", it.role, any_of(&state.plan, &it.people))
}
