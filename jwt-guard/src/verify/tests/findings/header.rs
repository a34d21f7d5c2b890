//! Findings about the header, the key and the signature.

use std::pin::Pin;

use super::*;
use crate::clock::ManualClock;
use crate::keys::remote::{
    Endpoint, FetchKeys, KeyFetchError, KeyRequest, KeyResponse, PlainHttp, RemoteKeySettings, RemoteKeys,
};

/// What is said of a token with this header.
fn found(change: impl FnOnce(&mut Rules), header: &str) -> Finding {
    verifier(change).finding_of(&token(header, &payload(&[])))
}

/// A verifier with these keys.
fn with(keys: IssuerKeys) -> Verifier {
    let mut verifier = verifier(as_is);
    verifier.issuers[0].keys = keys;
    verifier
}

fn fixed<const KEYS: usize>(keys: [VerifyingKey; KEYS]) -> Verifier {
    with(IssuerKeys::fixed(KeySet::new(keys).unwrap()))
}

/// A secret, a different one for every number; that of the tokens is 7.
fn secret(algorithm: Algorithm, number: u8) -> VerifyingKey {
    VerifyingKey::secret(algorithm, crate::keys::tests::secret(number)).unwrap()
}

fn p256() -> VerifyingKey {
    let pem = include_str!("../../../../../tests/fixtures/keys/p256.public.pem");
    VerifyingKey::pem(Algorithm::Es256, pem).unwrap()
}

fn at(verifier: &Verifier, header: &str) -> Finding {
    verifier.finding_of(&token(header, &payload(&[])))
}

/// An issuer that publishes one set, or is down.
#[derive(Debug)]
struct Issuer(Option<&'static str>);

impl FetchKeys for Issuer {
    fn get<'a>(
        &'a self,
        _: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        let keys = self.0.map(|keys| KeyResponse::new(200, keys));
        Box::pin(async move { keys.ok_or_else(|| KeyFetchError::new("no route to the host")) })
    }
}

/// The keys of an issuer that may publish some for ES256, after the first fetch.
async fn published(set: Option<&'static str>) -> Verifier {
    let endpoint = Endpoint::jwks("https://id.example/keys", &PlainHttp::default()).unwrap();
    let (algorithms, settings) = (vec![Algorithm::Es256], RemoteKeySettings::new());
    let clock = Arc::new(ManualClock::new());
    let keys =
        RemoteKeys::new("id".to_owned(), endpoint, algorithms, &settings, clock, Arc::new(Issuer(set)));
    let _ = keys.ready().await;
    with(IssuerKeys::Remote(keys))
}

#[test]
fn of_a_refused_parameter_its_type() {
    let of = |header: &str| found(as_is, header);
    let strict = |header: &str| found(|rules| rules.limits.embedded_keys = EmbeddedKeys::Refuse, header);
    let embedded = Some("without .refuse_embedded_keys()");
    says([
        (of("{}"), "the name of an algorithm", "none", None),
        (of(r#"{"alg":7}"#), "the name of an algorithm", "a number", None),
        (of(r#"{"alg":"HS256","typ":7}"#), "a string, or no `typ`", "a number", None),
        (of(r#"{"alg":"HS256","cty":"JWT"}"#), "a token that is not nested: no `cty`", "\"JWT\"", None),
        (of(r#"{"alg":"HS256","cty":[]}"#), "a token that is not nested: no `cty`", "a list", None),
        (of(r#"{"alg":"HS256","kid":7}"#), "a string, or no `kid`", "a number", None),
        (
            of(r#"{"alg":"HS256","kid":"a\n"}"#),
            "at most 256 bytes without control characters",
            "another string",
            None,
        ),
        (of(r#"{"alg":"HS256","crit":["x"]}"#), "no `crit`", "`crit`", None),
        (strict(r#"{"alg":"HS256","jwk":{}}"#), "no `jwk`", "`jwk`", embedded),
        (strict(r#"{"alg":"HS256","x5u":"x"}"#), "no `x5u`", "`x5u`", embedded),
    ]);
}

#[test]
fn of_a_kind_of_token_the_accepted_ones() {
    let typed = |profile: TokenProfile, typ: &str| {
        found(|rules| rules.profile = profile, &format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#))
    };
    let classic = "\"JWT\", \"at+jwt\" or no `typ`";
    let profile = Some(".profile(..)");
    says([
        (typed(TokenProfile::Classic, "logout+jwt"), classic, "\"logout+jwt\"", profile),
        (typed(TokenProfile::Classic, "RT+jwt"), classic, "\"RT+jwt\": a refresh token", profile),
        (typed(TokenProfile::AccessToken, "JWT"), "\"at+jwt\"", "\"JWT\"", profile),
        (typed(TokenProfile::Typed("x+jwt".to_owned()), "JWT"), "\"x+jwt\"", "\"JWT\"", profile),
        (
            found(|rules| rules.profile = TokenProfile::AccessToken, r#"{"alg":"HS256"}"#),
            "\"at+jwt\"",
            "no `typ`",
            profile,
        ),
        (
            found(
                |rules| rules.header_values.push(value(&["cat"], &["session"], true)),
                r#"{"alg":"HS256","cat":"x"}"#,
            ),
            "`cat`: \"session\", or none",
            "another value in the header",
            Some(".claim_value(..)"),
        ),
    ]);
}

#[test]
fn of_an_algorithm_those_of_the_keys_and_a_setting_for_a_key_of_the_same_kind() {
    let secrets = fixed([
        secret(Algorithm::Hs256, 1).with_id("a"),
        secret(Algorithm::Hs256, 2).with_id("b"),
        secret(Algorithm::Hs512, 3).with_id("c"),
    ]);
    let public = fixed([p256()]);
    let of_secret = Some(".secret_for(Algorithm::Hs384, ..)");
    let both = "one of \"HS256\", \"HS512\", by the keys";
    says([
        (at(&secrets, r#"{"alg":"HS384"}"#), both, "\"HS384\"", of_secret),
        // Of those with the name of the token alone.
        (at(&secrets, r#"{"alg":"HS384","kid":"b"}"#), "\"HS256\", by the key", "\"HS384\"", of_secret),
        (at(&secrets, r#"{"alg":"RS256"}"#), both, "\"RS256\"", None),
        (at(&secrets, r#"{"alg":"none"}"#), both, "\"none\"", None),
        (
            at(&public, r#"{"alg":"RS256"}"#),
            "\"ES256\", by the key",
            "\"RS256\"",
            Some(".pem(Algorithm::Rs256, ..)"),
        ),
        (at(&public, r#"{"alg":"HS256"}"#), "\"ES256\", by the key", "\"HS256\"", None),
    ]);
}

#[test]
fn of_a_key_the_names_of_those_that_there_are() {
    let named = fixed([secret(Algorithm::Hs256, 1).with_id("a"), secret(Algorithm::Hs256, 2).with_id("b")]);
    let with_id = Some(".with_id(..)");
    says([
        (
            at(&named, r#"{"alg":"HS256"}"#),
            "a `kid`, or one key without an id",
            "no `kid`, and several keys for \"HS256\"",
            with_id,
        ),
        (at(&named, r#"{"alg":"HS256","kid":"c"}"#), "the id of a key: \"a\", \"b\"", "\"c\"", with_id),
        (
            at(&fixed([secret(Algorithm::Hs256, 1)]), r#"{"alg":"HS256","kid":"c"}"#),
            "no `kid`: the keys have no id",
            "\"c\"",
            with_id,
        ),
    ]);
}

#[test]
fn of_a_signature_the_key_that_it_is_not_by() {
    let named = fixed([secret(Algorithm::Hs256, 1).with_id("a"), secret(Algorithm::Hs256, 2).with_id("b")]);
    let secret = "one by another secret, or by one that is base64 here and text there";
    says([
        (
            at(&named, r#"{"alg":"HS256","kid":"b"}"#),
            "a signature by the key \"b\", for HS256",
            secret,
            Some(".secret(..)"),
        ),
        (
            at(&fixed([p256().with_id("ec")]), r#"{"alg":"ES256"}"#),
            "a signature by the key \"ec\", for ES256",
            "one by another key, or a token that was changed",
            None,
        ),
    ]);
    // A key that was withdrawn after the verdict.
    let gone = token(r#"{"alg":"HS256","kid":"c"}"#, "{}");
    let finding = named.report(gone.as_bytes(), &VerifyError::BadSignature).finding;
    assert_eq!(finding.expected.as_deref(), Some("a signature by the key that fits, for HS256"));
}

#[tokio::test]
async fn of_published_keys_what_the_issuer_has_and_the_setting_that_takes_more_of_it() {
    let key = include_str!("../../../../../tests/fixtures/keys/p256.public.jwk").trim();
    let set: &str = Box::leak(format!(r#"{{"keys":[{key}]}}"#).into());
    let there = published(Some(set)).await;
    says([
        (
            at(&there, r#"{"alg":"RS256"}"#),
            "\"ES256\", by the key",
            "\"RS256\"",
            Some(".algorithms([Algorithm::Rs256])"),
        ),
        (at(&there, r#"{"alg":"HS256"}"#), "\"ES256\", by the key", "\"HS256\"", None),
    ]);
    let unknown = at(&there, r#"{"alg":"ES256","kid":"other"}"#);
    assert_eq!((unknown.found.as_deref(), unknown.setting), (Some("\"other\""), None));
    let down = published(None).await;
    let any = "the algorithm of a key that the issuer may publish";
    says([
        (at(&down, r#"{"alg":"RS256"}"#), any, "\"RS256\"", None),
        (at(&down, r#"{"alg":"HS256"}"#), any, "\"HS256\"", None),
    ]);
    let none = at(&down, r#"{"alg":"ES256"}"#);
    assert_eq!(none.expected.as_deref(), Some("keys of \"https://id.example\""));
    assert!(none.found.is_some_and(|error| error.contains("no route to the host")));
}
