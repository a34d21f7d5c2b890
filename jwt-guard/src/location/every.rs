//! Finds every credential of a request, for a logout.

use http::request::Parts;
use http::{HeaderMap, Uri};

use super::place::cookie_values;
use super::{FoundCredential, Locations, Place};
use crate::token::TokenSource;

/// Credentials in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried<'r> {
    pub(crate) text: &'r [u8],
    pub(crate) source: TokenSource,
    /// Whether browsers send it automatically.
    pub(crate) by_cookie: bool,
}

/// The request's credentials before they were stripped.
#[derive(Clone, Debug)]
pub(crate) struct Withheld {
    pub(crate) headers: HeaderMap,
    pub(crate) uri: Uri,
}

/// More of one kind than browsers need. Each is verified.
const MOST: usize = 8;

impl Locations {
    /// The credentials in all places, without duplicates, at most eight. Two cookies of one name count as two.
    pub(crate) fn every<'r>(&self, request: &'r Parts) -> Vec<Carried<'r>> {
        let mut every: Vec<Carried<'r>> = Vec::new();
        for place in &self.places {
            let (name, source) = match place {
                Place::Cookie { name } => (name, TokenSource::Cookie),
                Place::Session { name } => (name, TokenSource::Session),
                _ => {
                    if let Ok(FoundCredential::Token(text, source)) = self.look(place, request) {
                        every.push(Carried { text, source, by_cookie: false });
                    }
                    continue;
                }
            };
            for text in cookie_values(&request.headers, name) {
                let carried = Carried { text, source, by_cookie: true };
                if every.len() < MOST && !every.contains(&carried) {
                    every.push(carried);
                }
            }
        }
        every
    }

    /// Whether a cookie has a value that may be a token or a session.
    pub(crate) fn carried_by_cookie(&self, request: &Parts) -> bool {
        self.every(request).iter().any(|carried| carried.by_cookie)
    }
}
