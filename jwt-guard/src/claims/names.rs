//! The scopes and the roles that a token grants.

use std::collections::BTreeSet;
use std::fmt;

use memchr::memchr;

/// The scopes or the roles of a caller, in the order of the token. Implied ones come last.
///
/// Names are compared exactly, byte by byte (RFC 6749 section 3.3).
///
/// ```
/// # fn handler(caller: jwt_guard::Principal) {
/// if caller.scopes().contains("orders:read") {
///     // ..
/// }
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NameSet {
    // One allocation for any number of names. The separator is a control character, which no name may contain.
    joined: String,
    unreadable: Option<Box<str>>,
}

const SEPARATOR: char = '\n';
const SEPARATOR_BYTE: u8 = b'\n';

/// Up to this number, comparing names one by one is faster than building a set.
const FEW: usize = 32;

impl NameSet {
    /// No names.
    pub(crate) const fn none() -> Self {
        Self { joined: String::new(), unreadable: None }
    }

    /// Whether `name` is one of them: a text, or a variant of [`scopes!`](macro@crate::scopes) or
    /// [`roles!`](macro@crate::roles).
    pub fn contains(&self, name: impl AsRef<str>) -> bool {
        self.has(name.as_ref())
    }

    fn has(&self, name: &str) -> bool {
        let mut rest = self.joined.as_bytes();
        loop {
            let end = memchr(SEPARATOR_BYTE, rest).unwrap_or(rest.len());
            let Some((known, next)) = rest.split_at_checked(end) else { return false };
            if known == name.as_bytes() {
                return !name.is_empty();
            }
            let Some((_, next)) = next.split_first() else { return false };
            rest = next;
        }
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split(SEPARATOR).filter(|name| !name.is_empty())
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The claim of the token that should hold more names but is malformed; several are separated by commas. `None` if
    /// all names are known.
    ///
    /// Code that decides by the *absence* of a name must check this first, as `not(..)` does: a name may be missing
    /// because its claim is malformed.
    pub fn unreadable_claim(&self) -> Option<&str> {
        self.unreadable.as_deref()
    }

    /// Records that the claim at `path` is malformed.
    pub(crate) fn note_unreadable(&mut self, path: &[String]) {
        let mut claims: String = self.unreadable.take().map(String::from).unwrap_or_default();
        if !claims.is_empty() {
            claims.push_str(", ");
        }
        claims.push_str(&path.join("."));
        self.unreadable = Some(claims.into());
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.joined.len().saturating_add(self.unreadable.as_deref().map_or(0, str::len))
    }

    /// Adds a name once. An empty name, or one with a control character, grants nothing and is left out.
    pub(crate) fn insert(&mut self, name: &str) {
        if name.is_empty() || has_control(name) || self.contains(name) {
            return;
        }
        if !self.joined.is_empty() {
            self.joined.push(SEPARATOR);
        }
        self.joined.push_str(name);
    }

    /// Adds each of many names, as [`insert`](Self::insert) does. A hostile issuer may list thousands. They are looked
    /// up in a set, so that the time does not grow with the square of their number.
    pub(crate) fn insert_all(&mut self, names: &[&str]) {
        if names.len() <= FEW {
            return names.iter().for_each(|name| self.insert(name));
        }
        let before = std::mem::take(&mut self.joined);
        let mut seen: BTreeSet<&str> = before.split(SEPARATOR).collect();
        let legal = |name: &&&str| !name.is_empty() && !has_control(name);
        let new: Vec<&str> = names.iter().filter(legal).copied().filter(|name| seen.insert(name)).collect();
        drop(seen);
        self.joined = before;
        self.extend_with_others(new.iter().copied());
    }

    /// Adds names that are legal and new.
    pub(super) fn extend_with_others<'a>(&mut self, others: impl Iterator<Item = &'a str> + Clone) {
        // Grown once, for any number of names.
        self.joined.reserve(others.clone().map(|name| name.len().saturating_add(1)).sum());
        for name in others {
            if !self.joined.is_empty() {
                self.joined.push(SEPARATOR);
            }
            self.joined.push_str(name);
        }
    }

    /// Adds all names of a space-separated text.
    pub(crate) fn insert_words(&mut self, text: &str) {
        // The common case in one step: no name was added before, and the text contains no control character.
        if self.joined.is_empty() && !has_control(text) {
            self.joined = text.replace(' ', "\n");
        } else {
            self.insert_all(&text.split(' ').collect::<Vec<_>>());
        }
    }
}

fn has_control(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | byte.is_ascii_control())
}

impl<'a> FromIterator<&'a str> for NameSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut set = Self::default();
        for name in names {
            set.insert(name);
        }
        set
    }
}

impl fmt::Debug for NameSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The names, separated by single spaces.
impl fmt::Display for NameSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().enumerate() {
            let separator = if index > 0 { " " } else { "" };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole_and_exactly() {
        let names: NameSet = ["orders:read", "Site Admin"].into_iter().collect();
        assert!(names.contains("orders:read"));
        assert!(names.contains("Site Admin"));
        for other in ["orders", "orders:READ", "Site", "Admin", "", "orders:read\nSite Admin"] {
            assert!(!names.contains(other), "{other:?}");
        }
    }

    #[test]
    fn a_name_with_a_control_character_grants_nothing() {
        let names: NameSet = ["a\nadmin", "", "b"].into_iter().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["b"]);
        assert!(!names.contains("admin"));
    }

    #[test]
    fn words_are_told_apart_by_any_number_of_spaces() {
        for (text, expected) in
            [("a b", vec!["a", "b"]), (" a  b ", vec!["a", "b"]), (" ", vec![]), ("", vec![])]
        {
            let mut names = NameSet::none();
            names.insert_words(text);
            assert_eq!(names.iter().collect::<Vec<_>>(), expected, "{text:?}");
            assert_eq!(names.is_empty(), expected.is_empty(), "{text:?}");
        }
        let mut names = NameSet::none();
        names.insert_words("a b\nadmin c");
        assert_eq!(names.iter().collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn many_names_are_taken_as_few_are() {
        let many: Vec<String> = (0..100).map(|number| format!("n{}", number % 60)).collect();
        let mut list: Vec<&str> = many.iter().map(String::as_str).collect();
        list.extend(["", "a\nadmin", "old", "n1"]);
        let (mut at_once, mut each) = (NameSet::none(), NameSet::none());
        for names in [&mut at_once, &mut each] {
            names.insert("old");
        }
        at_once.insert_all(&list);
        list.iter().for_each(|name| each.insert(name));
        assert_eq!(at_once, each);
        assert_eq!(at_once.iter().count(), 61);
        let mut words = NameSet::none();
        words.insert_words(&format!("old\u{1} {}", many.join(" ")));
        assert_eq!(words.iter().count(), 60);
    }

    #[test]
    fn names_keep_their_order() {
        let mut names: NameSet = ["b"].into_iter().collect();
        names.insert_words(" a  c ");
        assert_eq!(names.to_string(), "b a c");
        assert_eq!(format!("{names:?}"), r#"{"b", "a", "c"}"#);
        assert!(NameSet::default().is_empty());
    }

    #[test]
    fn nothing_is_not_a_name() {
        let mut spaced = NameSet::none();
        spaced.insert_words(" a  b ");
        for names in [&NameSet::none(), &spaced] {
            assert!(!names.contains(""), "{names:?}");
        }
    }
}
