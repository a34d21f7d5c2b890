//! Parses the values of settings: each form strictly, with messages that say what was expected.
//!
//! No error quotes a value of a wrong type: it may be a secret that was not put in quotes.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::keys::Algorithm;
use crate::location::TokenLocation;
use crate::secret::Secret;
use crate::verify::TokenProfile;

/// A present value. `null` is an error: leave the setting out instead.
pub(super) fn given<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<Option<T>, D::Error> {
    Item::deserialize(deserializer).map(|Item(value)| Some(value))
}

/// One value, or a list; also as a text, separated by commas or as JSON.
pub(super) fn list<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items: Vec<Item<T>> = one_or_many(deserializer)?;
    Ok(items.into_iter().map(|Item(value)| value).collect())
}

/// The name of a claim, or a list of paths.
pub(super) fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<String>>, D::Error> {
    let paths: Vec<ClaimNames> = one_or_many(deserializer)?;
    Ok(paths.into_iter().map(|ClaimNames(names)| names).collect())
}

/// The name by which a list asks its deserializer: that of variables makes a list of a text with commas.
pub(super) const LIST: &str = "jwt_guard::List";

/// One element, or a list of some.
pub(super) fn one_or_many<'de, D, E>(deserializer: D) -> Result<Vec<E>, D::Error>
where
    D: Deserializer<'de>,
    E: Element + for<'any> Deserialize<'any>,
{
    deserializer.deserialize_newtype_struct(LIST, OneOrMany(PhantomData))
}

/// A text without the one line end that an editor or a file put behind it.
pub(super) fn line(text: &str) -> &str {
    text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line))
}

/// A number of bytes, or its text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    deserializer.deserialize_any(Number).map(Some)
}

/// `true` or `false`, or its text.
pub(super) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Switch)
}

/// A value in the form of a text.
pub(super) trait Written: Sized {
    const EXPECTED: &'static str;

    fn read(text: String) -> Result<Self, String>;
}

impl Written for String {
    const EXPECTED: &'static str = "a text";

    fn read(text: String) -> Result<Self, String> {
        Ok(line(&text).to_owned())
    }
}

impl Written for PathBuf {
    const EXPECTED: &'static str = "the path of a file";

    fn read(text: String) -> Result<Self, String> {
        Ok(line(&text).into())
    }
}

impl Written for Secret {
    const EXPECTED: &'static str = "a text";

    fn read(text: String) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Written for Algorithm {
    const EXPECTED: &'static str = r#"an algorithm such as "HS256", "RS256", "ES256" or "EdDSA""#;

    fn read(text: String) -> Result<Self, String> {
        Self::from_name(line(&text)).ok_or_else(|| is_not::<Self>(&text, "an algorithm"))
    }
}

impl Written for Duration {
    const EXPECTED: &'static str = r#"one number and its unit, such as "30s", "15m", "24h" or "7d""#;

    fn read(text: String) -> Result<Self, String> {
        duration(line(&text)).ok_or_else(|| is_not::<Self>(&text, "a duration"))
    }
}

impl Written for TokenProfile {
    const EXPECTED: &'static str = r#""classic", "access_token" or "typed:example+jwt""#;

    fn read(text: String) -> Result<Self, String> {
        let text = line(&text).to_owned();
        match text.split_once(':') {
            None if text == "classic" => Ok(Self::Classic),
            None if text == "access_token" => Ok(Self::AccessToken),
            Some(("typed", name)) => Ok(Self::Typed(name.to_owned())),
            _ => Err(is_not::<Self>(&text, "a kind of token")),
        }
    }
}

impl Written for TokenLocation {
    const EXPECTED: &'static str = Self::WRITTEN;

    fn read(text: String) -> Result<Self, String> {
        if text.starts_with("query:") {
            return Err(format!(
                "{text:?} is not a setting: an address ends up in logs; `.danger().query_parameter(name, \
                 reason)` of the builder is the way to take a token from there"
            ));
        }
        Self::from_written(line(&text)).ok_or_else(|| is_not::<Self>(&text, "a place of a token"))
    }
}

pub(super) fn is_not<T: Written>(text: &str, what: &str) -> String {
    format!("{text:?} is not {what}; expected {}", T::EXPECTED)
}

/// One number and one unit, so that the unit is never guessed.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

/// One value, alone or in a list.
struct Item<T>(T);

impl<'de, T: Written> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(Text(T::EXPECTED))?;
        T::read(text).map(Self).map_err(Error::custom)
    }
}

/// The path to a claim. A single name is not a path here: `["realm_access", "roles"]` would be two.
struct ClaimNames(Vec<String>);

impl<'de> Deserialize<'de> for ClaimNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Names).map(Self)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ClaimNames::EXPECTED)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut names: S) -> Result<Vec<String>, S::Error> {
        let mut path = Vec::new();
        while let Some(Item(name)) = names.next_element()? {
            path.push(name);
        }
        Ok(path)
    }
}

/// A non-empty text.
struct Text(&'static str);

/// Describes a value without quoting it, as the default errors of serde would.
macro_rules! refuse_numbers {
    () => {
        refuse_numbers! {
            visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64
        }
    };
    ($($visit:ident: $value:ty),*) => {
        $(fn $visit<X: Error>(self, _: $value) -> Result<Self::Value, X> {
            Err(X::custom(format_args!("not a text; expected {}, in quotes", self.expected())))
        })*
    };
}

impl Text {
    fn expected(&self) -> &'static str {
        self.0
    }
}

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        if text.trim().is_empty() {
            return Err(E::custom(format_args!("empty; expected {}, or no such setting", self.0)));
        }
        Ok(text.to_owned())
    }

    refuse_numbers!();
}

/// The element of a list, or a text alone.
pub(super) trait Element: Sized {
    const EXPECTED: &'static str;

    fn alone(text: String) -> Result<Self, String>;

    /// A list in JSON.
    fn many(json: &str) -> serde_json::Result<Vec<Self>>
    where
        Self: for<'de> Deserialize<'de>,
    {
        let mut reader = serde_json::Deserializer::from_str(json);
        let list = reader.deserialize_seq(OneOrMany(PhantomData))?;
        reader.end().map(|()| list)
    }
}

impl<T: Written> Element for Item<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn alone(text: String) -> Result<Self, String> {
        T::read(text).map(Self)
    }
}

impl Element for ClaimNames {
    const EXPECTED: &'static str = r#"a list of paths such as [["roles"], ["realm_access", "roles"]]"#;

    fn alone(text: String) -> Result<Self, String> {
        Ok(Self(vec![text]))
    }
}

/// A comma in one text may be part of a name, or may separate names: a file and a table say which by a list. Variables have
/// no lists; `variable` makes one of the parts.
const COMMA: &str = "a comma in a text that is one of a list";

struct OneOrMany<E>(PhantomData<E>);

impl<E: Element> OneOrMany<E> {
    #[expect(clippy::unused_self, reason = "called by the macro above")]
    fn expected(&self) -> &'static str {
        E::EXPECTED
    }
}

impl<'de, E: Element + for<'any> Deserialize<'any>> Visitor<'de> for OneOrMany<E> {
    type Value = Vec<E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(E::EXPECTED)
    }

    fn visit_str<X: Error>(self, text: &str) -> Result<Vec<E>, X> {
        if text.trim_start().starts_with('[') {
            return E::many(text).map_err(|error| {
                X::custom(format_args!(
                    "begins as a JSON list, and is not one; expected {}: {error}",
                    E::EXPECTED
                ))
            });
        }
        if text.contains(',') {
            return Err(X::custom(format_args!("{COMMA}; expected {}", E::EXPECTED)));
        }
        let part = Text(E::EXPECTED).visit_str(text.trim())?;
        E::alone(part).map(|one| vec![one]).map_err(X::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<E>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Vec<E>, S::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        if values.is_empty() {
            return Err(S::Error::custom(format_args!(
                "empty; expected {}, or no such setting",
                E::EXPECTED
            )));
        }
        Ok(values)
    }

    refuse_numbers!();
}

struct Number;

impl Visitor<'_> for Number {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<usize, E> {
        usize::try_from(number).map_err(|_| E::custom("expected a smaller number"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<usize, E> {
        usize::try_from(number).map_err(|_| E::custom("expected a number that is not negative"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        line(text).parse().map_err(|_| E::custom("expected a number"))
    }
}

struct Switch;

impl Visitor<'_> for Switch {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true` or `false`")
    }

    fn visit_bool<E: Error>(self, is_on: bool) -> Result<bool, E> {
        Ok(is_on)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        line(text).parse().map_err(|_| E::custom("expected `true` or `false`"))
    }
}
