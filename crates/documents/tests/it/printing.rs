//! PDF: the same bytes for the same record, whatever people wrote.

use crate::world::{created, plan};
use documents::{Language, Letterhead, Press, html, shown};
use model::plan::MasterProjectPlan;
use model::profile::Purpose;

fn printed(press: &Press, plan: MasterProjectPlan, name: &str) -> Vec<u8> {
    let world = created(plan, Purpose::Production);
    let document = documents::document(&world.paper(), &name.parse().unwrap()).unwrap();
    let letterhead = Letterhead::default();
    press.pdf(&document, &shown(&document, Language::En, &letterhead), &letterhead).unwrap()
}

#[test]
fn the_same_record_gives_the_same_bytes_on_every_press() {
    let first = printed(&Press::new(), plan(), "rfc/RFC-2027-031");
    let again = printed(&Press::new(), plan(), "rfc/RFC-2027-031");
    assert!(first.starts_with(b"%PDF-1.7"), "it is a PDF");
    assert!(first == again, "two presses, one document");
}

#[test]
fn whatever_people_write_is_a_text_and_never_fails() {
    let press = Press::new();
    for written in [
        "<script>alert(1)</script>",
        "#eval(\"1\") #read(\"/etc/passwd\") $x$ *bold* _it_ `raw` @label <label> = Heading",
        "{{ 7 * 7 }} {% raw %} ${HOME}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627} \u{202e}evil",
        "\u{1f680}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{20bb7}\u{738b} \u{10ffff}",
        "e\u{301}\u{301}\u{301}\u{301} \u{0}\u{7}\u{1b}[31m \u{fffe}",
        &"word".repeat(262_144),
        "",
    ] {
        let mut plan = plan();
        plan.title = written.to_owned();
        plan.rfcs[0].title = written.to_owned();
        plan.rfcs[0].reason = written.to_owned();
        let pdf = printed(&press, plan.clone(), &format!("rfc/{}", plan.rfcs[0].id));
        assert!(pdf.starts_with(b"%PDF-1.7"), "{written:.40}");
        let world = created(plan, Purpose::Production);
        let name = world.state.plan.rfcs[0].id.to_string();
        let name = format!("rfc/{name}").parse().unwrap();
        let document = documents::document(&world.paper(), &name).unwrap();
        let letterhead = Letterhead::default();
        let page = html(&document, &shown(&document, Language::De, &letterhead), &letterhead);
        assert!(!page.contains("<script>alert"), "{written:.40}");
    }
}
