//! What is kept beside the record: by the server, where a desk asks one, or in one's own data directory.

use super::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use api::CarriageLine;
use executor::Executor;
use model::order::OrderId;
use reception::Carriage;
use std::collections::BTreeMap;

impl Desk {
    /// Returns what an order has printed, from where it is kept: the server, where this desk asks one, else
    /// the data directory of `executor`. Nothing where nothing is kept of it.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or the server does not answer.
    pub(crate) async fn output(
        &self,
        executor: &Executor,
        order: &OrderId,
    ) -> Result<Option<Vec<u8>>, Fault> {
        if let Some(client) = &self.client {
            return Ok(client.output(&self.deployment(), order).await?);
        }
        let kept = executor.read_output(&self.deployment(), order).await;
        kept.map_err(|error| {
            let what = format!("the output of {order} cannot be read");
            Fault::new(Exit::Failure, what).why(error.to_string())
        })
    }

    /// Returns how the places stand that checkpoints of the deployment are carried to.
    pub(crate) async fn carriages(&self) -> Result<BTreeMap<String, Carriage>, Fault> {
        let deployment = self.deployment();
        let Some(client) = &self.client else {
            return Ok(self.surroundings.carriages().remove(&deployment).unwrap_or_default());
        };
        let path = format!("/api/v1/deployments/{deployment}/carriages");
        let lines: Vec<CarriageLine> = client.list(&path).await?;
        Ok(lines.into_iter().map(Into::into).collect())
    }
}
