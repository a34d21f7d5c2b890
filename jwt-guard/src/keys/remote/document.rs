//! Interprets the answers of issuers.

use std::time::Duration;

use super::endpoint::{Address, Endpoint, PlainHttp};
use super::fetch::{FetchKeys, KeyRequest, KeyResponse};
use super::listed::Listed;
use crate::causes::with_causes;
use crate::json::{self, Json};
use crate::keys::elements::elements;
use crate::keys::error::quoted;
use crate::keys::jwk::JwkSource;
use crate::keys::key_set::usable;
use crate::keys::{Algorithm, KeyError, KeyErrorKind, VerifyingKey};

/// Metadata has some 60 members, at most nested as lists of lists.
const METADATA_LIMITS: json::JsonLimits = json::JsonLimits { depth: 16, members: 512 };

/// The result of fetching keys.
pub(super) enum Delivered {
    Keys {
        keys: Vec<VerifyingKey>,
        skipped: Vec<KeyError>,
        etag: Option<String>,
        max_age: Option<Duration>,
    },
    /// The keys have not changed since the `ETag` that was sent.
    Unchanged {
        max_age: Option<Duration>,
    },
    /// A well-formed empty list.
    Empty,
    /// A list of keys, none of which can be used, and why.
    Useless {
        skipped: Vec<KeyError>,
        listed: Listed,
    },
}

/// The means to fetch.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) fetcher: &'a dyn FetchKeys,
    pub(super) largest_body: usize,
}

impl Asking<'_> {
    /// Fetches the issuer's metadata, and returns the address of its keys.
    ///
    /// # Errors
    ///
    /// Why it is not available.
    pub(super) async fn address(self, endpoint: &Endpoint) -> Result<Address, String> {
        let (issuer, documents, plain_http) = match endpoint {
            Endpoint::Jwks(address) => return Ok(address.clone()),
            Endpoint::Discovery { issuer, documents, plain_http } => (issuer, documents, plain_http),
        };
        for from in documents {
            let response = self.get(from, None).await?;
            if response.status == 200 {
                let found = jwks_uri(&text(response)?, issuer, plain_http);
                return found.map_err(|reason| format!("{from}: {reason}"));
            }
        }
        let asked: Vec<_> = documents.iter().map(Address::as_str).collect();
        Err(format!("the metadata of the issuer is nowhere: no answer with 200 from {}", asked.join(" and ")))
    }

    /// Fetches the keys at an address. `etag` belongs to the current keys, if they came from there.
    ///
    /// # Errors
    ///
    /// Why they cannot be used.
    pub(super) async fn keys(
        self,
        from: &Address,
        etag: Option<&str>,
        allowed: &[Algorithm],
    ) -> Result<Delivered, String> {
        let response = self.get(from, etag).await?;
        let max_age = response.cache_control.as_deref().and_then(max_age);
        match response.status {
            200 => {}
            304 if etag.is_some() => return Ok(Delivered::Unchanged { max_age }),
            status => return Err(format!("{from} answers with {status}; only 200 brings keys")),
        }
        let etag = response.etag.clone();
        read_keys(&text(response)?, allowed, etag, max_age).map_err(|reason| format!("{from}: {reason}"))
    }

    async fn get(self, from: &Address, etag: Option<&str>) -> Result<KeyResponse, String> {
        let request = KeyRequest { url: from.as_str(), etag, largest_body: self.largest_body };
        let response =
            self.fetcher.get(request).await.map_err(|error| format!("{from}: {}", with_causes(&error)))?;
        if response.body.len() > self.largest_body {
            return Err(format!("{from} answers with more than {} bytes", self.largest_body));
        }
        Ok(response)
    }
}

fn text(response: KeyResponse) -> Result<String, String> {
    String::from_utf8(response.body).map_err(|_| "the document is not UTF-8 text".to_owned())
}

fn read_keys(
    text: &str,
    allowed: &[Algorithm],
    etag: Option<String>,
    max_age: Option<Duration>,
) -> Result<Delivered, String> {
    let elements = elements(text).map_err(|error| error.to_string())?;
    Ok(match usable(&elements, allowed, JwkSource::Remote) {
        Ok((keys, skipped)) if keys.is_empty() => {
            Delivered::Useless { skipped, listed: Listed::new(&elements) }
        }
        Ok((keys, skipped)) => Delivered::Keys { keys, skipped, etag, max_age },
        Err(error) if error.kind() == KeyErrorKind::EmptySet => Delivered::Empty,
        // Too many to be used, but what the set does not list is withdrawn.
        Err(error) => Delivered::Useless { skipped: vec![error], listed: Listed::new(&elements) },
    })
}

/// The address of the keys, from metadata that names this issuer (OpenID Connect Discovery 1.0 section 4.3, RFC 8414
/// section 3.3).
fn jwks_uri(text: &str, issuer: &str, plain_http: &PlainHttp) -> Result<Address, String> {
    let metadata = json::parse_object(text, METADATA_LIMITS)
        .map_err(|_| "the metadata of the issuer is not one strict JSON object".to_owned())?;
    match metadata.get("issuer") {
        Some(Json::Text(named)) if named == issuer => {}
        Some(Json::Text(named)) => {
            return Err(format!(
                "the metadata is that of the issuer {}, and {} is configured: they must be equal byte for byte",
                quoted(named),
                quoted(issuer)
            ));
        }
        _ => return Err("the metadata does not say whose it is (`issuer`)".to_owned()),
    }
    match metadata.get("jwks_uri") {
        Some(Json::Text(uri)) => Address::parse(uri, plain_http)
            .map_err(|reason| format!("the `jwks_uri` of the metadata: {reason}")),
        _ => Err("the metadata does not say where the keys are (`jwks_uri`)".to_owned()),
    }
}

/// The issuer's `max-age` for the answer (RFC 9111 section 5.2.2). A malformed value counts as zero (section 4.2.1).
fn max_age(header: &str) -> Option<Duration> {
    let mut said = None;
    for directive in header.split(',') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let seconds = match name.trim().to_ascii_lowercase().as_str() {
            "no-cache" | "no-store" => 0,
            "max-age" => seconds(value.trim().trim_matches('"')),
            _ => continue,
        };
        said = Some(said.map_or(seconds, |known: u64| known.min(seconds)));
    }
    said.map(Duration::from_secs)
}

fn seconds(digits: &str) -> u64 {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number that overflows is a very long time.
    if all_digits { digits.parse().unwrap_or(u64::MAX) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_read_in_every_form_and_the_shortest_counts() {
        for (header, seconds) in [
            ("max-age=600", Some(600)),
            ("public, Max-Age=\"60\" , must-revalidate", Some(60)),
            ("max-age=600, max-age=30", Some(30)),
            ("no-store", Some(0)),
            ("no-cache, max-age=600", Some(0)),
            ("max-age=99999999999999999999999", Some(u64::MAX)),
            ("max-age=-1", Some(0)),
            ("max-age=ten", Some(0)),
            ("max-age", Some(0)),
            ("public, s-maxage=10", None),
            ("", None),
        ] {
            assert_eq!(max_age(header), seconds.map(Duration::from_secs), "{header}");
        }
    }

    #[test]
    fn metadata_is_the_issuers_own_or_refused() {
        const ISSUER: &str = "https://id.example/a";
        let good = r#"{"issuer":"https://id.example/a","jwks_uri":"https://keys.example/k","x":[[{}]]}"#;
        assert_eq!(jwks_uri(good, ISSUER, &PlainHttp::default()).unwrap().as_str(), "https://keys.example/k");
        for (text, reason) in [
            (r#"{"issuer":"https://id.example/a/","jwks_uri":"https://k.example"}"#, "byte for byte"),
            (r#"{"issuer":"https://ID.example/a","jwks_uri":"https://k.example"}"#, "byte for byte"),
            (r#"{"issuer":["https://id.example/a"],"jwks_uri":"https://k.example"}"#, "whose"),
            (r#"{"jwks_uri":"https://k.example"}"#, "whose"),
            (r#"{"issuer":"https://id.example/a"}"#, "where"),
            (r#"{"issuer":"https://id.example/a","jwks_uri":null}"#, "where"),
            (r#"{"issuer":"https://id.example/a","jwks_uri":"http://k.example"}"#, "use https"),
            (r#"{"issuer":"https://id.example/a","jwks_uri":"http://127.0.0.1/k"}"#, "use https"),
            (r#"{"issuer":"https://id.example/a","jwks_uri":"https://u:p@k.example"}"#, "user information"),
            (r#"{"issuer":"https://id.example/a","jwks_uri":"/k"}"#, "host"),
            (
                r#"{"issuer":"https://id.example/a","jwks_uri":"https://k.example","jwks_uri":"https://e.example"}"#,
                "strict",
            ),
            (r#"["https://id.example/a"]"#, "strict"),
            ("", "strict"),
        ] {
            let found = jwks_uri(text, ISSUER, &PlainHttp::default()).unwrap_err();
            assert!(found.contains(reason), "{text}: {found}");
        }
        let local = r#"{"issuer":"https://id.example/a","jwks_uri":"http://127.0.0.1:1/k"}"#;
        let loopback = PlainHttp { loopback: true, hosts: Vec::new() };
        assert!(jwks_uri(local, ISSUER, &loopback).is_ok());
    }
}
