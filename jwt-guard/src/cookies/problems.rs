//! Checks cookie settings, for the list of configuration problems.

use http::header::{self, HeaderName};

use super::set_cookie::{Transport, without_prefix};
use super::{CookieSettings, SameSite};
use crate::location::is_token;

impl CookieSettings {
    /// Every problem of these settings.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let names = [&self.access, &self.refresh, &self.access_csrf, &self.refresh_csrf];
        for (index, name) in names.into_iter().enumerate() {
            if !is_token(name) {
                problems
                    .push(format!("{name:?} is not a cookie name; expected a name such as `access_token`"));
            }
            if without_prefix(name) != name {
                problems.push(format!(
                    "the cookie name {name:?} begins with a prefix; expected the rest of it: the prefix is \
                     added where browsers accept it"
                ));
            }
            if names.iter().take(index).any(|earlier| *earlier == name) {
                problems.push(format!("two cookies have the name {name:?}; expected four names"));
            }
        }
        match HeaderName::try_from(self.csrf_header.as_str()) {
            Err(_) => problems.push(format!(
                "{:?} is not a header name; expected a name such as `X-CSRF-Token`",
                self.csrf_header
            )),
            // A page of another site could make a browser send each of these.
            Ok(name) if is_sent_by_any_page(&name) => problems.push(format!(
                "browsers send the header {:?} for pages of other sites too; expected a name of your own \
                 such as `X-CSRF-Token`",
                self.csrf_header
            )),
            Ok(_) => {}
        }
        for path in [Some(&self.path), self.refresh_path.as_ref()].into_iter().flatten() {
            if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';') {
                problems.push(format!("{path:?} is not a cookie path; expected one that begins with `/`"));
            }
        }
        if let Some(domain) = &self.domain
            && !is_domain(domain)
        {
            problems.push(format!("{domain:?} is not a cookie domain; expected one such as `example.com`"));
        }
        if self.same_site == SameSite::None && self.transport == Transport::AlsoPlainHttp {
            problems.push(
                "browsers refuse cookies with `SameSite=None` over plain HTTP; expected `SameSite::Lax`"
                    .to_owned(),
            );
        }
        problems
    }
}

/// The request headers that need no preflight (Fetch, *CORS-safelisted request-header*), and those of browsers themselves.
fn is_sent_by_any_page(name: &HeaderName) -> bool {
    [
        header::ACCEPT,
        header::ACCEPT_LANGUAGE,
        header::AUTHORIZATION,
        header::CONTENT_LANGUAGE,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::COOKIE,
        header::HOST,
        header::ORIGIN,
        header::RANGE,
        header::REFERER,
        header::USER_AGENT,
    ]
    .contains(name)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_and_the_preset_are_legal() {
        let settings = CookieSettings::new;
        for good in [
            settings(),
            CookieSettings::fastapi_jwt_auth(),
            settings().domain("example.com").path("/shop").refresh_path("/shop/auth"),
            settings().same_site(SameSite::None),
            settings().for_plain_http_development(),
        ] {
            assert_eq!(good.problems(), [""; 0], "{good:?}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        let settings = CookieSettings::new;
        for (bad, word) in [
            (settings().names("a b", "r"), "not a cookie name"),
            (settings().names("__Host-a", "r"), "prefix"),
            (settings().names("__secure-a", "r"), "prefix"),
            (settings().names("same", "same"), "two cookies"),
            (settings().csrf_names("access_token", "r"), "two cookies"),
            (settings().csrf_header("a b"), "not a header name"),
            (settings().csrf_header("content-type"), "other sites"),
            (settings().path("shop"), "path"),
            (settings().refresh_path("/a; Domain=evil.example"), "path"),
            (settings().domain("example.com; Path=/"), "domain"),
            (settings().domain(""), "domain"),
            (settings().same_site(SameSite::None).for_plain_http_development(), "SameSite=None"),
        ] {
            let problems = bad.problems();
            assert!(problems.len() == 1 && problems[0].contains(word), "{word}: {problems:?}");
        }
    }
}
