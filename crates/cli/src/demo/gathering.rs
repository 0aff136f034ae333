//! Acts of one kind that follow one another, gathered into one line: twelve owners who
//! acknowledge their dates need not fill a screen.

use model::id::Seq;
use model::role_type::RoleType;

/// An act, ready to be told.
pub(super) struct Act {
    /// Its entry.
    pub(super) seq: Seq,
    /// When, as it is printed.
    pub(super) when: String,
    /// Who, by name.
    pub(super) who: String,
    /// In which role.
    pub(super) role: RoleType,
    /// What they did.
    pub(super) text: String,
    /// What it is gathered under, and what of it differs; nothing for an act with a line of its own.
    pub(super) gathered: Option<(&'static str, String)>,
}

/// A line that is told: what stands in its three columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The entry, or the entries.
    pub(super) entry: String,
    /// When.
    pub(super) when: String,
    /// What happened.
    pub(super) text: String,
}

/// Acts of one kind that wait to be told together.
#[derive(Default)]
pub(super) struct Gathering {
    acts: Vec<Act>,
}

impl Gathering {
    /// Takes in `act` and returns the lines that are complete by it.
    pub(super) fn take(&mut self, act: Act) -> Vec<Row> {
        let kind = |it: &Act| it.gathered.as_ref().map(|(kind, _)| (*kind, it.role));
        let belongs = self.acts.first().is_some_and(|it| kind(it) == kind(&act));
        let mut lines = if belongs { vec![] } else { self.end() };
        if act.gathered.is_some() {
            self.acts.push(act);
        } else {
            lines.push(alone(&act));
        }
        lines
    }

    /// Returns the line of what was gathered.
    pub(super) fn end(&mut self) -> Vec<Row> {
        let acts = std::mem::take(&mut self.acts);
        match acts.as_slice() {
            [] => vec![],
            [only] => vec![alone(only)],
            [first, .., last] => vec![together(first, last, &acts)],
        }
    }
}

fn alone(act: &Act) -> Row {
    let text = format!("{}, {}, {}", act.who, act.role, act.text);
    Row { entry: act.seq.to_string(), when: act.when.clone(), text }
}

fn together(first: &Act, last: &Act, acts: &[Act]) -> Row {
    let kind = first.gathered.as_ref().map(|(kind, _)| *kind).unwrap_or_default();
    let what: Vec<&str> =
        acts.iter().filter_map(|it| it.gathered.as_ref()).map(|(_, of)| of.as_str()).collect();
    let who = if acts.iter().all(|it| it.who == first.who) {
        first.who.clone()
    } else {
        format!("{} people, each as", acts.len())
    };
    let separator = if who == first.who { "," } else { "" };
    let text = format!("{who}{separator} {}, {kind}: {}", first.role, what.join(", "));
    Row { entry: format!("{}-{}", first.seq, last.seq), when: first.when.clone(), text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn act(seq: Seq, who: &str, gathered: Option<&str>) -> Act {
        Act {
            seq,
            when: "Mon 21:00".to_owned(),
            who: who.to_owned(),
            role: RoleType::SiteOwner,
            text: "signs".to_owned(),
            gathered: gathered.map(|it| ("acknowledge the date", it.to_owned())),
        }
    }

    #[test]
    fn acts_of_one_kind_are_told_in_one_line() {
        let mut gathering = Gathering::default();
        let mut lines = Vec::new();
        for act in [
            act(1, "Ada", None),
            act(2, "Ada", Some("oslo")),
            act(3, "Ben", Some("riga")),
            act(4, "Ben", None),
            act(5, "Cid", Some("kiel")),
        ] {
            lines.extend(gathering.take(act));
        }
        lines.extend(gathering.end());
        let lines: Vec<String> =
            lines.iter().map(|it| format!("{} | {} | {}", it.entry, it.when, it.text)).collect();
        expect![[r#"
            1 | Mon 21:00 | Ada, Site Owner, signs
            2-3 | Mon 21:00 | 2 people, each as Site Owner, acknowledge the date: oslo, riga
            4 | Mon 21:00 | Ben, Site Owner, signs
            5 | Mon 21:00 | Cid, Site Owner, signs"#]]
        .assert_eq(&lines.join("\n"));
    }
}
