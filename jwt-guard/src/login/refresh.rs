//! Answers a refresh with the next pair of tokens.

use std::fmt;

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::CallerToken;
use super::answer::{Delivery, TokenAnswer, Tokens};
use super::caught::caught_login;
use super::error::{LoginError, LoginErrorKind};
use super::new_login::prepare;
use super::sealed::Token;
use crate::guard::JwtGuard;
use crate::issue::{AccessAndRefresh, IssueError, NewToken, Renewal};
use crate::token::{TokenKind, TokenSource};

impl JwtGuard {
    /// Starts the answer to a refresh: a policy with [`token = "refresh"`](crate::policy::Rule::with_token) has
    /// admitted `caller`.
    ///
    /// A new pair replaces the refresh token. Using the old one again at this endpoint revokes the whole login, unless
    /// the guard has a [grace period](crate::setup::Builder::refresh_grace); every other handler refuses it. The answer has
    /// the form in which the refresh token came: cookies for a cookie, if the guard [sets
    /// cookies](crate::setup::Builder::cookies), else JSON, which scripts can read.
    pub fn refresh(&self, caller: &impl CallerToken) -> Refresh {
        let caller = caller.held();
        let (guard, config) = (self.clone(), self.config());
        let by_cookie = caller.as_ref().is_some_and(|token| token.1 == TokenSource::Cookie);
        let form = if by_cookie && config.cookies.is_some() { Delivery::Cookies } else { Delivery::Json };
        let is_refresh = |token: &Token<'_>| {
            token.0.verified_as().is_some_and(|verified| verified.kind == TokenKind::Refresh)
        };
        // An access token says nothing of the refresh token in its cookie, nor does a token in another cookie.
        let clears = by_cookie
            && caller.as_ref().is_some_and(is_refresh)
            && config.sets_cookies_of(TokenKind::Refresh);
        let step = match caller {
            None => RefreshStep::NoToken,
            Some(Token(token, _)) if !config.has_verified(token) => RefreshStep::OtherGuard,
            Some(Token(token, _)) => self.issuer().map_or(RefreshStep::NoIssuer, |issuer| {
                RefreshStep::Of(Box::new(issuer.renew_verified(token)))
            }),
        };
        Refresh { guard, step, clears, answer: TokenAnswer::new(form) }
    }
}

/// The refresh token that was presented.
enum RefreshStep {
    NoToken,
    OtherGuard,
    NoIssuer,
    Of(Box<Result<Renewal, IssueError>>),
}

/// The answer to a refresh, from [`JwtGuard::refresh`].
#[must_use = "nothing is refreshed until `respond` is awaited"]
pub struct Refresh {
    guard: JwtGuard,
    step: RefreshStep,
    /// Whether the token came in the cookie of refresh tokens.
    clears: bool,
    answer: TokenAnswer,
}

impl Refresh {
    /// Changes the contents of the next pair, for example after looking up the roles of the caller again. By default
    /// they are those of the login.
    pub fn change(
        mut self,
        change: impl FnOnce(NewToken<AccessAndRefresh>) -> NewToken<AccessAndRefresh>,
    ) -> Self {
        if let RefreshStep::Of(renewal) = self.step {
            self.step = RefreshStep::Of(Box::new(renewal.map(|renewal| renewal.change(change))));
        }
        self
    }

    /// Answers with the tokens as JSON. The default for a token that did not come in a cookie; do not show one from a
    /// cookie to scripts.
    pub fn json(mut self) -> Self {
        self.answer.form = Delivery::Json;
        self
    }

    /// Answers with the tokens in cookies. The default for a token that came in one.
    pub fn cookies(mut self) -> Self {
        self.answer.form = Delivery::Cookies;
        self
    }

    /// Answers with the tokens in cookies, and the access token in the body too; as
    /// [`Login::cookies_and_json`](super::Login::cookies_and_json).
    pub fn cookies_and_json(mut self) -> Self {
        self.answer.form = Delivery::CookiesAndJson;
        self
    }

    /// The status of the answer; as [`Login::status`](super::Login::status).
    pub fn status(mut self, status: StatusCode) -> Self {
        self.answer.status = Some(status);
        self
    }

    /// A body; as [`Login::body`](super::Login::body).
    pub fn body(mut self, body: impl Serialize) -> Self {
        self.answer.set_body(body);
        self
    }

    /// Rotates the token in the store, and writes the response. Of any number of concurrent calls with one token,
    /// exactly one succeeds.
    ///
    /// # Errors
    ///
    /// The refresh token is not valid any more: 401 `invalid_token`, which clears its cookie if it came in the one that the
    /// guard sets; another guard has verified it: 500; the store does not answer; or as
    /// [`Login::respond`](super::Login::respond).
    pub async fn respond(self) -> Result<Response, LoginError> {
        caught_login(&self.guard.clone(), self.rotate()).await
    }

    async fn rotate(self) -> Result<Response, LoginError> {
        let Self { guard, step, clears, mut answer } = self;
        answer.check(&guard)?;
        let renewal = match step {
            RefreshStep::Of(renewal) => renewal,
            RefreshStep::NoToken => {
                let message = "the caller has no token to refresh";
                return Err(LoginError::new(&guard, LoginErrorKind::MissingToken, message, None));
            }
            RefreshStep::OtherGuard => {
                let message = "another guard has verified the token: a refresh needs the guard of the request, as the parameter \
                               `JwtGuard` gives it";
                return Err(LoginError::unconfigured(&guard, message));
            }
            RefreshStep::NoIssuer => return Err(unconfigured(&guard)),
        };
        let Some((issuing, store)) =
            guard.config().issuing.as_ref().and_then(|issuing| Some((issuing, issuing.store.as_ref()?)))
        else {
            return Err(unconfigured(&guard));
        };
        let rotated = match *renewal {
            Ok(renewal) => {
                let renewal =
                    renewal.change(|token| prepare(token, issuing, answer.form)).grace(issuing.grace);
                // A pair that the client cannot keep must not replace the one that it has.
                renewal.rotate_if(&**store, |pair| answer.form.fits(&guard, pair)).await
            }
            Err(error) => Err(error),
        };
        let tokens: Tokens = rotated.map(Into::into).map_err(|error| {
            let error = LoginError::of_issue(&guard, error);
            if clears { error.clearing_cookie() } else { error }
        })?;
        answer.write(&guard, &tokens)
    }
}

fn unconfigured(guard: &JwtGuard) -> LoginError {
    let message = "a refresh needs `.signing_key(..)` and `.token_store(..)` on the guard's builder";
    LoginError::unconfigured(guard, message)
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").field("answer", &self.answer).finish_non_exhaustive()
    }
}
