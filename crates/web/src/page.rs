//! A page of a deployment: where one is, what it shows, what else there is.

use crate::block::{Block, Body};
use crate::template::{rendered, said};
use crate::visit::Visit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use views::board::EntryLine;

/// The views of a deployment, in the order in which they are listed.
const VIEWS: [(&str, &[(&str, &str)]); 4] = [
    ("Now", &[("", "Board"), ("work", "My work"), ("waiting", "Waiting"), ("act", "All acts")]),
    (
        "Deploy",
        &[
            ("core", "Core components"),
            ("sites", "Sites"),
            ("calendar", "Calendar"),
            ("changes", "Changes"),
        ],
    ),
    (
        "Stabilize and complete",
        &[
            ("stabilise", "Stabilize"),
            ("quiet-period", "Quiet period"),
            ("outcomes", "Outcomes"),
            ("handover", "Handover"),
            ("milestones", "Milestone review"),
        ],
    ),
    (
        "Papers",
        &[("documents", "Documents"), ("record", "Record"), ("people", "People"), ("plan", "Plan")],
    ),
];

/// A page.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// What is said at once, before all else.
    pub(crate) lead: Option<String>,
    pub(crate) blocks: Vec<Block>,
    /// The line that shows the same in a terminal.
    pub(crate) typed: Option<String>,
    /// Where it is looked at again, where that is not its own address.
    #[serde(skip)]
    pub(crate) again: Option<String>,
}

#[derive(Serialize)]
struct Group {
    title: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    text: &'static str,
    link: String,
    is_here: bool,
}

impl Page {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub(crate) fn lead(self, said: impl Into<String>) -> Self {
        Self { lead: Some(said.into()), ..self }
    }

    pub(crate) fn typed(self, line: impl Into<String>) -> Self {
        Self { typed: Some(line.into()), ..self }
    }

    /// Returns it with one more part; parts of one title are told apart by their number.
    pub(crate) fn with(mut self, mut block: Block) -> Self {
        let before = self.blocks.iter().filter(|it| it.title == block.title).count();
        if before > 0 {
            block.id = format!("{}-{}", block.id, before + 1);
        }
        self.blocks.push(block);
        self
    }

    /// Returns it without links, for whoever may see nothing else.
    pub(crate) fn without_links(mut self) -> Self {
        for block in &mut self.blocks {
            if let Body::Facts(facts) = &mut block.body {
                facts.iter_mut().flat_map(|it| &mut it.cells).for_each(|it| it.link = None);
            }
            if let Body::Table(table) = &mut block.body {
                table.rows.iter_mut().flatten().for_each(|it| it.link = None);
            }
            if let Body::Lines(lines) = &mut block.body {
                lines.iter_mut().for_each(|it| it.link = None);
            }
            block.typed = None;
        }
        self
    }

    pub(crate) fn and(self, blocks: impl IntoIterator<Item = Block>) -> Self {
        blocks.into_iter().fold(self, Self::with)
    }

    /// Returns the page as an answer to `visit`.
    pub(crate) fn shown(self, visit: &Visit) -> Response {
        self.shown_as(visit, "page.html", Value::Null)
    }

    /// Returns the page as an answer to `visit` in a template of its own.
    pub(crate) fn shown_as(mut self, visit: &Visit, template: &str, more: Value) -> Response {
        let blocks = std::mem::take(&mut self.blocks).into_iter();
        self.blocks = blocks.map(|it| it.listed(&visit.path, &visit.query)).collect();
        let title = self.title.clone();
        let mut what = shell(visit);
        if let Value::Object(names) = &mut what {
            names.extend([
                ("title".to_owned(), Value::String(title)),
                ("again".to_owned(), self.again.clone().map_or(Value::Null, Value::String)),
                ("page".to_owned(), serde_json::to_value(&self).unwrap_or_default()),
                ("more".to_owned(), more),
            ]);
        }
        rendered(template, what)
    }

    /// Returns the page with another status than "found".
    pub(crate) fn refused(self, visit: &Visit, status: StatusCode) -> Response {
        (status, self.shown(visit)).into_response()
    }
}

/// Returns what stands around every page of a deployment.
fn shell(visit: &Visit) -> Value {
    let state = visit.state();
    let base = format!("/d/{}", state.plan.deployment);
    let below = visit.path.strip_prefix(&base).unwrap_or_default().trim_start_matches('/');
    let here = below.split('/').next().unwrap_or_default();
    let groups = VIEWS.into_iter().map(|(title, items)| {
        let item = |(path, text): &(&'static str, &'static str)| Item {
            text,
            link: if path.is_empty() { base.clone() } else { format!("{base}/{path}") },
            is_here: here == *path,
        };
        Group { title, items: items.iter().map(item).collect() }
    });
    let done = visit.done.as_ref().map(|it| EntryLine::of(state, it));
    let done = done.map(|it| {
        let link = visit.link(&format!("record/{}", it.seq));
        said! { seq => it.seq, link, what => crate::trouble::sentence(&it.what) }
    });
    let loss = visit.standing.loss.as_ref();
    said! {
        deployment => state.plan.deployment.to_string(),
        deployment_title => state.plan.title,
        environment => state.environment(),
        is_rehearsal => !state.is_production(),
        state => state.deployment.to_string(),
        is_held => state.deployment == model::machine::DeploymentState::Held,
        base,
        groups => groups.collect::<Vec<_>>(),
        who => visit.name(visit.person()),
        entry => state.seq,
        record => visit.link(&format!("record/{}", state.seq)),
        now => visit.when(visit.now),
        at => visit.at,
        at_said => visit.at.as_deref().map(moment),
        path => visit.path,
        done,
        quarantine => loss.map(|it| views::why::quarantined(visit.deployment(), it)),
        events => visit.at.is_none().then(|| format!("/api/v1/deployments/{}/events", visit.deployment())),
    }
}

/// Returns in words which moment somebody asked for: an entry's number, or a time.
fn moment(asked: &str) -> String {
    if asked.bytes().all(|it| it.is_ascii_digit()) {
        format!("entry {asked}")
    } else {
        asked.to_owned()
    }
}
