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
mod rules;

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::names::Names;
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::{PAYLOAD_LIMITS, TokenClaims};
use crate::clock::Clock;
use crate::json;
use crate::keys::{KeySet, backend};
use crate::token::RawToken;

use header::Header;

pub(crate) use error::{VerifyError, VerifyFailure};
pub use rules::TokenProfile;
pub(crate) use rules::{Audience, ClaimPath, EmbeddedKeys, Rules};

/// Turns tokens into [`Verified`] claims, by one set of keys and one set of rules.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(crate) keys: KeySet,
    pub(crate) rules: Rules,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What a token says, after its signature and every claim rule held. Only [`Verifier::verify`] makes one.
pub(crate) struct Verified {
    claims: TokenClaims,
    display_name: Option<String>,
    scopes: Names,
    roles: Names,
}

impl Verifier {
    /// Verifies the token that a request carries.
    pub(crate) fn verify(&self, token: &[u8]) -> Result<Verified, VerifyFailure> {
        let token = RawToken::new(token, self.rules.longest_token)?;
        let header = URL_SAFE_NO_PAD.decode(token.header()).map_err(|_| VerifyError::HeaderNotJson)?;
        let header = header::read(&header, &self.rules)?;
        self.verify_with(&token, &header)
            .map_err(|reason| VerifyFailure { reason, key_id: header.key_id.map(Cow::into_owned) })
    }

    /// Verifies signature and claims, the header being acceptable.
    fn verify_with(&self, token: &RawToken<'_>, header: &Header<'_>) -> Result<Verified, VerifyError> {
        let key = self.keys.select(header.key_id.as_deref(), header.algorithm)?;
        backend::verify(key, token.signing_input().as_bytes(), token.signature())
            .map_err(|_| VerifyError::BadSignature)?;
        let payload = URL_SAFE_NO_PAD.decode(token.payload()).map_err(|_| VerifyError::PayloadNotJson)?;
        self.read(payload)
    }

    /// Reads and checks the payload of a token whose signature is good.
    fn read(&self, payload: Vec<u8>) -> Result<Verified, VerifyError> {
        let tree = json::parse_object(&payload, PAYLOAD_LIMITS).map_err(|_| VerifyError::PayloadNotJson)?;
        let now = NumericDate::from_system(self.clock.now()).ok_or(VerifyError::ClockBefore1970)?;
        let registered = checks::check(&tree, &self.rules, now)?;
        let display_name = checks::display_name(&tree);
        let (scopes, roles) = (self.rules.scopes_of(&tree), self.rules.roles_of(&tree));
        drop(tree);
        let claims = registered.with_payload(payload);
        Ok(Verified { claims, display_name, scopes, roles })
    }
}

impl Verified {
    /// The parts, for the caller's identity.
    pub(crate) fn into_parts(self) -> (TokenClaims, Option<String>, Names, Names) {
        (self.claims, self.display_name, self.scopes, self.roles)
    }
}

#[cfg(test)]
mod tests;
