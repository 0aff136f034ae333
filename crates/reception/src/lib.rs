//! Who comes in, and the deployments they come in to.
//!
//! The API and the pages stand side by side on this. Both ask [`Reception`] who somebody is, read
//! the same [`Standing`], and act through the same coordinator, so that neither knows more or
//! allows more than the other.

mod access;
mod attempts;
mod carried;
mod cookie;
mod error;
mod followed;
mod link;
mod origin;
mod paper;
pub mod passkey;
mod password;
mod plans;
mod proxies;
mod questions;
mod reception;
mod secret;
mod sign_on;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod visitor;

pub use access::{Access, Reach};
pub use carried::{Carriage, Carriages, Carried};
pub use cookie::{COOKIE, COOKIE_SECURE, Cookie, Reached};
pub use error::ReceptionError;
pub use followed::{Followed, Forecast, Standing};
pub use link::{Given, Opened};
pub use origin::{InvalidOrigin, Origin};
pub use paper::{PaperForm, PaperWanted, Printed};
pub use password::PASSWORD_LETTERS_MIN;
pub use plans::Plans;
pub use proxies::{InvalidNetwork, Network, Proxies};
pub use reception::makes_links;
pub use reception::{
    AUDIT, CameBack, ComingBack, Declared, LogIn, NewAccount, NewToken, Reception, Showing,
    TOKEN_LASTS_MAX, ToSign, Ways,
};
pub use secret::Secret;
pub use sign_on::{BACK, SentAway, SignOnProvider};
pub use visitor::Visitor;
