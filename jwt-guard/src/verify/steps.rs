//! The checks that a verification goes through, one after the other.
//!
//! The verification names each check before it makes it. So an explanation is what the verification did, and not a second
//! one beside it.

use std::fmt;

use serde::Serialize;

/// One check of a token. More may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// The length, and three base64url segments.
    Form,
    /// The header is one plain JSON object, without extensions.
    Header,
    /// The kind of the token: `typ`.
    Type,
    /// The name of the algorithm: `alg`.
    Algorithm,
    /// One key of the issuer fits `kid` and `alg`.
    Key,
    /// The signature.
    Signature,
    /// The payload is one plain JSON object.
    Payload,
    /// `exp` is there, and `exp`, `nbf` and `iat` are dates.
    Dates,
    /// The issuer: `iss`. With several issuers, it comes first, because it chooses the keys.
    Issuer,
    /// The audience: `aud`.
    Audience,
    /// The names of the token and of its login: `jti`, `sid`.
    Names,
    /// The client that the token was issued to.
    Client,
    /// The caller: `sub`, or the claim in its place.
    Subject,
    /// The claims that the profile and the configuration require.
    RequiredClaims,
    /// The token is a bearer token: not bound to a key of its holder (`cnf`).
    Holder,
    /// `nbf` has come.
    NotBefore,
    /// `iat` is not in the future, and not too long ago.
    IssuedAt,
    /// The time from `iat` to `exp` is not too long.
    Lifetime,
    /// `exp` has not come.
    Expiry,
    /// `jti` is there, if the guard asks a store whether the token was revoked.
    Revocable,
}

impl Check {
    /// Every check, in the order of a guard with one issuer.
    pub const ALL: &'static [Self] = &[
        Self::Form,
        Self::Header,
        Self::Type,
        Self::Algorithm,
        Self::Key,
        Self::Signature,
        Self::Payload,
        Self::Dates,
        Self::Issuer,
        Self::Audience,
        Self::Names,
        Self::Client,
        Self::Subject,
        Self::RequiredClaims,
        Self::Holder,
        Self::NotBefore,
        Self::IssuedAt,
        Self::Lifetime,
        Self::Expiry,
        Self::Revocable,
    ];

    /// The name, as JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Header => "header",
            Self::Type => "type",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::Dates => "dates",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Names => "names",
            Self::Client => "client",
            Self::Subject => "subject",
            Self::RequiredClaims => "required_claims",
            Self::Holder => "holder",
            Self::NotBefore => "not_before",
            Self::IssuedAt => "issued_at",
            Self::Lifetime => "lifetime",
            Self::Expiry => "expiry",
            Self::Revocable => "revocable",
        }
    }
}

/// The name.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Learns which check comes next. All that came before have passed.
pub(super) trait Steps {
    fn enter(&mut self, check: Check);

    /// The guard has no rule for the check that was entered last: it only looks at the form.
    fn has_no_rule(&mut self);
}

/// Notes nothing: for requests. It compiles to nothing.
pub(super) struct Unobserved;

impl Steps for Unobserved {
    #[inline(always)]
    fn enter(&mut self, _: Check) {}

    #[inline(always)]
    fn has_no_rule(&mut self) {}
}

/// Every check that was entered, in order, and whether the guard has a rule for it.
#[derive(Default)]
pub(super) struct Entered(pub(super) Vec<(Check, bool)>);

/// Notes every check: for an explanation.
impl Steps for Entered {
    fn enter(&mut self, check: Check) {
        self.0.push((check, true));
    }

    fn has_no_rule(&mut self) {
        if let Some((_, has_rule)) = self.0.last_mut() {
            *has_rule = false;
        }
    }
}
