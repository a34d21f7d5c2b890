//! The rules for a token, beside a valid signature.

use std::fmt;
use std::time::Duration;

use super::header::media_subtype;

use crate::claims::hierarchy::Hierarchies;
use crate::json::{At, Json, Object};

/// Which kind of token a guard accepts, by the `typ` of its header (RFC 8725 section 3.11).
///
/// Whatever the profile, other known kinds of JWT never pass: logout tokens, DPoP proofs, security events, refresh tokens
/// and so on. ID tokens have no type of their own: see [`Classic`](Self::Classic).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenProfile {
    /// No `typ`, `JWT` or `at+jwt`: the tokens of issuers that predate RFC 9068. The default, because most do.
    ///
    /// An ID token has the type `JWT` too, and the name of its client in `aud`. So **it is accepted if that client and
    /// this service have the same name.** Give the service a name that no client has; or distinguish the tokens: by the
    /// profile [`AccessToken`](Self::AccessToken), by a [preset](crate::TrustedIssuer#presets), or by a claim with
    /// [`claim_value`](crate::TrustedIssuer::claim_value) or [`required_claim`](crate::setup::Builder::required_claim).
    /// Claims such as `nonce` or `at_hash` are not decisive: some issuers put them into access tokens as well.
    #[default]
    Classic,
    /// RFC 9068 access tokens: `at+jwt`, with the claims `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti`.
    AccessToken,
    /// Exactly this `typ`, such as `example+jwt`; compared without case, with or without `application/` where
    /// no other `/` is in it (RFC 7515 section 4.1.9).
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

    /// Whether it accepts the type of this crate's refresh tokens, which access tokens must not have.
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

/// 366 days: the longest lifetime of refresh tokens, plus a day.
const LONGEST_REFRESH_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The treatment of a key inside a token's own header. It is never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmbeddedKeys {
    Ignore,
    Refuse,
}

/// The required audience of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// One of these.
    OneOf(Vec<String>),
    /// One of these, or no audience at all, because another claim names the recipient.
    OneOfOrNone(Vec<String>),
    /// Any audience, by `danger()`.
    Any,
}

impl Audience {
    /// Whether a token for `name` is for this service.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(ours) | Self::OneOfOrNone(ours) => ours.iter().any(|known| known == name),
        }
    }
}

/// The clients to which a token may have been issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clients {
    /// The claims that may name the client.
    pub(crate) claims: Vec<String>,
    /// The accepted clients; empty if all are.
    pub(crate) names: Vec<String>,
    /// Whether a token must name its client even if all are accepted.
    pub(crate) required: bool,
    /// The clients whose tokens may lack an audience, where that may be absent; empty if it may be for all.
    pub(crate) as_audience: Vec<String>,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            claims: vec!["client_id".to_owned()],
            names: Vec::new(),
            required: false,
            as_audience: Vec::new(),
        }
    }
}

/// The path to a claim: each segment is one member name, so names may contain dots.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClaimPath(pub(crate) Vec<String>);

/// A claim that is an object, each of whose members is a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleObject {
    pub(crate) path: ClaimPath,
    /// The organization in which a role must be granted, if not any.
    pub(crate) organization: Option<String>,
}

/// A member that must be one of certain strings, compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequiredValue {
    pub(crate) path: ClaimPath,
    /// None if the member must be absent.
    pub(crate) values: Vec<String>,
    pub(crate) may_be_absent: bool,
    /// The setting that changes it, for the log.
    pub(crate) setting: &'static str,
}

/// Why a [`RequiredValue`] is not met.
pub(super) enum UnmetValue {
    Absent,
    OtherValue,
}

/// The rules for the tokens of one issuer.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) profile: TokenProfile,
    /// Accepted issuers; empty if the guard does not check the issuer.
    pub(crate) issuers: Vec<String>,
    pub(crate) audience: Audience,
    pub(crate) clients: Clients,
    pub(crate) required_claims: Vec<String>,
    /// Claims that must have certain values.
    pub(crate) claim_values: Vec<RequiredValue>,
    /// The same of the header.
    pub(crate) header_values: Vec<RequiredValue>,
    pub(crate) subject_claim: String,
    /// Whether tokens that name a client and no subject are accepted.
    pub(crate) machine_callers: bool,
    pub(crate) scope_claims: Vec<ClaimPath>,
    pub(crate) role_claims: Vec<ClaimPath>,
    /// Objects whose member names are roles.
    pub(crate) role_objects: Vec<RoleObject>,
    /// What scopes and roles imply.
    pub(crate) hierarchies: Hierarchies,
    /// The treatment of `fresh` and `csrf`, which concern logins and cookies.
    pub(crate) login_claims: LoginClaims,
    pub(crate) limits: DateLimits,
}

/// Whether the claims about a login are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginClaims {
    Believed,
    /// They count as absent, because the issuer may use these names otherwise.
    PassedOver,
}

/// The rules for the tokens of all issuers of a guard. The defaults stand beside the setters, in
/// `setup/token_rules.rs`.
#[derive(Clone, Debug)]
pub(crate) struct DateLimits {
    pub(crate) embedded_keys: EmbeddedKeys,
    pub(crate) leeway: Duration,
    /// The longest time from `iat` to `exp`; `None` by `danger()`.
    pub(crate) max_lifetime: Option<Duration>,
    /// The longest time since `iat`.
    pub(crate) max_token_age: Option<Duration>,
}

impl DateLimits {
    /// RFC 7519 section 4.1.4: "usually no more than a few minutes".
    pub(crate) const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);
}

impl Rules {
    /// The same rules for refresh tokens: another type, lifetimes of up to a year, and no claims of the application, which
    /// stand in the access tokens.
    pub(crate) fn for_refresh_tokens(&self) -> Self {
        let longest = self.limits.max_lifetime.map(|_| LONGEST_REFRESH_LIFETIME);
        Self {
            profile: TokenProfile::Typed(REFRESH_TYPE.to_owned()),
            limits: DateLimits { max_lifetime: longest, max_token_age: None, ..self.limits.clone() },
            machine_callers: false,
            required_claims: Vec::new(),
            claim_values: Vec::new(),
            ..self.clone()
        }
    }

    /// The first requirement that this header does not meet.
    pub(super) fn other_header_value(&self, header: &Object<'_>) -> Option<&RequiredValue> {
        self.header_values.iter().find(|required| required.check(header).is_err())
    }

    /// Whether `name` is one of the accepted issuers.
    pub(crate) fn has_issuer(&self, name: &str) -> bool {
        self.issuers.iter().any(|ours| ours == name)
    }
}

impl RequiredValue {
    /// The names of the path, with dots between them.
    pub(super) fn name(&self) -> String {
        self.path.0.join(".")
    }

    /// Checks the members of a payload or a header. A member that is `null` is absent.
    pub(super) fn check(&self, members: &Object<'_>) -> Result<(), UnmetValue> {
        match members.at(&self.path.0) {
            At::Value(Json::Text(found)) if self.values.iter().any(|value| value == found) => Ok(()),
            At::Absent if self.may_be_absent => Ok(()),
            At::Absent => Err(UnmetValue::Absent),
            At::Value(_) | At::NoObject => Err(UnmetValue::OtherValue),
        }
    }
}

impl fmt::Debug for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
