//! The claims that the rules of a guard ask for.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::draft::{TokenDraft, set};
use crate::random;
use crate::token::TokenKind;
use crate::verify::{Audience, LoginClaims, RequiredValue, Rules, TokenProfile};

/// Who calls, and what the token says beside what the guard asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct CallerFacts {
    /// `None` for a machine.
    pub(super) subject: Option<String>,
    pub(super) client: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) fresh: bool,
    /// The time since the login.
    pub(super) login_age: Option<Duration>,
    pub(super) lifetime: Option<Duration>,
    /// Written last, so that they replace anything.
    pub(super) claims: Vec<(Vec<String>, Value)>,
}

/// The client of tokens that must name one.
const CLIENT: &str = "test-client";

/// The value of a claim that must be there, whatever it is.
const ANYTHING: &str = "test";

/// The claims that are dates.
const DATES: [&str; 4] = ["exp", "nbf", "iat", "auth_time"];

/// Tokens live for five minutes, or less where the guard wants that.
const LIFETIME: Duration = Duration::from_secs(300);

/// A token that meets the rules of its issuer, without the id of its key.
///
/// # Errors
///
/// What cannot be said in a token for this issuer.
pub(super) fn meet(
    rules: &Rules,
    kind: TokenKind,
    now: SystemTime,
    facts: &CallerFacts,
) -> Result<TokenDraft, &'static str> {
    let mut draft = TokenDraft { header: header(rules), claims: Map::new() };
    let claims = &mut draft.claims;
    let now = seconds(now);
    for name in &rules.required_claims {
        claims.insert(name.clone(), anything(name, rules, now));
    }
    require(claims, &rules.claim_values);
    name_parties(claims, rules, facts);
    date(claims, rules, now, facts.lifetime);
    claims.insert("jti".to_owned(), random::id().unwrap_or_default().into());
    grant(claims, rules, facts)?;
    if facts.fresh {
        match rules.login_claims {
            LoginClaims::Believed => drop(claims.insert("fresh".to_owned(), true.into())),
            LoginClaims::PassedOver => {
                return Err("the guard does not believe this issuer about fresh logins");
            }
        }
    }
    if let Some(age) = facts.login_age {
        claims.insert("auth_time".to_owned(), now.saturating_sub(age.as_secs()).into());
    }
    if kind == TokenKind::Refresh {
        let begun = claims.get("iat").cloned();
        claims.insert("renew".to_owned(), json!({ "begun": begun }));
        claims.insert("sid".to_owned(), random::id().unwrap_or_default().into());
    }
    for (path, value) in &facts.claims {
        set(claims, path, value.clone());
    }
    Ok(draft)
}

/// A value for a claim that must be there.
fn anything(name: &str, rules: &Rules, now: u64) -> Value {
    let has_members = |required: &RequiredValue| {
        required.path.0.len() > 1 && required.path.0.first().is_some_and(|first| first == name)
    };
    match name {
        _ if DATES.contains(&name) => now.into(),
        _ if rules.claim_values.iter().any(has_members) => Value::Object(Map::new()),
        _ => ANYTHING.into(),
    }
}

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn header(rules: &Rules) -> Map<String, Value> {
    let typ = match &rules.profile {
        TokenProfile::Classic => "JWT",
        TokenProfile::AccessToken => "at+jwt",
        TokenProfile::Typed(name) => name,
    };
    let mut header = Map::new();
    header.insert("typ".to_owned(), typ.into());
    require(&mut header, &rules.header_values);
    header
}

fn require(members: &mut Map<String, Value>, values: &[RequiredValue]) {
    for required in values.iter().filter(|required| !required.may_be_absent) {
        if let Some(value) = required.values.first() {
            set(members, &required.path.0, value.as_str().into());
        }
    }
}

fn name_parties(claims: &mut Map<String, Value>, rules: &Rules, facts: &CallerFacts) {
    if let Some(issuer) = rules.issuers.first() {
        claims.insert("iss".to_owned(), issuer.as_str().into());
    }
    match &rules.audience {
        Audience::OneOf(names) | Audience::OneOfOrNone(names) => {
            let audience = names.first().map(|name| Value::from(name.as_str()));
            claims.extend(audience.map(|audience| ("aud".to_owned(), audience)));
        }
        Audience::Any => drop(claims.insert("aud".to_owned(), ANYTHING.into())),
    }
    let is_rfc9068 = rules.profile == TokenProfile::AccessToken;
    let usual = || rules.clients.names.first().map_or(CLIENT, String::as_str);
    let needs_client = is_rfc9068 || rules.clients.required || !rules.clients.names.is_empty();
    let client = facts.client.as_deref().or_else(|| needs_client.then(usual));
    if let Some(client) = client {
        let also = is_rfc9068.then_some("client_id");
        for name in rules.clients.claims.first().map(String::as_str).into_iter().chain(also) {
            claims.insert(name.to_owned(), client.into());
        }
    }
    match &facts.subject {
        Some(subject) => {
            claims.insert("sub".to_owned(), subject.as_str().into());
            claims.insert(rules.subject_claim.clone(), subject.as_str().into());
        }
        None => drop(claims.remove(&rules.subject_claim)),
    }
}

fn date(claims: &mut Map<String, Value>, rules: &Rules, now: u64, lifetime: Option<Duration>) {
    let bounds = [rules.limits.max_lifetime, rules.limits.max_token_age];
    let usual = bounds.into_iter().flatten().fold(LIFETIME, Duration::min);
    claims.insert("iat".to_owned(), now.into());
    claims.insert("exp".to_owned(), now.saturating_add(lifetime.unwrap_or(usual).as_secs()).into());
}

/// Writes scopes and roles where the guard reads them.
fn grant(claims: &mut Map<String, Value>, rules: &Rules, facts: &CallerFacts) -> Result<(), &'static str> {
    if !facts.scopes.is_empty() {
        let path = rules.scope_claims.first().ok_or("the guard reads no scopes of this issuer")?;
        set(claims, &path.0, facts.scopes.join(" ").into());
    }
    if facts.roles.is_empty() {
        return Ok(());
    }
    match (rules.role_claims.first(), rules.role_objects.first()) {
        (Some(path), _) => set(claims, &path.0, facts.roles.clone().into()),
        (None, Some(object)) => {
            let granted = match &object.organization {
                Some(organization) => json!({ organization: true }),
                None => true.into(),
            };
            let roles = facts.roles.iter().map(|role| (role.clone(), granted.clone()));
            set(claims, &object.path.0, Value::Object(roles.collect()));
        }
        (None, None) => return Err("the guard reads no roles of this issuer"),
    }
    Ok(())
}
