//! The members of a claim set that the rules need, found in one pass.

use super::VerifyError;
use crate::claims::numeric_date::NumericDate;
use crate::claims::payload_str::PayloadStr;
use crate::json::{Json, Object};

/// A claim, if present.
pub(super) type Member<'t> = Option<&'t Json<'t>>;

/// The claims of the rules.
#[derive(Default)]
pub(super) struct Members<'t> {
    pub(super) aud: Member<'t>,
    pub(super) client_id: Member<'t>,
    pub(super) cnf: Member<'t>,
    pub(super) csrf: Member<'t>,
    pub(super) exp: Member<'t>,
    pub(super) fresh: Member<'t>,
    pub(super) iat: Member<'t>,
    pub(super) iss: Member<'t>,
    pub(super) jti: Member<'t>,
    pub(super) name: Member<'t>,
    pub(super) nbf: Member<'t>,
    pub(super) preferred_username: Member<'t>,
    pub(super) sid: Member<'t>,
    pub(super) sub: Member<'t>,
}

impl<'t> Members<'t> {
    pub(super) fn of(claims: &'t Object<'t>) -> Self {
        let mut found = Self::default();
        for (name, value) in claims.members() {
            let member = match name {
                "aud" => &mut found.aud,
                "client_id" => &mut found.client_id,
                "cnf" => &mut found.cnf,
                "csrf" => &mut found.csrf,
                "exp" => &mut found.exp,
                "fresh" => &mut found.fresh,
                "iat" => &mut found.iat,
                "iss" => &mut found.iss,
                "jti" => &mut found.jti,
                "name" => &mut found.name,
                "nbf" => &mut found.nbf,
                "preferred_username" => &mut found.preferred_username,
                "sid" => &mut found.sid,
                "sub" => &mut found.sub,
                _ => continue,
            };
            *member = Some(value);
        }
        found
    }
}

/// A claim that must be a string if present.
pub(super) fn text<'t>(member: Member<'t>, name: &str) -> Result<Option<&'t str>, VerifyError> {
    match member {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(VerifyError::ClaimMalformed(name.to_owned().into())),
    }
}

/// A claim that must be a date if present.
pub(super) fn date(member: Member<'_>, name: &'static str) -> Result<Option<NumericDate>, VerifyError> {
    match member {
        None => Ok(None),
        Some(value) => {
            NumericDate::from_json(value).map(Some).ok_or(VerifyError::ClaimMalformed(name.into()))
        }
    }
}

/// The place of a string in the payload.
pub(super) fn payload_str(text: Option<&str>, payload: &str) -> Option<PayloadStr> {
    text.map(|text| PayloadStr::of(text, payload))
}
