//! Rings: their defaults by kind, and tolerances that still stop something.
//!
//! House rule: an omitted threshold has a safe default and never means 100 %.

use super::Building;
use crate::code::Code;
use crate::span::{At, Span};
use crate::written::{self, Window};
use model::ring::{Halting, Ring, RingKind};

/// The most sites of a ring at once where it says nothing.
pub(crate) const SITES_AT_ONCE: u32 = 1;

/// A ring, and where it was written.
pub(crate) struct BuiltRing {
    /// The ring.
    pub(crate) model: Ring,
    /// Where it was written.
    pub(crate) at: Span,
    /// Where its windows were written.
    pub(crate) windows: Vec<At<Window>>,
}

impl Building<'_> {
    pub(super) fn rings(&mut self, written: Vec<written::Ring>) -> Vec<BuiltRing> {
        if written.is_empty() {
            self.missing("rings");
        }
        self.order_of_kinds(&written);
        let mut seen = std::collections::HashSet::new();
        let first_of_name: Vec<_> =
            written.into_iter().filter(|it| seen.insert(it.id.value.clone())).collect();
        first_of_name.into_iter().map(|it| self.ring(it)).collect()
    }

    fn order_of_kinds(&mut self, written: &[written::Ring]) {
        let rank = |kind: RingKind| match kind {
            RingKind::Pilot => 0,
            RingKind::Early => 1,
            RingKind::Broad => 2,
        };
        for (before, ring) in written.iter().zip(written.iter().skip(1)) {
            if rank(ring.kind.value) < rank(before.kind.value) {
                let what = format!(
                    "the {} ring `{}` comes after the {} ring `{}`",
                    *ring.kind, *ring.id, *before.kind, *before.id
                );
                let help = "rings are deployed in this order: pilot first, then early, then broad";
                self.findings.report_with(Code::RingOrder, ring.kind.at, what, Some(help));
            }
        }
    }

    fn ring(&mut self, written: written::Ring) -> BuiltRing {
        let (kind, at) = (written.kind.value, written.id.at);
        let halting = self.halting(written.halting.unwrap_or_default(), kind);
        let model = Ring {
            id: written.id.value,
            kind,
            windows: written.windows.iter().map(|it| it.value.0.clone()).collect(),
            concurrency: written.concurrency.unwrap_or_default(),
            sites_at_once: self.limit(written.sites_at_once, SITES_AT_ONCE),
            soak_s: written.soak.map_or(kind.soak_s(), |it| it.0),
            halting,
        };
        BuiltRing { model, at, windows: written.windows }
    }

    fn halting(&mut self, written: written::Halting, kind: RingKind) -> Halting {
        let default = kind.halting();
        self.warn_if_everything(written.failed_percent, "failed");
        self.warn_if_everything(written.lost_percent, "lost");
        if let Some(success) = written.success_percent_min.filter(|it| it.value == 0) {
            let what = "with 0 % the next ring begins even if no site has succeeded";
            self.findings.report_with(
                Code::NeverStops,
                success.at,
                what,
                Some("leave it out for 95 %"),
            );
        }
        Halting {
            failed_percent: self.percent(written.failed_percent, default.failed_percent),
            lost_percent: self.percent(written.lost_percent, default.lost_percent),
            severity_1: written.severity_1.unwrap_or(default.severity_1),
            severity_2: written.severity_2.unwrap_or(default.severity_2),
            success_percent_min: self
                .percent(written.success_percent_min, default.success_percent_min),
            running: written.running.unwrap_or(default.running),
        }
    }

    fn warn_if_everything(&mut self, percent: Option<At<u8>>, what: &str) {
        if let Some(percent) = percent.filter(|it| it.value == 100) {
            let what = format!("with 100 % every site may be {what} and the ring never halts");
            self.findings.report_with(
                Code::NeverStops,
                percent.at,
                what,
                Some("leave it out for the default of its kind"),
            );
        }
    }
}
