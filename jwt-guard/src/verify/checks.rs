//! The claim rules, one function for each. A required claim fails if it is absent and if it is malformed:
//! CVE-2026-25537 treated a wrong type as absence, and accepted such tokens.

use std::borrow::Cow;
use std::slice;
use std::time::Duration;

use super::VerifyError;
use super::members::{Member, Members, date, payload_str, text};
use super::rules::{Audience, Clients, DateLimits, LoginClaims, Rules, UnmetValue};
use super::steps::{Check, Steps};
use crate::claims::numeric_date::NumericDate;
use crate::claims::payload_str::PayloadStr;
use crate::claims::registered::{Audiences, Registered, TokenClaims};
use crate::claims::reserved::SET_BY_ISSUER;
use crate::json::{Json, Object};

/// Checks every rule. Expiry comes last, so that *expired* means that there is no other fault.
pub(super) fn check(
    claims: &Object<'_>,
    payload: &str,
    rules: &Rules,
    now: NumericDate,
    steps: &mut impl Steps,
) -> Result<Registered, VerifyError> {
    let found = Members::of(claims);
    steps.enter(Check::Dates);
    let expires_at = date(found.exp, "exp")?.ok_or(VerifyError::ClaimMissing("exp".into()))?;
    let not_before = date(found.nbf, "nbf")?;
    let issued_at = date(found.iat, "iat")?;
    enter(Check::Issuer, !rules.issuers.is_empty(), steps);
    let issuer = issuer(found.iss, rules)?;
    enter(Check::Audience, rules.audience != Audience::Any, steps);
    let audience = audience(found.aud, rules, payload)?;
    steps.enter(Check::Names);
    let token_id = text(found.jti, "jti")?.filter(|id| !id.is_empty());
    enter(Check::Client, rules.clients.required || !rules.clients.names.is_empty(), steps);
    let client = client(claims, found.client_id, rules)?;
    if found.aud.is_none() && !may_stand_for_audience(client, rules) {
        return Err(VerifyError::ClaimMissing("aud".into()));
    }
    steps.enter(Check::Names);
    let family = text(found.sid, "sid")?.filter(|name| !name.is_empty());
    steps.enter(Check::Subject);
    let subject = subject(claims, found.sub, client, rules)?;
    let (fresh, csrf) = match rules.login_claims {
        LoginClaims::Believed => (found.fresh, found.csrf),
        LoginClaims::PassedOver => (None, None),
    };
    enter(Check::RequiredClaims, requires_claims(rules), steps);
    required(claims, subject.is_none(), rules)?;
    steps.enter(Check::Holder);
    if found.cnf.is_some() {
        // RFC 9449 section 7.2 and RFC 8705 section 3: without its proof, a bound token is a stolen one.
        return Err(VerifyError::SenderConstrained);
    }
    Dates { expires_at, not_before, issued_at }.check(&rules.limits, now, steps)?;
    Ok(Registered {
        subject: payload_str(subject.as_deref(), payload),
        display_name: payload_str(display_name(&found), payload),
        issuer: payload_str(issuer, payload),
        audience,
        expires_at,
        not_before,
        issued_at,
        token_id: payload_str(token_id, payload),
        client_id: payload_str(client, payload),
        family: payload_str(family, payload),
        csrf: payload_str(csrf.and_then(Json::as_text), payload),
        is_fresh: match fresh {
            None | Some(Json::Null) => Some(false),
            Some(Json::Bool(is_fresh)) => Some(*is_fresh),
            Some(_) => None,
        },
    })
}

fn enter(check: Check, has_rule: bool, steps: &mut impl Steps) {
    steps.enter(check);
    if !has_rule {
        steps.has_no_rule();
    }
}

fn requires_claims(rules: &Rules) -> bool {
    let of_profile = rules.profile.required_claims();
    !(of_profile.is_empty() && rules.required_claims.is_empty() && rules.claim_values.is_empty())
}

/// The display name of the caller. It decides nothing, so a wrong type counts as absent.
fn display_name<'t>(found: &Members<'t>) -> Option<&'t str> {
    let named = found.name.and_then(Json::as_text);
    let name = named.or_else(|| found.preferred_username.and_then(Json::as_text))?;
    (!name.is_empty()).then_some(name)
}

/// The dates of a token: the only claims whose verdict depends on when they are checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    pub(super) expires_at: NumericDate,
    pub(super) not_before: Option<NumericDate>,
    pub(super) issued_at: Option<NumericDate>,
}

impl Dates {
    pub(super) fn of(claims: &TokenClaims) -> Self {
        Self {
            expires_at: claims.expires_at(),
            not_before: claims.not_before(),
            issued_at: claims.issued_at(),
        }
    }

    /// When a valid token becomes invalid. Until then no check can fail, because all others only need time to have
    /// passed.
    pub(super) fn end(&self, limits: &DateLimits) -> NumericDate {
        let too_old = self
            .issued_at
            .zip(limits.max_token_age)
            .map(|(issued_at, max_token_age)| issued_at.plus(max_token_age));
        too_old.map_or(self.expires_at, |too_old| too_old.min(self.expires_at)).plus(limits.leeway)
    }

    /// Expiry comes last, so that *expired* means that nothing else is wrong.
    pub(super) fn check(
        &self,
        limits: &DateLimits,
        now: NumericDate,
        steps: &mut impl Steps,
    ) -> Result<(), VerifyError> {
        steps.enter(Check::NotBefore);
        self.check_not_before(limits, now)?;
        steps.enter(Check::IssuedAt);
        self.check_issued_at(limits, now)?;
        steps.enter(Check::Lifetime);
        self.check_lifetime(limits, now)?;
        steps.enter(Check::Expiry);
        self.check_expiry(limits, now)
    }

    /// RFC 7519 section 4.1.4: refused *on or after* the time.
    fn check_expiry(&self, limits: &DateLimits, now: NumericDate) -> Result<(), VerifyError> {
        if now >= self.expires_at.plus(limits.leeway) { Err(VerifyError::Expired) } else { Ok(()) }
    }

    /// RFC 7519 section 4.1.5.
    fn check_not_before(&self, limits: &DateLimits, now: NumericDate) -> Result<(), VerifyError> {
        match self.not_before {
            Some(not_before) if now.plus(limits.leeway) < not_before => Err(VerifyError::NotYetValid),
            _ => Ok(()),
        }
    }

    /// A token from the future is a mistake, or a sign that this clock was set back.
    fn check_issued_at(&self, limits: &DateLimits, now: NumericDate) -> Result<(), VerifyError> {
        let Some(issued_at) = self.issued_at else {
            let required = limits.max_token_age.is_some();
            return if required { Err(VerifyError::ClaimMissing("iat".into())) } else { Ok(()) };
        };
        if now.plus(limits.leeway) < issued_at {
            return Err(VerifyError::IssuedInFuture);
        }
        match limits.max_token_age {
            Some(max_token_age) if now >= issued_at.plus(max_token_age).plus(limits.leeway) => {
                Err(VerifyError::TooOld)
            }
            _ => Ok(()),
        }
    }

    /// From `iat`, or from the present if it is absent, to `exp`.
    fn check_lifetime(&self, limits: &DateLimits, now: NumericDate) -> Result<(), VerifyError> {
        let since_issue = |issued_at| (issued_at, Duration::ZERO);
        let (start, slack) = self.issued_at.map_or((now, limits.leeway), since_issue);
        match (self.expires_at.since(start), limits.max_lifetime) {
            // A token that ends before it was issued was never valid; one without `iat` that has ended is expired.
            (None, _) if self.issued_at.is_some() => Err(VerifyError::ClaimMalformed("exp".into())),
            (Some(lifetime), Some(longest)) if lifetime > longest.saturating_add(slack) => {
                Err(VerifyError::LifetimeTooLong)
            }
            _ => Ok(()),
        }
    }
}

/// One string, compared byte by byte. With several accepted issuers, one of them.
fn issuer<'t>(iss: Member<'t>, rules: &Rules) -> Result<Option<&'t str>, VerifyError> {
    let issuer = text(iss, "iss")?;
    if rules.issuers.is_empty() {
        return Ok(issuer);
    }
    match issuer {
        None => Err(VerifyError::ClaimMissing("iss".into())),
        Some(name) if rules.has_issuer(name) => Ok(issuer),
        Some(_) => Err(VerifyError::WrongIssuer),
    }
}

/// One string or a list of strings, one of which is ours (RFC 7519 section 4.1.3).
fn audience(aud: Member<'_>, rules: &Rules, payload: &str) -> Result<Audiences, VerifyError> {
    let values = match aud {
        None if matches!(rules.audience, Audience::Any | Audience::OneOfOrNone(_)) => {
            return Ok(Audiences::none());
        }
        None => return Err(VerifyError::ClaimMissing("aud".into())),
        Some(Json::List(values)) => values.as_slice(),
        Some(one) => slice::from_ref(one),
    };
    let text = |value: &Json<'_>| -> Result<(bool, PayloadStr), VerifyError> {
        let name = value.as_text().ok_or(VerifyError::ClaimMalformed("aud".into()))?;
        Ok((rules.audience.has(name), PayloadStr::of(name, payload)))
    };
    if let [one] = values {
        let (is_ours, span) = text(one)?;
        return if is_ours { Ok(Audiences::One(span)) } else { Err(VerifyError::WrongAudience) };
    }
    let mut is_ours = rules.audience == Audience::Any;
    let mut spans = Vec::with_capacity(values.len());
    for value in values {
        let (is_this_ours, span) = text(value)?;
        is_ours |= is_this_ours;
        spans.push(span);
    }
    if is_ours { Ok(Audiences::List(spans)) } else { Err(VerifyError::WrongAudience) }
}

/// The claim that names the caller: a non-empty string, or in a private claim an integer by its decimal digits. `sub` is
/// checked even if it is another claim. `None` for a machine.
fn subject<'t>(
    claims: &'t Object<'t>,
    sub: Member<'t>,
    client: Option<&str>,
    rules: &Rules,
) -> Result<Option<Cow<'t, str>>, VerifyError> {
    let name = rules.subject_claim.as_str();
    let named = if name == "sub" { sub } else { claims.get(name) };
    if rules.machine_callers && is_of_machine(named, sub, client) {
        return Ok(None);
    }
    text(sub, "sub")?;
    match named {
        Some(Json::Text(subject)) if !subject.is_empty() => Ok(Some(Cow::Borrowed(subject))),
        // RFC 7519 section 4.1.2 makes `sub` a string, and the other registered claims are not numbers of callers.
        Some(Json::Unsigned(number)) if !SET_BY_ISSUER.contains(&name) => Ok(Some(number.to_string().into())),
        Some(Json::Signed(number)) if !SET_BY_ISSUER.contains(&name) => Ok(Some(number.to_string().into())),
        Some(_) => Err(VerifyError::ClaimMalformed(name.to_owned().into())),
        None => Err(VerifyError::ClaimMissing(name.to_owned().into())),
    }
}

/// Whether a token names a client, and no subject. Where another claim than `sub` names people, the `sub` of a machine
/// may be its client (RFC 9068 section 2.2).
fn is_of_machine(named: Member<'_>, sub: Member<'_>, client: Option<&str>) -> bool {
    let is_empty = |member: Member<'_>| match member {
        None | Some(Json::Null) => true,
        Some(value) => value.as_text().is_some_and(str::is_empty),
    };
    let is_client = |member: Member<'_>| member.and_then(Json::as_text) == client;
    client.is_some_and(|client| !client.is_empty()) && is_empty(named) && (is_empty(sub) || is_client(sub))
}

/// The required claims of the profile and of the configuration: present, not null, and not an empty text, which names
/// nothing.
fn required(claims: &Object<'_>, is_machine: bool, rules: &Rules) -> Result<(), VerifyError> {
    let lacks = |name: &str| match claims.get(name) {
        None | Some(Json::Null) => true,
        Some(value) => value.as_text().is_some_and(str::is_empty),
    };
    let mut profile = rules.profile.required_claims().iter().copied();
    if let Some(name) = profile.find(|&name| lacks(name) && !(is_machine && name == "sub")) {
        return Err(VerifyError::ClaimMissing(name.into()));
    }
    if let Some(name) = rules.required_claims.iter().find(|name| lacks(name)) {
        return Err(VerifyError::ClaimMissing(name.clone().into()));
    }
    rules.claim_values.iter().try_for_each(|required| {
        required.check(claims).map_err(|lacking| match lacking {
            UnmetValue::Absent => VerifyError::ClaimMissing(required.name().into()),
            UnmetValue::OtherValue => VerifyError::WrongValue(required.name().into()),
        })
    })
}

/// Whether a token of this client may lack an audience, where that may be absent.
fn may_stand_for_audience(client: Option<&str>, rules: &Rules) -> bool {
    let named = &rules.clients.as_audience;
    named.is_empty() || client.is_some_and(|client| named.iter().any(|known| known == client))
}

/// The client that the token was issued to. Issuers name it in different claims; those of a token must agree, and each
/// must be a string if present. `client_id` is checked even if it is not one of them. An empty name is of no client.
fn client<'t>(
    claims: &'t Object<'t>,
    client_id: Member<'t>,
    rules: &Rules,
) -> Result<Option<&'t str>, VerifyError> {
    let client_id = text(client_id, "client_id")?;
    let Clients { claims: sources, names, required, .. } = &rules.clients;
    let mut client = None;
    for name in sources {
        let found = if name == "client_id" { client_id } else { text(claims.get(name), name)? };
        match (client, found) {
            (Some(earlier), Some(found)) if earlier != found => return Err(VerifyError::WrongClient),
            _ => client = client.or(found),
        }
    }
    match client.filter(|client| !(client.is_empty() && names.is_empty())) {
        Some(found) if names.is_empty() || names.iter().any(|ours| ours == found) => Ok(client),
        Some(_) => Err(VerifyError::WrongClient),
        None if *required || !names.is_empty() => {
            let name = sources.first().cloned().unwrap_or_default();
            Err(VerifyError::ClaimMissing(name.into()))
        }
        None => Ok(None),
    }
}
