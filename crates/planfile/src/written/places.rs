//! Components, site templates, rings, sites and limits, as they are written.
//!
//! Source: Deploy SMF, Processes 1 and 2, Tables 4 and 5.

use super::care::{Discovery, Expectations, Requirement};
use super::steps::{Connection, Step};
use super::values::{Length, Rate, Window, Zone};
use crate::span::At;
use model::component::{Adopt, CoreMode};
use model::id::{ComponentId, ComputerId, LineId, PersonId, RingId, SiteId};
use model::link::LinkKind;
use model::ring::{Concurrency, RingKind, RunningSites};
use model::site::PhaseShare;
use model::site_care::terms::SiteMode;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A part of the solution's infrastructure that sites depend on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Component {
    /// Its name.
    pub(crate) id: At<ComponentId>,
    /// What it does.
    pub(crate) title: Option<String>,
    /// The computers it runs on, deployed one after another.
    pub(crate) hosts: Vec<Computer>,
    /// How they are reached. Default: the plan's `connection`.
    pub(crate) connection: Option<Connection>,
    /// The components that must be verified first. Default: none.
    #[serde(default)]
    pub(crate) needs: Vec<At<ComponentId>>,
    /// Whether sites wait for it altogether. Default: `advance`.
    #[schemars(extend("default" = "advance"))]
    pub(crate) mode: Option<CoreMode>,
    /// Whether it was deployed in the pilot and is to be adopted. Default: `no`.
    #[schemars(extend("default" = "no"))]
    pub(crate) adopt: Option<Adopt>,
    /// What is done on each host, in order.
    pub(crate) steps: Vec<Step>,
    /// Files that are compared with the release before it is adopted. Default: none.
    #[serde(default)]
    pub(crate) discovery: Vec<Discovery>,
    /// How each host is checked afterwards; all must pass. Default: none.
    #[serde(default)]
    pub(crate) checks: Vec<Step>,
    /// How it goes back. Default: by each step's own `rollback`, and nothing is lost.
    pub(crate) rollback: Option<At<Rollback>>,
    /// When it may be changed.
    #[serde(default)]
    pub(crate) windows: Vec<At<Window>>,
    /// The zone of its windows. Default: the plan's.
    pub(crate) zone: Option<At<Zone>>,
    /// Values for its steps, used as `${component.name}`. Default: none.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, At<String>>,
}

/// A computer of the plan.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Computer {
    /// Its name, unique in its site or component.
    pub(crate) id: At<ComputerId>,
    /// Its name or address on the network; may end in `:port`. Default: its `id`.
    pub(crate) host: Option<String>,
}

/// How a component or a site goes back.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Rollback {
    /// What is lost by going back; such a rollback needs its own approval. Default: nothing.
    pub(crate) loses: Option<String>,
    /// The reason why it does not go back: faults are fixed forward. Default: it goes back.
    pub(crate) forward_fix: Option<String>,
}

/// What is done at each site that follows it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SiteTemplate {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// How the computers are reached. Default: the plan's `connection`.
    pub(crate) connection: Option<Connection>,
    /// Done once, on the site's first computer, before its first phase. Default: nothing.
    #[serde(default)]
    pub(crate) before: Vec<Step>,
    /// Done on each computer. Default: nothing.
    #[serde(default)]
    pub(crate) each_computer: Vec<Step>,
    /// Done once, on the site's first computer, after its last phase. Default: nothing.
    #[serde(default)]
    pub(crate) after: Vec<Step>,
    /// The batches of computers, in order. Default: one, called `all`, that takes the rest.
    #[serde(default)]
    pub(crate) phases: Vec<Phase>,
    /// How a site goes back. Default: by each step's own `rollback`, and nothing is lost.
    pub(crate) rollback: Option<At<Rollback>>,
    /// How long the owner observes normal use before signing. Default: `business-days: 1`.
    pub(crate) observation: Option<Observation>,
    /// Time kept free at the end of a window. Default: `30m`.
    #[schemars(extend("default" = "30m"))]
    pub(crate) margin: Option<Length>,
    /// Whether a cache at the site serves its other computers, so that the link carries each
    /// deliverable once. Default: `false`.
    #[schemars(extend("default" = false))]
    #[serde(default)]
    pub(crate) site_cache: bool,
    /// What must be done at each site before it starts. Default: nothing.
    #[serde(default)]
    pub(crate) requirements: Vec<Requirement>,
    /// The share of usual use that must be seen before the owner signs, in percent. Default: 0.
    #[schemars(extend("default" = 0))]
    pub(crate) use_percent_min: Option<At<u8>>,
}

/// A batch of computers inside one site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Phase {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// How many computers it takes: `computers: 2`, `percent: 50` or `rest`. Default: `rest`.
    #[schemars(extend("default" = "rest"))]
    pub(crate) takes: Option<At<PhaseShare>>,
    /// The share of its computers that must succeed, in percent. Default: 100.
    #[schemars(extend("default" = 100))]
    pub(crate) success_percent_min: Option<At<u8>>,
}

/// How long a site is observed before its owner signs.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Observation {
    /// Until this many business days (Monday to Friday) have ended at the site.
    BusinessDays(u8),
    /// This long.
    Lasting(Length),
}

/// A group of sites deployed together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ring {
    /// Its name.
    pub(crate) id: At<RingId>,
    /// What kind of ring it is; decides its defaults.
    pub(crate) kind: At<RingKind>,
    /// When its sites may be changed, in each site's own zone.
    #[serde(default)]
    pub(crate) windows: Vec<At<Window>>,
    /// How quickly sites are begun. Default: `ramp`.
    #[schemars(extend("default" = "ramp"))]
    pub(crate) concurrency: Option<Concurrency>,
    /// The most sites deploying at once. Default: 1.
    #[schemars(extend("default" = 1))]
    pub(crate) sites_at_once: Option<At<u32>>,
    /// How long the ring must stay healthy before the next one may begin. Default: `24h`; in an
    /// early ring `48h`.
    pub(crate) soak: Option<Length>,
    /// When the ring halts, and when it has succeeded.
    pub(crate) halting: Option<Halting>,
}

/// When a ring halts, and when it has succeeded.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Halting {
    /// Failed sites tolerated, in percent of those planned. Default: 0 in a pilot ring, 2 in an
    /// early one, 5 in a broad one; below 20 planned sites it counts as none.
    pub(crate) failed_percent: Option<At<u8>>,
    /// Lost sites tolerated, in percent of those planned. Default: 5.
    #[schemars(extend("default" = 5))]
    pub(crate) lost_percent: Option<At<u8>>,
    /// Severity 1 incidents tolerated. Default: 0.
    #[schemars(extend("default" = 0))]
    pub(crate) severity_1: Option<u32>,
    /// Severity 2 incidents and refused sign-offs tolerated. Default: 1.
    #[schemars(extend("default" = 1))]
    pub(crate) severity_2: Option<u32>,
    /// Sites that must be verified before the next ring, in percent of those planned. Default: 95.
    #[schemars(extend("default" = 95))]
    pub(crate) success_percent_min: Option<At<u8>>,
    /// What becomes of the sites that are deploying when the ring halts. Default: `finish`.
    #[schemars(extend("default" = "finish"))]
    pub(crate) running: Option<RunningSites>,
}

/// What holds for every site that says nothing else.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SiteDefaults {
    /// The ring. Default: each site must name its own.
    pub(crate) ring: Option<At<RingId>>,
    /// The time zone. Default: the plan's.
    pub(crate) zone: Option<At<Zone>>,
    /// The site template. Default: the only one there is.
    pub(crate) template: Option<At<LineId>>,
    /// The name of a computer that is only counted. Default: `pc-${number}`.
    #[schemars(extend("default" = "pc-${number}"))]
    pub(crate) computer: Option<At<String>>,
    /// The network name of a computer that is only counted, in lower case. It may hold
    /// `${computer}`, `${site}` and `${number}`. Default: `${computer}.${site}`.
    #[schemars(extend("default" = "${computer}.${site}"))]
    pub(crate) host: Option<At<String>>,
    /// The link. Default: unknown.
    pub(crate) link: Option<Link>,
}

/// A place with users and computers, signed off by its owner.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Site {
    /// Its name, such as `B27`.
    pub(crate) id: At<SiteId>,
    /// Its title, such as `Modesto CA`. Default: its `id`.
    pub(crate) title: Option<String>,
    /// Its ring. Default: that of `site-defaults`.
    pub(crate) ring: Option<At<RingId>>,
    /// The region it belongs to. Default: none.
    pub(crate) region: Option<String>,
    /// Its IANA time zone. Default: that of `site-defaults`, else the plan's.
    pub(crate) zone: Option<At<Zone>>,
    /// Who signs that it operates as expected.
    pub(crate) owner: Option<At<PersonId>>,
    /// Who may sign for the owner. Default: nobody.
    pub(crate) deputy: Option<At<PersonId>>,
    /// Targeted users. Default: 0.
    #[schemars(extend("default" = 0))]
    pub(crate) users: Option<u32>,
    /// Targeted computers: how many there are, or a list of them.
    pub(crate) computers: Option<Computers>,
    /// Its line to the rest of the network. Default: that of `site-defaults`.
    pub(crate) link: Option<Link>,
    /// How long installing takes here, where it is known. Default: the sum of its steps.
    pub(crate) install: Option<Length>,
    /// The site template it follows. Default: that of `site-defaults`.
    pub(crate) template: Option<At<LineId>>,
    /// The components it cannot do without, besides those that all sites need. Default: none.
    #[serde(default)]
    pub(crate) needs: Vec<At<ComponentId>>,
    /// Its own windows, in place of its ring's. Default: the ring's.
    #[serde(default)]
    pub(crate) windows: Vec<At<Window>>,
    /// Whether its payload is sent ahead of the window. Default: `false`.
    #[schemars(extend("default" = false))]
    #[serde(default)]
    pub(crate) prestaged: bool,
    /// Values for its steps, used as `${site.name}`. Default: none.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, At<String>>,
    /// What is deployed there: `client`, `access-only` or `none`. Default: `client`.
    #[schemars(extend("default" = "client"))]
    pub(crate) mode: Option<SiteMode>,
    /// What is told here in place of the plan's `expectations`. Default: nothing else.
    #[serde(default)]
    pub(crate) expectations: Expectations,
    /// What must be done here, besides what its template asks. Default: nothing.
    #[serde(default)]
    pub(crate) requirements: Vec<Requirement>,
}

/// The computers of a site: a number, or a list.
#[derive(Debug)]
pub(crate) enum Computers {
    /// This many; names and hosts follow from `site-defaults`.
    Count(u32),
    /// These.
    Listed(Vec<Computer>),
}

impl<'de> Deserialize<'de> for Computers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ComputersVisitor)
    }
}

struct ComputersVisitor;

impl<'de> serde::de::Visitor<'de> for ComputersVisitor {
    type Value = Computers;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the number of computers or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Computers, E> {
        let count =
            text.parse().map_err(|_| E::invalid_type(serde::de::Unexpected::Str(text), &self));
        count.map(Computers::Count)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Computers, A::Error> {
        let mut listed = Vec::new();
        while let Some(computer) = items.next_element()? {
            listed.push(computer);
        }
        Ok(Computers::Listed(listed))
    }
}

impl JsonSchema for Computers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Computers".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let computer = generator.subschema_for::<Computer>();
        schemars::json_schema!({
            "description": "The number of computers, or a list of them.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "array", "items": computer },
            ],
        })
    }
}

/// A site's line to the rest of the network.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Link {
    /// Its rate towards the site, such as `2 Mbit/s`.
    pub(crate) rate: At<Rate>,
    /// What it is made of.
    pub(crate) kind: LinkKind,
    /// The share of it that may be used inside a window, in percent. Default: that of `limits`.
    pub(crate) share_in_window_percent: Option<At<u8>>,
    /// The share of it that may be used at other times, in percent. Default: that of `limits`.
    pub(crate) share_outside_percent: Option<At<u8>>,
    /// The uplink of `limits` that it shares with other sites. Default: none.
    pub(crate) uplink: Option<At<LineId>>,
}

/// The network address of one computer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ComputerAddress {
    /// Its site. Either this or `component`.
    pub(crate) site: Option<At<SiteId>>,
    /// Its component. Either this or `site`.
    pub(crate) component: Option<At<ComponentId>>,
    /// Its name.
    pub(crate) computer: At<ComputerId>,
    /// Its name or address on the network.
    pub(crate) host: String,
    /// Its TCP port. Default: that of the connection.
    pub(crate) port: Option<u16>,
}

/// What is shared by all sites.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Limits {
    /// The most sites deploying at once, over all rings. Default: 100.
    #[schemars(extend("default" = 100))]
    pub(crate) sites_at_once: Option<At<u32>>,
    /// The most computers of one site worked on at once. Default: 8.
    #[schemars(extend("default" = 8))]
    pub(crate) computers_at_once_per_site: Option<At<u32>>,
    /// The most orders in flight. Default: 256.
    #[schemars(extend("default" = 256))]
    pub(crate) orders_at_once: Option<At<u32>>,
    /// What the source of the deliverables can send, such as `400 Mbit/s`. Default: no limit.
    pub(crate) source: Option<At<Rate>>,
    /// What shared uplinks can carry, each by its name. Default: there are none.
    #[serde(default)]
    pub(crate) uplinks: BTreeMap<LineId, At<Rate>>,
    /// The share of a site's link that may be used inside its window, in percent. Default: 60.
    #[schemars(extend("default" = 60))]
    pub(crate) window_share_percent: Option<At<u8>>,
    /// The share that may be used outside, for pre-staging, in percent. Default: 25.
    #[schemars(extend("default" = 25))]
    pub(crate) outside_share_percent: Option<At<u8>>,
    /// How long a site may be deploying before it counts as lost. Default: `24h`.
    #[schemars(extend("default" = "24h"))]
    pub(crate) site_deadline: Option<At<Length>>,
    /// How long a core component may be deploying before it is halted. Default: 7d.
    #[schemars(extend("default" = "7d"))]
    pub(crate) component_deadline: Option<At<Length>>,
}
