//! Orders on other computers, over SSH, with real OpenSSH servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scene;

use executor::testing::{Peculiarities, Servers, came_about_meanwhile, start, start_peculiar};
use executor::{Cancel, Executor};
use model::order::{Failure, Order, Outcome, Proof, Report, Setting};
use scene::{Scene, command, copy, intent, order, over, plain, said, script, succeeded};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

async fn carry_out(executor: &Executor, order: &Order) -> Report {
    executor.carry_out(&intent(order), &Cancel::new()).await
}

/// Returns what a file in the computers' home says, empty where there is none.
fn at_home(servers: &Servers, name: &str) -> String {
    std::fs::read_to_string(servers.home.join(name)).unwrap_or_default()
}

#[tokio::test]
async fn orders_of_a_computer_share_one_connection() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let place = over(&servers.addresses[0]);
    for (number, (work, expected, output)) in [
        (command(&["true"]), "succeeded: Watched", ""),
        (
            command(&["printf", "%s-", "a b", "$HOME", "it's"]),
            "succeeded: Watched",
            "a b-$HOME-it's-",
        ),
        (script("echo one; echo two >&2; exit 7"), "exit: ended with exit code 7", "one\ntwo\n"),
        (script("seq 1 200000 | tail -1"), "succeeded: Watched", "200000\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let order = order(&format!("site/B1/step#{number}"), place.clone(), work);
        let report = carry_out(&scene.executor, &order).await;
        assert!(said(&report).starts_with(expected), "{report:?}");
        assert_eq!(scene.output(&order).await, output);
    }
    assert_eq!(scene.executor.connections_opened(), 1);
}

#[tokio::test]
async fn many_orders_at_once_fit_one_connection() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let place = over(&servers.addresses[0]);
    let orders: Vec<_> = (0..30)
        .map(|number| {
            let work = script("sleep 0.2; echo x >>\"$HOME/count\"");
            let order = order(&format!("site/B1/step#{number}"), place.clone(), work);
            let executor = scene.executor.clone();
            tokio::spawn(async move { carry_out(&executor, &order).await })
        })
        .collect();
    for order in orders {
        assert_eq!(order.await.unwrap().outcome, succeeded(Proof::Watched));
    }
    assert_eq!(at_home(&servers, "count"), "x\n".repeat(30));
    assert_eq!(scene.executor.connections_opened(), 1);
}

#[tokio::test]
async fn values_and_secrets_travel_over_standard_input_only() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let work = script(
        "printf '%s|' \"$VALUE\" \"$PASSWORD\"; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'batter[y]'",
    );
    let mut order = order("site/B1/secret#1", over(&servers.addresses[0]), work);
    let hostile = "'; touch /tmp/owned; echo '\n$(id) \\ \" ünï";
    plain(&mut order.environment, "VALUE", hostile);
    order.environment.insert("PASSWORD".to_owned(), Setting::Secret("env:PASSWORD".to_owned()));
    carry_out(&scene.executor, &order).await;
    assert_eq!(scene.output(&order).await, format!("{hostile}|[secret]|0\n"));
    let mut files = vec![servers.home.join(".landfall")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
        } else if path.file_name().unwrap() != "out" {
            assert!(!std::fs::read_to_string(&path).unwrap().contains("horse"), "{path:?}");
        }
    }
}

// Proves: G-03
#[tokio::test]
async fn a_file_arrives_with_its_digest_and_mode_or_not_at_all() {
    use std::os::unix::fs::PermissionsExt as _;
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let place = over(&servers.addresses[0]);
    let file = scene.path("edge.tar");
    let bytes: Vec<u8> =
        (0..5_000_000_u32).flat_map(|it| it.to_le_bytes()).take(9_000_001).collect();
    std::fs::write(&file, &bytes).unwrap();
    let to = servers.home.join("a dir/it's/edge.tar");
    for (number, expected) in ["succeeded: Watched", "succeeded: Verified"].into_iter().enumerate()
    {
        let order = order(&format!("site/B1/copy#{number}"), place.clone(), copy(&file, &to));
        assert_eq!(said(&carry_out(&scene.executor, &order).await), expected);
        assert!(std::fs::read(&to).unwrap() == bytes);
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o7777, 0o750);
    }
    let impossible = copy(&file, Path::new("/proc/nowhere/edge.tar"));
    let report =
        carry_out(&scene.executor, &order("site/B1/copy#9", place.clone(), impossible)).await;
    assert!(said(&report).starts_with("refused"), "{report:?}");
    let full = order("site/B1/copy#10", place, copy(&file, Path::new("/dev/full/x")));
    assert!(said(&carry_out(&scene.executor, &full).await).starts_with("refused"));
}

#[tokio::test]
async fn whoever_is_not_known_by_key_is_refused_and_nothing_begins() {
    let (scene, servers) = (Scene::new(), start(2).unwrap());
    let mut unknown = servers.addresses[0].clone();
    unknown.known_hosts = Some(scene.path("none").to_string_lossy().into_owned());
    let order_at =
        |address| order("site/B1/key#1", over(address), script("echo x >>\"$HOME/count\""));
    let report = carry_out(&scene.executor, &order_at(&unknown)).await;
    assert!(
        said(&report).starts_with("host key") && said(&report).contains("is not known"),
        "{report:?}"
    );
    servers.change_known_keys().unwrap();
    let report = carry_out(&scene.executor, &order_at(&servers.addresses[1])).await;
    assert!(
        said(&report).starts_with("host key") && said(&report).contains("has changed"),
        "{report:?}"
    );
    assert_eq!(at_home(&servers, "count"), "");
    assert_eq!(scene.executor.connections_opened(), 0);
}

#[tokio::test]
async fn a_host_key_of_a_kind_that_is_not_known_is_a_wrong_host_key() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    // The file has an ECDSA key for the computer, which shows only its Ed25519 key.
    let address = &servers.addresses[0];
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";
    std::fs::write(&servers.known_hosts, format!("[{}]:{} {ecdsa}\n", address.host, address.port))
        .unwrap();
    let report =
        carry_out(&scene.executor, &order("site/B1/key#1", over(address), command(&["true"])))
            .await;
    assert!(said(&report).starts_with("host key"), "{report:?}");
}

#[tokio::test]
async fn hashed_names_in_known_hosts_are_found() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    hash_names(&servers.known_hosts);
    assert!(std::fs::read_to_string(&servers.known_hosts).unwrap().starts_with("|1|"));
    let report = carry_out(
        &scene.executor,
        &order("site/B1/key#1", over(&servers.addresses[0]), command(&["true"])),
    )
    .await;
    assert_eq!(report.outcome, succeeded(Proof::Watched));
}

#[expect(clippy::disallowed_methods, reason = "OpenSSH itself hashes the names")]
fn hash_names(known_hosts: &Path) {
    let output =
        std::process::Command::new("ssh-keygen").arg("-H").arg("-f").arg(known_hosts).output();
    assert!(output.unwrap().status.success());
}

#[tokio::test]
async fn a_computer_behind_a_jump_host_is_reached_through_it() {
    let (scene, servers) = (Scene::new(), start(3).unwrap());
    for (number, address) in servers.addresses[1..].iter().enumerate() {
        let mut address = address.clone();
        address.jump = Some(Box::new(servers.addresses[0].clone()));
        let work = script("echo \"${SSH_CONNECTION%% *}\"; head -c 3000000 /dev/zero | wc -c");
        let order = order(&format!("site/B1/jump#{number}"), over(&address), work);
        assert_eq!(carry_out(&scene.executor, &order).await.outcome, succeeded(Proof::Watched));
        assert!(scene.output(&order).await.ends_with("3000000\n"));
    }
    assert_eq!(scene.executor.connections_opened(), 3, "the jump host's connection is shared");
    // A jump host that is not known is not jumped through.
    let mut address = servers.addresses[1].clone();
    let mut jump = servers.addresses[2].clone();
    jump.known_hosts = Some("/dev/null".to_owned());
    address.jump = Some(Box::new(jump));
    let report =
        carry_out(&scene.executor, &order("site/B1/jump#9", over(&address), command(&["true"])))
            .await;
    assert!(said(&report).starts_with("host key"), "{report:?}");
}

/// Returns an address that takes no connection more and refuses none, for as long as what comes with
/// it is kept.
async fn a_silent_one() -> (SocketAddr, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await
    {
        waiting.push(stream.unwrap());
    }
    (address, listener, waiting)
}

#[tokio::test]
async fn a_jump_host_that_tries_for_minutes_is_not_waited_for() {
    let servers = start(1).unwrap();
    let (silent, _listener, _waiting) = a_silent_one().await;
    let scene = Scene::with(|settings| settings.connect_timeout = Duration::from_secs(2));
    let mut address = servers.addresses[0].clone();
    (address.host, address.port) = (silent.ip().to_string(), silent.port());
    address.jump = Some(Box::new(servers.addresses[0].clone()));
    let order = order("site/B1/jump#1", over(&address), command(&["true"]));
    let said = said(&carry_out(&scene.executor, &order).await);
    assert!(said.ends_with("no connection within 2 seconds"), "{said}");
}

#[tokio::test]
async fn a_computer_that_stands_still_is_not_waited_for() {
    let servers = start(1).unwrap();
    let scene = Scene::with(|settings| settings.connect_timeout = Duration::from_secs(3));
    let place = over(&servers.addresses[0]);
    let first = order("site/B1/still#1", place.clone(), command(&["true"]));
    assert_eq!(carry_out(&scene.executor, &first).await.outcome, succeeded(Proof::Watched));
    assert!(servers.freeze_connections().unwrap() > 0);
    let second = order("site/B1/still#2", place, command(&["true"]));
    let said = said(&carry_out(&scene.executor, &second).await);
    assert!(said.ends_with("it opens no session within 3 seconds"), "{said}");
}

#[tokio::test]
async fn an_agent_logs_in_and_without_key_or_agent_the_order_is_refused() {
    let mut servers = start(1).unwrap();
    let socket = servers.start_agent().unwrap();
    let mut address = servers.addresses[0].clone();
    address.identity = None;
    let order = order("site/B1/agent#1", over(&address), command(&["true"]));
    let without = Scene::new();
    let report = carry_out(&without.executor, &order).await;
    assert!(said(&report).starts_with("refused"), "{report:?}");
    let with = Scene::with(|settings| settings.agent_socket = Some(socket));
    assert_eq!(carry_out(&with.executor, &order).await.outcome, succeeded(Proof::Watched));
}

#[tokio::test]
async fn a_key_that_cannot_be_used_says_why() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let encrypted = scene.path("encrypted");
    make_encrypted_key(&encrypted);
    let other = scene.path("unknown");
    std::fs::copy(servers.folder().join("host_key"), &other).unwrap();
    for (identity, expected) in [
        (encrypted, "has a passphrase"),
        (other, "does not let"),
        (scene.path("none"), "cannot be read"),
    ] {
        let mut address = servers.addresses[0].clone();
        address.identity = Some(identity.to_string_lossy().into_owned());
        let order = order("site/B1/key#1", over(&address), command(&["true"]));
        let report = carry_out(&scene.executor, &order).await;
        assert!(said(&report).contains(expected), "{report:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "OpenSSH itself makes the key")]
fn make_encrypted_key(path: &Path) {
    let mut keygen = std::process::Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "passphrase", "-f"]).arg(path);
    assert!(keygen.status().unwrap().success());
}

#[tokio::test]
async fn an_order_whose_connection_is_cut_is_adopted_exactly_once() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let work = script(
        "echo x >>\"$HOME/count\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo out; exit 5",
    );
    let order = order("site/B1/cut#1", over(&servers.addresses[0]), work);
    let cut = async {
        for _ in 0..2 {
            assert!(came_about_meanwhile(|| !at_home(&servers, "count").is_empty()).await);
            assert!(came_about_meanwhile(|| servers.sever_connections().unwrap() > 0).await);
        }
        std::fs::write(servers.home.join("go"), "").unwrap();
    };
    let (report, ()) = tokio::join!(carry_out(&scene.executor, &order), cut);
    assert_eq!(report.outcome, Outcome::Failed { cause: Failure::Exit { code: 5 } });
    assert_eq!(scene.output(&order).await, "out\n");
    assert_eq!(at_home(&servers, "count"), "x\n");
    let again = scene.restarted().resume(&intent(&order), &Cancel::new()).await;
    assert_eq!(again.outcome, report.outcome);
    assert_eq!(at_home(&servers, "count"), "x\n");
}

#[tokio::test]
async fn a_computer_that_cannot_be_reached_has_begun_nothing_unless_it_was_asked_before() {
    let (scene, mut servers) = (Scene::new(), start(1).unwrap());
    let mut order = order(
        "site/B1/gone#1",
        over(&servers.addresses[0]),
        script(
            "echo x >>\"$HOME/count\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo x >\"$HOME/ended\"",
        ),
    );
    order.time_limit_s = 2;
    let gone = async {
        assert!(came_about_meanwhile(|| !at_home(&servers, "count").is_empty()).await);
        servers.sever_connections().unwrap();
        servers.stop();
        std::fs::write(servers.home.join("go"), "").unwrap();
        // It ends all the same, unwatched.
        let ended = || at_home(&servers, "ended") == "x\n";
        assert!(came_about_meanwhile(ended).await);
    };
    let cancel = Cancel::new();
    let intent = intent(&order);
    let lost = async {
        // Dropped once the computer is gone: what it would say is said by `resume` below.
        tokio::select! {
            report = scene.executor.carry_out(&intent, &cancel) => panic!("{report:?}"),
            () = gone => {}
        }
    };
    lost.await;
    let fresh = carry_out(&scene.executor, &order).await;
    assert!(said(&fresh).starts_with("unreachable"), "{fresh:?}");
    let again = scene.executor.resume(&intent, &Cancel::new()).await;
    assert!(said(&again).starts_with("unknown"), "{again:?}");
}

#[tokio::test]
async fn an_order_over_time_is_stopped_on_its_computer() {
    let (scene, servers) = (Scene::new(), start(1).unwrap());
    let mut order = order(
        "site/B1/late#1",
        over(&servers.addresses[0]),
        script("trap '' TERM; echo $$ >\"$HOME/pid\"; while :; do sleep 1; done"),
    );
    order.time_limit_s = 1;
    order.verify = Some(script("exit 1"));
    let report = carry_out(&scene.executor, &order).await;
    assert_eq!(
        report.outcome,
        Outcome::Failed {
            cause: Failure::NotDone { why: "it took longer than its 1 seconds".to_owned() }
        }
    );
    assert!(!scene::lives(at_home(&servers, "pid").trim()));
}

#[tokio::test]
async fn a_login_that_greets_or_wraps_is_no_obstacle_and_one_that_runs_nothing_is_refused() {
    for (configuration, expected) in [
        (
            "ForceCommand echo Welcome; printf '> '; sh -c \"$SSH_ORIGINAL_COMMAND\"; true",
            "succeeded: Watched",
        ),
        ("ForceCommand echo This account is not available.; exit 1", "refused"),
    ] {
        let scene = Scene::new();
        let peculiarities = Peculiarities { configuration: configuration.to_owned() };
        let servers = start_peculiar(1, &peculiarities).unwrap();
        let order = order("site/B1/greet#1", over(&servers.addresses[0]), script("echo out"));
        let report = carry_out(&scene.executor, &order).await;
        assert!(said(&report).starts_with(expected), "{report:?}");
        if expected == "refused" {
            assert!(said(&report).contains("This account is not available."), "{report:?}");
        } else {
            assert_eq!(scene.output(&order).await, "out\n");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_computers_at_once_need_no_more_connections_than_there_is_room_for() {
    let servers = start(100).unwrap();
    for (room, idle) in [(500, 100), (10, 100)] {
        let scene = Arc::new(Scene::with(|settings| settings.connections_max = room));
        let file = scene.path("edge.tar");
        std::fs::write(&file, "x".repeat(100_000)).unwrap();
        let computers: Vec<_> = servers
            .addresses
            .iter()
            .enumerate()
            .map(|(number, address)| {
                let place = over(address);
                let to = servers.home.join(format!("{room}/{number}"));
                let works =
                    [copy(&file, &to), script("echo x >>\"$HOME/hundred\""), command(&["true"])];
                let scene = Arc::clone(&scene);
                tokio::spawn(async move {
                    for (step, work) in works.into_iter().enumerate() {
                        let id = format!("site/{room}/pc-{number}/step-{step}#1");
                        let report =
                            carry_out(&scene.executor, &order(&id, place.clone(), work)).await;
                        assert_eq!(report.outcome, succeeded(Proof::Watched));
                    }
                })
            })
            .collect();
        for computer in computers {
            computer.await.unwrap();
        }
        let opened = scene.executor.connections_opened();
        assert!(opened >= idle, "{opened}");
        assert!(room < 100 || opened == 100, "{opened}");
        scene.executor.close().await;
    }
    assert_eq!(at_home(&servers, "hundred").lines().count(), 200);
}
