//! The names a token may carry, checked before it is signed.

use super::error::{IssueError, IssueErrorKind};
use crate::claims::reserved::SET_BY_ISSUER;

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

/// One or more of the characters of RFC 6749 section 3.3.
pub(super) fn check_scope(scope: &str) -> Result<(), IssueError> {
    let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    if !scope.is_empty() && scope.bytes().all(legal) {
        return Ok(());
    }
    let message = format!(
        "{scope:?} is no scope: expected printable ASCII without space, `\"` and `\\` (RFC 6749 section 3.3), each \
         scope by itself"
    );
    Err(IssueError::new(IssueErrorKind::Name, message))
}

/// Not empty, no control characters, so that guards and logs read it as it was meant.
pub(super) fn check_name(what: &'static str, name: &str) -> Result<(), IssueError> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.chars().any(char::is_control) {
        "has a control character"
    } else {
        return Ok(());
    };
    Err(IssueError::new(IssueErrorKind::Name, format!("the {what} {problem}")))
}
