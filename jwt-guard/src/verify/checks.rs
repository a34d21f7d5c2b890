//! The claim rules, one function a rule. A claim that is absent and one that is malformed are both failures: taking
//! a wrong type for absence is how CVE-2026-25537 let tokens through.

use std::time::Duration;

use super::VerifyError;
use super::rules::{Audience, Rules};
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::TokenClaims;
use crate::json::{Json, Object};

/// The registered claims, checked.
pub(super) struct Registered {
    subject: String,
    issuer: Option<String>,
    audience: Vec<String>,
    expires_at: NumericDate,
    not_before: Option<NumericDate>,
    issued_at: Option<NumericDate>,
    token_id: Option<String>,
    client_id: Option<String>,
}

impl Registered {
    pub(super) fn with_payload(self, payload: Vec<u8>) -> TokenClaims {
        let Self { subject, issuer, audience, expires_at, not_before, issued_at, token_id, client_id } = self;
        TokenClaims {
            subject,
            issuer,
            audience,
            expires_at,
            not_before,
            issued_at,
            token_id,
            client_id,
            payload,
        }
    }
}

/// Checks every rule. Expiry comes last, so that *expired* means that nothing else is wrong.
pub(super) fn check(claims: &Object<'_>, rules: &Rules, now: NumericDate) -> Result<Registered, VerifyError> {
    let expires_at = date(claims, "exp")?.ok_or(VerifyError::ClaimMissing("exp".into()))?;
    let not_before = date(claims, "nbf")?;
    let issued_at = date(claims, "iat")?;
    let issuer = issuer(claims, rules)?;
    let audience = audience(claims, rules)?;
    let token_id = text(claims, "jti")?;
    let client_id = text(claims, "client_id")?;
    let subject = subject(claims, rules)?;
    required(claims, rules)?;
    if claims.get("cnf").is_some() {
        // RFC 9449 section 7.2 and RFC 8705 section 3: without its proof, a bound token is a stolen one.
        return Err(VerifyError::SenderConstrained);
    }
    not_before.map_or(Ok(()), |not_before| check_not_before(not_before, rules, now))?;
    check_issued_at(issued_at, rules, now)?;
    check_lifetime(issued_at, expires_at, rules, now)?;
    check_expiry(expires_at, rules, now)?;
    Ok(Registered { subject, issuer, audience, expires_at, not_before, issued_at, token_id, client_id })
}

/// The name to show for the caller. Decides nothing, so a wrong type is no name.
pub(super) fn display_name(claims: &Object<'_>) -> Option<String> {
    let name = ["name", "preferred_username"].iter().find_map(|name| claims.get(name)?.as_text())?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// RFC 7519 section 4.1.4: refused *on or after* the time.
fn check_expiry(expires_at: NumericDate, rules: &Rules, now: NumericDate) -> Result<(), VerifyError> {
    if now >= expires_at.plus(rules.leeway) { Err(VerifyError::Expired) } else { Ok(()) }
}

/// RFC 7519 section 4.1.5.
fn check_not_before(not_before: NumericDate, rules: &Rules, now: NumericDate) -> Result<(), VerifyError> {
    if now.plus(rules.leeway) < not_before { Err(VerifyError::NotYetValid) } else { Ok(()) }
}

/// A token from the future is a mistake, or a sign that this clock was set back.
fn check_issued_at(
    issued_at: Option<NumericDate>,
    rules: &Rules,
    now: NumericDate,
) -> Result<(), VerifyError> {
    let Some(issued_at) = issued_at else {
        return if rules.max_age.is_some() { Err(VerifyError::ClaimMissing("iat".into())) } else { Ok(()) };
    };
    if now.plus(rules.leeway) < issued_at {
        return Err(VerifyError::IssuedInFuture);
    }
    match rules.max_age {
        Some(max_age) if now >= issued_at.plus(max_age).plus(rules.leeway) => Err(VerifyError::TooOld),
        _ => Ok(()),
    }
}

/// From `iat`, or from now where there is none, to `exp`.
fn check_lifetime(
    issued_at: Option<NumericDate>,
    expires_at: NumericDate,
    rules: &Rules,
    now: NumericDate,
) -> Result<(), VerifyError> {
    let Some(longest) = rules.max_lifetime else {
        return Ok(());
    };
    let (start, slack) = issued_at.map_or((now, rules.leeway), |issued_at| (issued_at, Duration::ZERO));
    match expires_at.since(start) {
        Some(lifetime) if lifetime > longest.saturating_add(slack) => Err(VerifyError::LifetimeTooLong),
        // A token that ends before it was issued never held; one without `iat` that ended is expired.
        None if issued_at.is_some() => Err(VerifyError::ClaimMalformed("exp".into())),
        _ => Ok(()),
    }
}

/// One string, compared byte by byte. With several accepted issuers, one of them.
fn issuer(claims: &Object<'_>, rules: &Rules) -> Result<Option<String>, VerifyError> {
    let issuer = text(claims, "iss")?;
    if rules.issuers.is_empty() {
        return Ok(issuer);
    }
    match issuer {
        None => Err(VerifyError::ClaimMissing("iss".into())),
        Some(issuer) if rules.issuers.contains(&issuer) => Ok(Some(issuer)),
        Some(_) => Err(VerifyError::WrongIssuer),
    }
}

/// One string or a list of strings, one of which is ours (RFC 7519 section 4.1.3).
fn audience(claims: &Object<'_>, rules: &Rules) -> Result<Vec<String>, VerifyError> {
    let audience = match claims.get("aud") {
        None => None,
        Some(Json::Text(one)) => Some(vec![one.clone().into_owned()]),
        Some(Json::List(values)) => {
            let texts = values.iter().map(|value| value.as_text().map(str::to_owned));
            Some(texts.collect::<Option<Vec<_>>>().ok_or(VerifyError::ClaimMalformed("aud".into()))?)
        }
        Some(_) => return Err(VerifyError::ClaimMalformed("aud".into())),
    };
    match (&rules.audience, audience) {
        (Audience::Any, audience) => Ok(audience.unwrap_or_default()),
        (Audience::OneOf(_), None) => Err(VerifyError::ClaimMissing("aud".into())),
        (Audience::OneOf(ours), Some(theirs)) if theirs.iter().any(|name| ours.contains(name)) => Ok(theirs),
        (Audience::OneOf(_), Some(_)) => Err(VerifyError::WrongAudience),
    }
}

/// The claim that names the caller: a string with something in it. `sub` is checked even where it is not the one.
fn subject(claims: &Object<'_>, rules: &Rules) -> Result<String, VerifyError> {
    let sub = text(claims, "sub")?;
    let name = rules.subject_claim.as_str();
    let subject = if name == "sub" { sub } else { text(claims, name)? };
    match subject {
        Some(subject) if !subject.is_empty() => Ok(subject),
        Some(_) => Err(VerifyError::ClaimMalformed(name.to_owned().into())),
        None => Err(VerifyError::ClaimMissing(name.to_owned().into())),
    }
}

/// The claims of the profile and of the configuration: there, and not null.
fn required(claims: &Object<'_>, rules: &Rules) -> Result<(), VerifyError> {
    let lacks = |name: &str| matches!(claims.get(name), None | Some(Json::Null));
    let profile = rules.profile.required_claims().iter();
    if let Some(name) = profile.copied().find(|name| lacks(name)) {
        return Err(VerifyError::ClaimMissing(name.into()));
    }
    if let Some(name) = rules.required_claims.iter().find(|name| lacks(name)) {
        return Err(VerifyError::ClaimMissing(name.clone().into()));
    }
    Ok(())
}

fn text(claims: &Object<'_>, name: &str) -> Result<Option<String>, VerifyError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.clone().into_owned())),
        Some(_) => Err(VerifyError::ClaimMalformed(name.to_owned().into())),
    }
}

fn date(claims: &Object<'_>, name: &'static str) -> Result<Option<NumericDate>, VerifyError> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            NumericDate::from_json(value).map(Some).ok_or(VerifyError::ClaimMalformed(name.into()))
        }
    }
}
