//! The names a token may carry, checked before it is signed.

use super::error::{IssueError, IssueErrorKind};
use crate::claims::reserved::SET_BY_ISSUER;
use crate::policy::is_scope;

/// Refuses claims that would change what the token means.
pub(super) fn check_claim(name: &str, subject_claim: Option<&str>) -> Result<(), IssueError> {
    let problem = if name.is_empty() {
        "a claim has an empty name".into()
    } else if SET_BY_ISSUER.contains(&name) || subject_claim == Some(name) {
        format!(
            "the claim `{name}` is set by the issuer and cannot be overwritten: use the setter for it, or another name"
        )
    } else {
        return Ok(());
    };
    Err(IssueError::new(IssueErrorKind::Claim, problem))
}

pub(super) fn check_scope(scope: &str) -> Result<(), IssueError> {
    scope_problem(scope).map_or(Ok(()), |problem| Err(IssueError::new(IssueErrorKind::Name, problem)))
}

pub(super) fn check_name(what: &'static str, name: &str) -> Result<(), IssueError> {
    name_problem(what, name).map_or(Ok(()), |problem| Err(IssueError::new(IssueErrorKind::Name, problem)))
}

/// Why a scope is none.
pub(crate) fn scope_problem(scope: &str) -> Option<String> {
    (!is_scope(scope)).then(|| {
        format!(
            "{scope:?} is no scope: expected printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), each \
             scope by itself"
        )
    })
}

/// Why a name is none: it is not empty and has no control characters, so that guards and logs read it as it was meant.
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
