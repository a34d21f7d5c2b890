//! The conditions of a policy, as a tree of constants.

use std::fmt;
use std::time::Duration;

use super::login::written;
use super::reads::Reads;
use super::scope_name::{check_acr, check_name, check_scope, check_text};

/// What a caller must have, beside a valid token.
///
/// Public, so that policies can be written by hand and read by tools; variants may be added.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Requirement {
    /// All of these; an empty list is always met.
    All(&'static [Self]),
    /// At least one of these; an empty list is never met.
    Any(&'static [Self]),
    /// Not this. It holds if the caller lacks the requirement for any reason: `Not(&Role("suspended"))` admits a caller
    /// whose token has no claim with roles at all. With a malformed claim the condition is unknown, and the caller is
    /// refused. Conditions on the path cannot stand in it, and [`Requirement::MaxAge`] and [`Requirement::Acr`] neither.
    Not(&'static Self),
    /// The token grants this scope, or one that implies it.
    Scope(&'static str),
    /// The token grants this role, or one that implies it.
    Role(&'static str),
    /// The claim at this path equals the value, or is a list that contains it. Each segment is one member name; a
    /// member that is `null` is absent. If the claim has another type than the value, a list has an element of another
    /// type, or the path leads through a value that is not an object, the condition is unknown.
    Claim(&'static [&'static str], ClaimValue),
    /// The token was issued by a login, and not by a refresh.
    Fresh,
    /// The person logged in at most this long ago, by the claim `auth_time` and the clock and the leeway of
    /// the guard. Without that claim the condition does not hold; if it is malformed, or in the future, the
    /// condition is unknown. A refresh does not change the claim. Whole seconds, at least one and at most 365
    /// days (RFC 9470, OpenID Connect Core section 2).
    MaxAge(Duration),
    /// The claim `acr` is one of these values, which a refusal names in this order, that of preference. A
    /// claim that is not a string makes the condition unknown (RFC 9470, OpenID Connect Core section 2).
    Acr(&'static [&'static str]),
    /// The parameter of the path with this name is the subject of the caller, a person of the guard's own
    /// issuer or of its only one; a session counts as the guard's own. For a machine, and for a caller of
    /// another issuer, whose subjects are other people's, the condition is unknown. It cannot stand below
    /// [`Requirement::Not`]: the same value may be spelled in several ways (`7`, `07`, `%37`), and each that
    /// is not the subject's would pass.
    Owner(&'static str),
    /// The parameter of the path with this name equals the claim at this path: a string, or an integer in
    /// decimal digits, or a list that contains it. A claim of another type makes the condition unknown, as
    /// for [`Requirement::Claim`]. Every trusted issuer is believed about the claim. It cannot stand below
    /// [`Requirement::Not`], as [`Requirement::Owner`] cannot.
    PathClaim(&'static str, &'static [&'static str]),
    /// The conditions of another policy, and the name to show for it.
    Policy(&'static str, &'static Self),
}

/// The literal that a claim is compared with. Types are compared too: `1` is not `"1"`, and `1.0` is not an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimValue {
    /// A string.
    Text(&'static str),
    /// An integer.
    Integer(i64),
    /// `true` or `false`.
    Bool(bool),
}

impl Requirement {
    /// Whether nothing is required.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::All(list) if list.is_empty())
    }

    /// Refuses names and values that no token can have.
    ///
    /// # Panics
    ///
    /// While compiling, where one is illegal.
    #[track_caller]
    pub(super) const fn check(&self) {
        match self {
            Self::All(list) | Self::Any(list) => {
                let mut rest = *list;
                while let [first, tail @ ..] = rest {
                    first.check();
                    rest = tail;
                }
            }
            Self::Not(inner) => {
                assert!(
                    !Reads::of(inner).path,
                    "a condition on the path cannot stand below `not(..)`, where another spelling of the \
                     same value would pass, such as `07` for `7`; write a function with \
                     `#[jwt_guard::check]`, and name it by `check = ..`"
                );
                assert!(
                    !Reads::of(inner).login,
                    "`max_age` and `acr` cannot stand below `not(..)`: a new login can only be more recent \
                     and stronger, so the refusal could not say what would help"
                );
                inner.check();
            }
            Self::Policy(_, inner) => inner.check(),
            Self::Scope(name) => {
                check_scope(name);
            }
            Self::Role(name) => {
                check_name(name);
            }
            Self::Claim(path, value) => {
                check_claim(path);
                if let ClaimValue::Text(text) = value {
                    check_text(text);
                }
            }
            Self::Fresh => {}
            Self::MaxAge(most) => check_max_age(*most),
            Self::Acr(values) => check_acr_values(values),
            Self::Owner(name) => check_parameter(name),
            Self::PathClaim(name, path) => {
                check_parameter(name);
                check_claim(path);
            }
        }
    }
}

/// The longest time since a login that a policy can allow. What is longer is a mistake in the unit.
const LONGEST_AGE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[track_caller]
const fn check_max_age(most: Duration) {
    assert!(
        most.subsec_nanos() == 0 && most.as_secs() > 0 && most.as_secs() <= LONGEST_AGE.as_secs(),
        "`max_age` is a number of whole seconds, at least one and at most 365 days; for a token that the \
         login itself issued, ask for `fresh`"
    );
}

#[track_caller]
const fn check_acr_values(values: &'static [&'static str]) {
    let mut rest = values;
    assert!(!rest.is_empty(), "`acr` names no value");
    while let [value, tail @ ..] = rest {
        check_acr(value);
        rest = tail;
    }
}

#[track_caller]
const fn check_claim(path: &'static [&'static str]) {
    let mut rest = path;
    assert!(!rest.is_empty(), "a claim has no name");
    while let [segment, tail @ ..] = rest {
        assert!(!segment.is_empty(), "the name of a claim is empty");
        check_text(segment);
        rest = tail;
    }
}

#[track_caller]
const fn check_parameter(name: &'static str) {
    let mut rest = name.as_bytes();
    assert!(!rest.is_empty(), "the name of a path parameter is empty");
    while let [byte, tail @ ..] = rest {
        assert!(
            !matches!(byte, b'{' | b'}' | b'/' | b'*'),
            "a path parameter is named without `{{`, `}}`, `/` and `*`: `user_id` for the path \
             `/users/{{user_id}}`"
        );
        rest = tail;
    }
}

/// The conditions in the grammar of `#[requires(..)]`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The outermost list needs no `all(..)`, as in the attribute.
            Self::All(list) => write_list(f, list),
            other => write_one(f, other),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &[Requirement]) -> fmt::Result {
    for (index, requirement) in list.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_one(f, requirement)?;
    }
    Ok(())
}

fn write_one(f: &mut fmt::Formatter<'_>, requirement: &Requirement) -> fmt::Result {
    let call = |f: &mut fmt::Formatter<'_>, name: &str, list: &[Requirement]| {
        write!(f, "{name}(")?;
        write_list(f, list)?;
        f.write_str(")")
    };
    match requirement {
        Requirement::All(list) => call(f, "all", list),
        Requirement::Any(list) => call(f, "any", list),
        Requirement::Not(inner) => call(f, "not", std::slice::from_ref(*inner)),
        Requirement::Scope(name) => write!(f, "scope = {name:?}"),
        Requirement::Role(name) => write!(f, "role = {name:?}"),
        Requirement::Claim(path, value) => {
            write_claim(f, path)?;
            write!(f, " = {value}")
        }
        Requirement::Fresh => f.write_str("fresh"),
        Requirement::MaxAge(most) => write!(f, "max_age = {:?}", written(*most)),
        Requirement::Acr([value]) => write!(f, "acr = {value:?}"),
        Requirement::Acr(values) => write!(f, "acr = {values:?}"),
        Requirement::Owner(name) => write!(f, "owner = {name:?}"),
        Requirement::PathClaim(name, path) => {
            write!(f, "path({name:?}) = ")?;
            write_claim(f, path)
        }
        Requirement::Policy(name, _) => write!(f, "policy = {name}"),
    }
}

fn write_claim(f: &mut fmt::Formatter<'_>, path: &[&str]) -> fmt::Result {
    f.write_str("claim(")?;
    for (index, segment) in path.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        write!(f, "{separator}{segment:?}")?;
    }
    f.write_str(")")
}

impl fmt::Display for ClaimValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Bool(value) => write!(f, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_the_attribute_writes_them() {
        const TREE: Requirement = Requirement::All(&[
            Requirement::Scope("a"),
            Requirement::Any(&[Requirement::Role("b"), Requirement::Not(&Requirement::Scope("c"))]),
            Requirement::Claim(&["realm", "name"], ClaimValue::Text("acme")),
            Requirement::Policy("rules::Shared", &Requirement::Scope("d")),
            Requirement::Any(&[Requirement::Owner("user"), Requirement::PathClaim("org", &["org", "id"])]),
            Requirement::MaxAge(Duration::from_secs(600)),
            Requirement::Acr(&["gold"]),
            Requirement::Acr(&["gold", "silver"]),
        ]);
        assert_eq!(
            TREE.to_string(),
            r#"scope = "a", any(role = "b", not(scope = "c")), claim("realm", "name") = "acme", policy = rules::Shared, any(owner = "user", path("org") = claim("org", "id")), max_age = "10m", acr = "gold", acr = ["gold", "silver"]"#
        );
        assert_eq!(Requirement::Any(&[]).to_string(), "any()");
        assert_eq!(Requirement::All(&[]).to_string(), "");
    }

    /// Rustc stops at the first mistake of a constant; here each of them is looked at.
    #[test]
    fn what_no_token_and_no_path_can_have_is_refused() {
        use Requirement::{Acr, Claim, MaxAge, Owner, PathClaim, Role, Scope};
        let [none, day, year] = [0, 86_400, 365 * 86_400].map(Duration::from_secs);
        for good in [MaxAge(day), MaxAge(year), Acr(&["gold", "silver"]), Owner("user_id"), Scope("a")] {
            good.check();
            assert!(!good.is_empty());
        }
        for bad in [
            MaxAge(none),
            MaxAge(year + Duration::from_secs(1)),
            MaxAge(Duration::from_millis(1_500)),
            Acr(&[]),
            Acr(&["gold", "a b"]),
            Owner(""),
            Owner("{user}"),
            Owner("user*"),
            Owner("a/b"),
            PathClaim("", &["org"]),
            PathClaim("org", &[]),
            Claim(&[], ClaimValue::Bool(true)),
            Claim(&["org", ""], ClaimValue::Bool(true)),
            Claim(&["org"], ClaimValue::Text("a ")),
            Scope("a b"),
            Role(" a"),
        ] {
            let text = bad.to_string();
            assert!(std::panic::catch_unwind(|| bad.check()).is_err(), "{text}");
        }
    }
}
