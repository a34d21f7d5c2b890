//! Redirects a browser to the login page, with the way back.

use axum::body::Body;
use axum::extract::OriginalUri;
use axum::response::Response;
use http::header::{ACCEPT, CACHE_CONTROL, LOCATION, VARY};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::WayBack;
use crate::location::Locations;
use crate::policy::Way;

/// Everything but the unreserved characters of RFC 3986 and the slash, which is legal in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Browsers send fewer than ten media ranges.
const LONGEST_ACCEPT: usize = 32;

/// 303 to `path`, if a person uses a browser. A client that accepts JSON gets its 401.
///
/// The query parameter `next` is the requested page, without tokens in its address. It is left out if the
/// request cannot be repeated by following a link, or if it could be read as another origin. Where the policy
/// asks for another login than that of the token, `max_age` in seconds and `acr_values` say which, as OpenID
/// Connect names them: a page that only looked for a session would lead back here.
pub(crate) fn login_redirect(
    request: &Parts,
    path: &str,
    way: &Way,
    locations: &Locations,
) -> Option<Response> {
    if !wants_html(request) {
        return None;
    }
    let uri = request.extensions.get::<OriginalUri>().map_or(&request.uri, |original| &original.0);
    let repeatable = matches!(request.method, Method::GET | Method::HEAD);
    let next = uri.path_and_query().filter(|_| repeatable);
    let next = next.and_then(|target| WayBack::new(&locations.target_without_tokens(target)));
    let mut target = path.to_owned();
    let mut add = |name: &str, value: &str| {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, ESCAPED));
    };
    if let Some(next) = next {
        add("next", next.as_str());
    }
    if let Some(most) = way.max_age() {
        add("max_age", &most.as_secs().to_string());
    }
    if !way.acr_values().is_empty() {
        add("acr_values", &way.acr_values().join(" "));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::try_from(target).ok()?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    Some(response)
}

/// Whether the request accepts `text/html` by name, as browsers do for pages; `*/*` alone does not count.
fn wants_html(request: &Parts) -> bool {
    request
        .headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(LONGEST_ACCEPT)
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Request;

    use super::*;
    use crate::claims::hierarchy::Hierarchy;
    use crate::location::Place;
    use crate::policy::Requirement;
    use crate::policy::evaluate::way_to_ask_for;

    /// Two query parameters may contain a token.
    fn locations() -> Locations {
        let places = ["token", "ticket"].map(|name| Place::Query { name: name.to_owned() });
        Locations::refusing_two(places.into())
    }

    fn location(method: &str, uri: &str, accept: &str) -> Option<String> {
        let request = Request::builder().method(method).uri(uri).header(ACCEPT, accept).body(()).unwrap();
        let response = login_redirect(&request.into_parts().0, "/login", &Way::default(), &locations())?;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        Some(response.headers()[LOCATION].to_str().unwrap().to_owned())
    }

    #[test]
    fn a_browser_is_sent_to_the_page_with_the_way_back() {
        let accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
        assert_eq!(location("GET", "/a/b?c=d&e", accept).unwrap(), "/login?next=/a/b%3Fc%3Dd%26e");
    }

    #[test]
    fn the_page_learns_which_login_is_asked_for() {
        static STRONG: Requirement = Requirement::All(&[
            Requirement::MaxAge(Duration::from_secs(600)),
            Requirement::Acr(&["urn:example:mfa", "gold"]),
        ]);
        let way = way_to_ask_for(&STRONG, &Hierarchy::default());
        for (page, expected) in [
            ("/login", "/login?next=/a&max_age=600&acr_values=urn%3Aexample%3Amfa%20gold"),
            ("/login?by=sso", "/login?by=sso&next=/a&max_age=600&acr_values=urn%3Aexample%3Amfa%20gold"),
        ] {
            let request = Request::get("/a").header(ACCEPT, "text/html").body(()).unwrap();
            let response = login_redirect(&request.into_parts().0, page, &way, &locations()).unwrap();
            assert_eq!(response.headers()[LOCATION], expected);
        }
    }

    #[test]
    fn a_client_that_does_not_ask_for_html_is_not_redirected() {
        for accept in ["*/*", "application/json", "text/htmlx", ""] {
            assert_eq!(location("GET", "/a", accept), None, "{accept}");
        }
    }

    #[test]
    fn a_post_is_not_repeated_as_a_get() {
        assert_eq!(location("POST", "/a", "text/html").unwrap(), "/login");
    }

    #[test]
    fn next_never_leads_to_another_origin() {
        assert_eq!(location("GET", "//evil.example/a", "text/html").unwrap(), "/login");
        assert_eq!(location("GET", "https://evil.example//a", "text/html").unwrap(), "/login");
        // A proxy may resolve the escapes.
        assert_eq!(location("GET", "/%5cevil", "text/html").unwrap(), "/login");
    }

    #[test]
    fn next_holds_no_token_however_its_name_is_written() {
        for (target, next) in [
            ("/a?token=x.y.z", "/a"),
            ("/a?b=1&token=x.y.z&c", "/a%3Fb%3D1%26c"),
            ("/a?token=x&token=y&ticket=z&b", "/a%3Fb"),
            ("/a?%74oken=x&t%6fken=y&%74%6F%6B%65%6E=z", "/a"),
            ("/a?token", "/a"),
            ("/a?tokens=1&xtoken=2", "/a%3Ftokens%3D1%26xtoken%3D2"),
        ] {
            assert_eq!(
                location("GET", target, "text/html").unwrap(),
                format!("/login?next={next}"),
                "{target}"
            );
        }
    }
}
