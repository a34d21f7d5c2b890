//! The scopes and the roles that a token grants.
//!
//! A malformed claim grants nothing and forbids nothing: it is recorded as unreadable, so that conditions do not treat
//! its names as absent.

use super::rules::{ClaimPath, Rules};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::NameSet;
use crate::json::{At, Json, Object};
use crate::policy::{is_name, is_scope, is_scope_list};

impl Rules {
    /// The scopes of all configured claims, with those that they imply: each claim is a space-separated text (RFC 6749
    /// section 3.3), or a list of single names.
    pub(super) fn scopes_of(&self, claims: &Object<'_>) -> NameSet {
        collect(&self.scope_claims, &self.hierarchies.scopes, claims, read_scopes)
    }

    /// The roles of all configured claims, with those that they imply: each claim is a list of strings, or one string
    /// without white space and commas, which might separate several roles.
    pub(super) fn roles_of(&self, claims: &Object<'_>) -> NameSet {
        collect(&self.role_claims, &self.hierarchies.roles, claims, read_roles)
    }
}

/// A malformed claim.
struct Unreadable;

fn collect(
    paths: &[ClaimPath],
    hierarchy: &Hierarchy,
    claims: &Object<'_>,
    read: impl Fn(&mut NameSet, &Json<'_>) -> Result<(), Unreadable>,
) -> NameSet {
    let mut names = NameSet::none();
    for path in paths {
        let found = match claims.at(&path.0) {
            At::Absent => Ok(()),
            At::Value(value) => read(&mut names, value),
            At::NoObject => Err(Unreadable),
        };
        if let Err(Unreadable) = found {
            names.note_unreadable(&path.0);
        }
    }
    hierarchy.expand(&mut names);
    names
}

fn read_scopes(names: &mut NameSet, claim: &Json<'_>) -> Result<(), Unreadable> {
    match claim {
        Json::Text(text) if is_scope_list(text) => {
            names.insert_words(text);
            Ok(())
        }
        Json::List(values) => read_list(names, values, is_scope),
        _ => Err(Unreadable),
    }
}

fn read_roles(names: &mut NameSet, claim: &Json<'_>) -> Result<(), Unreadable> {
    match claim {
        Json::Text(text) if is_one_role(text) => {
            names.insert(text);
            Ok(())
        }
        // An empty text names no role: some issuers write it for an empty list.
        Json::List(values) => read_list(names, values, |name| name.is_empty() || is_name(name)),
        _ => Err(Unreadable),
    }
}

/// A list of names. One illegal element makes the whole list unreadable.
fn read_list(names: &mut NameSet, list: &[Json<'_>], legal: fn(&str) -> bool) -> Result<(), Unreadable> {
    let texts = list.iter().map(|value| value.as_text().filter(|name| legal(name)));
    names.insert_all(&texts.collect::<Option<Vec<_>>>().ok_or(Unreadable)?);
    Ok(())
}

fn is_one_role(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_whitespace() || letter.is_control() || letter == ',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::registered::PAYLOAD_LIMITS;
    use crate::json::parse_object;

    /// The names in the claim `c`, and whether it was readable.
    fn read(
        claim: &str,
        read: impl Fn(&mut NameSet, &Json<'_>) -> Result<(), Unreadable>,
    ) -> Option<Vec<String>> {
        let payload = format!("{{\"c\":{claim}}}");
        let claims = parse_object(&payload, PAYLOAD_LIMITS).unwrap();
        let names = collect(&[ClaimPath(vec!["c".to_owned()])], &Hierarchy::default(), &claims, read);
        assert!(names.is_empty() || names.unreadable_claim().is_none(), "{claim}: half of it was read");
        names.unreadable_claim().is_none().then(|| names.iter().map(str::to_owned).collect())
    }

    #[test]
    fn scopes_are_a_text_or_a_list_of_single_names() {
        for (claim, expected) in [
            ("null", &[][..]),
            (r#""""#, &[]),
            (r#""a b""#, &["a", "b"]),
            (r#"" a  b ""#, &["a", "b"]),
            (r#""a,b""#, &["a,b"]),
            ("[]", &[]),
            (r#"["a","b","a"]"#, &["a", "b"]),
        ] {
            assert_eq!(read(claim, read_scopes).as_deref().unwrap(), expected, "{claim}");
        }
        for claim in [
            "1",
            "true",
            "{}",
            r#"{"a":true}"#,
            "[1]",
            r#"["a",null]"#,
            r#"["a",7]"#,
            r#"["a b"]"#,
            r#"["a",""]"#,
            r#"[" a"]"#,
            r#"[["a"]]"#,
            r#""a\tb""#,
            r#""a\nb""#,
            r#""a\u0000""#,
            r#""\u00e9""#,
            r#""a \"b""#,
            r#"["a\\"]"#,
        ] {
            assert_eq!(read(claim, read_scopes), None, "{claim}");
        }
    }

    #[test]
    fn roles_are_a_list_of_strings_or_one_string_that_cannot_be_several() {
        for (claim, expected) in [
            ("null", &[][..]),
            (r#""""#, &[]),
            (r#""clerk""#, &["clerk"]),
            ("[]", &[]),
            (r#"[""]"#, &[]),
            (r#"["clerk","Site Admin","a,b"]"#, &["clerk", "Site Admin", "a,b"]),
        ] {
            assert_eq!(read(claim, read_roles).as_deref().unwrap(), expected, "{claim}");
        }
        for claim in [
            "1",
            "false",
            "{}",
            r#"{"clerk":true}"#,
            r#"["clerk",7]"#,
            r#"["clerk",null]"#,
            r#"[["clerk"]]"#,
            r#"[{"name":"clerk"}]"#,
            r#""clerk admin""#,
            r#""clerk,admin""#,
            r#""clerk\u00a0admin""#,
            r#"" clerk""#,
            r#"["clerk\u0000"]"#,
            r#"["clerk "]"#,
            r#"["\u3000clerk"]"#,
            r#"["clerk\n"]"#,
        ] {
            assert_eq!(read(claim, read_roles), None, "{claim}");
        }
    }

    #[test]
    fn one_malformed_claim_leaves_the_others_as_they_are() {
        let paths = [&["scope"][..], &["scp"], &["a", "b"]]
            .map(|path| ClaimPath(path.iter().map(|&name| name.to_owned()).collect()));
        let claims = parse_object(r#"{"scope":7,"scp":["x"],"a":[]}"#, PAYLOAD_LIMITS).unwrap();
        let names = collect(&paths, &Hierarchy::default(), &claims, read_scopes);
        assert_eq!(names.iter().collect::<Vec<_>>(), ["x"]);
        assert_eq!(names.unreadable_claim(), Some("scope, a.b"));
    }
}
