//! An answer, and what was promised of it.

use std::fmt;

use super::Result;
use super::shell::{Variables, name_at_start};

/// An answer of HTTP/1.1, as text.
pub(crate) struct Answer(pub(super) String);

impl Answer {
    pub(super) fn status(&self) -> Result<u16> {
        let status = self.0.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        Ok(status.ok_or_else(|| format!("not HTTP: {self}"))?.parse()?)
    }

    /// Whether the body is there, where it has a length. The head of an opened WebSocket has none.
    pub(super) fn is_complete(&self) -> bool {
        let length = self.headers("content-length").next().and_then(|length| length.parse().ok());
        self.0.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length.unwrap_or(0))
    }

    /// The values of a header, whose name is given in lower case.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default();
        head.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a line is as promised.
pub(crate) fn promised(promise: &str, line: &str) -> bool {
    Promise::read(promise).matches(line).is_some()
}

/// One line that an answer must have. `..` stands for anything, `$NAME` for something that has a name from then on.
pub(super) struct Promise {
    text: String,
    /// What stands before the first hole, and each hole with what stands after it.
    start: String,
    holes: Vec<(Hole, String)>,
}

enum Hole {
    Anything,
    Named(String),
}

impl Promise {
    pub(super) fn read(text: &str) -> Self {
        let mut promise = Self { text: text.to_owned(), start: String::new(), holes: Vec::new() };
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("..") {
                promise.holes.push((Hole::Anything, String::new()));
                rest = after;
            } else if let Some(name) = rest.strip_prefix('$').and_then(name_at_start) {
                promise.holes.push((Hole::Named(name.to_owned()), String::new()));
                rest = &rest[1 + name.len()..];
            } else {
                promise.holes.last_mut().map_or(&mut promise.start, |(_, after)| after).push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        promise
    }

    /// What the names stand for, in the first line of the answer that is as promised.
    pub(super) fn find_in(&self, answer: &Answer) -> Option<Variables> {
        answer.0.lines().find_map(|line| self.matches(line))
    }

    fn matches(&self, line: &str) -> Option<Variables> {
        let mut found = Variables::new();
        let mut rest = line.strip_prefix(self.start.as_str())?;
        for (index, (hole, after)) in self.holes.iter().enumerate() {
            let is_last = index + 1 == self.holes.len();
            let end = match after.as_str() {
                "" => rest.len(),
                after if is_last => rest.strip_suffix(after)?.len(),
                after => rest.find(after)?,
            };
            if let Hole::Named(name) = hole {
                found.insert(name.clone(), rest[..end].to_owned());
            }
            rest = &rest[end + after.len()..];
        }
        rest.is_empty().then_some(found)
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[test]
fn a_promise_is_the_whole_line_and_names_its_holes() {
    let answer = |line: &str| Answer(format!("HTTP/1.1 200 OK\r\ndate: now\r\n\r\n{line}"));
    let promise = Promise::read(r#"{"a":"$TOKEN","b":..,"c":1}"#);
    let found = promise.find_in(&answer(r#"{"a":"x.y","b":[2],"c":1}"#)).unwrap();
    assert_eq!(found["TOKEN"], "x.y");
    for other in
        [r#"{"a":"x.y","b":[2],"c":2}"#, r#"{"a":"x.y","b":[2],"c":1} "#, r#" {"a":"","b":,"c":1}"#, ""]
    {
        assert!(promise.find_in(&answer(other)).is_none(), "{other}");
    }
    assert!(Promise::read("hello").find_in(&answer("hello, you")).is_none());
}
