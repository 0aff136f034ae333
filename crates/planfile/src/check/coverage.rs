//! Whether requests for change cover everything that the plan would change.
//!
//! Source: Deploy SMF, Process 1, Best Practice ("a processed Request for Change").

use crate::build::Building;
use crate::build::rings::BuiltRing;
use crate::code::Code;
use crate::span::At;
use model::component::CoreComponent;
use model::rfc::RequestForChange;
use std::collections::HashSet;

/// Warns of components and rings that no RFC covers.
pub(crate) fn check(
    building: &mut Building<'_>,
    rfcs: &[At<RequestForChange>],
    components: &[At<CoreComponent>],
    rings: &[BuiltRing],
) {
    if building.cuts.has_section("rfcs") {
        return;
    }
    let covered: HashSet<_> = rfcs.iter().flat_map(|it| &it.covers.components).collect();
    let help = "add it to `covers` of an RFC: nothing runs that was not authorised";
    for component in components.iter().filter(|it| !covered.contains(&it.id)) {
        let what = format!("no RFC covers the component `{}`, so it cannot start", component.id);
        building.findings.report_with(Code::NotCovered, component.at, what, Some(help));
    }
    let covered: HashSet<_> = rfcs.iter().flat_map(|it| &it.covers.rings).collect();
    for ring in rings.iter().filter(|it| !covered.contains(&it.model.id)) {
        let what =
            format!("no RFC covers the ring `{}`, so none of its sites can start", ring.model.id);
        building.findings.report_with(Code::NotCovered, ring.at, what, Some(help));
    }
}
