//! What was refused for want of authority: logged for whoever watches the server, and kept for
//! whoever looks after accounts.

use super::Reception;
use crate::error::ReceptionError;
use crate::secret::Secret;
use crate::visitor::Visitor;
use jiff::{SignedDuration, Timestamp};
use record::Refused;

/// The target under which the log has them, so that they can be taken apart from all else.
pub const AUDIT: &str = "landfall::audit";

/// How long they are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The most that are listed.
const REFUSALS_MAX: u32 = 10_000;

/// The most letters of what is kept of one.
const LETTERS_MAX: usize = 500;

impl Reception {
    /// Keeps that `what` was refused to `visitor`, and returns the refusal.
    pub(super) async fn refused<T>(
        &self,
        visitor: &Visitor,
        deployment: Option<&str>,
        what: &str,
        why: String,
    ) -> Result<T, ReceptionError> {
        let kept = |text: &str| text.chars().take(LETTERS_MAX).collect();
        let refused = Refused {
            at: self.clock.now(),
            account: visitor.person().to_string(),
            deployment: deployment.map(kept).unwrap_or_default(),
            what: kept(what),
            why: kept(&why),
        };
        let by = visitor.kind.to_string();
        tracing::warn!(
            target: AUDIT,
            account = refused.account,
            by,
            deployment = refused.deployment,
            what = refused.what,
            why = refused.why,
            "refused for want of authority"
        );
        let until = refused.at.saturating_sub(KEPT).unwrap_or(refused.at);
        let name = Secret::random()?;
        self.accounts.refused(name.reveal(), &refused, until).await?;
        Err(ReceptionError::NotAllowed { what: why })
    }

    /// Returns `done`; where it was refused for want of authority, that is kept first.
    pub(super) async fn audited<T>(
        &self,
        visitor: &Visitor,
        deployment: Option<&str>,
        what: &str,
        done: Result<T, ReceptionError>,
    ) -> Result<T, ReceptionError> {
        let error = done.as_ref().err();
        let why = error.and_then(ReceptionError::lacks_authority).map(str::to_owned);
        if let Some(why) = why {
            self.refused::<()>(visitor, deployment, what, why).await.ok();
        }
        done
    }

    /// Returns the last 10,000 refusals, the newest first; for an administrator.
    ///
    /// # Errors
    ///
    /// Where the visitor is none.
    pub async fn refusals(&self, visitor: &Visitor) -> Result<Vec<Refused>, ReceptionError> {
        self.administers(visitor, "list what was refused").await?;
        Ok(self.accounts.refusals(Timestamp::MAX, REFUSALS_MAX).await?)
    }
}
