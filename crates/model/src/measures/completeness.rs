//! Completeness: of how much of the time it is known at all whether the sites were up.
//!
//! A site-minute counts where every probe that looks at the site was asked. What
//! nobody asked is unknown, which is not up.
//!
//! Source: Deploy SMF, Process 3, Table 6: "Monitor the solution during the quiet period".
//! House rule: no data is unknown, never nought or a hundred per cent.

use super::downtime::Ledger;
use super::impact::{MeasuredSite, Reach};
use super::intervals::{Interval, Intervals, Summed};
use super::measure::Fraction;
use std::collections::HashMap;

/// A stretch in which something holds of sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When.
    pub span: Interval,
    /// Where.
    pub reach: Reach,
}

/// Returns how much of the agreed service time of all sites, one after the other, is in `known`.
pub fn completeness(ledger: &Ledger<'_>, sites: &[MeasuredSite], known: &[Stretch]) -> Fraction {
    let mut everywhere = vec![];
    let mut own: HashMap<u32, Vec<Interval>> = HashMap::new();
    for it in known {
        match &it.reach {
            Reach::All => everywhere.push(it.span),
            Reach::Some(at) => at.iter().for_each(|at| own.entry(*at).or_default().push(it.span)),
        }
    }
    let everywhere = Intervals::union_of(everywhere);
    let summed = Summed::new(everywhere.clone());
    let (mut seen_ms, mut agreed_ms) = (0_i128, 0_i128);
    for position in (0..).zip(sites).map(|(position, _)| position) {
        let agreed = ledger.agreed(position);
        agreed_ms += i128::from(agreed.length_ms());
        seen_ms += match own.get(&position) {
            None => agreed.iter().map(|it| i128::from(summed.shared_ms(it))).sum::<i128>(),
            Some(own) => {
                let all = everywhere.union(&Intervals::union_of(own.clone()));
                i128::from(all.intersection(&agreed).length_ms())
            }
        };
    }
    Fraction::new(seen_ms, agreed_ms)
}
