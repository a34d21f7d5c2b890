//! What a token says of itself, before anything in it is verified.

use std::time::Duration;

use super::{Verifier, decode, parse};
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

    /// Whether a token says that it has expired. It proves nothing: it may only choose what a caller is told.
    pub(crate) fn says_it_has_expired(&self, token: &[u8], leeway: Duration) -> bool {
        let ends = || {
            let token = RawToken::new(token, self.max_token_len).ok()?;
            NumericDate::from_json(parse(&decode(token.payload())?).ok()?.get("exp")?)
        };
        let ended = |end: NumericDate| self.date().is_ok_and(|now| now >= end.plus(leeway));
        ends().is_some_and(ended)
    }
}
