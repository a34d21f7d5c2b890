//! The exchange of one pair for the next: what is copied, what the store is told, and what its answers mean.

use std::sync::Mutex;

use serde_json::json;

use super::super::{AccessAndRefresh, NewToken, TokenPair};
use super::*;
use crate::claims::Claims;
use crate::principal::Identity;
use crate::store::{
    Begun, Family, Issued, Lookup, MemoryStore, RefreshStatus, Revocation, RevocationStore, Rotated,
    Rotation, StoreError, StoreFuture, Subject, TokenInfo, TokenStatus, TokenStore,
};
use crate::token::TokenSource;

/// A store with scripted answers that records its calls.
#[derive(Debug)]
struct Told {
    rotated: Rotated,
    /// How many cut-offs overtake the login.
    outruns: Mutex<usize>,
    /// The name of the call that fails.
    fails: &'static str,
    calls: Mutex<Vec<String>>,
}

impl Told {
    fn new(rotated: Rotated) -> Self {
        Self { rotated, outruns: Mutex::new(0), fails: "", calls: Mutex::new(Vec::new()) }
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
    fn token_status(&self, _: &TokenInfo<'_>, _: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(TokenStatus::Valid))
    }
}

impl TokenStore for Told {
    fn revoke(&self, _: Revocation, _: SystemTime) -> StoreFuture<'_, ()> {
        self.answer("revoke", String::new(), ())
    }

    fn login_mark(&self, _: SystemTime) -> StoreFuture<'_, String> {
        self.answer("mark", String::new(), ".mark".to_owned())
    }

    fn begin(&self, family: Family, _: SystemTime) -> StoreFuture<'_, Begun> {
        let Family { id, subject, token, access_expires_at, expires_at } = family;
        let ends = format!("{} {}", since_now(access_expires_at), since_now(expires_at));
        let mut outruns = self.outruns.lock().unwrap();
        let begun = if *outruns == 0 { Begun::Living } else { Begun::Outrun };
        *outruns = outruns.saturating_sub(1);
        self.answer("begin", format!("{} {id} {token} {ends}", subject.name()), begun)
    }

    fn refresh_status(&self, _: &str, _: &str, _: Duration, _: SystemTime) -> Lookup<'_, RefreshStatus> {
        Lookup::Known(Ok(RefreshStatus::Current))
    }

    fn rotate(&self, rotation: Rotation, _: SystemTime) -> StoreFuture<'_, Rotated> {
        let Rotation { family, presented, next, access_expires_at, expires_at, ends, grace, .. } = rotation;
        let lives = format!("{} {}", since_now(access_expires_at), since_now(expires_at));
        let ends = ends.map(|(id, end)| format!("{id} {} ", since_now(end))).unwrap_or_default();
        let detail = format!("{family} {presented} {next} {lives} {ends}{grace:?}");
        self.answer("rotate", detail, self.rotated)
    }

    fn allow(&self, token: Issued, _: SystemTime) -> StoreFuture<'_, ()> {
        let Issued { id, family, expires_at, .. } = token;
        self.answer("allow", format!("{id} {} {}", family.unwrap_or_default(), since_now(expires_at)), ())
    }

    fn is_allowed(&self, _: &str, _: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(TokenStatus::Valid))
    }
}

fn since_now(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() - NOW
}

fn after_now(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(NOW as f64 + seconds)
}

/// The claims of a refresh token from a guard, possibly of another time.
fn presented(issuer: &TokenIssuer, token: &IssuedToken) -> Identity {
    let verifier = verifier(issuer, refresh_profile()).of_refresh_tokens();
    Arc::into_inner(verifier.verify(token.as_str().as_bytes()).unwrap().into_identity()).unwrap()
}

fn login(issuer: &TokenIssuer) -> NewToken<AccessAndRefresh> {
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
    assert!(family.ends_with(".mark"), "{family}");
    let begin = format!("begin alice {family} {id} 900 2592000");
    assert_eq!(store.calls(), ["mark ".to_owned(), begin]);
}

#[tokio::test]
async fn a_login_that_was_outrun_begins_anew_and_not_for_ever() {
    let issuer = issuer(|builder| builder);
    for (outruns, begins) in [(1, true), (7, true), (8, false)] {
        let store = Told { outruns: Mutex::new(outruns), ..Told::new(Rotated::Fresh) };
        let begun = login(&issuer).begin(&store).await;
        assert_eq!(begun.is_ok(), begins, "{outruns}");
        if let Err(error) = begun {
            assert_eq!(error.kind(), IssueErrorKind::Store);
        }
    }
}

#[tokio::test]
async fn the_store_is_told_of_the_later_of_both_ends() {
    let hour = Duration::from_secs(3600);
    let issuer = issuer(|builder| builder);
    let short = || login(&issuer).lifetime(hour).refresh_lifetime(Duration::from_secs(60));
    let store = Told::new(Rotated::Fresh);
    let first = short().begin(&store).await.unwrap();
    assert!(store.calls()[1].ends_with(" 3600 3600"), "{:?}", store.calls());
    let refresh = presented(&issuer, first.refresh());
    let _ = issuer.renew_verified(&refresh).unwrap().rotate(&store).await.unwrap();
    assert!(store.calls()[2].ends_with(" 3600 3600 0ns"), "{:?}", store.calls());
}

#[tokio::test]
async fn the_access_token_before_ends_with_a_refresh_where_that_is_asked_for() {
    let issuer = issuer(|builder| builder);
    for asked in [true, false] {
        let store = Told::new(Rotated::Fresh);
        let ask = |token: NewToken<AccessAndRefresh>| if asked { token.refresh_ends_access() } else { token };
        let first = ask(login(&issuer)).begin(&store).await.unwrap();
        let refresh = presented(&issuer, first.refresh());
        let _ = issuer.renew_verified(&refresh).unwrap().change(ask).rotate(&store).await.unwrap();
        let ended = format!(" {} 900 0ns", first.access().id());
        assert_eq!(store.calls()[2].ends_with(&ended), asked, "{:?}", store.calls());
    }
}

#[tokio::test]
async fn the_next_pair_says_what_the_first_one_said_and_is_not_fresh() {
    let hand = ManualClock::new();
    let issuer = issuer(|builder| builder.clock(hand.clone()));
    let first = login(&issuer).audience(["orders", "billing"]).acr("mfa").amr(["pwd"]).csrf();
    let first = first.sign().unwrap();
    let refresh = presented(&issuer, first.refresh());
    hand.advance(Duration::from_secs(1000));
    let store = Told::new(Rotated::Fresh);
    let renewal = issuer.renew_verified(&refresh).unwrap();
    let stronger =
        |next: NewToken<AccessAndRefresh>| next.auth_time(hand.now()).acr("best").amr(["hwk"]).fresh();
    let next = renewal.change(stronger).rotate(&store).await.unwrap();

    let (before, after) = (claims(first.access()), claims(next.access()));
    for name in
        ["iss", "sub", "aud", "client_id", "scope", "roles", "tenant", "sid", "auth_time", "acr", "amr"]
    {
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
    assert_eq!((&renewed["auth_time"], &renewed["acr"]), (&json!(NOW), &json!("mfa")));

    let (family, old, new) = (first.refresh().family().unwrap(), first.refresh().id(), next.refresh().id());
    assert_eq!(store.calls(), [format!("rotate {family} {old} {new} 1900 2593000 0ns")]);
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
        assert!(store.calls()[0].ends_with(" 5s"), "{:?}", store.calls());
    }
}

#[tokio::test]
async fn a_store_that_fails_is_not_a_verdict() {
    let issuer = issuer(|builder| builder);
    let refresh = presented(&issuer, login(&issuer).sign().unwrap().refresh());
    for fails in ["mark", "allow", "rotate", "begin"] {
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
    let (access, family) = (pair.access().id(), pair.access().family().unwrap());
    assert_eq!(calls[1], format!("allow {access} {family} 900"));
    assert!(calls[2].starts_with("begin "), "a refresh token is on no list: {calls:?}");
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
    let (hand, hour) = (ManualClock::new(), Duration::from_secs(3600));
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
        next.scopes(["a"]).roles(["manager"]).claim("tenant", "other").fresh().family("f2").csrf()
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
    assert!(store.calls().is_empty());
}

/// Its claims do not matter; the kind as which it was accepted does.
#[test]
fn only_a_refresh_token_of_this_issuer_renews_anything() {
    let issuer = issuer(|builder| builder);
    let pair = login(&issuer).sign().unwrap();
    let access = verifier(&issuer, TokenProfile::AccessToken)
        .verify(pair.access().as_str().as_bytes())
        .unwrap()
        .into_identity();
    refused(
        issuer.renew_verified(&*access),
        IssueErrorKind::RefreshMisused,
        "not accepted as a refresh token",
    );
    // A complete refresh token that a guard has accepted as an access token.
    let taken = verifier(&issuer, refresh_profile())
        .verify(pair.refresh().as_str().as_bytes())
        .unwrap()
        .into_identity();
    refused(
        issuer.renew_verified(&*taken),
        IssueErrorKind::RefreshMisused,
        "not accepted as a refresh token",
    );
    // A guard of another name.
    let other = super::issuer(|builder| builder.issuer("https://other.example"));
    let refresh = presented(&issuer, pair.refresh());
    refused(other.renew_verified(&refresh), IssueErrorKind::RefreshMisused, "of this issuer");
    let without_a_name = Identity { verified_as: None, ..refresh };
    refused(issuer.renew_verified(&without_a_name), IssueErrorKind::RefreshMisused, "not accepted");
}

/// A claim that the issuer sets itself since its settings have changed would mean what the login once chose.
#[test]
fn a_refresh_token_with_a_claim_that_the_issuer_sets_by_now_renews_nothing() {
    let old = issuer(|builder| builder);
    let pair = old.pair("alice").claim("tenant", "acme").claim("groups", ["admin"]).sign().unwrap();
    let refresh = presented(&old, pair.refresh());
    assert!(old.renew_verified(&refresh).is_ok());
    let groups = || vec![vec!["groups".to_owned(), "names".to_owned()]];
    for changed in [
        issuer(|builder| builder.read_from(groups(), Vec::new())),
        issuer(|builder| builder.read_from(Vec::new(), groups())),
        issuer(|builder| builder.subject_claim("groups")),
    ] {
        let error = changed.renew_verified(&refresh).expect_err("the issuer sets this claim");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("`groups`"), "{cause}");
        refused::<()>(Err(error), IssueErrorKind::RefreshMisused, "log in again");
    }
}

#[test]
fn the_claims_that_a_handler_gets_can_be_renewed() {
    let issuer = issuer(|builder| builder);
    let holder = Arc::new(presented(&issuer, login(&issuer).sign().unwrap().refresh()));
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
    let revocation = Revocation::Subject {
        subject: Subject::of_issuer("https://id.example", "alice"),
        issued_before: after_now(31.0),
        expires_at: after_now(1e7),
    };
    store.revoke(revocation, after_now(0.0)).await.unwrap();
    let refresh = presented(&issuer, old.refresh());
    let renewed = issuer.renew_verified(&refresh).unwrap().rotate(&store).await;
    refused(renewed, IssueErrorKind::RefreshUnknown, "revoked");
    // It is issued at this second and not later.
    let new = login(&issuer).begin(&store).await.unwrap();
    assert_eq!(new.access().issued_at(), after_now(0.0));
    for (token, status) in [(old.access(), TokenStatus::Revoked), (new.access(), TokenStatus::Valid)] {
        let mut facts = TokenInfo::new("alice", token.expires_at());
        (facts.id, facts.family) = (Some(token.id()), token.family());
        (facts.issuer, facts.issued_at) = (Some("https://id.example"), Some(token.issued_at()));
        let Lookup::Known(Ok(answer)) = store.token_status(&facts, after_now(0.0)) else {
            panic!("no answer")
        };
        assert_eq!(answer, status);
    }
}
