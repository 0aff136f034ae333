//! The plan of a world, and what its people replace it by.

use model::digest::Digest;
use model::plan::MasterProjectPlan;
use model::private::{Private, Salt};
use std::sync::{Arc, LazyLock};

/// What is deployed in every world.
const PLAN: &str = include_str!("plan.yaml");

/// What replaces what, where people change their minds: a word that nobody approved, how much is
/// done at once, a step of all sites, and a check of the core.
const CHANGES: [(&str, &str); 4] = [
    ("title: Simulated", "title: Simulated again"),
    ("orders-at-once: 4", "orders-at-once: 3"),
    ("{id: sale, run: [check]", "{id: sale, run: [check, twice]"),
    (
        "{id: answers, run: [check], repeat: safe}]\n  - id: vpn",
        "{id: answers, run: [check, twice], repeat: safe}]\n  - id: vpn",
    ),
];

/// The plans of a world.
pub(crate) struct Plans {
    all: Vec<Arc<MasterProjectPlan>>,
}

static KEPT: LazyLock<Plans> = LazyLock::new(|| Plans { all: vec![load(PLAN)] });

static REPLACED: LazyLock<Plans> = LazyLock::new(|| {
    let carl_asks = PLAN.replace("requested-by: rita", "requested-by: carl");
    let cora = "- {id: cora, roles: [change-authority]}";
    let first = carl_asks.replace(cora, &format!("{cora}\n  {}", cora.replace("cora", "cyril")));
    let others = CHANGES.iter().map(|(old, new)| load(&first.replacen(old, new, 1)));
    Plans { all: std::iter::once(load(&first)).chain(others).collect() }
});

impl Plans {
    /// Returns the plan of a world in which it stays as it is.
    pub(crate) fn kept() -> &'static Self {
        &KEPT
    }

    /// Returns the plans of a world in which they follow each other, and in which whoever asks for a
    /// change sits among those who approve.
    pub(crate) fn replaced() -> &'static Self {
        &REPLACED
    }

    /// Returns the plan that the deployment begins with.
    pub(crate) fn first(&self) -> Arc<MasterProjectPlan> {
        self.all.first().expect("because there is always one").clone()
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> &[Arc<MasterProjectPlan>] {
        &self.all
    }
}

fn load(text: &str) -> Arc<MasterProjectPlan> {
    let folder = planfile::MemoryFolder::default().with("landfall.yaml", text);
    let loaded = planfile::load(&folder, "landfall.yaml");
    let plan = loaded.plan;
    let mut plan = plan.unwrap_or_else(|| panic!("the plan loads: {:#?}", loaded.diagnostics));
    // Without chance: the same world has the same plans.
    for person in &mut plan.people {
        let salt = Salt::of_chance(*Digest::of(person.id.as_str().as_bytes()).as_bytes());
        let value = person.private.value().cloned().unwrap_or_default();
        person.private = Private::seal(value, salt);
    }
    Arc::new(plan)
}
