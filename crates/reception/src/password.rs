//! Passwords: kept as argon2id hashes, checked as slowly for a name that is nobody's.
//!
//! Parameters as the OWASP cheat sheet on password storage recommends them: 19 MiB, two passes.

use crate::error::ReceptionError;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash};
use std::sync::LazyLock;
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

/// The fewest letters of a password (NIST SP 800-63B asks for 15 where nothing else is shown, 8 at
/// the very least).
pub const PASSWORD_LETTERS_MIN: usize = 12;

/// The most bytes of a password: nobody's time is spent on hashing a book.
const PASSWORD_BYTES_MAX: usize = 1024;

/// How many passwords are checked at once: each takes 19 MiB for a moment.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A hash that no password has: whoever is nobody is checked against it.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(b"nobody").map(|it| it.to_string()).unwrap_or_default()
});

/// Returns the hash under which `password` is kept.
///
/// # Errors
///
/// Where it is too short or too long.
pub(crate) async fn hash(password: Zeroizing<String>) -> Result<String, ReceptionError> {
    if password.chars().count() < PASSWORD_LETTERS_MIN {
        let what = format!("a password has at least {PASSWORD_LETTERS_MIN} characters");
        return Err(ReceptionError::Invalid(what));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        let what = format!("a password has at most {PASSWORD_BYTES_MAX} bytes");
        return Err(ReceptionError::Invalid(what));
    }
    let turn = turn().await;
    let hashed = apart(&turn, move || {
        Argon2::default().hash_password(password.as_bytes()).map(|it| it.to_string()).ok()
    });
    hashed.await.ok_or(ReceptionError::NoChance)
}

/// A turn at hashing a password.
pub(crate) struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits for a turn.
pub(crate) async fn turn() -> Turn {
    Turn { _permit: AT_ONCE.acquire().await.expect("because it is never closed") }
}

/// Returns whether `password` is the one behind `hash`; it takes as long where there is none.
pub(crate) async fn is_right(
    turn: &Turn,
    password: Zeroizing<String>,
    hash: Option<String>,
) -> bool {
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let is_somebody = hash.as_ref().is_some_and(|it| !it.is_empty());
    let hash = hash.filter(|it| !it.is_empty()).unwrap_or_else(|| NOBODY.clone());
    let is_right = apart(turn, move || {
        let parsed = PasswordHash::new(&hash).ok()?;
        Argon2::default().verify_password(password.as_bytes(), &parsed).ok()
    });
    is_right.await.is_some() && is_somebody
}

/// Runs `work` where it keeps nobody else waiting.
async fn apart<T: Send + 'static>(
    _: &Turn,
    work: impl FnOnce() -> Option<T> + Send + 'static,
) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right_and_nobody_has_none() {
        let password = || Zeroizing::new("correct horse battery".to_owned());
        let hashed = hash(password()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        let turn = turn().await;
        assert!(is_right(&turn, password(), Some(hashed.clone())).await);
        assert!(!is_right(&turn, Zeroizing::new("wrong".to_owned()), Some(hashed)).await);
        assert!(!is_right(&turn, password(), None).await);
        assert!(!is_right(&turn, Zeroizing::new("nobody".to_owned()), None).await);
        assert!(!is_right(&turn, Zeroizing::new(String::new()), Some(String::new())).await);
    }

    #[tokio::test]
    async fn a_short_password_is_refused_by_its_length() {
        let refused = hash(Zeroizing::new("short".to_owned())).await.unwrap_err();
        assert_eq!(refused.to_string(), "a password has at least 12 characters");
        assert!(hash(Zeroizing::new("x".repeat(2_000))).await.is_err());
    }
}
