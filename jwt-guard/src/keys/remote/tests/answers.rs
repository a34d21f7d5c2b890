//! Answers of an issuer, and their effect on the keys.

use std::ptr;

use super::*;

const ISSUER: &str = "https://id.example";
pub(super) const OPENID: &str = "https://id.example/.well-known/openid-configuration";
const OAUTH: &str = "https://id.example/.well-known/oauth-authorization-server";

/// Keys `a` and `b`, fetched.
pub(super) async fn fetched() -> (Arc<Issuer>, ManualClock, Arc<RemoteKeys>) {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A), ("b", B)]);
    let keys = remote(&issuer, &clock);
    assert_eq!(names(&keys), None);
    keys.refresh().await.unwrap();
    assert_eq!(names(&keys).unwrap(), ["a", "b"]);
    clock.advance(secs(60));
    (issuer, clock, keys)
}

#[tokio::test]
async fn a_failed_fetch_leaves_the_keys_and_says_why() {
    let huge = format!("{}{}", " ".repeat(262_144), set(&[("c", C)]));
    let too_many = too_many(&[("a", A), ("b", B)]);
    // Elements of both keys that cannot be read.
    let broken = r#"{"keys":[{"kty":"EC","kid":"a","crv":"P-256"},{"kty":"EC","kid":"b"}]}"#.to_owned();
    let good = set(&[("c", C)]);
    let ok = |body: &str| Answer::Says(KeyResponse::new(200, body));
    let mut table = vec![
        (Answer::IsDown, "no route to the host: cable cut"),
        (Answer::Panics, "broken off"),
        (ok(&huge), "more than 262144 bytes"),
        (ok(&too_many), "at most 100"),
        (ok(""), "not a JSON object"),
        (ok("[]"), "not a JSON object"),
        (ok("{}"), "not a JSON object"),
        (ok(r#"{"keys":{}}"#), "not a JSON object"),
        (ok(r#"{"keys":[],"keys":[]}"#), "not a JSON object"),
        (ok(&broken), "no key of the set can be used"),
        (ok("<html>maintenance</html>"), "not a JSON object"),
        (Answer::Says(KeyResponse::new(200, vec![0xff, 0xfe])), "not UTF-8"),
        (ok(r#"{"keys":[]}"#), "empty"),
    ];
    for status in [100, 201, 203, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 429, 500, 503] {
        table.push((Answer::Says(KeyResponse::new(status, good.as_str())), "only 200"));
    }
    for (answer, reason) in table {
        let (issuer, _clock, keys) = fetched().await;
        issuer.answers(URL, answer.clone());
        let error = keys.refresh().await.unwrap_err();
        assert!(error.contains(reason), "{answer:?}: {error}");
        assert_eq!(names(&keys).unwrap(), ["a", "b"], "{answer:?}");
        let status = keys.status();
        assert_eq!((status.last_error(), status.failures(), status.fetches()), (Some(&*error), 1, 2));
        assert!(status.is_usable());
    }
}

/// A set of more keys than are read, these among them.
fn too_many(keys: &[(&str, &'static str)]) -> String {
    let others: Vec<_> = (0..101).map(|index| index.to_string()).collect();
    let others = others.iter().map(|id| (id.as_str(), C));
    set(&keys.iter().copied().chain(others).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_set_that_is_too_long_to_be_read_withdraws_what_it_does_not_list_too() {
    for (listed, left) in [
        (&[][..], &[][..]),
        (&[("b", B)], &["b"]),
        (&[("a", A), ("b", B)], &["a", "b"]),
        // Another key under the old name.
        (&[("a", B)], &[]),
    ] {
        let (issuer, _clock, keys) = fetched().await;
        issuer.says(KeyResponse::new(200, too_many(listed)));
        let error = keys.refresh().await.unwrap_err();
        assert!(error.contains("at most 100"), "{error}");
        assert_eq!(names(&keys).unwrap(), left, "{listed:?}");
    }
}

/// Published sets without a usable key.
pub(super) const USELESS: [&str; 10] = [
    "{}",
    "17",
    "null",
    r#"{"kty":"EC"}"#,
    r#"{"kty":"?","kid":"z"}"#,
    r#"{"kty":"EC","crv":"P-521","kid":"z","alg":"ES512","x":"AA","y":"AA"}"#,
    // Another key under the old name, which this guard cannot use.
    r#"{"kty":"EC","crv":"P-521","kid":"a","alg":"ES512","x":"AA","y":"AA"}"#,
    r#"{"kty":"RSA","kid":"z","n":"AQAB","e":"AQAB"}"#,
    r#"{"kty":"OKP","crv":"X25519","kid":"z","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#,
    r#"{"kty":"oct","kid":"c","alg":"HS256","k":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}"#,
];

#[tokio::test]
async fn a_set_without_a_usable_key_withdraws_what_it_does_not_list_at_once() {
    for element in USELESS {
        let (issuer, clock, keys) = fetched().await;
        issuer.says(KeyResponse::new(200, format!(r#"{{"keys":[{element}]}}"#)));
        let error = keys.refresh().await.unwrap_err();
        assert!(error.contains("no key of the set can be used"), "{error}");
        assert_eq!(names(&keys), Some(Vec::new()), "{element}");
        assert_eq!((generation(&keys), keys.status().failures()), (2, 1), "{element}");
        // The old age counts on: beyond the hard limit there is no verdict on a token.
        clock.advance(secs(3600));
        assert_eq!(names(&keys), None, "{element}");
    }
}

#[tokio::test]
async fn a_withdrawal_goes_key_by_key() {
    let broken = |id: &str| format!(r#"{{"kty":"EC","kid":"{id}"}}"#);
    let enc = set(&[("a", A)]).replace(r#""kid""#, r#""use":"enc","kid""#);
    for (text, left) in [
        (format!(r#"{{"keys":[{}]}}"#, broken("a")), &["a"][..]),
        (format!(r#"{{"keys":[{},{}]}}"#, broken("b"), USELESS[5]), &["b"]),
        (format!(r#"{{"keys":[{},{}]}}"#, broken("b"), broken("a")), &["a", "b"]),
        (format!(r#"{{"keys":[{},{}]}}"#, broken("b"), USELESS[6]), &["b"]),
        // Listed, but for another use.
        (enc, &[]),
        (set(&[("b", B)]), &["b"]),
    ] {
        let (issuer, _clock, keys) = fetched().await;
        issuer.says(KeyResponse::new(200, text.as_str()));
        _ = keys.refresh().await;
        assert_eq!(names(&keys).unwrap(), left, "{text}");
    }
}

#[tokio::test]
async fn a_failed_fetch_of_keys_has_the_metadata_read_again() {
    let moved = "https://id.example/moved";
    let metadata = |uri: &str| {
        Answer::Says(KeyResponse::new(200, format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{uri}"}}"#)))
    };
    for answer in [
        Answer::Says(KeyResponse::new(404, "")),
        Answer::Says(KeyResponse::new(200, r#"{"keys":[]}"#)),
        Answer::Says(KeyResponse::new(200, format!(r#"{{"keys":[{}]}}"#, USELESS[5]))),
        Answer::Says(KeyResponse::new(200, "<html>")),
        Answer::Panics,
        Answer::IsDown,
    ] {
        let (issuer, clock) = (Issuer::new(), ManualClock::new());
        issuer.answers(OPENID, metadata(URL));
        issuer.publishes(&[("a", A)]);
        let keys = at(Endpoint::discovery(ISSUER, &PlainHttp::default()).unwrap(), &issuer, &clock);
        keys.refresh().await.unwrap();
        issuer.answers(OPENID, metadata(moved));
        issuer.answers(moved, Answer::Says(KeyResponse::new(200, set(&[("b", B)]))));
        issuer.answers(URL, answer.clone());
        clock.advance(secs(5));
        assert!(keys.refresh().await.is_err(), "{answer:?}");
        clock.advance(secs(5));
        keys.refresh().await.unwrap();
        assert_eq!(names(&keys).unwrap(), ["b"], "{answer:?}");
    }
}

#[tokio::test]
async fn a_bad_key_is_left_out_and_the_others_are_used() {
    let (issuer, clock, keys) = fetched().await;
    let bad = r#"{"kty":"OKP","crv":"Ed25519","kid":"leaked","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;
    issuer
        .says(KeyResponse::new(200, set(&[("a", A)]).replace("]}", &format!(",{bad},{{\"kty\":\"?\"}}]}}"))));
    keys.refresh().await.unwrap();
    assert_eq!(names(&keys).unwrap(), ["a"]);
    let status = keys.status();
    assert_eq!((status.key_count(), status.skipped().len(), status.last_error()), (1, 2, None));
    assert!(status.skipped()[0].contains("private member"), "{:?}", status.skipped());
    clock.advance(secs(60));
    issuer.publishes(&[("a", A)]);
    keys.refresh().await.unwrap();
    assert_eq!(keys.status().skipped(), [""; 0]);
}

#[tokio::test]
async fn the_same_keys_stay_the_same_generation_and_others_begin_a_new_one() {
    let (issuer, clock, keys) = fetched().await;
    let before = [material(&keys, "a"), material(&keys, "b")];
    let same = |key: &VerifyingKey, other: &VerifyingKey| ptr::eq(key.prepared(), other.prepared());
    assert_eq!(generation(&keys), 1);
    // In another order, and with an unusable one.
    issuer.says(KeyResponse::new(200, set(&[("b", B), ("a", A)]).replace("]}", ",{}]}")));
    keys.refresh().await.unwrap();
    assert_eq!(generation(&keys), 1);
    clock.advance(secs(60));
    issuer.publishes(&[("a", A), ("c", C)]);
    keys.refresh().await.unwrap();
    assert_eq!((generation(&keys), names(&keys).unwrap().len()), (2, 2));
    assert!(same(&material(&keys, "a"), &before[0]), "what was prepared is kept");
    clock.advance(secs(60));
    // Another key under an old name.
    issuer.publishes(&[("a", C), ("c", C)]);
    keys.refresh().await.unwrap();
    assert_eq!(generation(&keys), 3);
    assert!(!material(&keys, "a").is_same(&before[0]));
    clock.advance(secs(60));
    // A new name for old material.
    issuer.publishes(&[("d", C), ("c", C)]);
    keys.refresh().await.unwrap();
    assert_eq!((generation(&keys), names(&keys).unwrap()), (4, vec!["d".to_owned(), "c".to_owned()]));
}

#[tokio::test]
async fn a_key_that_is_gone_from_the_set_is_gone() {
    let (issuer, _clock, keys) = fetched().await;
    issuer.publishes(&[("a", A)]);
    keys.refresh().await.unwrap();
    assert_eq!(names(&keys).unwrap(), ["a"]);
}

#[tokio::test]
async fn an_empty_list_withdraws_the_keys_only_when_it_comes_twice() {
    let (issuer, clock, keys) = fetched().await;
    issuer.publishes(&[]);
    for wait in [0, 10] {
        clock.advance(secs(wait));
        assert!(keys.refresh().await.is_err());
        assert_eq!(names(&keys).unwrap(), ["a", "b"]);
    }
    clock.advance(secs(5));
    keys.refresh().await.unwrap();
    assert_eq!(names(&keys), Some(Vec::new()), "there is a set, and nothing in it");
    assert_eq!((generation(&keys), keys.status().key_count()), (2, 0));
    clock.advance(secs(10));
    issuer.publishes(&[("a", A)]);
    keys.refresh().await.unwrap();
    assert_eq!((names(&keys).unwrap(), generation(&keys)), (vec!["a".to_owned()], 3));
}

/// An issuer with metadata, and the addresses that were requested.
pub(super) fn discovering(issuer: &Arc<Issuer>, clock: &ManualClock) -> Arc<RemoteKeys> {
    at(Endpoint::discovery(ISSUER, &PlainHttp::default()).unwrap(), issuer, clock)
}

pub(super) fn metadata(jwks_uri: &str) -> Answer {
    let text = format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{jwks_uri}"}}"#);
    Answer::Says(KeyResponse::new(200, text))
}

fn urls(issuer: &Issuer) -> Vec<String> {
    std::mem::take(&mut *issuer.asked.lock().unwrap()).into_iter().map(|(url, _)| url).collect()
}

#[tokio::test]
async fn metadata_is_looked_for_where_both_standards_say_and_read_once_an_hour() {
    for at_first in [true, false] {
        let (issuer, clock) = (Issuer::new(), ManualClock::new());
        issuer.publishes(&[("a", A)]);
        issuer.answers(if at_first { OPENID } else { OAUTH }, metadata(URL));
        let keys = discovering(&issuer, &clock);
        keys.ready().await.unwrap();
        let way: &[&str] = if at_first { &[OPENID, URL] } else { &[OPENID, OAUTH, URL] };
        assert_eq!(urls(&issuer), way);
        for _ in 0..5 {
            clock.advance(secs(719));
            until("the timer has fetched", || issuer.requests() > 0).await;
            keys.refresh().await.unwrap();
            assert!(urls(&issuer).iter().all(|url| url == URL));
        }
        clock.advance(secs(5));
        keys.refresh().await.unwrap();
        assert_eq!(urls(&issuer), way, "an hour has passed");
    }
}

#[tokio::test]
async fn metadata_that_is_not_the_issuers_own_leads_nowhere() {
    for (text, reason) in [
        (format!(r#"{{"issuer":"{ISSUER}/","jwks_uri":"{URL}"}}"#), "byte for byte"),
        (format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"http://127.0.0.1/keys"}}"#), "use https"),
        ("<html>".to_owned(), "strict JSON"),
    ] {
        let issuer = Issuer::new();
        issuer.publishes(&[("a", A)]);
        issuer.answers(OPENID, Answer::Says(KeyResponse::new(200, text)));
        issuer.answers(OAUTH, metadata(URL));
        let keys = discovering(&issuer, &ManualClock::new());
        let error = keys.ready().await.unwrap_err();
        assert!(error.contains(reason), "{error}");
        assert_eq!((urls(&issuer).len(), names(&keys)), (1, None));
    }
    let issuer = Issuer::new();
    let error = discovering(&issuer, &ManualClock::new()).ready().await.unwrap_err();
    assert!(error.contains("no answer with 200"), "{error}");
    issuer.answers(OPENID, Answer::IsDown);
    issuer.answers(OAUTH, metadata(URL));
    assert!(discovering(&issuer, &ManualClock::new()).ready().await.unwrap_err().contains("cable cut"));
}

#[test]
fn only_keys_that_an_issuer_may_publish_are_worth_asking_for() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    let any = remote(&issuer, &clock);
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let endpoint = Endpoint::jwks(URL, &PlainHttp::default()).unwrap();
    let settings = RemoteKeySettings::new();
    let one = RemoteKeys::new(String::new(), endpoint, vec![Algorithm::Es256], &settings, clock, issuer);
    for (algorithm, of_any, of_one) in [
        (Algorithm::Hs256, false, false),
        (Algorithm::Hs512, false, false),
        (Algorithm::Rs256, true, false),
        (Algorithm::Es256, true, true),
        (Algorithm::EdDsa, true, false),
    ] {
        assert_eq!((any.may_get(algorithm), one.may_get(algorithm)), (of_any, of_one), "{algorithm}");
    }
}
