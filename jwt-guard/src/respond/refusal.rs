//! A refusal, before it becomes a response.

use std::fmt;

use axum::response::Response;
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::body::RenderRefusal;
use super::challenge::Protection;
use super::table::answer;
use crate::caught::{Panicked, caught};
use crate::error::FailureKind;
use crate::policy::Way;

/// What a client learns of a refusal: a status, a fixed sentence for the class of failure, and a challenge.
///
/// It contains no reason beyond the class; the log has the reason. [`JwtGuard::verify`](crate::JwtGuard::verify) returns
/// one, for a message of a WebSocket or an error of GraphQL.
#[derive(Clone)]
pub struct Refusal {
    kind: FailureKind,
    way: Way,
    /// The head of the request without credentials, for the renderer.
    request: Option<Box<Parts>>,
}

impl Refusal {
    /// A refusal with the way in for its caller, which may be empty.
    pub(crate) fn new(kind: FailureKind, way: impl Into<Way>) -> Self {
        Self { kind, way: way.into(), request: None }
    }

    /// For a renderer that reads the head of the request.
    pub(crate) fn of_request(self, request: Option<Parts>) -> Self {
        Self { request: request.map(Box::new), ..self }
    }

    /// The class of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        answer(self.kind).status
    }

    /// The error code of RFC 6750 section 3.1, if any.
    pub fn code(&self) -> Option<&'static str> {
        answer(self.kind).challenge.code()
    }

    /// What is wrong, in fixed words without details.
    pub fn detail(&self) -> &'static str {
        answer(self.kind).detail
    }

    /// The scopes that a token for this operation needs, if a better token would help.
    pub fn scopes(&self) -> &[&'static str] {
        self.way.scopes()
    }

    /// The easiest way to meet the policy. Empty if a better token would not help.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Method, address and headers of the refused request, without its credentials: neither `Authorization`, `Cookie`
    /// and `Referer` nor what else the guard looks at for tokens. `None` outside of a request.
    pub fn request(&self) -> Option<&Parts> {
        self.request.as_deref()
    }

    /// The answer: the body of the renderer, and the status and headers of the table, which a renderer cannot remove.
    ///
    /// # Errors
    ///
    /// The renderer panics.
    pub(crate) fn answer(
        &self,
        protection: Option<&Protection>,
        renderer: &dyn RenderRefusal,
    ) -> Result<Response, Panicked> {
        let rendered = caught(|| self.rendered(renderer));
        Ok(self.complete(protection, rendered?))
    }

    pub(super) fn rendered(&self, renderer: &dyn RenderRefusal) -> Response {
        match self.kind {
            FailureKind::NotFound => renderer.render_not_found(),
            _ => renderer.render(self),
        }
    }

    /// The challenge, if the class of failure has one.
    pub(super) fn challenge(&self, protection: Option<&Protection>) -> Option<HeaderValue> {
        protection.and_then(|known| known.challenge(self.kind, &self.way))
    }

    pub(super) fn complete(&self, protection: Option<&Protection>, mut response: Response) -> Response {
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge(protection) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        match self.kind {
            // A hidden route looks like a missing one: without an additional header.
            FailureKind::NotFound => {}
            FailureKind::Unavailable => {
                headers.insert(RETRY_AFTER, RETRY_SECONDS);
                headers.insert(CACHE_CONTROL, NO_STORE);
            }
            _ => {
                headers.insert(CACHE_CONTROL, NO_STORE);
            }
        }
        response
    }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// The words for the client.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for Refusal {}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("kind", &self.kind).field("way", &self.way).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::respond::ProblemJson;

    fn response(kind: FailureKind) -> Response {
        Refusal::new(kind, vec!["a"])
            .answer(Some(&Protection::new("Bearer", "api", None)), &ProblemJson)
            .unwrap()
    }

    #[test]
    fn an_outage_says_when_to_come_back_and_has_no_challenge() {
        let response = response(FailureKind::Unavailable);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "5");
        assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
    }

    #[test]
    fn a_hidden_route_has_no_header_that_tells() {
        assert!(response(FailureKind::NotFound).headers().is_empty());
    }

    #[test]
    fn a_renderer_cannot_change_status_or_challenge() {
        let renderer = |_: &Refusal| {
            let mut response = Response::new(axum::body::Body::empty());
            *response.status_mut() = StatusCode::OK;
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("None"));
            response
        };
        let refusal = Refusal::new(FailureKind::InvalidToken, Vec::new());
        let response = refusal.answer(Some(&Protection::new("Bearer", "api", None)), &renderer).unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], r#"Bearer realm="api", error="invalid_token""#);
    }

    #[test]
    fn debug_shows_the_class_and_the_way_and_nothing_of_the_request() {
        let head = http::Request::get("/orders?card=4711").header("x-secret", "hush").body(()).unwrap();
        let refusal = Refusal::new(FailureKind::InsufficientScope, vec!["orders:read"]);
        let shown = format!("{:?}", refusal.of_request(Some(head.into_parts().0)));
        assert!(shown.starts_with("Refusal { kind: InsufficientScope, way: "), "{shown}");
        assert!(
            shown.contains("orders:read") && !shown.contains("4711") && !shown.contains("hush"),
            "{shown}"
        );
    }

    #[test]
    fn as_text_a_refusal_is_what_the_client_learns() {
        let refusal = Refusal::new(FailureKind::InvalidToken, Vec::new());
        let rejection = crate::respond::Rejection::new(&refusal, None);
        assert_eq!(refusal.to_string(), "the token is not valid");
        assert_eq!(rejection.to_string(), "401 Unauthorized: the token is not valid");
    }
}
