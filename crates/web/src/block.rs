//! What pages are made of: facts, tables, waits, links, drawings, forms.
//!
//! Every screen is put together from the same few blocks, so that all of them read alike, are laid
//! out alike for a phone and for paper, and are tested at once.

use crate::form::FormView;
use serde::Serialize;

/// A part of a page, under a heading of its own.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Block {
    /// By what the block is found and replaced when something has happened.
    pub(crate) id: String,
    pub(crate) title: String,
    /// A sentence that says what it is, where that is not plain.
    pub(crate) lead: Option<String>,
    pub(crate) body: Body,
    /// What does the same in a terminal.
    pub(crate) typed: Option<String>,
}

/// What a block shows.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "it", rename_all = "kebab-case")]
pub(crate) enum Body {
    Facts(Vec<Fact>),
    Table(Table),
    Waits(Vec<WaitCard>),
    Links(Vec<Link>),
    Drawing(Drawing),
    Form(Box<FormView>),
    Lines(Vec<Cell>),
    /// The output of a step, as it was printed.
    Output(Vec<String>),
    /// The output of an order, as it is printed.
    Stream(Stream),
    /// One small square for each site.
    Wall(Wall),
}

/// The output of an order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stream {
    /// What it has printed so far.
    pub(crate) text: String,
    /// How many bytes that is.
    pub(crate) bytes: usize,
    /// Where the rest comes from as it is printed; nowhere once it has ended.
    pub(crate) source: Option<String>,
}

/// Something with a name.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) cells: Vec<Cell>,
}

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What is said where it has no rows.
    pub(crate) empty: &'static str,
    /// Where the next page of it is.
    pub(crate) next: Option<String>,
    /// Whether it was put in order before a page of it was taken.
    #[serde(skip)]
    pub(crate) has_order: bool,
}

/// A column of a table, and how its rows are put in its order.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Column {
    pub(crate) text: String,
    /// Where the rows stand in its order; nowhere where they are in the one order that they have.
    pub(crate) link: Option<String>,
    /// Which way the rows are in its order.
    pub(crate) order: Option<Order>,
}

/// A way to order rows, as it is said to those who cannot see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// What a table is ordered by, as an address says it: the part, the column's number, and which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) part: String,
    pub(crate) column: usize,
    pub(crate) order: Order,
}

impl Sort {
    /// Returns what `text`, such as `-part-sites.2`, says.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (order, rest) = match text.strip_prefix('-') {
            Some(rest) => (Order::Descending, rest),
            None => (Order::Ascending, text),
        };
        let (part, column) = rest.rsplit_once('.')?;
        Some(Self { part: part.to_owned(), column: column.parse().ok()?, order })
    }

    pub(crate) fn written(&self) -> String {
        let sign = if self.order == Order::Descending { "-" } else { "" };
        format!("{sign}{}.{}", self.part, self.column)
    }
}

/// A text with what it leads to and how it is to be taken.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) link: Option<String>,
    pub(crate) tone: Option<Tone>,
    /// What is said below it, smaller.
    pub(crate) small: Option<String>,
    /// Whether it is a figure, which stands to the right.
    pub(crate) is_number: bool,
    /// Why the link leads nowhere, where somebody might look for it.
    pub(crate) why_not: Option<String>,
}

/// How a state is to be taken. It is shown by a shape too, and the word stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tone {
    Plain,
    Busy,
    Good,
    Mind,
    Bad,
}

/// A link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) text: String,
    /// Where it leads; nowhere where it cannot be followed now.
    pub(crate) link: Option<String>,
    /// What it is about, or why it cannot be followed.
    pub(crate) small: Option<String>,
    pub(crate) is_main: bool,
}

/// A drawing, with what it shows in words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Drawing {
    pub(crate) svg: String,
    pub(crate) text: String,
}

/// All sites at once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Wall {
    pub(crate) source: String,
    pub(crate) sites: String,
    /// What is said where nothing can be drawn.
    pub(crate) counts: Vec<Cell>,
}

/// Something that waits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitCard {
    pub(crate) scope: String,
    pub(crate) link: String,
    pub(crate) what: String,
    /// How long it has waited.
    pub(crate) lasting: String,
    /// Since when, who, what follows, and so on.
    pub(crate) lines: Vec<Fact>,
    /// The form that ends it, and what it says on the button.
    pub(crate) act: Option<Link>,
    pub(crate) typed: Option<String>,
    /// Whether the visitor is among those who can end it.
    pub(crate) is_mine: bool,
}

impl Block {
    pub(crate) fn new(title: impl Into<String>, body: Body) -> Self {
        let title = title.into();
        let id = title.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' });
        let id: String = id.collect::<String>().to_lowercase();
        Self { id: format!("part-{id}"), title, lead: None, body, typed: None }
    }

    pub(crate) fn facts(title: impl Into<String>, facts: Vec<Fact>) -> Self {
        Self::new(title, Body::Facts(facts))
    }

    pub(crate) fn table(
        title: impl Into<String>,
        columns: &[&str],
        rows: Vec<Vec<Cell>>,
        empty: &'static str,
    ) -> Self {
        Self::new(title, Body::Table(Table::of(columns, rows, empty)))
    }

    pub(crate) fn links(title: impl Into<String>, links: Vec<Link>) -> Self {
        Self::new(title, Body::Links(links))
    }

    pub(crate) fn lead(self, said: impl Into<String>) -> Self {
        Self { lead: Some(said.into()), ..self }
    }

    pub(crate) fn typed(self, line: impl Into<String>) -> Self {
        Self { typed: Some(line.into()), ..self }
    }

    /// Returns it with its rows in the order that is wanted of it, and with the addresses at which
    /// they stand in others; one that goes on elsewhere keeps the one order that it has.
    pub(crate) fn sorted(mut self, wanted: Option<&Sort>, at: impl Fn(&Sort) -> String) -> Self {
        let part = self.id.clone();
        let Body::Table(table) = &mut self.body else { return self };
        if table.has_order || table.next.is_some() || table.rows.len() < 2 {
            return self;
        }
        let wanted = wanted.filter(|it| it.part == part && it.column < table.columns.len());
        if let Some(it) = wanted {
            table.rows.sort_by(|a, b| {
                let (a, b) = (a.get(it.column), b.get(it.column));
                let order = a.map(Cell::key).cmp(&b.map(Cell::key));
                if it.order == Order::Descending { order.reverse() } else { order }
            });
        }
        for (number, column) in table.columns.iter_mut().enumerate() {
            column.order = wanted.filter(|it| it.column == number).map(|it| it.order);
            let order = match column.order {
                Some(Order::Ascending) => Order::Descending,
                Some(Order::Descending) | None => Order::Ascending,
            };
            column.link = Some(at(&Sort { part: part.clone(), column: number, order }));
        }
        self
    }

    /// Returns it with the addresses at which everything that it lists a page of stands in the order of
    /// each column; it is in `order` now.
    pub(crate) fn ordered<T: PartialEq, const N: usize>(
        mut self,
        addresses: [Option<(T, String)>; N],
        order: T,
    ) -> Self {
        if let Body::Table(table) = &mut self.body {
            table.has_order = true;
            for (column, address) in table.columns.iter_mut().zip(addresses) {
                if let Some((by, link)) = address {
                    column.order = (by == order).then_some(Order::Ascending);
                    column.link = Some(link);
                }
            }
        }
        self
    }

    /// Returns it with the address of its next page.
    pub(crate) fn next(mut self, address: Option<String>) -> Self {
        if let Body::Table(table) = &mut self.body {
            table.next = address;
        }
        self
    }
}

impl Table {
    pub(crate) fn of(columns: &[&str], rows: Vec<Vec<Cell>>, empty: &'static str) -> Self {
        let column = |it: &&str| Column { text: (*it).to_owned(), ..Column::default() };
        let columns = columns.iter().map(column).collect();
        Self { columns, rows, empty, ..Self::default() }
    }
}

impl Cell {
    /// Returns by what it is ordered: a figure by its value, a text as it reads.
    fn key(&self) -> (u64, String) {
        let digits: String = self.text.chars().take_while(char::is_ascii_digit).collect();
        let is_date = self.text.get(4..5) == Some("-");
        let value = if is_date { None } else { digits.parse().ok() };
        (value.unwrap_or(u64::MAX), self.text.to_lowercase())
    }

    pub(crate) fn of(text: impl ToString) -> Self {
        Self { text: text.to_string(), ..Self::default() }
    }

    pub(crate) fn number(figure: impl ToString) -> Self {
        Self { is_number: true, ..Self::of(figure) }
    }

    pub(crate) fn none() -> Self {
        Self::of("\u{2013}")
    }

    pub(crate) fn optional(text: Option<impl ToString>) -> Self {
        text.map_or_else(Self::none, Self::of)
    }

    pub(crate) fn link(self, address: impl Into<String>) -> Self {
        Self { link: Some(address.into()), ..self }
    }

    pub(crate) fn tone(self, tone: Tone) -> Self {
        Self { tone: Some(tone), ..self }
    }

    pub(crate) fn small(self, said: impl Into<String>) -> Self {
        let said = said.into();
        Self { small: (!said.is_empty()).then_some(said), ..self }
    }
}

impl Fact {
    pub(crate) fn new(name: impl Into<String>, cell: Cell) -> Self {
        Self { name: name.into(), cells: vec![cell] }
    }

    pub(crate) fn said(name: impl Into<String>, text: impl ToString) -> Self {
        Self::new(name, Cell::of(text))
    }

    /// Returns the fact where `text` is there.
    pub(crate) fn maybe(name: impl Into<String>, text: Option<impl ToString>) -> Option<Self> {
        text.map(|it| Self::said(name, it))
    }

    pub(crate) fn several(name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { name: name.into(), cells }
    }
}

impl Link {
    pub(crate) fn new(text: impl Into<String>, link: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(link.into()), small: None, is_main: false }
    }

    pub(crate) fn main(self) -> Self {
        Self { is_main: true, ..self }
    }

    pub(crate) fn small(self, said: impl Into<String>) -> Self {
        Self { small: Some(said.into()), ..self }
    }

    /// Returns it as one that cannot be followed now, with the reason.
    pub(crate) fn not_now(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self { text: text.into(), link: None, small: Some(why.into()), is_main: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(text: &str) -> Vec<String> {
        let rows = ["10 of 12", "9 of 12", "2027-02-01 08:00", "2026-12-01 08:00", "Anna", "bob"];
        let rows = rows.into_iter().map(|it| vec![Cell::of(it)]).collect();
        let block = Block::table("Things", &["Thing"], rows, "");
        let block = block.sorted(Sort::read(text).as_ref(), Sort::written);
        let Body::Table(table) = block.body else { return vec![] };
        assert_eq!(table.columns.len(), 1);
        let cells = table.rows.into_iter().flatten();
        cells.map(|it| it.text).collect()
    }

    #[test]
    fn rows_are_ordered_by_figures_then_by_dates_and_words() {
        let expected =
            ["9 of 12", "10 of 12", "2026-12-01 08:00", "2027-02-01 08:00", "Anna", "bob"];
        assert_eq!(sorted("part-things.0"), expected);
        let reversed: Vec<&str> = expected.into_iter().rev().collect();
        assert_eq!(sorted("-part-things.0"), reversed);
        assert_eq!(sorted("part-others.0")[0], "10 of 12");
        assert_eq!(sorted("part-things.7")[0], "10 of 12");
    }

    #[test]
    fn an_order_is_written_as_it_is_read() {
        for text in ["part-things.0", "-part-things.12"] {
            assert_eq!(Sort::read(text).unwrap().written(), text);
        }
        assert_eq!(Sort::read("part-things"), None);
    }
}
