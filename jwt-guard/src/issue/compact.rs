//! The text of a token: header, claims, signature (RFC 7515 section 7.1).

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::builder::IssuerSettings;
use super::error::{IssueError, IssueErrorKind};
use crate::base64url;
use crate::claims::registered::PAYLOAD_LIMITS;
use crate::json;
use crate::keys::{SigningKey, backend};
use crate::token::{LONGEST_HEADER, TokenKind};

/// The `typ` of a kind prevents that one kind passes as the other (RFC 8725 section 3.11).
const fn typ(kind: TokenKind) -> &'static str {
    match kind {
        // RFC 9068 section 2.1.
        TokenKind::Access => "at+jwt",
        TokenKind::Refresh => "rt+jwt",
    }
}

/// The header segment of every token of one kind. `kid` is that of the published set: the id of the key, else its
/// thumbprint (RFC 7638), so that others find the key in the set.
pub(super) fn header(kind: TokenKind, key: &SigningKey) -> String {
    header_with(kind, key, Map::new())
}

/// The header segment with further parameters, which cannot replace those of every token.
fn header_with(kind: TokenKind, key: &SigningKey, mut header: Map<String, Value>) -> String {
    header.insert("alg".to_owned(), key.algorithm().name().into());
    header.insert("typ".to_owned(), typ(kind).into());
    if let Some(id) = key.id().map(str::to_owned).or_else(|| key.verifying_key().thumbprint()) {
        header.insert("kid".to_owned(), id.into());
    }
    base64url::encode(Value::Object(header).to_string())
}

/// Signs claims. Refuses claims that the strict parser of guards would refuse, because they are nested too deeply.
pub(super) fn sign(
    settings: &IssuerSettings,
    kind: TokenKind,
    more: &Map<String, Value>,
    claims: Map<String, Value>,
) -> Result<Zeroizing<String>, IssueError> {
    let payload = Value::Object(claims).to_string();
    json::parse_object(&payload, PAYLOAD_LIMITS).map_err(|_| {
        let message = "a claim is nested too deeply: guards read objects and lists up to 32 levels";
        IssueError::new(IssueErrorKind::Claim, message)
    })?;
    let extended;
    let header = match kind {
        _ if !more.is_empty() => {
            extended = header_with(kind, &settings.key, more.clone());
            &extended
        }
        TokenKind::Access => &settings.headers.access,
        TokenKind::Refresh => &settings.headers.refresh,
    };
    if header.len() > LONGEST_HEADER {
        let message = format!(
            "the header of the token has {} bytes; guards read at most {LONGEST_HEADER}",
            header.len()
        );
        return Err(IssueError::new(IssueErrorKind::TooLong, message));
    }
    let mut token = Zeroizing::new(String::with_capacity(header.len() + payload.len() * 4 / 3 + 1400));
    token.push_str(header);
    token.push('.');
    base64url::encode_onto(&mut token, payload);
    let signature = backend::sign(&settings.key, token.as_bytes())?;
    token.push('.');
    token.push_str(&signature);
    if token.len() > settings.max_token_len {
        let message = format!(
            "the token has {} bytes; at most {} are allowed: leave out claims that a service can look up",
            token.len(),
            settings.max_token_len
        );
        return Err(IssueError::new(IssueErrorKind::TooLong, message));
    }
    Ok(token)
}
