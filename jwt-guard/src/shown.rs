//! Texts for the log: what comes from a token or a request is escaped, and cut.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

/// What was expected and found at a check, and the setting that would change its outcome.
///
/// Only what the log may show: settings, and of a token `iss`, `aud`, `alg`, `typ`, `kid`, the client and dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
    pub(crate) setting: Option<Cow<'static, str>>,
}

impl Finding {
    pub(crate) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), found: Some(found.into()), setting: None }
    }

    /// What was expected, where nothing can be said of what was found.
    pub(crate) fn expected(text: impl Into<String>) -> Self {
        Self { expected: Some(text.into()), ..Self::default() }
    }

    /// Names the method of the builder that would change the outcome.
    pub(crate) fn by(self, setting: impl Into<Cow<'static, str>>) -> Self {
        Self { setting: Some(setting.into()), ..self }
    }
}

/// The longest text from a token, in characters, escapes included.
const LONGEST: usize = 64;

/// Stands for the rest of a text that was cut.
const CUT: &str = "..";

/// A text from outside: printable ASCII, with escapes for all else, and at most 64 characters long.
pub(crate) fn cut(text: &str) -> String {
    let mut shown = String::new();
    // Where it is cut if it turns out to be too long.
    let mut end = 0;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => shown.extend(['\\', letter]),
            ' '..='~' => shown.push(letter),
            _ => shown.extend(letter.escape_default()),
        }
        if shown.len() > LONGEST {
            shown.truncate(end);
            shown.push_str(CUT);
            break;
        }
        if shown.len() <= LONGEST.saturating_sub(CUT.len()) {
            end = shown.len();
        }
    }
    shown
}

/// As [`cut`], in quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text))
}

/// The most values of a list that are shown.
const MOST: usize = 4;

/// The most scopes or roles that are shown.
const MOST_NAMES: usize = 64;

/// Some texts in quotation marks, separated by commas; the first four, and how many more there are.
pub(crate) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    first(MOST, texts)
}

/// As [`list`], of the first 64.
pub(crate) fn names<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    first(MOST_NAMES, texts)
}

fn first<'t>(most: usize, texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut texts = texts.into_iter();
    let mut shown = texts.by_ref().take(most).map(quoted).collect::<Vec<_>>().join(", ");
    let more = texts.count();
    if more > 0 {
        let _ = write!(shown, " and {more} more");
    }
    shown
}

/// The path to a claim, as the builder takes it.
pub(crate) fn path<S: AsRef<str>>(path: &[S]) -> String {
    match path {
        [name] => format!("`{}`", cut(name.as_ref())),
        names => format!("`[{}]`", list(names.iter().map(AsRef::as_ref))),
    }
}

/// A duration in its two largest units.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .skip_while(|(number, _)| *number == 0)
        .take(2)
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    match parts.is_empty() {
        true if duration.is_zero() => "0 s".to_owned(),
        true => "less than 1 s".to_owned(),
        false => parts.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_printable_ascii_and_at_most_64_characters_long() {
        assert_eq!(cut("https://id.example/"), "https://id.example/");
        assert_eq!(cut("a\"b\\c"), r#"a\"b\\c"#);
        assert_eq!(cut("a\r\n\u{202e}\u{e9}\0"), r"a\r\n\u{202e}\u{e9}\u{0}");
        assert_eq!(cut(&"x".repeat(64)), "x".repeat(64));
        assert_eq!(cut(&"x".repeat(65)), format!("{}..", "x".repeat(62)));
        for text in ["\u{10ffff}".repeat(100), "\n".repeat(33), format!("{}\u{10ffff}", "x".repeat(60))] {
            let shown = cut(&text);
            assert!(shown.len() <= LONGEST && shown.is_ascii() && shown.ends_with(CUT), "{shown}");
            // An escape is whole or absent.
            let escape = shown.trim_end_matches(CUT).rsplit('\\').next().unwrap_or_default();
            assert!(escape == "n" || escape.ends_with('}') || escape.starts_with('x'), "{shown}");
        }
    }

    #[test]
    fn a_list_shows_four_values_and_counts_the_rest() {
        assert_eq!(list(["a", "b"]), r#""a", "b""#);
        assert_eq!(list(["a", "b", "c", "d", "e", "f"]), r#""a", "b", "c", "d" and 2 more"#);
        assert_eq!(path(&["roles"]), "`roles`");
        assert_eq!(path(&["realm_access", "roles"]), r#"`["realm_access", "roles"]`"#);
    }

    #[test]
    fn a_duration_is_shown_in_its_two_largest_units() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_600, "1 h"),
            (3_725, "1 h 2 min"),
            (86_400, "1 d"),
            (86_401, "1 d"),
            (2_592_000, "30 d"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), shown);
        }
        assert_eq!(duration(Duration::from_millis(5)), "less than 1 s");
    }
}
