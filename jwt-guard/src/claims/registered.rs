//! The claims that RFC 7519 and RFC 9068 register, after they were checked.

use std::fmt;

use super::numeric_date::NumericDate;
use crate::json::{self, Limits, Object};

/// What the payload of a token may hold: nesting as deep as any real claim set, and no limit on members beyond the
/// length of the token.
pub(crate) const PAYLOAD_LIMITS: Limits = Limits { depth: 32, members: usize::MAX };

/// The claims of a token, as the guard found them: the registered ones by name, all of them as JSON text.
///
/// They are personal data, so `Debug` shows none of them.
pub(crate) struct TokenClaims {
    pub(crate) subject: String,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) expires_at: NumericDate,
    pub(crate) not_before: Option<NumericDate>,
    pub(crate) issued_at: Option<NumericDate>,
    pub(crate) token_id: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) payload: Vec<u8>,
}

impl TokenClaims {
    /// All claims as a tree. The payload was read strictly once, so this fails only where it failed then.
    pub(crate) fn tree(&self) -> Option<Object<'_>> {
        json::parse_object(&self.payload, PAYLOAD_LIMITS).ok()
    }
}

impl fmt::Debug for TokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenClaims(..)")
    }
}
