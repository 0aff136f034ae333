//! What a computer's shell answers, told from whatever else its login prints.
//!
//! An answer is a line that begins with `landfall-` and the tag of the order.
//! After an answer that ends the talk, everything is the order's output.
//!
//! Of what is told to people, secrets are taken out before it is cut: half of a
//! secret is found no more.

use crate::redact::Redactor;

/// How much of what is not an answer is kept, in bytes: enough for a shell's complaint.
const NOISE_BYTES_MAX: usize = 512;

/// The most of it that is told, in characters.
const TOLD_CHARACTERS_MAX: usize = 400;

/// How much of a line is kept, in bytes: an answer with its reason, behind a login's greeting. A
/// computer that writes without end of line costs no more than that.
pub(crate) const LINE_BYTES_MAX: usize = 16 * 1024;

/// Adds `bytes` to a line, as far as there is room in it.
pub(crate) fn lengthen(line: &mut Vec<u8>, bytes: &[u8]) {
    let room = LINE_BYTES_MAX.saturating_sub(line.len());
    line.extend(bytes.iter().take(room));
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The order begins now.
    Begun,
    /// Another shell began the order; this one waits for its end.
    Following,
    /// The order is under way.
    Running,
    /// The order ended by itself with this code.
    Ended(i32),
    /// The order was stopped, and nobody knows what it had done by then.
    Stopped,
    /// Whoever carried out the order is gone, and it has no end.
    Interrupted,
    /// The order was never begun and never will be.
    Never,
    /// Asked to stop or not to begin, but the order had already ended or begun.
    Over,
    /// Asked to stop: nothing of the order lives any more.
    Halted,
    /// Asked to stop: something of the order outlived being killed.
    Surviving,
    /// Another shell has made the order's mark, so this one goes no further.
    Taken,
    /// The order's turn came too late, or its connection is lost: it was not begun.
    Lapsed,
    /// The SSH server gives its sessions no process group of their own.
    Bound,
    /// Nothing was begun, for this reason.
    Refused(String),
    /// The copy is already there.
    Have,
    /// The copy is not there.
    Lacks,
    /// The bytes of the copy are awaited.
    Send,
    /// The copy is in its place.
    Copied,
    /// The bytes that arrived have this digest instead.
    Differs(String),
}

impl Answer {
    /// Returns the answer that `text` is. What it tells is `told`.
    pub(crate) fn parse(text: &str, told: impl Fn(&str) -> String) -> Option<Self> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        Some(match word {
            "begun" => Self::Begun,
            "following" => Self::Following,
            "running" => Self::Running,
            "ended" => Self::Ended(rest.parse().ok()?),
            "stopped" => Self::Stopped,
            "interrupted" => Self::Interrupted,
            "never" => Self::Never,
            "over" => Self::Over,
            "halted" => Self::Halted,
            "surviving" => Self::Surviving,
            "taken" => Self::Taken,
            "lapsed" => Self::Lapsed,
            "bound" => Self::Bound,
            "refused" => Self::Refused(told(rest)),
            "have" => Self::Have,
            "lacks" => Self::Lacks,
            "send" => Self::Send,
            "copied" => Self::Copied,
            "differs" => Self::Differs(told(rest)),
            _ => return None,
        })
    }

    /// Returns why nothing was begun, where it says so.
    pub(crate) fn refusal(&self) -> Option<&str> {
        if let Self::Refused(why) = self { Some(why) } else { None }
    }

    /// Returns whether output follows, to the end of the stream.
    pub(crate) fn is_last(&self) -> bool {
        match self {
            Self::Running
            | Self::Ended(_)
            | Self::Stopped
            | Self::Interrupted
            | Self::Never
            | Self::Over
            | Self::Halted
            | Self::Surviving
            | Self::Taken
            | Self::Lapsed
            | Self::Bound
            | Self::Refused(_)
            | Self::Have
            | Self::Lacks
            | Self::Copied
            | Self::Differs(_) => true,
            Self::Begun | Self::Following | Self::Send => false,
        }
    }
}

/// A piece of what a shell wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// An answer.
    Answer(Answer),
    /// Output of the order.
    Output(Vec<u8>),
}

/// Cuts what a shell writes into answers and output.
pub(crate) struct Answers {
    prefix: Vec<u8>,
    line: Vec<u8>,
    noise: Noise,
    output: bool,
}

impl Answers {
    /// Returns a cutter of answers that bear `tag`. `redactor` knows what is not told of them.
    pub(crate) fn tagged(tag: &str, redactor: Redactor) -> Self {
        let prefix = format!("landfall-{tag} ").into_bytes();
        Self { prefix, line: Vec::new(), noise: Noise::of(redactor), output: false }
    }

    /// Returns what `bytes` bring, in order.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.output {
                pieces.push(Piece::Output(rest.to_vec()));
                break;
            }
            let Some(end) = rest.iter().position(|it| *it == b'\n') else {
                lengthen(&mut self.line, rest);
                break;
            };
            let (line, behind) = rest.split_at(end);
            lengthen(&mut self.line, line);
            rest = behind.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.line);
            match self.parse(&line) {
                Some(answer) => {
                    self.output = answer.is_last();
                    pieces.push(Piece::Answer(answer));
                }
                None => self.noise.note(&line),
            }
        }
        pieces
    }

    /// A login's greeting may lack the end of its line, so an answer may begin anywhere in it.
    fn parse(&self, line: &[u8]) -> Option<Answer> {
        let at = line.windows(self.prefix.len()).position(|it| it == self.prefix)?;
        let answer = line.get(at + self.prefix.len()..)?;
        let told = |rest: &str| self.noise.told_of(rest, line.len());
        Answer::parse(String::from_utf8_lossy(answer).trim_end(), told)
    }

    /// Keeps what the shell complained of.
    pub(crate) fn note(&mut self, noise: &[u8]) {
        self.noise.note(noise);
    }

    /// Returns how many bytes are kept.
    #[cfg(feature = "testing")]
    pub(crate) fn kept(&self) -> usize {
        self.line.len() + self.noise.kept()
    }

    /// Returns what was said besides answers.
    pub(crate) fn noise(&self) -> String {
        self.noise.told(&self.line)
    }
}

/// What a computer says besides answers.
pub(crate) struct Noise {
    redactor: Redactor,
    bytes: Vec<u8>,
    /// Whether there was more of it than is kept.
    is_cut: bool,
}

impl Noise {
    pub(crate) fn of(redactor: Redactor) -> Self {
        Self { redactor, bytes: Vec::new(), is_cut: false }
    }

    /// Keeps a line of it.
    pub(crate) fn note(&mut self, line: &[u8]) {
        let room = (NOISE_BYTES_MAX + self.redactor.held()).saturating_sub(self.bytes.len());
        self.is_cut |= line.len() >= room;
        self.bytes.extend(line.iter().chain(b"\n").take(room));
    }

    /// Returns how many bytes are kept.
    #[cfg(feature = "testing")]
    pub(crate) fn kept(&self) -> usize {
        self.bytes.len()
    }

    /// Returns what is told of it, the unfinished `line` behind.
    pub(crate) fn told(&self, line: &[u8]) -> String {
        if self.is_cut {
            return shown(&self.redactor.clean_cut(&self.bytes));
        }
        let said = [self.bytes.as_slice(), line].concat();
        shown(&if is_cut(line.len()) {
            self.redactor.clean_cut(&said)
        } else {
            self.redactor.clean(&said)
        })
    }

    /// Returns what is told of `rest`, the end of a line of which so many bytes were kept.
    pub(crate) fn told_of(&self, rest: &str, kept: usize) -> String {
        shown(&if is_cut(kept) {
            self.redactor.clean_cut(rest.as_bytes())
        } else {
            self.redactor.clean(rest.as_bytes())
        })
    }
}

fn is_cut(kept: usize) -> bool {
    kept >= LINE_BYTES_MAX
}

/// Returns what is shown of `said`: its beginning, and nothing that commands a terminal. What is no text
/// takes more bytes shown than sent.
fn shown(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let said = said.chars().map(|it| if it.is_control() { ' ' } else { it });
    said.take(TOLD_CHARACTERS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_a_login_s_greeting_and_from_output() {
        let text = b"Welcome!\nlandfall-0ther ended 0\n> landfall-7ag begun\nlandfall-7ag ended 3\nlandfall-7ag ended 0\nout";
        for size in 1..text.len() {
            let mut answers = Answers::tagged("7ag", Redactor::of_nothing());
            let mut said = Vec::new();
            let mut output = Vec::new();
            for piece in text.chunks(size).flat_map(|it| answers.push(it)) {
                match piece {
                    Piece::Answer(answer) => said.push(answer),
                    Piece::Output(bytes) => output.extend(bytes),
                }
            }
            assert_eq!(said, [Answer::Begun, Answer::Ended(3)]);
            assert_eq!(output, b"landfall-7ag ended 0\nout");
            assert!(answers.noise().starts_with("Welcome!"));
        }
    }

    #[test]
    fn a_flood_without_end_of_line_costs_no_more_than_a_line() {
        let mut answers = Answers::tagged("7ag", Redactor::of_nothing());
        for _ in 0..1_000 {
            assert!(answers.push(&[b'x'; 4096]).is_empty());
        }
        assert!(answers.line.len() <= LINE_BYTES_MAX);
        for _ in 0..100_000 {
            answers.push(b"\n");
        }
        assert!(answers.noise.bytes.len() <= NOISE_BYTES_MAX);
        assert_eq!(answers.push(b"landfall-7ag begun\n"), [Piece::Answer(Answer::Begun)]);
    }

    #[test]
    fn half_of_a_secret_is_not_told() {
        let secret = "correct horse battery staple";
        let told = |before: &str, said: &str| {
            let mut answers = Answers::tagged("7ag", Redactor::of([secret]));
            let pieces = answers.push(format!("{said}{before}{secret}\n{secret}").as_bytes());
            format!("{pieces:?}{}", answers.noise())
        };
        for length in 0..600 {
            for (letter, said) in [
                ("x", ""),
                ("ü", ""),
                ("x", "landfall-7ag refused "),
                ("ü", "landfall-7ag differs "),
            ] {
                let told = told(&letter.repeat(length), said);
                assert!(!told.contains("co"), "{length} of {letter}: {told}");
            }
        }
        let told = told(&"x".repeat(LINE_BYTES_MAX - 30), "landfall-7ag refused ");
        assert!(!told.contains("co"), "{told}");
    }
}
