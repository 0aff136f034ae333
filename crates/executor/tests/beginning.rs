//! What is not to begin does not, however long it waited for its computer, and what has begun does not
//! begin again, whatever became of its computer meanwhile. With real shells and a real sshd.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scene;

use executor::testing::{Peculiarities, Servers, came_about_meanwhile, start, start_peculiar};
use executor::{Cancel, Executor, MissingSecret};
use model::digest::Digest;
use model::order::{Ending, Intent, Order, Setting, Work};
use scene::{
    Scene, all, command, copy, handed_out, intent, orders, over, resumed, script, text, told,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::time::{Duration, Instant};
use zeroize::Zeroizing;

const BACK: &str = "withheld: it was called back by the halt of ring early";

/// Returns works of each kind that leave a trace at `done`: one alone, two together, and a file that is
/// too large to travel with others.
fn works(scene: &Scene, servers: &Servers) -> [(Vec<Work>, PathBuf); 3] {
    let step = || script("echo x >>\"$HOME/done\"");
    let file = scene.path("large");
    std::fs::write(&file, vec![7; 2_000_000]).unwrap();
    let (done, to) = (servers.home.join("done"), servers.home.join("large"));
    [(vec![step()], done.clone()), (vec![step(), step()], done), (vec![copy(&file, &to)], to)]
}

fn call_back(orders: &[(Intent, Cancel)]) {
    orders.iter().for_each(|(_, cancel)| cancel.withhold("the halt of ring early"));
}

// Proves: X-10
#[tokio::test]
async fn one_that_is_called_back_while_it_waits_for_room_never_begins() {
    let servers = start(2).unwrap();
    let scene = Scene::with(|settings| settings.connections_max = 1);
    let holds = script("echo x >\"$HOME/holds\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done");
    let holds = handed_out(&orders("B1", &over(&servers.addresses[0]), vec![holds]));
    let waiting = async {
        assert!(came_about_meanwhile(|| servers.home.join("holds").exists()).await);
        for (number, (works, done)) in works(&scene, &servers).into_iter().enumerate() {
            let place = over(&servers.addresses[1]);
            let handed = handed_out(&orders(&format!("B2.{number}"), &place, works));
            let later = async {
                tokio::task::yield_now().await;
                call_back(&handed);
            };
            let (endings, ()) = tokio::join!(all(&scene.executor, &handed), later);
            assert!(endings.iter().all(|it| it == BACK), "{endings:?}");
            assert!(!done.exists());
        }
        std::fs::write(servers.home.join("go"), "").unwrap();
    };
    let (endings, ()) = tokio::join!(all(&scene.executor, &holds), waiting);
    assert_eq!(endings, ["succeeded: Watched"]);
}

// Proves: X-10
#[tokio::test]
async fn one_that_is_called_back_before_those_before_it_leave_is_not_sent_along() {
    let servers = start(2).unwrap();
    let scene = Scene::with(|settings| settings.connections_max = 1);
    let holds = script("echo x >\"$HOME/holds\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done");
    let holds = handed_out(&orders("B14", &over(&servers.addresses[0]), vec![holds]));
    let works: Vec<_> = (0..4).map(|it| script(&format!("echo {it} >>\"$HOME/done\""))).collect();
    let given = |name: &str| handed_out(&orders(name, &over(&servers.addresses[1]), works.clone()));
    let journals = || std::fs::read_dir(servers.home.join(".landfall/FG30")).unwrap().count();
    let waits = given("B15");
    let calls_back = async {
        assert!(came_about_meanwhile(|| servers.home.join("holds").exists()).await);
        call_back(&waits[2..]);
        std::fs::write(servers.home.join("go"), "").unwrap();
    };
    let (_, endings, ()) =
        tokio::join!(all(&scene.executor, &holds), all(&scene.executor, &waits), calls_back);
    let expected = ["succeeded: Watched", "succeeded: Watched", BACK, BACK];
    assert_eq!(endings, expected);
    assert_eq!(journals(), 1 + 2, "what was called back while the others waited has none");
    let early = given("B16");
    call_back(&early[2..]);
    assert_eq!(all(&scene.executor, &early).await, expected);
    assert_eq!(journals(), 1 + 2 + 2, "nor has what was called back before");
    assert_eq!(text(&servers.home.join("done")), "0\n1\n0\n1\n");
}

/// Returns servers whose first session waits for `$HOME/go` before it starts what it was told to.
fn slow_to_log_in() -> Servers {
    let configuration = "ForceCommand if mkdir \"$HOME/first\" 2>/dev/null; then echo $$ >\"$HOME/login\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; fi; exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"";
    start_peculiar(1, &Peculiarities { configuration: configuration.to_owned() }).unwrap()
}

/// Lets the first session come to life, with all that it was told, and come to its end.
async fn let_log_in(servers: &Servers) {
    let login = text(&servers.home.join("login"));
    std::fs::write(servers.home.join("go"), "").unwrap();
    assert!(came_about_meanwhile(|| !scene::lives(login.trim())).await);
}

// Proves: X-10
#[tokio::test]
async fn one_that_is_called_back_while_its_login_hangs_never_begins() {
    for kind in 0..3 {
        let (scene, servers) = (Scene::new(), slow_to_log_in());
        let (works, done) = works(&scene, &servers)[kind].clone();
        let handed = handed_out(&orders("B3", &over(&servers.addresses[0]), works));
        let later = async {
            assert!(came_about_meanwhile(|| !text(&servers.home.join("login")).is_empty()).await);
            call_back(&handed);
        };
        let (endings, ()) = tokio::join!(all(&scene.executor, &handed), later);
        assert!(endings.iter().all(|it| it == BACK), "{kind}: {endings:?}");
        let_log_in(&servers).await;
        assert!(!done.exists(), "{kind}");
    }
}

#[tokio::test]
async fn one_whose_time_to_begin_is_over_while_its_login_hangs_never_begins() {
    for kind in 0..3 {
        let (scene, servers) = (Scene::new(), slow_to_log_in());
        let (works, done) = works(&scene, &servers)[kind].clone();
        let until = Instant::now() + Duration::from_secs(3);
        let orders = orders("B4", &over(&servers.addresses[0]), works);
        let handed: Vec<_> =
            orders.iter().map(|it| (intent(it), Cancel::begun_until(until))).collect();
        let endings = all(&scene.executor, &handed).await;
        let late = "withheld: it could not be handed out in time";
        assert!(endings.iter().all(|it| it == late), "{kind}: {endings:?}");
        let_log_in(&servers).await;
        assert!(!done.exists(), "{kind}");
    }
}

fn tag(order: &str) -> String {
    Digest::of(order.as_bytes()).to_string().chars().take(16).collect()
}

/// Returns servers whose first session does `what`, and that lose every further connection until there
/// is `$HOME/back`.
fn away_after(what: &str) -> Servers {
    let configuration = format!(
        "ForceCommand if mkdir \"$HOME/first\" 2>/dev/null; then {what}; elif [ ! -e \"$HOME/back\" ]; then echo x >>\"$HOME/lost\"; kill -KILL $PPID; else exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"; fi"
    );
    start_peculiar(1, &Peculiarities { configuration }).unwrap()
}

// Proves: X-10
#[tokio::test]
async fn one_that_is_called_back_while_its_computer_is_away_does_not_begin_when_it_returns() {
    let first = tag("site/B5/0#1");
    let servers = away_after(&format!(
        "printf 'landfall-{first} begun\\nlandfall-{first} ended 0 0\\n'; while [ ! -e \"$HOME/heard\" ]; do sleep 0.05; done; kill -KILL $PPID"
    ));
    let scene = Scene::new();
    let works = vec![command(&["true"]), script("echo x >>\"$HOME/done\"")];
    let handed = handed_out(&orders("B5", &over(&servers.addresses[0]), works));
    let later = async {
        // It was looked for at least once since.
        assert!(came_about_meanwhile(|| servers.home.join("lost").exists()).await);
        call_back(&handed[1..]);
        std::fs::write(servers.home.join("back"), "").unwrap();
    };
    let mut endings = Vec::new();
    let tell = |ending: Ending| {
        std::fs::write(servers.home.join("heard"), "").unwrap();
        endings.push(told(&ending));
    };
    tokio::join!(scene.executor.carry_out_all(&handed, tell), later);
    assert_eq!(endings, ["succeeded: Watched", BACK]);
    assert!(!servers.home.join("done").exists());
}

/// A step that loses its computer's journal while it is under way, and the connection with it.
const LOSES_ITS_JOURNAL: &str = "echo x >>\"$HOME/count\"; echo early; while [ ! -e \"$HOME/lose\" ]; do sleep 0.05; done; rm -rf \"$HOME/.landfall\"; echo x >\"$HOME/lost\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done";

// Proves: X-10
#[tokio::test]
async fn one_that_was_heard_to_begin_does_not_begin_again_when_its_journal_is_lost() {
    for together in [false, true] {
        let (scene, servers) = (Scene::new(), start(1).unwrap());
        let mut works = vec![script(LOSES_ITS_JOURNAL)];
        if together {
            works.insert(0, command(&["true"]));
        }
        let orders = orders("B6", &over(&servers.addresses[0]), works);
        // Its time to begin is over when the connection is lost.
        let until = Instant::now() + Duration::from_secs(4);
        let handed: Vec<_> =
            orders.iter().map(|it| (intent(it), Cancel::begun_until(until))).collect();
        let last = orders.last().unwrap();
        let log = scene.path(&format!("outputs/FG30/{}.log", last.id.0));
        let lose = async {
            assert!(came_about_meanwhile(|| text(&log) == "early\n").await);
            std::fs::write(servers.home.join("lose"), "").unwrap();
            assert!(came_about_meanwhile(|| servers.home.join("lost").exists()).await);
            assert!(came_about_meanwhile(|| Instant::now() > until).await);
            servers.sever_connections().unwrap();
        };
        let (endings, ()) = tokio::join!(all(&scene.executor, &handed), lose);
        assert!(endings.last().unwrap().starts_with("unknown: it left no end"), "{endings:?}");
        assert_eq!(endings.len(), handed.len());
        assert_eq!(text(&servers.home.join("count")), "x\n", "together: {together}");
        std::fs::write(servers.home.join("go"), "").unwrap();
    }
}

#[tokio::test]
async fn one_that_has_begun_is_found_again_behind_a_login_that_was_closed_for_a_while() {
    let configuration = "ForceCommand if [ -e \"$HOME/closed\" ]; then echo x >\"$HOME/asked\"; echo The system is going down.; exit 1; fi; exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"";
    let peculiarities = Peculiarities { configuration: configuration.to_owned() };
    let (scene, servers) = (Scene::new(), start_peculiar(1, &peculiarities).unwrap());
    let work = script("echo x >>\"$HOME/count\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done");
    let handed = handed_out(&orders("B7", &over(&servers.addresses[0]), vec![work]));
    let close = async {
        assert!(came_about_meanwhile(|| servers.home.join("count").exists()).await);
        std::fs::write(servers.home.join("closed"), "").unwrap();
        servers.sever_connections().unwrap();
        assert!(came_about_meanwhile(|| servers.home.join("asked").exists()).await);
        std::fs::write(servers.home.join("go"), "").unwrap();
        std::fs::remove_file(servers.home.join("closed")).unwrap();
    };
    let (endings, ()) = tokio::join!(all(&scene.executor, &handed), close);
    assert_eq!(endings, ["succeeded: Journal"]);
    assert_eq!(text(&servers.home.join("count")), "x\n");
}

/// Carries out a file that travels alone, by an executor that goes away once `gone` is there.
async fn given_to_one_that_goes_away(
    executor: &Executor,
    handed: &[(Intent, Cancel)],
    gone: PathBuf,
) {
    tokio::select! {
        endings = all(executor, handed) => panic!("{endings:?}"),
        it_is = came_about_meanwhile(|| gone.exists()) => assert!(it_is),
    }
}

/// Returns servers on which digests are computed by `program`.
fn hashing_with(program: &str) -> Servers {
    let configuration =
        "ForceCommand PATH=\"$HOME/slow:$PATH\" exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"";
    let peculiarities = Peculiarities { configuration: configuration.to_owned() };
    let servers = start_peculiar(1, &peculiarities).unwrap();
    let slow = servers.home.join("slow");
    std::fs::create_dir(&slow).unwrap();
    std::fs::write(slow.join("sha256sum"), format!("#!/bin/sh\n{program}\n")).unwrap();
    make_executable(&slow.join("sha256sum"));
    servers
}

// Proves: X-10
#[tokio::test]
async fn a_file_that_was_on_its_way_is_not_said_never_to_have_begun() {
    let program = "echo x >\"$HOME/hashes\"\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.05; done\nexec /usr/bin/sha256sum";
    let (scene, servers) = (Scene::new(), hashing_with(program));
    let (works, to) = works(&scene, &servers)[2].clone();
    let handed = handed_out(&orders("B8", &over(&servers.addresses[0]), works));
    let hashes = servers.home.join("hashes");
    given_to_one_that_goes_away(&scene.restarted(), &handed, hashes).await;
    call_back(&handed);
    std::fs::write(servers.home.join("go"), "").unwrap();
    let endings = resumed(&scene.restarted(), &handed).await;
    assert!(endings[0].starts_with("succeeded"), "{endings:?}");
    assert_eq!(std::fs::metadata(to).unwrap().len(), 2_000_000);
}

// Proves: X-10
#[tokio::test]
async fn a_file_that_somebody_else_has_sent_meanwhile_is_not_put_over_what_came_after_it() {
    // The first digest is computed when there is `$HOME/go`.
    let program = "if mkdir \"$HOME/first\" 2>/dev/null; then echo x >\"$HOME/hashes\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; fi\nexec /usr/bin/sha256sum";
    for together in [false, true] {
        let (scene, servers) = (Scene::new(), hashing_with(program));
        let (file, to) = (scene.path("file"), servers.home.join("folder/file"));
        std::fs::write(&file, "sent").unwrap();
        let mut works = vec![copy(&file, &to)];
        if together {
            works.push(command(&["true"]));
        }
        let handed = handed_out(&orders("B10", &over(&servers.addresses[0]), works));
        let hashes = servers.home.join("hashes");
        given_to_one_that_goes_away(&scene.restarted(), &handed, hashes).await;
        let endings = resumed(&scene.restarted(), &handed).await;
        assert!(endings.iter().all(|it| it == "succeeded: Watched"), "{endings:?}");
        std::fs::write(&to, "edited").unwrap();
        std::fs::write(servers.home.join("go"), "").unwrap();
        let beside = || std::fs::read_dir(to.parent().unwrap()).unwrap().count() - 1;
        assert!(came_about_meanwhile(|| beside() == 0).await);
        assert_eq!(text(&to), "edited", "together: {together}");
    }
}

// Proves: X-10
#[tokio::test]
async fn a_file_that_was_on_its_way_is_found_although_its_source_is_gone() {
    let program = "echo x >\"$HOME/hashes\"\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.05; done\nexec /usr/bin/sha256sum";
    for together in [false, true] {
        let (scene, servers) = (Scene::new(), hashing_with(program));
        let (file, to) = (scene.path("file"), servers.home.join("folder/file"));
        std::fs::write(&file, "sent").unwrap();
        let mut works = vec![copy(&file, &to)];
        if together {
            works.push(command(&["true"]));
        }
        let place = over(&servers.addresses[0]);
        let never_sent = orders("B11", &place, works.clone());
        let handed = handed_out(&orders("B12", &place, works));
        let hashes = servers.home.join("hashes");
        given_to_one_that_goes_away(&scene.restarted(), &handed, hashes).await;
        std::fs::remove_file(&file).unwrap();
        std::fs::write(servers.home.join("go"), "").unwrap();
        let endings = resumed(&scene.restarted(), &handed).await;
        assert_eq!(endings[0], "succeeded: Journal", "together: {together}");
        assert!(endings.iter().all(|it| it.starts_with("succeeded")), "{endings:?}");
        assert_eq!(text(&to), "sent");
        let endings = resumed(&scene.restarted(), &handed_out(&never_sent)).await;
        assert!(endings[0].starts_with("digest: "), "{endings:?}");
    }
}

// Proves: X-10
#[tokio::test]
async fn one_that_runs_is_followed_although_its_secret_is_gone() {
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    let scene = Scene::with(move |settings| {
        settings.secrets = Arc::new(move |reference: &str| {
            if is_gone.load(Relaxed) {
                let (reference, why) = (reference.to_owned(), "it is not set".to_owned());
                return Err(MissingSecret { reference, why });
            }
            Ok(Zeroizing::new(scene::SECRET.to_owned()))
        });
    });
    let servers = start(1).unwrap();
    let waits = "echo x >>\"$HOME/count\"; echo \"$PASSWORD\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done";
    let place = over(&servers.addresses[0]);
    let ends = format!("{waits}; exit 3");
    let dies = format!("{waits}; kill -KILL $PPID");
    let mut orders = orders("B13", &place, vec![script(&ends), script(&dies), script(&ends)]);
    for order in &mut orders {
        order.verify = Some(script("exit 0"));
        let secret = Setting::Secret("env:PASSWORD".to_owned());
        order.environment.insert("PASSWORD".to_owned(), secret);
    }
    let [ends, dies, never_begun] = <[Order; 3]>::try_from(orders).unwrap();
    let missing = "the secret `env:PASSWORD` is missing: it is not set";
    for (order, expected) in [
        (&ends, "exit: ended with exit code 3".to_owned()),
        (
            &dies,
            format!(
                "unknown: it left no end on its computer: it was interrupted, or the computer was restarted before it began; its verify gave no verdict: {missing}"
            ),
        ),
    ] {
        let handed = handed_out(std::slice::from_ref(order));
        gone.store(false, Relaxed);
        let count = servers.home.join("count");
        given_to_one_that_goes_away(&scene.restarted(), &handed, count.clone()).await;
        gone.store(true, Relaxed);
        std::fs::write(servers.home.join("go"), "").unwrap();
        assert_eq!(resumed(&scene.restarted(), &handed).await, [expected]);
        assert_eq!(text(&count), "x\n");
        assert!(!scene.output(order).await.contains(scene::SECRET));
        std::fs::remove_file(count).unwrap();
        std::fs::remove_file(servers.home.join("go")).unwrap();
    }
    let handed = handed_out(&[never_begun]);
    let refused = format!("refused: could not be carried out: {missing}");
    assert_eq!(resumed(&scene.restarted(), &handed).await, [refused]);
    gone.store(false, Relaxed);
    let endings = resumed(&scene.restarted(), &handed).await;
    assert!(endings[0].ends_with("it was stopped before it began"), "{endings:?}");
    assert!(!servers.home.join("count").exists());
}

// Proves: X-10
#[tokio::test]
async fn what_one_wrote_that_was_given_other_secrets_than_are_known_by_now_is_not_kept() {
    let is_rotated = Arc::new(AtomicBool::new(false));
    let rotated = Arc::clone(&is_rotated);
    let scene = Scene::with(move |settings| {
        settings.secrets = Arc::new(move |_: &str| {
            let secret = if rotated.load(Relaxed) { "the new one" } else { scene::SECRET };
            Ok(Zeroizing::new(secret.to_owned()))
        });
    });
    let servers = start(1).unwrap();
    let place = over(&servers.addresses[0]);
    let says = "echo x >>\"$HOME/count\"; echo \"it is $PASSWORD\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo \"$PASSWORD\"; exit 3";
    let secret = || Setting::Secret("env:PASSWORD".to_owned());
    for (name, works, changes, kept) in [
        (
            "B14",
            vec![script(says)],
            true,
            "what it wrote is not kept: it was given other secrets than those that are known now\n",
        ),
        (
            "B15",
            vec![script(says), command(&["true"])],
            true,
            "what it wrote is not kept: it was given other secrets than those that are known now\n",
        ),
        ("B16", vec![script(says)], false, "it is [secret]\n[secret]\n"),
        ("B17", vec![script(says), command(&["true"])], false, "it is [secret]\n[secret]\n"),
    ] {
        let mut orders = orders(name, &place, works);
        orders[0].environment.insert("PASSWORD".to_owned(), secret());
        let handed = handed_out(&orders);
        is_rotated.store(false, Relaxed);
        let (count, go) = (servers.home.join("count"), servers.home.join("go"));
        given_to_one_that_goes_away(&scene.restarted(), &handed, count.clone()).await;
        is_rotated.store(changes, Relaxed);
        std::fs::write(&go, "").unwrap();
        let endings = resumed(&scene.restarted(), &handed).await;
        assert_eq!(endings[0], "exit: ended with exit code 3", "{name}");
        assert_eq!(scene.output(&orders[0]).await, kept, "{name}");
        assert_eq!(text(&count), "x\n", "{name}");
        std::fs::remove_file(count).unwrap();
        std::fs::remove_file(go).unwrap();
    }
}

fn make_executable(program: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(program, PermissionsExt::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_file_that_was_withheld_is_not_copied_by_whoever_comes_later() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let (works, to) = works(&scene, &servers)[2].clone();
    let orders = orders("B9", &over(&servers.addresses[0]), works);
    let handed = handed_out(&orders);
    call_back(&handed);
    assert_eq!(resumed(&scene.restarted(), &handed).await, [BACK]);
    let endings = resumed(&scene.executor, &handed_out(&orders)).await;
    assert_eq!(
        endings,
        ["not done: was stopped before it had an effect: it was stopped before it began"]
    );
    assert!(!to.exists());
}
