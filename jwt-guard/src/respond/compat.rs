//! Bodies of refusals as other systems write them, for clients that read those.

use axum::response::Response;

use super::body::{JSON, TEXT, with_type};
use super::{Refusal, RenderRefusal};
use crate::error::FailureKind;

/// `{"detail": ..}`, as fastapi-jwt-auth and FastAPI answer.
///
/// It uses their words if those reveal only the class of the failure, as for a token in a header; otherwise ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct FastApi;

/// `{"status_code": .., "detail": ..}`, as Litestar answers.
///
/// It uses their words if those reveal only the class of the failure, as for a token in a header; otherwise ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Litestar;

/// `{"msg": ..}`, as flask-jwt-extended answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlaskJwtExtended;

/// Plain text, as Starlette's backends answer.
///
/// It uses the words of Starlette and jam if those reveal only the class of the failure; otherwise ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Starlette;

impl RenderRefusal for FastApi {
    fn render(&self, refusal: &Refusal) -> Response {
        let words = match refusal.kind() {
            FailureKind::MissingToken => "Missing Authorization Header",
            FailureKind::InsufficientUserAuthentication => "Fresh token required",
            _ => refusal.detail(),
        };
        with_type(format!(r#"{{"detail":"{words}"}}"#), JSON)
    }

    fn reads_request(&self) -> bool {
        false
    }
}

impl RenderRefusal for Litestar {
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

    fn reads_request(&self) -> bool {
        false
    }
}

impl RenderRefusal for FlaskJwtExtended {
    fn render(&self, refusal: &Refusal) -> Response {
        with_type(format!(r#"{{"msg":"{}"}}"#, refusal.detail()), JSON)
    }

    fn reads_request(&self) -> bool {
        false
    }
}

impl RenderRefusal for Starlette {
    fn render(&self, refusal: &Refusal) -> Response {
        let words = match refusal.kind() {
            FailureKind::MissingToken => "Unauthorized",
            FailureKind::InvalidToken => "Token verification failed.",
            FailureKind::InsufficientScope | FailureKind::Forbidden => "Forbidden",
            _ => refusal.detail(),
        };
        with_type(words, TEXT)
    }

    fn reads_request(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;
    use crate::respond::ProblemJson;

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
            body_of(FastApi, kind).await,
            (json.clone(), r#"{"detail":"the token is not valid"}"#.to_owned())
        );
        assert_eq!(
            body_of(Litestar, kind).await,
            (json.clone(), r#"{"status_code":401,"detail":"Invalid token"}"#.to_owned())
        );
        assert_eq!(
            body_of(FlaskJwtExtended, kind).await,
            (json, r#"{"msg":"the token is not valid"}"#.to_owned())
        );
        assert_eq!(
            body_of(Starlette, kind).await,
            ("text/plain; charset=utf-8".to_owned(), "Token verification failed.".to_owned())
        );
    }

    #[tokio::test]
    async fn every_json_body_is_json() {
        for kind in FailureKind::ALL {
            for (_, body) in [
                body_of(ProblemJson, kind).await,
                body_of(FastApi, kind).await,
                body_of(Litestar, kind).await,
                body_of(FlaskJwtExtended, kind).await,
            ] {
                assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{body}");
            }
        }
    }

    #[test]
    fn no_preset_has_the_request_copied() {
        let presets: [&dyn RenderRefusal; 5] =
            [&ProblemJson, &FastApi, &Litestar, &FlaskJwtExtended, &Starlette];
        for (index, preset) in presets.into_iter().enumerate() {
            assert!(!preset.reads_request(), "{index}");
        }
        let own = |refusal: &Refusal| with_type(refusal.detail(), TEXT);
        assert!(own.reads_request());
    }
}
