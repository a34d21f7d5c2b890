//! What a token says of itself, before anything in it is verified.

use std::time::Duration;

use super::{MissingKey, Verifier, decode, parse};
use crate::claims::numeric_date::NumericDate;
use crate::json::Json;
use crate::token::RawToken;

impl Verifier {
    /// The issuer that a token names; `None` if it has not the form of a token, is too long, or has no `iss` that is one
    /// non-empty string. It proves nothing: it may only choose who verifies the token.
    pub(crate) fn unverified_issuer(&self, token: &[u8]) -> Option<String> {
        let token = RawToken::new(token, self.max_token_len).ok()?;
        let payload = decode(token.payload())?;
        match parse(&payload).ok()?.get("iss") {
            Some(Json::Text(issuer)) if !issuer.is_empty() => Some(issuer.to_string()),
            _ => None,
        }
    }

    /// Whether no guard with this configuration accepts a token whose key this one does not have, and which has come at this
    /// moment of the monotonic clock. Either it says itself that it has expired or is of another issuer, or the issuer lists no such
    /// key. What it says proves nothing: it may only choose what a caller is told.
    ///
    /// A list of keys counts if it is younger than the token: the key of a token that is younger may have been published since.
    /// The token is as old as it says, less the difference of clocks, and was there when it came.
    pub(crate) fn is_dead(&self, token: &[u8], key: &MissingKey, came: Duration, leeway: Duration) -> bool {
        let payload = RawToken::new(token, self.max_token_len).ok().and_then(|token| decode(token.payload()));
        let (Some(issuer), Some(payload)) = (self.issuer_of(key), &payload) else { return true };
        let Ok(payload) = parse(payload) else { return true };
        let is_ours = matches!(payload.get("iss"), Some(Json::Text(name)) if issuer.rules.has_issuer(name));
        // The time since a date; `None` if it is to come, or if there is none.
        let since = |name| {
            let date = NumericDate::from_json(payload.get(name)?)?;
            self.date().ok()?.since(date.plus(leeway))
        };
        let age = since("iat").unwrap_or_default();
        let existed = came.min(self.clock.monotonic().saturating_sub(age));
        since("exp").is_some()
            || !(is_ours || issuer.rules.issuers.is_empty())
            || issuer.keys.is_missing(key.key_id.as_deref(), existed)
    }
}
