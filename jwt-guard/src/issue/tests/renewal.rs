//! From one pair to the next: what is carried over, what the store is told, and what its answers mean.

use std::sync::Mutex;

use serde_json::json;

use super::super::{NewToken, Pair, TokenPair};
use super::*;
use crate::claims::typed::TypedClaims;
use crate::claims::{Claims, HoldsClaims};
use crate::store::{
    Family, Lookup, MemoryStore, Revocation, RevocationStore, Rotated, Rotation, Standing, StoreError,
    StoreFuture, TokenFacts, TokenStore,
};
use crate::token::TokenSource;

/// A store that answers as it is told, and keeps what it was asked.
#[derive(Debug)]
struct Told {
    rotated: Rotated,
    cut_off: Option<SystemTime>,
    /// The name of the call that fails.
    fails: &'static str,
    calls: Mutex<Vec<String>>,
}

impl Told {
    fn new(rotated: Rotated) -> Self {
        Self { rotated, cut_off: None, fails: "", calls: Mutex::new(Vec::new()) }
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn answer<T: Send + 'static>(&self, name: &str, detail: String, answer: T) -> StoreFuture<'_, T> {
        self.calls.lock().unwrap().push(format!("{name} {detail}"));
        let answer = if self.fails == name { Err(StoreError::new("down")) } else { Ok(answer) };
        Box::pin(std::future::ready(answer))
    }
}

impl RevocationStore for Told {
    fn standing(&self, _: &TokenFacts<'_>, _: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(Standing::Good))
    }
}

impl TokenStore for Told {
    fn revoke(&self, _: Revocation, _: SystemTime) -> StoreFuture<'_, ()> {
        self.answer("revoke", String::new(), ())
    }

    fn begin(&self, family: Family, _: SystemTime) -> StoreFuture<'_, ()> {
        self.answer("begin", format!("{} {} {}", family.id, family.token, since_now(family.expires_at)), ())
    }

    fn rotate(&self, rotation: Rotation, _: SystemTime) -> StoreFuture<'_, Rotated> {
        let Rotation { family, presented, next, expires_at, grace } = rotation;
        let detail = format!("{family} {presented} {next} {} {grace:?}", since_now(expires_at));
        self.answer("rotate", detail, self.rotated)
    }

    fn allow(&self, id: String, expires_at: SystemTime, _: SystemTime) -> StoreFuture<'_, ()> {
        self.answer("allow", format!("{id} {}", since_now(expires_at)), ())
    }

    fn is_allowed(&self, _: &str, _: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(Standing::Good))
    }

    fn revoked_before<'a>(&'a self, subject: &'a str, _: SystemTime) -> StoreFuture<'a, Option<SystemTime>> {
        self.answer("revoked_before", subject.to_owned(), self.cut_off)
    }
}

fn since_now(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() - NOW
}

fn after_now(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(NOW as f64 + seconds)
}

/// The claims of a refresh token, as a guard hands them on. It may be of another time.
fn presented(issuer: &TokenIssuer, token: &IssuedToken) -> TokenClaims {
    verify(issuer, refresh_profile(), token).unwrap()
}

fn login(issuer: &TokenIssuer) -> NewToken<Pair> {
    issuer.pair("alice").scopes(["a", "b"]).roles(["clerk"]).claim("tenant", "acme").client_id("web").fresh()
}

async fn renewed(issuer: &TokenIssuer, token: &IssuedToken) -> Result<TokenPair, IssueError> {
    issuer.renew_verified(&presented(issuer, token))?.rotate(&Told::new(Rotated::Fresh)).await
}

#[tokio::test]
async fn a_login_begins_its_family_in_the_store() {
    let (issuer, store) = (issuer(|builder| builder), Told::new(Rotated::Fresh));
    let pair = login(&issuer).begin(&store).await.unwrap();
    let (family, id) = (pair.refresh().family().unwrap(), pair.refresh().id());
    assert_eq!(store.calls(), ["revoked_before alice".to_owned(), format!("begin {family} {id} 2592000")]);
}

#[tokio::test]
async fn the_next_pair_says_what_the_first_one_said_and_is_not_fresh() {
    let hand = Hand::new();
    let issuer = issuer(|builder| builder.clock(hand.clone()));
    let first = login(&issuer).audience(["orders", "billing"]).with_csrf().sign().unwrap();
    let refresh = presented(&issuer, first.refresh());
    hand.advance(Duration::from_secs(1000));
    let store = Told::new(Rotated::Fresh);
    let next = issuer.renew_verified(&refresh).unwrap().rotate(&store).await.unwrap();

    let (before, after) = (claims(first.access()), claims(next.access()));
    for name in ["iss", "sub", "aud", "client_id", "scope", "roles", "tenant", "sid", "auth_time"] {
        assert_eq!(before[name], after[name], "{name}");
        assert!(!after[name].is_null(), "{name}");
    }
    assert_eq!((after["iat"].clone(), after["exp"].clone()), (json!(NOW + 1000), json!(NOW + 1900)));
    assert_eq!((after.get("fresh"), after.get("csrf")), (None, None));
    assert_ne!(before["jti"], after["jti"]);
    // A full lifetime again, and the same beginning.
    let renewed = claims(next.refresh());
    assert_eq!(renewed["exp"], NOW + 1000 + 30 * 86_400);
    assert_eq!(renewed["renew"], claims(first.refresh())["renew"]);
    assert_eq!(renewed["auth_time"], NOW);

    let (family, old, new) = (first.refresh().family().unwrap(), first.refresh().id(), next.refresh().id());
    let expected = format!("rotate {family} {old} {new} 2593000 0ns");
    assert_eq!(store.calls(), ["revoked_before alice".to_owned(), expected]);
}

#[tokio::test]
async fn what_the_store_says_of_a_rotation_is_told_apart() {
    let issuer = issuer(|builder| builder);
    let refresh = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    for (rotated, kind) in [
        (Rotated::Retried, IssueErrorKind::RefreshRetried),
        (Rotated::Reused, IssueErrorKind::RefreshReused),
        (Rotated::Unknown, IssueErrorKind::RefreshUnknown),
    ] {
        let store = Told::new(rotated);
        let renewal = issuer.renew_verified(&refresh).unwrap().grace(Duration::from_secs(5));
        refused(renewal.rotate(&store).await, kind, "");
        assert!(store.calls()[1].ends_with(" 5s"), "{:?}", store.calls());
    }
}

#[tokio::test]
async fn a_store_that_fails_is_no_verdict() {
    let issuer = issuer(|builder| builder);
    let refresh = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    for fails in ["revoked_before", "allow", "rotate", "begin"] {
        let store = Told { fails, ..Told::new(Rotated::Fresh) };
        let renewal = issuer.renew_verified(&refresh).unwrap().change(NewToken::allow_listed);
        let rotated = renewal.rotate(&store).await;
        let begun = login(&issuer).allow_listed().begin(&store).await;
        let failed = if fails == "rotate" { rotated } else { begun };
        let error = failed.expect_err(fails);
        assert_eq!(error.kind(), IssueErrorKind::Store);
        assert!(std::error::Error::source(&error).unwrap().is::<StoreError>());
    }
}

#[tokio::test]
async fn tokens_are_on_the_list_before_the_store_is_asked_to_count_them() {
    let (issuer, store) = (issuer(|builder| builder), Told::new(Rotated::Fresh));
    let pair = login(&issuer).allow_listed().begin(&store).await.unwrap();
    let calls = store.calls();
    assert_eq!(calls[1], format!("allow {} 900", pair.access().id()));
    assert_eq!(calls[2], format!("allow {} 2592000", pair.refresh().id()));
    assert!(calls[3].starts_with("begin "));
}

#[tokio::test]
async fn a_token_issued_before_the_cut_off_of_its_subject_is_not_renewed() {
    let issuer = issuer(|builder| builder);
    let refresh = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    for (cut_off, renewed) in [(after_now(0.0), true), (after_now(0.001), false), (after_now(100.0), false)] {
        let store = Told { cut_off: Some(cut_off), ..Told::new(Rotated::Fresh) };
        let result = issuer.renew_verified(&refresh).unwrap().rotate(&store).await;
        assert_eq!(
            result.as_ref().err().map(IssueError::kind),
            (!renewed).then_some(IssueErrorKind::RefreshUnknown)
        );
        // The store was not asked to rotate, so the family is as it was.
        assert_eq!(store.calls().len(), if renewed { 2 } else { 1 });
    }
}

#[tokio::test]
async fn new_tokens_are_issued_at_the_cut_off_and_not_before() {
    let issuer = issuer(|builder| builder);
    for (cut_off, issued_at) in [(-5.0, 0), (0.0, 0), (0.001, 1), (0.9, 1), (1.0, 1), (7.5, 8)] {
        let store = Told { cut_off: Some(after_now(cut_off)), ..Told::new(Rotated::Fresh) };
        let pair = login(&issuer).begin(&store).await.unwrap();
        for token in [pair.access(), pair.refresh()] {
            assert_eq!(claims(token)["iat"], NOW + issued_at, "{cut_off}");
            assert!(token.issued_at() >= after_now(cut_off));
        }
        assert_eq!(pair.access().expires_in(), Duration::from_secs(900 + issued_at));
        assert_eq!(claims(pair.access())["auth_time"], NOW);
    }
}

#[tokio::test]
async fn lifetimes_that_were_asked_for_are_kept_within_what_is_allowed_now() {
    let hour = Duration::from_secs(3600);
    let first = login(&issuer(|builder| builder)).lifetime(hour).refresh_lifetime(hour * 24).sign().unwrap();
    let issuer = issuer(|builder| {
        builder
            .longest_access_lifetime(hour * 20)
            .access_lifetime(hour / 2)
            .longest_refresh_lifetime(hour * 2)
            .refresh_lifetime(hour * 2)
    });
    let next = renewed(&issuer, first.refresh()).await.unwrap();
    assert_eq!((next.access().expires_in(), next.refresh().expires_in()), (hour, hour * 2));
}

#[tokio::test]
async fn a_login_ends_at_the_absolute_lifetime_however_often_it_is_renewed() {
    let (hand, hour) = (Hand::new(), Duration::from_secs(3600));
    let issuer =
        issuer(|builder| builder.clock(hand.clone()).refresh_lifetime(hour).absolute_lifetime(hour * 2));
    let first = login(&issuer).sign().unwrap();
    let refresh = presented(&issuer, first.refresh());
    for (advance, expires_in) in [(1800, 3600), (3600, 1800), (1799, 1), (1, 0)] {
        hand.advance(Duration::from_secs(advance));
        let result = issuer.renew_verified(&refresh).unwrap().rotate(&Told::new(Rotated::Fresh)).await;
        match result {
            Ok(pair) => {
                assert_eq!(pair.refresh().expires_in(), Duration::from_secs(expires_in));
                assert!(pair.access().expires_at() <= after_now(7200.0));
            }
            Err(error) => assert_eq!((error.kind(), expires_in), (IssueErrorKind::RefreshExpired, 0)),
        }
    }
}

#[tokio::test]
async fn contents_can_be_changed_and_the_login_cannot() {
    let issuer = issuer(|builder| builder);
    let first = login(&issuer).sign().unwrap();
    let renewal = issuer.renew_verified(&presented(&issuer, first.refresh())).unwrap().change(|next| {
        next.scopes(["a"]).roles(["manager"]).claim("tenant", "other").fresh().family("f2").with_csrf()
    });
    let next = renewal.rotate(&Told::new(Rotated::Fresh)).await.unwrap();
    let claims = claims(next.access());
    assert_eq!(
        (&claims["scope"], &claims["roles"], &claims["tenant"]),
        (&json!("a"), &json!(["manager"]), &json!("other"))
    );
    assert_eq!((claims["sid"].as_str(), claims.get("fresh")), (first.refresh().family(), None));
    assert_eq!(claims["csrf"].as_str(), next.access().csrf());
    assert!(next.access().csrf().is_some());
}

#[tokio::test]
async fn an_illegal_change_leaves_the_login_as_it_was() {
    let (issuer, store) = (issuer(|builder| builder), Told::new(Rotated::Fresh));
    let refresh = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    let renewal = issuer.renew_verified(&refresh).unwrap().change(|next| next.scopes(["a b"]));
    refused(renewal.rotate(&store).await, IssueErrorKind::Name, "RFC 6749");
    assert_eq!(store.calls(), ["revoked_before alice"]);
}

#[test]
fn an_access_token_renews_nothing() {
    let issuer = issuer(|builder| builder);
    let access = verify(&issuer, TokenProfile::AccessToken, login(&issuer).sign().unwrap().access()).unwrap();
    refused(issuer.renew_verified(&access), IssueErrorKind::RefreshMisused, "no refresh token");
}

#[test]
fn the_claims_that_a_handler_gets_can_be_renewed() {
    struct Holder(TokenClaims, TypedClaims);
    impl HoldsClaims for Holder {
        fn claims(&self) -> &TokenClaims {
            &self.0
        }

        fn typed(&self) -> &TypedClaims {
            &self.1
        }
    }
    let issuer = issuer(|builder| builder);
    let token = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    let holder = Arc::new(Holder(token, TypedClaims::default()));
    let claims: Claims = Claims::read((holder, TokenSource::AuthorizationHeader)).unwrap();
    let renewal = issuer.renew(&claims).unwrap();
    assert_eq!(format!("{renewal:?}"), "Renewal(..)");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_login() {
    let (issuer, store) = (issuer(|builder| builder), MemoryStore::new());
    let first = login(&issuer).begin(&store).await.unwrap();
    let renew = |token: &IssuedToken| issuer.renew_verified(&presented(&issuer, token)).unwrap();
    let second = renew(first.refresh()).rotate(&store).await.unwrap();
    let third = renew(second.refresh()).rotate(&store).await.unwrap();
    refused(renew(second.refresh()).rotate(&store).await, IssueErrorKind::RefreshReused, "all tokens");
    refused(renew(third.refresh()).rotate(&store).await, IssueErrorKind::RefreshUnknown, "revoked");
}

#[tokio::test]
async fn a_login_after_the_logout_of_a_subject_counts_at_once() {
    let (issuer, store) = (issuer(|builder| builder), MemoryStore::new());
    let old = login(&issuer).begin(&store).await.unwrap();
    // To the end of the second that has begun, so that nothing issued in it is left.
    let (now, cut_off) = (after_now(0.0), after_now(1.0));
    let revocation = Revocation::Subject {
        subject: "alice".to_owned(),
        issued_before: cut_off,
        expires_at: after_now(1e7),
    };
    store.revoke(revocation, now).await.unwrap();
    let refresh = presented(&issuer, old.refresh());
    let renewed = issuer.renew_verified(&refresh).unwrap().rotate(&store).await;
    refused(renewed, IssueErrorKind::RefreshUnknown, "revoked");
    let new = login(&issuer).begin(&store).await.unwrap();
    assert_eq!(new.access().issued_at(), cut_off);
}
