//! The one way in which a value enters shell text.
//!
//! House rule: the scripts of a plan are never templated. Values reach them by
//! their environment; what sets that environment is quoted here and nowhere else.

/// A text cannot be written in shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text with a zero byte cannot be given to a program")]
pub struct Unquotable;

/// Returns `text` in POSIX single quotes: the shell reads back exactly `text`.
///
/// # Errors
///
/// When `text` has a zero byte, which no argument and no variable can hold.
pub fn quote(text: &str) -> Result<String, Unquotable> {
    if text.contains('\0') {
        return Err(Unquotable);
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// Returns whether `name` may name an environment variable.
pub(crate) fn is_variable(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_')
        && letters.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;
    use std::process::Stdio;

    #[expect(clippy::disallowed_methods, reason = "the real shell is the judge")]
    fn read_back(quoted: &[String]) -> Vec<u8> {
        let mut shell = std::process::Command::new("/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!(r"printf '%s\0' {}", quoted.join(" "));
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        shell.wait_with_output().unwrap().stdout
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_back_exactly_what_was_quoted(
            texts in proptest::collection::vec("[^\\x00]*|['\"\\\\$`!\n\t *?~;&|]*", 1..20)
        ) {
            let quoted: Vec<String> = texts.iter().map(|text| quote(text).unwrap()).collect();
            let expected: Vec<u8> =
                texts.iter().flat_map(|text| text.bytes().chain([0])).collect();
            prop_assert_eq!(read_back(&quoted), expected);
        }
    }

    #[test]
    fn a_zero_byte_is_refused() {
        assert_eq!(quote("a\0b"), Err(Unquotable));
    }

    #[test]
    fn only_plain_names_are_variables() {
        for (name, accepted) in
            [("A", true), ("_a1", true), ("1A", false), ("A-B", false), ("A=B", false), ("", false)]
        {
            assert_eq!(is_variable(name), accepted, "{name:?}");
        }
    }
}
