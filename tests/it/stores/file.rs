//! The store in a file.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use jwt_guard::store::{
    Begun, FileStore, Revocation, RevocationStore, Rotated, StoreLimits, TokenStatus, TokenStore,
};

use super::contract::{self, contract, small_share};
use super::crash::{Acknowledged, verify, work};
use super::model::{Nodes, narrow, play};
use super::{Directory, LEEWAY, LIFE, answer, facts, issued, login, present, rotation, token};

/// Names the file of a process that is to be killed.
const CHILD_FILE: &str = "JWT_GUARD_TESTS_CHILD_FILE";
const CHILD_ROUND: &str = "JWT_GUARD_TESTS_CHILD_ROUND";

async fn store() -> Option<(FileStore, Directory)> {
    let directory = Directory::new();
    Some((FileStore::open(directory.file()).await.unwrap(), directory))
}

contract!(tests: store);

#[tokio::test]
async fn everything_is_there_after_it_was_opened_again() {
    let directory = Directory::new();
    let now = present();
    let subject = Revocation::Subject { subject: "bob".into(), issued_before: now, expires_at: now + LIFE };
    {
        let store = FileStore::open(directory.file()).await.unwrap();
        assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
        store.rotate(rotation("f", "a", "b", now), now).await.unwrap();
        assert_eq!(store.begin(login("g", "a", now), now).await.unwrap(), Begun::Living);
        store.rotate(rotation("g", "x", "b", now), now).await.unwrap();
        store.revoke(token("t", now), now).await.unwrap();
        store.revoke(subject, now).await.unwrap();
        store.allow(issued("u", None, now), now).await.unwrap();
    }
    let store = FileStore::open(directory.file()).await.unwrap();
    let token_status =
        async |id, family| answer(store.token_status(&facts(id, family, now + LIFE), now)).await.unwrap();
    assert_eq!(token_status("t", None).await, TokenStatus::Revoked);
    assert_eq!(token_status("u", Some("f")).await, TokenStatus::Valid);
    assert_eq!(token_status("u", Some("g")).await, TokenStatus::Revoked);
    let mut bobs = facts("v", None, now);
    (bobs.subject, bobs.issued_at) = (Some("bob"), Some(now - LIFE));
    assert_eq!(answer(store.token_status(&bobs, now)).await.unwrap(), TokenStatus::Revoked);
    assert_eq!(answer(store.is_allowed("u", now)).await.unwrap(), TokenStatus::Valid);
    assert_eq!(store.rotate(rotation("f", "b", "c", now), now).await.unwrap(), Rotated::Fresh);
    assert_eq!(store.rotate(rotation("g", "a", "c", now), now).await.unwrap(), Rotated::Unknown);
}

#[tokio::test]
async fn a_subject_has_its_share() {
    let directory = Directory::new();
    let store = FileStore::with_limits(directory.file(), small_share()).await.unwrap();
    contract::a_share_is_taken_until_the_later_end(&store).await;
    contract::a_subject_has_its_share(Arc::new(store)).await;
}

#[tokio::test]
async fn in_a_full_store_what_ends_a_login_has_its_effect_and_is_in_the_file() {
    let directory = Directory::new();
    let open = || FileStore::with_limits(directory.file(), contract::little());
    let over = contract::in_a_full_store_what_ends_a_login_has_its_effect(&open().await.unwrap()).await;
    contract::are_over(&open().await.unwrap(), &over).await;
}

#[tokio::test]
async fn marks_and_cut_offs_are_there_after_it_was_opened_again() {
    let directory = Directory::new();
    let now = present();
    let open = async || FileStore::open(directory.file()).await.unwrap();
    let begin = async |store: &FileStore, name: &str| {
        let id = format!("{name}{}", store.login_mark(now).await.unwrap());
        assert_eq!(store.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
        id
    };
    let token_status = async |store: &FileStore, family: &str| {
        answer(store.token_status(&facts("t", Some(family), now), now)).await.unwrap()
    };
    let store = open().await;
    let first = begin(&store, "first").await;
    store.revoke(Revocation::All { issued_before: now, expires_at: now + LIFE }, now).await.unwrap();
    let second = begin(&store, "second").await;
    drop(store);

    let store = open().await;
    assert_eq!(token_status(&store, &first).await, TokenStatus::Revoked);
    assert_eq!(store.rotate(rotation(&first, "a", "b", now), now).await.unwrap(), Rotated::Unknown);
    assert_eq!(token_status(&store, &second).await, TokenStatus::Valid);
    let third = begin(&store, "third").await;
    assert_eq!(token_status(&store, &third).await, TokenStatus::Valid);
    store.revoke(Revocation::All { issued_before: now, expires_at: now + LIFE }, now).await.unwrap();
    drop(store);

    let store = open().await;
    for family in [&second, &third] {
        assert_eq!(token_status(&store, family).await, TokenStatus::Revoked);
        assert_eq!(store.rotate(rotation(family, "a", "b", now), now).await.unwrap(), Rotated::Unknown);
    }
}

/// A file that was cut to nothing is not a store in which nothing is revoked.
#[tokio::test]
async fn an_empty_file_is_an_error() {
    let directory = Directory::new();
    fs::write(directory.file(), "").unwrap();
    let error = FileStore::open(directory.file()).await.unwrap_err();
    assert!(error.to_string().contains("the file is empty"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_removed_or_replaced_while_it_is_open_acknowledges_nothing_more() {
    let now = present();
    for replace in [false, true] {
        let directory = Directory::new();
        let store = FileStore::open(directory.file()).await.unwrap();
        store.revoke(token("before", now), now).await.unwrap();
        fs::remove_file(directory.file()).unwrap();
        if replace {
            fs::write(directory.file(), "another file").unwrap();
        }
        let error = store.revoke(token("after", now), now).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("was removed or replaced"), "{cause}");
        // And nothing after that.
        for error in [
            store.revoke(token("later", now), now).await.unwrap_err(),
            store.allow(issued("later", None, now), now).await.unwrap_err(),
            store.begin(login("f", "a", now), now).await.unwrap_err(),
            store.rotate(rotation("f", "a", "b", now), now).await.unwrap_err(),
            store.login_mark(now).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains("the file cannot be written"), "{error}");
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(cause.contains("was removed or replaced"), "{cause}");
        }
        let status = async |id| answer(store.token_status(&facts(id, None, now), now)).await;
        assert!(status("before").await.is_err(), "it is not in the file any more");
        assert_eq!(status("never").await.unwrap(), TokenStatus::Valid);
    }
}

#[tokio::test]
async fn what_has_ended_leaves_the_file() {
    let directory = Directory::new();
    let now = present();
    let later = now + LIFE + LEEWAY * 2;
    {
        let store = FileStore::with_capacity(directory.file(), 1).await.unwrap();
        store.revoke(token("t", now), now).await.unwrap();
        assert!(store.revoke(token("u", now), now).await.is_err(), "it is full");
        store.revoke(token("u", later), later).await.unwrap();
    }
    let store = FileStore::with_capacity(directory.file(), 1).await.unwrap();
    assert!(format!("{store:?}").contains("entries: Some(1)"), "{store:?}");
}

#[tokio::test]
async fn a_second_store_cannot_open_the_file() {
    let directory = Directory::new();
    let first = FileStore::open(directory.file()).await.unwrap();
    let error = FileStore::open(directory.file()).await.unwrap_err();
    assert!(error.to_string().contains("open in another process"), "{error}");
    drop(first);
    FileStore::open(directory.file()).await.expect("it is free again");
}

#[tokio::test]
async fn a_second_process_cannot_open_the_file() {
    let directory = Directory::new();
    let (mut child, mut lines) = start_child(&directory, "0");
    assert!(lines.next().is_some(), "the child has the file");
    let error = FileStore::open(directory.file()).await.unwrap_err();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(error.to_string().contains("open in another process"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_a_store_is_an_error_and_is_left_alone() {
    let directory = Directory::new();
    let text = "dear diary, ".repeat(1_000);
    fs::write(directory.file(), &text).unwrap();
    let error = FileStore::open(directory.file()).await.unwrap_err();
    assert!(error.to_string().contains("damaged, or is not a token store"), "{error}");
    assert_eq!(fs::read_to_string(directory.file()).unwrap(), text);
    let error = FileStore::open(directory.path()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}

/// Changes the file everywhere, one place at a time. What opens must have lost nothing.
#[tokio::test]
async fn damage_is_an_error_or_has_no_effect() {
    let directory = Directory::new();
    let now = present();
    {
        let store = FileStore::open(directory.file()).await.unwrap();
        for i in 0..500 {
            store.revoke(token(&i.to_string(), now), now).await.unwrap();
        }
    }
    let whole = fs::read(directory.file()).unwrap();
    let (mut errors, mut places) = (0, 0);
    let mut check = async |bytes: &[u8], what: &str| {
        places += 1;
        fs::write(directory.file(), bytes).unwrap();
        let Ok(store) = FileStore::open(directory.file()).await else { return errors += 1 };
        for i in 0..500 {
            let id = i.to_string();
            let status = answer(store.token_status(&facts(&id, None, now), now)).await.unwrap();
            assert_eq!(status, TokenStatus::Revoked, "{what} hides {id}");
        }
    };
    let header = (0..320).step_by(7);
    let in_use = whole.chunks(4096).enumerate().skip(1).filter_map(|(page, bytes)| {
        let used: Vec<_> = (0..bytes.len()).filter(|place| bytes[*place] != 0).collect();
        Some(page * 4096 + used.get(page * 7919 % used.len().max(1))?)
    });
    for place in header.chain(in_use) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        check(&bytes, &format!("damage at {place}")).await;
    }
    for length in [1, 100, 4096, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        check(&whole[..length], &format!("a cut at {length}")).await;
    }
    println!("{errors} of {places} kinds of damage were refused");
    assert!(errors > 10);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_store, directory) = store().await.unwrap();
    assert_eq!(fs::metadata(directory.file()).unwrap().permissions().mode() & 0o077, 0);
}

/// Kills a process in the middle of its work, again and again.
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let directory = Directory::new();
    let (mut rotations, mut revocations, mut kills) = (0, 0, 0_u64);
    while rotations < 1_000 || kills < 20 {
        let (mut child, mut lines) = start_child(&directory, &kills.to_string());
        // A number of lines that differs in every round; the clock adds what is random.
        let before = 1 + (kills * 2_654_435_761 % 400) as usize;
        let mut acknowledged: Vec<_> = lines.by_ref().take(before).collect();
        child.kill().unwrap();
        acknowledged.extend(lines);
        child.wait().unwrap();
        assert!(acknowledged.len() >= before, "the child stopped by itself");

        let store = FileStore::open(directory.file()).await.unwrap();
        rotations += verify(&store, &acknowledged).await;
        revocations += acknowledged.iter().filter(|fact| matches!(fact, Acknowledged::Revoked(_))).count();
        kills += 1;
    }
    println!("{kills} kills, {rotations} rotations, {revocations} revocations, none lost");
}

/// A disk that is full, or nearly: the shell limits the size of files for its child.
#[cfg(unix)]
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_disk_is_full() {
    let directory = Directory::new();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap());
    let (mut child, lines) = spawn_child(shell, &directory, "0");
    let acknowledged: Vec<_> = lines.collect();
    assert!(child.wait().unwrap().success(), "it stops with errors, not with a panic");
    let store = FileStore::open(directory.file()).await.unwrap();
    let rotations = verify(&store, &acknowledged).await;
    println!("the disk was full after {rotations} rotations, none lost");
    assert!(rotations > 100);
}

/// Starts this very program once more, to do nothing but [`child`].
fn start_child(directory: &Directory, round: &str) -> (Child, impl Iterator<Item = Acknowledged> + use<>) {
    spawn_child(Command::new(std::env::current_exe().unwrap()), directory, round)
}

fn spawn_child(
    mut command: Command,
    directory: &Directory,
    round: &str,
) -> (Child, impl Iterator<Item = Acknowledged> + use<>) {
    let mut child = command
        .args(["stores::file::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD_FILE, directory.file())
        .env(CHILD_ROUND, round)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let lines = std::iter::from_fn(move || {
        let mut line = String::new();
        (output.read_line(&mut line).unwrap() > 0).then_some(line)
    });
    (child, lines.filter_map(|line| Acknowledged::from_line(&line)))
}

/// The process that is killed. Run as a test, it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let (Ok(file), Ok(round)) = (std::env::var(CHILD_FILE), std::env::var(CHILD_ROUND)) else { return };
    let store = Arc::new(FileStore::open(file).await.unwrap());
    work(store.clone(), &round, |fact| {
        let mut output = std::io::stdout().lock();
        output.write_all(fact.to_line().as_bytes()).and_then(|()| output.flush()).unwrap();
    })
    .await;
    // It was not killed, so the disk refused a change.
    let now = present();
    assert!(store.revoke(token("t", now), now).await.is_err(), "a store whose disk failed takes no changes");
    assert_eq!(answer(store.token_status(&facts("t", None, now), now)).await.unwrap(), TokenStatus::Valid);
}

#[tokio::test]
async fn a_machine_has_its_share() {
    let directory = Directory::new();
    let store = FileStore::with_limits(directory.file(), small_share()).await.unwrap();
    contract::a_machine_has_its_share(&store).await;
}

struct One {
    directory: Directory,
    limits: StoreLimits,
    store: Option<FileStore>,
}

impl One {
    async fn with(limits: StoreLimits) -> Self {
        let mut one = Self { directory: Directory::new(), limits, store: None };
        one.restart().await;
        one
    }
}

impl Nodes for One {
    fn all(&self) -> Vec<Option<&dyn TokenStore>> {
        vec![self.store.as_ref().map(|store| store as &dyn TokenStore)]
    }

    async fn restart(&mut self) {
        self.store = None;
        self.store = Some(FileStore::with_limits(self.directory.file(), self.limits).await.unwrap());
    }
}

#[tokio::test]
async fn tokens_are_judged_as_by_a_model_that_forgets_nothing() {
    for seed in 0..20 {
        play(seed, false, &mut One::with(StoreLimits::new()).await).await;
        for limits in narrow() {
            play(seed, true, &mut One::with(limits).await).await;
        }
    }
}
