//! Probes of a running solution: real servers on this computer, on a clock that jumps.

use crate::world::World;
use expect_test::expect;
use model::event::Event;
use model::incident::ProbeStanding;
use std::io::Write as _;
use std::net::TcpListener;

const PLAN: &str = include_str!("plan.yaml");

const PROBES: &str = "
probes:
  - {id: till, site: s1, tcp: {host: 127.0.0.1, port: @TILL@}, failures: 1}
  - {id: page, http: {url: 'http://127.0.0.1:@PAGE@/', contains: ready}}
  - {id: disk, command: [/bin/true]}
";

/// Answers every request with a page until the process ends.
fn page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _gone = std::io::Read::read(&mut stream, &mut [0; 1024]);
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nready";
            let _gone = stream.write_all(answer);
        }
    });
    port
}

// Proves: P3b-A1
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_opens_and_closes_impact_and_nobody_asking_is_unknown_not_up() {
    let till = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = till.local_addr().unwrap().port();
    let probes = PROBES.replace("@TILL@", &port.to_string()).replace("@PAGE@", &page().to_string());
    let world = World::new(&format!("{PLAN}{probes}")).await;
    world.to_the_end().await;
    world.drive().await;
    drop(till);
    world.later(60);
    world.drive().await;
    let till = TcpListener::bind(("127.0.0.1", port)).unwrap();
    world.later(60);
    world.drive().await;
    world.later(5 * 3600);
    world.drive().await;
    drop(till);

    let coordinator = world.coordinator().await;
    let entries = coordinator.entries(0, 10_000).await.unwrap();
    let stood = entries.iter().filter_map(|it| {
        if let Event::Incident(event) = &it.event { Some(event.to_string()) } else { None }
    });
    let words = |it: String| {
        let mut words = it.split(" since ").next().unwrap().to_owned();
        words.truncate(words.find(" from ").unwrap_or(words.len()));
        words.truncate(words.find(" ended ").map_or(words.len(), |at| at + 6));
        words.truncate(words.find(" until ").unwrap_or(words.len()));
        words + "\n"
    };
    let mut story: Vec<String> = stood.map(words).collect();
    story.sort();
    story.dedup();
    expect![[r#"
        incident 1 opened, severity 2 at site/s1: probe till is not answered as it should be
        incident 1, impact 1 ended
        probe disk is unknown
        probe disk is up
        probe page is unknown
        probe page is up
        probe till is down
        probe till is unknown
        probe till is up
        the probes were asked
    "#]]
    .assert_eq(&story.concat());
    let probes = &coordinator.state().incidents.probes;
    assert_eq!(probes.standing(&"page".parse().unwrap()), ProbeStanding::Up);
    let incident = coordinator.state().incidents.incident(1).unwrap();
    assert!(incident.segments.iter().all(|it| !it.is_open()));
}
