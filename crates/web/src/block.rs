//! What pages are made of: facts, tables, waits, links, drawings, forms.
//!
//! Every screen is put together from the same few blocks, so that all of them read alike, are laid
//! out alike for a phone and for paper, and are tested at once.

use crate::form::FormView;
use serde::Serialize;
use views::listing::Order;

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
    /// Where something is looked for in it, where it is long.
    pub(crate) find: Option<Find>,
    /// Whether it is a page of a list that was filtered and ordered where it was made.
    #[serde(skip)]
    pub(crate) is_page: bool,
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

/// Where something is looked for in a table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Find {
    /// Where it is sent.
    pub(crate) action: String,
    /// What is sent along, unseen.
    pub(crate) hidden: Vec<(String, String)>,
    /// What is looked for.
    pub(crate) text: String,
    /// How many rows are shown of how many.
    pub(crate) said: String,
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
    /// Whether it is what is typed in a terminal.
    pub(crate) is_typed: bool,
    /// Why the link leads nowhere, where somebody might look for it.
    pub(crate) why_not: Option<String>,
    /// What can be done with what the row is about.
    pub(crate) acts: Vec<Act>,
}

/// A button in a row: what it does needs nothing to be filled in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Act {
    /// What the button says.
    pub(crate) text: String,
    /// What it does and to what, for whoever hears the button without its row.
    pub(crate) label: String,
    /// Where it is sent.
    pub(crate) action: String,
    /// What is sent: a name and what it is.
    pub(crate) field: (&'static str, String),
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
    /// What else waits on the same.
    pub(crate) also: Vec<Link>,
    /// How many more do.
    pub(crate) more: usize,
    /// How long it has waited.
    pub(crate) lasting: String,
    /// Since when.
    pub(crate) since: String,
    /// Who, what follows, and so on.
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

    /// Puts aside what a form is filled in with already.
    pub(crate) fn set_aside(&mut self, usual: &[(String, String)]) {
        if let Body::Form(form) = &mut self.body {
            form.set_aside(usual);
        }
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
        let columns = columns.iter().map(|it| Column::of(it)).collect();
        Self { columns, rows, empty, ..Self::default() }
    }
}

impl Cell {
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

    pub(crate) fn acts(acts: Vec<Act>) -> Self {
        Self { acts, ..Self::default() }
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
