//! Tables as lists: each is filtered, put in order and paged at its own address, by the rule of all
//! lists.

use crate::block::{Block, Body, Cell, Column, Find, Table};
use crate::link;
use std::borrow::Cow;
use views::listing::{Item, Key, Order, Wanted, has};

/// How many rows a page of a table has.
pub(crate) const PAGE: usize = 100;

/// From how many rows on something can be looked for in a table; fewer are seen at once.
const FIND_FROM: usize = 16;

/// The names by which an address says what is wanted of one of its tables.
const NAMES: [&str; 5] = ["list", "sort", "find", "after", "done"];

/// What is wanted of one table of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The part of the page in which it stands.
    part: String,
    /// The column that it is ordered by, and which way.
    by: Option<(usize, Order)>,
    /// What is looked for in it.
    text: String,
    /// Where the page before ended.
    after: Option<String>,
}

impl Asked {
    /// Returns what the pairs of an address ask.
    pub(crate) fn read(query: &[(String, String)]) -> Self {
        let get = |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, it)| it);
        let text = |wanted: &str| get(wanted).cloned().unwrap_or_default();
        Self {
            part: text("list"),
            by: get("sort").and_then(|it| order(it)),
            text: text("find"),
            after: get("after").filter(|it| !it.is_empty()).cloned(),
        }
    }

    /// Returns the address that asks it, of the page at `path` that was asked for by `query`.
    pub(crate) fn address(&self, path: &str, query: &[(String, String)]) -> String {
        let mut pairs = others(query);
        pairs.push(("list".to_owned(), self.part.clone()));
        pairs.extend(self.by.map(|it| ("sort".to_owned(), written(it))));
        if !self.text.is_empty() {
            pairs.push(("find".to_owned(), self.text.clone()));
        }
        pairs.extend(self.after.clone().map(|it| ("after".to_owned(), it)));
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", link::encoded(name), link::encoded(value)));
        format!("{path}?{}#{}", pairs.collect::<Vec<_>>().join("&"), self.part)
    }
}

/// Returns the pairs of an address that ask nothing of its tables.
fn others(query: &[(String, String)]) -> Vec<(String, String)> {
    let others = query.iter().filter(|(name, _)| !NAMES.contains(&name.as_str()));
    others.cloned().collect()
}

/// Returns what `text`, such as `-2`, says.
fn order(text: &str) -> Option<(usize, Order)> {
    match text.strip_prefix('-') {
        Some(column) => Some((column.parse().ok()?, Order::Descending)),
        None => Some((text.parse().ok()?, Order::Ascending)),
    }
}

fn written((column, order): (usize, Order)) -> String {
    match order {
        Order::Ascending => column.to_string(),
        Order::Descending => format!("-{column}"),
    }
}

/// Returns the other way round from `order`, and the way in which a list is put first.
pub(crate) fn turned(order: Option<Order>) -> Order {
    match order {
        Some(Order::Ascending) => Order::Descending,
        Some(Order::Descending) | None => Order::Ascending,
    }
}

/// A row of a table.
struct Row(Vec<Cell>);

impl Item for Row {
    fn key(&self, field: usize) -> Key<'_> {
        self.0.get(field).map_or(Key::None, cell_key)
    }

    fn name(&self) -> Cow<'_, str> {
        let cells = self.0.iter().map(|it| it.text.as_str());
        cells.collect::<Vec<_>>().join("\u{1f}").into()
    }

    fn says(&self, text: &str) -> bool {
        let small = |it: &Cell| it.small.as_ref().is_some_and(|it| has(it, text));
        self.0.iter().any(|it| has(&it.text, text) || small(it))
    }
}

/// Returns by what a cell is ordered: a figure by its value, a text as it reads.
fn cell_key(cell: &Cell) -> Key<'_> {
    let digits: String = cell.text.chars().take_while(char::is_ascii_digit).collect();
    let is_date = cell.text.get(4..5) == Some("-");
    let value = if is_date { None } else { digits.parse().ok() };
    value.map_or_else(|| Key::made(cell.text.to_lowercase()), Key::Number)
}

impl Block {
    /// Returns it with the rows that are wanted of it, and with the addresses at which others are
    /// found. `at` says where the page is found with something else wanted; `query` is what the page was
    /// asked for. A table that was filtered and ordered where it was made stays as it is.
    pub(crate) fn listed(mut self, path: &str, query: &[(String, String)]) -> Self {
        let part = self.id.clone();
        let Body::Table(table) = &mut self.body else { return self };
        if table.is_page {
            return self;
        }
        let mut asked = Asked::read(query);
        if asked.part != part {
            asked = Asked { part, ..Asked::default() };
        }
        asked.by = asked.by.filter(|(column, _)| *column < table.columns.len());
        table.list(&asked, path, query);
        self
    }

    /// Returns it as a page of a list that was filtered and ordered where it was made: `fields` are the
    /// fields of its columns, `by` is the one it is ordered by, and `at` says where it is found in
    /// another order.
    pub(crate) fn ordered(
        mut self,
        fields: &[Option<&'static str>],
        by: Option<(&str, Order)>,
        at: impl Fn(&str) -> String,
    ) -> Self {
        if let Body::Table(table) = &mut self.body {
            table.is_page = true;
            for (column, field) in table.columns.iter_mut().zip(fields) {
                let Some(field) = *field else { continue };
                column.order = by.filter(|(it, _)| *it == field).map(|(_, order)| order);
                column.link = Some(match turned(column.order) {
                    Order::Ascending => at(field),
                    Order::Descending => at(&format!("-{field}")),
                });
            }
        }
        self
    }
}

impl Table {
    fn list(&mut self, asked: &Asked, path: &str, query: &[(String, String)]) {
        let wanted = Wanted {
            by: asked.by,
            text: asked.text.trim().to_lowercase(),
            after: asked.after.clone(),
            limit: PAGE,
            ..Wanted::default()
        };
        let all = self.rows.len();
        let rows = std::mem::take(&mut self.rows);
        // A page that cannot be gone on with is begun anew.
        let wanted = Wanted {
            after: wanted.went_to().is_ok().then_some(wanted.after.clone()).flatten(),
            ..wanted
        };
        let Ok(page) = wanted.page(rows.into_iter().map(Row)) else { return };
        let shown = page.items.len();
        self.rows = page.items.into_iter().map(|it| it.0).collect();
        let address = |asked: Asked| asked.address(path, query);
        self.next = page.next.map(|it| address(Asked { after: Some(it), ..asked.clone() }));
        if all > 1 {
            for (number, column) in self.columns.iter_mut().enumerate() {
                column.order = asked.by.filter(|it| it.0 == number).map(|it| it.1);
                let by = Some((number, turned(column.order)));
                column.link = Some(address(Asked { by, after: None, ..asked.clone() }));
            }
        }
        if all >= FIND_FROM || !asked.text.is_empty() {
            let mut hidden = others(query);
            hidden.push(("list".to_owned(), asked.part.clone()));
            hidden.extend(asked.by.map(|it| ("sort".to_owned(), written(it))));
            let said = match (shown == page.count, page.count == all) {
                (true, true) => format!("{all} rows"),
                (true, false) => format!("{shown} of {all} rows"),
                (false, true) => format!("{shown} of {all} rows on this page"),
                (false, false) => format!("{shown} of {} found, of {all} rows", page.count),
            };
            let action = format!("{path}#{}", asked.part);
            self.find = Some(Find { action, hidden, text: asked.text.clone(), said });
        }
    }
}

impl Column {
    /// Returns a column that says `text`.
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let pairs = query.split('&').filter_map(|it| it.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn listed(query: &str, rows: Vec<Vec<Cell>>) -> Table {
        let block = Block::table("Things", &["Thing"], rows, "");
        let Body::Table(table) = block.listed("/d/HELLO/things", &pairs(query)).body else {
            return Table::default();
        };
        table
    }

    fn texts(table: &Table) -> Vec<String> {
        table.rows.iter().flatten().map(|it| it.text.clone()).collect()
    }

    fn few() -> Vec<Vec<Cell>> {
        let rows = ["10 of 12", "9 of 12", "2027-02-01 08:00", "2026-12-01 08:00", "Anna", "bob"];
        rows.into_iter().map(|it| vec![Cell::of(it)]).collect()
    }

    #[test]
    fn rows_are_ordered_by_figures_then_by_dates_and_words() {
        let expected =
            ["9 of 12", "10 of 12", "2026-12-01 08:00", "2027-02-01 08:00", "Anna", "bob"];
        let table = listed("list=part-things&sort=0", few());
        assert_eq!(texts(&table), expected);
        let address = table.columns.first().and_then(|it| it.link.as_deref());
        assert_eq!(address, Some("/d/HELLO/things?list=part-things&sort=-0#part-things"));
        let reversed: Vec<&str> = expected.into_iter().rev().collect();
        assert_eq!(texts(&listed("list=part-things&sort=-0", few())), reversed);
        for as_it_is in ["list=part-others&sort=0", "list=part-things&sort=7", "sort=0", ""] {
            assert_eq!(texts(&listed(as_it_is, few())).first().unwrap(), "10 of 12", "{as_it_is}");
        }
    }

    #[test]
    fn a_long_table_is_looked_through_and_goes_on_at_an_address_of_its_own() {
        let many = || (0..250).map(|it| vec![Cell::number(it)]).collect();
        let first = listed("at=7&done=3", many());
        assert_eq!((texts(&first).len(), texts(&first).first().unwrap().as_str()), (100, "0"));
        let next = first.next.unwrap();
        assert!(next.starts_with("/d/HELLO/things?at=7&list=part-things&after="), "{next}");
        let query = next.split_once('?').unwrap().1.split_once('#').unwrap().0;
        let second = listed(query, many());
        assert_eq!(texts(&second).first().unwrap(), "100");
        assert_eq!(second.find.unwrap().said, "100 of 250 rows on this page");
        let found = listed("list=part-things&find=24&sort=-0", many());
        assert_eq!(texts(&found).len(), 13);
        assert_eq!(texts(&found).first().unwrap(), "249");
        assert_eq!(found.find.unwrap().said, "13 of 250 rows");
        assert!(found.next.is_none());
        assert_eq!(texts(&listed("list=part-things&after=nonsense", many())).len(), 100);
    }
}
