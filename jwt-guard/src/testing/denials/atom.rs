//! One condition, read from the text that an attribute, a table and a lock have for it.

use serde_json::Value;

use crate::lock::longest_age;

/// A condition that a caller of a test can be made to meet, or not to meet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Atom {
    Scope(String),
    Role(String),
    Claim(Vec<String>, Value),
    Fresh,
    /// The seconds since the login.
    MaxAge(u64),
    Acr(String),
    Owner(String),
    PathClaim(String, Vec<String>),
}

impl Atom {
    /// `None` for a condition that is not known here.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "fresh" {
            return Some(Self::Fresh);
        }
        let (left, right) = text.split_once(" = ")?;
        match left {
            "scope" => Some(Self::Scope(string(right)?)),
            "role" => Some(Self::Role(string(right)?)),
            "max_age" => Some(Self::MaxAge(longest_age(text)?)),
            "acr" => Some(Self::Acr(string(right)?)),
            "owner" => Some(Self::Owner(string(right)?)),
            _ if left.starts_with("path(") => {
                let [name] = <[String; 1]>::try_from(arguments(left, "path")?).ok()?;
                Some(Self::PathClaim(name, arguments(right, "claim")?))
            }
            // A name in `claim(..)` may contain ` = `, the value cannot be cut by it.
            _ => {
                let (left, right) = text.rsplit_once(") = ")?;
                let value = serde_json::from_str(right).ok()?;
                Some(Self::Claim(arguments(&format!("{left})"), "claim")?, value))
            }
        }
    }
}

fn string(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

/// The strings of `word("a", "b")`.
fn arguments(text: &str, word: &str) -> Option<Vec<String>> {
    let list = text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')?;
    serde_json::from_str(&format!("[{list}]")).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::policy::{ClaimValue, Requirement};

    #[test]
    fn every_condition_is_read_as_it_is_written() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        for (requirement, atom) in [
            (Requirement::Scope("orders:read"), Atom::Scope("orders:read".to_owned())),
            (Requirement::Role("head \"clerk\""), Atom::Role("head \"clerk\"".to_owned())),
            (Requirement::Fresh, Atom::Fresh),
            (Requirement::MaxAge(Duration::from_secs(600)), Atom::MaxAge(600)),
            (Requirement::Acr(&["gold"]), Atom::Acr("gold".to_owned())),
            (Requirement::Owner("user_id"), Atom::Owner("user_id".to_owned())),
            (
                Requirement::PathClaim("tenant", &["org", "id"]),
                Atom::PathClaim("tenant".to_owned(), names(&["org", "id"])),
            ),
            (
                Requirement::Claim(&["a = b", "c"], ClaimValue::Text("d = e")),
                Atom::Claim(names(&["a = b", "c"]), json!("d = e")),
            ),
            (
                Requirement::Claim(&["level"], ClaimValue::Integer(-3)),
                Atom::Claim(names(&["level"]), json!(-3)),
            ),
            (
                Requirement::Claim(&["beta"], ClaimValue::Bool(true)),
                Atom::Claim(names(&["beta"]), json!(true)),
            ),
        ] {
            assert_eq!(Atom::read(&requirement.to_string()), Some(atom), "{requirement}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        for text in ["policy = rules::Shared", "max_age = 10", "scope = orders", "claim(\"a\")", ""] {
            assert_eq!(Atom::read(text), None, "{text}");
        }
    }
}
