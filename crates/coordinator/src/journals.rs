//! Whose journal can be asked for an order that was handed out before.
//!
//! What runs on a computer of the plan is journalled there, and whoever comes next asks it. What
//! runs beside Landfall itself is journalled in the data directory of whoever carried it out: from
//! another computer, or with another data directory, nobody can ask.

use model::order::{Order, Place, Report, Work};

/// Returns where `holder` keeps its journal: a holder is named for its computer and its data
/// directory, and, after `#`, for itself.
fn home(holder: &str) -> &str {
    holder.split_once('#').map_or(holder, |(home, _)| home)
}

/// Returns what is reported of `order`, which `before` had, where `now` cannot find out what became
/// of it.
pub(crate) fn out_of_reach(order: &Order, before: &str, now: &str) -> Option<Report> {
    let is_effect = match order.work {
        Work::Command { .. } | Work::Script { .. } | Work::Copy { .. } => true,
        Work::Http { .. } => false,
    };
    let is_here = match order.place {
        Place::Here { .. } => true,
        Place::Ssh { .. } => false,
    };
    if !is_effect || !is_here || home(before) == home(now) {
        return None;
    }
    let why = format!("it was handed to {before}, whose journal cannot be read from {now}");
    Some(Report::unknown(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::digest::Digest;
    use model::order::{OrderId, SshAddress};

    fn order(place: Place, work: Work) -> Order {
        Order {
            id: OrderId("site/a/pc/s#1".into()),
            deployment: "FG30".parse().unwrap(),
            place,
            work,
            verify: None,
            environment: [].into(),
            time_limit_s: 60,
            authorised: Digest::of(b"plan"),
        }
    }

    #[test]
    fn what_ran_beside_another_data_directory_is_unknown_and_never_begun_again() {
        let computer = || "pc".parse().unwrap();
        let here = || Place::Here { computer: computer() };
        let ssh = || Place::Ssh {
            computer: computer(),
            address: SshAddress {
                host: "pc".to_owned(),
                port: 22,
                user: "u".to_owned(),
                identity: None,
                known_hosts: None,
                jump: None,
            },
        };
        let script = || Work::Script { text: "true".to_owned() };
        let ask = || Work::Http { url: "http://x/".to_owned(), status: 200, contains: None };
        for (place, work, before, is_out_of_reach) in [
            (here(), script(), "one:/data#1", false),
            (here(), script(), "one:/data", false),
            (here(), script(), "two:/data#1", true),
            (here(), script(), "one:/other#1", true),
            (here(), ask(), "two:/data#1", false),
            (ssh(), script(), "two:/data#1", false),
        ] {
            let found = out_of_reach(&order(place, work), before, "one:/data#2");
            assert_eq!(found.is_some(), is_out_of_reach, "{before}: {found:?}");
        }
    }
}
