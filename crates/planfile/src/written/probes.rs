//! Probes, as they are written.
//!
//! Source: Deploy SMF, Process 3, Table 6: "Monitor the solution during the quiet period".

use super::values::Length;
use crate::span::At;
use model::id::{ComponentId, LineId, SiteId};
use schemars::JsonSchema;
use serde::Deserialize;

/// A question that is asked of the running solution, again and again. It names one of `http`, `tcp`
/// and `command`, and at most one of `component` and `site`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Probe {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// The component that is hit when it is not answered. Default: the whole solution.
    pub(crate) component: Option<At<ComponentId>>,
    /// The site that is hit when it is not answered. Default: the whole solution.
    pub(crate) site: Option<At<SiteId>>,
    /// A page that has to answer.
    pub(crate) http: Option<HttpProbe>,
    /// A port at which somebody has to listen.
    pub(crate) tcp: Option<TcpProbe>,
    /// A program on Landfall's own computer, with its arguments, that has to end well. It must change nothing.
    pub(crate) command: Option<Vec<String>>,
    /// How often it is asked. Default: `60s`.
    #[schemars(extend("default" = "60s"))]
    pub(crate) every: Option<At<Length>>,
    /// How long an answer may take. Default: `10s`.
    #[schemars(extend("default" = "10s"))]
    pub(crate) time_limit: Option<At<Length>>,
    /// After how many questions in a row without the right answer it counts as down. Default: 3.
    #[schemars(extend("default" = 3))]
    pub(crate) failures: Option<u8>,
    /// How bad it is when it is down: 1, the worst, to 4. Default: 2.
    #[schemars(extend("default" = 2))]
    pub(crate) severity: Option<At<u8>>,
}

/// A page that has to answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HttpProbe {
    /// What is fetched.
    pub(crate) url: String,
    /// The expected status. Default: 200.
    #[schemars(extend("default" = 200))]
    pub(crate) status: Option<u16>,
    /// What the answer has to contain. Default: anything.
    pub(crate) contains: Option<String>,
}

/// A port at which somebody has to listen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct TcpProbe {
    /// The host.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
}
