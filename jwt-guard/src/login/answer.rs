//! Responses with tokens: in the body, in a header, or in cookies.

use std::fmt;

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::{LoginError, LoginErrorKind};
use crate::cookies::CookieSettings;
use crate::guard::JwtGuard;
use crate::issue::{IssueError, IssuedToken, TokenPair};
use crate::token::TokenKind;

/// Where in the response the tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Json,
    Header,
    Cookies,
    /// In cookies, and the access token in the body too.
    CookiesAndJson,
}

impl Delivery {
    pub(super) fn has_cookies(self) -> bool {
        matches!(self, Self::Cookies | Self::CookiesAndJson)
    }

    fn has_json(self) -> bool {
        matches!(self, Self::Json | Self::CookiesAndJson)
    }

    /// Whether browsers keep these tokens, if they are set as cookies.
    pub(super) fn fits(self, guard: &JwtGuard, pair: &TokenPair) -> Result<(), IssueError> {
        let Some(cookies) = guard.config().cookies.as_ref().filter(|_| self.has_cookies()) else {
            return Ok(());
        };
        cookies.fits(TokenKind::Access, pair.access().as_str())?;
        Ok(cookies.fits(TokenKind::Refresh, pair.refresh().as_str())?)
    }
}

/// The settings of a response.
pub(super) struct TokenAnswer {
    pub(super) form: Delivery,
    pub(super) status: Option<StatusCode>,
    pub(super) body: Option<Result<Value, serde_json::Error>>,
}

/// The issued tokens.
pub(super) struct Tokens {
    access: IssuedToken,
    refresh: Option<IssuedToken>,
}

/// The response of RFC 6749 section 5.1, with additional members of the application.
#[derive(Serialize)]
struct OAuthAnswer<'t> {
    access_token: &'t str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'t str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'t str,
    #[serde(flatten)]
    more: Map<String, Value>,
}

const OAUTH_MEMBERS: [&str; 5] = ["access_token", "token_type", "expires_in", "refresh_token", "scope"];

impl TokenAnswer {
    pub(super) fn new(form: Delivery) -> Self {
        Self { form, status: None, body: None }
    }

    pub(super) fn set_body(&mut self, body: impl Serialize) {
        self.body = Some(serde_json::to_value(body));
    }

    /// Refuses settings that have no place for tokens, before any is issued.
    pub(super) fn check(&mut self, guard: &JwtGuard) -> Result<(), LoginError> {
        if self.form.has_cookies() && guard.config().cookies.is_none() {
            let message = "tokens in cookies need `.cookies(CookieSettings::new())` on the guard's builder";
            return Err(LoginError::unconfigured(guard, message));
        }
        let body = self.body.take().transpose().map_err(|error| {
            LoginError::new(guard, LoginErrorKind::Body, "the body is not JSON", Some(error.into()))
        })?;
        if let (true, Some(body)) = (self.form.has_json(), &body) {
            let legal = body
                .as_object()
                .is_some_and(|members| !members.keys().any(|name| OAUTH_MEMBERS.contains(&name.as_str())));
            if !legal {
                let message = "the body goes beside the tokens, so it must be an object, without `access_token`, \
                               `token_type`, `expires_in`, `refresh_token` and `scope`";
                return Err(LoginError::new(guard, LoginErrorKind::Body, message, None));
            }
        }
        self.body = body.map(Ok);
        Ok(())
    }

    /// The response with the tokens.
    pub(super) fn write(self, guard: &JwtGuard, tokens: &Tokens) -> Result<Response, LoginError> {
        let Self { form, status, body } = self;
        let body = body.and_then(Result::ok);
        let mut response = match (form, body) {
            (Delivery::Json, more) => json(guard, &tokens.as_json(more))?,
            // The refresh token stays where scripts cannot read it.
            (Delivery::CookiesAndJson, more) => {
                json(guard, &OAuthAnswer { refresh_token: None, ..tokens.as_json(more) })?
            }
            (Delivery::Header | Delivery::Cookies, Some(body)) => json(guard, &body)?,
            (Delivery::Header | Delivery::Cookies, None) => empty(),
        };
        let headers = response.headers_mut();
        match (form, &guard.config().cookies) {
            (Delivery::Header, _) => {
                let scheme = guard.config().locations.challenge_scheme();
                // Schemes and tokens are ASCII.
                if let Ok(mut value) = HeaderValue::try_from(format!("{scheme} {}", tokens.access.as_str())) {
                    value.set_sensitive(true);
                    headers.insert(AUTHORIZATION, value);
                }
            }
            (Delivery::Cookies | Delivery::CookiesAndJson, Some(cookies)) => {
                for line in tokens.as_cookies(guard, cookies)? {
                    headers.append(SET_COOKIE, line);
                }
            }
            (Delivery::Json, _) | (Delivery::Cookies | Delivery::CookiesAndJson, None) => {}
        }
        if let Some(status) = status {
            *response.status_mut() = status;
        }
        Ok(response)
    }
}

impl Tokens {
    fn as_json(&self, more: Option<Value>) -> OAuthAnswer<'_> {
        OAuthAnswer {
            access_token: self.access.as_str(),
            token_type: "Bearer",
            expires_in: self.access.expires_in().as_secs(),
            refresh_token: self.refresh.as_ref().map(IssuedToken::as_str),
            scope: self.access.scope(),
            more: match more {
                Some(Value::Object(members)) => members,
                _ => Map::new(),
            },
        }
    }

    fn as_cookies(&self, guard: &JwtGuard, cookies: &CookieSettings) -> Result<Vec<HeaderValue>, LoginError> {
        let mut lines = Vec::with_capacity(4);
        let tokens = [(TokenKind::Access, Some(&self.access)), (TokenKind::Refresh, self.refresh.as_ref())];
        for (kind, token) in tokens {
            let Some(token) = token else { continue };
            let csrf = token.csrf().unwrap_or_default();
            let set = cookies.set(kind, token.as_str(), csrf, token.expires_in());
            lines.extend(set.map_err(|error| LoginError::of_cookie(guard, error))?);
        }
        Ok(lines)
    }
}

impl From<TokenPair> for Tokens {
    fn from(pair: TokenPair) -> Self {
        let (access, refresh) = pair.into_parts();
        Self { access, refresh: Some(refresh) }
    }
}

impl From<IssuedToken> for Tokens {
    fn from(access: IssuedToken) -> Self {
        Self { access, refresh: None }
    }
}

/// 204, not to be stored.
pub(super) fn empty() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    keep_nothing(&mut response);
    response
}

fn json(guard: &JwtGuard, body: &impl Serialize) -> Result<Response, LoginError> {
    let text = serde_json::to_vec(body).map_err(|error| {
        LoginError::new(guard, LoginErrorKind::Body, "the body is not JSON", Some(error.into()))
    })?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    keep_nothing(&mut response);
    Ok(response)
}

/// RFC 6749 section 5.1: "The authorization server MUST include [..] "Cache-Control" [..] with a value of "no-store" [..]
/// as well as the "Pragma" response header field with a value of "no-cache"."
fn keep_nothing(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("form", &self.form)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
