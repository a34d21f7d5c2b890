//! The scopes and the roles that a token grants.
//!
//! A malformed claim grants nothing and forbids nothing: it is recorded as unreadable, so that conditions do not treat
//! its names as absent.

use super::rules::{ClaimPath, RoleObject, Rules};
use crate::claims::names::NameSet;
use crate::json::{At, Json, Object};
use crate::policy::{is_name, is_scope, is_scope_list};

impl Rules {
    /// The scopes of all configured claims, with those that they imply: each claim is a space-separated text (RFC 6749
    /// section 3.3), or a list of single names.
    pub(super) fn scopes_of(&self, claims: &Object<'_>) -> NameSet {
        let mut names = NameSet::none();
        for path in &self.scope_claims {
            add(&mut names, path, claims, read_scopes);
        }
        self.hierarchies.scopes.expand(&mut names);
        names
    }

    /// The roles of all configured claims, with those that they imply: each claim is a list of strings, or one string
    /// without white space and commas, which might separate several roles; or an object, where it is configured as one.
    pub(super) fn roles_of(&self, claims: &Object<'_>) -> NameSet {
        let mut names = NameSet::none();
        for path in &self.role_claims {
            add(&mut names, path, claims, read_roles);
        }
        for RoleObject { path, organization } in &self.role_objects {
            add(&mut names, path, claims, |names, claim| {
                read_role_object(names, claim, organization.as_deref())
            });
        }
        self.hierarchies.roles.expand(&mut names);
        names
    }
}

/// A malformed claim.
struct Unreadable;

/// Adds the names of one claim.
fn add(
    names: &mut NameSet,
    path: &ClaimPath,
    claims: &Object<'_>,
    read: impl Fn(&mut NameSet, &Json<'_>) -> Result<(), Unreadable>,
) {
    let found = match claims.at(&path.0) {
        At::Absent => Ok(()),
        At::Value(value) => read(names, value),
        At::NoObject => Err(Unreadable),
    };
    if let Err(Unreadable) = found {
        names.note_unreadable(&path.0);
    }
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

/// An object whose member names are roles. A member is granted by `true`, or by an object of the organizations in which
/// it is granted, of which one must be `organization`.
fn read_role_object(
    names: &mut NameSet,
    claim: &Json<'_>,
    organization: Option<&str>,
) -> Result<(), Unreadable> {
    let Json::Object(roles) = claim else { return Err(Unreadable) };
    let mut granted = Vec::new();
    for (role, value) in roles.members() {
        if !is_name(role) {
            return Err(Unreadable);
        }
        if is_granted(value, organization)? {
            granted.push(role);
        }
    }
    names.insert_all(&granted);
    Ok(())
}

fn is_granted(value: &Json<'_>, organization: Option<&str>) -> Result<bool, Unreadable> {
    let Json::Object(organizations) = value else {
        // `true` says that the role is granted, and not where.
        return is_yes(value).map(|is_granted| is_granted && organization.is_none());
    };
    // One unreadable organization makes the claim unreadable, whichever is asked for.
    let mut is_granted = false;
    for (name, value) in organizations.members() {
        is_granted |= is_here(value)? && organization.is_none_or(|ours| ours == name);
    }
    Ok(is_granted)
}

fn is_yes(value: &Json<'_>) -> Result<bool, Unreadable> {
    match value {
        Json::Bool(is_granted) => Ok(*is_granted),
        Json::Null => Ok(false),
        _ => Err(Unreadable),
    }
}

/// The value of an organization: `true`, or its name.
fn is_here(value: &Json<'_>) -> Result<bool, Unreadable> {
    match value {
        Json::Text(name) if !name.is_empty() => Ok(true),
        other => is_yes(other),
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
        let mut names = NameSet::none();
        add(&mut names, &ClaimPath(vec!["c".to_owned()]), &claims, read);
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
    fn roles_of_an_object_are_its_members_that_are_granted() {
        for (claim, anywhere, in_7) in [
            ("null", &[][..], &[][..]),
            ("{}", &[], &[]),
            (r#"{"admin":{"7":"acme.example"}}"#, &["admin"], &["admin"]),
            (
                r#"{"admin":{"8":"other.example"},"clerk":{"8":"other.example","7":"acme.example"}}"#,
                &["admin", "clerk"],
                &["clerk"],
            ),
            (
                r#"{"admin":{"7":true,"8":true},"clerk":{"7":false,"8":true}}"#,
                &["admin", "clerk"],
                &["admin"],
            ),
            (r#"{"admin":true,"clerk":false,"reader":null}"#, &["admin"], &[]),
            (r#"{"admin":{},"clerk":{"7":null},"reader":{"7":false}}"#, &[], &[]),
            (r#"{"admin":{"70":"a","07":"a"," 7":"a","acme.example":"7"}}"#, &["admin"], &[]),
            (r#"{"Site Admin":{"7":"a"},"a,b":{"7":"a"}}"#, &["Site Admin", "a,b"], &["Site Admin", "a,b"]),
        ] {
            let of = |organization| read(claim, |names, claim| read_role_object(names, claim, organization));
            assert_eq!(of(None).as_deref().unwrap(), anywhere, "{claim}");
            assert_eq!(of(Some("7")).as_deref().unwrap(), in_7, "{claim}");
        }
        for claim in [
            "1",
            "true",
            r#""admin""#,
            r#"["admin"]"#,
            r#"[{"admin":{"7":"a"}}]"#,
            r#"{"admin":"acme.example"}"#,
            r#"{"admin":"true"}"#,
            r#"{"admin":1}"#,
            r#"{"admin":["7"]}"#,
            r#"{"admin":[]}"#,
            r#"{"admin":{"7":"a"},"clerk":1}"#,
            r#"{"admin":{"7":"a"},"clerk":{"8":1}}"#,
            r#"{"admin":{"7":{"8":"a"}}}"#,
            r#"{"admin":{"7":["a"]}}"#,
            r#"{"admin":{"7":""}}"#,
            r#"{"":{"7":"a"}}"#,
            r#"{" admin":{"7":"a"}}"#,
            r#"{"admin\n":{"7":"a"}}"#,
        ] {
            for organization in [None, Some("7")] {
                let found = read(claim, |names, claim| read_role_object(names, claim, organization));
                assert_eq!(found, None, "{claim}");
            }
        }
    }

    #[test]
    fn one_malformed_claim_leaves_the_others_as_they_are() {
        let paths = [&["scope"][..], &["scp"], &["a", "b"]]
            .map(|path| ClaimPath(path.iter().map(|&name| name.to_owned()).collect()));
        let claims = parse_object(r#"{"scope":7,"scp":["x"],"a":[]}"#, PAYLOAD_LIMITS).unwrap();
        let mut names = NameSet::none();
        paths.iter().for_each(|path| add(&mut names, path, &claims, read_scopes));
        assert_eq!(names.iter().collect::<Vec<_>>(), ["x"]);
        assert_eq!(names.unreadable_claim(), Some("scope, a.b"));
    }
}
