//! Lists: filtered, put in order, and taken a page at a time; one rule for every list there is.
//!
//! A page is continued after its last item, by what that item was ordered by and its own name. So
//! nothing is shown twice or left out where others come and go meanwhile, and the item itself may be
//! gone. Nobody but this file reads the mark that says where.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Ordering;

/// The longest mark at which a list is continued.
const MARK_LETTERS_MAX: usize = 2_000;

/// What an item is ordered by. What is not known comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key<'a> {
    /// A figure.
    Number(u64),
    /// A time.
    Instant(Timestamp),
    /// A word.
    Text(Cow<'a, str>),
    /// It is not known, or there is none.
    None,
}

impl<'a> Key<'a> {
    /// Returns the key of a word.
    pub fn text(word: &'a str) -> Self {
        Self::Text(Cow::Borrowed(word))
    }

    /// Returns the key of a word that is made for it.
    pub fn made(word: impl ToString) -> Self {
        Self::Text(Cow::Owned(word.to_string()))
    }

    /// Returns the key of how many there are.
    pub fn count(count: usize) -> Self {
        Self::Number(count as u64)
    }

    fn owned(self) -> Key<'static> {
        match self {
            Key::Text(word) => Key::made(word),
            Key::Number(number) => Key::Number(number),
            Key::Instant(at) => Key::Instant(at),
            Key::None => Key::None,
        }
    }

    fn has(&self, text: &str) -> bool {
        match self {
            Self::Text(word) => has(word, text),
            Self::Number(_) | Self::Instant(_) | Self::None => false,
        }
    }

    /// Returns whether it is what `wanted` says.
    pub fn is(&self, wanted: &str) -> bool {
        match self {
            Self::Text(word) => word == wanted,
            Self::Number(number) => wanted.parse() == Ok(*number),
            Self::Instant(at) => wanted.parse::<Timestamp>().is_ok_and(|it| it == *at),
            Self::None => wanted.is_empty(),
        }
    }
}

/// Returns whether `word` has `text`, which is in small letters, in it in any case.
pub fn has(word: &str, text: &str) -> bool {
    if word.is_ascii() && text.is_ascii() {
        let (word, text) = (word.as_bytes(), text.as_bytes());
        return text.is_empty() || word.windows(text.len()).any(|it| it.eq_ignore_ascii_case(text));
    }
    word.to_lowercase().contains(text)
}

/// Something that stands in a list. Its fields are known by their positions.
pub trait Item {
    /// Returns what it is ordered by in the field at this position.
    fn key(&self, field: usize) -> Key<'_>;

    /// Returns the name that no other item of the list has.
    fn name(&self) -> Cow<'_, str>;

    /// Returns whether it is like `wanted` in the field at this position.
    fn is(&self, field: usize, wanted: &str) -> bool {
        self.key(field).is(wanted)
    }

    /// Returns whether it has `text`, in small letters, anywhere in it.
    fn says(&self, text: &str) -> bool;
}

/// What can be asked of a field of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Items are put in its order.
    Order,
    /// Only items are wanted that are like something in it.
    Filter,
    /// Both.
    Both,
}

/// A field of a list, as programs name it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// What can be asked of it.
    pub asked: Use,
}

impl Field {
    /// Returns whether items can be put in its order.
    pub fn is_order(&self) -> bool {
        matches!(self.asked, Use::Order | Use::Both)
    }

    /// Returns whether items can be filtered by it.
    pub fn is_filter(&self) -> bool {
        matches!(self.asked, Use::Filter | Use::Both)
    }
}

/// Something whose lists have fields with names.
pub trait Listed: Item {
    /// The fields, by their positions.
    const FIELDS: &'static [Field];

    /// Returns whether one of its fields has `text`, in small letters, in it.
    fn has_field_with(&self, text: &str) -> bool {
        (0..Self::FIELDS.len()).any(|it| self.key(it).has(text))
    }
}

/// Which way a list is put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The smallest, the oldest, the first of the alphabet first.
    #[default]
    Ascending,
    /// The other way round.
    Descending,
}

/// What is wanted of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The position of the field that it is ordered by, and which way; as it comes, without one.
    pub by: Option<(usize, Order)>,
    /// Only items that are like this in the fields at these positions.
    pub filters: Vec<(usize, String)>,
    /// Only items that have this text in them, in small letters.
    pub text: String,
    /// The mark of the last item of the page before; nothing for the first page.
    pub after: Option<String>,
    /// How many items the page has at most.
    pub limit: usize,
}

/// Why a list cannot be given as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unlisted {
    /// It does not go on at that mark. The caller gives what `next` said, with the same order.
    #[error("`after` is what `next` of the page before said, in the same order")]
    Mark,
    /// It has no such order. The caller chooses one of those it has.
    #[error("it cannot be put in the order `{wanted}`; it can in these: {known}")]
    Order {
        /// What was wanted.
        wanted: String,
        /// What it can be ordered by.
        known: String,
    },
    /// It has no such field to be filtered by. The caller chooses one of those it has.
    #[error("it cannot be filtered by `{wanted}`; it can by these: {known}")]
    Filter {
        /// What was wanted.
        wanted: String,
        /// What it can be filtered by.
        known: String,
    },
    /// No item is ever like that. The caller chooses a word that there is.
    #[error("`{wanted}` is none of these: {known}")]
    Word {
        /// What was wanted.
        wanted: String,
        /// The words that there are.
        known: String,
    },
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The items.
    pub items: Vec<T>,
    /// The mark at which the next page goes on; nothing on the last.
    pub next: Option<String>,
    /// How many items the whole list has, as it is filtered.
    pub count: usize,
}

/// Where a page ended: in which order, and its last item.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    by: Option<(usize, Order)>,
    /// What the item is ordered by; its place, where the list is as it comes.
    key: Key<'static>,
    name: String,
}

impl Wanted {
    /// Returns what is wanted of a list of `T`, as the pairs of a query say it. `also` names the pairs
    /// that somebody else reads.
    ///
    /// # Errors
    ///
    /// Where a pair names no field, or one that the list is not ordered or filtered by.
    pub fn of<T: Listed>(
        query: &[(String, String)],
        also: &[&str],
        limit: usize,
    ) -> Result<Self, Unlisted> {
        let mut it = Self { limit, ..Self::default() };
        for (name, value) in query {
            match name.as_str() {
                "order" => it.by = Some(order(T::FIELDS, value)?),
                // Whatever else is left empty says nothing.
                _ if value.is_empty() => {}
                "text" => it.text = value.trim().to_lowercase(),
                "after" => it.after = Some(value.clone()),
                "limit" => {}
                name if also.contains(&name) => {}
                name => it.filters.push((filter(T::FIELDS, name)?, value.clone())),
            }
        }
        Ok(it)
    }

    fn mark(&self) -> Result<Option<Mark>, Unlisted> {
        let Some(text) = self.after.as_ref() else { return Ok(None) };
        let bytes = if text.len() > MARK_LETTERS_MAX { vec![] } else { decoded(text) };
        let mark: Option<Mark> = serde_json::from_slice(&bytes).ok();
        mark.filter(|it| it.by == self.by).map(Some).ok_or(Unlisted::Mark)
    }

    /// Returns what the last item of the page before was ordered by; nothing on the first page.
    ///
    /// # Errors
    ///
    /// [`Unlisted::Mark`].
    pub fn went_to(&self) -> Result<Option<Key<'static>>, Unlisted> {
        Ok(self.mark()?.map(|it| it.key))
    }

    /// Returns the mark at which the list goes on after the item of this `name`, ordered by `key`.
    pub fn mark_after(&self, key: Key<'_>, name: &str) -> String {
        let mark = Mark { by: self.by, key: key.owned(), name: name.to_owned() };
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&mark).unwrap_or_default())
    }

    /// Returns whether only some of the items are wanted.
    pub fn is_narrowed(&self) -> bool {
        !self.filters.is_empty() || !self.text.is_empty()
    }

    /// Returns whether `item` is among those that are wanted.
    pub fn lets_pass<T: Item>(&self, item: &T) -> bool {
        self.filters.iter().all(|(field, wanted)| item.is(*field, wanted))
            && (self.text.is_empty() || item.says(&self.text))
    }

    /// Returns the page of `items` that is wanted.
    ///
    /// # Errors
    ///
    /// [`Unlisted::Mark`].
    pub fn page<T: Item>(
        &self,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Listing<T>, Unlisted> {
        let mark = self.mark()?;
        let mut items: Vec<T> = items.into_iter().filter(|it| self.lets_pass(it)).collect();
        let count = items.len();
        Ok(match self.by {
            None => self.as_it_comes(items, mark.as_ref(), count),
            Some(by) => {
                if let Some(mark) = mark {
                    let name = Cow::Borrowed(mark.name.as_str());
                    items.retain(|it| {
                        turned(
                            by.1,
                            (it.key(by.0), it.name()).cmp(&(mark.key.clone(), name.clone())),
                        )
                        .is_gt()
                    });
                }
                self.in_order(items, by, count)
            }
        })
    }

    /// The item after which it goes on may be gone: then the next one stands in its place.
    fn as_it_comes<T: Item>(
        &self,
        mut items: Vec<T>,
        mark: Option<&Mark>,
        count: usize,
    ) -> Listing<T> {
        let from = mark.map_or(0, |mark| {
            let found = items.iter().position(|it| it.name() == mark.name);
            let place = if let Key::Number(place) = mark.key { place } else { 0 };
            found.map_or_else(|| usize::try_from(place).unwrap_or(count), |it| it + 1)
        });
        let from = from.min(items.len());
        let mut items = items.split_off(from);
        let has_more = items.len() > self.limit;
        items.truncate(self.limit);
        let place = Key::count((from + items.len()).saturating_sub(1));
        let last = items.last().filter(|_| has_more);
        let next = last.map(|it| self.mark_after(place, &it.name()));
        Listing { items, next, count }
    }

    fn in_order<T: Item>(
        &self,
        mut items: Vec<T>,
        (by, order): (usize, Order),
        count: usize,
    ) -> Listing<T> {
        let compare =
            |a: &T, b: &T| turned(order, (a.key(by), a.name()).cmp(&(b.key(by), b.name())));
        let has_more = items.len() > self.limit;
        if has_more {
            items.select_nth_unstable_by(self.limit, compare);
            items.truncate(self.limit);
        }
        items.sort_unstable_by(compare);
        let last = items.last().filter(|_| has_more);
        let next = last.map(|it| self.mark_after(it.key(by), &it.name()));
        Listing { items, next, count }
    }
}

fn turned(order: Order, found: Ordering) -> Ordering {
    match order {
        Order::Ascending => found,
        Order::Descending => found.reverse(),
    }
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
}

/// Returns the orders in which a list with these fields can be put, as programs name them.
pub fn orders(fields: &[Field]) -> Vec<String> {
    let names = fields.iter().filter(|it| it.is_order());
    names.flat_map(|it| [it.name.to_owned(), format!("-{}", it.name)]).collect()
}

fn order(fields: &[Field], wanted: &str) -> Result<(usize, Order), Unlisted> {
    let (name, order) = match wanted.strip_prefix('-') {
        Some(name) => (name, Order::Descending),
        None => (wanted, Order::Ascending),
    };
    let found = fields.iter().position(|it| it.is_order() && it.name == name);
    found.map(|it| (it, order)).ok_or_else(|| Unlisted::Order {
        wanted: wanted.chars().take(80).collect(),
        known: orders(fields).join(", "),
    })
}

fn filter(fields: &[Field], name: &str) -> Result<usize, Unlisted> {
    let filters = || fields.iter().filter(|it| it.is_filter()).map(|it| it.name);
    let found = fields.iter().position(|it| it.is_filter() && it.name == name);
    found.ok_or_else(|| Unlisted::Filter {
        wanted: name.chars().take(80).collect(),
        known: filters().chain(["text"]).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests;
