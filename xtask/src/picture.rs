//! The picture of a run of the demo: its own output, shortened, as an SVG for the README.
//!
//! `cargo run -p xtask -- picture RUN.txt docs/demo.svg`. Nothing is drawn that the run did
//! not print: lines are left out, and where they are, dots say so. When the demo no longer says
//! what the picture is to show, there is no picture.

use std::fmt::Write as _;
use std::process::ExitCode;

/// What of a run is shown, in its order: each names a line by a part of it, and how many lines
/// after it are shown too.
const SHOWN: &[(&str, usize)] = &[
    ("LANDFALL DEMO", 0),
    ("core components, 12 shops", 0),
    ("Files, programs, checks and the record are real", 1),
    ("AUTHORISE", 0),
    ("REFUSED", 2),
    ("RFC-2 is authorised", 0),
    ("as Site Owner, acknowledge", 1),
    ("ROLL OUT", 0),
    ("registry is deployed", 1),
    ("ring pilot has passed", 0),
    ("did not pass its check", 3),
    ("HALTED", 0),
    ("$ landfall why ring/early", 0),
    ("- ring/early", 3),
    ("/health -> 503", 2),
    ("/health -> 200", 2),
    ("ring early goes on", 2),
    ("GO ON", 0),
    ("ring broad opens", 0),
    ("signs site/gdansk, but", 1),
    ("ALL SITES", 0),
    ("CHECKED", 8),
];

/// What stands where lines are left out.
const DOTS: &str = "      …";

/// The size of letters; with the two after it: what a letter and a line take, in pixels.
const FONT: f64 = 13.0;
const LETTER: f64 = 7.8;
const LINE: f64 = 19.0;

/// The space around the text; with the one after it: the height of the bar above, in pixels.
const PADDING: f64 = 26.0;
const BAR: f64 = 40.0;

/// The longest line that is shown whole, in letters.
const LETTERS_MAX: usize = 104;

/// Where the text begins behind an entry's number and the time, in letters.
const COLUMNS: usize = 20;

/// How a piece of a line is meant; each has its colour on the dark card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Plain,
    Heading,
    Quiet,
    Typed,
    Bad,
    Good,
}

impl Tone {
    fn style(self) -> &'static str {
        match self {
            Self::Plain => "fill=\"#d5dae3\"",
            Self::Heading => "fill=\"#ffffff\" font-weight=\"bold\"",
            Self::Quiet => "fill=\"#7d8799\"",
            Self::Typed => "fill=\"#7cc7ff\"",
            Self::Bad => "fill=\"#ff9b8e\" font-weight=\"bold\"",
            Self::Good => "fill=\"#8fd6a3\"",
        }
    }
}

/// Draws the picture that the arguments ask for, where they ask for one.
pub(crate) fn asked(mut arguments: impl Iterator<Item = String>) -> Option<ExitCode> {
    arguments.next().filter(|it| it == "picture")?;
    let drawn = match (arguments.next(), arguments.next()) {
        (Some(run), Some(picture)) => draw(&run, &picture),
        (_, None) | (None, _) => Err("usage: xtask picture RUN.txt PICTURE.svg".to_owned()),
    };
    Some(match drawn {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(&why),
    })
}

#[expect(clippy::print_stderr, reason = "a chore answers on the terminal")]
fn complain(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

fn draw(run: &str, picture: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(run).map_err(|error| format!("{run}: {error}"))?;
    let lines = shortened(&text, SHOWN)?;
    std::fs::write(picture, svg(&lines)).map_err(|error| format!("{picture}: {error}"))
}

/// Returns the lines of `run` that `shown` names, with dots where lines are left out.
fn shortened(run: &str, shown: &[(&str, usize)]) -> Result<Vec<String>, String> {
    let all: Vec<&str> = run.lines().collect();
    let mut lines = Vec::new();
    let mut from = 0;
    for (name, more) in shown {
        let found = all.iter().skip(from).position(|it| it.contains(name));
        let at = from + found.ok_or_else(|| format!("the run says nothing of `{name}`"))?;
        let left_out = all.iter().take(at).skip(from);
        let left_out = left_out.filter(|it| !it.trim().is_empty()).count();
        let is_heading = tone_of(all.get(at).copied().unwrap_or_default()) == Tone::Heading;
        // Before a heading a gap says enough.
        match (is_heading, left_out) {
            (true, _) if lines.is_empty() => {}
            (true, _) => lines.push(String::new()),
            (false, 0) => {}
            (false, _) => lines.push(DOTS.to_owned()),
        }
        lines.extend(all.iter().skip(at).take(more + 1).map(|it| cut(it)));
        from = at + more + 1;
    }
    Ok(lines)
}

/// Returns `line`, cut where it is too long for the card.
fn cut(line: &str) -> String {
    if line.chars().count() <= LETTERS_MAX {
        return line.to_owned();
    }
    line.chars().take(LETTERS_MAX - 1).chain(['…']).collect()
}

/// Returns how a line is meant, by what it says.
fn tone_of(line: &str) -> Tone {
    let first = line.split([' ', ':']).next().unwrap_or_default();
    let is_loud = first.len() > 1 && first.chars().all(|it| it.is_ascii_uppercase());
    let begins = line.trim_start();
    if is_loud {
        Tone::Heading
    } else if begins.starts_with("$ ") {
        Tone::Typed
    } else if line.contains("REFUSED") || line.contains("HALTS") || line.contains("-> 503") {
        Tone::Bad
    } else if begins.starts_with("holds ") || line.contains("ALL SITES") || line.contains("-> 200")
    {
        Tone::Good
    } else if begins.starts_with('…') || begins.starts_with('(') {
        Tone::Quiet
    } else {
        Tone::Plain
    }
}

/// Returns the pieces of a line: the entry's number and the time are quiet.
fn pieces(line: &str) -> Vec<(usize, &str, Tone)> {
    let tone = tone_of(line);
    let columns = line.char_indices().nth(COLUMNS).map(|(at, _)| line.split_at(at));
    match columns {
        Some((entry, rest)) if is_entry(entry) => {
            vec![(0, entry, Tone::Quiet), (COLUMNS, rest, tone)]
        }
        Some(_) | None => vec![(0, line, tone)],
    }
}

fn is_entry(columns: &str) -> bool {
    let number = columns.trim_start().split(' ').next().unwrap_or_default();
    let is_number = number.starts_with(|it: char| it.is_ascii_digit());
    columns.ends_with("  ")
        && is_number
        && number.chars().all(|it| it.is_ascii_digit() || it == '-')
}

/// Returns the card with `lines` on it.
fn svg(lines: &[String]) -> String {
    let letters = lines.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    let width = PADDING * 2.0 + pixels(letters) * LETTER;
    let height = BAR + PADDING + pixels(lines.len()) * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title\">\n\
         <title id=\"title\">A run of landfall demo, shortened</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#171b24\"/>\n\
         <g fill=\"#39414f\"><circle cx=\"26\" cy=\"20\" r=\"5.5\"/><circle cx=\"45\" cy=\"20\" r=\"5.5\"/><circle cx=\"64\" cy=\"20\" r=\"5.5\"/></g>\n\
         <g font-family=\"ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{FONT}\" xml:space=\"preserve\">\n\
         <text x=\"84\" y=\"25\" fill=\"#9aa4b5\">$ landfall demo</text>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let y = BAR + 16.0 + pixels(number) * LINE;
        for (column, piece, tone) in pieces(line) {
            let begins = piece.chars().take_while(|it| *it == ' ').count();
            let piece = piece.trim();
            if piece.is_empty() {
                continue;
            }
            let x = PADDING + pixels(column + begins) * LETTER;
            // Whatever the font: columns stand below one another.
            let length = pixels(piece.chars().count()) * LETTER;
            let (style, piece) = (tone.style(), escaped(piece));
            // Writing to a text cannot fail.
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" {style}>{piece}</text>"
            );
        }
    }
    svg + "</g>\n</svg>\n"
}

/// Returns a count as a measure: no picture has more lines or letters than that.
fn pixels(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str =
        "TITLE: all of it\n  one\n\nSECOND\n     12  Mon 21:00  a <b> & \"c\"\n  two\n";

    #[test]
    fn a_run_is_shortened_and_dots_say_where() {
        let lines = shortened(RUN, &[("TITLE", 0), ("SECOND", 1)]).unwrap();
        let expected = ["TITLE: all of it", "", "SECOND", "     12  Mon 21:00  a <b> & \"c\""];
        assert_eq!(lines, expected);
        let lines = shortened(RUN, &[("TITLE", 0), ("two", 0)]).unwrap();
        assert_eq!(lines, ["TITLE: all of it", DOTS, "  two"]);
    }

    #[test]
    fn what_the_run_does_not_say_is_not_shown() {
        let refused = shortened(RUN, &[("SECOND", 0), ("TITLE", 0)]).unwrap_err();
        assert_eq!(refused, "the run says nothing of `TITLE`");
    }

    #[test]
    fn text_is_escaped_and_every_tag_is_closed() {
        let picture = svg(&shortened(RUN, &[("TITLE", 5)]).unwrap());
        assert!(picture.contains("a &lt;b&gt; &amp; &quot;c&quot;</text>"), "{picture}");
        assert_eq!(picture.matches("<text ").count(), picture.matches("</text>").count());
        assert!(!picture.contains("href"), "it takes nothing from elsewhere");
    }

    #[test]
    fn the_columns_of_an_entry_are_quiet() {
        let line = "     12  Mon 21:00  SITE turku HALTS";
        let tones: Vec<Tone> = pieces(line).into_iter().map(|(_, _, tone)| tone).collect();
        assert_eq!(tones, [Tone::Quiet, Tone::Bad]);
        assert_eq!(pieces("  2 core components, 12 shops in 3 rings").len(), 1);
        assert_eq!(tone_of("HALTED: why?"), Tone::Heading);
        assert_eq!(tone_of("  $ landfall why"), Tone::Typed);
    }
}
