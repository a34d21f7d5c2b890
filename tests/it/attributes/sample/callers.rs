//! Who calls: for every condition of the sample a caller who meets it, and one who just does not.

use jwt_guard::Algorithm;
use jwt_guard_tests::{NOW, Payload, SigningKey};
use serde_json::{Value, json};

/// What a caller brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brings {
    Nothing,
    /// Something that is not a token.
    Rubbish,
    /// A token that was good.
    Expired,
    Access,
    Refresh,
}

#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) brings: Brings,
    /// The claims beside those of every caller.
    pub(super) claims: Value,
}

const SCOPES: [&str; 13] = [
    "orders:read",
    "orders:audit",
    "orders:write",
    "orders:admin",
    "orders:search",
    "audit:read",
    "files:banned",
    "profile",
    "staff:read",
    "hidden:write",
    "stock:read",
    "stock:write",
    "reports:read",
];

const ROLES: [&str; 7] = ["clerk", "manager", "intern", "guest", "customer", "partner", "operator"];

/// Callers without a good access token, then those with one.
pub(super) fn callers() -> Vec<Caller> {
    let others = [Brings::Nothing, Brings::Rubbish, Brings::Expired, Brings::Refresh];
    let mut found: Vec<_> = others.map(|brings| Caller { brings, claims: json!({}) }).into();
    let mut claims = vec![json!({})];
    claims.extend(SCOPES.map(|scope| json!({ "scope": scope })));
    claims.extend(ROLES.map(|role| json!({ "roles": [role] })));
    claims.extend([
        json!({ "scope": "orders:write", "roles": ["clerk"] }),
        json!({ "scope": "orders:write orders:admin" }),
        json!({ "scope": "orders:write", "roles": ["intern"] }),
        json!({ "scope": "orders:admin", "roles": ["manager"] }),
        json!({ "scope": "orders:admin", "fresh": true }),
        json!({ "scope": "audit:read", "roles": ["intern"] }),
        json!({ "scope": "staff:read", "roles": ["clerk"] }),
        json!({ "scope": "stock:write", "roles": ["partner"] }),
        json!({ "roles": ["clerk", "manager"] }),
        json!({ "fresh": true }),
        json!({ "fresh": false }),
        json!({ "tenant": "acme" }),
        json!({ "tenant": ["other", "acme"] }),
        json!({ "tenant": "other" }),
        json!({ "tenant": 7 }),
        json!({ "realm": { "name": "shop" }, "scope": "profile" }),
        json!({ "realm": { "name": "shop" } }),
        json!({ "realm": "shop", "scope": "profile" }),
        json!({ "level": 3 }),
        json!({ "level": "3" }),
        json!({ "beta": true }),
        json!({ "beta": false }),
        json!({
            "scope": SCOPES.into_iter().filter(|scope| *scope != "files:banned").collect::<Vec<_>>().join(" "),
            "roles": ["clerk", "manager", "customer", "partner", "operator"],
            "fresh": true, "tenant": "acme", "realm": { "name": "shop" }, "level": 3, "beta": true,
        }),
    ]);
    found.extend(claims.into_iter().map(|claims| Caller { brings: Brings::Access, claims }));
    found
}

impl Caller {
    pub(super) fn anonymous() -> Self {
        Self { brings: Brings::Nothing, claims: json!({}) }
    }

    /// With a good token, and nothing in it.
    pub(super) fn plain() -> Self {
        Self { brings: Brings::Access, claims: json!({}) }
    }

    pub(super) fn token(&self) -> Option<String> {
        let key = SigningKey::of(Algorithm::Hs256);
        let members = self.claims.as_object().expect("claims are an object");
        let payload = members
            .iter()
            .fold(Payload::good(), |payload, (name, value)| payload.with(name, &value.to_string()));
        match self.brings {
            Brings::Nothing => None,
            Brings::Rubbish => Some("rubbish".to_owned()),
            Brings::Expired => {
                let past = |seconds: u64| (NOW - seconds).to_string();
                Some(key.token(&payload.with("iat", &past(7200)).with("exp", &past(3600))))
            }
            Brings::Access => Some(key.token(&payload)),
            Brings::Refresh => {
                let header = key.header_with("typ", "\"rt+jwt\"");
                Some(key.token_of(&header, payload.to_string().as_bytes()))
            }
        }
    }

    /// Whether the token grants this scope, or this role.
    pub(super) fn has(&self, name: &str) -> bool {
        let scopes = self.claims["scope"].as_str().unwrap_or_default();
        let mut roles = self.claims["roles"].as_array().into_iter().flatten();
        scopes.split(' ').any(|scope| scope == name) || roles.any(|role| role == name)
    }
}
