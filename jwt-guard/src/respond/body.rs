//! The body of a refusal.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::Refusal;
use crate::error::FailureKind;

/// Writes the body of a refusal, and possibly additional headers.
///
/// [`Refusal::request`] is the head of the refused request without its credentials: a renderer can answer a browser
/// with a page, and a script with JSON.
///
/// The guard sets status, `WWW-Authenticate` and `Cache-Control` afterwards. If a renderer panics, the answer is 500
/// with the body of [`ProblemJson`]. Implemented for closures:
///
/// ```
/// use axum::response::{Html, IntoResponse};
/// use jwt_guard::respond::Refusal;
/// use jwt_guard::{JwtGuard, Secret};
///
/// let guard = JwtGuard::builder()
///     .secret(Secret::random())
///     .audience("orders")
///     .refusal_body(|refusal: &Refusal| {
///         let fragment = refusal.request().is_some_and(|head| head.headers.contains_key("hx-request"));
///         let text = refusal.detail();
///         Html(if fragment { format!("<p>{text}</p>") } else { format!("<html><h1>{text}</h1></html>") }).into_response()
///     })
///     .build()?;
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
pub trait RenderRefusal: Send + Sync + 'static {
    /// Writes the body.
    fn render(&self, refusal: &Refusal) -> Response;

    /// Whether it looks at [`Refusal::request`]. If not, the head of the request is not copied for it.
    fn reads_request(&self) -> bool {
        true
    }

    /// Writes the answer for a route that a policy hides with `deny_as = "not_found"`.
    ///
    /// By default axum's answer for a path without a route: no body and no header. A [`Router`](crate::Router) answers
    /// with its own fallback. For a fallback of axum's router, write the same answer here: a difference would reveal
    /// which paths exist.
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

impl RenderRefusal for ProblemJson {
    fn render(&self, refusal: &Refusal) -> Response {
        with_type(problem(refusal.kind()), PROBLEM_JSON)
    }

    fn reads_request(&self) -> bool {
        false
    }
}

/// The body for each class of failure. All words are fixed, so it is made once: a refusal must be cheap.
pub(super) fn problem(kind: FailureKind) -> &'static str {
    static BODIES: LazyLock<Vec<(FailureKind, String)>> = LazyLock::new(|| {
        FailureKind::ALL.map(|kind| (kind, write_problem(&Refusal::new(kind, Vec::new())))).into()
    });

    BODIES.iter().find(|(known, _)| *known == kind).map_or("{}", |(_, body)| body)
}

fn write_problem(refusal: &Refusal) -> String {
    let status = refusal.status();
    let title = status.canonical_reason().unwrap_or_default();
    let code = refusal.code().map(|code| format!(r#","code":"{code}""#)).unwrap_or_default();
    // No word of the table needs an escape; a test parses the result as JSON.
    format!(r#"{{"title":"{title}","status":{},"detail":"{}"{code}}}"#, status.as_u16(), refusal.detail())
}

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

pub(super) fn with_type(body: impl Into<Body>, content_type: HeaderValue) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_problem_of_each_kind_is_json_with_its_status() {
        for kind in FailureKind::ALL {
            let refusal = Refusal::new(kind, Vec::new());
            let response = ProblemJson.render(&refusal);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
            let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(body["status"], refusal.status().as_u16());
            assert_eq!(body["detail"], refusal.detail());
        }
    }
}
