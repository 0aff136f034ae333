//! What is deployed: forty sites whose steps count how often they ran.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const SITES: usize = 40;

const PLAN: &str = r#"
deployment: KILLED
title: A deployment whose server is killed
zone: Europe/Vienna
profile: solo
variables: {root: '@ROOT@'}
release:
  name: Counter
  version: 1.0.0
  readiness: {on: 2027-01-01, decision: go}
  deliverables: []
people:
  - id: me
    roles: [solution-manager, program-manager, developer, release-management, operations-experience, test-manager, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]
success-criteria:
  - {id: counted, text: Every step ran once, measure: counters, target: 1}
site-templates:
  - id: branch
    before: [@prepare]
    each-computer: [@install, @configure]
    after: [@smoke]
    observation: {lasting: 60s}
    rollback: {forward-fix: counters do not go back}
rings:
  - {id: pilot, kind: pilot, windows: [always], soak: 1h}
  - {id: broad, kind: broad, concurrency: free, sites-at-once: 8, windows: [always], soak: 1h}
sites: {from: sites.csv}
rfcs:
  - id: RFC-1
    title: Everything
    category: minor
    requested-by: me
    covers: {rings: [pilot, broad]}
    reason: To see whether kills matter.
    impact: A folder.
    risk: None.
    rollback-plan: The folder is removed.
    test-evidence: This test.
    levels: [{role: change-authority}]
"#;

/// Writes the plan into `folder`; each step is a script of its own that counts under `counters`.
pub(crate) fn write(folder: &Path, counters: &Path) {
    let step = |name: &str| {
        format!(
            "{{id: {name}, environment: {{ROOT: '${{plan.root}}/${{site.id}}/${{computer.id}}'}}, \
             script: 'mkdir -p \"$ROOT\" && echo \"$LANDFALL_ORDER\" >> \"$ROOT/$LANDFALL_STEP\"', rollback: nothing}}"
        )
    };
    let mut text = PLAN.to_owned();
    for name in ["prepare", "install", "configure", "smoke"] {
        text = text.replace(&format!("@{name}"), &step(name));
    }
    text = text.replace("@ROOT@", &counters.display().to_string());
    let mut sites = String::from("id,ring,owner,users,computers\n");
    for number in 1..=SITES {
        let ring = if number == 1 { "pilot" } else { "broad" };
        writeln!(sites, "s{number:02},{ring},me,1,2").unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("landfall.yaml"), text).unwrap();
    std::fs::write(folder.join("sites.csv"), sites).unwrap();
}

/// Returns the counters that there are when all is done, under `counters`.
pub(crate) fn counters(counters: &Path) -> Vec<PathBuf> {
    let computers = [
        ("pc-01", &["prepare", "install", "configure", "smoke"][..]),
        ("pc-02", &["install", "configure"]),
    ];
    let mut all = vec![];
    for number in 1..=SITES {
        for (computer, steps) in computers {
            let folder = counters.join(format!("s{number:02}")).join(computer);
            all.extend(steps.iter().map(|step| folder.join(step)));
        }
    }
    all
}
