//! Stops the programs that the demo started: by their numbers, and only its own.

use super::place::Place;
use crate::exit::Exit;
use crate::fault::Fault;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often it is looked whether a program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How often a program is asked to end, before it is said that it does not.
const LOOKS_MAX: usize = 100;

/// After how many looks a program is no longer asked but made to end.
const LOOKS_PATIENT: usize = 60;

/// How many looks must find nothing: a step that was under way may start another program.
const QUIET_LOOKS: usize = 4;

/// Stops every program of the demo, also one that a step is only just starting. Returns how many
/// there were.
///
/// # Errors
///
/// When one of them does not end.
pub(super) async fn stop(place: &Place) -> Result<usize, Fault> {
    let mut seen = std::collections::BTreeSet::new();
    let mut quiet = 0;
    for look in 0..LOOKS_MAX {
        let running = running(&place.root);
        if running.is_empty() {
            quiet += 1;
            if quiet == QUIET_LOOKS {
                return Ok(seen.len());
            }
        } else {
            quiet = 0;
            signal(if look < LOOKS_PATIENT { "TERM" } else { "KILL" }, &running);
            seen.extend(running);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let left: Vec<String> = running(&place.root).iter().map(ToString::to_string).collect();
    Err(Fault::new(Exit::Failure, "programs of the demo do not end")
        .why(format!("their numbers are {}", left.join(", "))))
}

/// Returns the numbers of all processes that answer from a directory below `root`.
pub(super) fn running(root: &Path) -> Vec<u32> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return vec![] };
    let numbers = processes.flatten().filter_map(|it| it.file_name().to_str()?.parse().ok());
    numbers.filter(|number| *number != std::process::id() && is_own(*number, root)).collect()
}

/// Returns whether process `number` is a program of the demo below `root`, by its command line:
/// a number alone may have been given out again.
fn is_own(number: u32, root: &Path) -> bool {
    let line = std::fs::read(Path::new("/proc").join(number.to_string()).join("cmdline"));
    // A process that has ended has an empty command line until somebody takes notice of it.
    line.is_ok_and(|it| answers_below(&it, root))
}

fn answers_below(command_line: &[u8], root: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let mut words = command_line.split(|it| *it == 0).skip(1);
    let answers = words.next() == Some(b"demo") && words.next() == Some(b"answer");
    let mut after = words.skip_while(|it| *it != b"--root").skip(1);
    let root = [root.as_os_str().as_bytes(), b"/"].concat();
    answers && after.next().is_some_and(|it| it.starts_with(&root))
}

#[expect(clippy::disallowed_methods, reason = "a shell has the only `kill` that is always there")]
fn signal(name: &str, numbers: &[u32]) {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "name=$1; shift; kill -s \"$name\" \"$@\"", "sh", name]);
    shell.args(numbers.iter().map(ToString::to_string));
    // One that has ended meanwhile makes `kill` complain; the next look says what is left.
    let _ = shell.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_below_its_own_directory_is_the_demos() {
        for (line, expected) in [
            ("landfall\0demo\0answer\0--name\0Till\0--root\0/tmp/a/sites/oslo\0", true),
            ("landfall\0demo\0answer\0--name\0Till\0--root\0/tmp/ab/sites/oslo\0", false),
            ("landfall\0demo\0--keep\0", false),
            ("vi\0/tmp/a/sites/oslo/settings\0", false),
            ("landfall\0demo\0answer\0--root\0", false),
            ("", false),
        ] {
            assert_eq!(answers_below(line.as_bytes(), Path::new("/tmp/a")), expected, "{line:?}");
        }
    }
}
