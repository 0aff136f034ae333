//! Orders on this computer, with real processes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scene;

use executor::Cancel;
use executor::testing::came_about_meanwhile;
use model::digest::Digest;
use model::order::{Failure, Outcome, Proof, Setting};
use scene::{Scene, command, copy, here, intent, order, plain, said, script, succeeded};
use std::io::{Read as _, Write as _};

#[tokio::test]
async fn an_order_ends_as_its_process_ends() {
    let scene = Scene::new();
    for (number, (work, expected, output)) in [
        (command(&["true"]), "succeeded: Watched", ""),
        (
            command(&["printf", "%s-", "a b", "$HOME", "it's"]),
            "succeeded: Watched",
            "a b-$HOME-it's-",
        ),
        (script("echo one; echo two >&2; exit 7"), "exit: ended with exit code 7", "one\ntwo\n"),
        (command(&["/no/such/program"]), "exit: ended with exit code 127", "not found"),
        (script("kill -KILL $$"), "exit: ended with exit code 137", "Killed"),
        (script("cat; echo end"), "succeeded: Watched", "end\n"),
        (command(&[]), "refused", ""),
        (command(&["a\0b"]), "refused", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let order = order(&format!("core/db/step#{number}"), here(), work);
        let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
        assert!(said(&report).starts_with(expected), "{report:?}");
        let kept = scene.output(&order).await;
        assert!(kept.contains(output) && kept.is_empty() == output.is_empty(), "{kept}");
        assert_eq!(report.output_bytes, kept.len() as u64);
        assert_eq!(report.output_sha256, (!kept.is_empty()).then(|| Digest::of(kept.as_bytes())));
        let succeeded = matches!(report.outcome, Outcome::Succeeded { .. });
        let last = if succeeded || kept.is_empty() { None } else { Some(kept) };
        assert_eq!(report.last_output, last);
    }
}

#[tokio::test]
async fn values_reach_the_script_as_they_are_and_nothing_else_does() {
    let scene = Scene::new();
    let hostile = "'; touch /tmp/owned; echo '\n$(id) `id` \\ \" ünï *";
    let mut order = order(
        "core/db/env#1",
        here(),
        script(
            "printf '%s|' \"$VALUE\" \"$journal\" \"$IFS\" \"$LANDFALL_ORDER\"; env -0 | sort -z | cut -z -d= -f1 | tr '\\0' ' '",
        ),
    );
    for (name, value) in
        [("VALUE", hostile), ("journal", "x"), ("IFS", "e"), ("PATH", "/bin:/usr/bin")]
    {
        plain(&mut order.environment, name, value);
    }
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert_eq!(report.outcome, succeeded(Proof::Watched));
    let output = scene.output(&order).await;
    let (values, names) = output.rsplit_once('|').unwrap();
    let mut values = values.split('|');
    assert_eq!(values.next(), Some(hostile));
    assert_eq!(values.next(), Some("x"));
    // A shell takes no field separators from its environment; a program would see them.
    assert_eq!(values.nth(1), Some("core/db/env#1"));
    assert_eq!(
        names.split_whitespace().collect::<Vec<_>>().join(" "),
        "HOME IFS LANDFALL_COMPUTER LANDFALL_DEPLOYMENT LANDFALL_ORDER LANG PATH PWD VALUE journal"
    );
}

#[tokio::test]
async fn secrets_reach_the_process_and_neither_output_nor_journal() {
    let scene = Scene::new();
    let mut order = order(
        "core/db/secret#1",
        here(),
        script(
            "echo \"$PASSWORD\"; printf %s \"$PASSWORD\" | base64; printf %s \"$PASSWORD\" | od -An -tx1 | tr -d ' \\n'; set -x; : \"$PASSWORD\"; exit 1",
        ),
    );
    order.environment.insert("PASSWORD".to_owned(), Setting::Secret("env:PASSWORD".to_owned()));
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert_eq!(report.outcome, Outcome::Failed { cause: Failure::Exit { code: 1 } });
    let expected = "[secret]\n[secret]==\n[secret]+ : [secret]\n+ exit 1\n";
    assert_eq!(report.last_output.unwrap(), expected);
    let mut files = vec![scene.folder.path().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
        } else if path.file_name().unwrap() != "out" {
            // What the step itself printed stays on its computer; nothing else may hold it.
            let text = std::fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&text).contains("battery"), "{path:?}");
        }
    }
}

#[tokio::test]
async fn a_missing_secret_or_an_impossible_name_refuses_the_order_and_begins_nothing() {
    let scene = Scene::new();
    for (name, setting, why) in [
        ("A", Setting::Secret("env:NONE".to_owned()), "`env:NONE` is missing"),
        ("A-B", Setting::Plain(String::new()), "`A-B` cannot name"),
    ] {
        let mut order = order("core/db/refused#1", here(), script("exit 0"));
        order.environment.insert(name.to_owned(), setting);
        let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
        assert!(said(&report).starts_with("refused") && said(&report).contains(why), "{report:?}");
        assert!(!scene.path("journal").exists());
    }
}

#[tokio::test]
async fn a_flood_of_output_is_bounded_and_does_not_hurt_the_step() {
    let scene = Scene::new();
    let order = order(
        "core/db/flood#1",
        here(),
        script("head -c 52428800 /dev/zero | tr '\\0' x && echo done >\"$HOME/done\""),
    );
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert_eq!(report.outcome, succeeded(Proof::Watched));
    assert_eq!(report.output_bytes, executor::OUTPUT_BYTES_MAX);
    assert_eq!(scene.text("home/done"), "done\n");
}

#[tokio::test]
async fn an_order_that_hangs_is_killed_with_all_its_children_and_is_unknown() {
    let scene = Scene::new();
    let mut order = order(
        "core/db/hang#1",
        here(),
        script(
            "trap '' TERM; echo begun
             (trap '' TERM; sh -c 'echo $PPID' >\"$HOME/pids\"; while :; do sleep 1; done) &
             while :; do sleep 1; done",
        ),
    );
    order.time_limit_s = 1;
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert_eq!(
        said(&report),
        "unknown: it took longer than its 1 seconds; it has no verify to ask"
    );
    assert_eq!(report.last_output.as_deref(), Some("begun\n"));
    let pid = scene.text("home/pids").trim().to_owned();
    assert!(!scene::lives(&pid));
}

#[tokio::test]
async fn after_a_stop_verify_says_what_is_known() {
    let scene = Scene::new();
    for (number, (verify, expected)) in [
        (script("exit 0"), "succeeded: Verified"),
        (script("exit 1"), "not done: was stopped before it had an effect: it was stopped by ivo"),
        (
            command(&["/no/such/verify"]),
            "unknown: it was stopped by ivo; its verify gave no verdict",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let work = script("echo $$ >\"$HOME/mark\"; while :; do sleep 1; done");
        let mut order = order(&format!("core/db/stop#{number}"), here(), work);
        order.verify = Some(verify);
        let cancel = Cancel::new();
        let wish = async {
            assert!(came_about_meanwhile(|| !scene.text("home/mark").is_empty()).await);
            cancel.stop("ivo");
            cancel.stop("somebody later");
        };
        let intent = intent(&order);
        let (report, ()) = tokio::join!(scene.executor.carry_out(&intent, &cancel), wish);
        assert!(said(&report).starts_with(expected), "{report:?}");
        std::fs::remove_file(scene.path("home/mark")).unwrap();
        // Stopped is stopped: handed out again it is not begun again.
        let again = scene.executor.resume(&intent, &Cancel::new()).await;
        assert!(!scene.path("home/mark").exists(), "{again:?}");
    }
}

#[tokio::test]
async fn an_order_stopped_before_it_is_sent_never_begins_even_later() {
    let scene = Scene::new();
    let order = order("core/db/never#1", here(), script("echo x >>\"$HOME/count\""));
    let cancel = Cancel::new();
    cancel.stop("the halt of ring early");
    for _ in 0..3 {
        let report = scene.executor.resume(&intent(&order), &cancel).await;
        assert!(
            matches!(said(&report).split(':').next(), Some("not done" | "succeeded")),
            "{report:?}"
        );
    }
    let first = scene.text("home/count");
    let report = scene.executor.resume(&intent(&order), &Cancel::new()).await;
    assert_eq!(scene.text("home/count"), first, "{report:?}");
}

// Proves: X-10
#[tokio::test]
async fn an_order_handed_out_twice_runs_once() {
    let scene = Scene::new();
    let work = script(
        "echo x >>\"$HOME/count\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo out",
    );
    let order = order("core/db/twice#1", here(), work);
    let intent = intent(&order);
    let (one, two) = (scene.restarted(), scene.restarted());
    let go = async {
        assert!(came_about_meanwhile(|| !scene.text("home/count").is_empty()).await);
        std::fs::write(scene.path("home/go"), "").unwrap();
    };
    let (cancel, other) = (Cancel::new(), Cancel::new());
    let (one, two, ()) =
        tokio::join!(one.carry_out(&intent, &cancel), two.resume(&intent, &other), go);
    let mut proofs = [said(&one), said(&two)];
    proofs.sort();
    assert_eq!(proofs, ["succeeded: Journal", "succeeded: Watched"]);
    assert_eq!(scene.text("home/count"), "x\n");
    let third = scene.executor.resume(&intent, &Cancel::new()).await;
    assert_eq!(third.outcome, succeeded(Proof::Journal));
    assert_eq!(third.output_sha256, one.output_sha256);
    assert_eq!(scene.text("home/count"), "x\n");
}

#[tokio::test]
async fn an_order_whose_watcher_is_gone_goes_on_and_is_adopted() {
    let scene = Scene::new();
    let work = script(
        "echo x >>\"$HOME/count\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; exit 4",
    );
    let order = order("core/db/adopt#1", here(), work);
    let watcher = {
        let (executor, intent) = (scene.restarted(), intent(&order));
        tokio::spawn(async move { executor.carry_out(&intent, &Cancel::new()).await })
    };
    assert!(came_about_meanwhile(|| !scene.text("home/count").is_empty()).await);
    watcher.abort();
    assert!(watcher.await.unwrap_err().is_cancelled());
    std::fs::write(scene.path("home/go"), "").unwrap();
    let report = scene.restarted().resume(&intent(&order), &Cancel::new()).await;
    assert_eq!(report.outcome, Outcome::Failed { cause: Failure::Exit { code: 4 } });
    assert_eq!(scene.text("home/count"), "x\n");
}

/// Returns the journal directory of the only order there is.
fn only_journal(scene: &Scene) -> std::path::PathBuf {
    let mut orders = std::fs::read_dir(scene.path("journal/FG30")).unwrap();
    orders.next().unwrap().unwrap().path()
}

#[tokio::test]
async fn a_process_number_given_to_another_process_is_not_taken_for_the_order() {
    let scene = Scene::new();
    let order = order("core/db/reused#1", here(), script("echo x >>\"$HOME/count\""));
    scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    let journal = only_journal(&scene);
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    for mark in [
        // Our own process lives, but began at another time.
        format!("{} 1 {boot}", std::process::id()),
        // The same process and time, at another boot.
        format!("{} 1 00000000-0000-0000-0000-000000000000\n", std::process::id()),
    ] {
        std::fs::write(journal.join("begun"), mark).unwrap();
        let _ = std::fs::remove_file(journal.join("rc"));
        let report = scene.executor.resume(&intent(&order), &Cancel::new()).await;
        assert_eq!(
            said(&report),
            "unknown: it left no end on its computer: it was interrupted, or the computer was restarted before it began; it has no verify to ask"
        );
    }
    assert_eq!(scene.text("home/count"), "x\n");
}

// Proves: X-10
#[tokio::test]
async fn an_interrupted_order_is_verified_and_never_repeated() {
    let scene = Scene::new();
    for (number, (verify, expected)) in [
        (script("test -s \"$HOME/count\""), "succeeded: Verified"),
        (script("exit 3"), "unknown: it left no end on its computer: it was interrupted, or the computer was restarted before it began; its verify says that it is not done: exit code 3"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut order = order(&format!("core/db/interrupted#{number}"), here(), script("echo x >>\"$HOME/count\"; kill -KILL 0"));
        order.verify = Some(verify);
        let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
        assert_eq!(said(&report), expected);
        assert_eq!(scene.text("home/count"), "x\n".repeat(number + 1));
    }
}

#[tokio::test]
async fn a_process_left_behind_neither_holds_up_the_order_nor_loses_its_output() {
    let scene = Scene::new();
    let work = script(
        "(trap 'echo gone >\"$HOME/gone\"; exit' TERM; echo $$ >\"$HOME/pid\"; while :; do echo still; sleep 0.1; done) & echo started",
    );
    let order = order("core/db/daemon#1", here(), work);
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert_eq!(report.outcome, succeeded(Proof::Watched));
    assert!(scene.output(&order).await.contains("started"));
    // It still writes, and nothing has hurt it: its output grows.
    let out = only_journal(&scene).join("out");
    let before = std::fs::metadata(&out).unwrap().len();
    assert!(came_about_meanwhile(|| std::fs::metadata(&out).unwrap().len() > before).await);
    let keeper = std::fs::read_to_string(only_journal(&scene).join("begun")).unwrap();
    end_group(keeper.split(' ').next().unwrap());
}

#[expect(clippy::disallowed_methods, reason = "a test cleans up what its order left behind")]
fn end_group(group: &str) {
    let killed =
        std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
    assert!(killed.unwrap().success());
}

#[tokio::test]
async fn output_is_kept_while_the_order_still_runs() {
    let scene = Scene::new();
    let order = order(
        "core/db/live#1",
        here(),
        script("echo early; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo late"),
    );
    let log = scene.path("outputs/FG30/core/db/live#1.log");
    let go = async {
        assert!(
            came_about_meanwhile(|| std::fs::read(&log).is_ok_and(|it| it == b"early\n")).await
        );
        std::fs::write(scene.path("home/go"), "").unwrap();
    };
    let (intent, cancel) = (intent(&order), Cancel::new());
    let (report, ()) = tokio::join!(scene.executor.carry_out(&intent, &cancel), go);
    assert_eq!(report.outcome, succeeded(Proof::Watched));
    assert_eq!(scene.output(&order).await, "early\nlate\n");
    let mut found = scene.executor.search_output(&order.deployment, "lat", 10);
    assert_eq!(found.recv().await.unwrap().order, order.id);
    assert_eq!(found.recv().await, None);
}

// Proves: G-03
#[tokio::test]
async fn a_file_is_copied_once_and_only_if_it_is_the_release_s() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    let file = scene.path("edge.tar");
    std::fs::write(&file, "x".repeat(300_000)).unwrap();
    let to = scene.path("home/a dir/it's/edge.tar");
    let work = copy(&file, &to);
    for (number, expected) in ["succeeded: Watched", "succeeded: Verified"].into_iter().enumerate()
    {
        let order = order(&format!("core/db/copy#{number}"), here(), work.clone());
        let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
        assert_eq!(said(&report), expected);
        assert_eq!(std::fs::read(&to).unwrap(), std::fs::read(&file).unwrap());
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o7777, 0o750);
    }
    std::fs::write(&file, "tampered").unwrap();
    let order = order("core/db/copy#9", here(), work);
    let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
    assert!(said(&report).starts_with("digest"), "{report:?}");
    let beside = std::fs::read_dir(to.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside the target");
}

#[tokio::test]
async fn an_impossible_target_is_refused() {
    let scene = Scene::new();
    let file = scene.path("file");
    std::fs::write(&file, "x").unwrap();
    for to in ["relative", "/a/../b", "/a/", "/a\nb", "/proc/nowhere/file"] {
        let order = order("core/db/copy#1", here(), copy(&file, std::path::Path::new(to)));
        let report = scene.executor.carry_out(&intent(&order), &Cancel::new()).await;
        assert!(said(&report).starts_with("refused"), "{to}: {report:?}");
    }
}

#[tokio::test]
async fn an_http_check_compares_status_and_text() {
    let scene = Scene::new();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/health", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 1024];
            let read = stream.read(&mut request).unwrap();
            let answer = if String::from_utf8_lossy(&request[..read]).contains("/away") {
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nhealthy"
            };
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let closed = {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        format!("http://127.0.0.1:{port}/")
    };
    let away = url.replace("/health", "/away");
    for (url, status, contains, expected) in [
        (&url, 200, Some("healthy"), "succeeded: Watched"),
        (&url, 200, None, "succeeded: Watched"),
        (&url, 204, None, "check"),
        (&url, 200, Some("sick"), "check"),
        (&away, 302, None, "succeeded: Watched"),
        (&closed, 200, None, "check"),
    ] {
        let contains = contains.map(str::to_owned);
        let work = model::order::Work::Http { url: url.clone(), status, contains };
        let report = scene
            .executor
            .carry_out(&intent(&order("core/db/check#1", here(), work)), &Cancel::new())
            .await;
        assert!(said(&report).starts_with(expected), "{url} {status}: {report:?}");
    }
}
