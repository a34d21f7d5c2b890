//! What every store owes for as long as a cut-off counts, and afterwards: the second part of the contract.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_guard::store::{
    Begun, Family, RefreshStatus, Revocation, Rotated, StoreLimits, Subject, TokenInfo, TokenStatus,
    TokenStore,
};

use super::{LEEWAY, LIFE, answer, facts, login, present, rotation, token, until};

const MOMENT: Duration = Duration::from_millis(1);

/// Both cut-offs, under the name with which a login of theirs begins.
fn cut_offs(issued_before: SystemTime, expires_at: SystemTime) -> [(&'static str, Revocation); 2] {
    let subject = Revocation::Subject { subject: "ada".into(), issued_before, expires_at };
    [("of a subject", subject), ("of all", Revocation::All { issued_before, expires_at })]
}

/// A login of ada with the name of the store, whose access and refresh tokens end then.
async fn begun(store: &impl TokenStore, name: &str, access: SystemTime, refresh: SystemTime) -> String {
    let now = present();
    let id = format!("{name}{}", store.login_mark(now).await.unwrap());
    let family = Family { access_expires_at: access, expires_at: refresh, ..login(&id, "a", now) };
    assert_eq!(store.begin(family, now).await.unwrap(), Begun::Living);
    id
}

async fn status(store: &impl TokenStore, token: &TokenInfo<'_>, now: SystemTime) -> TokenStatus {
    answer(store.token_status(token, now)).await.unwrap()
}

pub(super) async fn a_login_that_outlasts_a_cut_off_never_lives_again(store: Arc<impl TokenStore>) {
    let now = present();
    for (name, cut_off) in cut_offs(now, now + LIFE) {
        let id = begun(&*store, name, now + LIFE, now + LIFE * 50).await;
        store.revoke(cut_off, now).await.unwrap();
        let others = begun(&*store, &format!("after the one {name}"), now + LIFE, now + LIFE * 50).await;
        for later in [now, now + LIFE, now + LIFE + LEEWAY * 2, now + LIFE * 49] {
            let asked = answer(store.refresh_status(&id, "a", Duration::ZERO, later)).await.unwrap();
            assert_eq!(asked, RefreshStatus::Unknown, "{name}");
            let rotated = store.rotate(rotation(&id, "a", "b", later), later).await.unwrap();
            assert_eq!(rotated, Rotated::Unknown, "{name}");
            let asked = answer(store.refresh_status(&others, "a", Duration::ZERO, later)).await.unwrap();
            assert_eq!(asked, RefreshStatus::Current, "{name}");
        }
    }
}

pub(super) async fn a_cut_off_counts_until_the_last_access_token_has_ended(store: Arc<impl TokenStore>) {
    let now = present();
    for (name, cut_off) in cut_offs(now, now + LIFE) {
        let long = begun(&*store, &format!("long {name}"), now + LIFE * 3, now + LIFE * 3).await;
        let id = begun(&*store, &format!("refreshed {name}"), now + LIFE, now + LIFE).await;
        let mut step = rotation(&id, "a", "b", now);
        step.access_expires_at = now + LIFE * 4;
        assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Fresh);
        store.revoke(cut_off, now).await.unwrap();
        for (family, ends) in [(&long, now + LIFE * 3), (&id, now + LIFE * 4)] {
            let access = facts("an access token", Some(family), now);
            for later in [now, now + LIFE * 2, ends, ends + LEEWAY - MOMENT] {
                assert_eq!(status(&*store, &access, later).await, TokenStatus::Revoked, "{family}");
            }
        }
    }
}

/// Otherwise tokens without a time of issue are refused as long as a refresh token lives.
pub(super) async fn a_cut_off_does_not_wait_for_refresh_tokens(store: Arc<impl TokenStore>) {
    let now = present();
    for (name, cut_off) in cut_offs(now, now + LIFE) {
        begun(&*store, name, now + LIFE, now + LIFE * 50).await;
        store.revoke(cut_off, now).await.unwrap();
        let mut theirs = facts("t", Some("a session of another service"), now);
        theirs.issued_at = None;
        let last = now + LIFE + LEEWAY - MOMENT;
        assert_eq!(status(&*store, &theirs, last).await, TokenStatus::Revoked, "{name}");
        assert_eq!(status(&*store, &theirs, last + LEEWAY).await, TokenStatus::Valid, "{name}");
    }
}

/// Neither a token nor a session of another issuer, whatever the cut-off says of the time.
pub(super) async fn a_cut_off_saves_nothing_that_was_revoked_by_name(store: Arc<impl TokenStore>) {
    let now = present();
    let (partner, expires_at) = (Some("https://partner.example".to_owned()), now + LIFE);
    let theirs = Subject::of_issuer("https://partner.example", "ada");
    for issued_before in [now - LIFE, now, now + Duration::from_secs(30)] {
        let mut all = cut_offs(issued_before, expires_at).map(|(_, what)| what).to_vec();
        all.push(Revocation::Subject { subject: theirs.clone(), issued_before, expires_at });
        for (round, cut_off) in all.into_iter().enumerate() {
            let name = |what: &str| format!("{what} {round} {:?}", now.duration_since(issued_before));
            let [of_them, ours, session, of_all] = ["t", "u", "f", "g"].map(name);
            let named = [
                (&theirs, Revocation::TokenOf { issuer: partner.clone(), id: of_them.clone(), expires_at }),
                (&"ada".into(), token(&ours, now)),
                (&theirs, Revocation::FamilyOf { issuer: partner.clone(), id: session.clone(), expires_at }),
                (&"ada".into(), Revocation::Family { id: of_all.clone(), expires_at }),
            ];
            for (subject, what) in named {
                store.revoke_for_subject(subject.clone(), what, now).await.unwrap();
            }
            store.revoke(cut_off, now).await.unwrap();
            for (issuer, id, family) in [
                (partner.as_deref(), &*of_them, None),
                (None, &*ours, None),
                (partner.as_deref(), "new", Some(&*session)),
                (None, "new", Some(&*of_all)),
            ] {
                let mut token = facts(id, family, now);
                (token.issuer, token.issued_at) = (issuer, Some(now + LIFE / 2));
                let status = status(&*store, &token, now + LIFE / 2).await;
                assert_eq!(status, TokenStatus::Revoked, "{issued_before:?} {round} {id} {family:?}");
            }
        }
    }
}

pub(super) async fn a_login_that_is_revoked_after_a_cut_off_stays_revoked_over_the_next(
    store: Arc<impl TokenStore>,
) {
    let now = present();
    for (name, cut_off) in cut_offs(now - LIFE, now + LIFE) {
        store.revoke(cut_off.clone(), now).await.unwrap();
        let id = begun(&*store, name, now + LIFE * 2, now + LIFE * 2).await;
        let what = Revocation::Family { id: id.clone(), expires_at: now };
        store.revoke_for_subject("ada".into(), what, now).await.unwrap();
        for _ in 0..2 {
            store.revoke(cut_off.clone(), now).await.unwrap();
            let access = facts("an access token", Some(&id), now);
            let last = now + LIFE * 2 + LEEWAY - MOMENT;
            assert_eq!(status(&*store, &access, last).await, TokenStatus::Revoked, "{name}");
        }
    }
}

/// A client that has a token knows the line of a store, and may put it into a name.
pub(super) async fn a_name_of_an_epoch_that_has_not_begun_saves_no_token(store: Arc<impl TokenStore>) {
    let now = present();
    let begun = begun(&*store, "a login", now + LIFE, now + LIFE).await;
    let (name, epoch) = begun.rsplit_once('.').unwrap();
    let epoch: u64 = epoch.parse().unwrap();
    for (round, (kind, cut_off)) in cut_offs(now + LIFE, now + LIFE).into_iter().enumerate() {
        store.revoke(cut_off, now).await.unwrap();
        let current = epoch + round as u64 + 1;
        for (epoch, expected) in [
            (current - 1, TokenStatus::Revoked),
            (current, TokenStatus::Valid),
            (current + 1, TokenStatus::Revoked),
            (u64::MAX, TokenStatus::Revoked),
        ] {
            let family = format!("{name}.{epoch}");
            let token = facts("t", Some(&family), now);
            assert_eq!(status(&*store, &token, now).await, expected, "{kind}: {epoch} of {current}");
        }
    }
}

/// The limits of [`in_a_full_store_what_ends_a_login_has_its_effect`].
pub(super) fn little() -> StoreLimits {
    StoreLimits::new().revocations(10).logins_per_subject(1)
}

/// Not a part of the contract, since it is about a store with limits. Returns the logins that must be over.
pub(super) async fn in_a_full_store_what_ends_a_login_has_its_effect(store: &impl TokenStore) -> Vec<String> {
    let now = present();
    for i in 0..10 {
        store.revoke(token(&format!("of others {i}"), now), now).await.unwrap();
    }
    assert!(store.revoke(token("one more", now), now).await.is_err(), "it is full");
    let mut over = Vec::new();
    for end in ["reuse", "logout", "one login too many", "cut-off"] {
        let subject = Subject::from(end);
        let begin = async |name: String| {
            let id = name + &store.login_mark(now).await.unwrap();
            let family = Family { subject: subject.clone(), ..login(&id, "a", now) };
            assert_eq!(store.begin(family, now).await.unwrap(), Begun::Living);
            id
        };
        let id = begin(end.to_owned()).await;
        match end {
            "reuse" => {
                let reused = store.rotate(rotation(&id, "x", "b", now), now).await.unwrap();
                assert_eq!(reused, Rotated::Reused);
            }
            "logout" => {
                let what = Revocation::Family { id: id.clone(), expires_at: now + LIFE };
                store.revoke_for_subject(subject.clone(), what, now).await.unwrap();
            }
            "one login too many" => drop(begin(format!("{end}: the new one")).await),
            _ => {
                let (subject, issued_before) = (subject.clone(), now);
                let what = Revocation::Subject { subject, issued_before, expires_at: now + LIFE };
                store.revoke(what, now).await.unwrap();
            }
        }
        over.push(id);
    }
    are_over(store, &over).await;
    over
}

/// Whether no token of these logins, whose subjects have their names, is good.
pub(super) async fn are_over(store: &impl TokenStore, logins: &[String]) {
    let now = present();
    for id in logins {
        let mut access = facts("an access token", Some(id), now);
        access.subject = id.split('.').next();
        assert_eq!(status(store, &access, now).await, TokenStatus::Revoked, "{id}");
        let asked = answer(store.refresh_status(id, "a", Duration::ZERO, now)).await.unwrap();
        assert_eq!(asked, RefreshStatus::Unknown, "{id}");
    }
}

/// As [`a_subject_has_its_share`](super::contract::a_subject_has_its_share), of the tokens of a machine, which have no subject.
pub(super) async fn a_machine_has_its_share(store: &impl TokenStore) {
    let (now, partner) = (present(), "https://partner.example");
    let machine = || Subject::of_issuer(partner, "billing").as_client();
    let of = |subject, client| {
        let mut token = facts("any", None, now);
        (token.issuer, token.subject, token.client) = (Some(partner), subject, client);
        token
    };
    let others = [
        of(Some("billing"), None),
        of(Some("billing"), Some("billing")),
        of(None, Some("reports")),
        of(None, None),
    ];
    for i in 0..6 {
        let (issuer, id) = (Some(partner.to_owned()), i.to_string());
        store
            .revoke_for_subject(machine(), Revocation::TokenOf { issuer, id, expires_at: now + LIFE }, now)
            .await
            .unwrap();
        // The first four are its share.
        until("the cut-off is known", async || {
            let any = status(store, &of(None, Some("billing")), now).await;
            (any == if i < 4 { TokenStatus::Valid } else { TokenStatus::Revoked }).then_some(())
        })
        .await;
        let id = i.to_string();
        let mut one = of(None, Some("billing"));
        one.id = Some(&id);
        assert_eq!(status(store, &one, now).await, TokenStatus::Revoked);
        for token in &others {
            assert_eq!(status(store, token, now).await, TokenStatus::Valid);
        }
    }
}
