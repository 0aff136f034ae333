//! Did you mean: the name that was most likely meant.
//!
//! House rule: every refusal offers the next step.

/// The longest name that is compared; longer ones are no slips of the finger.
const COMPARED_LENGTH_MAX: usize = 64;

/// The most names that are listed where none is near.
const LISTED_MAX: usize = 12;

/// Returns which of `known` was most likely meant by `written`, if any is near enough.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if written.len() > COMPARED_LENGTH_MAX {
        return None;
    }
    let plain = normal(written);
    let slips_max = (plain.chars().count() / 3).max(1);
    let near = |name: &&str| name.len().abs_diff(written.len()) <= slips_max + 1;
    let rated = known.into_iter().filter(near).map(|name| (slips(&plain, &normal(name)), name));
    rated.filter(|(slips, _)| *slips <= slips_max).min().map(|(_, name)| name)
}

/// Returns the help for an unknown `written`: the nearest of `known`, or all of them if they are few.
pub(crate) fn help<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<String> {
    if let Some(name) = nearest(written, known.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let mut names: Vec<String> =
        known.into_iter().take(LISTED_MAX + 1).map(|it| format!("`{it}`")).collect();
    match names.len() {
        0 => None,
        1 => names.pop().map(|name| format!("known here: {name}")),
        count if count <= LISTED_MAX => Some(format!("known here: {}", names.join(", "))),
        _ => None,
    }
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Returns how many letters must be added, removed, replaced or swapped to get from one to the other.
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let mut line = vec![row + 1];
        let mut left = row + 1;
        let mut previous_to = None;
        let above_pairs = last.iter().zip(last.iter().skip(1)).zip(&to).enumerate();
        for (column, ((diagonal, above), target)) in above_pairs {
            let mut cost = (diagonal + usize::from(letter != *target)).min(above + 1).min(left + 1);
            let is_swap = previous == Some(*target) && previous_to == Some(letter);
            let two_back = column.checked_sub(1).and_then(|it| before_last.get(it));
            if let (true, Some(two_back)) = (is_swap, two_back) {
                cost = cost.min(two_back + 1);
            }
            line.push(cost);
            left = cost;
            previous_to = Some(*target);
        }
        previous = Some(letter);
        before_last = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["rings", "sites", "sites-at-once", "success-criteria", "soak"];
        for (written, meant) in [
            ("ring", Some("rings")),
            ("sties", Some("sites")),
            ("sites_at_once", Some("sites-at-once")),
            ("sucess-criteria", Some("success-criteria")),
            ("Soak", Some("soak")),
            ("bandwidth", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }

    #[test]
    fn a_swap_is_one_slip() {
        for (from, to, expected) in
            [("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0), ("kitten", "sitting", 3)]
        {
            assert_eq!(slips(from, to), expected, "{from} {to}");
        }
    }
}
