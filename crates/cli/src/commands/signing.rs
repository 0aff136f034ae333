//! Sheets: shown, signed by digest, refused.
//!
//! House rule: a signature is of the exact document that was shown.

use super::batches;
use crate::args::sign::{Refuse, ResolveRefusal, Revisit, SheetOf, Sign, Wanted, Withdraw};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::Command;
use model::digest::{Digest, canonical_digest};
use model::machine::SignOffState;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};

/// The fewest digits of a digest by which a document is named.
const DIGITS_MIN: usize = 8;

pub(crate) fn sheet(it: &SheetOf, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    it.sheets.iter().try_for_each(|it| desk.known(state, &it.scope()))?;
    let values: Vec<_> = it.sheets.iter().map(|it| render::sheet::value(state, it)).collect();
    desk.answer(&values, || {
        let pages = it.sheets.iter().map(|it| render::sheet::page(state, it));
        pages.collect::<Vec<_>>().join("\n\n")
    })?;
    Ok(Exit::Done)
}

pub(crate) async fn sign(it: &Sign, desk: Desk) -> Result<Exit, Fault> {
    let mut desk = desk.in_language(it.language);
    if it.all_mine {
        return sign_all_mine(it, desk).await;
    }
    if !it.digests.is_empty() && it.digests.len() != it.slots.len() {
        let next = "give one --digest for each sheet, in the same order, or none on a terminal";
        return Err(Fault::usage("the digests do not match the sheets", next));
    }
    // All are looked at before the first is signed: one stale sheet, and nothing is signed.
    let mut commands = Vec::new();
    for (number, wanted) in it.slots.iter().enumerate() {
        let digits = it.digests.get(number).map(String::as_str);
        let asked = slots(&desk, wanted)?;
        let document = of_sheet(&desk, wanted.sheet(), digits)?;
        for slot in asked {
            let command = Command::Sign { slot, document, exceptions: it.exceptions.clone() };
            commands.push((wanted.sheet().scope(), command));
        }
    }
    desk.act_each(commands).await?;
    Ok(Exit::Done)
}

pub(crate) async fn refuse(it: &Refuse, mut desk: Desk) -> Result<Exit, Fault> {
    let asked = slots(&desk, &it.slot)?;
    let document = of_sheet(&desk, it.slot.sheet(), it.digest.as_deref())?;
    let slot = match asked.as_slice() {
        [only] => only.clone(),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let next = format!("name one: {}", names.join(", "));
            return Err(Fault::usage("several slots of that sheet are asked of you", next));
        }
    };
    let scope = it.slot.sheet().scope();
    let command = Command::Refuse { slot, document, reasons: it.reasons.clone() };
    desk.act_and_tell(&scope, &command).await?;
    Ok(Exit::Done)
}

pub(crate) async fn withdraw(it: &Withdraw, mut desk: Desk) -> Result<Exit, Fault> {
    let command = Command::Withdraw { slot: it.slot.clone(), reason: it.reason.clone() };
    desk.act_and_tell(&it.slot.sheet.scope(), &command).await?;
    Ok(Exit::Done)
}

/// Returns the slots that are meant: the named one, or those asked for that the person may fill.
fn slots(desk: &Desk, wanted: &Wanted) -> Result<Vec<SlotId>, Fault> {
    desk.known(desk.state(), &wanted.sheet().scope())?;
    let sheet = match wanted {
        Wanted::Slot(slot) => return Ok(vec![slot.clone()]),
        Wanted::Sheet(sheet) => sheet,
    };
    let state = desk.state();
    let person = desk.author()?.person;
    let roles = state.roles_of(&person, &sheet.scope());
    let asked =
        |slot: &SlotId| state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Requested);
    let now = desk.now();
    let may_sign = |slot: &SlotId| {
        let signers = model::gates::milestone::signers(&state.plan, slot);
        signers.iter().any(|it| roles.contains(it))
            || state.delegated_slot(&person, slot, now).is_some()
    };
    let mine: Vec<SlotId> =
        sheet.slots().into_iter().filter(|it| may_sign(it) && asked(it)).collect();
    if mine.is_empty() {
        let what = format!("{person} is not asked to sign {sheet}");
        let next = format!("`landfall sheet {sheet}` shows whose signatures are missing");
        return Err(Fault::new(Exit::Refused, what).next(next));
    }
    Ok(mine)
}

fn of_sheet(desk: &Desk, sheet: &Sheet, digits: Option<&str>) -> Result<Digest, Fault> {
    let state = desk.state();
    let document = sheet::digest(state, sheet);
    seen(desk, document, digits, "--digest", || render::sheet::page(state, sheet))
}

/// Returns the digest by which several documents are named at once; that of one is its own.
pub(crate) fn together(documents: &[Digest]) -> Digest {
    match documents {
        [only] => *only,
        several => canonical_digest(&several),
    }
}

/// One ceremony for every site of an owner: a batch, with a look at its sample; one site by itself.
async fn sign_all_mine(it: &Sign, mut desk: Desk) -> Result<Exit, Fault> {
    let slots = batches::mine(&desk)?;
    if let [only] = slots.as_slice() {
        let document = of_sheet(&desk, &only.sheet, it.digests.first().map(String::as_str))?;
        let exceptions = it.exceptions.clone();
        let command = Command::Sign { slot: only.clone(), document, exceptions };
        desk.act_and_tell(&only.sheet.scope(), &command).await?;
        return Ok(Exit::Done);
    }
    if !it.exceptions.is_empty() || !it.digests.is_empty() {
        let next = "sign by itself what has exceptions: `landfall sign SLOT --exception TEXT`";
        let what = "a batch signs sheets as they are, after a look at a sample of them";
        return Err(Fault::usage(what, next));
    }
    let batch = match batches::open(&desk, &slots)? {
        Some(batch) => batch,
        None => batches::begin(&mut desk, slots).await?,
    };
    batches::sign(batch, None, desk).await
}

/// Returns `document` if the person has seen it: by the digits that they give, or by asking.
///
/// # Errors
///
/// When the digits are those of another document, or nobody can be asked.
pub(crate) fn seen(
    desk: &Desk,
    document: Digest,
    digits: Option<&str>,
    option: &str,
    page: impl FnOnce() -> String,
) -> Result<Digest, Fault> {
    let short = document.short();
    let given = match digits {
        Some(digits) => digits.to_lowercase(),
        None => {
            desk.terminal.say(&page());
            let question = format!(
                "To decide on exactly this, type its first {DIGITS_MIN} digits ({short}): "
            );
            desk.terminal.ask(&question).ok_or_else(|| {
                let next = format!("read what is printed above, then give {option} {short}");
                Fault::usage("there is no terminal here on which to confirm what was seen", next)
            })?
        }
    };
    let given = given.trim();
    if !given.chars().all(|it| it.is_ascii_hexdigit()) {
        let next = format!("{option} takes the digits 0 to 9 and a to f with which it begins");
        return Err(Fault::usage(format!("{given} is no digest"), next));
    }
    if given.len() < DIGITS_MIN {
        let next = format!("give at least its first {DIGITS_MIN} digits");
        return Err(Fault::usage("a digest is named by more digits", next));
    }
    if document.to_string().starts_with(given) {
        return Ok(document);
    }
    let what = "what was shown is no longer what is there";
    let why = format!("its digest begins with {short} now, and {given} was given");
    Err(Fault::new(Exit::Stale, what).why(why).next("read it again, then decide"))
}

pub(crate) async fn resolve_refusal(it: &ResolveRefusal, mut desk: Desk) -> Result<Exit, Fault> {
    let (site, reason) = (it.site.clone(), it.reason.clone());
    desk.act_and_tell(&Scope::Site(site.clone()), &Command::ResolveRefusal { site, reason })
        .await?;
    Ok(Exit::Done)
}

pub(crate) async fn revisit(it: &Revisit, mut desk: Desk) -> Result<Exit, Fault> {
    let (site, reason) = (it.site.clone(), it.reason.clone());
    desk.act_and_tell(&Scope::Site(site.clone()), &Command::Revisit { site, reason }).await?;
    Ok(Exit::Done)
}
