//! Statements over many rows at once: a thousand entries are a handful of statements.

use super::link::{Column, Link, Row, Statement, Value};
use crate::error::RecordError;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};
use std::fmt::Write as _;

/// How many tuples one statement takes; above some hundreds nothing is gained.
const ROWS_MAX: usize = 250;

/// How many tuples go to PostgreSQL at once: place by place, so that a statement is no longer for many.
const COLUMN_ROWS_MAX: usize = 5_000;

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
    /// One value for all tuples at each of their places.
    Columns,
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
        for part in self.parts(marks) {
            rows.extend(match marks {
                Marks::Columns => {
                    let columns = self.columns(part)?;
                    let statement = self.of_columns(&columns);
                    link.rows_of_columns(statement, &self.shared, &columns).await?
                }
                Marks::Numbered | Marks::InOrder => {
                    link.rows(self.statement(part, marks), &self.values(part, marks)).await?
                }
            });
        }
        Ok(rows)
    }

    /// Runs the statement, in parts, and returns how many rows it changed.
    pub(super) async fn run(&self, link: &mut Link<'_>) -> Result<u64, RecordError> {
        let mut changed = 0;
        let marks = self.marks(link);
        for part in self.parts(marks) {
            changed += match marks {
                Marks::Columns => {
                    let columns = self.columns(part)?;
                    let statement = self.of_columns(&columns);
                    link.run_columns(statement, &self.shared, &columns).await?
                }
                Marks::Numbered | Marks::InOrder => {
                    link.run(self.statement(part, marks), &self.values(part, marks)).await?
                }
            };
        }
        Ok(changed)
    }

    /// Returns the tuples of `part`, place by place. All tuples have the same kind of value at one
    /// place.
    fn columns(&self, part: &[Value<'a>]) -> Result<Vec<Column<'a>>, RecordError> {
        let of = |place: usize| {
            let values = || part.iter().skip(place).step_by(self.width);
            let integers = values().map(|it| match it {
                Value::Integer(number) => Some(*number),
                Value::Text(_) | Value::Bytes(_) => None,
            });
            let texts = values().map(|it| match it {
                Value::Text(text) => Some(*text),
                Value::Integer(_) | Value::Bytes(_) => None,
            });
            let bytes = values().map(|it| match it {
                Value::Bytes(bytes) => Some(*bytes),
                Value::Integer(_) | Value::Text(_) => None,
            });
            let column = match part.get(place)? {
                Value::Integer(_) => Column::Integers(integers.collect::<Option<_>>()?),
                Value::Text(_) => Column::Texts(texts.collect::<Option<_>>()?),
                Value::Bytes(_) => Column::Bytes(bytes.collect::<Option<_>>()?),
            };
            Some(column)
        };
        let columns = (0..self.width).map(of).collect::<Option<Vec<_>>>();
        columns.ok_or_else(|| RecordError::corrupt("tuples of one statement are of several kinds"))
    }

    /// Returns the statement with one value for each place of its tuples: as long for a thousand of
    /// them as for one, so that it is prepared once.
    fn of_columns(&self, columns: &[Column<'_>]) -> Statement {
        let arrays: Vec<String> = (self.shared.len() + 1..)
            .zip(columns)
            .map(|(number, it)| match it {
                Column::Integers(_) => format!("${number}::BIGINT[]"),
                Column::Texts(_) => format!("${number}::TEXT[]"),
                Column::Bytes(_) => format!("${number}::BYTEA[]"),
            })
            .collect();
        let arrays = arrays.join(", ");
        let text = match self.form {
            Form::List => self.text.replace("IN ({})", &format!("= ANY({arrays})")),
            Form::Tuples => {
                let shared = self.shared.iter().take(self.repeated).zip(1..);
                let shared: Vec<String> = shared
                    .map(|(value, number)| match value {
                        Value::Integer(_) => format!("${number}::BIGINT AS column{number}"),
                        Value::Text(_) => format!("${number}::TEXT AS column{number}"),
                        Value::Bytes(_) => format!("${number}::BYTEA AS column{number}"),
                    })
                    .chain(["given.*".to_owned()])
                    .collect();
                let own = self.repeated + 1..=self.repeated + self.width;
                let own: Vec<String> = own.map(|it| format!("column{it}")).collect();
                let (shared, own) = (shared.join(", "), own.join(", "));
                let select = format!("SELECT {shared} FROM UNNEST({arrays}) AS given ({own})");
                self.text.replace("VALUES {}", &select)
            }
        };
        // Safe: the text is ours and holds placeholders only.
        Statement { text: AssertSqlSafe(text).into_sql_str(), kept: true }
    }

    /// Returns the values cut where a statement is full.
    fn parts(&self, marks: Marks) -> Vec<&[Value<'a>]> {
        let rows_max = match marks {
            Marks::Columns => COLUMN_ROWS_MAX,
            Marks::Numbered | Marks::InOrder => ROWS_MAX,
        };
        let mut parts = Vec::new();
        let mut rest = self.tuples.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.chunks(self.width).take(rows_max).take_while(|tuple| {
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
            Link::Sqlite(_) => Marks::Numbered,
            Link::Postgres(_) => Marks::Columns,
        }
    }

    fn values(&self, part: &[Value<'a>], marks: Marks) -> Vec<Value<'a>> {
        match marks {
            Marks::Numbered | Marks::Columns => [&self.shared, part].concat(),
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
                    Marks::Numbered | Marks::Columns => write!(tuples, "${number}"),
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
        rows.parts(Marks::Numbered)
            .iter()
            .map(|it| statement(it).text.as_str().to_owned())
            .collect()
    }

    #[test]
    fn where_no_number_is_used_twice_sqlite_gets_none() {
        let mut rows = Rows::beginning("INSERT INTO t VALUES {}", vec!["FG30".into()]);
        rows.push([1_u64.into(), "a".into()]);
        rows.push([2_u64.into(), "b".into()]);
        let [part] = rows.parts(Marks::InOrder)[..] else { panic!("one part") };
        let statement = rows.statement(part, Marks::InOrder);
        assert_eq!(statement.text.as_str(), "INSERT INTO t VALUES (?,?,?),(?,?,?)");
        let values = format!("{:?}", rows.values(part, Marks::InOrder));
        let expected =
            "[Text(\"FG30\"), Integer(1), Text(\"a\"), Text(\"FG30\"), Integer(2), Text(\"b\")]";
        assert_eq!(values, expected);
    }

    #[test]
    fn postgresql_gets_one_value_for_each_place() {
        let text_of = |rows: &Rows<'_>| {
            let columns = rows.columns(rows.parts(Marks::Columns)[0]).unwrap();
            rows.of_columns(&columns).text.as_str().to_owned()
        };
        let mut rows = Rows::beginning("INSERT INTO t VALUES {}", vec!["FG30".into()]);
        rows.push([1_u64.into(), "a".into()]);
        rows.push([2_u64.into(), "b".into()]);
        assert_eq!(
            text_of(&rows),
            "INSERT INTO t SELECT $1::TEXT AS column1, given.* \
             FROM UNNEST($2::BIGINT[], $3::TEXT[]) AS given (column2, column3)"
        );
        let mut list = Rows::list("WHERE a = $1 AND b IN ({})", vec!["FG30".into()]);
        list.push(["x".into()]);
        assert_eq!(text_of(&list), "WHERE a = $1 AND b = ANY($2::TEXT[])");
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
        let sizes: Vec<usize> = rows.parts(Marks::Numbered).iter().map(|it| it.len()).collect();
        assert_eq!(sizes, [250, 250, 101]);

        let large = vec![0; BYTES_MAX / 2];
        let mut rows = Rows::tuples("{}", vec![]);
        (0..5).for_each(|_| rows.push([(&large).into()]));
        let sizes: Vec<usize> = rows.parts(Marks::Numbered).iter().map(|it| it.len()).collect();
        assert_eq!(sizes, [2, 2, 1]);
    }
}
