//! Presets for known issuers, from their documentation of access tokens.
//!
//! A preset is a configured [`TrustedIssuer`]. Each refuses other tokens that its issuer signs with the same keys, by a
//! claim or a member of the header that only the accepted tokens have.

mod address;
mod auth0;
mod authentik;
mod clerk;
mod cloudflare_access;
mod cognito;
mod entra;
mod firebase;
mod github_actions;
mod keycloak;
mod kubernetes;
mod okta;
mod supabase;
mod zitadel;

use self::address::problem;
use super::{IssuerDefaults, IssuerDraft, TrustedIssuer};
use crate::setup::remote::RemoteSource;
use crate::verify::{Clients, TokenProfile};

/// # Presets
///
/// Constructors for known identity providers. Later calls can change every setting, but the requirements of a preset
/// stay; for fewer requirements start from [`new`](Self::new). [`scope_claim`](Self::scope_claim) and
/// [`role_claim`](Self::role_claim) replace what the preset reads with their first call.
///
/// The keys are found by the issuer's name, unless they are given by [`key_set`](Self::key_set) or [`key`](Self::key).
impl TrustedIssuer {
    /// An authorization server that follows RFC 9068: its access tokens are typed `at+jwt`.
    ///
    /// ```json
    /// {
    ///   "iss": "https://as.example", "sub": "5ba552d67", "aud": "https://orders.example", "client_id": "s6BhdRkqt3",
    ///   "iat": 1800000000, "exp": 1800000900, "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
    ///   "scope": "orders:read orders:write", "roles": ["clerk"]
    /// }
    /// ```
    ///
    /// | of the token | becomes |
    /// |---|---|
    /// | `typ: at+jwt` in the header, and the seven claims of section 2.2 | required, so an ID token never passes |
    /// | `scope` | scopes |
    /// | `roles` | roles |
    /// | `client_id` | the client |
    ///
    /// The claims `groups` and `entitlements` (section 2.2.3.1) are not read: a group and a role of one name are
    /// different grants, and who may name a group may not grant a role. Where they are meant as roles, say so:
    ///
    /// ```
    /// use jwt_guard::TrustedIssuer;
    ///
    /// let issuer = TrustedIssuer::rfc9068("https://as.example").role_claim(["roles"]).role_claim(["groups"]);
    /// ```
    pub fn rfc9068(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let problem = problem(&issuer, "https://HOST", |_| true);
        let mut draft = preset(issuer, &[&["scope"]], &[&["roles"]]);
        draft.profile = TokenProfile::AccessToken;
        draft.problems.extend(problem);
        Self(draft)
    }
}

/// An issuer with keys by discovery.
fn preset(
    issuer: String,
    scopes: &'static [&'static [&'static str]],
    roles: &'static [&'static [&'static str]],
) -> IssuerDraft {
    let defaults = IssuerDefaults {
        scopes,
        roles,
        keys: Some(RemoteSource::Discovery(issuer.clone())),
        ..IssuerDefaults::default()
    };
    IssuerDraft { issuers: vec![issuer], defaults, ..IssuerDraft::default() }
}

/// The client is in one of `claims`, which other tokens of the issuer lack.
fn client_in(claims: &[&str]) -> Clients {
    Clients {
        claims: claims.iter().map(|&name| name.to_owned()).collect(),
        required: true,
        ..Clients::default()
    }
}

#[cfg(test)]
mod tests;
