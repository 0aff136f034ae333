//! Openings of private values: kept, found, destroyed, and no trace of them.

use super::{Home, body, chapter, one, signer};
use crate::{Change, Location, NewOpening, testing};
use model::digest::Digest;
use model::forgetting::Whom;

chapter!(
    openings_are_contents_of_somebody,
    whoever_is_forgotten_leaves_nothing_in_the_database_and_the_record_verifies,
);

fn opening(whose: &str, value: &str) -> NewOpening {
    let body = format!(r#"{{"salt":"{value} salt","value":"{value}"}}"#).into_bytes();
    NewOpening { whose: whose.parse().unwrap(), body }
}

fn ann() -> Whom {
    "ann".parse().unwrap()
}

async fn openings_are_contents_of_somebody(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let openings = vec![opening("ann", "one"), opening("ben", "two"), opening("ann", "three")];
    let digests: Vec<Digest> = openings.iter().map(|it| Digest::of(&it.body)).collect();
    let contents = vec![b"a plan".to_vec()];
    let change = Change { openings: openings.clone(), contents, ..one("a") };
    record.append(&deployment, &head, change).await.unwrap();
    let mut of_ann = record.openings(&deployment, &ann()).await.unwrap();
    of_ann.sort();
    assert_eq!(of_ann, [openings[0].body.clone(), openings[2].body.clone()]);
    assert_eq!(record.openings(&deployment, &"cy".parse().unwrap()).await.unwrap().len(), 0);
    let unknown = [digests[1], Digest::of(b"nothing")];
    assert_eq!(record.contents_of(&unknown).await.unwrap(), [openings[1].body.clone()]);
    assert_eq!(record.contents_of(&[]).await.unwrap().len(), 0);
    let kept = record.contents(&deployment, None, 10).await.unwrap();
    let mut whose: Vec<String> =
        kept.iter().map(|it| it.whose.as_ref().map_or(String::new(), Whom::to_string)).collect();
    whose.sort();
    assert_eq!(whose, ["", "ann", "ann", "ben"]);
}

async fn whoever_is_forgotten_leaves_nothing_in_the_database_and_the_record_verifies(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let mut last = head;
    // Enough of them that pages are split and moved.
    for round in 0..30 {
        let openings = (0..10).flat_map(|it| {
            let value = format!("quillfeather {round} {it} {}", "x".repeat(300));
            [opening("ann", &value), opening("ben", &format!("blackwood {round} {it}"))]
        });
        let change = Change { openings: openings.collect(), ..one(round) };
        last = record.append(&deployment, &last, change).await.unwrap().head;
    }
    if home.location != Location::Memory {
        assert!(holds(&home, "quillfeather"), "nothing would be found that is there");
    }
    let forget = vec![ann()];
    let change = Change { forget, entries: vec![body("forgotten")], ..Change::default() };
    record.append(&deployment, &last, change).await.unwrap();
    record.scrub().await.unwrap();
    assert_eq!(record.openings(&deployment, &ann()).await.unwrap().len(), 0);
    assert_eq!(record.openings(&deployment, &"ben".parse().unwrap()).await.unwrap().len(), 300);
    assert!(!holds(&home, "quillfeather"));
    if home.location != Location::Memory {
        assert!(holds(&home, "blackwood"));
    }
    let verified = crate::verify(&*record, &deployment, signer().verifier_key()).await.unwrap();
    assert_eq!((verified.entries, verified.contents), (31, 300));
}

/// Returns whether the files of the database, or what is dumped of it, hold `word`.
fn holds(home: &Home, word: &str) -> bool {
    let found = |bytes: &[u8]| bytes.windows(word.len()).any(|it| it == word.as_bytes());
    match &home.location {
        Location::Memory => false,
        Location::Sqlite(path) => {
            let files = std::fs::read_dir(path.parent().unwrap()).unwrap();
            files.flatten().any(|it| found(&std::fs::read(it.path()).unwrap()))
        }
        Location::Postgres(url) => {
            let dumped = testing::postgres().dump(url);
            // Bytes are dumped as hexadecimal digits.
            let digits: String = word.bytes().map(|it| format!("{it:02x}")).collect();
            dumped.contains(word) || dumped.contains(&digits)
        }
    }
}
