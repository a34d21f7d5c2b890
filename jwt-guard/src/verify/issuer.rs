//! One accepted issuer: its keys, and the rules for its tokens.

use std::sync::Arc;

use super::error::{MissingKey, VerifyError};
use super::rules::Rules;
use super::steps::{Check, Steps};
use super::{checks, decode, header, parse};
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::TokenClaims;
use crate::keys::{IssuerKeys, KeySnapshot, SelectError, VerifyingKey, backend};
use crate::principal::Identity;
use crate::token::{RawToken, VerifiedAs};

/// An issuer with its own keys (RFC 8725 section 3.8).
#[derive(Debug)]
pub(crate) struct IssuerRules {
    pub(crate) keys: IssuerKeys,
    pub(crate) rules: Rules,
}

impl IssuerRules {
    /// Its first name; empty if the configuration has none.
    pub(crate) fn name(&self) -> &str {
        self.rules.issuers.first().map_or("", String::as_str)
    }

    /// Checks header, key and signature. Returns the key that signed.
    pub(super) fn prove<'k>(
        &self,
        keys: &'k KeySnapshot,
        token: &RawToken<'_>,
        steps: &mut impl Steps,
    ) -> Result<&'k VerifyingKey, VerifyError> {
        if let Some(key) = keys.key_of(token.header()) {
            // A token with this header and these keys has passed them.
            KNOWN_BY_HEADER.into_iter().for_each(|check| steps.enter(check));
            check_signature(key, token)?;
            return Ok(key);
        }
        steps.enter(Check::Header);
        let header = decode(token.header()).ok_or(VerifyError::HeaderNotJson)?;
        let header = header::read(&header, &self.rules, steps)?;
        let key_id = header.key_id.as_deref();
        let key = match keys.select(key_id, header.algorithm) {
            Err(SelectError::UnknownKey) if self.keys.may_get(header.algorithm) => {
                return Err(VerifyError::UnknownRemoteKey(self.missing_key(key_id)));
            }
            selected => selected?,
        };
        steps.enter(Check::Signature);
        check_signature(key, token)?;
        Ok(key)
    }

    /// The error while there are no keys. Only a token that the issuer's keys might verify causes a fetch.
    pub(super) fn no_keys(&self, token: &RawToken<'_>, steps: &mut impl Steps) -> VerifyError {
        steps.enter(Check::Header);
        let Some(header) = decode(token.header()) else { return VerifyError::HeaderNotJson };
        match header::read(&header, &self.rules, steps) {
            Ok(header) if self.keys.may_get(header.algorithm) => {
                VerifyError::NoKeys(self.missing_key(header.key_id.as_deref()))
            }
            Ok(_) => VerifyError::AlgorithmNotAllowed,
            Err(error) => error,
        }
    }

    fn missing_key(&self, key_id: Option<&str>) -> MissingKey {
        MissingKey { issuer: self.rules.issuers.first().cloned(), key_id: key_id.map(Into::into) }
    }

    /// Parses and checks the payload of a token with a valid signature. Returns the time of the check too.
    pub(super) fn check(
        &self,
        payload: String,
        now: impl FnOnce() -> Result<NumericDate, VerifyError>,
        verified_as: Option<VerifiedAs>,
        steps: &mut impl Steps,
    ) -> Result<(Arc<Identity>, NumericDate), VerifyError> {
        steps.enter(Check::Payload);
        let tree = parse(&payload)?;
        steps.enter(Check::Dates);
        let now = now()?;
        let registered = checks::check(&tree, &payload, &self.rules, now, steps)?;
        let (scopes, roles) = (self.rules.scopes_of(&tree), self.rules.roles_of(&tree));
        drop(tree);
        // Made in its place: a move of so many members costs as much as some of the checks.
        let identity = Arc::new(Identity {
            verified_as,
            ..Identity::new(TokenClaims::new(payload, registered), scopes, roles)
        });
        Ok((identity, now))
    }
}

/// The checks that a known header stands for, and the next one.
const KNOWN_BY_HEADER: [Check; 5] =
    [Check::Header, Check::Type, Check::Algorithm, Check::Key, Check::Signature];

fn check_signature(key: &VerifyingKey, token: &RawToken<'_>) -> Result<(), VerifyError> {
    backend::verify(key, token.signing_input(), token.signature()).map_err(|_| VerifyError::BadSignature)
}
