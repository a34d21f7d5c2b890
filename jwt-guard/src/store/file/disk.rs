//! The file itself.

#[cfg(unix)]
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use redb::{
    Builder, Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, TableDefinition,
    TableError,
};

use crate::store::StoreError;
use crate::store::file::codec;
use crate::store::ledger::{Change, Ledger};

/// All entries. The name of the table has the version of the format.
const ENTRIES: TableDefinition<'_, (u8, &str), &[u8]> = TableDefinition::new("jwt-guard entries 1");

/// The pages that the engine keeps in memory: the entries are in the ledger, so few are read twice.
const CACHE: usize = 4 << 20;

/// An open and locked file.
pub(super) struct Disk {
    database: Database,
}

impl Disk {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        make(path).map_err(|error| StoreError::new("the file cannot be opened").because(error))?;
        let mut builder = Builder::new();
        // Every page is read afterwards in any case. This compares the checksums of all of them first.
        builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
        Ok(Self { database: builder.create(path).map_err(not_opened)? })
    }

    pub(super) fn read(&self, ledger: &mut Ledger) -> Result<(), StoreError> {
        let transaction = self.database.begin_read().map_err(unreadable)?;
        let table = match transaction.open_table(ENTRIES) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => return Ok(()),
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
    pub(super) fn write(&self, changes: &[Change]) -> Result<(), StoreError> {
        if changes.is_empty() { Ok(()) } else { self.commit(changes).map_err(unwritten) }
    }

    fn commit(&self, changes: &[Change]) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let mut table = transaction.open_table(ENTRIES)?;
        for Change { kind, name, entry } in changes {
            let key = (codec::kind_to_byte(*kind), &**name);
            match entry {
                Some(entry) => drop(table.insert(key, &*codec::encode(entry))?),
                None => drop(table.remove(key)?),
            }
        }
        drop(table);
        Ok(transaction.commit()?)
    }
}

/// Makes an empty file if there is none. Its directory is synchronised too, or the file could be gone after a power
/// failure, with all that is in it.
fn make(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => synchronise_directory(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn synchronise_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a directory cannot be opened as a file, and the file system sees to it.
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
        DatabaseError::Storage(redb::StorageError::Io(error))
            if error.kind() != io::ErrorKind::InvalidData =>
        {
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
