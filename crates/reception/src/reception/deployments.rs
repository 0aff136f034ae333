//! Deployments: created, and planned anew, from the plans that the server was shown.

use super::Reception;
use crate::access::Reach;
use crate::error::ReceptionError;
use crate::followed::Followed;
use crate::plans::Plan;
use crate::visitor::Visitor;
use coordinator::{Acted, Coordinator, Creation};
use model::profile::Purpose;
use std::sync::Arc;

impl Reception {
    /// Creates a deployment for the visitor, as a draft, from the plan at `path` among the plans.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::create`]; where the plan is wrong or not there; and where the visitor's
    /// token may not, or does not reach that deployment.
    pub async fn create_deployment(
        &self,
        visitor: &Visitor,
        path: &str,
        purpose: Purpose,
    ) -> Result<Arc<Followed>, ReceptionError> {
        may_act(visitor)?;
        let Plan { plan, folder } = self.plan_for(visitor, path, "create a deployment").await?;
        let deployment = plan.deployment.clone();
        let creation = Creation { plan, folder, purpose };
        let (record, now) = (self.record.clone(), self.clock.now());
        let created = Coordinator::create(record, creation, &visitor.author(), now).await;
        let (name, created) = (deployment.to_string(), created.map_err(ReceptionError::from));
        self.audited(visitor, Some(&name), "create it", created).await?;
        self.followed(&deployment).await
    }

    /// Returns the plan at `path` among the plans, for a visitor who wants to do `what` with it. Whose access
    /// is limited to some deployments learns nothing of the plan of another one: neither that it is there nor
    /// what is wrong with it.
    async fn plan_for(
        &self,
        visitor: &Visitor,
        path: &str,
        what: &str,
    ) -> Result<Plan, ReceptionError> {
        let read = self.plans.read(path);
        let is_reached = match &read {
            Ok(it) => visitor.access.reaches(&it.plan.deployment),
            Err(_) => visitor.access.deployments.is_empty(),
        };
        if is_reached {
            return read;
        }
        let why = "this token is limited to some deployments, and no plan of one of them can be read there; `landfall check` says what is wrong with a plan";
        self.refused(visitor, None, what, why.to_owned()).await
    }

    /// Replaces a deployment's plan by the one at `path` among the plans.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::revise`]; where the plan is wrong or not there; and where the visitor's
    /// token may not.
    pub async fn revise(
        &self,
        visitor: &Visitor,
        deployment: &str,
        path: &str,
        reason: &str,
    ) -> Result<Acted, ReceptionError> {
        may_act(visitor)?;
        let followed = self.deployment(visitor, deployment).await?;
        let Plan { plan, folder } = self.plan_for(visitor, path, "replace the plan").await?;
        let by = (&visitor.author(), visitor.seen);
        let revised = followed.revise(by, (plan, &folder), reason, self.clock()).await;
        let revised = revised.map_err(ReceptionError::from);
        self.audited(visitor, Some(deployment), "replace the plan", revised).await
    }
}

fn may_act(visitor: &Visitor) -> Result<(), ReceptionError> {
    if visitor.access.reach == Reach::Read {
        let what = "this token may read only".to_owned();
        return Err(ReceptionError::NotAllowed { what });
    }
    Ok(())
}
