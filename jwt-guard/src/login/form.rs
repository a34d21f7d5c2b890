//! Reads the CSRF value from a form field, for pages that work without scripts.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use percent_encoding::percent_decode;
use tower_layer::Layer;
use tower_service::Service;

use crate::caught::caught_while;
use crate::code::RefusalCode;
use crate::cookies::csrf::{FormField, is_safe};
use crate::error::FailureKind;
use crate::guard::JwtGuard;
use crate::token::TokenKind;

/// Forms that log in, order or comment have a few hundred bytes.
const LONGEST_FORM: usize = 64 * 1024;

impl JwtGuard {
    /// A layer that also reads the CSRF value from a form field, if the request does not have the header.
    ///
    /// It reads bodies of the type `application/x-www-form-urlencoded` up to 64 KiB and passes them on unchanged; a
    /// longer one is 413. Put it outside of [`require_authentication`](Self::require_authentication), which checks the
    /// value. It reads only requests with a token in a cookie and a method that changes something.
    ///
    /// ```
    /// # use jwt_guard::cookies::CookieSettings;
    /// # use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey};
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// let guard =
    ///     JwtGuard::builder().signing_key(key).audience("shop").cookies(CookieSettings::new()).build()?;
    /// let app: Router = Router::new().layer(guard.csrf_form_field("csrf_token")).with_guard(guard);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn csrf_form_field(&self, name: impl Into<Arc<str>>) -> CsrfFormField {
        CsrfFormField { guard: self.clone(), name: name.into() }
    }

    /// Whether a form field could matter to the guard.
    fn wants_form_field(&self, request: &Parts) -> bool {
        let config = self.config();
        let header = config.csrf.header.as_ref();
        !is_safe(&request.method)
            && header.is_some_and(|header| !request.headers.contains_key(header))
            && is_form(request)
            && [TokenKind::Access, TokenKind::Refresh]
                .into_iter()
                .any(|kind| config.locations(kind).token_in_cookie(request))
    }
}

/// Reads the CSRF value from a form; made by [`JwtGuard::csrf_form_field`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CsrfFormField {
    guard: JwtGuard,
    name: Arc<str>,
}

impl<S> Layer<S> for CsrfFormField {
    type Service = CsrfFormFieldService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CsrfFormFieldService { inner, layer: self.clone() }
    }
}

/// The service of [`CsrfFormField`].
#[derive(Clone, Debug)]
pub struct CsrfFormFieldService<S> {
    inner: S,
    layer: CsrfFormField,
}

impl<S> Service<Request> for CsrfFormFieldService<S>
where
    S: Service<Request, Response = Response, Future: Send> + Clone + Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // Calls the service that was polled ready, and leaves a clone in its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let CsrfFormField { guard, name } = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            if !guard.wants_form_field(&parts) {
                return inner.call(Request::from_parts(parts, body)).await;
            }
            // Outer layers may have replaced the body.
            let Ok(form) = caught_while(read(body)).await else {
                return Ok(guard.panicked("the body of a form").into_response());
            };
            let form = match form {
                Ok(form) => form,
                Err(UnreadableForm::TooLarge) => {
                    let code = RefusalCode::FormTooLarge.as_str();
                    tracing::info!(target: "jwt_guard", code, longest = LONGEST_FORM, "form refused");
                    return Ok(guard
                        .answer(FailureKind::BodyTooLarge, Vec::new(), Some(&parts))
                        .into_response());
                }
                Err(UnreadableForm::Broken) => return Ok(StatusCode::BAD_REQUEST.into_response()),
            };
            parts.extensions.insert(FormField(fields(&form, &name)));
            inner.call(Request::from_parts(parts, Body::from(form))).await
        })
    }
}

/// Why a body cannot be passed on.
enum UnreadableForm {
    TooLarge,
    /// The connection ended before the body did.
    Broken,
}

async fn read(mut body: Body) -> Result<Vec<u8>, UnreadableForm> {
    let mut form = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // A form has no trailers.
        let Ok(data) = frame.map_err(|_| UnreadableForm::Broken)?.into_data() else { continue };
        if form.len() + data.len() > LONGEST_FORM {
            return Err(UnreadableForm::TooLarge);
        }
        form.extend_from_slice(&data);
    }
    Ok(form)
}

fn is_form(request: &Parts) -> bool {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The values of the fields of that name.
pub(crate) fn fields(form: &[u8], name: &str) -> Vec<String> {
    let value = |pair: &[u8]| {
        let equals = pair.iter().position(|&byte| byte == b'=')?;
        let (key, value) = pair.split_at(equals);
        (decode(key)? == name).then(|| decode(value.get(1..)?)).flatten()
    };
    form.split(|&byte| byte == b'&').filter_map(value).collect()
}

fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_the_name_are_found() {
        for (form, expected) in [
            ("csrf=a", &["a"][..]),
            ("x=1&csrf=a-_b&y=2", &["a-_b"]),
            ("%63srf=a%2Bb+c", &["a+b c"]),
            ("csrf=", &[""]),
            ("csrf=a=b", &["a=b"]),
            ("csrf", &[]),
            ("xcsrf=a", &[]),
            ("csrf=a&x=1&csrf=b", &["a", "b"]),
            ("csrf=a&csrf=a", &["a", "a"]),
            ("csrf=%ff", &[]),
            ("", &[]),
        ] {
            assert_eq!(fields(form.as_bytes(), "csrf"), expected, "{form}");
        }
    }

    #[tokio::test]
    async fn a_body_is_read_to_the_limit_and_no_further() {
        let whole = read(Body::from(vec![b'a'; LONGEST_FORM])).await;
        assert_eq!(whole.ok().map(|form| form.len()), Some(LONGEST_FORM));
        let longer = read(Body::from(vec![b'a'; LONGEST_FORM + 1])).await;
        assert!(matches!(longer, Err(UnreadableForm::TooLarge)));
    }
}
