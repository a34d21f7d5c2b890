//! What a refused token says of itself, unverified: for the log only.
//!
//! Shown are `iss`, `aud`, `alg`, `typ`, `kid`, the client and dates, escaped and cut. The subject is hidden wherever it
//! stands; no other claim is shown, but for its type.

use super::rules::Rules;
use super::{IssuerRules, decode};
use crate::claims::numeric_date::NumericDate;
use crate::claims::registered::{PAYLOAD_LIMITS, TokenClaims};
use crate::json::{self, Json, Object};
use crate::shown::{cut, quoted};
use crate::token::RawToken;

/// Stands for a text that is the subject of the token too.
const HIDDEN: &str = "(the subject)";

/// The decoded segments of a token, if it has the form of one.
#[derive(Default)]
pub(super) struct Segments {
    header: Option<String>,
    payload: Option<String>,
}

impl Segments {
    pub(super) fn of(token: &[u8], longest: usize) -> Self {
        match RawToken::new(token, longest) {
            Ok(token) => Self { header: decode(token.header()), payload: decode(token.payload()) },
            Err(_) => Self::default(),
        }
    }
}

/// The members of header and payload; none of what is not strict JSON.
pub(super) struct Contents<'t> {
    pub(super) header: Object<'t>,
    pub(super) payload: Object<'t>,
    /// The texts that name the caller, for any of the issuers.
    subjects: Vec<String>,
}

impl<'t> Contents<'t> {
    pub(super) fn of(segments: &'t Segments, issuers: &[IssuerRules]) -> Self {
        let parse = |text: &'t Option<String>| {
            let text = text.as_deref()?;
            json::parse_object(text, PAYLOAD_LIMITS).ok()
        };
        let header = parse(&segments.header).unwrap_or_default();
        let payload = parse(&segments.payload).unwrap_or_default();
        let names = issuers.iter().map(|issuer| issuer.rules.subject_claim.as_str()).chain(["sub"]);
        let texts = names.filter_map(|name| payload.get(name)?.as_text());
        let subjects = texts.filter(|text| !text.is_empty()).map(str::to_owned).collect();
        Self { header, payload, subjects }
    }

    /// The text, unless it is the subject.
    pub(super) fn open<'a>(&self, text: &'a str) -> &'a str {
        if self.subjects.iter().any(|subject| subject == text) { HIDDEN } else { text }
    }

    /// A member of the header.
    pub(super) fn in_header(&self, name: &str) -> Option<&Json<'t>> {
        self.header.get(name)
    }

    /// A claim.
    pub(super) fn claim(&self, name: &str) -> Option<&Json<'t>> {
        self.payload.get(name)
    }

    pub(super) fn date(&self, name: &str) -> Option<NumericDate> {
        self.claim(name).and_then(NumericDate::from_json)
    }

    /// A member that may be shown: its text in quotation marks, or else its type.
    pub(super) fn public(&self, name: &str, value: Option<&Json<'_>>) -> String {
        match value {
            None => format!("no `{name}`"),
            Some(Json::Text(text)) => quoted(self.open(text)),
            Some(other) => kind_of(other).to_owned(),
        }
    }

    /// The audiences that are texts.
    pub(super) fn audience(&self) -> impl Iterator<Item = &str> {
        let values = match self.claim("aud") {
            Some(Json::List(values)) => values.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        values.iter().filter_map(Json::as_text).map(|text| self.open(text))
    }

    /// The client, by the first claim that names one.
    pub(super) fn client(&self, rules: &Rules) -> Option<&str> {
        let text = rules.clients.claims.iter().find_map(|name| self.claim(name)?.as_text())?;
        Some(self.open(text))
    }
}

/// The type of a value, which is all that is shown of it.
pub(super) const fn kind_of(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Signed(_) | Json::Unsigned(_) | Json::Float(_) => "a number",
        Json::Text(_) => "a string",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The fields of the log about a token: each is absent where the token does not have it.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) iss: Option<String>,
    pub(crate) aud: Option<String>,
    pub(crate) alg: Option<String>,
    pub(crate) typ: Option<String>,
    pub(crate) kid: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) iat: Option<NumericDate>,
    pub(crate) nbf: Option<NumericDate>,
    pub(crate) exp: Option<NumericDate>,
}

impl Said {
    /// Of a verified token, without its header, which is not kept.
    pub(crate) fn of_claims(claims: &TokenClaims) -> Self {
        let open = |text: &str| cut(if Some(text) == claims.subject() { HIDDEN } else { text });
        let audience: Vec<_> = claims
            .audience()
            .map(|name| if Some(name) == claims.subject() { HIDDEN } else { name })
            .collect();
        Self {
            iss: claims.issuer().map(open),
            aud: (!audience.is_empty()).then(|| cut(&audience.join(" "))),
            client: claims.client_id().map(open),
            iat: claims.issued_at(),
            nbf: claims.not_before(),
            exp: Some(claims.expires_at()),
            ..Self::default()
        }
    }

    pub(super) fn of(contents: &Contents<'_>, rules: Option<&Rules>) -> Self {
        let text =
            |value: Option<&Json<'_>>| value.and_then(Json::as_text).map(|text| cut(contents.open(text)));
        let audience: Vec<_> = contents.audience().collect();
        Self {
            iss: text(contents.claim("iss")),
            aud: (!audience.is_empty()).then(|| cut(&audience.join(" "))),
            alg: text(contents.in_header("alg")),
            typ: text(contents.in_header("typ")),
            kid: text(contents.in_header("kid")),
            client: rules.and_then(|rules| contents.client(rules)).map(cut),
            iat: contents.date("iat"),
            nbf: contents.date("nbf"),
            exp: contents.date("exp"),
        }
    }
}
