//! Acts on offer: what whoever looks may do now, by the rules of the model.
//!
//! A page offers what the model would let this person do, not what somebody can do some day. Where an
//! act needs to be filled in first, it is asked with words that stand for what is still to be said.
//!
//! House rule: at an earlier moment, and once the record is sealed, nothing is offered.

use crate::block::{Block, Link};
use crate::form::{self, Kind};
use crate::visit::Visit;
use model::command::Command;
use model::decide::{Acting, decide};
use model::event::Event;
use model::refusal::{Refusal, RefusalCode};

/// Fields of a form, each with what it says.
type Fields = [(String, String)];

/// What stands for a reason that is still to be given.
pub(crate) const TO_BE_SAID: &str = "to be said";

impl Visit {
    /// Returns whether something can be done here at all: at an earlier moment nothing can, nor once the
    /// record is sealed.
    pub(crate) fn is_open(&self) -> bool {
        self.at.is_none() && !self.state().is_sealed()
    }

    /// Returns why the model would refuse `command` of whoever looks; nothing where it would not.
    fn refused(&self, command: &Command) -> Option<Refusal> {
        decide(&Acting::new(self.state(), self.person(), self.now), command).err()
    }

    /// Returns what would follow from `command` of whoever looks; nothing where it is refused.
    pub(crate) fn follows(&self, command: &Command) -> Vec<Event> {
        decide(&Acting::new(self.state(), self.person(), self.now), command).unwrap_or_default()
    }

    /// Returns whether whoever looks is among those whose `command` it is, given the reason that is still
    /// to be said.
    pub(crate) fn may(&self, command: impl Fn(String) -> Command) -> bool {
        let refused = self.refused(&command(TO_BE_SAID.to_owned()));
        self.is_open() && refused.is_none_or(|it| may_try(it.code))
    }

    /// Returns the act as a button that leads to its form: one that cannot be pressed, with the reason,
    /// where it is not the time for it; nothing where it is not for whoever looks. `command` is the act
    /// with the given reason.
    pub(crate) fn offer(&self, text: &str, command: impl Fn(String) -> Command) -> Option<Link> {
        if !self.is_open() {
            return None;
        }
        let link = || self.form(&command(String::new())).map(|it| Link::new(text, it));
        match self.refused(&command(TO_BE_SAID.to_owned())) {
            None => link(),
            Some(it) if may_try(it.code) => link(),
            Some(it) if it.code == RefusalCode::State => Some(Link::not_now(text, it.text)),
            Some(_) => None,
        }
    }

    /// Returns the act at this address, such as `incident/open`, as a button; nothing where whoever looks
    /// may not do it now, whatever they fill in. `known` is what is filled in already.
    pub(crate) fn offer_kind(&self, text: &str, path: &str, known: &Fields) -> Option<Link> {
        self.offer_kind_of(text, path, (known, &[]))
    }

    /// Returns the act at this address as [`Self::offer_kind`] does. What is `tried` beside what is `known` only
    /// tells whether it can be done at all, and is not filled in.
    pub(crate) fn offer_kind_of(
        &self,
        text: &str,
        path: &str,
        (known, tried): (&Fields, &Fields),
    ) -> Option<Link> {
        let said = [known, tried].concat();
        let kind = form::kind(path).filter(|it| self.may_some(it, &said))?;
        let mut address = self.link(&format!("act/{path}"));
        let mut mark = '?';
        for (name, value) in known {
            address +=
                &format!("{mark}{}={}", crate::link::encoded(name), crate::link::encoded(value));
            mark = '&';
        }
        address += &format!("{mark}_back={}", crate::link::encoded(&self.path));
        let said = if text.is_empty() { kind.spoken() } else { text.to_owned() };
        Some(Link::new(said, address))
    }

    /// Returns whether whoever looks may do something of this kind now, whichever words they choose.
    fn may_some(&self, kind: &Kind, known: &Fields) -> bool {
        let ways = form::samples::ways(kind, known);
        self.is_open() && ways.iter().any(|way| self.may_so(kind, &[known, way].concat()))
    }

    /// Returns whether whoever looks may do something of this kind now with what is `known`.
    fn may_so(&self, kind: &Kind, known: &Fields) -> bool {
        // The number that stands in for one that is not known yet may be of nothing that there is.
        let is_theirs = |it: RefusalCode| match it {
            RefusalCode::NotPermitted => false,
            RefusalCode::State => form::samples::guesses(kind, known),
            RefusalCode::Gate
            | RefusalCode::Invalid
            | RefusalCode::Stale
            | RefusalCode::Unknown => true,
        };
        let asked = form::samples::with(kind, known, Some(self.person()));
        let refused = asked.ok().and_then(|it| self.refused(&it));
        refused.is_none_or(|it| is_theirs(it.code))
    }
}

/// Returns whether somebody who is refused so may do it all the same, once they have filled in or seen
/// to what is missing: the form says what that is.
fn may_try(code: RefusalCode) -> bool {
    match code {
        RefusalCode::Gate | RefusalCode::Invalid | RefusalCode::Stale => true,
        RefusalCode::NotPermitted | RefusalCode::State | RefusalCode::Unknown => false,
    }
}

/// Returns what whoever looks can do as a part of a page; nothing where they can do nothing.
pub(crate) fn offered(links: impl IntoIterator<Item = Option<Link>>) -> Option<Block> {
    let links: Vec<Link> = links.into_iter().flatten().collect();
    (!links.is_empty()).then(|| Block::links("What you can do", links))
}
