//! What sites are promised and what is asked of them.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::Building;
use crate::span::At;
use crate::written;
use model::release::FinalRelease;
use model::role_type::RoleType;
use model::site_care::terms::{Expectations, Requirement};
use model::step::{OnFailure, Repeat};

/// Prints the digest of what lies at a path, and succeeds where it is the expected one. It only reads.
const COMPARE: &str = "\\
set -u
found=$(sha256sum < \"$FOUND_AT\" 2>/dev/null | cut -c1-64)
printf 'as-found %s at %s\\n' \"${found:-nothing}\" \"$FOUND_AT\"
test \"$found\" = \"$EXPECTED_SHA256\"
";

pub(super) fn expectations(written: written::Expectations) -> Expectations {
    Expectations {
        changes: written.changes,
        downtime: written.downtime,
        contact: written.contact,
        support_hours: written.support_hours,
    }
}

impl Building<'_> {
    /// Returns the steps that look for `written` on a host; each is gone through, whatever the
    /// ones before it found.
    pub(super) fn discovery(
        &mut self,
        written: Vec<written::Discovery>,
        release: &FinalRelease,
    ) -> Vec<written::Step> {
        let mut steps = Vec::with_capacity(written.len());
        for it in written {
            let is_known = self.names.deliverables.contains(&it.deliverable.value);
            self.knows("deliverable", &it.deliverable, is_known, |names| {
                names.deliverables.iter().cloned().collect()
            });
            let expected = release.deliverable(&it.deliverable.value);
            let expected = expected.map(|it| it.sha256.to_string()).unwrap_or_default();
            let at = it.path.at;
            let plain = |text: String| At::new(written::EnvironmentValue::Plain(text), at);
            steps.push(written::Step {
                title: Some(format!("{} is that of the release", *it.deliverable)),
                id: Some(it.id),
                run: None,
                script: Some(At::new(COMPARE.to_owned(), at)),
                copy: None,
                http: None,
                manual: None,
                template: None,
                with: [].into(),
                verify: None,
                rollback: None,
                repeat: Some(Repeat::Safe),
                tries: Some(At::new(2, at)),
                backoff: None,
                time_limit: None,
                expected: None,
                environment: [
                    ("FOUND_AT".to_owned(), plain(it.path.value)),
                    ("EXPECTED_SHA256".to_owned(), plain(expected)),
                ]
                .into(),
                on_failure: Some(OnFailure::Continue),
            });
        }
        steps
    }

    pub(super) fn requirements(&mut self, written: Vec<written::Requirement>) -> Vec<Requirement> {
        super::names::unique(self.findings, "requirement", written.iter().map(|it| &it.id));
        let requirement = |it: written::Requirement| Requirement {
            id: it.id.value,
            text: it.text,
            by: it.by.unwrap_or(RoleType::SiteOwner),
            kind: it.kind.unwrap_or_default(),
        };
        written.into_iter().map(requirement).collect()
    }
}
