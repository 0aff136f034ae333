//! The handover: who gave each component, each site and the service to whom, and when.

use crate::args::look::HandoverOf;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::responsibility::{handover, handovers};
use model::scope::Scope;

pub(crate) fn show(it: &HandoverOf, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let all = match &it.scope {
        None => handovers(state),
        Some(scope) => {
            desk.known(state, scope)?;
            if matches!(scope, Scope::Ring(_) | Scope::Rfc(_)) {
                let what = format!("{scope} is not handed over");
                let next = "name a component, a site or `deployment`";
                return Err(Fault::usage(what, next));
            }
            vec![handover(state, scope)]
        }
    };
    desk.answer(&all, || render::handover::page(state, &all))?;
    Ok(Exit::Done)
}
