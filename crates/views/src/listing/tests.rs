//! Lists, a page at a time.

use super::*;

#[derive(Clone, Debug, PartialEq)]
struct Ship(&'static str, Option<u64>);

impl Item for Ship {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(self.0),
            _ => self.1.map_or(Key::None, Key::Number),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

impl Listed for Ship {
    const FIELDS: &'static [Field] = &[
        Field { name: "name", about: "Its name.", asked: Use::Both },
        Field { name: "masts", about: "How many masts it has.", asked: Use::Both },
    ];
}

const FLEET: [Ship; 5] = [
    Ship("Zephyr", Some(3)),
    Ship("Ancora", Some(1)),
    Ship("Möwe", None),
    Ship("Boreas", Some(3)),
    Ship("Corvo", Some(2)),
];

fn asked(query: &str, limit: usize) -> Result<(String, Option<String>), Unlisted> {
    let pairs = query.split('&').filter_map(|it| it.split_once('='));
    let pairs: Vec<_> = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let page = Wanted::of::<Ship>(&pairs, &["at"], limit)?.page(FLEET)?;
    let names: Vec<_> = page.items.iter().map(|it| it.0).collect();
    Ok((names.join(" "), page.next))
}

#[test]
fn a_list_is_ordered_and_filtered_by_any_of_its_fields() {
    for (query, expected) in [
        ("", "Zephyr Ancora Möwe Boreas Corvo"),
        ("order=-name", "Zephyr Möwe Corvo Boreas Ancora"),
        ("order=masts", "Ancora Corvo Boreas Zephyr Möwe"),
        ("order=-masts", "Möwe Zephyr Boreas Corvo Ancora"),
        ("masts=3", "Zephyr Boreas"),
        ("masts=3&text=ZEPH", "Zephyr"),
        ("text=möw", "Möwe"),
        ("masts=&at=7", "Zephyr Ancora Möwe Boreas Corvo"),
        ("order=name", "Ancora Boreas Corvo Möwe Zephyr"),
        ("masts=three", ""),
    ] {
        assert_eq!(asked(query, 9).unwrap().0, expected, "{query}");
    }
}

#[test]
fn a_page_goes_on_after_its_last_item_even_when_that_is_gone() {
    for (order, expected) in [
        ("", ["Zephyr Ancora", "Möwe Boreas", "Corvo"]),
        ("order=masts", ["Ancora Corvo", "Boreas Zephyr", "Möwe"]),
        ("order=-masts", ["Möwe Zephyr", "Boreas Corvo", "Ancora"]),
    ] {
        let mut after = String::new();
        for page in expected {
            let (names, next) = asked(&format!("{order}&after={after}"), 2).unwrap();
            assert_eq!(names, page, "{order}");
            after = next.unwrap_or_default();
        }
        assert_eq!(after, "", "{order}");
    }
    for (by, gone, rest) in [
        (Some((1, Order::Ascending)), "Corvo", "Boreas Zephyr Möwe"),
        (None, "Ancora", "Möwe Boreas Corvo"),
    ] {
        let wanted = Wanted { by, limit: 2, ..Wanted::default() };
        let after = wanted.page(FLEET).unwrap().next;
        let left = FLEET.into_iter().filter(|it| it.0 != gone);
        let page = Wanted { after, limit: 9, ..wanted }.page(left).unwrap();
        let names: Vec<_> = page.items.iter().map(|it| it.0).collect();
        assert_eq!((names.join(" ").as_str(), page.count), (rest, 4));
    }
}

#[test]
fn what_a_list_cannot_do_is_said_with_what_it_can() {
    assert!(asked("order=", 2).is_err(), "an order that is left empty is none");
    for (query, said) in [
        (
            "order=sails",
            "it cannot be put in the order `sails`; it can in these: name, -name, masts, -masts",
        ),
        ("sails=3", "it cannot be filtered by `sails`; it can by these: name, masts, text"),
        ("after=nonsense", "`after` is what `next` of the page before said, in the same order"),
    ] {
        assert_eq!(asked(query, 2).unwrap_err().to_string(), said);
    }
    let (_, next) = asked("", 2).unwrap();
    let other = format!("order=masts&after={}", next.unwrap());
    assert_eq!(asked(&other, 2), Err(Unlisted::Mark));
}
