//! What can be asked along with a route.

use crate::problem::Problem;
use coordinator::Moment;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

/// The most items of a page.
const PAGE_MAX: u32 = 500;

/// The items of a page where nobody says how many.
const PAGE: u32 = 100;

/// A page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageOf {
    /// What `next` of the page before said; nothing for the first page.
    pub(crate) after: Option<String>,
    /// How many items the page has at most: 100 where it is not said.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
}

impl PageOf {
    /// Returns how many items the page has at most.
    ///
    /// # Errors
    ///
    /// Where it is not from 1 to 500.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(PAGE) {
            limit @ 1..=PAGE_MAX => Ok(limit as usize),
            _ => Err(Problem::invalid(format!("`limit` is from 1 to {PAGE_MAX}"))),
        }
    }
}

/// The moment that is asked about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// As it stood after this entry, or at this time: a number, or a time such as
    /// `2027-02-07T02:00:00Z`. Nothing for now.
    pub(crate) at: Option<String>,
}

impl AsOf {
    /// Returns the moment that is meant; nothing for now.
    ///
    /// # Errors
    ///
    /// Where it is neither a number nor a time.
    pub(crate) fn moment(&self) -> Result<Option<Moment>, Problem> {
        let Some(text) = &self.at else { return Ok(None) };
        if let Ok(seq) = text.parse() {
            return Ok(Some(Moment::Seq(seq)));
        }
        let time = text.parse::<Timestamp>().map_err(|_| {
            Problem::invalid(
                "`at` is an entry's number, or a time with its zone such as 2027-02-07T02:00:00Z",
            )
        })?;
        Ok(Some(Moment::Time(time)))
    }
}

/// One page of a list.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// What to give as `after` for the next page; nothing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The last entry of the record that it was computed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<u64>,
}
