//! Strict JSON: the one parser for tokens and key sets.
//!
//! `serde_json` lets the last of two members with one name win and nests up to 128 levels. Two parsers that disagree on
//! which of two `exp` members counts are a way past a check. So this parser refuses ambiguous text (RFC 7515 section 4,
//! RFC 7519 section 4):
//!
//! 1. a repeated member name, at any level;
//! 2. more nesting or more members in one object than [`JsonLimits`] allow;
//! 3. a member name that `serde_json` reserves, and does not read as a member;
//! 4. anything after the value. The text is UTF-8 by its type.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::{fmt, mem};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

/// How much nesting and how many members [`parse`] accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonLimits {
    /// Levels of arrays and objects, the outermost included.
    pub(crate) depth: u8,
    /// Members of any one object.
    pub(crate) members: usize,
}

/// A JSON value. Strings without escapes are borrowed from the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

/// The members of a JSON object, in the order of the text; every name occurs once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// The member called `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The members, each with its name.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The value at the end of `path`, each segment of which is one member name.
    pub(crate) fn at<S: AsRef<str>>(&self, path: &[S]) -> At<'_, 'a> {
        let Some((first, rest)) = path.split_first() else { return At::Absent };
        let mut value = self.get(first.as_ref());
        for segment in rest {
            value = match value {
                None | Some(Json::Null) => return At::Absent,
                Some(Json::Object(object)) => object.get(segment.as_ref()),
                Some(_) => return At::NoObject,
            };
        }
        match value {
            None | Some(Json::Null) => At::Absent,
            Some(value) => At::Value(value),
        }
    }
}

/// The result of looking up a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum At<'o, 'a> {
    /// Absent: a member of the path is missing, or is `null`.
    Absent,
    /// A value that is not `null`.
    Value(&'o Json<'a>),
    /// Unknown: the path leads through a value without members.
    NoObject,
}

impl Json<'_> {
    /// The text of a string value.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads `text` as one JSON object.
///
/// # Errors
///
/// The reason, without quoting the text.
pub(crate) fn parse_object(text: &str, limits: JsonLimits) -> Result<Object<'_>, serde_json::Error> {
    match parse(text, limits)? {
        Json::Object(object) => Ok(object),
        _ => Err(serde_json::Error::custom("expected a JSON object")),
    }
}

/// Reads `text` as one JSON value.
///
/// # Errors
///
/// As [`parse_object`].
pub(crate) fn parse(text: &str, limits: JsonLimits) -> Result<Json<'_>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut value = Json::Null;
    ValueSeed { value: &mut value, limits }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Where a text does not fit a type, without the error's message, which may quote the text.
pub(crate) fn place_of(error: &serde_json::Error) -> String {
    let class = match error.classify() {
        Category::Io => "io",
        Category::Syntax => "syntax",
        Category::Data => "data",
        Category::Eof => "end of text",
    };
    format!("{class} error at line {} column {}", error.line(), error.column())
}

/// Few objects have more members than this.
const SMALL: usize = 16;

/// Parses one value into its place, within the remaining limits of this level.
///
/// Into its place, because a returned value would be written in parts, read as a whole and written again. A processor
/// that reads in one piece what it has just written in two waits for all earlier writes, which took half of the time.
struct ValueSeed<'p, 'de> {
    value: &'p mut Json<'de>,
    limits: JsonLimits,
}

impl JsonLimits {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.value = Json::Null;
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.value = Json::Bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.value = Json::Signed(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.value = Json::Unsigned(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.value = Json::Float(value);
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<(), E> {
        *self.value = Json::Text(Cow::Borrowed(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.value = Json::Text(Cow::Owned(value.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let limits = self.limits.deeper()?;
        let mut values = Vec::new();
        let mut value = Json::Null;
        while list.next_element_seed(ValueSeed { value: &mut value, limits })?.is_some() {
            values.push(mem::replace(&mut value, Json::Null));
        }
        *self.value = Json::List(values);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let limits = self.limits.deeper()?;
        *self.value = Json::Object(Object(Vec::with_capacity(SMALL.min(limits.members))));
        let Json::Object(Object(members)) = self.value else { return Ok(()) };
        let mut names = SeenNames::default();
        loop {
            // A constant, so that it is not made elsewhere and moved here.
            members.push(const { (Cow::Borrowed(""), Json::Null) });
            let Some(((name, value), before)) = members.split_last_mut() else { break };
            if map.next_key_seed(NamePlace(name))?.is_none() {
                members.pop();
                break;
            }
            if name.starts_with(PRIVATE_NAMES) {
                if !before.is_empty() || *name != NUMBER_TOKEN {
                    return Err(A::Error::custom(PRIVATE_NAME));
                }
                *self.value = number(&map.next_value_seed(NumberText)?)?;
                return Ok(());
            }
            if before.len() == limits.members {
                return Err(A::Error::custom("too many members in one object"));
            }
            if names.is_repeated(name, before) {
                return Err(A::Error::custom("a member name is repeated"));
            }
            map.next_value_seed(ValueSeed { value, limits })?;
        }
        Ok(())
    }
}

/// Finds repeated names at little cost. One bit proves most names to be new; otherwise small objects are searched one
/// by one, and large ones in a sorted set. So no object is costly to parse.
#[derive(Default)]
struct SeenNames<'a> {
    /// One bit for each name, chosen by its length and its ends.
    bits: u64,
    sorted: BTreeSet<Cow<'a, str>>,
}

impl<'a> SeenNames<'a> {
    /// Whether `name` is among `members`. The caller then adds it.
    #[expect(clippy::ptr_arg, reason = "the set of a large object keeps a copy, which does not allocate")]
    fn is_repeated(&mut self, name: &Cow<'a, str>, members: &[(Cow<'a, str>, Json<'a>)]) -> bool {
        if members.len() >= SMALL {
            if self.sorted.is_empty() {
                self.sorted.extend(members.iter().map(|(known, _)| known.clone()));
            }
            return !self.sorted.insert(name.clone());
        }
        let bytes = name.as_bytes();
        let [first, last] = [bytes.first(), bytes.last()].map(|byte| byte.copied().unwrap_or_default());
        let bit = 1 << ((bytes.len() + 3 * usize::from(first) + 7 * usize::from(last)) % 64);
        let may_be_known = self.bits & bit != 0;
        self.bits |= bit;
        may_be_known && members.iter().any(|(known, _)| known == name)
    }
}

/// Member names that make `serde_json` read an object as a number, or as JSON in a text, if some crate of the build
/// enables a feature. Such an object is ambiguous, so it is refused.
const PRIVATE_NAMES: &str = "$serde_json::private::";

const PRIVATE_NAME: &str = "a member has a name that `serde_json` keeps to itself";

/// The only member of the map as which `serde_json` presents a number when some crate of the build has turned
/// its feature `arbitrary_precision` on. Without this branch such a build would refuse every token.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// The digits of a number that is presented as a map. They come as an owned string. Strings of the JSON text are
/// borrowed instead, so an object of the text cannot pass as a number.
struct NumberText;

impl<'de> DeserializeSeed<'de> for NumberText {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for NumberText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the digits of a number")
    }

    fn visit_string<E>(self, digits: String) -> Result<String, E> {
        Ok(digits)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<String, E> {
        Err(E::custom(PRIVATE_NAME))
    }
}

fn number<'de, E: serde::de::Error>(text: &str) -> Result<Json<'de>, E> {
    if let Ok(value) = text.parse::<u64>() {
        return Ok(Json::Unsigned(value));
    }
    if let Ok(value) = text.parse::<i64>() {
        return Ok(Json::Signed(value));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Json::Float(value)),
        _ => Err(E::custom("number out of range")),
    }
}

/// Parses a member name into its place, borrowed if it has no escape.
struct NamePlace<'p, 'de>(&'p mut Cow<'de, str>);

impl<'de> DeserializeSeed<'de> for NamePlace<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NamePlace<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<(), E> {
        *self.0 = Cow::Borrowed(name);
        Ok(())
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        *self.0 = Cow::Owned(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
