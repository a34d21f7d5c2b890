//! From an unproven text to verified claims: the one verification path.
//!
//! 1. Length and shape (`RawToken`), before anything is parsed.
//! 2. The strict header: one algorithm, one key name, nothing that asks for more.
//! 3. The key, bound to one algorithm, which must be the header's.
//! 4. The signature, by the engine.
//! 5. The strict claims, parsed once, from the bytes that were signed.
//!
//! jsonwebtoken does step 4 and nothing else: its own `decode` passes over `nbf`, over claims of the wrong type and
//! over `crit`, and reads the process clock.

mod checks;
mod error;
mod header;
mod known;
mod members;
mod rules;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::names::Names;
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::{PAYLOAD_LIMITS, TokenClaims};
use crate::clock::Clock;
use crate::json;
use crate::keys::{KeySet, VerifyingKey, backend};
use crate::token::RawToken;

use known::KnownHeaders;

pub(crate) use error::VerifyError;
pub use rules::TokenProfile;
pub(crate) use rules::{Audience, ClaimPath, EmbeddedKeys, Rules};

/// Turns tokens into [`Verified`] claims, by one set of keys and one set of rules.
pub(crate) struct Verifier {
    keys: KeySet,
    pub(crate) rules: Rules,
    clock: Arc<dyn Clock>,
    known: KnownHeaders,
}

/// What a token says, after its signature and every claim rule held. Only [`Verifier::verify`] makes one.
pub(crate) struct Verified {
    claims: TokenClaims,
    scopes: Names,
    roles: Names,
}

impl Verifier {
    pub(crate) fn new(keys: KeySet, rules: Rules, clock: Arc<dyn Clock>) -> Self {
        let known = KnownHeaders::new(keys.len());
        Self { keys, rules, clock, known }
    }

    /// The same rules with other keys, as after a key was changed.
    #[cfg(test)]
    pub(crate) fn with_keys(self, keys: KeySet) -> Self {
        Self::new(keys, self.rules, self.clock)
    }

    /// Verifies the token that a request carries.
    pub(crate) fn verify(&self, token: &[u8]) -> Result<Verified, VerifyError> {
        let token = RawToken::new(token, self.rules.longest_token)?;
        if let Some(key) = self.known.key_of(token.header(), &self.keys) {
            return self.verify_with(key, &token);
        }
        let header = decode(token.header()).ok_or(VerifyError::HeaderNotJson)?;
        let header = header::read(&header, &self.rules)?;
        let key = self.keys.select(header.key_id.as_deref(), header.algorithm)?;
        let verified = self.verify_with(key, &token)?;
        self.known.remember(token.header(), key, &self.keys);
        Ok(verified)
    }

    pub(crate) fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// The time of the clock that tokens are checked with.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The key that a token names, for the log. Nothing of it is verified.
    pub(crate) fn named_key(&self, token: &[u8]) -> Option<String> {
        let token = RawToken::new(token, self.rules.longest_token).ok()?;
        let header = decode(token.header())?;
        header::read(&header, &self.rules).ok()?.key_id.map(Cow::into_owned)
    }

    /// Verifies signature and claims, the header being acceptable.
    fn verify_with(&self, key: &VerifyingKey, token: &RawToken<'_>) -> Result<Verified, VerifyError> {
        backend::verify(key, token.signing_input().as_bytes(), token.signature())
            .map_err(|_| VerifyError::BadSignature)?;
        self.read(decode(token.payload()).ok_or(VerifyError::PayloadNotJson)?)
    }

    /// Reads and checks the payload of a token whose signature is good.
    fn read(&self, payload: String) -> Result<Verified, VerifyError> {
        let tree = json::parse_object(&payload, PAYLOAD_LIMITS).map_err(|_| VerifyError::PayloadNotJson)?;
        let now = NumericDate::from_system(self.clock.now()).ok_or(VerifyError::ClockBefore1970)?;
        let registered = checks::check(&tree, &payload, &self.rules, now)?;
        let (scopes, roles) = (self.rules.scopes_of(&tree), self.rules.roles_of(&tree));
        drop(tree);
        Ok(Verified { claims: TokenClaims::new(payload, registered), scopes, roles })
    }
}

/// The text of a segment: strict base64url, and UTF-8.
fn decode(segment: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(segment).ok()?).ok()
}

impl Verified {
    /// The parts, for the caller's identity.
    pub(crate) fn into_parts(self) -> (TokenClaims, Names, Names) {
        (self.claims, self.scopes, self.roles)
    }
}

/// The known headers are those of tokens that were sent; they are left out.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keys, rules, clock, known: _ } = self;
        f.debug_struct("Verifier")
            .field("keys", keys)
            .field("rules", rules)
            .field("clock", clock)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
