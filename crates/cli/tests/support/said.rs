//! What a program said before it ended.

use std::process::Output;

/// Returns the exit code of a program with all that it said; -1 where a signal ended it.
pub(crate) fn said(output: Output) -> (i32, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}
