//! Tokens with exactly one defect.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::claims::{CallerFacts, seconds};
use super::draft::TokenDraft;
use super::issuer::TestIssuer;
use crate::keys::{Algorithm, GeneratedKey, SigningKey};
use crate::token::TokenKind;
use crate::verify::{Audience, Rules, TokenProfile};

/// What can be wrong with a token. [`Defect::ALL`] lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// It is not a token at all.
    Garbage,
    /// It ended before the guard's leeway.
    Expired,
    /// It begins after the guard's leeway.
    NotYetValid,
    /// Another issuer is named, with the right key.
    OtherIssuer,
    /// It is for another service.
    OtherAudience,
    /// Another key of the same algorithm has signed it, under the name of the right one. The crypto backend
    /// `rust-crypto` makes no RSA keys, so with it alone there is none for RS and PS.
    OtherKey,
    /// A claim was changed after it was signed.
    Altered,
    /// It is not signed (`alg: none`).
    Unsigned,
    /// It is signed by HMAC, with the text of the guard's public key as the secret.
    PublicKeyAsSecret,
    /// It is a refresh token; where one is asked for, an access token.
    OtherKind,
    /// It is an ID token of the same issuer for the same person, for one of its clients.
    IdToken,
    /// It is a logout token, by its type.
    OtherType,
}

/// The name of an issuer and of a service that no application trusts (RFC 2606).
const STRANGER: &str = "https://stranger.invalid";

impl Defect {
    /// Every defect.
    pub const ALL: [Self; 12] = [
        Self::Garbage,
        Self::Expired,
        Self::NotYetValid,
        Self::OtherIssuer,
        Self::OtherAudience,
        Self::OtherKey,
        Self::Altered,
        Self::Unsigned,
        Self::PublicKeyAsSecret,
        Self::OtherKind,
        Self::IdToken,
        Self::OtherType,
    ];

    /// A token of this kind that has the defect.
    ///
    /// # Errors
    ///
    /// Why it would not be one.
    pub(super) fn token(
        self,
        issuer: &TestIssuer,
        kind: TokenKind,
        facts: &CallerFacts,
    ) -> Result<String, &'static str> {
        let mut draft = issuer.draft(kind, facts)?;
        let rules = issuer.rules(kind).ok_or("the guard takes no such tokens")?;
        let key = issuer.key();
        match self {
            Self::Garbage => return Ok("garbage".to_owned()),
            Self::OtherKey => return Ok(draft.signed(&other_key(key.algorithm())?)),
            Self::Altered => {
                let honest = draft.clone();
                draft.claims.insert("jti".to_owned(), "another".into());
                return Ok(draft.signed_as(&honest, key));
            }
            Self::Unsigned => return Ok(draft.unsigned()),
            Self::PublicKeyAsSecret => {
                let public = key.verifying_key().to_public_pem().ok_or("the guard has no public key")?;
                return Ok(draft.signed_by_hmac(public.as_bytes()));
            }
            Self::OtherKind => {
                let typ = match kind {
                    TokenKind::Access => "rt+jwt",
                    TokenKind::Refresh => "at+jwt",
                };
                draft.header.insert("typ".to_owned(), typ.into());
            }
            Self::OtherType => drop(draft.header.insert("typ".to_owned(), "logout+jwt".into())),
            Self::OtherIssuer if rules.issuers.is_empty() => return Err("the guard accepts any issuer"),
            Self::OtherIssuer => drop(draft.claims.insert("iss".to_owned(), STRANGER.into())),
            Self::OtherAudience if rules.audience == Audience::Any => {
                return Err("the guard accepts any audience");
            }
            Self::OtherAudience => drop(draft.claims.insert("aud".to_owned(), STRANGER.into())),
            Self::IdToken => as_id_token(&mut draft, rules)?,
            Self::Expired => expire(&mut draft, rules, issuer),
            Self::NotYetValid => {
                let later = seconds(issuer.guard().config().access.now())
                    .saturating_add(rules.limits.leeway.as_secs())
                    .saturating_add(60);
                draft.claims.insert("nbf".to_owned(), later.into());
            }
        }
        Ok(draft.signed(key))
    }
}

/// Another key of this algorithm: one for all tests, because an RSA key takes a second to make.
fn other_key(algorithm: Algorithm) -> Result<SigningKey, &'static str> {
    static MADE: Mutex<Vec<SigningKey>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = made.iter().find(|key| key.algorithm() == algorithm) {
        return Ok(key.clone());
    }
    let key =
        GeneratedKey::new(algorithm).map_err(|_| "the crypto backend makes no keys of this algorithm")?;
    made.push(key.signing_key().clone());
    Ok(key.signing_key().clone())
}

/// Ends the token a second before the leeway, and issues it a second before that: a guard that wants young tokens must
/// still find that it has expired.
fn expire(draft: &mut TokenDraft, rules: &Rules, issuer: &TestIssuer) {
    let now = seconds(issuer.guard().config().access.now());
    let end = now.saturating_sub(rules.limits.leeway.as_secs()).saturating_sub(1);
    draft.claims.insert("iat".to_owned(), end.saturating_sub(1).into());
    draft.claims.insert("exp".to_owned(), end.into());
}

/// What OpenID Connect Core section 2 says of an ID token, and nothing that access tokens of the issuer have beside.
fn as_id_token(draft: &mut TokenDraft, rules: &Rules) -> Result<(), &'static str> {
    let tells = rules.profile != TokenProfile::Classic
        || rules.audience != Audience::Any
        || rules.clients.required
        || !rules.clients.names.is_empty()
        || !rules.required_claims.is_empty()
        || rules.claim_values.iter().any(|required| !required.may_be_absent);
    if !tells {
        return Err("the guard accepts any audience, so it cannot tell an ID token");
    }
    let kept = ["iss", "sub", "iat", "exp", "jti", rules.subject_claim.as_str()];
    draft.claims.retain(|name, _| kept.contains(&name.as_str()));
    draft.header.insert("typ".to_owned(), "JWT".into());
    let own = json!({ "aud": "a-client-of-the-issuer", "nonce": "n-0S6_WzA2Mj", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" });
    if let Value::Object(own) = own {
        draft.claims.extend(own);
    }
    Ok(())
}

/// In a few words, for reports.
impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Garbage => "garbage in place of a token",
            Self::Expired => "an expired token",
            Self::NotYetValid => "a token that is not yet valid",
            Self::OtherIssuer => "a token of another issuer",
            Self::OtherAudience => "a token for another audience",
            Self::OtherKey => "a token signed by another key",
            Self::Altered => "a token whose claims were changed",
            Self::Unsigned => "a token with `alg: none`",
            Self::PublicKeyAsSecret => "a token signed by HMAC with the public key",
            Self::OtherKind => "a token of the other kind (refresh or access)",
            Self::IdToken => "an ID token",
            Self::OtherType => "a logout token",
        })
    }
}
