//! The scopes and the roles that a token grants.

use std::fmt;

/// Names in the order of the token: the scopes or the roles of a caller.
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
pub struct Names {
    // One allocation however many names there are. The separator is a control character, which no name may hold.
    joined: String,
}

const SEPARATOR: char = '\n';

impl Names {
    /// No names.
    pub(crate) const fn none() -> Self {
        Self { joined: String::new() }
    }

    /// Whether `name` is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|known| known == name)
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split(SEPARATOR).filter(|name| !name.is_empty())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// Adds a name. An empty one, or one with a control character, grants nothing and is left out.
    pub(crate) fn insert(&mut self, name: &str) {
        if name.is_empty() || name.bytes().any(|byte| byte.is_ascii_control()) {
            return;
        }
        if !self.joined.is_empty() {
            self.joined.push(SEPARATOR);
        }
        self.joined.push_str(name);
    }

    /// Adds all names of a text that separates them by spaces.
    pub(crate) fn insert_words(&mut self, text: &str) {
        self.joined.reserve(text.len().saturating_add(1));
        text.split(' ').for_each(|name| self.insert(name));
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut set = Self::default();
        for name in names {
            set.insert(name);
        }
        set
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The names, separated by single spaces.
impl fmt::Display for Names {
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
        let names: Names = ["orders:read", "Site Admin"].into_iter().collect();
        assert!(names.contains("orders:read"));
        assert!(names.contains("Site Admin"));
        for other in ["orders", "orders:READ", "Site", "Admin", "", "orders:read\nSite Admin"] {
            assert!(!names.contains(other), "{other:?}");
        }
    }

    #[test]
    fn a_name_with_a_control_character_grants_nothing() {
        let names: Names = ["a\nadmin", "", "b"].into_iter().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["b"]);
        assert!(!names.contains("admin"));
    }

    #[test]
    fn names_keep_their_order() {
        let mut names: Names = ["b"].into_iter().collect();
        names.insert_words(" a  c ");
        assert_eq!(names.to_string(), "b a c");
        assert_eq!(format!("{names:?}"), r#"{"b", "a", "c"}"#);
        assert!(Names::default().is_empty());
    }
}
