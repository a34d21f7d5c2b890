//! Settings that are one word, or a table: as in a file, or as JSON in a text.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};

use super::values::{self, Written, line};
use crate::cookies::{CookieSettings, SameSite};
use crate::verify::TokenCache;

/// A value that is one word, or a table.
pub(super) trait WordOrTable: Sized {
    const EXPECTED: &'static str;
    type Table: DeserializeOwned + Into<Self>;

    fn of_word(word: &str) -> Option<Self>;
}

/// Reads such a value.
pub(super) fn word_or_table<'de, D: Deserializer<'de>, T: WordOrTable>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Either(PhantomData)).map(Some)
}

struct Either<T>(PhantomData<T>);

/// Describes another value, without quoting it.
macro_rules! refuse_others {
    ($($visit:ident: $value:ty),*) => {
        $(fn $visit<E: Error>(self, _: $value) -> Result<T, E> {
            Err(E::custom(format_args!("expected {}", T::EXPECTED)))
        })*
    };
}

impl<'de, T: WordOrTable> Visitor<'de> for Either<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E: Error>(self, is_on: bool) -> Result<T, E> {
        self.visit_str(if is_on { "true" } else { "false" })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let text = line(text).trim();
        if text.starts_with('{') {
            let table: Result<T::Table, _> = serde_json::from_str(text);
            return table.map(Into::into).map_err(|error| {
                E::custom(format_args!("expected {}, and in a text as JSON: {error}", T::EXPECTED))
            });
        }
        T::of_word(text).ok_or_else(|| E::custom(format_args!("expected {}", T::EXPECTED)))
    }

    fn visit_map<M: MapAccess<'de>>(self, table: M) -> Result<T, M::Error> {
        T::Table::deserialize(MapAccessDeserializer::new(table)).map(Into::into)
    }

    refuse_others! { visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64 }
}

impl WordOrTable for CookieSettings {
    const EXPECTED: &'static str = r#"`true`, or a table such as {"domain": "example.com", "refresh_path": "/refresh", "same_site": "strict"}"#;
    type Table = Cookies;

    fn of_word(word: &str) -> Option<Self> {
        (word == "true").then(Self::new)
    }
}

/// The table of cookies. Without `Secure` they are set in code only.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Cookies {
    #[serde(deserialize_with = "values::given")]
    access_name: Option<String>,
    #[serde(deserialize_with = "values::given")]
    refresh_name: Option<String>,
    #[serde(deserialize_with = "values::given")]
    access_csrf_name: Option<String>,
    #[serde(deserialize_with = "values::given")]
    refresh_csrf_name: Option<String>,
    #[serde(deserialize_with = "values::given")]
    csrf_header: Option<String>,
    #[serde(deserialize_with = "values::switch")]
    without_prefixes: bool,
    #[serde(deserialize_with = "values::given")]
    domain: Option<String>,
    #[serde(deserialize_with = "values::given")]
    path: Option<String>,
    #[serde(deserialize_with = "values::given")]
    refresh_path: Option<String>,
    #[serde(deserialize_with = "values::given")]
    same_site: Option<SameSite>,
}

impl From<Cookies> for CookieSettings {
    fn from(table: Cookies) -> Self {
        let or = |name: Option<String>, usual: &str| name.unwrap_or_else(|| usual.to_owned());
        let cookies = Self::new()
            .names(or(table.access_name, "access_token"), or(table.refresh_name, "refresh_token"))
            .csrf_names(
                or(table.access_csrf_name, "csrf_access_token"),
                or(table.refresh_csrf_name, "csrf_refresh_token"),
            );
        let cookies = super::with(cookies, table.csrf_header, Self::csrf_header);
        let cookies = super::when(cookies, table.without_prefixes, Self::without_prefixes);
        let cookies = super::with(cookies, table.domain, Self::domain);
        let cookies = super::with(cookies, table.path, Self::path);
        let cookies = super::with(cookies, table.refresh_path, Self::refresh_path);
        super::with(cookies, table.same_site, Self::same_site)
    }
}

impl Written for SameSite {
    const EXPECTED: &'static str = r#""strict", "lax" or "none""#;

    fn read(text: String) -> Result<Self, String> {
        match text.as_str() {
            "strict" => Ok(Self::Strict),
            "lax" => Ok(Self::Lax),
            "none" => Ok(Self::None),
            _ => Err(values::is_not::<Self>(&text, "a value of `SameSite`")),
        }
    }
}

impl WordOrTable for TokenCache {
    const EXPECTED: &'static str =
        r#""on", "off", or a table such as {"at_first_sight": true, "bytes": 33554432, "lifetime": "1m"}"#;
    type Table = Cache;

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "on" => Some(Self::new()),
            "off" => Some(Self::off()),
            _ => None,
        }
    }
}

/// The table of the cache of verified tokens.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Cache {
    #[serde(deserialize_with = "values::switch")]
    at_first_sight: bool,
    #[serde(deserialize_with = "values::number")]
    bytes: Option<usize>,
    #[serde(deserialize_with = "values::given")]
    lifetime: Option<Duration>,
}

impl From<Cache> for TokenCache {
    fn from(table: Cache) -> Self {
        let cache = super::when(Self::new(), table.at_first_sight, Self::at_first_sight);
        let cache = super::with(cache, table.bytes, Self::bytes);
        super::with(cache, table.lifetime, Self::lifetime)
    }
}
