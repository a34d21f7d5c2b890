//! The body of a refusal.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::Refusal;
use crate::error::FailureKind;

/// Writes the body, and if need be more headers, of a refusal.
///
/// Status, `WWW-Authenticate` and `Cache-Control` are the guard's: they are set after this ran. A renderer that panics is
/// answered with 500 and the body of [`ProblemJson`]. Implemented for closures:
///
/// ```
/// use axum::response::{Html, IntoResponse};
/// use jwt_guard::respond::Refusal;
/// use jwt_guard::{JwtGuard, Secret};
///
/// let guard = JwtGuard::builder()
///     .secret(Secret::random())
///     .audience("orders")
///     .refusal_body(|refusal: &Refusal| Html(format!("<h1>{}</h1>", refusal.detail())).into_response())
///     .build()?;
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
pub trait RenderRefusal: Send + Sync + 'static {
    /// Writes the body.
    fn render(&self, refusal: &Refusal) -> Response;

    /// Writes the answer for a route that a policy hides with `deny_as = "not_found"`.
    ///
    /// By default what axum answers for a path that has no route: no body and no header. A [`Router`](crate::Router) answers as
    /// its own fallback does. A service with a fallback of axum's router writes the same here, or the difference tells which
    /// paths exist.
    fn render_not_found(&self) -> Response {
        Response::new(Body::empty())
    }
}

impl<F> RenderRefusal for F
where
    F: Fn(&Refusal) -> Response + Send + Sync + 'static,
{
    fn render(&self, refusal: &Refusal) -> Response {
        self(refusal)
    }
}

/// `application/problem+json` (RFC 9457), the default: `{"title": .., "status": .., "detail": .., "code": ..}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemJson;

/// `{"detail": ..}`, as fastapi-jwt-auth and FastAPI answer.
///
/// Its words are theirs where those say no more than the class of the failure, as for a token in a header; else ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail;

/// `{"status_code": .., "detail": ..}`, as Litestar answers.
///
/// Its words are theirs where those say no more than the class of the failure, as for a token in a header; else ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatusDetail;

/// `{"msg": ..}`, as flask-jwt-extended answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Msg;

/// Plain text, as Starlette's backends answer.
///
/// Its words are those of Starlette and jam where they say no more than the class of the failure, else ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainText;

impl RenderRefusal for ProblemJson {
    fn render(&self, refusal: &Refusal) -> Response {
        with_type(problem(refusal), PROBLEM_JSON)
    }
}

/// The body for each class of failure. All words are fixed, so it is made once: a refusal must not be dear.
fn problem(refusal: &Refusal) -> &'static str {
    static BODIES: LazyLock<Vec<(FailureKind, String)>> = LazyLock::new(|| {
        FailureKind::ALL.map(|kind| (kind, write_problem(&Refusal::new(kind, Vec::new())))).into()
    });

    BODIES.iter().find(|(kind, _)| *kind == refusal.kind()).map_or("{}", |(_, body)| body)
}

fn write_problem(refusal: &Refusal) -> String {
    let status = refusal.status();
    let title = status.canonical_reason().unwrap_or_default();
    let code = refusal.code().map(|code| format!(r#","code":"{code}""#)).unwrap_or_default();
    // No word of the table needs an escape; a test reads the result as JSON.
    format!(r#"{{"title":"{title}","status":{},"detail":"{}"{code}}}"#, status.as_u16(), refusal.detail())
}

impl RenderRefusal for Detail {
    fn render(&self, refusal: &Refusal) -> Response {
        let words = match refusal.kind() {
            FailureKind::MissingToken => "Missing Authorization Header",
            FailureKind::StaleAuthentication => "Fresh token required",
            _ => refusal.detail(),
        };
        with_type(format!(r#"{{"detail":"{words}"}}"#), JSON)
    }
}

impl RenderRefusal for StatusDetail {
    fn render(&self, refusal: &Refusal) -> Response {
        let words = match refusal.kind() {
            FailureKind::MissingToken => "No JWT token found in request header",
            FailureKind::MalformedRequest | FailureKind::InvalidToken => "Invalid token",
            FailureKind::InsufficientScope | FailureKind::Forbidden => "Forbidden",
            _ => refusal.detail(),
        };
        let status = refusal.status().as_u16();
        with_type(format!(r#"{{"status_code":{status},"detail":"{words}"}}"#), JSON)
    }
}

impl RenderRefusal for Msg {
    fn render(&self, refusal: &Refusal) -> Response {
        with_type(format!(r#"{{"msg":"{}"}}"#, refusal.detail()), JSON)
    }
}

impl RenderRefusal for PlainText {
    fn render(&self, refusal: &Refusal) -> Response {
        let words = match refusal.kind() {
            FailureKind::MissingToken => "Unauthorized",
            FailureKind::InvalidToken => "Token verification failed.",
            FailureKind::InsufficientScope | FailureKind::Forbidden => "Forbidden",
            _ => refusal.detail(),
        };
        with_type(words, TEXT)
    }
}

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

fn with_type(body: impl Into<Body>, content_type: HeaderValue) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body_of(renderer: impl RenderRefusal, kind: FailureKind) -> (String, String) {
        let response = renderer.render(&Refusal::new(kind, Vec::new()));
        let content_type =
            response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        (content_type.unwrap_or_default(), String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_preset_has_the_shape_of_the_system_it_stands_in_for() {
        let kind = FailureKind::InvalidToken;
        let json = "application/json".to_owned();
        assert_eq!(
            body_of(ProblemJson, kind).await,
            (
                "application/problem+json".to_owned(),
                r#"{"title":"Unauthorized","status":401,"detail":"the token is not valid","code":"invalid_token"}"#
                    .to_owned()
            )
        );
        assert_eq!(
            body_of(Detail, kind).await,
            (json.clone(), r#"{"detail":"the token is not valid"}"#.to_owned())
        );
        assert_eq!(
            body_of(StatusDetail, kind).await,
            (json.clone(), r#"{"status_code":401,"detail":"Invalid token"}"#.to_owned())
        );
        assert_eq!(body_of(Msg, kind).await, (json, r#"{"msg":"the token is not valid"}"#.to_owned()));
        assert_eq!(
            body_of(PlainText, kind).await,
            ("text/plain; charset=utf-8".to_owned(), "Token verification failed.".to_owned())
        );
    }

    #[tokio::test]
    async fn every_json_body_is_json() {
        for kind in FailureKind::ALL {
            for (_, body) in [
                body_of(ProblemJson, kind).await,
                body_of(Detail, kind).await,
                body_of(StatusDetail, kind).await,
                body_of(Msg, kind).await,
            ] {
                assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{body}");
            }
        }
    }
}
