//! Issued tokens are accepted where they should be and nowhere else; illegal ones are not issued.

mod access;
mod key_change;
mod key_name;
mod pair;
mod renewal;
mod settings;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{IssueError, IssueErrorKind, IssuedToken, IssuerBuilder, TokenIssuer};
use crate::claims::registered::TokenClaims;
use crate::clock::{Clock, ManualClock, NOW};
use crate::keys::{Algorithm, IssuerKeys, KeySet, SigningKey};
use crate::principal::Identity;
use crate::verify::{
    Audience, ClaimPath, Clients, DateLimits, EmbeddedKeys, IssuerRules, Rules, TokenProfile, Verifier,
    VerifyError,
};

fn key() -> SigningKey {
    SigningKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap()
}

/// An issuer at [`NOW`], changed.
fn issuer(change: impl FnOnce(IssuerBuilder) -> IssuerBuilder) -> TokenIssuer {
    let builder =
        TokenIssuer::builder(key()).issuer("https://id.example").audience("orders").clock(ManualClock::new());
    change(builder).build().unwrap()
}

/// A verifier with the strictest rules that fit the tokens of [`issuer`], at [`NOW`].
fn rules(profile: TokenProfile) -> Rules {
    let path = |name: &str| vec![ClaimPath(vec![name.to_owned()])];
    Rules {
        profile,
        issuers: vec!["https://id.example".to_owned()],
        audience: Audience::OneOf(vec!["orders".to_owned()]),
        clients: Clients::default(),
        required_claims: Vec::new(),
        claim_values: Vec::new(),
        header_values: Vec::new(),
        subject_claim: "sub".to_owned(),
        scope_claims: path("scope"),
        role_claims: path("roles"),
        role_objects: Vec::new(),
        machine_callers: false,
        login_claims: crate::verify::LoginClaims::Believed,
        hierarchies: Default::default(),
        limits: DateLimits {
            embedded_keys: EmbeddedKeys::Refuse,
            leeway: Duration::ZERO,
            max_lifetime: Some(Duration::from_secs(30 * 86_400)),
            ..DateLimits::default()
        },
    }
}

fn verifier(issuer: &TokenIssuer, profile: TokenProfile) -> Verifier {
    of_keys(rules(profile), KeySet::new([issuer.verifying_key()]).unwrap())
}

fn of_keys(rules: Rules, keys: KeySet) -> Verifier {
    let issuer = IssuerRules { keys: IssuerKeys::fixed(keys), rules };
    Verifier::new(vec![issuer], 8192, Arc::new(ManualClock::new()))
}

fn verify(
    issuer: &TokenIssuer,
    profile: TokenProfile,
    token: &IssuedToken,
) -> Result<TokenClaims, VerifyError> {
    let verified = verifier(issuer, profile).verify(token.as_str().as_bytes());
    verified.map(|verified| Arc::into_inner(verified.into_identity()).unwrap().claims)
}

fn refresh_profile() -> TokenProfile {
    TokenProfile::Typed("rt+jwt".to_owned())
}

/// A segment of a token: 0 is the header, 1 the claims.
fn segment(token: &IssuedToken, index: usize) -> Value {
    let text = token.as_str().split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn claims(token: &IssuedToken) -> Value {
    segment(token, 1)
}

#[track_caller]
fn refused<T>(result: Result<T, IssueError>, kind: IssueErrorKind, part: &str) {
    let error = result.err().expect(part);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn handles_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    fn cloned<T: Clone>() {}
    cloned::<TokenIssuer>();
    shared::<TokenIssuer>();
    shared::<IssuerBuilder>();
    shared::<IssueError>();
    shared::<IssuedToken>();
    shared::<super::TokenPair>();
    shared::<super::NewToken>();
    shared::<super::Renewal>();
}
