//! The claims that RFC 7519 and RFC 9068 register, after verification.

use std::{fmt, slice};

use super::numeric_date::NumericDate;
use super::payload_str::PayloadStr;
use crate::json::{self, Json, JsonLimits, Object};

/// The limits of a payload: nesting as deep as any real claim set; only the length of the token limits its members.
pub(crate) const PAYLOAD_LIMITS: JsonLimits = JsonLimits { depth: 32, members: usize::MAX };

/// The claims of a verified token: the registered ones by name, and all of them as JSON text.
///
/// They are personal data, so `Debug` hides them.
#[derive(Clone)]
pub(crate) struct TokenClaims {
    payload: String,
    registered: Registered,
}

/// The registered claims, as places in the payload.
#[derive(Clone)]
pub(crate) struct Registered {
    /// `None` for a machine.
    pub(crate) subject: Option<PayloadStr>,
    pub(crate) display_name: Option<PayloadStr>,
    pub(crate) issuer: Option<PayloadStr>,
    pub(crate) audience: Audiences,
    pub(crate) expires_at: NumericDate,
    pub(crate) not_before: Option<NumericDate>,
    pub(crate) issued_at: Option<NumericDate>,
    pub(crate) token_id: Option<PayloadStr>,
    pub(crate) client_id: Option<PayloadStr>,
    /// The login that the token descends from: `sid`.
    pub(crate) family: Option<PayloadStr>,
    /// The value that a request with the token in a cookie must repeat: `csrf`.
    pub(crate) csrf: Option<PayloadStr>,
    /// Whether the claim `fresh` is `true`; `None` if it is neither `true`, `false` nor `null`.
    pub(crate) is_fresh: Option<bool>,
}

/// The audiences of a token.
#[derive(Clone)]
pub(crate) enum Audiences {
    /// The common case, without an allocation.
    One(PayloadStr),
    List(Vec<PayloadStr>),
}

impl Audiences {
    pub(crate) const fn none() -> Self {
        Self::List(Vec::new())
    }

    fn as_slice(&self) -> &[PayloadStr] {
        match self {
            Self::One(one) => slice::from_ref(one),
            Self::List(list) => list,
        }
    }
}

impl TokenClaims {
    pub(crate) fn new(payload: String, registered: Registered) -> Self {
        Self { payload, registered }
    }

    /// The claims of a server-side session. This service wrote them, so they are read and not verified; `None` if the
    /// text is not a set of such claims. Only the session knows whether its login was recent.
    pub(crate) fn of_session(payload: String, is_fresh: bool) -> Option<Self> {
        let claims = json::parse_object(&payload, PAYLOAD_LIMITS).ok()?;
        let registered = Registered {
            subject: Some(PayloadStr::of(claims.get("sub")?.as_text()?, &payload)),
            display_name: claims
                .get("name")
                .and_then(Json::as_text)
                .map(|name| PayloadStr::of(name, &payload)),
            issuer: None,
            audience: Audiences::none(),
            expires_at: NumericDate::from_json(claims.get("exp")?)?,
            not_before: None,
            issued_at: claims.get("iat").and_then(NumericDate::from_json),
            token_id: None,
            client_id: None,
            family: None,
            csrf: None,
            is_fresh: Some(is_fresh),
        };
        drop(claims);
        Some(Self { payload, registered })
    }

    /// Whether it is the token of a machine, which names a client instead of a subject.
    pub(crate) fn is_of_machine(&self) -> bool {
        self.registered.subject.is_none()
    }

    /// `None` for a machine, whose token names a client instead.
    pub(crate) fn subject(&self) -> Option<&str> {
        self.text(self.registered.subject.as_ref())
    }

    pub(crate) fn display_name(&self) -> Option<&str> {
        self.text(self.registered.display_name.as_ref())
    }

    pub(crate) fn issuer(&self) -> Option<&str> {
        self.text(self.registered.issuer.as_ref())
    }

    pub(crate) fn audience(&self) -> impl Iterator<Item = &str> {
        self.registered.audience.as_slice().iter().map(|span| span.text(&self.payload))
    }

    pub(crate) fn expires_at(&self) -> NumericDate {
        self.registered.expires_at
    }

    pub(crate) fn not_before(&self) -> Option<NumericDate> {
        self.registered.not_before
    }

    pub(crate) fn issued_at(&self) -> Option<NumericDate> {
        self.registered.issued_at
    }

    pub(crate) fn token_id(&self) -> Option<&str> {
        self.text(self.registered.token_id.as_ref())
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.text(self.registered.client_id.as_ref())
    }

    pub(crate) fn family(&self) -> Option<&str> {
        self.text(self.registered.family.as_ref())
    }

    pub(crate) fn csrf(&self) -> Option<&str> {
        self.text(self.registered.csrf.as_ref())
    }

    /// `None` if it is unknown.
    pub(crate) fn is_fresh(&self) -> Option<bool> {
        self.registered.is_fresh
    }

    /// The JSON text that was signed.
    pub(crate) fn payload(&self) -> &str {
        &self.payload
    }

    /// All claims as a tree. The payload was parsed strictly before, so this cannot fail for another reason.
    pub(crate) fn tree(&self) -> Option<Object<'_>> {
        json::parse_object(&self.payload, PAYLOAD_LIMITS).ok()
    }

    fn text<'a>(&'a self, span: Option<&'a PayloadStr>) -> Option<&'a str> {
        span.map(|span| span.text(&self.payload))
    }
}

impl fmt::Debug for TokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenClaims(..)")
    }
}
