//! What every store owes to the logins of its own guards, whichever guard ends them: the third part of the contract.

use std::sync::Arc;
use std::time::Duration;

use jwt_guard::store::{Begun, Family, RefreshStatus, Revocation, Rotated, Subject, TokenStatus, TokenStore};

use super::{LEEWAY, LIFE, answer, facts, login, present, rotation};

/// Whatever its subject is called where it is verified: an issuer names each login once.
pub(super) async fn a_login_ends_as_a_whole_by_its_issuer_and_by_no_other(store: Arc<impl TokenStore>) {
    let now = present();
    let issuers = [None, Some(""), Some("a"), Some("1:a"), Some("b")];
    let of_issuer = |issuer: Option<&str>, name: &str| match issuer {
        Some(issuer) => Subject::of_issuer(issuer, name),
        None => name.into(),
    };
    let revoke = async |issuer: Option<&str>, name: &str, id: &str| {
        let (whose, issuer, id) = (of_issuer(issuer, name), issuer.map(str::to_owned), id.to_owned());
        let what = Revocation::FamilyOf { issuer, id, expires_at: now + LIFE };
        store.revoke_for_subject(whose, what, now).await.unwrap();
    };
    for issuer in issuers {
        for subject in [of_issuer(issuer, "ada"), of_issuer(issuer, "ada").as_client()] {
            let id = format!("{issuer:?} {}{}", subject.is_client(), store.login_mark(now).await.unwrap());
            let begun = Family { subject, expires_at: now + LIFE * 50, ..login(&id, "a", now) };
            assert_eq!(store.begin(begun, now).await.unwrap(), Begun::Living);
            let mut access = facts("an access token", Some(&id), now);
            access.issuer = issuer;
            for other in issuers.into_iter().filter(|other| *other != issuer) {
                revoke(other, "ada", &id).await;
                let asked = answer(store.refresh_status(&id, "a", Duration::ZERO, now)).await.unwrap();
                assert_eq!(asked, RefreshStatus::Current, "{id} by {other:?}");
                let status = answer(store.token_status(&access, now)).await.unwrap();
                assert_eq!(status, TokenStatus::Valid, "{id} by {other:?}");
            }
            revoke(issuer, "ada@example.com", &id).await;
            let status = answer(store.token_status(&access, now)).await.unwrap();
            assert_eq!(status, TokenStatus::Revoked, "{id}");
            for later in [now, now + LIFE + LEEWAY * 2, now + LIFE * 49] {
                let asked = answer(store.refresh_status(&id, "a", Duration::ZERO, later)).await.unwrap();
                assert_eq!(asked, RefreshStatus::Unknown, "{id}");
                let rotated = store.rotate(rotation(&id, "a", "b", later), later).await.unwrap();
                assert_eq!(rotated, Rotated::Unknown, "{id}");
            }
        }
    }
}
