//! Chance for walks: names, texts, numbers and times that are mostly there, and at times are not.
//!
//! House rule: a walk is a function of its seed, so that what it finds is found again.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::dispute::Means;
use model::guard::Guard;
use model::id::{ComponentId, ComputerId, DeploymentId, LineId, PersonId, RfcId, RingId, SiteId};
use model::incident::Severity;
use model::machine::SignOffState;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use model::state::State;
use model::window::TimeZoneName;
use strum::VariantArray;

/// Chance that can be had again: the generator splitmix64.
#[derive(Clone, Debug)]
pub(in super::super) struct Chance(pub(in super::super) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `limit`; 0 where that is 0.
    pub(in super::super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    /// Returns true once in `times`.
    pub(in super::super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// What a command is drawn from: a state, an instant, and chance.
pub(in super::super) struct Dice<'w> {
    pub(super) state: &'w State,
    pub(super) now: Timestamp,
    pub(super) chance: &'w mut Chance,
    slot: Option<SlotId>,
    site: Option<SiteId>,
    rfc: Option<RfcId>,
}

impl<'w> Dice<'w> {
    pub(super) fn new(state: &'w State, now: Timestamp, chance: &'w mut Chance) -> Self {
        Self { state, now, chance, slot: None, site: None, rfc: None }
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.chance.below(all.len()))
    }

    /// Returns one of `names`, or at times one that is not there.
    fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(&mut self, names: &[&str]) -> T {
        let is_wrong = names.is_empty() || self.chance.once_in(24);
        let name = if is_wrong { "nowhere" } else { self.pick(names).unwrap() };
        name.parse().unwrap()
    }
}

/// What can be drawn. A command has as many kinds as there are ways to write it.
pub(in super::super) trait Drawn: Sized {
    /// How many kinds there are.
    const KINDS: usize = 1;

    /// Returns the names of all kinds.
    fn kinds() -> Vec<String> {
        vec![String::new()]
    }

    /// Returns the name of the kind.
    fn kind(&self) -> String {
        String::new()
    }

    /// Returns one, for the field `field`.
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self;
}

/// Draws the variants of plain enums, each as likely as another.
macro_rules! plain {
    ($($name:ty),* $(,)?) => {$(
        impl Drawn for $name {
            fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
                let all: &'static [Self] = <$name as strum::VariantArray>::VARIANTS;
                *dice.pick(all).unwrap()
            }
        }
    )*};
}
pub(super) use plain;

impl<T: Drawn> Drawn for Option<T> {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        if dice.chance.once_in(2) { None } else { Some(T::drawn(dice, field)) }
    }
}

impl<T: Drawn> Drawn for Vec<T> {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let length = [0, 1, 1, 1, 2, 3][dice.chance.below(6)];
        (0..length).map(|_| T::drawn(dice, field)).collect()
    }
}

impl<T: Drawn> Drawn for Box<T> {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        Self::new(T::drawn(dice, field))
    }
}

impl<A: Drawn, B: Drawn> Drawn for (A, B) {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        (A::drawn(dice, field), B::drawn(dice, field))
    }
}

impl Drawn for bool {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        dice.chance.once_in(2)
    }
}

impl Drawn for u8 {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        match field {
            "question" => [1, 2, 3, 4, 99][dice.chance.below(5)],
            "score" => [0, 1, 4, 5, 5, 6][dice.chance.below(6)],
            "sample_percent" => [0, 100, 100, 101][dice.chance.below(4)],
            _ => [0, 50, 80, 90, 100, 255][dice.chance.below(6)],
        }
    }
}

impl Drawn for u16 {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        [0, 1, 5, 7, 40, Self::MAX][dice.chance.below(6)]
    }
}

impl Drawn for u32 {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let usual = match field {
            "users" | "computers" | "seats" | "invited" | "responses" | "sites" | "what" => 12,
            _ => 4,
        };
        match dice.chance.below(20) {
            0 => 0,
            1 => Self::MAX,
            _ => 1 + Self::try_from(dice.chance.below(usual)).unwrap(),
        }
    }
}

impl Drawn for u64 {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        match (field, dice.chance.below(8)) {
            (_, 0) => 0,
            (_, 1) => Self::MAX,
            ("entries", _) => dice.state.seq,
            (_, it) => it as Self * 100,
        }
    }
}

impl Drawn for String {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let texts: &[&str] = match field {
            "languages" | "language" => &["en", "de", ""],
            "users" => &["u-1", "u-2", "u-3", "u-4", "u-5", "u-6"],
            "value" => &["12 %", "fast"],
            "release" => &["1.1", "1.0"],
            "system" => &["person", "desk"],
            "item" => {
                let open = model::close_out::open_items(dice.state);
                let names: Vec<&str> = open.iter().map(|it| it.item.as_str()).collect();
                return dice.pick(&names).map_or("nothing".to_owned(), |it| (*it).to_owned());
            }
            _ => &["as it seemed right", "as agreed with everybody"],
        };
        if dice.chance.once_in(24) {
            return ["", " ", "\u{7}"][dice.chance.below(3)].to_owned();
        }
        (*dice.pick(texts).unwrap()).to_owned()
    }
}

/// Hours from now, by how a field looks at time: back, ahead, or either way.
impl Drawn for Timestamp {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let hours: &[i64] = match field {
            "until" | "closes" | "effective" | "end" => &[1, 2, 30, 240, 480, -5, 900_000],
            _ => &[0, 0, 0, -1, -5, -72, 1, 30, -9_000],
        };
        let hours = *dice.pick(hours).unwrap();
        dice.now.checked_add(SignedDuration::from_hours(hours)).unwrap()
    }
}

impl Drawn for Date {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let at = Timestamp::drawn(dice, "until");
        at.to_zoned(dice.state.plan.zone.rules()).date()
    }
}

impl Drawn for Digest {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let (state, other) = (dice.state, Self::of(&[u8::drawn(dice, "")]));
        if dice.chance.once_in(16) {
            return other;
        }
        let site = || state.index.sites.get(dice.site.as_ref()?).map(|it| *it as usize);
        let links = || state.surveys.open().map(|it| it.links.keys().copied().collect());
        match field {
            "document" => dice.slot.as_ref().map(|it| sheet::digest(state, &it.sheet)),
            "part" => dice.rfc.as_ref().and_then(|it| state.part_of(it)),
            "version" => site().and_then(|it| state.told_version(it)),
            "release" => Some(state.release_digest()),
            "issues" => Some(model::release_readiness::issues_digest(&state.plan)),
            "criteria" => Some(model::release_readiness::criteria_digest(&state.plan)),
            "respondent" => {
                let links: Vec<Self> = links().unwrap_or_default();
                dice.pick(&links).copied()
            }
            _ => Some(Self::of(&dice.chance.next().to_be_bytes())),
        }
        .unwrap_or(other)
    }
}

impl Drawn for SiteId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let names: Vec<&str> = dice.state.plan.sites.iter().map(|it| it.id.as_str()).collect();
        let site: Self = dice.name(&names);
        dice.site = Some(site.clone());
        site
    }
}

impl Drawn for ComponentId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let names: Vec<&str> = dice.state.plan.components.iter().map(|it| it.id.as_str()).collect();
        dice.name(&names)
    }
}

impl Drawn for RingId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let names: Vec<&str> = dice.state.plan.rings.iter().map(|it| it.id.as_str()).collect();
        dice.name(&names)
    }
}

impl Drawn for RfcId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let names: Vec<&str> = dice.state.rfcs.iter().map(|it| it.id.as_str()).collect();
        let rfc: Self = dice.name(&names);
        dice.rfc = Some(rfc.clone());
        rfc
    }
}

impl Drawn for PersonId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let names: Vec<&str> = dice.state.plan.people.iter().map(|it| it.id.as_str()).collect();
        dice.name(&names)
    }
}

impl Drawn for ComputerId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        dice.name(&["pc-1", "pc-2", "pc-3", "pc-4", "host-1"])
    }
}

impl Drawn for DeploymentId {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        dice.name(&["OTHER"])
    }
}

impl Drawn for LineId {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let plan = &dice.state.plan;
        let names: Vec<&str> = match field {
            "course" => {
                plan.training.iter().flat_map(|it| &it.courses).map(|it| it.id.as_str()).collect()
            }
            "guides" => {
                plan.operations.iter().flat_map(|it| &it.guides).map(|it| it.id.as_str()).collect()
            }
            "condition" => vec!["signage"],
            "criterion" | "item" => plan.success_criteria.iter().map(|it| it.id.as_str()).collect(),
            "requirement" => vec!["cabling"],
            "session" | "id" => vec!["morning", "evening", "signage"],
            "input" => vec!["report"],
            "items" => {
                let all = model::readiness::checklist(plan);
                let names: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
                return dice.name(&names);
            }
            _ => vec![],
        };
        dice.name(&names)
    }
}

impl Drawn for TimeZoneName {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        dice.state.plan.zone.clone()
    }
}

impl Drawn for Severity {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        [Self::ONE, Self::TWO, Self::THREE, Self::FOUR, Self::FOUR][dice.chance.below(5)]
    }
}

impl Drawn for Scope {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        match dice.chance.below(9) {
            0 => Self::Deployment,
            1 => Self::Core,
            2 => Self::Ring(RingId::drawn(dice, field)),
            3 => Self::Rfc(RfcId::drawn(dice, field)),
            4 | 5 => Self::Component(ComponentId::drawn(dice, field)),
            _ => Self::Site(SiteId::drawn(dice, field)),
        }
    }
}

/// Mostly a slot that somebody is asked to sign or has signed.
impl Drawn for SlotId {
    fn drawn(dice: &mut Dice<'_>, field: &str) -> Self {
        let is_near = |it: SignOffState| {
            matches!(it, SignOffState::Requested | SignOffState::Signed | SignOffState::Declined)
        };
        let near = dice.state.slots.iter().filter(|(_, it)| is_near(it.state));
        let near: Vec<&Self> = near.map(|(slot, _)| slot).collect();
        let slot = match dice.pick(&near) {
            Some(slot) if !dice.chance.once_in(6) => (*slot).clone(),
            Some(_) | None => {
                let sheets = [
                    Sheet::CoreInterim,
                    Sheet::CoreFinal,
                    Sheet::Site(SiteId::drawn(dice, field)),
                    Sheet::SitesComplete,
                    Sheet::DeploymentStable,
                    Sheet::QuietPeriodReport,
                    Sheet::MilestoneReview,
                    Sheet::CloseOut,
                    Sheet::Termination,
                ];
                let slots = dice.pick(&sheets).unwrap().slots();
                dice.pick(&slots).unwrap().clone()
            }
        };
        dice.slot = Some(slot.clone());
        slot
    }
}

/// Mostly a guard that somebody can state, or whose waiver is worth something.
impl Drawn for Guard {
    fn drawn(dice: &mut Dice<'_>, _: &str) -> Self {
        let is_stated = |it: &&Self| !model::gates::attesters(**it).is_empty();
        let stated: Vec<Self> = Self::VARIANTS.iter().filter(is_stated).copied().collect();
        let waived = [Self::S8, Self::V3, Self::S6, Self::C5, Self::V2, Self::S5, Self::ST5];
        match dice.chance.below(5) {
            0 => *dice.pick(Self::VARIANTS).unwrap(),
            1 | 2 => *dice.pick(&waived).unwrap(),
            _ => *dice.pick(&stated).unwrap(),
        }
    }
}

plain!(RoleType, Means);
