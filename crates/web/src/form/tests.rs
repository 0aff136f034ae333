//! Every command has a form, and what its form says is the command.

use super::*;
use jiff::Timestamp;
use model::command::{Findings, RfcAct};
use model::digest::Digest;
use model::id::SiteId;

fn zone() -> model::window::TimeZoneName {
    "America/Chicago".parse().unwrap()
}

/// Returns fields that fill in whatever `node` asks for.
fn anything(node: &Node, name: &str, fields: &mut Vec<(String, String)>) {
    let mut say = |said: &str| fields.push((name.to_owned(), said.to_owned()));
    match node {
        Node::Text => say("a-1"),
        Node::Digest => say(&Digest::of(b"shown").to_string()),
        Node::Instant => say("2027-02-07T02:00:00Z"),
        Node::Day => say("2027-02-07"),
        Node::Number => say("3"),
        Node::Flag => say("true"),
        Node::Word(words) => say(&words.first().unwrap().0),
        Node::Lines(item) => {
            if let Node::Word(words) = item.as_ref() {
                say(&words.first().unwrap().0);
            } else {
                say(if **item == Node::Number { "1\n2" } else { "a-1\nb-2" });
            }
        }
        Node::Map(item) if **item == Node::Number => say("1: 2"),
        Node::Map(_) => say(&format!("1: {0}, {0}", Digest::of(b"shown"))),
        Node::Json => say("1"),
        Node::List(item) => {
            anything(item, &format!("{name}.0"), fields);
            anything(item, &format!("{name}.1"), fields);
        }
        Node::Tuple(nodes) => {
            for (at, it) in nodes.iter().enumerate() {
                anything(it, &format!("{name}.{at}"), fields);
            }
        }
        Node::Group(inner) => {
            for it in inner {
                anything(&it.node, &format!("{name}.{}", it.name), fields);
            }
        }
        Node::Variant(choices) => {
            let choice = choices.last().unwrap();
            say(&choice.name);
            if let Some(inner) = &choice.node {
                anything(inner, &format!("{name}.{}", choice.name), fields);
            }
        }
        Node::Optional(inner) => anything(inner, name, fields),
    }
}

/// Fields whose texts follow rules of their own, each with what it may say.
const SPECIAL: [(&str, &str); 8] = [
    (".scope", "deployment"),
    (".scopes", "site/a-1"),
    (".slot", "core:tester"),
    (".slots", "core:tester"),
    (".counts", "1: 1, 2, 3, 4, 5"),
    (".minutes", "entry/1"),
    (".evidence", "entry/1"),
    (".zone", "America/Chicago"),
];

#[test]
fn every_command_has_a_form_that_can_be_shown_and_read() {
    assert!(kinds().len() > 120, "{}", kinds().len());
    let mut wrong = Vec::new();
    for kind in kinds() {
        let mut fields = kind.chosen.clone();
        let posted = Posted::new(vec![], &zone());
        let form = kind.form(&posted, &Hints::of(&state()));
        assert!(!form.button.is_empty(), "{} says nothing of itself", kind.path);
        below(kind, &mut fields);
        for (name, said) in &mut fields {
            if let Some((_, it)) = SPECIAL.iter().find(|(end, _)| name.ends_with(end)) {
                *said = (*it).to_owned();
            }
        }
        let posted = Posted::new(fields, &zone());
        match kind.command(&posted) {
            Ok(command) => {
                let (path, fields) = filled(&command).unwrap();
                assert_eq!(path, kind.path);
                let again = super::kind(path).unwrap().command(&Posted::new(fields, &zone()));
                assert_eq!(again.as_ref(), Ok(&command), "{path}");
            }
            Err(error) => wrong.push(format!("{}: {error}", kind.path)),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Adds what fills in the form of `kind`.
fn below(kind: &Kind, fields: &mut Vec<(String, String)>) {
    fn go(node: &Node, name: &str, kind: &Kind, fields: &mut Vec<(String, String)>) {
        let chosen = kind.chosen.iter().find(|(it, _)| it == name).map(|(_, word)| word);
        match (node, chosen) {
            (Node::Variant(choices), Some(word)) => {
                let choice = choices.iter().find(|it| it.name == *word).unwrap();
                if let Some(inner) = &choice.node {
                    go(inner, &format!("{name}.{word}"), kind, fields);
                }
            }
            (Node::Group(inner), _) => {
                for it in inner {
                    go(&it.node, &format!("{name}.{}", it.name), kind, fields);
                }
            }
            _ => anything(node, name, fields),
        }
    }
    go(&COMMANDS, ROOT, kind, fields);
}

fn state() -> model::state::State {
    use model::event::{Actor, Entry, Event};
    let plan = model::plan::MasterProjectPlan::empty("HELLO".parse().unwrap(), zone());
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose: model::profile::Purpose::Rehearsal,
        folder: String::new(),
    };
    let at = "2027-02-07T02:00:00Z".parse().unwrap();
    let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
    model::state::State::begin(&entry, plan.into()).unwrap()
}

#[test]
fn a_time_is_on_the_clock_of_the_deployment_where_it_names_no_zone() {
    let posted = Posted::new(vec![], &zone());
    for (said, at) in [
        ("2027-02-07T02:00", "2027-02-07T08:00:00Z"),
        ("2027-02-07T02:00:30", "2027-02-07T08:00:30Z"),
        ("2027-02-07T02:00:00Z", "2027-02-07T02:00:00Z"),
        ("2027-02-07 02:00+01:00", "2027-02-07T01:00:00Z"),
    ] {
        let at: Timestamp = at.parse().unwrap();
        assert_eq!(posted.instant(said), Ok(serde_json::json!(at)), "{said}");
    }
    assert!(posted.instant("tomorrow").unwrap_err().contains("America/Chicago"));
}

#[test]
fn what_people_write_survives_a_form() {
    let script = "<script>alert(1)</script> & \"quotes\"\nand a second line".to_owned();
    let site: SiteId = "B27".parse().unwrap();
    for command in [
        Command::Open,
        Command::Baseline { findings: Findings::default() },
        Command::HaltSite { site: site.clone(), reason: script.clone() },
        Command::Rfc {
            rfc: "RFC-1".parse().unwrap(),
            act: RfcAct::Approve { part: Digest::of(b"part"), conditions: Some(script) },
        },
        Command::Rfc { rfc: "RFC-1".parse().unwrap(), act: RfcAct::Submit },
        Command::Hold { scope: model::scope::Scope::Site(site), held: false, reason: "why".into() },
    ] {
        let (path, fields) = filled(&command).unwrap();
        let read = kind(path).unwrap().command(&Posted::new(fields, &zone()));
        assert_eq!(read, Ok(command));
    }
}

#[test]
fn what_is_missing_is_said_in_words() {
    let posted = Posted::new(vec![("c.approve-waiver.waiver".into(), "x".into())], &zone());
    let said = kind("approve-waiver").unwrap().command(&posted).unwrap_err();
    assert_eq!(said, "Waiver: `x` is no number");
}

#[test]
fn a_browser_insists_on_nothing_in_what_may_be_left_out_as_a_whole() {
    let kind = kind("incident/open").unwrap();
    let form = kind.form(&Posted::new(vec![], &zone()), &Hints::of(&state()));
    let text =
        "{% from 'fields.html' import field %}{% for it in fields %}{{ field(it) }}{% endfor %}";
    let what = serde_json::json!({ "fields": form.fields });
    let page = crate::template::ENVIRONMENT.render_str(text, minijinja::value::Serde(what));
    let page = page.unwrap();
    let insists: Vec<&str> = page.lines().filter(|it| it.contains(" required")).collect();
    let is_below = |name: &str| insists.iter().any(|it| it.contains(name));
    assert!(page.contains(".impact."), "{page}");
    assert!(!is_below(".impact."), "{insists:#?}");
    assert!(is_below(".title"), "{insists:#?}");
}
