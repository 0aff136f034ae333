//! What may be waived at the end, and by its name only.

use super::complete::Story;
use super::*;
use crate::guard::{GuardReading, Verdict};
use crate::machine::WaiverTransition;

fn waiver(part: Option<&str>) -> Command {
    Command::RequestWaiver {
        guard: Guard::D4,
        scope: Scope::Deployment,
        reason: why(),
        risk: why(),
        control: why(),
        until: "2027-12-31T00:00:00Z".parse().unwrap(),
        part: part.map(str::to_owned),
    }
}

fn d4(story: &Story) -> GuardReading {
    let gate = crate::gates::complete::gate(&story.state, story.now);
    gate.into_iter().find(|it| it.guard == Guard::D4).unwrap()
}

// Proves: X-09, P4a-Q3
#[test]
fn of_d4_a_person_is_waived_and_neither_others_nor_the_owners_of_the_service() {
    let mut story = Story::in_quiet_period();
    story.tell("pgm", waiver(None));
    story.tell("pgm", waiver(Some("nobody")));
    story.tell("pgm", waiver(Some("dev")));
    let granted = |waiver| {
        let transition = WaiverTransition::Granted;
        Event::Waiver { waiver, transition, reason: None }
    };
    story.happens(granted(1));
    let missing = |story: &Story| match d4(story).verdict {
        Verdict::Unmet { missing, .. } => missing,
        other @ (Verdict::Met | Verdict::Waived { .. } | Verdict::Unknown { .. }) => {
            format!("{other:?}")
        }
    };
    let without_dev = missing(&story);
    let open: Vec<String> = story.state.parts_of(Guard::D4, &Scope::Deployment);
    for (number, person) in
        open.iter().filter(|it| *it != "dev").zip(2_u32..).map(|(it, n)| (n, it))
    {
        story.tell("pgm", waiver(Some(person)));
        story.happens(granted(number));
    }
    let all_waived = missing(&story);
    assert!(
        story.text.contains("only a part of D4 can be waived, and none is named"),
        "{}",
        story.text
    );
    assert!(story.text.contains("nobody is no part of D4"), "{}", story.text);
    assert!(!without_dev.contains("dev is still"), "{without_dev}");
    assert!(without_dev.contains("is still named on the project"), "{without_dev}");
    assert_eq!(all_waived, "nobody has accepted to own deployment for good");
}
