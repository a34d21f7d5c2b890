//! What came back, and what should have.

use axum::body::to_bytes;
use axum::response::Response;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};

/// A response, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers, each as often as it was sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

/// The three things that make up the outcome of a guarded request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// The status.
    pub status: u16,
    /// The whole `WWW-Authenticate` header; `None` for no such header.
    pub challenge: Option<&'a str>,
    /// The whole body.
    pub body: &'a str,
}

impl Outcome<'static> {
    /// No token, or another scheme, where a token is needed.
    pub const NO_TOKEN: Self = Self::refused(
        401,
        r#"Bearer realm="api""#,
        r#"{"title":"Unauthorized","status":401,"detail":"authentication is required"}"#,
    );

    /// A token that is bad in any way.
    pub const BAD_TOKEN: Self = Self::refused(
        401,
        r#"Bearer realm="api", error="invalid_token""#,
        r#"{"title":"Unauthorized","status":401,"detail":"the token is not valid","code":"invalid_token"}"#,
    );

    /// Two tokens, or credentials that do not follow the grammar.
    pub const BAD_REQUEST: Self = Self::refused(
        400,
        r#"Bearer realm="api", error="invalid_request""#,
        r#"{"title":"Bad Request","status":400,"detail":"the request must carry exactly one well-formed token","code":"invalid_request"}"#,
    );

    /// A role or a claim that the caller has not.
    pub const FORBIDDEN: Self = Self::refused(
        403,
        r#"Bearer realm="api""#,
        r#"{"title":"Forbidden","status":403,"detail":"the caller may not do this"}"#,
    );

    /// No guard, or one that failed.
    pub const SERVER_ERROR: Self = Self {
        status: 500,
        challenge: None,
        body: r#"{"title":"Internal Server Error","status":500,"detail":"internal server error"}"#,
    };

    const fn refused(status: u16, challenge: &'static str, body: &'static str) -> Self {
        Self { status, challenge: Some(challenge), body }
    }
}

impl<'a> Outcome<'a> {
    /// The handler ran and answered with `body`.
    #[must_use]
    pub const fn ok(body: &'a str) -> Self {
        Self { status: 200, challenge: None, body }
    }

    /// A scope is missing; the challenge names what is needed.
    #[must_use]
    pub const fn lacks_scope(challenge: &'a str) -> Self {
        Self {
            status: 403,
            challenge: Some(challenge),
            body: r#"{"title":"Forbidden","status":403,"detail":"the token lacks a scope that this operation needs","code":"insufficient_scope"}"#,
        }
    }
}

impl Answer {
    /// Reads a response of a service that was called in this process.
    ///
    /// # Panics
    ///
    /// When the body cannot be read as text.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body is in memory");
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).expect("the body is text"),
        }
    }

    /// Asserts the outcome.
    ///
    /// # Panics
    ///
    /// When status, challenge or body differ.
    #[track_caller]
    pub fn is(&self, expected: Outcome<'_>) -> &Self {
        assert_eq!(self.outcome(), expected);
        self
    }

    /// The outcome, to compare it in a table.
    ///
    /// # Panics
    ///
    /// When there is more than one challenge.
    #[must_use]
    #[track_caller]
    pub fn outcome(&self) -> Outcome<'_> {
        assert!(
            self.headers.get_all(WWW_AUTHENTICATE).iter().count() <= 1,
            "one challenge: {:?}",
            self.headers
        );
        Outcome {
            status: self.status.as_u16(),
            challenge: self.header(WWW_AUTHENTICATE.as_str()),
            body: &self.body,
        }
    }

    /// The value of a header that is text.
    ///
    /// # Panics
    ///
    /// When it is not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("the header is text"))
    }
}
