//! What the shell of a bundle says, told apart by order.
//!
//! An answer is a line that bears the tag of its order. After one that tells an
//! end, as many bytes of output follow as it says, and then the next answer.

use crate::answers::{Answer, Noise, lengthen};
use crate::redact::Redactor;

/// What was said of the order at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// An answer; of an end, once all of its output was heard.
    Answer(usize, Answer),
    /// Output of the order.
    Output(usize, Vec<u8>),
}

impl Said {
    /// Returns the position of the order of which it was said.
    pub(super) fn order(&self) -> usize {
        match self {
            Self::Answer(order, _) | Self::Output(order, _) => *order,
        }
    }
}

/// Cuts what the shell of a bundle writes into answers and outputs.
pub(crate) struct Hearing {
    tags: Vec<String>,
    line: Vec<u8>,
    noise: Noise,
    /// The end whose output is being heard, and how much of it is still to come.
    ending: Option<(usize, Answer, u64)>,
}

impl Hearing {
    /// Returns a hearing of orders with these tags. `redactor` knows the secrets of all of them: any may
    /// be told of any.
    pub(crate) fn of(tags: Vec<String>, redactor: Redactor) -> Self {
        Self { tags, line: Vec::new(), noise: Noise::of(redactor), ending: None }
    }

    /// Returns what `bytes` bring, in order.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some((order, answer, left)) = self.ending.take() {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (output, behind) = rest.split_at(here);
                said.push(Said::Output(order, output.to_vec()));
                rest = behind;
                self.end(order, answer, left - here as u64, &mut said);
                continue;
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
                Some((order, answer, size)) => self.end(order, answer, size, &mut said),
                None => self.note(&line),
            }
        }
        said
    }

    fn end(&mut self, order: usize, answer: Answer, left: u64, said: &mut Vec<Said>) {
        if left == 0 {
            said.push(Said::Answer(order, answer));
        } else {
            self.ending = Some((order, answer, left));
        }
    }

    /// A login's greeting may lack the end of its line, so an answer may begin anywhere in it.
    fn parse(&self, line: &[u8]) -> Option<(usize, Answer, u64)> {
        let told = |rest: &str| self.noise.told_of(rest, line.len());
        let line = String::from_utf8_lossy(line);
        let (order, text) = self.tags.iter().enumerate().find_map(|(order, tag)| {
            let (_, text) = line.split_once(&format!("landfall-{tag} "))?;
            Some((order, text.trim_end()))
        })?;
        let mut words = text.split(' ');
        let word = words.next()?;
        if !matches!(word, "ended" | "stopped" | "interrupted") {
            return Some((order, Answer::parse(text, told)?, 0));
        }
        let (code, size) = (words.next()?, words.next()?);
        Some((order, Answer::parse(&format!("{word} {code}"), told)?, size.parse().ok()?))
    }

    /// Keeps what the shell complained of.
    pub(super) fn note(&mut self, noise: &[u8]) {
        self.noise.note(noise);
    }

    /// Returns how many bytes are kept.
    #[cfg(feature = "testing")]
    pub(crate) fn kept(&self) -> usize {
        self.line.len() + self.noise.kept()
    }

    /// Returns what was said besides answers.
    pub(super) fn noise(&self) -> String {
        self.noise.told(&self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_one_by_one_with_their_own_output_however_the_bytes_are_cut() {
        let text = b"Welcome!\n> landfall-aa begun\nlandfall-aa ended 0 25\n\
                     landfall-bb ended 9 0\nbye\nlandfall-bb begun\nlandfall-bb ended 3 0\n";
        for size in 1..text.len() {
            let mut hearing =
                Hearing::of(vec!["aa".to_owned(), "bb".to_owned()], Redactor::of_nothing());
            let mut answers = Vec::new();
            let mut output = Vec::new();
            for said in text.chunks(size).flat_map(|it| hearing.push(it)) {
                match said {
                    Said::Answer(order, answer) => answers.push((order, answer)),
                    Said::Output(order, bytes) => {
                        assert_eq!(order, 0);
                        output.extend(bytes);
                    }
                }
            }
            let ended = |code| Answer::Ended(code);
            let begun = Answer::Begun;
            assert_eq!(answers, [(0, begun.clone()), (0, ended(0)), (1, begun), (1, ended(3))]);
            assert_eq!(output, b"landfall-bb ended 9 0\nbye");
            assert_eq!(hearing.noise(), "Welcome!");
        }
    }
}
