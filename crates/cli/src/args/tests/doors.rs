//! No act is found on only one of pages, API and command line.

use super::command;
use std::collections::BTreeSet;

/// What is done beside the acts of a deployment: where it is posted on the pages, by which operation of
/// the API, and what is typed.
const DOORS: [(&str, &str, &str); 23] = [
    ("/set-up", "post /api/v1/set-up", "account set-up"),
    ("/log-in", "post /api/v1/session", "log-in"),
    ("/log-out", "delete /api/v1/session", "account log-out"),
    ("/welcome/{secret}", "post /api/v1/session/invitation", "account come-in"),
    ("/account/password", "put /api/v1/me/password", "account password"),
    ("/account/token", "post /api/v1/me/admissions", "account token"),
    ("/account/end", "delete /api/v1/me/admissions/{digest}", "account end"),
    ("/account/calendar", "post /api/v1/me/calendar", "account calendar"),
    ("/account/passkeys/remove", "delete /api/v1/me/passkeys/{passkey}", "account remove-passkey"),
    ("reception::BACK", "post /api/v1/me/sign-on", "account link-sign-on"),
    ("/account/sign-on", "delete /api/v1/me/sign-on", "account unlink-sign-on"),
    ("/account/accounts", "post /api/v1/accounts", "account create"),
    ("/account/accounts/{name}", "patch /api/v1/accounts/{name}", "account shut-out"),
    ("/account/accounts/{name}", "patch /api/v1/accounts/{name}", "account let-in"),
    ("/account/invite", "post /api/v1/accounts/{name}/invitation", "account invite"),
    ("/deployments", "post /api/v1/deployments", "deployment create"),
    ("/d/{deployment}/plan", "put /api/v1/deployments/{deployment}/plan", "deployment revise"),
    (
        "/d/{deployment}/sites/{site}/link",
        "post /api/v1/deployments/{deployment}/sites/{site}/link",
        "link",
    ),
    (
        "/d/{deployment}/survey/{of}",
        "post /api/v1/deployments/{deployment}/commands",
        "survey answer",
    ),
    ("/s/{deployment}/{token}", "post /api/v1/deployments/{deployment}/survey", "survey answer"),
    // The acts of a deployment come by these; each is looked at by itself below.
    ("/d/{deployment}/act/{*kind}", "post /api/v1/deployments/{deployment}/commands", "sign"),
    (
        "/d/{deployment}/act/{*kind}",
        "post /api/v1/deployments/{deployment}/commands",
        "incident open",
    ),
    // Whoever signs shows in the act that it is them.
    ("/d/{deployment}/act/{*kind}", "post /api/v1/deployments/{deployment}/signatures", "sign"),
];

/// What only a browser can do: it makes and holds the passkey.
const OF_A_BROWSER: [(&str, &str); 2] = [
    ("/account/passkeys", "post /api/v1/me/passkeys"),
    ("/log-in/passkey", "post /api/v1/session/passkey"),
];

/// Questions that come before what is done, and change nothing: where pages ask them, and by which
/// operations.
const QUESTIONS_OF_PAGES: [&str; 2] = ["/d/{deployment}/question/{*kind}", "/l/{secret}/question"];
const QUESTIONS: [&str; 4] = [
    "post /api/v1/deployments/{deployment}/declarations",
    "post /api/v1/me/passkeys/question",
    "post /api/v1/session/passkey/question",
    "post /api/v1/me/sign-on/question",
];

/// Links for people without an account: what is done by them is an act like any other, and whoever has
/// an account does it by these kinds.
const BY_A_LINK: [(&str, &str); 2] =
    [("/l/{secret}", "sign"), ("/letter/{deployment}/{token}", "message/acknowledge")];

/// Other words for acts that have a line of their own above, and the kinds that they are.
const OTHER_WORDS: [(&str, &str); 14] = [
    ("release", "hold"),
    ("exclude", "decide"),
    ("ignore", "decide"),
    ("resolve", "decide"),
    ("coverage set", "site-care/report-access"),
    ("escalation drill", "escalation/raise"),
    ("incident escalate", "escalation/raise"),
    ("maintenance impact", "incident/record-work"),
    ("readiness fail", "readiness/judge"),
    ("readiness not-needed", "readiness/judge"),
    ("release-readiness strategy", "release-readiness/decide-strategy"),
    ("training coverage", "training/attend"),
    ("training import", "training/attend"),
    ("close-out contribute", "close-out/contribute"),
];

/// What is typed that changes nothing in a deployment: it looks, or is about the program itself and the
/// files of whoever types it.
const LOOKS: [&str; 79] = [
    "account list",
    "account refusals",
    "account show",
    "batch list",
    "batch show",
    "calendar",
    "change-schedule",
    "check",
    "close-out draft",
    "close-out show",
    "completions",
    "coverage show",
    "criterion list",
    "delegate list",
    "dispute list",
    "demo answer",
    "deployment list",
    "document html",
    "document json",
    "document list",
    "document pdf",
    "document show",
    "escalation list",
    "escalation show",
    "evidence checkpoint",
    "evidence package",
    "evidence receipt",
    "evidence sample",
    "exit-codes",
    "feedback list",
    "forecast",
    "guide list",
    "handover",
    "incident list",
    "incident show",
    "init",
    "item list",
    "maintenance list",
    "man",
    "measures",
    "message list",
    "message show",
    "milestone show",
    "outcomes",
    "output search",
    "paper list",
    "plan diff",
    "plan history",
    "plan show",
    "precheck list",
    "problem list",
    "question list",
    "question show",
    "quiet-period show",
    "readiness list",
    "record export",
    "record key",
    "record rotate-key",
    "record seal-accounts",
    "record show",
    "record verify",
    "rehearse",
    "release-readiness show",
    "report",
    "revisits list",
    "rfc list",
    "rfc show",
    "schema",
    "serve",
    "sheet",
    "status",
    "survey results",
    "survey show",
    "team list",
    "terminate show",
    "training sessions",
    "verify",
    "waiting",
    "waiver list",
];

/// The same, about orders and the processes that carry them out.
const ASKS: [&str; 5] = ["demo", "output", "why", "worker", "workers"];

/// Returns the routes of the pages to which something is posted.
fn posted() -> BTreeSet<String> {
    let routes = web::testing::ROUTES.lines().filter_map(|it| it.trim().strip_prefix(".route("));
    let routes = routes.filter(|it| it.contains("post(") || it.starts_with("reception::BACK"));
    let path = |it: &str| it.split(',').next().unwrap().trim_matches('"').to_owned();
    routes.map(path).collect()
}

/// Returns the operations of the API that change something.
fn operations() -> BTreeSet<String> {
    let paths = api::document()["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys().filter(|it| *it != "get");
        methods.map(move |method| format!("{method} {path}"))
    });
    methods.collect()
}

/// Returns what can be typed, without its arguments.
fn typed() -> BTreeSet<String> {
    fn below(command: &clap::Command, name: &str, found: &mut BTreeSet<String>) {
        let mut is_last = true;
        for it in command.get_subcommands().filter(|it| it.get_name() != "help") {
            is_last = false;
            below(it, format!("{name} {}", it.get_name()).trim(), found);
        }
        if is_last || !command.is_subcommand_required_set() {
            found.insert(name.to_owned());
        }
    }
    let mut found = BTreeSet::new();
    below(&command(), "", &mut found);
    found.remove("");
    found
}

/// Returns what `line` types, without its arguments.
fn verb(line: &str, typed: &BTreeSet<String>) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let found = (1..=words.len().min(3)).rev().map(|it| words[..it].join(" "));
    found.into_iter().find(|it| typed.contains(it))
}

#[test]
fn no_act_is_found_on_only_one_of_pages_api_and_command_line() {
    let (posted, operations, typed) = (posted(), operations(), typed());
    let kinds = web::testing::commands();
    let acts: BTreeSet<String> = kinds
        .iter()
        .map(|(kind, command)| {
            let line = views::typed::typed(command, None);
            verb(&line, &typed).unwrap_or_else(|| panic!("{kind}: nobody can type {line}"))
        })
        .collect();

    let mut missing = Vec::new();
    let mut lacks = |what: &str, all: &BTreeSet<String>, known: BTreeSet<&str>| {
        let found = all.iter().filter(|it| !known.contains(it.as_str()));
        missing.extend(found.map(|it| format!("{what} {it} has no counterpart")));
        let gone = known.iter().filter(|it| !all.contains(**it));
        missing.extend(gone.map(|it| format!("{what} {it} is not there")));
    };
    let pages = DOORS.iter().map(|it| it.0).chain(OF_A_BROWSER.iter().map(|it| it.0));
    let pages = pages.chain(BY_A_LINK.iter().map(|it| it.0)).chain(QUESTIONS_OF_PAGES);
    lacks("page", &posted, pages.collect());
    let known = DOORS.iter().map(|it| it.1).chain(OF_A_BROWSER.iter().map(|it| it.1));
    lacks("operation", &operations, known.chain(QUESTIONS).collect());
    let others = OTHER_WORDS.iter().map(|it| it.0);
    let known = DOORS.iter().map(|it| it.2).chain(LOOKS).chain(ASKS).chain(others);
    lacks("line", &typed, known.chain(acts.iter().map(String::as_str)).collect());
    for (_, kind) in BY_A_LINK.into_iter().chain(OTHER_WORDS) {
        if !kinds.iter().any(|(it, _)| *it == kind) {
            missing.push(format!("kind {kind} is not there"));
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "{missing:#?}");
}

#[test]
fn every_line_that_a_page_shows_can_be_typed() {
    let typed = typed();
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/pages");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in std::fs::read_dir(pages).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.split("\"landfall ").skip(1) {
            let line = format!("landfall {}", line.split('"').next().unwrap());
            seen += 1;
            if verb(&line, &typed).is_none() {
                wrong.push(line);
            }
        }
    }
    assert!(seen > 25, "only {seen} lines were found");
    assert_eq!(wrong, Vec::<String>::new());
}
