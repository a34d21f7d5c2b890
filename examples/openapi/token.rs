//! The token endpoint: the password grant of OAuth 2 (RFC 6749 section 4.3), which the dialog of Swagger UI speaks.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use jwt_guard::login::LoginError;
use jwt_guard::{Claims, JwtGuard, anonymous_allowed, authentication_required};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordGrant {
    grant_type: String,
    username: String,
    password: String,
    /// Names with blanks between them; all that the user may do, if there are none.
    #[serde(default)]
    scope: String,
}

impl PasswordGrant {
    /// What the user may do. The password of every user is `secret` here; a real service compares with a hash, such as Argon2.
    fn scopes_of_user(&self) -> Option<&'static [&'static str]> {
        match (self.username.as_str(), self.password.as_str()) {
            ("ada", "secret") => Some(&["orders:read", "orders:write"]),
            ("bob", "secret") => Some(&["orders:read"]),
            _ => None,
        }
    }

    /// What is asked for and may be given.
    fn granted(&self, all: &[&'static str]) -> Vec<&'static str> {
        let asked: Vec<_> = self.scope.split_ascii_whitespace().collect();
        all.iter().copied().filter(|scope| asked.is_empty() || asked.contains(scope)).collect()
    }
}

#[expect(dead_code, reason = "what the guard writes, for the document")]
#[derive(ToSchema)]
pub(crate) struct Token {
    access_token: String,
    token_type: String,
    /// In seconds.
    expires_in: u32,
    scope: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TokenProblem {
    /// One of the words of RFC 6749 section 5.2.
    error: &'static str,
}

/// Gives a token for a name and a password.
#[utoipa::path(post, path = "/token",
    request_body(content = PasswordGrant, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = OK, body = Token),
        (status = BAD_REQUEST, description = "Wrong name or password, or another grant.", body = TokenProblem),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "Not a form, by its content type."),
        (status = UNPROCESSABLE_ENTITY, description = "A field is missing."),
    ),
)]
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
pub(crate) async fn token(guard: JwtGuard, Form(grant): Form<PasswordGrant>) -> Result<Response, LoginError> {
    if grant.grant_type != "password" {
        return Ok(problem("unsupported_grant_type"));
    }
    let Some(all) = grant.scopes_of_user() else { return Ok(problem("invalid_grant")) };
    let scopes = grant.granted(all);
    guard.login(grant.username).scopes(scopes).respond().await
}

fn problem(error: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, Json(TokenProblem { error })).into_response()
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    name: String,
}

/// Who the caller is.
#[utoipa::path(get, path = "/me", responses((status = OK, body = Me)))]
#[authentication_required]
pub(crate) async fn me(claims: Claims) -> Json<Me> {
    Json(Me { name: claims.subject().to_owned() })
}
