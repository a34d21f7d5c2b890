//! A table of names, each with what it implies.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::values;

const EXPECTED: &str =
    r#"a table such as {"orders:admin": ["orders:write"], "orders:write": ["orders:read"]}"#;

type Table = BTreeMap<String, Vec<String>>;

/// Names, each with one name or a list of some.
pub(super) fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table, D::Error> {
    deserializer.deserialize_any(Rows)
}

/// The table that the text of a variable holds as JSON.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let table = json.deserialize_any(Rows).and_then(|table| json.end().map(|()| table));
    let table = table.map_err(|error| format!("expected {EXPECTED}, as JSON: {error}"))?;
    Ok(table.into_iter().map(|(name, implied)| (name, Value::from(implied))).collect())
}

#[derive(serde::Deserialize)]
struct Implied(#[serde(deserialize_with = "values::list")] Vec<String>);

struct Rows;

/// Whatever is no table. The default errors of serde would show it.
macro_rules! refuse_others {
    ($($visit:ident: $value:ty),*) => {
        $(fn $visit<E: Error>(self, _: $value) -> Result<Table, E> {
            Err(E::custom(format_args!("no table; expected {EXPECTED}")))
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

    refuse_others! {
        visit_str: &str, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
        visit_f64: f64
    }
}
