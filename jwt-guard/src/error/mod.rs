//! All failures between a request and its handler.

use std::fmt;

use crate::claims::typed::Misfit;
use crate::code::RefusalCode;
use crate::cookies::csrf::CrossSite;
use crate::location::LocationError;
use crate::opaque::DeadCredential;
use crate::policy::Way;
use crate::policy::evaluate::Unmet;
use crate::policy::path::PathMisfit;
use crate::verify::VerifyError;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) enum AuthError {
    /// The request has no token.
    NoToken,
    /// The request has credentials of another scheme, and no token.
    OtherScheme,
    /// The request has more than one token, or ambiguous ones.
    Location(LocationError),
    /// The token is not acceptable.
    Token(VerifyError),
    /// The token is valid, but its claims do not fit the type of the handler.
    Claims(Misfit),
    /// The token is of an issuer that the resolver of tenants does not know.
    UnknownTenant,
    /// The resolver of tenants does not answer.
    TenantLookup(String),
    /// Strangers have named too many issuers, so this one is not looked up.
    TenantFlood,
    /// The resolver of tenants answers with a guard that cannot be the tenant's.
    TenantGuard(String),
    /// The token was revoked.
    Revoked,
    /// The refresh token was replaced, and this is not the endpoint of its exchange. Its login lives, and a browser may
    /// have the new one already.
    Replaced,
    /// The request has an opaque credential, such as the id of a session, that does not stand for a caller (any more).
    UnknownCredential(&'static DeadCredential),
    /// The request has an opaque credential that was replaced a moment ago. Another request got the new one.
    ReplacedCredential(&'static DeadCredential),
    /// The store of revocations does not answer.
    Store(String),
    /// The token is valid, but the application has no user for it.
    UnknownUser,
    /// The user loader failed.
    UserLoader(String),
    /// The handler needs a user of another type than the guard loads.
    WrongUser { wanted: &'static str, loaded: Option<&'static str> },
    /// Another site may have made the browser send the request, and its cookies with it.
    CrossSite(CrossSite),
    /// The caller is known, but does not meet the policy.
    Policy(Unmet),
    /// The path does not have what the policy reads of it.
    Path(PathMisfit),
    /// A check of the handler refuses the caller.
    Check { name: &'static str, is_anonymous: bool },
    /// A check of the handler failed.
    CheckFailed { name: &'static str, reason: String },
    /// An extractor of a check refuses the request, or fails.
    CheckInput { input: &'static str, answer: String, has_failed: bool },
    /// The policy has a check, and is evaluated outside of its handler.
    CheckOutside(&'static str),
    /// The caller has the other kind of token than the policy asks for.
    OtherKind,
    /// The handler refuses for a reason of its own.
    ByHandler(String),
    /// No guard reaches the handler.
    NoGuard(Unreached),
    /// The verification panicked.
    Panic,
}

/// Why no guard reaches a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreached {
    NotProvided,
    /// A guard is among the extensions of the request, where it has no effect.
    OnlyAValue,
}

/// The class of a failure, which a client may learn, and which determines the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// No token was sent, or only credentials of another scheme.
    MissingToken,
    /// More than one token was sent, or the credentials are malformed.
    MalformedRequest,
    /// The token is bad, expired, revoked, of the wrong kind or without a user.
    InvalidToken,
    /// The token lacks a scope.
    InsufficientScope,
    /// The login of the token is too long ago, or too weak; the token may lack a scope besides.
    InsufficientUserAuthentication,
    /// The caller does not meet the policy, and no scope would help.
    Forbidden,
    /// The request may have been caused by a page of another site, which must not use the cookies of this one.
    CrossSite,
    /// The body is too long to look for a form field.
    BodyTooLarge,
    /// The policy hides the route from this caller.
    NotFound,
    /// A store, user loader, issuer, resolver of tenants or check that the decision needs does not answer.
    Unavailable,
    /// The handler has no guard, one that does not load its type of user, or a policy that does not fit its path.
    NotConfigured,
    /// The guard failed, or code of the application that it called.
    Internal,
}

impl FailureKind {
    /// Every class, for tables and tests.
    pub(crate) const ALL: [Self; 12] = [
        Self::MissingToken,
        Self::MalformedRequest,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::InsufficientUserAuthentication,
        Self::Forbidden,
        Self::CrossSite,
        Self::BodyTooLarge,
        Self::NotFound,
        Self::Unavailable,
        Self::NotConfigured,
        Self::Internal,
    ];
}

impl FailureKind {
    /// Whether it says something of the request. If not, the service failed.
    pub(crate) const fn is_verdict(self) -> bool {
        !matches!(self, Self::Unavailable | Self::NotConfigured | Self::Internal)
    }
}

impl AuthError {
    /// The class of this failure.
    pub(crate) fn kind(&self) -> FailureKind {
        match self {
            Self::NoToken | Self::OtherScheme | Self::Check { is_anonymous: true, .. } => {
                FailureKind::MissingToken
            }
            Self::CheckInput { has_failed: false, .. }
            | Self::Location(
                LocationError::Ambiguous | LocationError::Malformed | LocationError::UnequalCookies,
            ) => FailureKind::MalformedRequest,
            // A wrong clock is not the token's fault: an infrastructure failure is never a verdict.
            Self::CheckInput { has_failed: true, .. }
            | Self::Panic
            | Self::Token(VerifyError::ClockBefore1970) => FailureKind::Internal,
            Self::Token(VerifyError::NoKeys(_))
            | Self::TenantLookup(_)
            | Self::TenantFlood
            | Self::Store(_)
            | Self::UserLoader(_)
            | Self::CheckFailed { .. } => FailureKind::Unavailable,
            Self::Token(_)
            | Self::UnknownTenant
            | Self::Revoked
            | Self::Replaced
            | Self::UnknownCredential(_)
            | Self::ReplacedCredential(_)
            | Self::UnknownUser
            | Self::OtherKind => FailureKind::InvalidToken,
            Self::CrossSite(_) => FailureKind::CrossSite,
            Self::Policy(Unmet::Way(way)) if way.asks_for_a_login() => {
                FailureKind::InsufficientUserAuthentication
            }
            Self::Policy(Unmet::Way(_)) => FailureKind::InsufficientScope,
            // In these cases a new token would not help.
            Self::Claims(_)
            | Self::Policy(Unmet::Forbidden | Unmet::Malformed(_))
            | Self::Check { is_anonymous: false, .. }
            | Self::ByHandler(_) => FailureKind::Forbidden,
            Self::NoGuard(_)
            | Self::TenantGuard(_)
            | Self::WrongUser { .. }
            | Self::Path(_)
            | Self::CheckOutside(_) => FailureKind::NotConfigured,
        }
    }

    /// The code for the log.
    pub(crate) fn code(&self) -> RefusalCode {
        match self {
            Self::NoToken => RefusalCode::NoToken,
            Self::OtherScheme => RefusalCode::OtherScheme,
            Self::Location(LocationError::Ambiguous) => RefusalCode::SeveralTokens,
            Self::Location(LocationError::Malformed) => RefusalCode::MalformedCredentials,
            Self::Location(LocationError::UnequalCookies) => RefusalCode::UnequalCookies,
            Self::Token(reason) => reason.code(),
            Self::UnknownTenant => RefusalCode::UnknownTenant,
            Self::TenantLookup(_) | Self::TenantFlood => RefusalCode::TenantLookupFailed,
            Self::TenantGuard(_) => RefusalCode::TenantGuardUnfit,
            Self::Claims(_) => RefusalCode::ClaimsMisfit,
            Self::Revoked => RefusalCode::Revoked,
            Self::Replaced => RefusalCode::Replaced,
            Self::UnknownCredential(dead) | Self::ReplacedCredential(dead) => dead.code,
            Self::Store(_) => RefusalCode::StoreFailed,
            Self::UnknownUser => RefusalCode::UnknownUser,
            Self::UserLoader(_) => RefusalCode::UserLoaderFailed,
            Self::WrongUser { .. } => RefusalCode::UserTypeNotLoaded,
            Self::CrossSite(reason) => reason.code(),
            Self::Policy(Unmet::Way(way)) if way.asks_for_a_login() => RefusalCode::LoginInsufficient,
            Self::Policy(Unmet::Way(_)) => RefusalCode::ScopeMissing,
            Self::Policy(Unmet::Forbidden) => RefusalCode::ConditionUnmet,
            Self::Policy(Unmet::Malformed(_)) => RefusalCode::ClaimsUndecidable,
            Self::Path(_) => RefusalCode::PathParameterMissing,
            Self::Check { .. } => RefusalCode::CheckRefused,
            Self::CheckFailed { .. } => RefusalCode::CheckFailed,
            Self::CheckInput { .. } => RefusalCode::CheckInputRefused,
            Self::CheckOutside(_) => RefusalCode::CheckOutside,
            Self::OtherKind => RefusalCode::OtherTokenKind,
            Self::ByHandler(_) => RefusalCode::RefusedByHandler,
            Self::NoGuard(_) => RefusalCode::NoGuard,
            Self::Panic => RefusalCode::Panicked,
        }
    }

    /// What a new token must have, if a policy refused the caller and a new token would help.
    pub(crate) fn way(&self) -> Option<&Way> {
        match self {
            Self::Policy(Unmet::Way(way)) => Some(way),
            _ => None,
        }
    }

    /// Whether the credential can never be valid again: then its cookie is cleared. Every kind has its own arm, so a
    /// new one does not compile without a decision.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Token(reason) => reason.is_final(),
            Self::Revoked | Self::UnknownCredential(_) | Self::UnknownUser => true,
            Self::NoToken
            | Self::OtherScheme
            | Self::Location(_)
            | Self::Claims(_)
            // It may be a tenant again.
            | Self::UnknownTenant
            | Self::TenantLookup(_)
            | Self::TenantFlood
            | Self::TenantGuard(_)
            | Self::Store(_)
            | Self::UserLoader(_)
            | Self::WrongUser { .. }
            | Self::CrossSite(_)
            | Self::Policy(_)
            | Self::Path(_)
            | Self::Check { .. }
            | Self::CheckFailed { .. }
            | Self::CheckInput { .. }
            | Self::CheckOutside(_)
            | Self::OtherKind
            | Self::ByHandler(_)
            | Self::NoGuard(_)
            // The browser may have the next one already.
            | Self::Replaced
            | Self::ReplacedCredential(_)
            | Self::Panic => false,
        }
    }

    /// Whether the caller is unknown, so that an open page admits it: no token, or ambiguous cookies.
    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self, Self::NoToken | Self::OtherScheme | Self::Location(LocationError::UnequalCookies))
    }

    /// Whether the only fault of the token is its age. An opaque credential that is over, such as a session, cannot be
    /// distinguished from one that never existed.
    pub(crate) fn is_expired(&self) -> bool {
        matches!(
            self,
            Self::Token(VerifyError::Expired) | Self::UnknownCredential(_) | Self::ReplacedCredential(_)
        )
    }

    /// Whether the request has no credential that lives, where it was looked at: none, or one that this guard will never admit
    /// again. A login lives on whose user is unknown.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::NoToken | Self::OtherScheme => true,
            Self::UnknownUser => false,
            error => error.is_final(),
        }
    }
}

/// The reason, for the log.
impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("the request carries no token"),
            Self::OtherScheme => {
                f.write_str("the request carries credentials of another scheme, and no token")
            }
            Self::Location(LocationError::Ambiguous) => {
                f.write_str("the request carries more than one token")
            }
            Self::Location(LocationError::Malformed) => f.write_str("the credentials are malformed"),
            Self::Location(LocationError::UnequalCookies) => f.write_str(
                "the request carries two cookies of one name with different values: the name was set for \
                 another path or domain too",
            ),
            Self::Token(reason) => reason.fmt(f),
            Self::UnknownTenant => f.write_str("the issuer of the token is not a tenant"),
            Self::TenantFlood => f.write_str(
                "too many issuers that are not known were looked up within a second, as when a client sends \
                 tokens of random issuers: see `.max_lookups_per_second(..)`",
            ),
            Self::Revoked => f.write_str("the token was revoked"),
            Self::Replaced => f.write_str("the refresh token was replaced by a later one"),
            Self::UnknownCredential(dead) | Self::ReplacedCredential(dead) => f.write_str(dead.reason),
            Self::TenantLookup(reason)
            | Self::TenantGuard(reason)
            | Self::Store(reason)
            | Self::ByHandler(reason) => f.write_str(reason),
            Self::UnknownUser => f.write_str("the user loader found no user for this token"),
            Self::UserLoader(reason) => write!(f, "the loader of users failed: {reason}"),
            Self::WrongUser { wanted, loaded: Some(loaded) } => {
                write!(f, "the handler asks for a user of type `{wanted}`, and the guard loads `{loaded}`")
            }
            Self::WrongUser { wanted, loaded: None } => write!(
                f,
                "the handler asks for a user of type `{wanted}`, and the guard loads none: add \
                 `.load_user(loader)` to its builder"
            ),
            Self::Claims(Misfit { wanted, place }) => {
                write!(f, "the claims do not fit the type `{wanted}` that is asked for: {place}")
            }
            Self::CrossSite(reason) => reason.fmt(f),
            Self::Policy(Unmet::Way(way)) => {
                f.write_str(match (way.asks_for_a_login(), way.scopes().is_empty()) {
                    (true, true) => "the login of the caller is too old or too weak",
                    (true, false) => {
                        "the login of the caller is too old or too weak, and the token lacks a scope"
                    }
                    (false, _) => "the token lacks a scope",
                })
            }
            Self::Policy(Unmet::Forbidden) => {
                f.write_str("a role, a claim, the path or a `not(..)` stands against the caller")
            }
            Self::Policy(Unmet::Malformed(claims)) => {
                write!(f, "the token has malformed claims, so that the policy cannot be decided: `{claims}`")
            }
            Self::Path(misfit) => misfit.fmt(f),
            Self::Check { name, .. } => write!(f, "the check `{name}` refuses the caller"),
            Self::CheckFailed { name, reason } => write!(f, "the check `{name}` failed: {reason}"),
            Self::CheckInput { input, answer, .. } => {
                write!(f, "an extractor of a check, `{input}`, refuses the request with {answer}")
            }
            Self::CheckOutside(name) => {
                write!(
                    f,
                    "the policy has the check `{name}`, which only its handler makes, and is evaluated \
                     outside of one"
                )
            }
            Self::OtherKind => f.write_str(
                "the caller has an access token where a refresh token is asked for, or the other way round",
            ),
            Self::NoGuard(cause) => cause.fmt(f),
            Self::Panic => f.write_str("the verification panicked; the request was refused"),
        }
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProvided => {
                "no guard reaches this handler: add `.with_guard(guard)` to its `jwt_guard::Router`, or \
                 `.layer(guard.layer())` to an axum router, after its routes; or call `guard.install()` at \
                 start-up"
            }
            Self::OnlyAValue => {
                "no guard reaches this handler: the `JwtGuard` in the extensions of the request, by \
                 `Extension(guard)` or `insert`, is only a value there; add `.layer(guard.layer())` instead, \
                 or call `guard.provide(&mut extensions)`"
            }
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
