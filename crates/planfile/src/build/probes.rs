//! Probes: each with one question, about something that is in the plan.
//!
//! Source: Deploy SMF, Process 3, Table 6: "Monitor the solution during the quiet period".

use super::Building;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::written;
use model::component::CoreComponent;
use model::incident::{ImpactLevel, Severity};
use model::probe::{Probe, ProbeCheck};
use model::scope::Scope;
use model::site::Site;

/// How often a probe is asked, in seconds: often enough to see an outage of minutes.
const EVERY_S: u32 = 60;

/// How long an answer may take, in seconds: longer than anybody waits at a till.
const TIME_LIMIT_S: u32 = 10;

/// After how many questions without the right answer it counts as down: one may be lost.
const FAILURES: u8 = 3;

impl Building<'_> {
    pub(super) fn probes(
        &mut self,
        written: Vec<written::Probe>,
        components: &[&CoreComponent],
        sites: &[Site],
    ) -> Vec<Probe> {
        written.into_iter().filter_map(|it| self.probe(it, components, sites)).collect()
    }

    fn probe(
        &mut self,
        it: written::Probe,
        components: &[&CoreComponent],
        sites: &[Site],
    ) -> Option<Probe> {
        let at = it.id.at;
        let scope = match (it.component, it.site) {
            (Some(component), None) => {
                if components.iter().all(|known| known.id != component.value) {
                    let what =
                        format!("there is no component {}", quoted(component.value.as_str()));
                    self.findings.report(Code::UnknownName, component.at, what);
                }
                Scope::Component(component.value)
            }
            (None, Some(site)) => {
                if sites.iter().all(|known| known.id != site.value) {
                    let what = format!("there is no site {}", quoted(site.value.as_str()));
                    self.findings.report(Code::UnknownName, site.at, what);
                }
                Scope::Site(site.value)
            }
            (None, None) => Scope::Deployment,
            (Some(_), Some(site)) => {
                let what = "a probe is about a component or a site, not about both";
                self.findings.report(Code::BadValue, site.at, what);
                return None;
            }
        };
        let check = match (it.http, it.tcp, it.command) {
            (Some(http), None, None) => {
                let status = http.status.unwrap_or(200);
                ProbeCheck::Http { url: http.url, status, contains: http.contains }
            }
            (None, Some(tcp), None) => ProbeCheck::Tcp { host: tcp.host, port: tcp.port },
            (None, None, Some(argv)) if !argv.is_empty() => ProbeCheck::Command { argv },
            (None | Some(_), None | Some(_), None | Some(_)) => {
                let what = "a probe asks exactly one of `http`, `tcp` and `command`";
                self.findings.report(Code::BadValue, at, what);
                return None;
            }
        };
        let severity = it.severity.and_then(|it| self.severity(&it));
        Some(Probe {
            id: it.id.value,
            scope,
            check,
            every_s: self.limit(it.every.map(|it| it.map(|it| it.0)), EVERY_S),
            time_limit_s: self.limit(it.time_limit.map(|it| it.map(|it| it.0)), TIME_LIMIT_S),
            failures: it.failures.unwrap_or(FAILURES).max(1),
            severity: severity.unwrap_or(Severity::TWO),
            level: ImpactLevel::Outage,
        })
    }
}
