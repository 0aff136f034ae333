//! Closing the project, and ending it early.

use crate::args::close_out::{CloseOut, Terminate};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::close_out::{
    Availability, BenefitReview, CloseOutCommand, Contribution, Findings, Lesson, Package,
    Settlement, contributors, draft, open_items, suggestions, with_access, without_owner,
};
use model::command::Command;
use model::digest::Digest;
use model::event::Event;
use model::scope::Scope;
use model::sheet::Sheet;
use model::termination::TerminationCommand;
use serde_json::json;
use std::path::Path;

/// How many entries are read at once.
const ENTRIES_AT_ONCE: u32 = 2_000;

pub(crate) async fn close_out(it: &CloseOut, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        CloseOut::Show => return show(&desk),
        CloseOut::Contribute { topic, accomplishments, challenges, lessons } => {
            let contribution = Contribution::Given { topic, accomplishments, challenges, lessons };
            CloseOutCommand::Contribute { contribution }
        }
        CloseOut::Decline { role, reason } => CloseOutCommand::Decline { role, reason },
        CloseOut::Analysis { on, place } => CloseOutCommand::PlanAnalysis { on, place },
        CloseOut::Available { absent } => {
            let availability =
                absent.map_or(Availability::Comes, |instead| Availability::Absent { instead });
            CloseOutCommand::SayAvailable { availability }
        }
        CloseOut::Draft => {
            let (draft, zone) = (draft(desk.state()), &desk.state().plan.zone);
            desk.terminal.answer(&draft, || {
                render::sheet::document("Post-project analysis", &draft, zone)
            })?;
            return Ok(Exit::Done);
        }
        CloseOut::Lesson { title, situation, recommendation, owner, due, evidence } => {
            let lesson = Lesson { title, situation, recommendation, owner, due, evidence };
            CloseOutCommand::RecordLesson { lesson }
        }
        CloseOut::DecideLesson { number, standing, reason } => {
            CloseOutCommand::DecideLesson { number, standing, reason }
        }
        CloseOut::Settle { item, closed, to, due } => {
            let settlement = match (closed, to, due) {
                (Some(how), _, _) => Settlement::Closed { how },
                (None, Some(to), Some(due)) => Settlement::Transferred { to, due },
                (None, _, _) => {
                    let next = "give --closed TEXT, or --to PERSON --due DATE";
                    return Err(Fault::usage("it is not said how the item is settled", next));
                }
            };
            CloseOutCommand::SettleItem { item, settlement }
        }
        CloseOut::Accept { item } => CloseOutCommand::AcceptItem { item },
        CloseOut::RevokeAccess { people, proof } => CloseOutCommand::RevokeAccess { people, proof },
        CloseOut::ConfirmAccess { statement } => CloseOutCommand::ConfirmAccess { statement },
        CloseOut::Own { owner, scopes } => CloseOutCommand::NameOwner { scopes, owner },
        CloseOut::AcceptOwnership => CloseOutCommand::AcceptOwnership,
        CloseOut::Benefit { on, owner, expects } => {
            CloseOutCommand::PlanBenefitReview { review: BenefitReview { on, owner, expects } }
        }
        CloseOut::ReviewBenefits { found, evidence } => {
            CloseOutCommand::ReviewBenefits { findings: Findings { text: found, evidence } }
        }
        CloseOut::Package { file, stored } => {
            CloseOutCommand::Package { package: package(&desk, &file, stored).await? }
        }
        CloseOut::Seal => CloseOutCommand::Seal,
    };
    desk.act_and_tell(&Scope::Deployment, &Command::CloseOut(command)).await?;
    Ok(Exit::Done)
}

fn show(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let shown = json!({
        "close-out": state.close_out,
        "contributions-asked-of": contributors(state),
        "open-items": open_items(state),
        "with-access": with_access(state),
        "without-owner": without_owner(state),
        "suggested-lessons": suggestions(state),
        "analysis": state.close_out.analysis,
    });
    desk.terminal.answer(&shown, || render::close_out::page(state, desk.now()))?;
    Ok(Exit::Done)
}

/// Verifies the exported `file` offline and returns what identifies it: the record of this
/// deployment, signed with the key of this installation, the close-out report in it.
async fn package(desk: &Desk, file: &Path, stored: String) -> Result<Package, Fault> {
    let no_evidence = |why: String| {
        let what = format!("{} is no evidence of this deployment", file.display());
        let next = "export the record anew with `landfall record export`";
        Fault::new(Exit::Wrong, what).why(why).next(next)
    };
    let (path, key) = (file.to_owned(), desk.surroundings.signer()?.verifier_key().clone());
    let looked = tokio::task::spawn_blocking(move || {
        let verified = record::verify_file(&path, Some(&key)).map_err(|it| it.to_string())?;
        let bytes = std::fs::read(&path).map_err(|it| it.to_string())?;
        Ok::<_, String>((verified, Digest::of(&bytes)))
    });
    let looked = looked.await.map_err(|it| Fault::new(Exit::Failure, it.to_string()))?;
    let (verified, digest) = looked.map_err(no_evidence)?;
    let of = verified.checkpoint.deployment;
    if of != desk.deployment() {
        return Err(no_evidence(format!("it is the record of {of}")));
    }
    let mut last = verified.entries;
    loop {
        let later = desk.coordinator.entries(last, ENTRIES_AT_ONCE).await?;
        let Some(newest) = later.last() else { break };
        last = newest.seq;
        let signs =
            |it: &Event| matches!(it, Event::SignOff { slot, .. } if slot.sheet == Sheet::CloseOut);
        if let Some(signed) = later.iter().find(|it| signs(&it.event)) {
            let why = format!(
                "it ends with entry {}, and the close-out report was signed in entry {}",
                verified.entries, signed.seq
            );
            return Err(no_evidence(why));
        }
    }
    Ok(Package { digest, entries: verified.entries, stored })
}

pub(crate) async fn terminate(it: &Terminate, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        Terminate::Show => {
            let state = desk.state();
            desk.terminal
                .answer(&state.termination, || render::close_out::termination(state, desk.now()))?;
            return Ok(Exit::Done);
        }
        Terminate::Begin { reason } => TerminationCommand::Begin { reason },
        Terminate::Dispose { scope, disposition, reason } => {
            TerminationCommand::Dispose { scope, disposition, reason }
        }
        Terminate::GoneBack { scope, proof } => TerminationCommand::GoneBack { scope, proof },
        Terminate::Accept => TerminationCommand::AcceptStay,
        Terminate::Learn { lessons } => TerminationCommand::Learn { lessons },
        Terminate::Complete => TerminationCommand::Complete,
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Termination(command)).await?;
    Ok(Exit::Done)
}
