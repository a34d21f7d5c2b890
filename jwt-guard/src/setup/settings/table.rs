//! Tables of implications: each a name with what it implies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::values;

const EXPECTED: &str =
    r#"a table such as {"orders:admin": ["orders:write"], "orders:write": ["orders:read"]}"#;

type Table = BTreeMap<String, Vec<String>>;

/// Names, each with one name or a list of some.
pub(super) fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table, D::Error> {
    deserializer.deserialize_any(Rows)
}

/// Parses a table in JSON.
fn read(text: &str) -> Result<Table, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let table = json.deserialize_map(Rows).and_then(|table| json.end().map(|()| table));
    table.map_err(|error| format!("expected {EXPECTED}, as JSON: {error}"))
}

#[derive(serde::Deserialize)]
struct Implied(#[serde(deserialize_with = "values::list")] Vec<String>);

struct Rows;

/// Describes a value that is not a table. The default errors of serde would quote it.
macro_rules! refuse_others {
    ($($visit:ident: $value:ty),*) => {
        $(fn $visit<E: Error>(self, _: $value) -> Result<Table, E> {
            Err(E::custom(format_args!("not a table; expected {EXPECTED}")))
        })*
    };
}

impl<'de> Visitor<'de> for Rows {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut rows: M) -> Result<Table, M::Error> {
        let mut table = Table::new();
        while let Some(name) = rows.next_key::<String>()? {
            let Implied(implied) = rows.next_value()?;
            match table.entry(name) {
                Entry::Vacant(row) => drop(row.insert(implied)),
                Entry::Occupied(row) => {
                    return Err(M::Error::custom(format_args!("{:?} is there twice", row.key())));
                }
            }
        }
        if table.is_empty() {
            return Err(M::Error::custom(format_args!("empty; expected {EXPECTED}, or no such setting")));
        }
        Ok(table)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Table, E> {
        if text.trim_start().starts_with('{') {
            return read(text).map_err(E::custom);
        }
        Err(E::custom(format_args!("not a table; expected {EXPECTED}, as JSON")))
    }

    refuse_others! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
        visit_f64: f64
    }
}
