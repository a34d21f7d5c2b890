//! The error of a login, refresh or logout.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tracing::{Level, field};

use crate::causes::with_causes;
use crate::code::RefusalCode;
use crate::cookies::TooLongForCookie;
use crate::cookies::csrf::CrossSite;
use crate::error::{AuthError, FailureKind};
use crate::guard::{JwtGuard, Overlooked};
use crate::issue::{IssueError, IssueErrorKind};
use crate::policy::Rule;
use crate::respond::Refusal;
use crate::store::StoreError;
use crate::token::TokenKind;

/// A login, a refresh or a logout failed.
///
/// As a response it is the guard's answer to that class of failure: 401 with a challenge for a refresh token that is
/// missing or not valid any more, 403 for a request that another site may have sent, 503 for a store that does not answer,
/// and 500 for all else. The reason was logged when the error was made; it contains no token.
pub struct LoginError {
    kind: LoginErrorKind,
    code: RefusalCode,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
    /// The class of failure that the response stands for.
    failure: FailureKind,
    guard: JwtGuard,
    /// Whether the cookie with the refresh token is cleared, because it will never be valid again.
    clears_refresh: bool,
}

/// Why a login, a refresh or a logout failed, for code that answers each kind in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginErrorKind {
    /// The body is not JSON, or has a member that the response sets itself.
    Body,
    /// A token could not be issued.
    Issue,
    /// The caller is anonymous, and the request has a credential that may live: two cookies of one name, a session id that was
    /// replaced a moment ago. Nothing was revoked, and no cookie cleared.
    LogoutRefused,
    /// Another site may have sent the request. Nothing was revoked, and no cookie cleared.
    CrossSite,
    /// The caller has no token to refresh.
    MissingToken,
    /// Code of the application panicked: a store or the clock. What was asked for may be done or not.
    Panic,
    /// The refresh token was used before, or its login is unknown, revoked or too old: the caller has to log in.
    RefreshRefused,
    /// The refresh token was replaced within the grace period. The login lives on, with the new token.
    RefreshRetried,
    /// A store does not answer. No cookie was cleared; of several logins, or of a login and a session, some may have ended.
    Store,
    /// The guard lacks a setting that this needs, or another guard has verified the caller.
    Unconfigured,
}

impl LoginErrorKind {
    /// The code for the log.
    const fn code(self) -> RefusalCode {
        match self {
            Self::Body | Self::Issue | Self::LogoutRefused => RefusalCode::LoginFailed,
            Self::CrossSite => RefusalCode::CrossSiteRequest,
            Self::MissingToken => RefusalCode::NoToken,
            Self::Panic => RefusalCode::Panicked,
            Self::RefreshRefused => RefusalCode::RefreshRefused,
            Self::RefreshRetried => RefusalCode::Replaced,
            Self::Store => RefusalCode::StoreFailed,
            Self::Unconfigured => RefusalCode::LoginNotConfigured,
        }
    }

    /// The class of failure that a response stands for.
    const fn failure(self) -> FailureKind {
        match self {
            Self::CrossSite => FailureKind::CrossSite,
            Self::LogoutRefused => FailureKind::MalformedRequest,
            Self::MissingToken => FailureKind::MissingToken,
            Self::RefreshRefused | Self::RefreshRetried => FailureKind::InvalidToken,
            Self::Store => FailureKind::Unavailable,
            Self::Body | Self::Issue | Self::Panic | Self::Unconfigured => FailureKind::Internal,
        }
    }
}

impl LoginError {
    pub(super) fn new(
        guard: &JwtGuard,
        kind: LoginErrorKind,
        message: impl Into<Cow<'static, str>>,
        source: Option<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::with_code(guard, kind, kind.code(), message.into(), source)
    }

    fn with_code(
        guard: &JwtGuard,
        kind: LoginErrorKind,
        code: RefusalCode,
        message: Cow<'static, str>,
        source: Option<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        let failure = kind.failure();
        Self { kind, code, message, source, failure, guard: guard.clone(), clears_refresh: false }.logged()
    }

    pub(super) fn unconfigured(guard: &JwtGuard, message: &'static str) -> Self {
        Self::new(guard, LoginErrorKind::Unconfigured, message, None)
    }

    pub(super) fn of_panic(guard: &JwtGuard) -> Self {
        guard.count_panic(&AuthError::Panic);
        Self::new(guard, LoginErrorKind::Panic, "a store or the clock panicked", None)
    }

    pub(super) fn of_issue(guard: &JwtGuard, source: IssueError) -> Self {
        let (kind, message) = match source.kind() {
            IssueErrorKind::RefreshExpired
            | IssueErrorKind::RefreshMisused
            | IssueErrorKind::RefreshReused
            | IssueErrorKind::RefreshUnknown => {
                (LoginErrorKind::RefreshRefused, "the refresh token does not count")
            }
            IssueErrorKind::RefreshRetried => {
                (LoginErrorKind::RefreshRetried, "the refresh token was replaced a moment ago")
            }
            IssueErrorKind::Store => (LoginErrorKind::Store, "the token store does not answer"),
            _ => (LoginErrorKind::Issue, "no token could be issued"),
        };
        let code = match source.kind() {
            IssueErrorKind::RefreshReused => RefusalCode::RefreshReused,
            _ => kind.code(),
        };
        Self::with_code(guard, kind, code, message.into(), Some(source.into()))
    }

    pub(super) fn of_site(guard: &JwtGuard, reason: CrossSite) -> Self {
        Self::with_code(guard, LoginErrorKind::CrossSite, reason.code(), reason.to_string().into(), None)
    }

    /// An anonymous caller of a logout may have a credential that lives.
    pub(super) fn of_overlooked(guard: &JwtGuard, overlooked: Overlooked<'_>) -> Self {
        let error = match overlooked {
            Overlooked::Everything => {
                let message = "the caller is anonymous because no credential was looked at: a logout of a handler with \
                               `credentials = \"ignored\"` takes `LoginCredentials`, and one with another policy takes the guard \
                               as a parameter";
                return Self::unconfigured(guard, message);
            }
            Overlooked::Refused(AuthError::CrossSite(reason)) => return Self::of_site(guard, *reason),
            Overlooked::Refused(error) => error,
        };
        let (kind, message) = (LoginErrorKind::LogoutRefused, error.to_string().into());
        let failure = guard.class_of(error);
        let guard = guard.clone();
        Self { kind, code: error.code(), message, source: None, failure, guard, clears_refresh: false }
            .logged()
    }

    pub(super) fn of_store(guard: &JwtGuard, source: StoreError) -> Self {
        Self::new(guard, LoginErrorKind::Store, "the token store does not answer", Some(source.into()))
    }

    #[cfg(feature = "sessions")]
    pub(super) fn of_session(guard: &JwtGuard, source: &crate::session::SessionError) -> Self {
        // Without the causes, which may quote names that the store was given.
        Self::new(guard, LoginErrorKind::Store, source.to_string(), None)
    }

    pub(super) fn of_cookie(guard: &JwtGuard, source: TooLongForCookie) -> Self {
        Self::new(guard, LoginErrorKind::Issue, "the token does not fit into a cookie", Some(source.into()))
    }

    /// Clears the cookie with the refresh token, if that will never be valid again. The access token may still be
    /// valid.
    pub(super) fn clearing_cookie(mut self) -> Self {
        self.clears_refresh = match self.kind {
            LoginErrorKind::RefreshRefused => true,
            LoginErrorKind::Body
            | LoginErrorKind::CrossSite
            | LoginErrorKind::Issue
            | LoginErrorKind::LogoutRefused
            | LoginErrorKind::MissingToken
            | LoginErrorKind::Panic
            // The browser may have the next one already.
            | LoginErrorKind::RefreshRetried
            | LoginErrorKind::Store
            | LoginErrorKind::Unconfigured => false,
        };
        self
    }

    /// The kind of error, to match on.
    pub fn kind(&self) -> LoginErrorKind {
        self.kind
    }

    /// The status of the response, for an error type of the application that writes its own.
    pub fn status(&self) -> StatusCode {
        Refusal::new(self.failure, Vec::new()).status()
    }

    /// Logs it. Verdicts are `INFO`, because any client can cause them; failures of the service are `ERROR`.
    fn logged(self) -> Self {
        let Self { kind, code, failure, guard, .. } = &self;
        let reason = with_causes(&self);
        // A guard that is not a parameter of the handler does not know them.
        let rule = guard.rule();
        let handler = rule.and_then(Rule::declaration).map(|declaration| declaration.handler);
        let setting = (*code == RefusalCode::RefreshReused).then_some(".refresh_grace(..)");
        // `event!` needs a constant level.
        macro_rules! say {
            ($level:expr, $what:literal) => {
                tracing::event!(
                    target: "jwt_guard",
                    $level,
                    code = code.as_str(),
                    ?kind,
                    handler,
                    policy = rule.map(field::display),
                    reason,
                    setting,
                    $what
                )
            };
        }
        if failure.is_verdict() {
            say!(Level::INFO, "login refused");
        } else {
            say!(Level::ERROR, "login failed");
        }
        self
    }
}

impl IntoResponse for LoginError {
    fn into_response(self) -> Response {
        let head = self.guard.asking_head();
        let mut response = self.guard.answer(self.failure, Vec::new(), head).into_response();
        if let Some(cookies) = self.guard.config().cookies.as_ref().filter(|_| self.clears_refresh) {
            cookies.clear_in(TokenKind::Refresh, response.headers_mut());
        }
        response
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for LoginError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginError").field("kind", &self.kind).field("message", &self.message).finish()
    }
}
