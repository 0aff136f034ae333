//! The final release of a plan: digests, sizes, and paths that stay inside the plan's folder.
//!
//! Source: Deploy SMF, Table 3 "Final release".

use super::Building;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::folder::stays_inside;
use crate::span::At;
use crate::written;
use model::release::{
    Condition, Documentation, FinalDeclaration, FinalRelease, KnownIssue, ReadinessDecision,
    ReleaseReadiness, SolutionDeliverable,
};

impl Building<'_> {
    pub(super) fn release(&mut self, written: Option<At<written::Release>>) -> FinalRelease {
        let Some(At { value: written, at }) = written else {
            self.missing("release");
            return FinalRelease {
                name: String::new(),
                version: String::new(),
                deliverables: vec![],
                documentation: vec![],
                known_issues: vec![],
                readiness: None,
                declared: None,
            };
        };
        let document = |it: written::Documentation| Documentation {
            title: it.title,
            location: it.location,
            sha256: it.sha256.map(|it| it.value.0),
        };
        let named = written.readiness.as_ref().and_then(|it| it.value.release.as_ref());
        let named = named.map(|it| (it.value.0, it.at));
        let release = FinalRelease {
            name: written.name,
            version: written.version,
            deliverables: written.deliverables.into_iter().map(|it| self.deliverable(it)).collect(),
            documentation: written.documentation.into_iter().map(document).collect(),
            known_issues: written.known_issues.into_iter().map(|it| self.known_issue(it)).collect(),
            readiness: self.readiness(written.readiness, at),
            declared: written.declared_final.map(|it| self.declared(it)),
        };
        if let Some((named, at)) = named.filter(|(named, _)| *named != release.digest()) {
            let what = format!(
                "the Release Readiness decision is about release {}, and this is {}",
                named.short(),
                release.digest().short()
            );
            let help = "have this release reviewed, or put the reviewed one back";
            self.findings.report_with(Code::OtherRelease, at, what, Some(help));
        }
        release
    }

    fn declared(&mut self, written: written::FinalDeclaration) -> FinalDeclaration {
        self.knows_person(&written.by);
        FinalDeclaration { on: written.on.0, by: written.by.value, tests: written.tests }
    }

    fn deliverable(&mut self, written: written::Deliverable) -> SolutionDeliverable {
        if !stays_inside(&written.file) {
            let what = format!("the path {} leaves the plan's folder", quoted(&written.file));
            let help = "write a path relative to the plan's folder, without `..`";
            self.findings.report_with(Code::PathOutside, written.file.at, what, Some(help));
        }
        for builder in &written.built_by {
            self.knows_person(builder);
        }
        let built_by = written.built_by.into_iter().map(|it| it.value).collect();
        SolutionDeliverable {
            id: written.id.value,
            file: written.file.value,
            size_bytes: written.size_bytes,
            sha256: written.sha256.value.0,
            stands_in_for_bytes: written.stands_in_for_bytes,
            built_by,
        }
    }

    fn known_issue(&mut self, written: written::KnownIssue) -> KnownIssue {
        if !(1..=4).contains(&*written.severity) {
            let what = format!("there is no severity {}", *written.severity);
            self.findings.report_with(
                Code::BadValue,
                written.severity.at,
                what,
                Some("write 1 (the worst) to 4"),
            );
        }
        KnownIssue {
            id: written.id.value,
            severity: written.severity.value,
            text: written.text,
            workaround: written.workaround.unwrap_or_default(),
        }
    }

    fn readiness(
        &mut self,
        written: Option<At<written::Readiness>>,
        release: crate::span::Span,
    ) -> Option<ReleaseReadiness> {
        let Some(At { value: written, at }) = written else {
            if self.profile != model::profile::Profile::Solo {
                let help = "add `readiness:` with the day and the decision of the Release Readiness review";
                self.findings.report_with(
                    Code::NotReady,
                    release,
                    "nobody has decided that this release is ready",
                    Some(help),
                );
            }
            return None;
        };
        if written.decision == ReadinessDecision::NoGo {
            let what = "the Release Readiness review decided not to go";
            self.findings.report_with(
                Code::NotReady,
                at,
                what,
                Some("deploy a release that may go"),
            );
        }
        let conditions = written.conditions.into_iter().map(|it| {
            self.knows_person(&it.owner);
            Condition { id: it.id.value, text: it.text, owner: it.owner.value, due: it.due.0 }
        });
        let conditions = conditions.collect();
        let release = written.release.map(|it| it.value.0);
        Some(ReleaseReadiness { on: written.on.0, decision: written.decision, conditions, release })
    }
}
