//! 21 February: two computers of B09 are dead, and their replacements are on order.

use super::sites::{scope, site};
use super::stage::Stage;
use model::command::Command;
use model::event::StepDecision;
use model::machine::SiteState;
use model::site_care::coverage::coverage;
use model::site_care::{Exempted, SiteCareCommand};

const DEAD: [&str; 2] = ["pc-37", "pc-38"];

pub(crate) async fn two_computers_of_b09_wait_for_others(stage: &mut Stage) {
    for computer in DEAD {
        // A disk that takes no data: a directory stands where the package is to be written.
        let disk = stage.computer(&format!("B09/{computer}/desk.pkg"));
        std::fs::create_dir_all(disk).unwrap();
    }
    stage.silence("the two computers of B09", |wait| {
        let is_b09 = wait.scope == scope("site/B09");
        match wait.command {
            Some(Command::Resume { .. } | Command::SiteCare(_)) => is_b09,
            Some(Command::ResumeRing { .. }) => true,
            _ => false,
        }
    });
    they_are_left_out(stage).await;
    product_manager_and_owner_agree(stage).await;
    stage.speak("the two computers of B09");
    stage.until("2027-02-22T12:00:00Z").await;
    let state = stage.state().await;
    assert_eq!(site(&state, "B09").state, SiteState::Observing);
    assert_eq!(site(&state, "B15").state, SiteState::Observing);
}

/// Both halt their branch, together or one after the other, as their turn comes.
async fn they_are_left_out(stage: &mut Stage) {
    stage.until("2027-02-21T06:15:00Z").await;
    assert_eq!(site(&stage.state().await, "B09").state, SiteState::Halted);
    for then in ["2027-02-21T06:30:00Z", "2027-02-21T06:45:00Z"] {
        if site(&stage.state().await, "B09").state == SiteState::Halted {
            let reason = "a dead disk; a replacement is on order".to_owned();
            let (scope, decision) = (scope("site/B09"), StepDecision::Exclude);
            let decide = Command::Decide { scope, computers: vec![], decision, reason };
            stage.act("ivo.marchetti", decide).await;
        }
        stage.until(then).await;
    }
    let covered = coverage(&stage.state().await, &"B09".parse().unwrap()).unwrap().computers;
    assert_eq!((covered.targeted, covered.exempt), (38, 0), "left out is not exempt");
}

async fn product_manager_and_owner_agree(stage: &mut Stage) {
    for (computer, number) in DEAD.iter().zip(1..) {
        let ask = SiteCareCommand::RequestExemption {
            site: "B09".parse().unwrap(),
            what: Exempted::Computer(computer.parse().unwrap()),
            reason: "a replacement is on order, and comes with the release on it".to_owned(),
            until: "2027-06-30".parse().unwrap(),
        };
        stage.act("saoirse.lund", Command::SiteCare(ask)).await;
        let agree = Command::SiteCare(SiteCareCommand::ApproveExemption { number });
        let refusal = stage.refused("ivo.marchetti", agree.clone()).await;
        assert!(refusal.to_string().contains("Product Manager or Site Owner"), "{refusal}");
        stage.act("lucan.ferreira", agree.clone()).await;
        stage.act("ibrahim.ilves", agree).await;
    }
    let covered = coverage(&stage.state().await, &"B09".parse().unwrap()).unwrap().computers;
    assert_eq!((covered.targeted, covered.exempt, covered.covered), (38, 2, 36));
}
