//! The names of the settings, from serde; and what a wrong name may have meant.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::Error as Refused;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Settings;
use crate::nearest::nearest;

/// The name of every field of [`Settings`].
pub(super) fn names() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It fails, because there is no value; but it has listed the fields.
    let _ = <Settings as Deserialize>::deserialize(NameCollector(&mut names));
    names
}

/// What can be set in code only, and the method for it.
const IN_CODE: [(&str, &str); 16] = [
    ("any_audience", ".danger().any_audience(\"reason\")"),
    ("clock", ".clock(..)"),
    ("issuing", ".issuing(..)"),
    ("key_fetcher", ".key_fetcher(..)"),
    ("load_user", ".load_user(..)"),
    ("loopback_http", ".danger().loopback_http(\"reason\")"),
    ("proxy", ".remote_keys(RemoteKeySettings::new().proxy(..))"),
    ("query_parameter", ".danger().query_parameter(\"name\", \"reason\")"),
    ("refusal_body", ".refusal_body(..)"),
    ("remote_keys", ".remote_keys(..)"),
    ("revocation", ".revocation(..)"),
    ("root_certificate", ".remote_keys(RemoteKeySettings::new().root_certificate(..))"),
    ("sessions", ".sessions(..)"),
    ("store", ".token_store(..)"),
    ("token_store", ".token_store(..)"),
    ("unlimited_lifetime", ".danger().unlimited_lifetime(\"reason\")"),
];

/// Names of other systems for a setting of ours, by a part of the name.
const MEANT: [(&str, &str); 9] = [
    ("cookie_", "cookies"),
    ("csrf_origin", "trusted_origins"),
    ("discovery", "oidc_issuer"),
    ("issuer_url", "oidc_issuer"),
    ("jwks_uri", "jwks_url"),
    ("openid", "oidc_issuer"),
    ("plain_http", "loopback_http"),
    ("preset", "trust"),
    ("provider", "trust"),
];

/// Says that a name is not a setting, and what to do. It was found after this prefix, where names are `written` so.
pub(super) fn unknown(name: &str, prefix: &str, written: fn(&str) -> String) -> String {
    let this = format!("{prefix}{name}");
    let lower = name.to_lowercase();
    let meant = MEANT.iter().find(|(part, _)| lower.contains(part)).map(|(_, setting)| *setting);
    let asked = meant.unwrap_or(&lower);
    if let Some((_, method)) = IN_CODE.iter().find(|(setting, _)| *setting == asked) {
        return format!(
            "`{this}` is not a setting: it takes code, by `{method}` on the builder from \
             `JwtGuard::from_env()` or `Settings::into_builder()`"
        );
    }
    match meant.or_else(|| nearest(&lower, names().iter().copied())) {
        Some(known) => format!("`{this}` is not a setting; did you mean `{prefix}{}`?", written(known)),
        None => format!("`{this}` is not a setting; `jwt_guard::setup::Settings` lists them"),
    }
}

/// Reads a struct whose wrong names are errors with advice.
pub(super) struct Advised<D>(pub(super) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Advised<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, AdvisedFields { inner: visitor, fields })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A visitor of a struct, or the access to its members.
struct AdvisedFields<I> {
    inner: I,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for AdvisedFields<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<V::Value, M::Error> {
        self.inner.visit_map(AdvisedFields { inner: members, fields: self.fields })
    }
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for AdvisedFields<M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        let Some(name) = self.inner.next_key_seed(PhantomData::<String>)? else { return Ok(None) };
        if !self.fields.contains(&name.as_str()) {
            return Err(M::Error::custom(unknown(&name, "", str::to_owned)));
        }
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, M::Error> {
        self.inner.next_value_seed(seed)
    }
}

struct NameCollector<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for NameCollector<'_> {
    type Error = Refused;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        *self.0 = fields;
        Err(Refused::custom("only the names are asked for"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
