//! The one verification path, from an unverified text to verified claims.
//!
//! 1. Length and form (`RawToken`), before anything is parsed.
//! 2. With several issuers, the one that the token names. The name only chooses, and proves nothing.
//! 3. The strict header: one algorithm, one key name, no extensions.
//! 4. The key of that issuer, bound to one algorithm, which must be the header's.
//! 5. The signature, by the crypto backend.
//! 6. The strict claims, parsed once, from the signed bytes.
//!
//! jsonwebtoken does step 5 only: its own `decode` ignores `nbf`, a missing `aud` or `iss` and the kind of a token, and
//! reads the system clock.

mod cache;
mod checks;
mod contents;
mod error;
mod explain;
mod finding;
mod granted;
mod header;
mod issuer;
mod members;
mod rules;
mod steps;
mod unverified;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::base64url;
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::PAYLOAD_LIMITS;
use crate::clock::Clock;
use crate::json::{self, Json, Object};
use crate::keys::KeySet;
use crate::principal::Identity;
use crate::token::{GuardNumber, RawToken, TokenKind, VerifiedAs};

use cache::{KnownTokens, NewlyVerified, Now, SoughtToken};
use checks::Dates;
use steps::{Steps, Unobserved};

pub use cache::TokenCache;
pub(crate) use contents::Said;
pub(crate) use error::{MissingKey, VerifyError};
pub use explain::{Checked, Explanation, Failure, Outcome};
pub(crate) use finding::Report;
pub(crate) use issuer::IssuerRules;
pub use rules::TokenProfile;
pub(crate) use rules::{
    Audience, ClaimPath, Clients, DateLimits, EmbeddedKeys, LoginClaims, RequiredValue, RoleObject, Rules,
};
pub use steps::Check;

/// Turns tokens into [`Verified`] claims, by the keys and the rules of its issuers.
pub(crate) struct Verifier {
    /// With several, each has its own names. A guard for sessions only has none.
    issuers: Box<[IssuerRules]>,
    kind: TokenKind,
    /// The guard whose verifier it is.
    guard: GuardNumber,
    max_token_len: usize,
    clock: Arc<dyn Clock>,
    known: Option<KnownTokens>,
}

/// The caller of a token, after its signature and every claim rule were checked. Only [`Verifier::verify`] makes one.
pub(crate) struct Verified(Arc<Identity>);

impl Verifier {
    /// Two issuers never share a name: configurations are checked for that.
    pub(crate) fn new(issuers: Vec<IssuerRules>, max_token_len: usize, clock: Arc<dyn Clock>) -> Self {
        let (kind, guard) = (TokenKind::Access, GuardNumber::next());
        Self { issuers: issuers.into(), kind, guard, max_token_len, clock, known: None }
    }

    /// It is one of the verifiers of this guard.
    pub(crate) fn of_guard(self, guard: GuardNumber) -> Self {
        Self { guard, ..self }
    }

    /// The guard whose verifier it is.
    pub(crate) fn guard(&self) -> GuardNumber {
        self.guard
    }

    /// It verifies refresh tokens.
    pub(crate) fn of_refresh_tokens(self) -> Self {
        Self { kind: TokenKind::Refresh, ..self }
    }

    /// Enables the cache, unless it is off.
    pub(crate) fn remembering(self, settings: TokenCache) -> Self {
        let worthwhile = settings.is_on() && !self.issuers.is_empty();
        Self { known: worthwhile.then(|| KnownTokens::new(settings)), ..self }
    }

    /// Verifies the token that a request carries.
    ///
    /// # Errors
    ///
    /// The first rule that the token breaks.
    #[inline]
    pub(crate) fn verify(&self, token: &[u8]) -> Result<Verified, VerifyError> {
        let Some(known) = &self.known else {
            return self.verify_anew(token, None, &mut Unobserved);
        };
        let now = Now { epoch: known.epoch(), clock: &*self.clock, issuers: &self.issuers };
        let sought = SoughtToken::new(token);
        match known.find(sought, &now) {
            Some(identity) => Ok(Verified(identity)),
            None => self.verify_anew(token, Some((known, sought, now.epoch)), &mut Unobserved),
        }
    }

    /// Verifies a token completely, and keeps the result if it is to be remembered. Out of line, so that a hit does
    /// not reserve the stack of a verification.
    #[inline(never)]
    fn verify_anew(
        &self,
        token: &[u8],
        memory: Option<(&KnownTokens, SoughtToken<'_>, u64)>,
        steps: &mut impl Steps,
    ) -> Result<Verified, VerifyError> {
        steps.enter(Check::Form);
        let token = RawToken::new(token, self.max_token_len)?;
        let (index, payload) = match &*self.issuers {
            [_] => (0, None),
            several => {
                steps.enter(Check::Issuer);
                let payload = decode(token.payload()).ok_or(VerifyError::PayloadNotJson)?;
                (named_issuer(several, &payload)?, Some(payload))
            }
        };
        let issuer = self.issuers.get(index).ok_or(VerifyError::WrongIssuer)?;
        let keys = issuer.keys.current().ok_or_else(|| issuer.no_keys(&token, steps))?;
        let key = issuer.prove(&keys, &token, steps)?;
        steps.enter(Check::Payload);
        let payload = payload.or_else(|| text(base64url::decode_signed(token.payload())?));
        let payload = payload.ok_or(VerifyError::PayloadNotJson)?;
        let verified_as = Some(VerifiedAs { kind: self.kind, issuer: index, by: self.guard });
        let (identity, now) = issuer.check(payload, || self.date(), verified_as, steps)?;
        keys.remember(token.header(), key);
        if let Some((known, sought, epoch)) = memory {
            let good = now..Dates::of(&identity.claims).end(&issuer.rules.limits);
            let found = NewlyVerified { identity: &identity, good, issuer: index, key, keys: &keys };
            known.keep(sought, found, epoch, &*self.clock);
        }
        Ok(Verified(identity))
    }

    /// Forgets every verified token.
    pub(crate) fn forget(&self) {
        if let Some(known) = &self.known {
            known.clear();
        }
    }

    /// Fetches the keys of the issuer, and waits for the answer. The next verification finds out whether it helped.
    pub(crate) async fn fetch(&self, key: &MissingKey) {
        if let Some(issuer) = self.issuer_of(key) {
            issuer.keys.fetch().await;
        }
    }

    fn issuer_of(&self, key: &MissingKey) -> Option<&IssuerRules> {
        self.issuers.iter().find(|issuer| issuer.rules.issuers.first() == key.issuer.as_ref())
    }

    /// The keys from the configuration, of the first issuer with any.
    pub(crate) fn fixed_keys(&self) -> Option<&KeySet> {
        self.issuers.iter().find_map(|issuer| issuer.keys.as_fixed())
    }

    /// The issuers, in the order of the configuration.
    pub(crate) fn issuers(&self) -> &[IssuerRules] {
        &self.issuers
    }

    /// The addresses of the discovery documents of issuers.
    #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
    pub(crate) fn discovery_documents(&self) -> impl Iterator<Item = String> {
        self.issuers.iter().filter_map(|issuer| issuer.keys.discovery_document())
    }

    /// The rules of the issuers, in the order of the configuration.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rules> {
        self.issuers.iter().map(|issuer| &issuer.rules)
    }

    /// The name of an issuer, which is the first of those in the configuration.
    pub(crate) fn name_of(&self, issuer: usize) -> Option<&str> {
        self.issuers.get(issuer)?.rules.issuers.first().map(String::as_str)
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The time of the guard's clock.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The same; an error before 1970.
    pub(crate) fn date(&self) -> Result<NumericDate, VerifyError> {
        NumericDate::from_system(self.clock.now()).ok_or(VerifyError::ClockBefore1970)
    }
}

/// The issuer that a payload names, unverified: it only chooses among the configured ones.
fn named_issuer(issuers: &[IssuerRules], payload: &str) -> Result<usize, VerifyError> {
    let payload = parse(payload)?;
    match payload.get("iss") {
        Some(Json::Text(name)) => {
            let is_named = |issuer: &IssuerRules| issuer.rules.has_issuer(name);
            issuers.iter().position(is_named).ok_or(VerifyError::WrongIssuer)
        }
        Some(_) => Err(VerifyError::ClaimMalformed("iss".into())),
        None => Err(VerifyError::ClaimMissing("iss".into())),
    }
}

fn parse(payload: &str) -> Result<Object<'_>, VerifyError> {
    json::parse_object(payload, PAYLOAD_LIMITS).map_err(|_| VerifyError::PayloadNotJson)
}

/// The text of a segment: strict base64url, and UTF-8.
fn decode(segment: &[u8]) -> Option<String> {
    text(base64url::decode(segment)?)
}

fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}

impl Verified {
    pub(crate) fn identity(&self) -> &Identity {
        &self.0
    }

    pub(crate) fn into_identity(self) -> Arc<Identity> {
        self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuers, kind: _, guard: _, max_token_len, clock, known } = self;
        f.debug_struct("Verifier")
            .field("issuers", issuers)
            .field("max_token_len", max_token_len)
            .field("clock", clock)
            .field("known", known)
            .finish()
    }
}

#[cfg(test)]
mod tests;
