//! A fault as people read it: what happened, why, what to do next.

use crate::fault::Fault;
use model::guard::{GuardReading, Verdict};
use views::time::told;

/// Returns `fault` in a few lines.
pub(crate) fn text(fault: &Fault, colours: bool) -> String {
    let word = if colours { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    // The many lines first: what happened stays in sight, just above the prompt.
    let mut text = super::plan::diagnostics(&fault.diagnostics);
    text += &format!("{word}: {}\n", in_utc(&fault.what));
    for why in &fault.why {
        text += &format!("  because: {}\n", in_utc(why));
    }
    text += &gate(&fault.gate);
    if let Some(next) = &fault.next {
        text += &format!("  next: {next}\n");
    }
    text
}

/// A fault knows of no place whose clock it could go by.
fn in_utc(said: &str) -> String {
    let zone = "UTC".parse().expect("because every time-zone database has UTC");
    told(said, &zone)
}

/// Returns what guards read, a line each.
pub(crate) fn gate(readings: &[GuardReading]) -> String {
    readings.iter().map(|it| format!("  {}\n", in_utc(&reading(it)))).collect()
}

fn reading(reading: &GuardReading) -> String {
    let guard = reading.guard;
    match &reading.verdict {
        Verdict::Met => format!("{guard:<4} met      {}", guard.text()),
        Verdict::Unmet { missing, supplier } => {
            format!("{guard:<4} not met  {missing} (from {supplier})")
        }
        Verdict::Waived { until, reason, .. } => {
            format!("{guard:<4} waived   until {until}: {reason}")
        }
        Verdict::Unknown { missing } => format!("{guard:<4} unknown  {missing}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use expect_test::expect;
    use model::guard::{Guard, Supplier};
    use model::role_type::RoleType;

    #[test]
    fn a_refusal_by_a_gate_shows_its_readings_and_the_next_step() {
        let customer = Supplier::Roles(vec![RoleType::Customer]);
        let mut fault = Fault::new(Exit::Refused, "the baseline is refused by its gate")
            .next("Customer can supply what is missing");
        fault.gate = vec![
            GuardReading::met(Guard::E2),
            GuardReading::unmet(Guard::E4, "nobody has stated it", customer),
            GuardReading::unknown(Guard::C2, "the probe is silent"),
        ];
        expect![[r#"
            error: the baseline is refused by its gate
              E2   met      Every deliverable is present and has the digest of the release manifest.
              E4   not met  nobody has stated it (from Customer)
              C2   unknown  the probe is silent
              next: Customer can supply what is missing
        "#]]
        .assert_eq(&text(&fault, false));
    }
}
