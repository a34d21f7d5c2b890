//! The file on a disk that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::*;
use crate::store::{Revocation, StoreLimits, TokenInfo, TokenStatus};
use crate::timestamp::Timestamp;
use crate::warned::warnings;

/// An empty directory, which is removed when the test ends.
pub(in crate::store::file) struct Directory(pub(in crate::store::file) PathBuf);

impl Directory {
    pub(in crate::store::file) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("jwt-guard-{name}-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A disk that refuses to write while it is told to.
#[derive(Debug, Default)]
struct Failing {
    memory: InMemoryBackend,
    fails: Arc<AtomicBool>,
}

impl Failing {
    fn unless_failing(&self) -> io::Result<()> {
        if self.fails.load(Ordering::SeqCst) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl StorageBackend for Failing {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.unless_failing().and_then(|()| self.memory.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.unless_failing()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.unless_failing().and_then(|()| self.memory.write(offset, data))
    }
}

/// Revokes, and writes that down.
fn revoke(disk: &Disk, shared: &Shared, id: &str) -> Result<(), StoreError> {
    let what = Revocation::Token { id: id.to_owned(), expires_at: SystemTime::UNIX_EPOCH + LIFE };
    shared.change(|ledger| ledger.revoke(what, None, Timestamp::floor(SystemTime::UNIX_EPOCH)))?;
    disk.write(shared.take_changes()?)
}

const LIFE: Duration = Duration::from_secs(900);

fn new_ledger() -> Shared {
    Shared::new(Ledger::journaled(StoreLimits::new()))
}

/// Whether the file has a revocation, for one that opens it.
fn has(path: &Path, id: &str) -> bool {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    Disk::open(path).unwrap().read(&mut ledger).unwrap();
    let token = TokenInfo { id: Some(id), ..TokenInfo::new("ada", SystemTime::UNIX_EPOCH + LIFE) };
    ledger.token_status(&token, SystemTime::UNIX_EPOCH) == TokenStatus::Revoked
}

#[test]
fn after_a_failure_a_new_file_has_everything_that_is_known_and_takes_the_place_of_the_old_one() {
    let directory = Directory::new("renewed");
    let path = directory.0.join("store");
    let Disk { place, .. } = Disk::open(&path).unwrap();
    let failing = Failing::default();
    let fails = Arc::clone(&failing.fails);
    let database = Builder::new().create_with_backend(failing).unwrap();
    let (mut disk, shared) = (Disk { database, place }, new_ledger());
    shared.change(Ledger::set_line).unwrap();
    revoke(&disk, &shared, "acknowledged").unwrap();
    fails.store(true, Ordering::SeqCst);
    assert!(revoke(&disk, &shared, "refused").is_err());
    fails.store(false, Ordering::SeqCst);
    assert!(revoke(&disk, &shared, "later").is_err(), "a failure stays until the file is renewed");

    fs::write(disk.place.renewed(), "the rest of a try that a crash ended").unwrap();
    disk.renew(&shared).unwrap();
    assert!(!disk.place.renewed().exists());
    disk.renew(&shared).expect("also when no try came before");
    assert!(Disk::open(&path).is_err(), "the new file is locked");
    revoke(&disk, &shared, "after").unwrap();
    let mark = shared.ask(Ledger::mark).unwrap();
    drop(disk);
    for id in ["acknowledged", "refused", "later", "after"] {
        assert!(has(&path, id), "{id}");
    }
    let mut ledger = Ledger::journaled(StoreLimits::new());
    Disk::open(&path).unwrap().read(&mut ledger).unwrap();
    assert_eq!(ledger.mark(), mark, "cut-offs concern the same logins as before");
}

#[test]
fn a_try_that_fails_leaves_the_old_file_and_nothing_beside_it() {
    let directory = Directory::new("not-renewed");
    let path = directory.0.join("store");
    let (mut disk, shared) = (Disk::open(&path).unwrap(), new_ledger());
    revoke(&disk, &shared, "acknowledged").unwrap();
    fs::create_dir(disk.place.renewed()).unwrap();
    let error = disk.renew(&shared).unwrap_err();
    assert!(error.to_string().contains("its place is taken"), "{error}");
    fs::remove_dir(disk.place.renewed()).unwrap();
    assert!(Disk::open(&path).is_err(), "the old file is locked as before");

    fs::rename(&path, directory.0.join("moved")).unwrap();
    fs::write(&path, "a file of another").unwrap();
    assert!(disk.renew(&shared).is_err(), "the place is not this store's any more");
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file of another");
    assert!(!disk.place.renewed().exists());
    drop(disk);
    assert!(has(&directory.0.join("moved"), "acknowledged"));
}

#[test]
fn a_new_file_and_a_repaired_one_are_warned_of_and_one_that_was_closed_is_not() {
    let directory = Directory::new("warned");
    let (path, copy) = (directory.0.join("store"), directory.0.join("copy"));
    let open = |path: &Path| warnings(|| Disk::open(path).unwrap());
    let (disk, warned) = open(&path);
    assert_eq!(warned.len(), 1);
    let is_told = warned[0].contains("there was no token store") && warned[0].contains("store");
    assert!(is_told, "{warned:?}");
    // As a crash would leave it.
    fs::copy(&path, &copy).unwrap();
    drop(disk);
    assert_eq!(open(&path).1, [""; 0]);
    let (_, warned) = open(&copy);
    assert_eq!(warned.len(), 1);
    assert!(warned[0].contains("has been repaired") && warned[0].contains("copy"), "{warned:?}");
    assert_eq!(open(&copy).1, [""; 0], "once it was closed");
}

#[test]
fn a_file_is_made_once_and_its_own_directory_is_synchronised() {
    let directory = Directory::new("made");
    let (path, nowhere) = (directory.0.join("store"), directory.0.join("missing").join("store"));
    assert!(make(&path).unwrap());
    assert!(!make(&path).unwrap(), "it is there");
    assert_eq!(make(&nowhere).unwrap_err().kind(), io::ErrorKind::NotFound);
    synchronise_directory(&path).unwrap();
    synchronise_directory(Path::new("in the working directory")).unwrap();
    #[cfg(unix)]
    assert!(synchronise_directory(&nowhere).is_err());
}

#[test]
fn each_reason_why_a_file_cannot_be_opened_is_told_apart() {
    let io = |kind: io::ErrorKind| DatabaseError::Storage(redb::StorageError::Io(kind.into()));
    for (error, message) in [
        (DatabaseError::DatabaseAlreadyOpen, "the file is open in another process, or twice in this one"),
        (DatabaseError::LockProtocolMismatch, "the file is open in another process, or twice in this one"),
        (DatabaseError::UpgradeRequired(2), "the file was written by another version"),
        (io(io::ErrorKind::PermissionDenied), "the file cannot be opened"),
        (io(io::ErrorKind::InvalidData), "the file is damaged, or is not a token store"),
        (DatabaseError::RepairAborted, "the file is damaged, or is not a token store"),
    ] {
        assert_eq!(not_opened(error).to_string(), format!("the token store failed: {message}"));
    }
}
