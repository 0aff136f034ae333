//! Orders of one computer that travel together: here and over SSH, with real shells.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod scene;

use executor::testing::{Servers, came_about_meanwhile, start};
use model::order::{Place, Setting, Work};
use scene::{
    Scene, all, command, copy, handed_out, here, orders, over, plain, resumed, script, text,
};
use std::path::{Path, PathBuf};

/// One place of each kind, with the home directory of its orders.
struct Places {
    scene: Scene,
    servers: Servers,
}

impl Places {
    fn new() -> Self {
        Self { scene: Scene::new(), servers: start(1).unwrap() }
    }

    fn all(&self) -> [(Place, PathBuf); 2] {
        let over_ssh = over(&self.servers.addresses[0]);
        [(here(), self.scene.path("home")), (over_ssh, self.servers.home.clone())]
    }
}

const WELL: &str = "succeeded: Watched";
const NOT_BEGUN: &str = "withheld: the step before it did not succeed";

// Proves: X-10
#[tokio::test]
async fn each_begins_after_the_one_before_succeeded_and_none_after_one_that_failed() {
    let places = Places::new();
    for (place, home) in places.all() {
        let orders = orders(
            "B1",
            &place,
            vec![
                command(&["printf", "%s-", "a b", "$HOME", "it's"]),
                script("echo one >>\"$HOME/said\"; echo out; echo landfall-x ended 0 0 >&2"),
                script("seq 1 100000"),
                script("echo two >>\"$HOME/said\"; echo bad; exit 7"),
                script("echo three >>\"$HOME/said\""),
                command(&["true"]),
            ],
        );
        let endings = all(&places.scene.executor, &handed_out(&orders)).await;
        let failed = "exit: ended with exit code 7";
        assert_eq!(endings, [WELL, WELL, WELL, failed, NOT_BEGUN, NOT_BEGUN]);
        assert_eq!(text(&home.join("said")), "one\ntwo\n");
        assert_eq!(places.scene.output(&orders[0]).await, "a b-$HOME-it's-");
        assert_eq!(places.scene.output(&orders[1]).await, "out\nlandfall-x ended 0 0\n");
        assert!(places.scene.output(&orders[2]).await.ends_with("\n99999\n100000\n"));
        assert_eq!(places.scene.output(&orders[3]).await, "bad\n");
    }
    assert_eq!(places.scene.executor.connections_opened(), 1);
}

#[tokio::test]
async fn files_travel_along_and_large_ones_alone() {
    let places = Places::new();
    let file = |name: &str, size: usize| {
        let path = places.scene.path(name);
        std::fs::write(&path, (0..size).map(|it| (it * it % 251) as u8).collect::<Vec<_>>())
            .unwrap();
        path
    };
    let files = [file("a", 100_000), file("b", 0), file("c", 300_000), file("d", 2_000_000)];
    for (place, home) in places.all() {
        let to = |name: &str| home.join("new folder/it's").join(name);
        let mut works: Vec<Work> = files
            .iter()
            .map(|it| copy(it, &to(it.file_name().unwrap().to_str().unwrap())))
            .collect();
        // The second time it is there already, and its bytes are passed over.
        works.insert(1, works[0].clone());
        works.insert(0, script("umask >\"$HOME/umask\""));
        works.push(script("umask >>\"$HOME/umask\"; cat \"$HOME/new folder/it's/\"? | wc -c"));
        let orders = orders("B2", &place, works);
        let endings = all(&places.scene.executor, &handed_out(&orders)).await;
        assert_eq!(endings, [WELL, WELL, "succeeded: Verified", WELL, WELL, WELL, WELL]);
        for it in &files {
            let name = it.file_name().unwrap().to_str().unwrap();
            assert!(std::fs::read(to(name)).unwrap() == std::fs::read(it).unwrap(), "{name}");
        }
        assert_eq!(places.scene.output(&orders[6]).await, "2400000\n");
        let umask = text(&home.join("umask"));
        assert_eq!(umask.lines().next(), umask.lines().last());
    }
}

#[tokio::test]
async fn what_cannot_be_done_as_written_stops_those_behind_it() {
    let places = Places::new();
    let file = places.scene.path("a");
    std::fs::write(&file, "x").unwrap();
    for (number, (bad, expected)) in [
        (
            copy(&file, Path::new("/proc/nowhere/a")),
            "refused: could not be carried out: cannot make",
        ),
        (copy(&file, Path::new("../a")), "refused: could not be carried out: `../a` is not"),
        (command(&["a\0b"]), "refused: could not be carried out: a text with a zero byte"),
        (command(&[]), "refused: could not be carried out: a command without"),
    ]
    .into_iter()
    .enumerate()
    {
        for (place, home) in places.all() {
            let works = vec![
                command(&["true"]),
                command(&["true"]),
                bad.clone(),
                script("touch \"$HOME/x\""),
            ];
            let orders = orders(&format!("B{number}"), &place, works);
            let endings = all(&places.scene.executor, &handed_out(&orders)).await;
            assert_eq!(
                [&endings[0], &endings[1], &endings[3]],
                [WELL, WELL, NOT_BEGUN],
                "{endings:?}"
            );
            assert!(endings[2].starts_with(expected), "{endings:?}");
            assert!(!home.join("x").exists());
        }
    }
}

#[tokio::test]
async fn values_and_secrets_stay_with_their_own_order() {
    let places = Places::new();
    for (place, home) in places.all() {
        let show = "printf '%s|' \"$VALUE\" \"${PASSWORD-none}\" \"$journal\" \"$LANDFALL_ORDER\"; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'batter[y]'; true";
        let mut orders = orders("B3", &place, vec![script(show), script(show), script(show)]);
        let hostile = "'; touch /tmp/owned; echo '\nend-0\ngo\n$(id) \\ \" ünï";
        plain(&mut orders[0].environment, "VALUE", hostile);
        plain(&mut orders[1].environment, "VALUE", "");
        let secret = Setting::Secret("env:PASSWORD".to_owned());
        orders[1].environment.insert("PASSWORD".to_owned(), secret);
        let endings = all(&places.scene.executor, &handed_out(&orders)).await;
        assert_eq!(endings, [WELL, WELL, WELL]);
        for (order, expected) in orders.iter().zip([
            format!("{hostile}|none||site/B3/0#1|0\n"),
            "|[secret]||site/B3/1#1|0\n".to_owned(),
            "|none||site/B3/2#1|0\n".to_owned(),
        ]) {
            assert_eq!(places.scene.output(order).await, expected);
        }
        let mut files = vec![home.join(".landfall"), places.scene.path("journal")];
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
            } else if path.file_name().unwrap() != "out" {
                assert!(!text(&path).contains("horse"), "{path:?}");
            }
        }
    }
}

#[tokio::test]
async fn one_that_is_called_back_never_begins_and_what_is_under_way_goes_on() {
    let places = Places::new();
    for (place, home) in places.all() {
        let wait =
            script("echo x >>\"$HOME/began\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done");
        let works =
            vec![command(&["true"]), wait, script("echo y >>\"$HOME/began\""), command(&["true"])];
        let handed = handed_out(&orders("B4", &place, works));
        let journals = [home.join(".landfall/FG30"), places.scene.path("journal/FG30")];
        let marked = || {
            let orders = journals
                .iter()
                .flat_map(|it| std::fs::read_dir(it).into_iter().flatten().flatten());
            let begun = orders.map(|it| text(&it.path().join("begun")));
            begun.filter(|it| it.starts_with("0 0 never")).count()
        };
        // Another place may have kept its journal where this one does.
        let before = marked();
        let calls_back = async {
            assert!(came_about_meanwhile(|| text(&home.join("began")) == "x\n").await);
            handed[2].1.withhold("the halt of ring early");
            // It is withheld when its journal has the mark of nobody.
            assert!(came_about_meanwhile(|| marked() > before).await);
            std::fs::write(home.join("go"), "").unwrap();
        };
        let (endings, ()) = tokio::join!(all(&places.scene.executor, &handed), calls_back);
        let back = "withheld: it was called back by the halt of ring early";
        assert_eq!(endings, [WELL, WELL, back, back]);
        assert_eq!(text(&home.join("began")), "x\n");
    }
}

// Proves: X-10
#[tokio::test]
async fn one_that_is_taken_up_after_somebody_stopped_it_does_not_begin() {
    let places = Places::new();
    for (place, home) in places.all() {
        let works = vec![script("echo x >>\"$HOME/began\""), command(&["true"])];
        let handed = handed_out(&orders("B11", &place, works));
        // Called back because its site goes on no longer, and then stopped by a person.
        handed[0].1.withhold("the engine");
        handed[0].1.stop("ivo.marchetti");
        let endings = resumed(&places.scene.executor, &handed).await;
        let back = "withheld: it was called back by ivo.marchetti";
        assert_eq!(endings, [back, back]);
        assert!(!home.join("began").exists());
    }
}

#[tokio::test]
async fn one_over_time_is_stopped_without_what_an_earlier_one_left_running() {
    let places = Places::new();
    for (place, home) in places.all() {
        let mut orders = orders(
            "B5",
            &place,
            vec![
                script("sleep 600 >/dev/null 2>&1 & echo $! >\"$HOME/daemon\""),
                script("trap '' TERM; echo $$ >\"$HOME/pid\"; while :; do sleep 1; done"),
                script("echo y >>\"$HOME/began\""),
            ],
        );
        orders[1].time_limit_s = 1;
        orders[1].verify = Some(script("exit 1"));
        let endings = all(&places.scene.executor, &handed_out(&orders)).await;
        let stopped =
            "not done: was stopped before it had an effect: it took longer than its 1 seconds";
        assert_eq!(endings, [WELL, stopped, NOT_BEGUN]);
        assert!(!scene::lives(text(&home.join("pid")).trim()));
        let daemon = text(&home.join("daemon"));
        assert!(scene::lives(daemon.trim()), "what was left running is not the order's");
        end(daemon.trim());
        assert!(!home.join("began").exists());
    }
}

#[expect(clippy::disallowed_methods, reason = "what the order left running ends with the test")]
fn end(process: &str) {
    assert!(std::process::Command::new("kill").arg(process).status().unwrap().success());
}

#[tokio::test]
async fn a_process_left_behind_with_the_output_holds_up_nobody() {
    let places = Places::new();
    for (place, home) in places.all() {
        let works = vec![
            script("echo x >>\"$HOME/began\"; sleep 600 & echo $! >\"$HOME/daemon\""),
            script("echo y >>\"$HOME/began\""),
            command(&["true"]),
        ];
        let endings = all(&places.scene.executor, &handed_out(&orders("B6", &place, works))).await;
        assert!(endings.iter().all(|it| it.starts_with("succeeded")), "{endings:?}");
        assert_eq!(text(&home.join("began")), "x\ny\n");
        end(text(&home.join("daemon")).trim());
    }
}

#[tokio::test]
async fn a_cut_connection_repeats_none_and_loses_none() {
    let places = Places::new();
    let (place, home) = &places.all()[1];
    let step = |name: &str| {
        script(&format!(
            "echo {name} >>\"$HOME/began\"; while [ ! -e \"$HOME/{name}\" ]; do sleep 0.05; done"
        ))
    };
    let orders = orders("B7", place, vec![step("a"), step("b"), step("c")]);
    let handed = handed_out(&orders);
    let cut = async {
        assert!(came_about_meanwhile(|| text(&home.join("began")) == "a\n").await);
        assert!(came_about_meanwhile(|| places.servers.sever_connections().unwrap() > 0).await);
        for name in ["a", "b", "c"] {
            std::fs::write(home.join(name), "").unwrap();
        }
    };
    let (endings, ()) = tokio::join!(all(&places.scene.executor, &handed), cut);
    assert!(endings.iter().all(|it| it.starts_with("succeeded")), "{endings:?}");
    assert_eq!(text(&home.join("began")), "a\nb\nc\n");
    assert_eq!(resumed(&places.scene.restarted(), &handed).await.len(), 3);
    assert_eq!(text(&home.join("began")), "a\nb\nc\n");
}

#[tokio::test]
async fn an_executor_that_goes_away_is_followed_by_one_that_goes_on() {
    let places = Places::new();
    for (place, home) in places.all() {
        let step = |name: &str| {
            script(&format!(
                "echo {name} >>\"$HOME/gone\"; while [ ! -e \"$HOME/on\" ]; do sleep 0.05; done"
            ))
        };
        let handed = handed_out(&orders(
            "B8",
            &place,
            vec![step("a"), step("b"), script("exit 3"), step("c")],
        ));
        let first = places.scene.restarted();
        tokio::select! {
            endings = all(&first, &handed) => panic!("{endings:?}"),
            is_begun = came_about_meanwhile(|| text(&home.join("gone")) == "a\n") => assert!(is_begun),
        }
        std::fs::write(home.join("on"), "").unwrap();
        let endings = resumed(&places.scene.restarted(), &handed).await;
        let a = &endings[0];
        assert!(a.starts_with("succeeded"), "{endings:?}");
        assert_eq!(endings[2..], ["exit: ended with exit code 3", NOT_BEGUN]);
        assert_eq!(text(&home.join("gone")), "a\nb\n");
    }
}

// Proves: X-10
#[tokio::test]
async fn a_file_is_not_sent_again_over_what_a_step_after_it_has_changed() {
    let places = Places::new();
    let file = places.scene.path("app.conf");
    std::fs::write(&file, "sent\n").unwrap();
    for (place, home) in places.all() {
        let to = home.join("app.conf");
        let edits =
            "echo edited >>\"$HOME/app.conf\"; while [ ! -e \"$HOME/edit\" ]; do sleep 0.05; done";
        let works = vec![copy(&file, &to), script(edits), command(&["true"])];
        let handed = handed_out(&orders("B12", &place, works));
        let first = places.scene.restarted();
        tokio::select! {
            endings = all(&first, &handed) => panic!("{endings:?}"),
            is_edited = came_about_meanwhile(|| text(&to) == "sent\nedited\n") => assert!(is_edited),
        }
        std::fs::write(home.join("edit"), "").unwrap();
        let endings = resumed(&places.scene.restarted(), &handed).await;
        assert_eq!(endings[0], "succeeded: Journal");
        assert!(endings.iter().all(|it| it.starts_with("succeeded")), "{endings:?}");
        assert_eq!(text(&to), "sent\nedited\n");
    }
}

// Proves: X-10
#[tokio::test]
async fn a_file_that_has_arrived_is_not_sent_again_over_what_somebody_made_of_it() {
    let places = Places::new();
    for (place, home) in places.all() {
        for size in [10, 2_000_000] {
            let (file, to) = (places.scene.path("file"), home.join("file"));
            std::fs::write(&file, vec![b'x'; size]).unwrap();
            let works = vec![copy(&file, &to)];
            let handed = handed_out(&orders(&format!("B13.{size}"), &place, works));
            assert_eq!(all(&places.scene.executor, &handed).await, [WELL]);
            std::fs::write(&to, "edited").unwrap();
            let endings = resumed(&places.scene.restarted(), &handed).await;
            assert_eq!(endings, ["succeeded: Journal"], "{size}");
            assert_eq!(text(&to), "edited", "{size}");
        }
    }
}

#[tokio::test]
async fn after_a_restart_of_the_computer_nobody_knows_whether_one_that_was_sent_had_begun() {
    let places = Places::new();
    for (place, home) in places.all() {
        let handed = handed_out(&orders(
            "B9",
            &place,
            vec![command(&["true"]), script("exit 5"), script("exit 0")],
        ));
        assert_eq!(all(&places.scene.executor, &handed).await[1], "exit: ended with exit code 5");
        // As a power cut would leave it: what was on disk before anything began, and nothing else.
        for journals in [home.join(".landfall/FG30"), places.scene.path("journal/FG30")] {
            for journal in std::fs::read_dir(journals).into_iter().flatten().flatten() {
                for file in std::fs::read_dir(journal.path()).unwrap().flatten() {
                    if file.file_name() == "sent" {
                        std::fs::write(file.path(), "another boot\n").unwrap();
                    } else {
                        std::fs::remove_file(file.path()).unwrap();
                    }
                }
            }
        }
        let endings = resumed(&places.scene.restarted(), &handed).await;
        assert!(endings.iter().all(|it| it.starts_with("unknown")), "{endings:?}");
    }
}

#[tokio::test]
async fn a_computer_that_cannot_be_reached_has_begun_none() {
    let mut places = Places::new();
    places.servers.stop();
    let place = over(&places.servers.addresses[0]);
    let handed = handed_out(&orders("B10", &place, vec![command(&["true"]), command(&["true"])]));
    let endings = all(&places.scene.executor, &handed).await;
    assert!(endings[0].starts_with("unreachable"), "{endings:?}");
    assert_eq!(endings[1], "withheld: the computer could not be reached");
}
