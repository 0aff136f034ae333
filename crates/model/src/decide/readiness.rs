//! Acts on readiness: judge, accept, publish, acknowledge, report.
//!
//! Source: Deploy SMF, Process 3, Table 6, inputs "operations plan", "support plan" and "operations guides".

use super::{Acting, worded};
use crate::event::Event;
use crate::gates::readiness as gate;
use crate::id::{LineId, SiteId};
use crate::readiness::{Judgement, ReadinessCommand, ReadinessEvent, checklist, shown_by};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::watching::Watch;
use jiff::Timestamp;

/// Whoever may publish a guide, and say what monitoring shows.
const PREPARING: [RoleType; 3] =
    [RoleType::OperationsExperience, RoleType::ReleaseManagement, RoleType::OperationsManager];

impl Acting<'_> {
    pub(super) fn readiness(&self, command: &ReadinessCommand) -> Result<Vec<Event>, Refusal> {
        let events = match command {
            ReadinessCommand::Judge { items, judgement, evidence } => {
                self.judge(items, *judgement, evidence)?
            }
            ReadinessCommand::Accept => self.accept_readiness()?,
            ReadinessCommand::DeclareReady => self.declare_ready()?,
            ReadinessCommand::Object { reason } => self.object(reason)?,
            ReadinessCommand::WithdrawObjection { reason } => self.withdraw_objection(reason)?,
            ReadinessCommand::PublishGuides { guides, place } => self.publish(guides, place)?,
            ReadinessCommand::AcknowledgeGuides { guides } => self.acknowledge_guides(guides)?,
            ReadinessCommand::ReportMonitoring { sites, since, evidence } => {
                self.report_monitoring(sites, *since, evidence)?
            }
            ReadinessCommand::LoseMonitoring { sites, reason } => {
                self.role(&PREPARING, &Scope::Deployment, "say what monitoring shows")?;
                self.unprobed_sites(sites)?;
                let reason = worded("the reason", reason)?;
                vec![ReadinessEvent::MonitoringLost { sites: sites.clone(), reason }]
            }
        };
        Ok(events.into_iter().map(Event::Readiness).collect())
    }

    fn judge(
        &self,
        items: &[LineId],
        judgement: Judgement,
        evidence: &str,
    ) -> Result<Vec<ReadinessEvent>, Refusal> {
        let evidence = worded("what shows it", evidence)?;
        if items.is_empty() {
            return Err(Refusal::invalid("no item is named", "`landfall readiness list` has them"));
        }
        let list = checklist(&self.state.plan);
        let judged = items.iter().map(|id| {
            let item = list.iter().find(|it| it.id == *id).ok_or_else(|| {
                let text = format!("{id} is not on the checklist");
                Refusal::new(RefusalCode::Unknown, text, "`landfall readiness list` shows what is")
            })?;
            if let Some(probe) = shown_by(self.state, item) {
                let text = format!("probe {} shows {id}: nobody judges it", probe.id);
                let next = "`landfall readiness list` shows how it is answered; a waiver of ST4 lets the item pass";
                return Err(Refusal::new(RefusalCode::State, text, next));
            }
            let act = format!("judge {id}");
            self.role(&gate::judges(&self.state.plan, item), &Scope::Deployment, &act)?;
            let (item, evidence) = (id.clone(), evidence.clone());
            Ok(ReadinessEvent::ItemJudged { item, judgement, evidence })
        });
        judged.collect()
    }

    fn accept_readiness(&self) -> Result<Vec<ReadinessEvent>, Refusal> {
        let accepting = gate::accepting(&self.state.plan);
        self.role(&accepting, &Scope::Deployment, "accept the readiness checklist")?;
        self.may_accept_from_project()?;
        if let Err((missing, _)) = gate::items(self.state, self.now) {
            let next = self.what_settles_readiness();
            return Err(Refusal::new(RefusalCode::Gate, missing, next));
        }
        // The order of the signatures: whoever hands over first, whoever takes over then.
        let undeclared = gate::undeclared(self.state);
        if let Some(role) = undeclared.first() {
            let text = format!("{role} has not declared the solution ready for operations");
            let next = format!(
                "{} to declare it: `landfall readiness declare`",
                self.ask(&undeclared, &Scope::Deployment)
            );
            return Err(Refusal::new(RefusalCode::Gate, text, next));
        }
        let held = self.held(&Scope::Deployment);
        let given = gate::accepted(self.state);
        let roles = accepting.into_iter().filter(|it| held.contains(it));
        let roles = roles.filter(|role| !given.iter().any(|it| it.role == *role));
        let accept = |role| {
            let plan = gate::taken_over(&self.state.plan, role);
            ReadinessEvent::Accepted { role, plan }
        };
        let accepted: Vec<_> = roles.map(accept).collect();
        if accepted.is_empty() {
            let text = format!("{} has accepted the checklist already", self.person);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(accepted)
    }

    fn what_settles_readiness(&self) -> String {
        match self.state.readiness.objection() {
            Some(_) => {
                let who = self.ask(&[RoleType::OperationsExperience], &Scope::Deployment);
                format!("{who} to withdraw it: `landfall readiness withdraw-objection`")
            }
            None => "its owner judges it, or a waiver of ST4 lets it pass".to_owned(),
        }
    }

    /// Release Management and Operations Experience declare it together, each for themselves.
    fn declare_ready(&self) -> Result<Vec<ReadinessEvent>, Refusal> {
        self.role(gate::PREPARING, &Scope::Deployment, "declare the solution ready")?;
        if let Err((missing, _)) = gate::items(self.state, self.now) {
            let next = self.what_settles_readiness();
            return Err(Refusal::new(RefusalCode::Gate, missing, next));
        }
        let held = self.held(&Scope::Deployment);
        let declared = self.state.readiness.declared();
        let roles = gate::PREPARING.iter().copied().filter(|it| held.contains(it));
        let roles = roles.filter(|role| !declared.iter().any(|it| it.role == *role));
        let events: Vec<_> = roles.map(|role| ReadinessEvent::DeclaredReady { role }).collect();
        if events.is_empty() {
            let text = format!("{} has declared the solution ready already", self.person);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(events)
    }

    fn object(&self, reason: &str) -> Result<Vec<ReadinessEvent>, Refusal> {
        let roles = [RoleType::OperationsExperience];
        self.role(&roles, &Scope::Deployment, "object to the solution as it is")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![ReadinessEvent::Objected { reason }])
    }

    fn withdraw_objection(&self, reason: &str) -> Result<Vec<ReadinessEvent>, Refusal> {
        let roles = [RoleType::OperationsExperience];
        self.role(&roles, &Scope::Deployment, "withdraw the objection")?;
        let reason = worded("what became of it", reason)?;
        if self.state.readiness.objection().is_none() {
            let text = "nobody objects to the solution as it is";
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(vec![ReadinessEvent::ObjectionWithdrawn { reason }])
    }

    fn guides(&self, named: &[LineId]) -> Result<Vec<LineId>, Refusal> {
        let planned = self.state.plan.operations.as_ref();
        let planned = planned.map(|it| it.guides.as_slice()).unwrap_or_default();
        if let Some(strange) = named.iter().find(|id| !planned.iter().any(|it| it.id == **id)) {
            let text = format!("{strange} is no guide of the operations plan");
            let next = "`landfall guide list` shows which there are";
            return Err(Refusal::new(RefusalCode::Unknown, text, next));
        }
        if planned.is_empty() {
            let next = "revise the plan, where operations need a guide";
            return Err(Refusal::invalid("the operations plan names no guide", next));
        }
        if !named.is_empty() {
            return Ok(named.to_vec());
        }
        Ok(planned.iter().map(|it| it.id.clone()).collect())
    }

    fn publish(&self, guides: &[LineId], place: &str) -> Result<Vec<ReadinessEvent>, Refusal> {
        self.role(&PREPARING, &Scope::Deployment, "publish operations guides")?;
        let place = worded("where they are", place)?;
        let release = self.state.plan.release.version.clone();
        let published = |guide| {
            let (release, place) = (release.clone(), place.clone());
            ReadinessEvent::GuidePublished { guide, release, place }
        };
        Ok(self.guides(guides)?.into_iter().map(published).collect())
    }

    fn acknowledge_guides(&self, named: &[LineId]) -> Result<Vec<ReadinessEvent>, Refusal> {
        let roles = [RoleType::OperationsManager, RoleType::SupportManager];
        let role = self.role(&roles, &Scope::Deployment, "acknowledge operations guides")?;
        let is_open = |guide: &LineId| {
            let status = self.state.readiness.guide(guide);
            status.is_some_and(|it| it.acknowledged.is_empty())
        };
        let guides = self.guides(named)?;
        if let Some(unpublished) =
            guides.iter().find(|it| !named.is_empty() && self.state.readiness.guide(it).is_none())
        {
            let text = format!("guide {unpublished} is not published");
            return Err(Refusal::new(
                RefusalCode::State,
                text,
                self.ask(&PREPARING, &Scope::Deployment),
            ));
        }
        let open: Vec<_> = guides
            .into_iter()
            .filter(is_open)
            .map(|guide| ReadinessEvent::GuideAcknowledged { guide, role })
            .collect();
        if open.is_empty() {
            let text = "no published guide waits to be acknowledged";
            return Err(Refusal::new(RefusalCode::State, text, "`landfall guide list` shows all"));
        }
        Ok(open)
    }

    fn report_monitoring(
        &self,
        sites: &[SiteId],
        since: Timestamp,
        evidence: &str,
    ) -> Result<Vec<ReadinessEvent>, Refusal> {
        self.role(&PREPARING, &Scope::Deployment, "say what monitoring shows")?;
        self.unprobed_sites(sites)?;
        if since > self.now {
            return Err(Refusal::invalid("that lies in the future", "say since when it reports"));
        }
        let evidence = worded("what shows it", evidence)?;
        Ok(vec![ReadinessEvent::MonitoringReported { sites: sites.to_vec(), since, evidence }])
    }

    /// Returns nothing where at one of `sites`, or of all, no probe looks: what a probe shows nobody
    /// states.
    fn unprobed_sites(&self, sites: &[SiteId]) -> Result<(), Refusal> {
        let watch = Watch::of(self.state);
        let position = |id| self.state.index.sites.get(id).copied();
        if let Some(strange) = sites.iter().find(|it| position(it).is_none()) {
            return Err(Refusal::unknown(format!("site/{strange}")));
        }
        let mut named = sites.iter().filter_map(position);
        let mut all = (0..).zip(&self.state.sites).map(|(position, _)| position);
        let is_probed = if sites.is_empty() {
            all.all(|it| watch.looks_at(it))
        } else {
            named.any(|it| watch.looks_at(it))
        };
        // Of no site at all nothing is stated either, and nothing is refused.
        if !is_probed || self.state.sites.is_empty() {
            return Ok(());
        }
        let text = "probes look at these sites, and show themselves whether monitoring reports";
        let next = "`landfall why deployment` says which of them report; ST6 can be waived";
        Err(Refusal::new(RefusalCode::State, text, next))
    }
}
