//! The documentation lists the settings that there are.

use serde::de::value::Error as Refused;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::*;
use crate::setup::settings::vars::VARIABLES;

#[test]
fn the_table_lists_the_fields_and_the_variables() {
    let fields = fields();
    let rows: Vec<_> = include_str!("../mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("/// | `"))
        .map(|row| row.split('`').step_by(2).take(2).collect::<Vec<_>>())
        .collect();
    let expected: Vec<_> = fields
        .iter()
        .map(|field| vec![(*field).to_owned(), format!("JWT_GUARD_{}", field.to_uppercase())])
        .collect();
    assert_eq!(rows, expected);
    assert_eq!(VARIABLES.map(|(name, _)| name).as_slice(), fields);
    assert!(crate::setup::settings::keys::KEYS.iter().all(|key| fields.contains(key)));
}

/// The names of the fields, as serde knows them.
fn fields() -> &'static [&'static str] {
    struct Names<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = Refused;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Refused> {
            *self.0 = fields;
            Err(serde::de::Error::custom("only the names are of interest"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
            Err(serde::de::Error::custom("not a struct"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut fields: &'static [&'static str] = &[];
    assert!(Settings::deserialize(Names(&mut fields)).is_err());
    fields
}
