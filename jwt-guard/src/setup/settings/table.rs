//! Tables: names, each with one value or some.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::values;

type Table<R> = BTreeMap<String, R>;

/// What a name has in its table.
pub(super) trait Row: Sized {
    /// A whole table.
    const EXPECTED: &'static str;

    fn row<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// What a scope or role implies.
impl Row for Vec<String> {
    const EXPECTED: &'static str =
        r#"a table such as {"orders:admin": ["orders:write"], "orders:write": ["orders:read"]}"#;

    fn row<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        values::list(deserializer)
    }
}

/// Where the roles of an organization are.
impl Row for Vec<Vec<String>> {
    const EXPECTED: &'static str = r#"a table of organizations, each with a claim or a list of paths, such as {"163840776835432705": [["urn:zitadel:iam:org:project:roles"]]}"#;

    fn row<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        values::paths(deserializer)
    }
}

/// Reads such a table.
pub(super) fn table<'de, D: Deserializer<'de>, R: Row>(deserializer: D) -> Result<Table<R>, D::Error> {
    deserializer.deserialize_any(Rows(PhantomData))
}

/// Each value of a table, with its name.
pub(super) fn rows<T>(table: Table<Vec<T>>) -> impl Iterator<Item = (String, T)> {
    table.into_iter().flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
}

/// Parses a table in JSON.
fn read<R: Row>(text: &str) -> Result<Table<R>, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let table = json.deserialize_map(Rows(PhantomData)).and_then(|table| json.end().map(|()| table));
    table.map_err(|error| format!("expected {}, as JSON: {error}", R::EXPECTED))
}

struct InTable<R>(R);

impl<'de, R: Row> Deserialize<'de> for InTable<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        R::row(deserializer).map(Self)
    }
}

struct Rows<R>(PhantomData<R>);

/// Describes a value that is not a table. The default errors of serde would quote it.
macro_rules! refuse_others {
    ($($visit:ident: $value:ty),*) => {
        $(fn $visit<E: Error>(self, _: $value) -> Result<Table<R>, E> {
            Err(E::custom(format_args!("not a table; expected {}", R::EXPECTED)))
        })*
    };
}

impl<'de, R: Row> Visitor<'de> for Rows<R> {
    type Value = Table<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::EXPECTED)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut rows: M) -> Result<Table<R>, M::Error> {
        let mut table = Table::new();
        while let Some(name) = rows.next_key::<String>()? {
            let InTable(value) = rows.next_value()?;
            match table.entry(name) {
                Entry::Vacant(row) => drop(row.insert(value)),
                Entry::Occupied(row) => {
                    return Err(M::Error::custom(format_args!("{:?} is there twice", row.key())));
                }
            }
        }
        if table.is_empty() {
            return Err(M::Error::custom(format_args!(
                "empty; expected {}, or no such setting",
                R::EXPECTED
            )));
        }
        Ok(table)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Table<R>, E> {
        if text.trim_start().starts_with('{') {
            return read(text).map_err(E::custom);
        }
        Err(E::custom(format_args!("not a table; expected {}, as JSON", R::EXPECTED)))
    }

    refuse_others! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
        visit_f64: f64
    }
}
