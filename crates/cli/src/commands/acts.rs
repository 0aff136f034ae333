//! Acts on sites, rings and components, each one command of the model.

use crate::args::act::{
    Acknowledge, Adopt, Attest, Confirm, Exclude, Exempt, Halt, Replan, Resolve, Resume, Rollback,
    Steps,
};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::{Command, Resumable};
use model::digest::Digest;
use model::event::StepDecision;
use model::id::{ComputerId, SiteId};
use model::machine::SiteState;
use model::scope::Scope;
use model::site_care::terms::expectation;

async fn done(mut desk: Desk, scope: &Scope, command: Command) -> Result<Exit, Fault> {
    desk.act_and_tell(scope, &command).await?;
    Ok(Exit::Done)
}

pub(crate) async fn acknowledge(it: &Acknowledge, mut desk: Desk) -> Result<Exit, Fault> {
    let mut sites: Vec<SiteId> = it.sites.clone();
    if let Some(ring) = &it.ring {
        let author = desk.author()?.person;
        let state = desk.state();
        let ring = state.index.rings.get(ring).copied();
        let of_ring = ring.and_then(|it| state.index.sites_of_ring.get(it as usize));
        let mine = of_ring.into_iter().flatten().filter_map(|position| {
            let site = state.plan.sites.get(*position as usize)?;
            let is_mine = site.owner == author || site.deputy.as_ref() == Some(&author);
            let status = state.sites.get(*position as usize)?;
            (is_mine && status.state == SiteState::Planned).then(|| site.id.clone())
        });
        sites.extend(mine);
        if sites.is_empty() {
            let what = format!("{author} owns no site of that ring whose schedule waits");
            return Err(Fault::new(Exit::Refused, what).next("`landfall waiting` shows what does"));
        }
    }
    let mut acknowledged = Vec::with_capacity(sites.len());
    let mut page = String::new();
    for site in sites {
        let scope = Scope::Site(site.clone());
        desk.known(desk.state(), &scope)?;
        let plan = &desk.state().plan;
        let position = desk.state().index.sites.get(&site).map(|it| *it as usize);
        let state = desk.state();
        let told = position.and_then(|it| Some((expectation(plan, it)?, state.told_version(it)?)));
        let Some((told, version)) = told else { continue };
        let slot = state.messages.slots.get(&site).filter(|it| it.version > 0);
        let slot = slot.zip(position.and_then(|it| Some(&plan.sites.get(it)?.zone)));
        page += &render::care::expectation(&told, slot, version);
        acknowledged.push((scope, version, Command::AcknowledgeSchedule { site, version }));
    }
    let versions: Vec<Digest> = acknowledged.iter().map(|(_, version, _)| *version).collect();
    let all = super::signing::together(&versions);
    // It is no signature: what is shown is what is acknowledged, unless it is named.
    match &it.version {
        Some(version) => {
            super::signing::seen(&desk, all, Some(version), "--version", || page)?;
        }
        None => desk.terminal.say(page.trim_end()),
    }
    let acts = acknowledged.into_iter().map(|(scope, _, command)| (scope, command));
    desk.act_each(acts.collect()).await?;
    Ok(Exit::Done)
}

pub(crate) async fn adopt(it: &Adopt, desk: Desk) -> Result<Exit, Fault> {
    let component = it.component.clone();
    done(desk, &Scope::Component(component.clone()), Command::Adopt { component }).await
}

pub(crate) async fn attest(it: &Attest, desk: Desk) -> Result<Exit, Fault> {
    let (guard, scope, statement) = (it.guard, it.scope.clone(), it.statement.clone());
    done(desk, &it.scope, Command::Attest { guard, scope, statement }).await
}

pub(crate) async fn confirm(it: &Confirm, desk: Desk) -> Result<Exit, Fault> {
    let command = Command::Confirm {
        scope: it.scope.clone(),
        computer: it.computer.clone(),
        done: !it.failed,
        evidence: it.evidence.clone(),
    };
    done(desk, &it.scope, command).await
}

pub(crate) async fn exempt(it: &Exempt, desk: Desk) -> Result<Exit, Fault> {
    let (site, reason) = (it.site.clone(), it.reason.clone());
    done(desk, &Scope::Site(site.clone()), Command::Exempt { site, reason }).await
}

pub(crate) async fn replan(it: &Replan, desk: Desk) -> Result<Exit, Fault> {
    let (scope, reason) = (it.scope.clone(), it.reason.clone());
    done(desk, &it.scope, Command::Replan { scope, reason }).await
}

pub(crate) async fn hold(
    scope: &Scope,
    held: bool,
    reason: &str,
    desk: Desk,
) -> Result<Exit, Fault> {
    let (of, reason) = (scope.clone(), reason.to_owned());
    done(desk, scope, Command::Hold { scope: of, held, reason }).await
}

pub(crate) async fn halt(it: &Halt, desk: Desk) -> Result<Exit, Fault> {
    let reason = it.reason.clone();
    if it.now {
        let scope = it.scope.clone();
        return done(desk, &it.scope, Command::CancelOrders { scope, reason }).await;
    }
    let command = match &it.scope {
        Scope::Ring(ring) => Command::HaltRing { ring: ring.clone(), reason },
        Scope::Site(site) => Command::HaltSite { site: site.clone(), reason },
        Scope::Deployment => Command::HoldDeployment { reason },
        Scope::Core | Scope::Component(_) | Scope::Rfc(_) => {
            let what = format!("{} is not halted by hand", it.scope);
            return Err(Fault::usage(what, "halt a ring or a site, or `landfall hold` it"));
        }
    };
    done(desk, &it.scope, command).await
}

pub(crate) async fn resume(it: &Resume, desk: Desk) -> Result<Exit, Fault> {
    if !it.only.is_empty() && !matches!(it.scope, Scope::Ring(_)) {
        let what = format!("--only chooses sites of a ring, and {} is none", it.scope);
        return Err(Fault::usage(what, "leave it out, or resume the ring"));
    }
    let reason = it.reason.clone();
    let all = [Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
    let command = match &it.scope {
        Scope::Ring(ring) => {
            let only = if it.only.is_empty() { all.to_vec() } else { it.only.clone() };
            Command::ResumeRing { ring: ring.clone(), reason, only }
        }
        Scope::Deployment => Command::ReleaseDeployment { reason },
        Scope::Core | Scope::Component(_) | Scope::Site(_) | Scope::Rfc(_) => {
            Command::Resume { scope: it.scope.clone(), reason }
        }
    };
    done(desk, &it.scope, command).await
}

async fn decide(
    desk: Desk,
    scope: &Scope,
    computers: &[ComputerId],
    decision: StepDecision,
    reason: &str,
) -> Result<Exit, Fault> {
    let command = Command::Decide {
        scope: scope.clone(),
        computers: computers.to_vec(),
        decision,
        reason: reason.to_owned(),
    };
    done(desk, scope, command).await
}

pub(crate) async fn retry(it: &Steps, desk: Desk) -> Result<Exit, Fault> {
    decide(desk, &it.scope, &it.computers, StepDecision::Retry, &it.reason).await
}

pub(crate) async fn ignore(it: &Steps, desk: Desk) -> Result<Exit, Fault> {
    decide(desk, &it.scope, &it.computers, StepDecision::Ignore, &it.reason).await
}

pub(crate) async fn exclude(it: &Exclude, desk: Desk) -> Result<Exit, Fault> {
    decide(desk, &it.scope, &it.computers, StepDecision::Exclude, &it.reason).await
}

pub(crate) async fn resolve(it: &Resolve, desk: Desk) -> Result<Exit, Fault> {
    decide(desk, &it.steps.scope, &it.steps.computers, it.decision(), &it.steps.reason).await
}

pub(crate) async fn rollback(it: &Rollback, desk: Desk) -> Result<Exit, Fault> {
    let (scope, reason, accept_loss) = (it.scope.clone(), it.reason.clone(), it.accept_loss);
    done(desk, &it.scope, Command::RollBack { scope, reason, accept_loss }).await
}
