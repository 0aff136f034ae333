//! Texts of a plan with `${…}` references, and how they are filled in.
//!
//! House rule: references are filled into single arguments, paths and values,
//! never into a script, so no value can become code.

use std::borrow::Cow;

/// A reference names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`${{{name}}}` names nothing here")]
pub struct UnknownReference {
    /// What was named.
    pub name: String,
}

/// Returns the names that `text` refers to, each as often as it stands there.
pub fn references(text: &str) -> Vec<&str> {
    pieces(text).filter_map(|piece| piece.err()).collect()
}

/// Returns `text` with each `${name}` replaced by what `value` returns for it; `$${` stands for `${`.
///
/// # Errors
///
/// For a name without a value: the plan must be corrected.
pub fn fill<'v>(
    text: &str,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
) -> Result<String, UnknownReference> {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Ok(plain) => filled.push_str(plain),
            Err(name) => match value(name) {
                Some(value) => filled.push_str(&value),
                None => return Err(UnknownReference { name: name.to_owned() }),
            },
        }
    }
    Ok(filled)
}

/// Splits `text` into plain pieces (`Ok`) and names of references (`Err`).
fn pieces(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix("$${") {
            rest = after;
            return Some(Ok("${"));
        }
        if let Some((name, after)) = rest.strip_prefix("${").and_then(|it| it.split_once('}')) {
            rest = after;
            return Some(Err(name));
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let next = rest.char_indices().skip(1).find(|(_, letter)| *letter == '$').map(|(at, _)| at);
        let (plain, after) = rest.split_at(next.unwrap_or(rest.len()).max(first));
        rest = after;
        Some(Ok(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn references_are_filled_in_and_nothing_else_changes() {
        let value = |name: &str| match name {
            "site.id" => Some(Cow::Borrowed("B27")),
            "odd" => Some(Cow::Borrowed("${site.id}")),
            _ => None,
        };
        for (text, filled) in [
            ("/srv/${site.id}/app", Ok("/srv/B27/app")),
            ("$HOME and 5$", Ok("$HOME and 5$")),
            ("$${site.id}", Ok("${site.id}")),
            ("${odd}", Ok("${site.id}")),
            ("${open", Ok("${open")),
            ("${nobody}", Err("nobody")),
        ] {
            let expected = filled
                .map(str::to_owned)
                .map_err(|it: &str| UnknownReference { name: it.to_owned() });
            assert_eq!(fill(text, value), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_references_stays_as_it_is(text in "[^$]*") {
            prop_assert_eq!(fill(&text, |_| None), Ok(text));
        }
    }
}
