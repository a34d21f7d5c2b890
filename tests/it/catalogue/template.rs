//! Texts of the catalogue with names in braces, and TOML as JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jwt_guard_tests::sources;
use toml::Value;

/// The values of the names in braces. Beside those that are set, `file NAME` is a file of the key fixtures, `members of NAME` are
/// the members of one in JSON, and `base64 of NAME` is what stands between the lines of one in PEM. `half of NAME` is the first half of
/// a value, and `other than NAME` the value with another first character.
#[derive(Clone, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text with every known name in braces replaced, once and from left to right.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, after) = rest.split_at(at);
            filled.push_str(before);
            let known = after.find('}').and_then(|end| Some((end, self.value(&after[1..end])?)));
            match known {
                Some((end, value)) => {
                    filled.push_str(&value);
                    rest = &after[end + 1..];
                }
                None => {
                    filled.push('{');
                    rest = &after[1..];
                }
            }
        }
        filled + rest
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let fixture = |file: &str| sources::read(&format!("tests/fixtures/keys/{file}"));
        if let Some(file) = name.strip_prefix("file ") {
            return Some(fixture(file).into());
        }
        if let Some(file) = name.strip_prefix("members of ") {
            return Some(fixture(file).trim().trim_matches(['{', '}']).to_owned().into());
        }
        if let Some(file) = name.strip_prefix("base64 of ") {
            return Some(
                fixture(file).lines().filter(|line| !line.starts_with('-')).collect::<String>().into(),
            );
        }
        if let Some(name) = name.strip_prefix("half of ") {
            return self.get(name).map(|value| value[..value.len() / 2].into());
        }
        if let Some(name) = name.strip_prefix("other than ") {
            let value = self.get(name)?;
            let first = if value.starts_with('A') { "B" } else { "A" };
            return Some(format!("{first}{}", &value[1..]).into());
        }
        self.get(name).map(Cow::Borrowed)
    }

    /// Every text in a value filled.
    pub(super) fn fill_all(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.fill(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.fill_all(value)),
            Value::Table(table) => table.iter_mut().for_each(|(_, value)| self.fill_all(value)),
            _ => {}
        }
    }
}

/// The value as JSON text. A table with one of these names alone is not an object: `now` is a date, so many seconds from the
/// present; `json` is the text itself, for what TOML cannot say; `repeat` is a long text; `nested` are lists in lists.
pub(super) fn json(value: &Value, now: u64) -> String {
    match value {
        Value::String(text) => serde_json::to_string(text).unwrap(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| json(value, now)).collect();
            format!("[{}]", values.join(","))
        }
        Value::Table(table) if table.len() == 1 => {
            let (name, value) = table.iter().next().unwrap();
            special(name, value, now).unwrap_or_else(|| object(table.iter(), now))
        }
        Value::Table(table) => object(table.iter(), now),
        Value::Datetime(_) => panic!("a date of TOML: write {{ now = 60 }}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(is_true) => is_true.to_string(),
    }
}

/// A JSON object. Names are written as they stand, so that one may hold an escape.
pub(super) fn object<'v>(members: impl Iterator<Item = (&'v String, &'v Value)>, now: u64) -> String {
    let members: Vec<_> = members.map(|(name, value)| format!("\"{name}\":{}", json(value, now))).collect();
    format!("{{{}}}", members.join(","))
}

fn special(name: &str, value: &Value, now: u64) -> Option<String> {
    match (name, value) {
        ("now", Value::Integer(seconds)) => Some(now.checked_add_signed(*seconds).unwrap().to_string()),
        ("now", Value::Float(seconds)) => Some(format!("{:.1}", now as f64 + seconds)),
        ("json", Value::String(text)) => Some(text.clone()),
        ("repeat", Value::Integer(times)) => {
            Some(format!("\"{}\"", "x".repeat(usize::try_from(*times).unwrap())))
        }
        ("nested", Value::Integer(depth)) => {
            let depth = usize::try_from(*depth).unwrap();
            Some("[".repeat(depth) + &"]".repeat(depth))
        }
        _ => None,
    }
}

/// The bytes that are written in hexadecimal.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
