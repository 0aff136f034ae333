//! Addresses: where things of a deployment are found, and how a text is put into one.

use model::id::DeploymentId;
use model::scope::Scope;

/// Returns `text` as a part of an address, whatever letters it has.
pub(crate) fn encoded(text: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                address.push(char::from(byte));
            }
            _ => address += &format!("%{byte:02X}"),
        }
    }
    address
}

/// Returns where `scope` is found.
pub(crate) fn of(deployment: &DeploymentId, scope: &Scope) -> String {
    match scope {
        Scope::Deployment => format!("/d/{deployment}"),
        Scope::Core => format!("/d/{deployment}/core"),
        Scope::Component(id) => format!("/d/{deployment}/core/{id}"),
        Scope::Ring(id) => format!("/d/{deployment}/sites?ring={id}"),
        Scope::Site(id) => format!("/d/{deployment}/sites/{id}"),
        Scope::Rfc(id) => format!("/d/{deployment}/changes/{id}"),
    }
}

/// Returns `next` where it is an address of ours, and where people begin otherwise: nobody is sent
/// away from here by a link that they followed.
pub(crate) fn here(next: Option<&str>) -> String {
    let is_ours = |it: &&str| {
        it.starts_with('/')
            && !it.starts_with("//")
            && !it.contains('\\')
            && !it.chars().any(char::is_control)
    };
    next.filter(is_ours).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_away_from_here() {
        for (next, goes) in [
            (None, "/"),
            (Some("/d/HELLO?at=3"), "/d/HELLO?at=3"),
            (Some("//evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("/a\r\nSet-Cookie: a=b"), "/"),
            (Some("javascript:alert(1)"), "/"),
        ] {
            assert_eq!(here(next), goes, "{next:?}");
        }
    }

    #[test]
    fn a_text_with_any_letters_fits_an_address() {
        assert_eq!(encoded("Wien & \u{fc}ber?"), "Wien%20%26%20%C3%BCber%3F");
    }
}
