//! Where a guard looked for a credential, and what the request had instead: for the log.
//!
//! Nothing that a client wrote is shown, but for the names of known schemes: an unknown one may be a token.

use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;

use super::place::LONGEST_LIST;
use super::{FoundCredential, LocationError, Locations, Part, Place, TokenLocation, is_not_empty};
use crate::shown::Finding;

/// The schemes that clients send, in the spelling of their standards.
const SCHEMES: [&str; 11] =
    ["Basic", "Bearer", "Digest", "DPoP", "ApiKey", "Api-Key", "JWT", "Negotiate", "NTLM", "OAuth", "Token"];

impl Locations {
    /// The places without a token.
    pub(crate) fn finding_of_none(&self, request: &Parts) -> Finding {
        let scheme = request.headers.get(AUTHORIZATION).map(scheme_of);
        let reads_cookies = self.any_cookie();
        let reads_authorization = self.places.iter().any(|place| matches!(place.part(), Part::Scheme(_)));
        let mut found = Vec::new();
        match scheme {
            None if reads_authorization => found.push("no `Authorization` header".to_owned()),
            None => {}
            Some(None) => {
                found.push("an `Authorization` header that is empty or has an unknown scheme".to_owned());
            }
            Some(Some(name)) => found.push(format!("an `Authorization` header with the scheme `{name}`")),
        }
        match (request.headers.contains_key(COOKIE), reads_cookies) {
            (true, true) => found.push("cookies, but not that one".to_owned()),
            (true, false) => found.push("cookies".to_owned()),
            (false, _) => {}
        }
        for place in &self.places {
            if let Part::Header(name) = place.part()
                && request.headers.get(name).is_some_and(is_not_empty)
            {
                found.push(format!("a header `{name}` without that scheme"));
            }
        }
        if found.is_empty() {
            found.push("no credentials".to_owned());
        }
        let finding = Finding::new(self.names(), found.join("; "));
        match scheme {
            Some(Some("Bearer")) if !self.reads_scheme("Bearer") => finding.by("TokenLocation::bearer()"),
            Some(Some(name)) if name != "Basic" && !self.reads_scheme(name) => {
                finding.by(format!("TokenLocation::scheme({name:?})"))
            }
            None if request.headers.contains_key(COOKIE) && !reads_cookies => {
                finding.by("TokenLocation::cookie(..)")
            }
            _ => finding,
        }
    }

    /// The places with a token, of which there are too many.
    pub(crate) fn finding_of_several(&self, request: &Parts) -> Finding {
        let holds_one = |place: &&Place| {
            !matches!(
                self.find_at(place, request),
                Ok(FoundCredential::Nothing | FoundCredential::OtherScheme)
            )
        };
        let places: Vec<_> = self.places.iter().filter(holds_one).map(name).collect();
        let finding = Finding::new("one token", format!("tokens in {}", places.join(", ")));
        if places.len() > 1 { finding.by(".prefer_first()") } else { finding }
    }

    /// Two cookies of one name.
    pub(crate) fn finding_of_unequal(&self, request: &Parts) -> Finding {
        let unequal =
            |place: &&Place| matches!(self.find_at(place, request), Err(LocationError::UnequalCookies));
        let places: Vec<_> = self.places.iter().filter(unequal).map(name).collect();
        Finding::new("one value of a cookie", format!("several values of {}", places.join(", ")))
    }

    /// A value that is not in the grammar of its place.
    pub(crate) fn finding_of_malformed(&self, request: &Parts) -> Finding {
        let cookies: usize = request.headers.get_all(COOKIE).iter().map(HeaderValue::len).sum();
        if self.any_cookie() && cookies > LONGEST_LIST {
            return Finding::new("at most 16 KiB of cookies", format!("{cookies} bytes"));
        }
        // A text that is found may be malformed too: its place was looked at, and then the text.
        let is_there = |place: &&Place| {
            !matches!(
                self.find_at(place, request),
                Ok(FoundCredential::Nothing | FoundCredential::OtherScheme)
            )
        };
        let Some(place) = self.places.iter().find(is_there) else { return Finding::default() };
        let header = match place.part() {
            Part::Header(name) => request.headers.get(name),
            _ => request.headers.get(AUTHORIZATION),
        };
        let found = fault_of(header.map(HeaderValue::as_bytes).unwrap_or_default());
        Finding::new(format!("{} <token>", name(place).replace('`', "")), found)
    }

    fn reads_scheme(&self, name: &str) -> bool {
        let reads =
            |place: &Place| matches!(place.part(), Part::Scheme(known) if known.eq_ignore_ascii_case(name));
        self.places.iter().any(reads)
    }

    /// The places, as messages name them.
    fn names(&self) -> String {
        self.places.iter().map(name).collect::<Vec<_>>().join(" or ")
    }
}

fn name(place: &Place) -> String {
    TokenLocation(place.clone()).to_string()
}

/// The scheme of an `Authorization` header, if it is a known one.
fn scheme_of(value: &HeaderValue) -> Option<&'static str> {
    let word = value.as_bytes().split(|&byte| byte == b' ').next()?;
    SCHEMES.into_iter().find(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// What is wrong with a scheme and a token.
fn fault_of(value: &[u8]) -> &'static str {
    let (word, rest) = value.split_at(value.iter().position(|&byte| byte == b' ').unwrap_or(value.len()));
    let rest = rest.trim_ascii();
    if rest.is_empty() && word.iter().filter(|&&byte| byte == b'.').count() == 2 {
        "a token without a scheme before it"
    } else if rest.first() == Some(&b'"') {
        "a token in quotation marks"
    } else if rest.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"bearer ")) {
        "`Bearer` twice"
    } else if rest.contains(&b' ') || rest.contains(&b',') {
        "more than one word after the scheme"
    } else {
        "characters that a token cannot have"
    }
}
