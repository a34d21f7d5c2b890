//! Presents a session in the form of a token's claims, so that all readers of claims work for both.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::SessionData;
use super::error::{SessionError, SessionErrorKind};
use crate::claims::registered::PAYLOAD_LIMITS;
use crate::claims::reserved::SET_BY_ISSUER;
use crate::json;
use crate::principal::LoginOfSession;

/// The claims of a session: `sub`, `scope`, `roles`, `iat`, `exp`, those about the login (RFC 9470), and the members of the
/// payload.
///
/// A payload may have names that a guard interprets, but they do not become claims, so a payload cannot
/// change the subject or make a caller fresh.
pub(super) fn of(session: &SessionData) -> Result<String, SessionError> {
    let mut claims = members(session.payload_json())?;
    claims.retain(|name, _| !SET_BY_ISSUER.contains(&name.as_str()));
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("sub", session.subject().into());
    if !session.scopes().is_empty() {
        set("scope", session.scopes().to_string().into());
    }
    if !session.roles().is_empty() {
        set("roles", session.roles().iter().collect());
    }
    let LoginOfSession { auth_time, acr, amr } = &*session.login;
    // A login in the future would become a recent one by waiting.
    let auth_time = auth_time.map_or(session.created(), |time| time.min(session.created()));
    set("auth_time", auth_time.seconds().into());
    if let Some(acr) = acr {
        set("acr", acr.as_str().into());
    }
    if !amr.is_empty() {
        set("amr", amr.as_slice().into());
    }
    set("iat", session.created().seconds().into());
    set("exp", session.ends().seconds().into());
    Ok(Value::Object(claims).to_string())
}

/// Refuses a payload that guards would not read as written.
pub(super) fn check(payload: &RawValue) -> Result<(), SessionError> {
    match json::parse(payload.get(), PAYLOAD_LIMITS) {
        Ok(_) => Ok(()),
        // The cause is not kept: it would quote the payload.
        Err(_) => Err(SessionError::new(
            SessionErrorKind::Payload,
            "the payload is not JSON that guards read: expected at most 32 levels and no name that `serde_json` keeps to \
             itself",
        )),
    }
}

/// The members of a payload, if it is an object.
fn members(payload: &str) -> Result<Map<String, Value>, SessionError> {
    match serde_json::from_str(payload) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(SessionError::payload("the payload is not JSON", &error)),
    }
}
