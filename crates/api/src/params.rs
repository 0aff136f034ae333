//! What can be asked along with a route.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coordinator::Moment;
use jiff::Timestamp;
use serde::Deserialize;
use std::marker::PhantomData;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, Required};
use views::listing::{Item, Listed, Listing, Unlisted, Wanted, orders};

/// The most items of a page.
const PAGE_MAX: u32 = 500;

/// The items of a page where nobody says how many.
const PAGE: u32 = 100;

/// The page that is wanted of a list of `T`: filtered, in order, a page at a time. Every list is
/// asked in this one way.
pub(crate) struct ListOf<T> {
    wanted: Wanted,
    of: PhantomData<fn() -> T>,
}

impl<T> ListOf<T> {
    /// Returns what is wanted.
    pub(crate) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns the page that is wanted of `items`.
    ///
    /// # Errors
    ///
    /// Where it does not go on at that mark.
    pub(crate) fn page<I: Item>(&self, items: Vec<I>) -> Result<Listing<I>, Problem> {
        Ok(self.wanted.page(items)?)
    }
}

impl<S: Send + Sync, T: Listed> FromRequestParts<S> for ListOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let crate::routes::Query(pairs) =
            crate::routes::Query::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        let said = pairs.iter().find(|(name, _)| name == "limit").map(|(_, it)| it.parse());
        let limit = limit(said.transpose().unwrap_or(Some(0)))?;
        // Whoever asks about an earlier moment says so beside it.
        let wanted = Wanted::of::<T>(&pairs, &["at"], limit)?;
        Ok(Self { wanted, of: PhantomData })
    }
}

/// Returns how many items the page has at most.
///
/// # Errors
///
/// Where it is not from 1 to 500.
pub(crate) fn limit(said: Option<u32>) -> Result<usize, Problem> {
    match said.unwrap_or(PAGE) {
        limit @ 1..=PAGE_MAX => Ok(limit as usize),
        _ => Err(Problem::invalid(format!("`limit` is from 1 to {PAGE_MAX}"))),
    }
}

impl<T: Listed> IntoParams for ListOf<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let word = || ObjectBuilder::new().schema_type(Type::String);
        let asked = |name: &str, about: String, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(about))
                .schema(Some(schema))
                .build()
        };
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        let number = number.minimum(Some(1)).maximum(Some(PAGE_MAX));
        let next = "What `next` of the page before said; nothing for the first page.";
        let most = format!("How many items the page has at most: {PAGE} where it is not said.");
        let order = "By which field it is ordered, with `-` before it the other way round; as it comes, where it is not said.";
        let text = "Only what has this text in it, in any case.";
        let mut all = vec![
            asked("after", next.to_owned(), word()),
            asked("limit", most, number),
            asked("order", order.to_owned(), word().enum_values(Some(orders(T::FIELDS)))),
            asked("text", text.to_owned(), word()),
        ];
        let filters = T::FIELDS.iter().filter(|it| it.is_filter());
        all.extend(
            filters
                .map(|it| asked(it.name, format!("Only what is like this: {}", it.about), word())),
        );
        all
    }
}

impl From<Unlisted> for Problem {
    fn from(it: Unlisted) -> Self {
        Self::invalid(it.to_string())
    }
}

/// A stretch of the record.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct StretchOf {
    /// The last entry that is known; nothing for the first stretch.
    pub(crate) after: Option<String>,
    /// How many entries it has at most: 100 where it is not said.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
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

impl<T> Page<T> {
    /// Returns the page `of` items, each as `line` shows it.
    pub(crate) fn of<I>(of: Listing<I>, line: impl Fn(I) -> T) -> Self {
        Self { items: of.items.into_iter().map(line).collect(), next: of.next, entry: None }
    }

    /// Returns it as computed up to `entry` of the record.
    pub(crate) fn up_to(self, entry: u64) -> Self {
        Self { entry: Some(entry), ..self }
    }
}
