//! A file that has not got the last changes: a backup, or a disk that could not take them.

use std::fs;
use std::time::Duration;

use jwt_guard::store::{
    Begun, FileStore, RefreshStatus, Revocation, RevocationStore as _, Rotated, TokenStatus, TokenStore as _,
};

use super::{Directory, LIFE, answer, facts, issued, login, present, rotation, until};

/// The file has not got the number of every cut-off that was made.
#[tokio::test]
async fn a_backup_that_is_put_back_gives_the_number_of_a_cut_off_to_no_other_one() {
    let directory = Directory::new();
    let (now, backup) = (present(), directory.path().join("backup"));
    let open = async || FileStore::open(directory.file()).await.unwrap();
    let cut = async |store: &FileStore, subject: &str| {
        let what =
            Revocation::Subject { subject: subject.into(), issued_before: now, expires_at: now + LIFE };
        store.revoke(what, now).await.unwrap();
    };
    let store = open().await;
    let mark = store.login_mark(now).await.unwrap();
    assert_eq!(store.begin(login(&format!("before{mark}"), "a", now), now).await.unwrap(), Begun::Living);
    drop(store);
    fs::copy(directory.file(), &backup).unwrap();
    let mut lost = Vec::new();
    for _ in 0..3 {
        let store = open().await;
        for i in 0..3 {
            cut(&store, "bob").await;
            let id = format!("lost {i}{}", store.login_mark(now).await.unwrap());
            assert_eq!(store.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
            lost.push(id);
        }
        drop(store);
        fs::copy(&backup, directory.file()).unwrap();
        let store = open().await;
        let new = format!("new{}", store.login_mark(now).await.unwrap());
        assert_eq!(store.begin(login(&new, "a", now), now).await.unwrap(), Begun::Living);
        cut(&store, "ada").await;
        let after = format!("after{}", store.login_mark(now).await.unwrap());
        assert_eq!(store.begin(login(&after, "a", now), now).await.unwrap(), Begun::Living);
        for family in lost.iter().chain([&new]) {
            let access = facts("t", Some(family), now);
            assert_eq!(
                answer(store.token_status(&access, now)).await.unwrap(),
                TokenStatus::Revoked,
                "{family}"
            );
        }
        let access = facts("t", Some(&after), now);
        assert_eq!(answer(store.token_status(&access, now)).await.unwrap(), TokenStatus::Valid);
        drop(store);
        fs::copy(&backup, directory.file()).unwrap();
    }
}

/// The client repeats what was an error. If it heard that its token has ended, it would not try again.
#[cfg(unix)]
#[tokio::test]
async fn the_end_of_a_token_is_told_when_the_file_has_it() {
    let directory = Directory::new();
    let (now, away) = (present(), directory.path().join("away"));
    let store = FileStore::open(directory.file()).await.unwrap();
    store.allow(issued("listed", Some("f"), now), now).await.unwrap();
    for family in ["f", "living"] {
        assert_eq!(store.begin(login(family, "a", now), now).await.unwrap(), Begun::Living);
    }
    fs::rename(directory.file(), &away).unwrap();
    let end = Revocation::Family { id: "f".to_owned(), expires_at: now + LIFE };
    assert!(store.revoke(end, now).await.is_err());
    let access = async |family| answer(store.token_status(&facts("t", Some(family), now), now)).await;
    let refresh = async |family, id| answer(store.refresh_status(family, id, Duration::ZERO, now)).await;
    for _ in 0..2 {
        assert!(access("f").await.is_err());
        assert!(refresh("f", "a").await.is_err());
        assert!(answer(store.is_allowed("listed", now)).await.is_err());
        assert_eq!(access("living").await.unwrap(), TokenStatus::Valid);
        assert_eq!(refresh("living", "a").await.unwrap(), RefreshStatus::Current);
    }
    fs::rename(&away, directory.file()).unwrap();
    // To ask is enough, so that a logout which is repeated alone brings the store back.
    let told = until("the store works again", async || access("f").await.ok()).await;
    assert_eq!(told, TokenStatus::Revoked);
    assert_eq!(refresh("f", "a").await.unwrap(), RefreshStatus::Unknown);
    assert_eq!(answer(store.is_allowed("listed", now)).await.unwrap(), TokenStatus::Revoked);
    drop(store);
    let store = FileStore::open(directory.file()).await.unwrap();
    let told = answer(store.token_status(&facts("t", Some("f"), now), now)).await;
    assert_eq!(told.unwrap(), TokenStatus::Revoked);
}

/// The answer was an error, so the client has no other token than the one that it sends again.
#[cfg(unix)]
#[tokio::test]
async fn a_refresh_that_could_not_be_written_can_be_tried_again() {
    let directory = Directory::new();
    let (now, away) = (present(), directory.path().join("away"));
    let store = FileStore::open(directory.file()).await.unwrap();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    fs::rename(directory.file(), &away).unwrap();
    assert!(store.rotate(rotation("f", "a", "b", now), now).await.is_err());
    let current = |id| answer(store.refresh_status("f", id, Duration::ZERO, now));
    assert_eq!(current("a").await.unwrap(), RefreshStatus::Current);
    assert!(current("b").await.is_err(), "unknown whether the disk has it");
    fs::rename(&away, directory.file()).unwrap();
    let rotated =
        until("the store works again", async || store.rotate(rotation("f", "a", "c", now), now).await.ok())
            .await;
    assert_eq!(rotated, Rotated::Fresh);
    drop(store);
    let store = FileStore::open(directory.file()).await.unwrap();
    assert_eq!(store.rotate(rotation("f", "c", "d", now), now).await.unwrap(), Rotated::Fresh);
}
