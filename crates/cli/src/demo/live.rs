//! The rings on a screen, a mark a site, below the lines that pass.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::machine::{ComponentState, SiteState};
use model::state::State;

/// What the marks mean.
const LEGEND: &str = ". to come   > at work   o in service   # signed off   ! needs somebody";

/// The rings on a screen.
#[derive(Default)]
pub(super) struct Live {
    screen: MultiProgress,
    rows: Vec<ProgressBar>,
}

impl Live {
    /// Shows where `state` stands.
    pub(super) fn show(&mut self, state: &State) {
        let texts = rows(state);
        while self.rows.len() < texts.len() {
            let row = self.screen.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                row.set_style(style);
            }
            self.rows.push(row);
        }
        for (row, text) in self.rows.iter().zip(texts) {
            row.set_message(text);
            row.tick();
        }
    }

    /// Does something, such as printing, while the rings are out of the way.
    pub(super) fn beside<T>(&self, does: impl FnOnce() -> T) -> T {
        self.screen.suspend(does)
    }

    /// Takes the rings off the screen.
    pub(super) fn end(self) {
        for row in &self.rows {
            row.finish_and_clear();
        }
    }
}

/// Returns the rows: the core, each ring, and what the marks mean.
fn rows(state: &State) -> Vec<String> {
    let core: String = state.components.iter().map(|it| of_component(it.state)).collect();
    let mut rows = vec![String::new(), format!("  core    {core}")];
    let rings = state.plan.rings.iter().zip(&state.rings).zip(&state.index.sites_of_ring);
    for ((planned, status), sites) in rings {
        let sites = sites.iter().filter_map(|it| state.sites.get(*it as usize));
        let marks: String = sites.map(|it| of_site(it.state)).collect();
        rows.push(format!("  {:<7} {marks:<8} {}", planned.id, status.state));
    }
    rows.push(format!("  {LEGEND}"));
    rows
}

fn of_component(state: ComponentState) -> char {
    match state {
        ComponentState::Planned | ComponentState::Authorised | ComponentState::Descoped => '.',
        ComponentState::Adopting | ComponentState::Deploying | ComponentState::Verifying => '>',
        ComponentState::Verified => 'o',
        ComponentState::Accepted => '#',
        ComponentState::Halted | ComponentState::RollingBack | ComponentState::RolledBack => '!',
    }
}

fn of_site(state: SiteState) -> char {
    match state {
        SiteState::Planned | SiteState::Notified | SiteState::Ready | SiteState::Exempt => '.',
        SiteState::Deploying | SiteState::Paused => '>',
        SiteState::Deployed | SiteState::Observing => 'o',
        SiteState::SignedOff => '#',
        SiteState::Halted
        | SiteState::Refused
        | SiteState::Reconfirm
        | SiteState::RollingBack
        | SiteState::RolledBack => '!',
    }
}
