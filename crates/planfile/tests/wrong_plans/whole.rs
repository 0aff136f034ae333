//! Whole plans: many faults at once, and texts that would exhaust the reader.

use super::{RIGHT, folder, said};
use expect_test::expect;
use planfile::{MemoryFolder, load};

#[test]
fn faults_of_several_files_and_kinds_are_named_in_one_run() {
    let text = RIGHT
        .replace("zone: America/Chicago", "zone: CST")
        .replace("    needs: [dns]", "    needs: [dsn]")
        .replace("run: [install-dns], rollback: {run: [remove-dns]}", "run: [install-dns]")
        .replace("    sites-at-once: 4", "    sites-at-onc: 4")
        .replace("owner: bob, computers: 2", "owner: bop, computers: few")
        .replace("quorum: 2", "quorum: 3")
        .replace("sha256: ba78", "sha256: BA78")
        .replace("kind: broad", "kind: braod")
        .replace("support: {document: SUP, hours: always}", "support: {from: support.yaml}")
        .replace("communications: {messages: []}", "communications: {from: communications.yaml}");
    let folder = folder(&text).with("communications.yaml", "messages: [}\n");
    let loaded = load(&folder, "landfall.yaml");
    let mut codes = String::new();
    for it in &loaded.diagnostics {
        codes += &format!("{} {}:{}:{} {}\n", it.code, it.file, it.line, it.column, it.what);
    }
    expect![[r#"
        LF0401 landfall.yaml:3:7 `CST` is not an IANA time zone: write one such as `America/Chicago`
        LF0501 landfall.yaml:9:55 a SHA-256 digest has 64 lower-case hexadecimal digits
        LF0601 landfall.yaml:29:18 this step has neither a rollback nor a decision to fix forward
        LF0202 landfall.yaml:32:13 there is no component `dsn`
        LF0104 landfall.yaml:49:11 `braod` is not one of the words that may stand here
        LF0101 landfall.yaml:51:5 `sites-at-onc` is not a key here
        LF0202 landfall.yaml:54:35 there is no person `bop`
        LF0102 landfall.yaml:54:51 the text `few` stands here, where the number of computers or a list of them is expected
        LF0602 landfall.yaml:72:47 3 must approve as Change Authority, but only 2 may
        LF0109 landfall.yaml:76:17 the file `support.yaml` cannot be read: there is no such file in the plan's folder
        LF0105 communications.yaml:1:11 this is not YAML: mismatched bracket '[' closed by '}'
    "#]].assert_eq(&codes);
}

#[test]
fn a_diagnostic_is_also_json() {
    let loaded =
        load(&folder(&RIGHT.replace("    needs: [dns]", "    needs: [dsn]")), "landfall.yaml");
    let json = serde_json::to_string_pretty(&loaded.diagnostics).unwrap();
    expect![[r#"
        [
          {
            "code": "LF0202",
            "severity": "error",
            "file": "landfall.yaml",
            "line": 32,
            "column": 13,
            "snippet": {
              "text": "    needs: [dsn]",
              "from": 12,
              "length": 3
            },
            "what": "there is no component `dsn`",
            "help": "did you mean `dns`?"
          }
        ]"#]]
    .assert_eq(&json);
}

#[test]
fn files_that_would_exhaust_the_reader_are_refused() {
    let bomb: String = "a: &a [x, x, x, x, x, x, x, x]\n".to_owned()
        + &('b'..='i')
            .map(|it| {
                let before = char::from(it as u8 - 1);
                format!("{it}: &{it} [{}]\n", vec![format!("*{before}"); 8].join(", "))
            })
            .collect::<String>();
    let deep_flow = format!("title: {}{}\n", "[".repeat(500), "]".repeat(500));
    let deep_block: String = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let long = format!("title: {}\n", "x".repeat(17 << 20));
    let many = format!("title: [{}]\n", "x, ".repeat(600_000));
    for (what, text, code) in [
        ("aliases that grow", bomb, "LF0107"),
        ("deep lists", deep_flow, "LF0107"),
        ("deep keys", deep_block, "LF0107"),
        ("a long file", long, "LF0110"),
        ("many values", many, "LF0107"),
        ("an alias inside itself", "a: &a [*a]\n".to_owned(), "LF0108"),
        ("nothing", String::new(), "LF0103"),
        ("a list", "[a, b]\n".to_owned(), "LF0102"),
    ] {
        let loaded = load(&folder(&text), "landfall.yaml");
        let codes: Vec<String> = loaded.diagnostics.iter().map(|it| it.code.to_string()).collect();
        assert_eq!(codes, [code], "{what}: {}", said(&loaded));
        assert!(loaded.plan.is_none());
    }
}

#[test]
fn a_main_file_that_is_missing_or_not_utf_8_is_said_to_be_so() {
    let none = load(&MemoryFolder::default(), "landfall.yaml");
    let latin = load(
        &MemoryFolder::default().with("landfall.yaml", b"title: a\nvision: caf\xe9\n".as_slice()),
        "landfall.yaml",
    );
    expect![[r#"
        error LF0109: the file `landfall.yaml` cannot be read: there is no such file in the plan's folder
          in landfall.yaml
          help: check the name; paths are relative to the plan's folder
        error LF0113: this line is not UTF-8
          at landfall.yaml:2:1
          2 | vision: caf�
            | ^
          help: save the file as UTF-8
    "#]].assert_eq(&(said(&none) + &said(&latin)));
}

#[test]
fn a_section_in_an_empty_file_is_no_section() {
    let text = RIGHT.replace(
        "freezes:\n  - {name: sale, first: 2027-02-12, last: 2027-02-16, why: Sale}",
        "freezes: {from: freezes.yaml}",
    );
    let loaded = load(&folder(&text).with("freezes.yaml", "# Later.\n"), "landfall.yaml");
    expect![[r#"
        error LF0103: the file holds nothing
          at freezes.yaml:1:1
          1 | # Later.
            | ^
    "#]]
    .assert_eq(&said(&loaded));
    assert!(loaded.plan.is_none());
}
