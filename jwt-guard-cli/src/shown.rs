//! Text from outside for a terminal: nothing in it moves the cursor, changes a colour or reorders what is read.

use serde_json::Value;

/// The longest text of a claim that is shown, in characters.
const LONGEST: usize = 200;

/// The text with escapes for what is not printable: control characters, marks of direction, characters without a shape.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let is_plain = matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1;
        if is_plain { shown.push(character) } else { shown.extend(character.escape_unicode()) }
    }
    shown
}

/// As [`printable`], and cut.
pub(crate) fn cut(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return printable(text);
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{}.. ({length} characters)", printable(&start))
}

/// Whether a text may be a key or a token, which no message shows: base64 after its prefix, PEM, JSON, or `eyJ`, the start
/// of a token; after `Bearer` too.
pub(crate) fn looks_secret(text: &str) -> bool {
    let text = text.trim_start();
    let bearer = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
    let text = if bearer { text.get(7..).unwrap_or_default().trim_start() } else { text };
    bearer
        || text.contains("-----BEGIN")
        || ["base64:", "{", "eyJ"].iter().any(|start| text.starts_with(start))
}

/// JSON in ASCII, so that it is safe in a terminal too.
pub(crate) fn ascii_json(value: &Value) -> String {
    ascii(&value.to_string())
}

/// The same of the text of JSON on one line.
pub(crate) fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ' '..='~') {
            ascii.push(character);
            continue;
        }
        // Only strings hold other characters, and there each has this form.
        for unit in character.encode_utf16(&mut [0; 2]) {
            ascii.push_str(&format!("\\u{unit:04x}"));
        }
    }
    ascii
}

/// `one name`, `2 names`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        for (text, shown) in [
            ("plain \"text\" \\ it's", "plain \"text\" \\ it's"),
            ("J\u{fc}rgen \u{65e5}\u{672c}", "J\u{fc}rgen \u{65e5}\u{672c}"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\nb\rc\td\0", "a\\u{a}b\\u{d}c\\u{9}d\\u{0}"),
            ("a\u{9b}31m\u{7f}", "a\\u{9b}31m\\u{7f}"),
            ("\u{202e}nimda", "\\u{202e}nimda"),
            ("a\u{200b}b\u{2028}c\u{feff}", "a\\u{200b}b\\u{2028}c\\u{feff}"),
            ("e\u{301}\u{e0041}", "e\\u{301}\\u{e0041}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn a_key_or_a_token_is_told_from_the_name_of_a_file() {
        for secret in [
            "base64:QQ==",
            " base64:QQ==",
            "{\"kty\":",
            "eyJhbGciOiJub25lIn0.e30.",
            "bearer x",
            "Bearer eyJh",
        ] {
            assert!(looks_secret(secret), "{secret}");
        }
        for name in
            ["-", "key.pem", "./base64", "eye.txt", "bearer", "tokens/a.jwt", "\u{e9}\u{e9}\u{e9}\u{e9}"]
        {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_its_length_said() {
        let shown = cut(&"\u{1b}".repeat(100_000));
        assert!(shown.len() < 2_000 && shown.ends_with("(100000 characters)"), "{shown}");
        assert_eq!(cut("short"), "short");
    }

    #[test]
    fn json_is_ascii_and_the_same_value() {
        let value = Value::from("a\u{1b}\u{9b}\u{202e}\u{1f600}\u{7f}\"\\");
        let text = ascii_json(&value);
        assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
