//! The text sent to a computer's shell: what varies, quoted, before what never varies.
//!
//! The text is one brace group, so that a shell reads all of it before it does
//! any of it: a text cut short by a lost connection is a syntax error and
//! nothing more. It travels over standard input, so neither a value nor a
//! secret is ever seen among a computer's processes or files.

use crate::quote::{Unquotable, quote};
use crate::secrets::Environment;
use crate::settings::OUTPUT_BYTES_MAX;
use model::digest::Digest;
use model::id::DeploymentId;
use model::order::{OrderId, Place};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// `shell/journal.sh` without its comments and indentation: it is sent with every order.
static JOURNAL: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("shell/journal.sh").lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    code.fold(String::new(), |text, line| text + line + "\n")
});

/// `shell/copy.sh` on one line: some login shells take no other in quotes.
static COPY: LazyLock<String> = LazyLock::new(|| one_line(include_str!("shell/copy.sh")));

/// `shell/bundle.sh` on one line, for the same reason.
static BUNDLE: LazyLock<String> = LazyLock::new(|| one_line(include_str!("shell/bundle.sh")));

/// Returns shell code on one line: where a line ends a command, it is ended by a semicolon.
fn one_line(code: &str) -> String {
    const GO_ON: [&str; 8] = ["{", "(", "then", "do", "else", "||", "&&", "|"];
    let lines = code.lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    code.fold(String::new(), |text, line| {
        let goes_on = line.split(' ').next_back().is_some_and(|it| GO_ON.contains(&it));
        text + line + if goes_on { " " } else { "; " }
    })
}

/// What is started on a computer. Constant: everything that varies goes to its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A shell that reads a text. It must lead a process group, as OpenSSH lets it.
    Shell,
    /// The same, for SSH servers that give a session no process group.
    ShellInSession,
    /// The copy of one file.
    Copy,
    /// Several orders, one after the other.
    Bundle,
}

impl Program {
    /// Returns the command line for a login shell of any kind.
    pub(crate) fn command_line(self) -> String {
        match self {
            Self::Shell => "exec /bin/sh".to_owned(),
            Self::ShellInSession => "exec setsid /bin/sh".to_owned(),
            Self::Copy => format!("exec /bin/sh -c '{}'", *COPY),
            Self::Bundle => format!("exec /bin/sh -c '{}'", *BUNDLE),
        }
    }

    /// Returns the arguments of the shell.
    pub(crate) fn arguments(self) -> Vec<&'static str> {
        match self {
            Self::Shell | Self::ShellInSession => Vec::new(),
            Self::Copy => vec!["-c", COPY.as_str()],
            Self::Bundle => vec!["-c", BUNDLE.as_str()],
        }
    }
}

/// The most output kept of one order, in the unit of `ulimit -f`.
const OUTPUT_BLOCKS: u64 = OUTPUT_BYTES_MAX / 512;

/// An order behind others in a bundle begins within this time of its arrival, in seconds, or not
/// at all: the longest that anything can begin on a computer that no halt reaches any more.
pub(crate) const LAPSE_S: u64 = 60;

/// What a process order does.
#[derive(Clone, Copy)]
pub(crate) enum Effect<'a> {
    /// A program and its arguments.
    Command(&'a [String]),
    /// A script for the shell.
    Script(&'a str),
}

/// What a copy that travels alone is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// To copy the file.
    Copy,
    /// To look whether it has, and no more.
    Find,
    /// To look whether the file is there, for an order that is no copy itself.
    Verify,
}

impl Errand {
    fn word(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Find => "find",
            Self::Verify => "verify",
        }
    }
}

/// Where a computer keeps what it knows of one order.
pub(crate) struct Journal {
    /// The directory, as shell text.
    directory: String,
    order: String,
    /// What marks the answers about this order.
    pub(crate) tag: String,
    /// What tells the secrets that the order is given from others.
    secrets: String,
}

impl Journal {
    /// Returns the journal of `order` at `place`. `here` is the root of this computer's own.
    pub(crate) fn of(
        place: &Place,
        deployment: &DeploymentId,
        order: &OrderId,
        here: &Path,
    ) -> Result<Self, Unquotable> {
        let name = Digest::of(order.0.as_bytes()).to_string();
        let directory = match place {
            Place::Here { .. } => {
                let folder = here.join(deployment.as_str()).join(&name);
                quote(&folder.to_string_lossy())?
            }
            Place::Ssh { .. } => format!("\"$HOME\"/.landfall/{deployment}/{name}"),
        };
        let tag = name.chars().take(16).collect();
        let secrets = Environment::default().mark(order);
        Ok(Self { directory, order: quote(&order.0)?, tag, secrets })
    }

    /// Returns the journal for whoever gives `order` this environment: what it wrote is told where its secrets
    /// are those that it has been given.
    pub(crate) fn knowing(self, order: &OrderId, environment: &Environment) -> Self {
        Self { secrets: environment.mark(order), ..self }
    }

    /// Returns the text that begins the order, or follows it where it has begun.
    pub(crate) fn begin(
        &self,
        effect: &Effect<'_>,
        environment: &Environment,
    ) -> Result<Zeroizing<String>, Unquotable> {
        let text = functions(effect, environment, 8192)?;
        Ok(self.whole("begin", &format!("output_blocks={OUTPUT_BLOCKS}\n"), &text))
    }

    /// Returns the text of the order as one of a bundle.
    pub(crate) fn in_bundle(
        &self,
        effect: &Effect<'_>,
        environment: &Environment,
    ) -> Result<Zeroizing<String>, Unquotable> {
        let functions = functions(effect, environment, 1024)?;
        Ok(Zeroizing::new(format!("{}kind=process\n{}", self.names(), *functions)))
    }

    /// Returns the text of an order that copies, as one of a bundle. `last` says that nothing
    /// comes after its bytes.
    pub(crate) fn copy_in_bundle(
        &self,
        to: &str,
        (size, want, mode): (u64, Digest, u32),
        last: bool,
    ) -> Result<Zeroizing<String>, Unquotable> {
        let (names, short) = (self.names(), self.short());
        let (to, rest) = (quote(to)?, if last { "yes" } else { "no" });
        Ok(Zeroizing::new(format!(
            "{names}kind=copy\nto={to}\nsize={size}\nwant={want}\nmode={mode:o}\nshort={short}\n\
             rest={rest}\n"
        )))
    }

    /// Returns what is said before the bytes of a copy that travels alone, or in their place.
    pub(crate) fn copy_alone(
        &self,
        to: &str,
        (want, mode): (Digest, u32),
        errand: Errand,
    ) -> Result<Zeroizing<String>, Unquotable> {
        let (names, to, short, errand) = (self.names(), quote(to)?, self.short(), errand.word());
        let text =
            format!("{names}to={to}\nwant={want}\nmode={mode:o}\nshort={short}\nerrand={errand}\n");
        let end = end_of(&text);
        Ok(Zeroizing::new(format!("{end}\n{text}{end}\n")))
    }

    /// Returns what tells the unfinished file of one order from that of another.
    fn short(&self) -> &str {
        self.tag.get(..8).unwrap_or(&self.tag)
    }

    /// Returns the text that makes sure that the order never begins, where it has not.
    pub(crate) fn withhold(&self) -> Zeroizing<String> {
        self.whole("withhold", "", "")
    }

    fn names(&self) -> String {
        let Self { directory, order, tag, secrets } = self;
        format!("tag={tag}\njournal={directory}\norder={order}\nsecrets={secrets}\n")
    }

    /// Returns the text that asks how far the order is, and for its output from byte `from` on.
    pub(crate) fn glance(&self, from: u64, release: bool) -> Zeroizing<String> {
        let release = if release { "yes" } else { "no" };
        self.whole("glance", &format!("from={}\nrelease={release}\n", from + 1), "")
    }

    /// Returns the text that stops the order.
    pub(crate) fn halt(&self, why: &str, grace_s: u64) -> Zeroizing<String> {
        let why: String = why.chars().filter(|it| !it.is_control()).collect();
        let why = quote(&why).unwrap_or_else(|Unquotable| "''".to_owned());
        self.whole("halt", &format!("why={why}\ngrace={grace_s}\n"), "")
    }

    /// Returns the text that follows the order to its end and begins nothing.
    pub(crate) fn follow(&self) -> Zeroizing<String> {
        self.whole("follow", "", "")
    }

    fn whole(&self, mode: &str, variables: &str, functions: &str) -> Zeroizing<String> {
        let names = self.names();
        Zeroizing::new(format!("{{\n{names}mode={mode}\n{variables}{functions}{}}}\n", *JOURNAL))
    }
}

/// Returns the functions `settings`, `prepare` and `effect` of an order.
fn functions(
    effect: &Effect<'_>,
    environment: &Environment,
    capacity: usize,
) -> Result<Zeroizing<String>, Unquotable> {
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    text.push_str("settings() { :\n");
    for (name, value) in &environment.variables {
        let value = Zeroizing::new(quote(value)?);
        let _ = writeln!(text, "export {name}={}", *value);
    }
    text.push_str("}\n");
    match effect {
        Effect::Command(argv) => {
            let argv: Vec<String> = argv.iter().map(|it| quote(it)).collect::<Result<_, _>>()?;
            let _ = writeln!(text, "prepare() {{ :; }}\neffect() {{ exec {}; }}", argv.join(" "));
        }
        Effect::Script(script) => {
            let script = quote(script)?;
            let _ = writeln!(
                text,
                "prepare() {{ printf %s {script} >\"$journal/script.$$\"; }}\n\
                 effect() {{ exec /bin/sh \"$1\"; }}"
            );
        }
    }
    Ok(text)
}

/// Returns what a bundle of the orders with these journals and texts says to its shell, before the
/// bytes of its copies.
pub(crate) fn bundle(orders: &[(&Journal, Zeroizing<String>)]) -> Zeroizing<String> {
    let tag = orders.first().map_or("", |(journal, _)| &journal.tag);
    let folders = || orders.iter().map(|(journal, _)| journal.directory.as_str());
    let all = folders().fold(String::new(), |all, it| all + " " + it);
    let marks = folders().fold(String::new(), |all, it| format!("{all} {it}/sent"));
    let mark = folders()
        .fold(String::new(), |all, it| format!("{all}printf \"%s\\n\" \"$boot\" >{it}/sent && "));
    let shared = format!(
        "tag={tag}\nlapse={LAPSE_S}\nblocks={OUTPUT_BLOCKS}\nannounce() {{\n\
         mkdir -p -m 700{all} 2>/dev/null && {mark} {{ sync{marks} 2>/dev/null || :; }}\n}}\n"
    );
    let mut text = Zeroizing::new(String::with_capacity(8192));
    let texts = std::iter::once(shared.as_str()).chain(orders.iter().map(|(_, it)| it.as_str()));
    for part in texts {
        let end = end_of(part);
        let _ = write!(text, "{end}\n{part}{end}\n");
    }
    text.push_str("go\n");
    text
}

/// Returns a line that is none of `text`'s.
fn end_of(text: &str) -> String {
    let mut number = 0_u32;
    loop {
        let end = format!("end-{number}");
        if !text.lines().any(|it| it == end) {
            return end;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use executor::testing::came_about;

    #[test]
    fn a_program_in_quotes_survives_any_login_shell() {
        for program in [Program::Copy, Program::Bundle] {
            let line = program.command_line();
            assert_eq!(line.matches('\'').count(), 2, "one pair of quotes: {line}");
            assert!(!line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_text_cut_short_does_nothing() {
        let place = Place::Here { computer: "db".parse().unwrap() };
        let folder = tempfile::tempdir().unwrap();
        let id = OrderId("core/db#1".into());
        let journal =
            Journal::of(&place, &"FG30".parse().unwrap(), &id, &folder.path().join("j")).unwrap();
        let mark = folder.path().join("mark");
        let script = format!("touch {}", quote(&mark.to_string_lossy()).unwrap());
        let text = journal.begin(&Effect::Script(&script), &Environment::default()).unwrap();
        // The last two bytes are the brace that lets the shell begin, and the end of its line.
        for end in (0..text.len() - 2).rev().step_by(97) {
            run(&text[..end]);
            assert!(!mark.exists() && !folder.path().join("j").exists(), "cut at {end}");
        }
        run(&text);
        assert!(mark.exists());
    }

    // Proves: X-10
    #[test]
    fn what_an_earlier_order_left_running_is_told_apart_whatever_the_uptime_is_said_to_be() {
        let place = Place::Here { computer: "db".parse().unwrap() };
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        // As in a container that began a moment ago, on a computer that has been up for long.
        std::fs::write(path("uptime"), "0.07 0.01\n").unwrap();
        let program = BUNDLE.replace("/proc/uptime", &path("uptime"));
        let journal = |order: &str| {
            let (id, here) = (OrderId(order.into()), folder.path().join("j"));
            Journal::of(&place, &"FG30".parse().unwrap(), &id, &here).unwrap()
        };
        let (leaves, waits) = (journal("core/db/0#1"), journal("core/db/1#1"));
        let scripts = [
            format!("sleep 600 >/dev/null 2>&1 & echo $! >{}", path("left")),
            format!("echo $$ >{}; exec sleep 600", path("waiting")),
        ];
        let text_of = |journal: &Journal, script: &str| {
            journal.in_bundle(&Effect::Script(script), &Environment::default()).unwrap()
        };
        let orders =
            [(&leaves, text_of(&leaves, &scripts[0])), (&waits, text_of(&waits, &scripts[1]))];
        let text = bundle(&orders);
        let process = |name: &str| std::fs::read_to_string(path(name)).unwrap_or_default();
        std::thread::scope(|scope| {
            scope.spawn(|| run_with(&["-c", &program], &text));
            assert!(came_about(|| process("waiting").ends_with('\n')));
            run(&waits.halt("a halt", 1));
        });
        let lives = |name: &str| Path::new("/proc").join(process(name).trim()).exists();
        assert!(!lives("waiting"));
        assert!(lives("left"), "what was left running is not the order's");
        run(&format!("kill {}", process("left")));
    }

    fn run(text: &str) {
        run_with(&[], text);
    }

    #[expect(clippy::disallowed_methods, reason = "the real shell is the judge")]
    fn run_with(arguments: &[&str], text: &str) {
        use std::io::Write as _;
        use std::process::{Command, Stdio};
        let mut shell = Command::new("setsid")
            .arg("/bin/sh")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        shell.wait().unwrap();
    }
}
