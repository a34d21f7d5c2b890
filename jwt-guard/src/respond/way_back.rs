//! Checks the page to go back to after a login, which a client names.

use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use percent_encoding::percent_decode;
use serde::{Deserialize, Deserializer};

/// The page to go back to after a login: a path of this origin, checked.
///
/// A policy with `redirect = "/login"` adds it to the address of the login page, as the query parameter `next`. When it
/// comes back from the browser it is untrusted: every site can write a link such as `/login?next=//evil.example`. So read
/// it only with this type. Deserialised, as from a query or a form, it is `/` if the value is not a path of this
/// origin; [`WayBack::new`] returns `None` then. As a response it is 303 to the page.
///
/// ```
/// use axum::Form;
/// use axum::response::{IntoResponse, Response};
/// use jwt_guard::respond::WayBack;
///
/// # fn password_is_right(_: &str) -> bool { true }
/// #[derive(serde::Deserialize)]
/// struct LoginForm {
///     password: String,
///     #[serde(default)]
///     next: WayBack,
/// }
///
/// #[jwt_guard::anonymous_allowed(credentials = "ignored")]
/// async fn log_in(Form(form): Form<LoginForm>) -> Response {
///     assert!(password_is_right(&form.password)); // yours
///     // Cookies would go into its headers.
///     form.next.into_response()
/// }
///
/// assert_eq!(WayBack::new("/orders?page=2").unwrap().as_str(), "/orders?page=2");
/// assert_eq!(WayBack::new("//evil.example"), None);
/// assert_eq!(WayBack::default().as_str(), "/");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack(String);

impl WayBack {
    /// Checks `next`; `None` unless every browser takes it as a path of this origin.
    ///
    /// It must begin with one slash, and be printable ASCII without a backslash, as the address of a page in HTTP is.
    /// Its path must mean the same with its escapes resolved, so that `/%2f/evil.example` is refused too: a proxy may
    /// resolve them.
    pub fn new(next: &str) -> Option<Self> {
        let path = next.split(['?', '#']).next().unwrap_or_default();
        (is_local(next) && stays_local(path)).then(|| Self(next.to_owned()))
    }

    /// The path, with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One slash at the beginning. Browsers treat a backslash as a slash, and drop tabs and line ends.
fn is_local(target: &str) -> bool {
    let plain = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && target.starts_with('/') && !target.starts_with("//")
}

/// Checks that it stays the same when its escapes and dots are resolved, repeatedly. Then it may contain characters
/// other than ASCII, but not control characters. The guard never writes an address with more levels of escapes.
fn stays_local(path: &str) -> bool {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..MOST_ESCAPES {
        let harmless = path.iter().all(|&byte| !byte.is_ascii_control() && byte != b'\\');
        let dots = path.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b".."));
        if !harmless || dots || !path.starts_with(b"/") || path.starts_with(b"//") {
            return false;
        }
        let resolved: Vec<u8> = percent_decode(&path).collect();
        if resolved == path {
            return true;
        }
        path = resolved;
    }
    false
}

const MOST_ESCAPES: usize = 4;

/// The page at `/`.
impl Default for WayBack {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for WayBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Anything but a path of this origin becomes `/`: a login must not fail because of a link.
impl<'de> Deserialize<'de> for WayBack {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let next = String::deserialize(deserializer)?;
        Ok(Self::new(&next).unwrap_or_default())
    }
}

/// 303 to the page, not to be cached.
impl IntoResponse for WayBack {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let headers = response.headers_mut();
        // Printable ASCII is legal in a header.
        let location = HeaderValue::try_from(self.0).unwrap_or_else(|_| HeaderValue::from_static("/"));
        headers.insert(LOCATION, location);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_origin_is_kept_as_it_is() {
        for next in [
            "/",
            "/orders",
            "/orders/7?page=2&q=a%26b%0A#top",
            "/a//b",
            "/caf%C3%A9",
            "/100%25",
            "/100%",
            "/@user",
            "/a:b",
            "/a?to=https://id.example//x",
            "/a?path=%2f%2f",
            "/.well-known/x",
        ] {
            let way = WayBack::new(next).unwrap_or_else(|| panic!("{next:?} is refused"));
            assert_eq!((way.as_str(), way.to_string().as_str()), (next, next));
        }
    }

    #[test]
    fn whatever_might_be_another_origin_is_not() {
        for next in [
            "",
            "orders",
            "?a",
            "#a",
            ".",
            "..//evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/a\\..\\evil",
            "https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "//user@evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "/a b",
            "/\u{0}",
            "/\u{7f}",
            "/\u{ff0f}evil.example",
            "/\u{2028}",
            "/%2fevil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5C%5Cevil.example",
            "%2f%2fevil.example",
            "/%252fevil.example",
            "/%25252fevil.example",
            "/%255cevil.example",
            "/%09/evil.example",
            "/%0d%0aLocation:%20https://evil.example",
            "/a%00b",
            "/%2e%2e%5cevil",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "/a/%2e%2e//evil.example",
            "/a/%252e%252e/%252fevil.example",
        ] {
            assert_eq!(WayBack::new(next), None, "{next:?}");
        }
    }

    #[test]
    fn a_form_with_a_foreign_page_leads_to_the_first_one() {
        let read = |json: &str| serde_json::from_str::<WayBack>(json).map(|way| way.0);
        assert_eq!(read(r#""/orders""#).unwrap(), "/orders");
        assert_eq!(read(r#""//evil.example""#).unwrap(), "/");
        assert!(read("7").is_err());
    }

    #[test]
    fn as_a_response_it_leads_to_the_page() {
        let response = WayBack::new("/orders?page=2").unwrap().into_response();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[LOCATION], "/orders?page=2");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }
}
