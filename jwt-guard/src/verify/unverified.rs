//! The issuer that a token names, before anything in it is verified.

use super::{Verifier, decode, parse};
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
}
