//! Keys that are fetched: with keys that are given, with a signing key.

use std::pin::Pin;

use super::*;
use crate::guard::JwtGuard;
use crate::keys::remote::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse, RemoteKeySettings};
use crate::setup::remote::RemoteSource;

#[test]
fn keys_are_given_or_fetched_and_not_both() {
    let both = |source: RemoteSource| {
        assert_only(
            &problems(|draft| {
                draft.own.issuers.push("https://id.example".to_owned());
                draft.own.remote = Some(source.clone());
            }),
            "keep one of them",
        );
        assert_only(&trusting(|draft| draft.trusted[0].remote = Some(source.clone())), "keep one of them");
    };
    both(RemoteSource::Jwks("https://id.example/keys".to_owned()));
    both(RemoteSource::Discovery("https://id.example".to_owned()));
}

#[test]
fn a_guard_does_not_sign_for_an_issuer_whose_keys_are_fetched() {
    let found = problems(|draft| {
        draft.own.keys.clear();
        draft.own.remote = Some(RemoteSource::Discovery("https://id.example".to_owned()));
        draft.own.issuers.push("https://id.example".to_owned());
        draft.own_tokens.signing_key =
            Some(SigningKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap());
    });
    assert_only(&found, "TrustedIssuer::oidc");
}

/// A client of the application.
#[derive(Debug)]
struct OwnClient;

impl FetchKeys for OwnClient {
    fn get<'a>(
        &'a self,
        _: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        Box::pin(async { Err(KeyFetchError::new("no route to the host")) })
    }
}

#[test]
fn a_client_of_the_application_takes_no_settings_of_ours() {
    let found = |settings: RemoteKeySettings| {
        let builder = JwtGuard::builder().audience("shop").oidc_issuer("https://id.example");
        let guard = builder.key_fetcher(OwnClient).remote_keys(settings).build();
        guard.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(found(RemoteKeySettings::new().timeout(Duration::from_secs(1))), "");
    for settings in [
        RemoteKeySettings::new().proxy("http://proxy.corp:3128"),
        RemoteKeySettings::new().bearer_file("/run/token", ["https://id.example"]),
    ] {
        let found = found(settings);
        assert!(found.contains("`.key_fetcher(..)` brings another client"), "{found}");
    }
}
