//! The header of a token, still unauthenticated: it only chooses a key.

use std::borrow::Cow;

use super::steps::{Check, Steps};
use super::{EmbeddedKeys, Rules, VerifyError};
use crate::json::{self, Json, JsonLimits};
use crate::keys::Algorithm;

/// A header has a handful of members. The limits bound what an unauthenticated caller can make us parse.
const LIMITS: JsonLimits = JsonLimits { depth: 8, members: 32 };

/// No issuer has longer key names.
const LONGEST_KEY_ID: usize = 256;

/// The used members of a header.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<Cow<'a, str>>,
}

/// Reads the decoded header segment.
pub(super) fn read<'a>(
    text: &'a str,
    rules: &Rules,
    steps: &mut impl Steps,
) -> Result<Header<'a>, VerifyError> {
    steps.enter(Check::Header);
    let header = json::parse_object(text, LIMITS).map_err(|_| VerifyError::HeaderNotJson)?;
    // `crit` requires extensions, and this guard supports none (RFC 7515 section 4.1.11); `b64` is one of them (RFC
    // 7797); `zip` and `enc` belong to encrypted tokens.
    for name in ["crit", "b64", "zip", "enc"] {
        if header.get(name).is_some() {
            return Err(VerifyError::HeaderRefused(name));
        }
    }
    // A key that comes with the token proves nothing. These are never used; strict guards refuse them.
    if rules.limits.embedded_keys == EmbeddedKeys::Refuse {
        for name in ["jwk", "jku", "x5u", "x5c"] {
            if header.get(name).is_some() {
                return Err(VerifyError::HeaderRefused(name));
            }
        }
    }
    steps.enter(Check::Type);
    check_type(header.get("typ"), rules)?;
    if rules.other_header_value(&header).is_some() {
        return Err(VerifyError::WrongType);
    }
    steps.enter(Check::Header);
    check_content_type(header.get("cty"))?;
    steps.enter(Check::Algorithm);
    let algorithm = match header.get("alg") {
        Some(Json::Text(name)) => Algorithm::from_name(name).ok_or(VerifyError::AlgorithmNotAllowed)?,
        _ => return Err(VerifyError::HeaderRefused("alg")),
    };
    steps.enter(Check::Key);
    let key_id = match header.get("kid") {
        None => None,
        Some(Json::Text(id)) if id.len() <= LONGEST_KEY_ID && !id.chars().any(char::is_control) => {
            Some(id.clone())
        }
        Some(_) => return Err(VerifyError::HeaderRefused("kid")),
    };
    Ok(Header { algorithm, key_id })
}

/// The kind of token (RFC 8725 section 3.11). `application/` may be left out, and case does not count (RFC 7515
/// section 4.1.9).
fn check_type(typ: Option<&Json<'_>>, rules: &Rules) -> Result<(), VerifyError> {
    let typ = match typ {
        None => None,
        Some(Json::Text(text)) => Some(media_subtype(text)),
        Some(_) => return Err(VerifyError::HeaderRefused("typ")),
    };
    if rules.profile.accepts(typ) { Ok(()) } else { Err(VerifyError::WrongType) }
}

/// A nested token would need its own verification (RFC 7519 section 5.2).
fn check_content_type(cty: Option<&Json<'_>>) -> Result<(), VerifyError> {
    match cty {
        None => Ok(()),
        Some(Json::Text(text)) if !media_subtype(text).eq_ignore_ascii_case("jwt") => Ok(()),
        Some(_) => Err(VerifyError::HeaderRefused("cty")),
    }
}

/// The media type without `application/`, which may be left out where no other `/` is in it.
pub(super) fn media_subtype(text: &str) -> &str {
    const PREFIX: &str = "application/";
    match text.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests;
