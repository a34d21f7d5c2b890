//! JSON as it is written: with every repeated member, and with all digits of its numbers.

use std::collections::BTreeSet;

/// JSON without white space between its values.
pub(crate) fn compact(json: &str) -> String {
    let parts = Parts { rest: json }.filter(|part| !part.trim_start().is_empty());
    parts.collect()
}

/// The names that an object has more than once, at every level, in their order.
pub(crate) fn repeated(json: &str) -> Vec<String> {
    let (mut repeated, mut known) = (Vec::new(), BTreeSet::new());
    // The names of each open object; lists have none.
    let mut open: Vec<BTreeSet<String>> = Vec::new();
    let mut parts = Parts { rest: json }.filter(|part| !part.trim_start().is_empty()).peekable();
    while let Some(part) = parts.next() {
        match part {
            "{" | "[" => open.push(BTreeSet::new()),
            "}" | "]" => _ = open.pop(),
            _ if parts.peek() == Some(&":") => {
                let name: String = serde_json::from_str(part).unwrap_or_default();
                let is_new = open.last_mut().is_none_or(|names| names.insert(name.clone()));
                if !is_new && known.insert(name.clone()) {
                    repeated.push(name);
                }
            }
            _ => {}
        }
    }
    repeated
}

/// Strings, marks and what is between them, of valid JSON.
struct Parts<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let first = self.rest.chars().next()?;
        let length = match first {
            '"' => string_length(self.rest),
            '{' | '}' | '[' | ']' | ':' | ',' => 1,
            _ if first.is_ascii_whitespace() => {
                self.length_while(|character| character.is_ascii_whitespace())
            }
            _ => self.length_while(|character| {
                !matches!(character, '"' | '{' | '}' | '[' | ']' | ':' | ',' | ' ' | '\t' | '\r' | '\n')
            }),
        };
        let (part, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(part)
    }
}

impl Parts<'_> {
    fn length_while(&self, is: impl Fn(char) -> bool) -> usize {
        self.rest.find(|character| !is(character)).unwrap_or(self.rest.len())
    }
}

/// The length of the string at the start, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_all_but_white_space() {
        let json =
            "{ \"a \\\" : {\" :\r\n[ 1.0 , 123456789012345678901234567890\t, \"\\\\\" ], \"\u{e9}\" : {} }";
        let compacted = "{\"a \\\" : {\":[1.0,123456789012345678901234567890,\"\\\\\"],\"\u{e9}\":{}}";
        assert_eq!(compact(json), compacted);
        assert_eq!(repeated(json), [""; 0]);
    }

    #[test]
    fn a_name_is_repeated_within_one_object_only() {
        for (json, names) in [
            (r#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#, &[][..]),
            (r#"{"a":1,"\u0061":2}"#, &["a"]),
            (r#"{"x":[{"b":1,"b":2,"b":3}],"a":"a","a":"a"}"#, &["b", "a"]),
            (r#"{"a":"b","b":"a"}"#, &[]),
        ] {
            assert_eq!(repeated(json), names, "{json}");
        }
    }
}
