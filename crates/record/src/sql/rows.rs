//! Statements over many rows at once: a thousand entries are a handful of statements.

use super::link::{Link, Row, Statement, Value};
use crate::error::RecordError;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};
use std::fmt::Write as _;

/// How many tuples one statement takes; above some hundreds nothing is gained.
const ROWS_MAX: usize = 250;

/// How many bytes of values one statement takes, so that large contents do not pile up.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Up to how many tuples a statement is kept prepared, besides the full one: a person's act
/// writes one or two rows, a batch mostly full statements, and the rest are seldom alike.
const ROWS_KEPT: usize = 4;

/// The rows of one statement, to be sent in as many parts as it takes.
pub(super) struct Rows<'a> {
    /// The statement, with `{}` where the tuples go.
    text: &'static str,
    /// The values `$1`, `$2`… that the statement itself or the beginning of every tuple uses.
    shared: Vec<Value<'a>>,
    /// How many of the shared values every tuple begins with.
    repeated: usize,
    /// Whether tuples stand in parentheses.
    form: Form,
    tuples: Vec<Value<'a>>,
    width: usize,
}

/// How placeholders are written.
#[derive(Clone, Copy)]
enum Marks {
    /// `$1`, `$2`…, each as often as wanted.
    Numbered,
    /// `?`, one for each value in its order.
    InOrder,
}

#[derive(Clone, Copy)]
enum Form {
    Tuples,
    List,
}

impl<'a> Rows<'a> {
    /// Returns a statement over tuples, which may use `shared` as `$1`, `$2`…
    pub(super) fn tuples(text: &'static str, shared: Vec<Value<'a>>) -> Self {
        Self { text, shared, repeated: 0, form: Form::Tuples, tuples: Vec::new(), width: 0 }
    }

    /// Returns a statement every tuple of which begins with `shared`.
    pub(super) fn beginning(text: &'static str, shared: Vec<Value<'a>>) -> Self {
        let repeated = shared.len();
        Self { text, shared, repeated, form: Form::Tuples, tuples: Vec::new(), width: 0 }
    }

    /// Returns a statement over a list of single values.
    pub(super) fn list(text: &'static str, shared: Vec<Value<'a>>) -> Self {
        Self { text, shared, repeated: 0, form: Form::List, tuples: Vec::new(), width: 0 }
    }

    /// Adds a tuple. All have the same width.
    pub(super) fn push<const WIDTH: usize>(&mut self, tuple: [Value<'a>; WIDTH]) {
        self.width = WIDTH;
        self.tuples.extend(tuple);
    }

    /// Runs the statement, in parts, and returns all rows.
    pub(super) async fn fetch(&self, link: &mut Link<'_>) -> Result<Vec<Row>, RecordError> {
        let mut rows = Vec::new();
        let marks = self.marks(link);
        for part in self.parts() {
            rows.extend(link.rows(self.statement(part, marks), &self.values(part, marks)).await?);
        }
        Ok(rows)
    }

    /// Runs the statement, in parts, and returns how many rows it changed.
    pub(super) async fn run(&self, link: &mut Link<'_>) -> Result<u64, RecordError> {
        let mut changed = 0;
        let marks = self.marks(link);
        for part in self.parts() {
            changed += link.run(self.statement(part, marks), &self.values(part, marks)).await?;
        }
        Ok(changed)
    }

    /// Returns the values cut where a statement is full.
    fn parts(&self) -> Vec<&[Value<'a>]> {
        let mut parts = Vec::new();
        let mut rest = self.tuples.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.chunks(self.width).take(ROWS_MAX).take_while(|tuple| {
                let before = bytes;
                bytes += tuple.iter().map(size).sum::<usize>();
                before == 0 || bytes <= BYTES_MAX
            });
            let (part, after) = rest.split_at(fitting.count() * self.width);
            parts.push(part);
            rest = after;
        }
        parts
    }

    /// Returns how placeholders are written. SQLite looks each numbered one up in a list of all,
    /// which took a quarter of a step's time; so they have no number where none is used twice.
    fn marks(&self, link: &Link<'_>) -> Marks {
        let has_only_tuples = self.repeated == self.shared.len();
        match link {
            Link::Sqlite(_) if has_only_tuples => Marks::InOrder,
            Link::Sqlite(_) | Link::Postgres(_) => Marks::Numbered,
        }
    }

    fn values(&self, part: &[Value<'a>], marks: Marks) -> Vec<Value<'a>> {
        match marks {
            Marks::Numbered => [&self.shared, part].concat(),
            Marks::InOrder => {
                let tuples = part.chunks(self.width);
                tuples.flat_map(|it| self.shared.iter().chain(it)).copied().collect()
            }
        }
    }

    fn statement(&self, part: &[Value<'a>], marks: Marks) -> Statement {
        let rows = part.len() / self.width;
        let mut tuples = String::with_capacity(rows * (self.repeated + self.width) * 6);
        let mut next = self.shared.len();
        let brackets = match self.form {
            Form::Tuples => ("(", ")"),
            Form::List => ("", ""),
        };
        for row in 0..rows {
            let own = next + 1..=next + self.width;
            next += self.width;
            tuples.push_str(if row == 0 { "" } else { "," });
            tuples.push_str(brackets.0);
            for (place, number) in (1..=self.repeated).chain(own).enumerate() {
                tuples.push_str(if place == 0 { "" } else { "," });
                match marks {
                    Marks::Numbered => write!(tuples, "${number}"),
                    Marks::InOrder => write!(tuples, "?"),
                }
                .expect("because a string takes any text");
            }
            tuples.push_str(brackets.1);
        }
        let text = self.text.replace("{}", &tuples);
        // Safe: the text is ours and holds placeholders only.
        let text = AssertSqlSafe(text).into_sql_str();
        Statement { text, kept: rows <= ROWS_KEPT || rows == ROWS_MAX }
    }
}

fn size(value: &Value<'_>) -> usize {
    match value {
        Value::Integer(_) => size_of::<i64>(),
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &Rows<'_>) -> Vec<String> {
        let statement = |it: &&[Value<'_>]| rows.statement(it, Marks::Numbered);
        rows.parts().iter().map(|it| statement(it).text.as_str().to_owned()).collect()
    }

    #[test]
    fn where_no_number_is_used_twice_sqlite_gets_none() {
        let mut rows = Rows::beginning("INSERT INTO t VALUES {}", vec!["FG30".into()]);
        rows.push([1_u64.into(), "a".into()]);
        rows.push([2_u64.into(), "b".into()]);
        let [part] = rows.parts()[..] else { panic!("one part") };
        let statement = rows.statement(part, Marks::InOrder);
        assert_eq!(statement.text.as_str(), "INSERT INTO t VALUES (?,?,?),(?,?,?)");
        let values = format!("{:?}", rows.values(part, Marks::InOrder));
        let expected =
            "[Text(\"FG30\"), Integer(1), Text(\"a\"), Text(\"FG30\"), Integer(2), Text(\"b\")]";
        assert_eq!(values, expected);
    }

    #[test]
    fn tuples_are_numbered_after_what_they_share() {
        let mut rows = Rows::beginning("INSERT INTO t VALUES {}", vec!["FG30".into()]);
        rows.push([1_u64.into(), "a".into()]);
        rows.push([2_u64.into(), "b".into()]);
        assert_eq!(texts(&rows), ["INSERT INTO t VALUES ($1,$2,$3),($1,$4,$5)"]);

        let mut list = Rows::list("WHERE a = $1 AND b IN ({})", vec!["FG30".into()]);
        list.push(["x".into()]);
        list.push(["y".into()]);
        assert_eq!(texts(&list), ["WHERE a = $1 AND b IN ($2,$3)"]);
        assert!(texts(&Rows::list("{}", vec![])).is_empty());
    }

    #[test]
    fn a_statement_is_cut_where_it_is_full() {
        let mut rows = Rows::tuples("{}", vec![]);
        (0..601_u64).for_each(|it| rows.push([it.into()]));
        let sizes: Vec<usize> = rows.parts().iter().map(|it| it.len()).collect();
        assert_eq!(sizes, [250, 250, 101]);

        let large = vec![0; BYTES_MAX / 2];
        let mut rows = Rows::tuples("{}", vec![]);
        (0..5).for_each(|_| rows.push([(&large).into()]));
        let sizes: Vec<usize> = rows.parts().iter().map(|it| it.len()).collect();
        assert_eq!(sizes, [2, 2, 1]);
    }
}
