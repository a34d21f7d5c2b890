//! The file itself.

use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, StorageBackend,
    StorageError, TableDefinition, TableError,
};

use crate::caught::caught;
use crate::store::StoreError;
use crate::store::file::codec;
use crate::store::ledger::{Change, Kind, Ledger};
use crate::store::shared::Shared;

/// All entries. The name of the table has the version of the format.
const ENTRIES: TableDefinition<'_, (u8, &str), &[u8]> = TableDefinition::new("jwt-guard entries 3");

/// The page cache of redb. It can be small, because the ledger has the entries in memory.
const CACHE: usize = 4 << 20;

/// An open and locked file.
pub(super) struct Disk {
    database: Database,
    place: OpenedPath,
}

/// The path of the file when it was opened.
struct OpenedPath {
    path: PathBuf,
    file: Option<FileId>,
}

impl Disk {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let cannot_be_opened = |error| StoreError::new("the file cannot be opened").because(error);
        let is_new = make(path).map_err(cannot_be_opened)?;
        if is_new {
            tracing::warn!(
                target: "jwt_guard",
                path = %path.display(),
                "there was no token store at this path, and an empty one was made: if there should have been one, what it \
                 had revoked is good again"
            );
        } else if fs::metadata(path).map_err(cannot_be_opened)?.len() == 0 {
            return Err(StoreError::new(
                "the file is empty, as if it had been cut: remove it if a new store is to be made there",
            ));
        }
        let was_closed = is_new || was_closed(path)?;
        let disk = Self::locked(path, was_closed)?;
        if !was_closed {
            tracing::warn!(
                target: "jwt_guard",
                path = %path.display(),
                "the token store was not closed and has been repaired: all that was acknowledged is there, unless the disk \
                 lost what it had taken"
            );
        }
        Ok(disk)
    }

    /// Opens and locks a file that exists.
    fn locked(path: &Path, was_closed: bool) -> Result<Self, StoreError> {
        let cannot_be_opened = |error| StoreError::new("the file cannot be opened").because(error);
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(cannot_be_opened)?;
        let id = FileId::of_file(&file).map_err(cannot_be_opened)?;
        let again = file.try_clone().map_err(cannot_be_opened)?;
        let backends = FileBackend::new(file)
            .and_then(|file| Ok((file, FileBackend::new(again)?)))
            .map_err(not_opened)?;
        let database = match (backends, was_closed) {
            ((file, _), true) => builder().create_with_backend(file).map_err(not_opened)?,
            ((file, again), false) => unclosed(file, again)?,
        };
        let place = OpenedPath { path: path.to_owned(), file: id };
        // Another process may have put a new file there before it gave up the lock on this one.
        place.check()?;
        Ok(Self { database, place })
    }

    pub(super) fn read(&self, ledger: &mut Ledger) -> Result<(), StoreError> {
        let transaction = self.database.begin_read().map_err(unreadable)?;
        let table = match transaction.open_table(ENTRIES) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => {
                let others = transaction.list_tables().map_err(unreadable)?.count();
                let other =
                    StoreError::new("the file was written by another version, or is not a token store");
                return if others == 0 { Ok(()) } else { Err(other) };
            }
            Err(error) => return Err(unreadable(error)),
        };
        for entry in table.iter().map_err(unreadable)? {
            let (key, value) = entry.map_err(unreadable)?;
            let (kind, name) = key.value();
            let kind = codec::kind_from_byte(kind)?;
            ledger.restore(kind, name, codec::decode(kind, value.value())?);
        }
        Ok(())
    }

    /// When this returns, the disk has the changes.
    pub(super) fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        if !changes.is_empty() {
            self.commit(changes).map_err(unwritten)?;
        }
        self.place.check()
    }

    /// After a failure: writes everything into a new file, which takes the place of the old one.
    ///
    /// The old one would not do. A system may count a page as written whose write has failed, so that it is read back now,
    /// and is gone after the next power failure. Here every page is written again. The old file stays locked until the new
    /// one, which is locked too, has its name.
    pub(super) fn renew(&mut self, shared: &Shared) -> Result<(), StoreError> {
        self.place.check()?;
        let path = self.place.renewed();
        let written = Self::write_anew(&path, shared).and_then(|disk| {
            let rename = || {
                fs::set_permissions(&path, fs::metadata(&self.place.path)?.permissions())?;
                fs::rename(&path, &self.place.path)
            };
            rename().map_err(|error| StoreError::new("no new file can take its place").because(error))?;
            Ok(disk)
        });
        let Self { database, place } = written.inspect_err(|_| {
            // It would only take room.
            drop(fs::remove_file(&path));
        })?;
        self.database = database;
        self.place.file = place.file;
        synchronise_directory(&self.place.path)
            .map_err(|error| StoreError::new("the disk refused a change").because(error))
    }

    fn write_anew(path: &Path, shared: &Shared) -> Result<Self, StoreError> {
        let not_made = |error| StoreError::new("no new file can be made").because(error);
        // The rest of an earlier try, if there is one.
        drop(fs::remove_file(path));
        if !make(path).map_err(not_made)? {
            return Err(StoreError::new("no new file can be made: its place is taken"));
        }
        let disk = Self::locked(path, true)?;
        // Nothing changes meanwhile: the one thread that writes is here.
        shared.ask(|ledger| disk.commit(ledger.everything()))?.map_err(unwritten)?;
        Ok(disk)
    }

    fn commit(&self, changes: impl IntoIterator<Item = Change>) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let mut table = transaction.open_table(ENTRIES)?;
        for change in changes {
            match change {
                // The first name of the next kind is the end of this kind.
                Change::Cleared(kind) => {
                    let next = codec::kind_to_byte(kind) + 1;
                    table.retain_in(key(kind, "")..(next, ""), |_, _| false)?;
                }
                Change::Entry(kind, name, Some(entry)) => {
                    drop(table.insert(key(kind, &name), &*codec::encode(&entry))?);
                }
                Change::Entry(kind, name, None) => drop(table.remove(key(kind, &name))?),
            }
        }
        drop(table);
        Ok(transaction.commit()?)
    }
}

fn key(kind: Kind, name: &str) -> (u8, &str) {
    (codec::kind_to_byte(kind), name)
}

/// The identity of the file, whatever its name.
#[derive(PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    /// `None` on systems without such an identity. There an open file cannot be removed either.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        Ok(Self::of_metadata(&fs::metadata(path)?))
    }

    fn of_file(file: &File) -> io::Result<Option<Self>> {
        Ok(Self::of_metadata(&file.metadata()?))
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "on other systems there is none")]
    fn of_metadata(file: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self(file.dev(), file.ino()))
    }

    #[cfg(not(unix))]
    fn of_metadata(_: &fs::Metadata) -> Option<Self> {
        None
    }
}

impl OpenedPath {
    /// The path of the file that is to take the place of this one.
    fn renewed(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        name.into()
    }

    /// Whether the path still leads to the open file.
    fn check(&self) -> Result<(), StoreError> {
        let gone = || StoreError::new("the file was removed or replaced while it was open");
        match FileId::of(&self.path) {
            Ok(file) if file == self.file => Ok(()),
            Ok(_) => Err(gone()),
            Err(error) => Err(gone().because(error)),
        }
    }
}

/// Makes an empty file if there is none, and returns whether it did. It synchronises the directory too; otherwise the
/// file could be gone after a power failure.
fn make(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => synchronise_directory(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    // Every page is read afterwards in any case. This verifies the checksums of all pages first.
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

/// Opens a file that was not closed; `again` leads to it too. Every byte is written again before anything is believed: the
/// last process may have ended after a failed write, and a page whose write has failed can be read until the next power failure.
fn unclosed(file: impl StorageBackend, again: impl StorageBackend) -> Result<Database, StoreError> {
    let mut builder = builder();
    let written: Arc<OnceLock<Result<(), Arc<io::Error>>>> = Arc::default();
    let result = Arc::clone(&written);
    // redb calls this several times: first when it has the lock, and before it reads a page.
    builder.set_repair_callback(move |repair| {
        if result.get_or_init(|| write_again(&again).map_err(Arc::new)).is_err() {
            repair.abort();
        }
    });
    builder.create_with_backend(file).map_err(|error| match written.get() {
        Some(Err(cause)) => {
            StoreError::new("the file was not closed, and cannot be written again").because(Arc::clone(cause))
        }
        _ => not_opened(error),
    })
}

/// Writes to each place what is there, and waits until the disk has it.
fn write_again(file: &impl StorageBackend) -> io::Result<()> {
    let (end, mut place) = (file.len()?, 0);
    let mut buffer = vec![0; 1 << 20];
    while place < end {
        buffer.truncate(usize::try_from(end - place).unwrap_or(usize::MAX));
        file.read(place, &mut buffer)?;
        file.write(place, &buffer)?;
        place += buffer.len() as u64;
    }
    file.sync_data()
}

/// Whether a file was closed, in which case no write has failed since. The check of all checksums does not tell: it repairs
/// every file. This look does not compare them first, and may panic at a damaged file, of which that check then tells.
fn was_closed(path: &Path) -> Result<bool, StoreError> {
    match caught(|| Builder::new().set_cache_size(CACHE).open_read_only(path).map(drop)) {
        Ok(Err(DatabaseError::RepairAborted)) => Ok(false),
        // Unknown: another process has it, and can end, after a failed write, before this one has the lock.
        Ok(Err(
            error @ (DatabaseError::DatabaseAlreadyOpen
            | DatabaseError::LockProtocolMismatch
            | DatabaseError::Storage(StorageError::Io(_))),
        )) => Err(not_opened(error)),
        _ => Ok(true),
    }
}

#[cfg(unix)]
fn synchronise_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// On other systems a directory cannot be opened as a file, and the file system takes care of this.
#[cfg(not(unix))]
fn synchronise_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn not_opened(error: DatabaseError) -> StoreError {
    let what = match &error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            "the file is open in another process, or twice in this one"
        }
        DatabaseError::UpgradeRequired(_) => "the file was written by another version",
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
            "the file cannot be opened"
        }
        _ => "the file is damaged, or is not a token store",
    };
    StoreError::new(what).because(error)
}

fn unreadable(error: impl Into<redb::Error>) -> StoreError {
    StoreError::new("the file is damaged").because(error.into())
}

fn unwritten(error: redb::Error) -> StoreError {
    StoreError::new("the disk refused a change").because(error)
}

#[cfg(test)]
pub(super) mod tests;
