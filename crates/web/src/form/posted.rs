//! What was posted, or is known before anything is posted.

use jiff::Timestamp;
use jiff::civil::DateTime;
use model::window::TimeZoneName;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fields by name, and the zone in which people read a clock.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    fields: BTreeMap<String, String>,
    zone: TimeZoneName,
}

impl Posted {
    /// Returns what was posted. What has one name several times stands in lines: words of a list, each
    /// with a mark of its own.
    pub(crate) fn new(posted: Vec<(String, String)>, zone: &TimeZoneName) -> Self {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, said) in posted {
            match fields.get_mut(&name) {
                Some(lines) => *lines += &format!("\n{said}"),
                None => {
                    fields.insert(name, said);
                }
            }
        }
        Self { fields, zone: zone.clone() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Returns it with what is said in `chosen` besides, and instead.
    pub(crate) fn with(&self, chosen: &[(String, String)]) -> Self {
        let mut with = self.clone();
        with.fields.extend(chosen.iter().cloned());
        with
    }

    /// Returns the numbers of the items of a list that has anything filled in, in their order.
    pub(super) fn items(&self, name: &str) -> Vec<usize> {
        let begins = format!("{name}.");
        let below =
            self.fields.range(begins.clone()..).take_while(|(key, _)| key.starts_with(&begins));
        let numbers = below.filter(|(_, value)| !value.trim().is_empty()).filter_map(|(key, _)| {
            key.strip_prefix(&begins)?.split('.').next()?.parse::<usize>().ok()
        });
        let mut numbers: Vec<usize> = numbers.filter(|it| *it < super::node::ITEMS_MAX).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Returns whether anything was filled in under `name` or below it.
    pub(super) fn has_below(&self, name: &str) -> bool {
        let is_filled = |it: &str| !it.trim().is_empty();
        let begins = format!("{name}.");
        self.get(name).is_some_and(is_filled)
            || self
                .fields
                .range(begins.clone()..)
                .take_while(|(key, _)| key.starts_with(&begins))
                .any(|(_, value)| is_filled(value))
    }

    /// Returns the instant that `said` means: with its zone, or on the clock of the deployment.
    pub(super) fn instant(&self, said: &str) -> Result<Value, String> {
        let said = said.trim();
        if let Ok(at) = said.parse::<Timestamp>() {
            return Ok(json!(at));
        }
        let unclear = |_| format!("`{said}` is no time: write 2027-02-07T02:00, in {}", self.zone);
        let civil: DateTime = said.parse().map_err(unclear)?;
        let zoned = civil.to_zoned(self.zone.rules()).map_err(unclear)?;
        Ok(json!(zoned.timestamp()))
    }

    /// Returns the instant `said` as a browser's own field for it takes it.
    pub(super) fn on_the_clock(&self, said: &str) -> String {
        let Ok(at) = said.parse::<Timestamp>() else { return said.to_owned() };
        let here = at.to_zoned(self.zone.rules());
        let form = if here.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
        here.strftime(form).to_string()
    }

    pub(super) fn zone(&self) -> &TimeZoneName {
        &self.zone
    }
}
