//! The file on a disk that fails.

use std::collections::BTreeSet;
use std::sync::Mutex;
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

const PAGE: usize = 4096;

/// A disk behind a cache of pages. A page whose write has failed is in the cache, is not written again, and is gone after
/// a power failure. Clones are the same disk.
#[derive(Clone, Debug)]
struct Cached(Arc<Mutex<Pages>>);

#[derive(Debug)]
struct Pages {
    cache: Vec<u8>,
    disk: Vec<u8>,
    unwritten: BTreeSet<usize>,
    /// How often it writes the cache to the disk before that fails, once.
    good: usize,
}

impl Cached {
    fn with(bytes: Vec<u8>) -> Self {
        let pages = Pages { cache: bytes.clone(), disk: bytes, unwritten: BTreeSet::new(), good: usize::MAX };
        Self(Arc::new(Mutex::new(pages)))
    }

    fn fail_after(&self, good: usize) {
        self.0.lock().unwrap().good = good;
    }

    fn after_a_power_failure(&self) -> Self {
        Self::with(self.0.lock().unwrap().disk.clone())
    }
}

impl StorageBackend for Cached {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().cache.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        out.copy_from_slice(&self.0.lock().unwrap().cache[offset as usize..][..out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut pages = self.0.lock().unwrap();
        pages.cache.resize(len as usize, 0);
        pages.disk.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let Pages { cache, disk, unwritten, good } = &mut *self.0.lock().unwrap();
        let unwritten = std::mem::take(unwritten);
        if *good == 0 {
            *good = usize::MAX;
            return Err(io::Error::other("the disk is ill"));
        }
        *good -= 1;
        for page in unwritten {
            let end = cache.len().min((page + 1) * PAGE);
            disk[page * PAGE..end].copy_from_slice(&cache[page * PAGE..end]);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (mut pages, start) = (self.0.lock().unwrap(), offset as usize);
        pages.cache[start..start + data.len()].copy_from_slice(data);
        pages.unwritten.extend(start / PAGE..(start + data.len()).div_ceil(PAGE));
        Ok(())
    }
}

/// Revokes, and writes that down.
fn revoke(disk: &Disk, shared: &Shared, id: &str) -> Result<(), StoreError> {
    revoke_in(shared, id);
    disk.write(shared.take_changes()?)
}

fn revoke_in(shared: &Shared, id: &str) {
    let what = Revocation::Token { id: id.to_owned(), expires_at: SystemTime::UNIX_EPOCH + LIFE };
    shared.change(|ledger| ledger.revoke(what, None, Timestamp::floor(SystemTime::UNIX_EPOCH))).unwrap();
}

const LIFE: Duration = Duration::from_secs(900);

fn new_ledger() -> Shared {
    Shared::new(Ledger::journaled(StoreLimits::new()))
}

/// Whether the file has a revocation, for one that opens it.
fn has(path: &Path, id: &str) -> bool {
    revokes(&Disk::open(path).unwrap(), id)
}

fn revokes(disk: &Disk, id: &str) -> bool {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    disk.read(&mut ledger).unwrap();
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

/// A file whose last write, of `refused`, has failed, after `acknowledged`.
fn failed(place: OpenedPath) -> Cached {
    let cached = Cached::with(Vec::new());
    let database = builder().create_with_backend(cached.clone()).unwrap();
    let (disk, shared) = (Disk { database, place }, new_ledger());
    // So many that no page has the first and the last.
    for i in 0..300 {
        revoke_in(&shared, &format!("known {i}"));
    }
    revoke(&disk, &shared, "acknowledged").unwrap();
    cached.fail_after(0);
    assert!(revoke(&disk, &shared, "refused").is_err());
    cached
}

#[test]
fn what_a_restart_finds_after_a_failed_write_is_on_the_disk_before_it_is_believed() {
    let directory = Directory::new("restarted");
    let path = directory.0.join("store");
    drop(Disk::open(&path).unwrap());
    let place = || OpenedPath { path: path.clone(), file: FileId::of(&path).unwrap() };
    let start = |cached: &Cached| unclosed(cached.clone(), cached.clone());
    // The first start fails after one more write of the cache to the disk each time, until that is late enough.
    let is_up = (0..10).any(|good| {
        let cached = failed(place());
        cached.fail_after(good);
        let is_up = start(&cached).is_ok();
        let disk = Disk { database: start(&cached).unwrap(), place: place() };
        assert!(revokes(&disk, "refused"), "a system shows what a failed write has lost");
        revoke(&disk, &new_ledger(), "a later one").unwrap();
        let disk = Disk { database: start(&cached.after_a_power_failure()).unwrap(), place: place() };
        for id in ["known 0", "acknowledged", "refused", "a later one"] {
            assert!(revokes(&disk, id), "{id} is lost, {good} good writes");
        }
        is_up
    });
    assert!(is_up);
}

#[test]
fn a_start_that_cannot_write_everything_again_fails_and_says_why() {
    let directory = Directory::new("not-restarted");
    let path = directory.0.join("store");
    drop(Disk::open(&path).unwrap());
    let cached = failed(OpenedPath { file: FileId::of(&path).unwrap(), path });
    // The first one is of the header alone.
    cached.fail_after(1);
    let error = unclosed(cached.clone(), cached).unwrap_err();
    assert!(error.to_string().contains("was not closed, and cannot be written again"), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is ill");
}

/// The holes of a file show whether it was written.
#[cfg(target_os = "linux")]
#[test]
fn each_page_of_a_file_that_was_not_closed_is_written_when_it_is_opened() {
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};

    let directory = Directory::new("holes");
    let (path, copy) = (directory.0.join("store"), directory.0.join("copy"));
    let written = |was_closed: bool| {
        let bytes = fs::read(&path).unwrap();
        drop(fs::remove_file(&copy));
        let file = File::create(&copy).unwrap();
        file.set_len(bytes.len() as u64).unwrap();
        for (page, bytes) in
            bytes.chunks(PAGE).enumerate().filter(|(_, bytes)| bytes.iter().any(|byte| *byte != 0))
        {
            file.write_all_at(bytes, (page * PAGE) as u64).unwrap();
        }
        let is_whole = || file.metadata().unwrap().blocks() * 512 >= bytes.len() as u64;
        assert!(!is_whole());
        drop(Disk::open(&copy).unwrap());
        assert_eq!(is_whole(), !was_closed);
    };
    let disk = Disk::open(&path).unwrap();
    revoke(&disk, &new_ledger(), "t").unwrap();
    written(false);
    drop(disk);
    written(true);
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
