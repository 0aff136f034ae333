//! Secrets: resolved at the moment of execution, sent over standard input, shown to nobody.
//!
//! This crate reads neither the environment nor secret files: the `cli` crate
//! hands in how a reference becomes a value.

use crate::quote::is_variable;
use model::digest::Digest;
use model::order::{Order, OrderId, Setting};
use zeroize::Zeroizing;

/// How many letters tell secrets from others: guesses can be tried against them, so no more than it needs.
const MARK_LETTERS: usize = 8;

/// A reference to a secret leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret `{reference}` is missing: {why}")]
pub struct MissingSecret {
    /// The reference, such as `env:DB_PASSWORD`.
    pub reference: String,
    /// Why there is no value.
    pub why: String,
}

/// Where secrets come from. A closure will do.
pub trait Secrets: Send + Sync {
    /// Returns the value behind `reference`, which is `env:NAME` or `file:/path`.
    ///
    /// # Errors
    ///
    /// When there is no such secret. The order is then refused and nothing is begun.
    fn reveal(&self, reference: &str) -> Result<Zeroizing<String>, MissingSecret>;
}

impl<F> Secrets for F
where
    F: Fn(&str) -> Result<Zeroizing<String>, MissingSecret> + Send + Sync,
{
    fn reveal(&self, reference: &str) -> Result<Zeroizing<String>, MissingSecret> {
        self(reference)
    }
}

/// The environment of an order, with its secrets in the clear. Neither printed nor stored.
#[derive(Default)]
pub(crate) struct Environment {
    /// Names and values.
    pub(crate) variables: Vec<(String, Zeroizing<String>)>,
    /// The values to be redacted.
    pub(crate) secret: Vec<Zeroizing<String>>,
    /// Why it could not be had, where that is so. Then there is nothing in it.
    pub(crate) lacking: Option<String>,
}

impl Environment {
    /// Returns one that could not be had, because of `why`.
    pub(crate) fn lacking(why: String) -> Self {
        Self { lacking: Some(why), ..Self::default() }
    }

    /// Returns what tells the secrets of `order` from others, and little else: they may be kept elsewhere by the
    /// time its output is read, and only these are known to be searched for.
    pub(crate) fn mark(&self, order: &OrderId) -> String {
        if self.secret.is_empty() {
            return "none".to_owned();
        }
        let mut text = Zeroizing::new(order.0.to_string());
        for it in &self.secret {
            text.push_str(&format!("\n{}\n", it.len()));
            text.push_str(it);
        }
        Digest::of(text.as_bytes()).to_string().chars().take(MARK_LETTERS).collect()
    }

    /// Returns the environment of `order`, or why it cannot be had.
    pub(crate) fn of(order: &Order, secrets: &dyn Secrets) -> Result<Self, String> {
        let mut environment = Self::default();
        for (name, value) in [
            ("LANDFALL_COMPUTER", order.place.computer().as_str()),
            ("LANDFALL_DEPLOYMENT", order.deployment.as_str()),
            ("LANDFALL_ORDER", &order.id.0),
        ] {
            if !order.environment.contains_key(name) {
                environment.variables.push((name.to_owned(), Zeroizing::new(value.to_owned())));
            }
        }
        for (name, setting) in &order.environment {
            if !is_variable(name) {
                return Err(format!("`{name}` cannot name an environment variable"));
            }
            let value = match setting {
                Setting::Plain(value) => Zeroizing::new(value.clone()),
                Setting::Secret(reference) => {
                    let value = secrets.reveal(reference).map_err(|missing| missing.to_string())?;
                    environment.secret.push(value.clone());
                    value
                }
            };
            environment.variables.push((name.clone(), value));
        }
        Ok(environment)
    }
}
