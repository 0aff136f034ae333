//! Chance that can be repeated: the same seed gives the same numbers everywhere.
//!
//! House rule: integers only. Spreads are tables of quantiles, so that no
//! computer's arithmetic makes another rehearsal of the same seed.

/// A source of numbers that follow from a seed alone (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

/// How a quantity spreads around its median: the quantiles at 0, 1/16 … 1, in thousandths of it.
pub type Spread = [u32; 17];

/// How long steps take around what the plan expects: log-normal with a sigma of 0.3.
pub const STEP_TIMES: Spread =
    [422, 631, 708, 766, 817, 864, 909, 954, 1000, 1048, 1100, 1158, 1224, 1305, 1412, 1584, 2371];

/// How long people take around their median: log-normal with a sigma of 1.
pub const ANSWER_TIMES: Spread =
    [56, 216, 317, 412, 509, 613, 727, 854, 1000, 1170, 1375, 1630, 1963, 2428, 3159, 4637, 17_782];

impl Chance {
    /// Returns the source of run `run` under `seed`.
    pub fn new(seed: u64, run: u32) -> Self {
        let mut chance = Self { state: seed ^ (u64::from(run) << 32 | u64::from(run)) };
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.state;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// Returns whether something happens that does so `rate` times in 10,000.
    pub fn happens(&mut self, rate: u32) -> bool {
        rate > 0 && self.next() % 10_000 < u64::from(rate)
    }

    /// Returns a length around `median_s`, in seconds.
    pub fn around(&mut self, median_s: u32, spread: &Spread) -> i64 {
        // 16 stretches of 4,096 points, straight between two quantiles.
        let point = usize::try_from(self.next() >> 48).unwrap_or(0);
        let (stretch, within) = (point / 4096, i64::try_from(point % 4096).unwrap_or(0));
        let at = |index: usize| spread.get(index).copied().map_or(1000, i64::from);
        let (low, high) = (at(stretch), at(stretch + 1));
        let thousandths = low + (high - low) * within / 4096;
        i64::from(median_s) * thousandths / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_lengths_and_another_run_others() {
        let lengths = |seed, run| {
            let mut chance = Chance::new(seed, run);
            (0..5).map(|_| chance.around(1000, &STEP_TIMES)).collect::<Vec<_>>()
        };
        assert_eq!(lengths(1, 1), lengths(1, 1));
        assert_ne!(lengths(1, 1), lengths(1, 2));
        assert_ne!(lengths(1, 1), lengths(2, 1));
    }

    #[test]
    fn half_of_the_lengths_are_under_the_median_and_all_are_within_the_spread() {
        for spread in [&STEP_TIMES, &ANSWER_TIMES] {
            let mut chance = Chance::new(7, 0);
            let lengths: Vec<i64> = (0..10_000).map(|_| chance.around(1000, spread)).collect();
            let under = lengths.iter().filter(|it| **it < 1000).count();
            assert!((4_800..5_200).contains(&under), "{under}");
            let (least, most) = (i64::from(spread[0]), i64::from(spread[16]));
            assert!(lengths.iter().all(|it| (least..=most).contains(it)));
        }
    }

    #[test]
    fn what_happens_once_in_a_hundred_happens_about_that_often() {
        let mut chance = Chance::new(3, 0);
        let count = (0..100_000).filter(|_| chance.happens(100)).count();
        assert!((900..1_100).contains(&count), "{count}");
        assert!(!(0..1_000).any(|_| chance.happens(0)));
    }
}
