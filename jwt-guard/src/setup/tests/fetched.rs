//! Keys that are fetched: with keys that are given, with a signing key.

use super::*;
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
