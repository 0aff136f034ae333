//! The sites of the worked example, for tests.
//!
//! House rule: the worked example's arithmetic is held row by row.

/// One row of the worked example.
pub(crate) struct Row {
    fields: Vec<(String, String)>,
}

impl Row {
    /// Returns the text in `column`.
    pub(crate) fn field(&self, column: &str) -> &str {
        let found = self.fields.iter().find(|(name, _)| name == column);
        found.map(|(_, text)| text.as_str()).expect("because the sample has this column")
    }

    /// Returns the number in `column`.
    pub(crate) fn number(&self, column: &str) -> f64 {
        self.field(column).parse().expect("because this column holds numbers")
    }
}

/// Returns all rows of the worked example.
pub(crate) fn sites() -> Vec<Row> {
    let mut lines = include_str!("../../testdata/sites.csv").lines().map(split);
    let names = lines.next().expect("because the sample has a line of names");
    let named = |fields: Vec<String>| Row { fields: names.iter().cloned().zip(fields).collect() };
    lines.map(named).collect()
}

/// Returns the fields of a line; a comma between quotation marks belongs to its field.
fn split(line: &str) -> Vec<String> {
    let mut quoted = false;
    let fields = line.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    fields.map(|field| field.trim_matches('"').to_owned()).collect()
}
