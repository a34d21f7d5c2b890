//! Finds every credential of a request, for a logout.

use http::request::Parts;
use http::{HeaderMap, Uri};

use super::place::cookie_values;
use super::{FoundCredential, LocationError, Locations, Place};
use crate::token::TokenSource;

/// Credentials in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried<'r> {
    pub(crate) text: &'r [u8],
    pub(crate) source: TokenSource,
    /// Whether browsers send it automatically.
    pub(crate) by_cookie: bool,
}

/// What a request had before credentials were stripped from it.
pub(crate) struct Withheld {
    headers: HeaderMap,
    uri: Uri,
}

impl Withheld {
    pub(crate) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        Self { headers: headers.clone(), uri: uri.clone() }
    }

    /// The request with what it had.
    pub(crate) fn put_back(&self, request: &Parts) -> Parts {
        let mut whole = request.clone();
        whole.headers.clone_from(&self.headers);
        whole.uri.clone_from(&self.uri);
        whole
    }
}

/// More cookies of one name than browsers need. Each is verified.
const MOST: usize = 8;

impl Locations {
    /// The credentials in all places, without duplicates. Two cookies of one name count as two.
    ///
    /// # Errors
    ///
    /// What one of the places has cannot be read as credentials, or not as all of them: a header twice, more than eight values of
    /// one cookie. What is overlooked would not be ended.
    pub(crate) fn every<'r>(&self, request: &'r Parts) -> Result<Vec<Carried<'r>>, LocationError> {
        let mut every: Vec<Carried<'r>> = Vec::new();
        for place in &self.places {
            let (name, source) = match place {
                Place::Cookie { name } => (name, TokenSource::Cookie),
                Place::Session { name } => (name, TokenSource::Session),
                _ => {
                    if let FoundCredential::Token(text, source) = self.find_at(place, request)? {
                        every.push(Carried { text, source, by_cookie: false });
                    }
                    continue;
                }
            };
            let others = every.len();
            for text in cookie_values(&request.headers, name) {
                let carried = Carried { text, source, by_cookie: true };
                if every.contains(&carried) {
                    continue;
                }
                if every.len().saturating_sub(others) == MOST {
                    return Err(LocationError::Ambiguous);
                }
                every.push(carried);
            }
        }
        Ok(every)
    }

    /// Whether a cookie has a value that may be a token. A session has no CSRF value that a form could repeat.
    pub(crate) fn token_in_cookie(&self, request: &Parts) -> bool {
        self.places.iter().any(|place| match place {
            Place::Cookie { name } => cookie_values(&request.headers, name).next().is_some(),
            _ => false,
        })
    }
}
