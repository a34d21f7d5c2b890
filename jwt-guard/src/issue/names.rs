//! The names a token may carry, checked before it is signed.

use super::error::{IssueError, IssueErrorKind};
use crate::claims::reserved::SET_BY_ISSUER;
use crate::policy::{is_name, is_scope};

/// Refuses custom claims that would change the meaning of the token.
pub(super) fn check_claim(name: &str, subject_claim: Option<&str>) -> Result<(), IssueError> {
    if name.is_empty() {
        return Err(IssueError::new(IssueErrorKind::Claim, "a claim has an empty name"));
    }
    if SET_BY_ISSUER.contains(&name) || subject_claim == Some(name) {
        return Err(set_by_issuer(name, setter_of(name)));
    }
    Ok(())
}

/// The error for a custom claim `name` that the issuer sets itself.
pub(super) fn set_by_issuer(name: &str, setter: Option<&str>) -> IssueError {
    let fix = match setter {
        Some(setter) => format!("use `.{setter}(..)`"),
        None => "use another name".to_owned(),
    };
    let message = format!("the claim `{name}` is set by the issuer and cannot be overwritten: {fix}");
    IssueError::new(IssueErrorKind::Claim, message)
}

/// The setter for a registered claim.
fn setter_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "scope" | "scp" => "scopes",
        "roles" => "roles",
        "aud" => "audience",
        "client_id" => "client_id",
        "sid" => "family",
        "exp" => "lifetime",
        "fresh" => "fresh",
        "auth_time" => "auth_time",
        "acr" => "acr",
        "amr" => "amr",
        "csrf" => "csrf",
        _ => return None,
    })
}

/// Refuses parameters of the header that change what a token is, or how it is read.
pub(super) fn check_parameter(name: &str) -> Result<(), IssueError> {
    // RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7518 sections 4.6 to 4.8, RFC 7797, RFC 8555, RFC 9449.
    const REGISTERED: [&str; 23] = [
        "alg", "apu", "apv", "b64", "crit", "cty", "enc", "epk", "iv", "jku", "jwk", "kid", "nonce", "p2c",
        "p2s", "tag", "typ", "url", "x5c", "x5t", "x5t#S256", "x5u", "zip",
    ];
    if name.is_empty() {
        return Err(IssueError::new(IssueErrorKind::Name, "a parameter of the header has an empty name"));
    }
    if REGISTERED.contains(&name) {
        let message = format!(
            "the parameter `{name}` of the header has a meaning for signatures or encryption, and cannot be \
             set: use another name"
        );
        return Err(IssueError::new(IssueErrorKind::Name, message));
    }
    Ok(())
}

/// Whether guards can read a role: white space at its end would make them treat all roles of the token as malformed.
pub(super) fn check_role(role: &str) -> Result<(), IssueError> {
    check_name("name of a role", role)?;
    if is_name(role) {
        return Ok(());
    }
    Err(IssueError::new(IssueErrorKind::Name, "the name of a role has white space at its end"))
}

pub(super) fn check_scope(scope: &str) -> Result<(), IssueError> {
    scope_problem(scope).map_or(Ok(()), |problem| Err(IssueError::new(IssueErrorKind::Name, problem)))
}

/// Whether a challenge can name a value of `acr` (RFC 9470 section 3).
pub(super) fn check_acr(acr: &str) -> Result<(), IssueError> {
    acr_problem(acr).map_or(Ok(()), |problem| Err(IssueError::new(IssueErrorKind::Name, problem)))
}

pub(super) fn check_name(what: &'static str, name: &str) -> Result<(), IssueError> {
    name_problem(what, name).map_or(Ok(()), |problem| Err(IssueError::new(IssueErrorKind::Name, problem)))
}

/// The error for an illegal scope.
pub(crate) fn scope_problem(scope: &str) -> Option<String> {
    (!is_scope(scope)).then(|| {
        format!(
            "{scope:?} is not a scope: expected printable ASCII without space, `\"` and `\\` (RFC 6749 \
             section 3.3), each scope by itself"
        )
    })
}

/// The error for an illegal value of `acr`, which has the letters of a scope.
pub(crate) fn acr_problem(acr: &str) -> Option<String> {
    (!is_scope(acr)).then(|| {
        format!(
            "{acr:?} is not a value of `acr`: expected printable ASCII without space, `\"` and `\\`, so that \
             a challenge can name it (RFC 9470 section 3)"
        )
    })
}

/// The error for an illegal name. A name is not empty and has no control characters, so that guards and logs read it as
/// intended.
pub(crate) fn name_problem(what: &'static str, name: &str) -> Option<String> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.chars().any(char::is_control) {
        "has a control character"
    } else {
        return None;
    };
    Some(format!("the {what} {problem}"))
}
