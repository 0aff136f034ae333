//! The names of acts: by its name an act that is sent twice counts once.

use crate::exit::Exit;
use crate::fault::Fault;

/// Returns a name that nobody has used, in the form of a random UUID.
pub(super) fn random() -> Result<String, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Fault::new(Exit::Failure, "this computer gives no random numbers").why(error.to_string())
    })?;
    let random = u128::from_be_bytes(bytes);
    let versioned = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{versioned:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_name_looks_like_a_uuid_and_is_never_the_same() {
        let name = random().unwrap();
        let form: String =
            name.chars().map(|it| if it.is_ascii_hexdigit() { 'x' } else { it }).collect();
        assert_eq!(form, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(name.chars().nth(14), Some('4'), "{name}");
        assert!("89ab".contains(name.chars().nth(19).unwrap()), "{name}");
        assert_ne!(random().unwrap(), name);
    }
}
