//! Who acts.

use model::authentication::Authentication;
use model::id::PersonId;

/// Who acts, and from which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The person of the plan.
    pub person: PersonId,
    /// The account from which they act.
    pub login: String,
    /// How and when they have shown that it is them; nothing where the account is one of the computer.
    pub known: Option<Authentication>,
}

impl Author {
    /// Returns whoever answers without a name: the record does not say who.
    pub fn nobody() -> Self {
        let person = "nobody".parse().expect("because it is made of letters");
        Self { person, login: String::new(), known: None }
    }
}
