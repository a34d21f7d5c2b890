//! The text of a variable as a value of a setting.

use serde::Deserializer;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::Settings;
use super::values::LIST;

/// The text of a variable. A list is separated by commas, unless it is JSON.
#[derive(Clone, Copy)]
pub(super) struct Variable<'t>(pub(super) &'t str);

/// The settings of these variables.
pub(super) fn settings(variables: &[(&'static str, Variable<'_>)]) -> Result<Settings, Error> {
    <Settings as Deserialize>::deserialize(MapDeserializer::new(variables.iter().copied()))
}

impl<'de> IntoDeserializer<'de> for Variable<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Variable<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    /// The list of which this text may be one: `values` asks for it by name.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let is_json = self.0.trim_start().starts_with('[');
        if name == LIST && !is_json && self.0.contains(',') {
            return visitor
                .visit_seq(SeqDeserializer::new(self.0.split(',').map(|part| Variable(part.trim()))));
        }
        visitor.visit_newtype_struct(self)
    }

    /// The path of one name.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::once(self)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}
