//! What a guard demands of a token, beyond a good signature.

use std::fmt;
use std::time::Duration;

use super::header::media_subtype;

use crate::claims::hierarchy::Hierarchies;

/// Which kind of token a guard accepts, by the `typ` of its header (RFC 8725 section 3.11).
///
/// Whatever the profile, other known kinds of JWT never pass: logout tokens, DPoP proofs, security events, refresh tokens
/// and so on. ID tokens have no type of their own: see [`Classic`](Self::Classic).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProfile {
    /// No `typ`, `JWT` or `at+jwt`: what issuers send that predate RFC 9068. The default, since most do.
    ///
    /// An ID token has the type `JWT` too, and the name of its client in `aud`. So **it is accepted where that client and this
    /// service go by one name.** Give the service a name that no client has; or tell the tokens apart: by the profile
    /// [`AccessToken`](Self::AccessToken), by a [preset](crate::TrustedIssuer#presets), or by a claim with
    /// [`claim_value`](crate::TrustedIssuer::claim_value) or [`required_claim`](crate::setup::Builder::required_claim).
    /// Claims such as `nonce` or `at_hash` do not tell: some issuers put them into access tokens as well.
    #[default]
    Classic,
    /// RFC 9068 access tokens: `at+jwt`, with the claims `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti`.
    AccessToken,
    /// Exactly this `typ`, such as `example+jwt`; compared without case, with or without `application/` where no other `/` is
    /// in it (RFC 7515 section 4.1.9).
    Typed(String),
}

impl TokenProfile {
    /// Whether a header with this `typ`, without `application/`, fits.
    pub(super) fn accepts(&self, typ: Option<&str>) -> bool {
        let is = |name: &str| typ.is_some_and(|typ| typ.eq_ignore_ascii_case(name));
        match self {
            Self::Classic => typ.is_none() || is("JWT") || is("at+jwt"),
            Self::AccessToken => is("at+jwt"),
            Self::Typed(name) => is(media_subtype(name)),
        }
    }

    /// Whether refresh tokens of this crate fit, which no access token may look like.
    pub(crate) fn accepts_refresh_tokens(&self) -> bool {
        self.accepts(Some(REFRESH_TYPE))
    }

    /// The claims that the profile requires, beyond those that every token needs.
    pub(super) const fn required_claims(&self) -> &'static [&'static str] {
        match self {
            Self::AccessToken => &["iss", "aud", "sub", "client_id", "iat", "jti"],
            Self::Classic | Self::Typed(_) => &[],
        }
    }
}

/// The `typ` of refresh tokens.
const REFRESH_TYPE: &str = "rt+jwt";

/// 366 days: what an issuer lets a refresh token live at most, and a day.
const LONGEST_REFRESH_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// What a key inside a token's own header means. It is never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmbeddedKeys {
    Ignore,
    Refuse,
}

/// Whom a token must be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// One of these.
    OneOf(Vec<String>),
    /// One of these, or no audience at all: another claim says whom the token is for.
    OneOfOrNone(Vec<String>),
    /// Anybody: the guard was told so, through the `danger` door.
    Any,
}

/// Which clients a token may have been issued to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clients {
    /// The claims that may name the client.
    pub(crate) claims: Vec<String>,
    /// The accepted ones; empty where any is.
    pub(crate) names: Vec<String>,
    /// Whether a token must name its client even where any is accepted.
    pub(crate) required: bool,
}

impl Default for Clients {
    fn default() -> Self {
        Self { claims: vec!["client_id".to_owned()], names: Vec::new(), required: false }
    }
}

/// Where a claim is: each segment is one member name, so names may hold dots.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClaimPath(pub(crate) Vec<String>);

/// What is demanded of the tokens of one issuer.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) profile: TokenProfile,
    /// Accepted issuers; empty where the guard checks none.
    pub(crate) issuers: Vec<String>,
    pub(crate) audience: Audience,
    pub(crate) clients: Clients,
    pub(crate) required_claims: Vec<String>,
    /// Claims that must be exactly these strings.
    pub(crate) claim_values: Vec<(String, String)>,
    pub(crate) subject_claim: String,
    pub(crate) scope_claims: Vec<ClaimPath>,
    pub(crate) role_claims: Vec<ClaimPath>,
    /// What scopes and roles imply.
    pub(crate) hierarchies: Hierarchies,
    /// Whether tokens say when their caller logged in, and what a request with their cookie must repeat: `fresh`, `csrf`.
    pub(crate) login_claims: LoginClaims,
    pub(crate) limits: Limits,
}

/// Whether the claims that speak of a login are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginClaims {
    Believed,
    /// As if they were not there: the issuer gives their names a meaning of its own, or is not asked about logins.
    PassedOver,
}

/// What is demanded of the tokens of every issuer of a guard. The defaults stand beside the setters, in
/// `setup/token_rules.rs`.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) embedded_keys: EmbeddedKeys,
    pub(crate) leeway: Duration,
    /// The longest time from `iat` to `exp`; `None` through the `danger` door.
    pub(crate) max_lifetime: Option<Duration>,
    /// The longest time since `iat`.
    pub(crate) max_token_age: Option<Duration>,
}

impl Rules {
    /// The same rules for refresh tokens: another type, and lives of up to a year.
    pub(crate) fn for_refresh_tokens(&self) -> Self {
        let longest = self.limits.max_lifetime.map(|_| LONGEST_REFRESH_LIFETIME);
        Self {
            profile: TokenProfile::Typed(REFRESH_TYPE.to_owned()),
            limits: Limits { max_lifetime: longest, max_token_age: None, ..self.limits.clone() },
            ..self.clone()
        }
    }

    /// Whether `name` is one of the accepted issuers.
    pub(crate) fn has_issuer(&self, name: &str) -> bool {
        self.issuers.iter().any(|ours| ours == name)
    }
}

impl fmt::Debug for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
