//! The encoding of an entry: the key is one byte for its kind, and its name; the value is its end, and its other
//! contents.
//!
//! Numbers are eight bytes, big-endian; a text is preceded by its length. An entry with missing or surplus bytes is
//! damaged.

use crate::store::StoreError;
use crate::store::ledger::{Entry, Kind, Login, Note};
use crate::timestamp::Timestamp;

pub(super) fn kind_to_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Allowed => b'a',
        Kind::Era => b'e',
        Kind::Family => b'f',
        Kind::Login => b'l',
        Kind::Subject => b's',
        Kind::Token => b't',
    }
}

pub(super) fn kind_from_byte(byte: u8) -> Result<Kind, StoreError> {
    Kind::TABLES.into_iter().chain([Kind::Era]).find(|kind| kind_to_byte(*kind) == byte).ok_or_else(damaged)
}

pub(super) fn encode(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_timestamp(&mut bytes, entry.ends);
    match &entry.note {
        Note::Allowed { subject, family } => {
            put_text(&mut bytes, subject);
            put_option(&mut bytes, family.as_deref());
        }
        Note::CutOff { before, epoch } => {
            put_timestamp(&mut bytes, *before);
            put_number(&mut bytes, *epoch);
        }
        Note::Era(epoch) => put_number(&mut bytes, *epoch),
        Note::Login(login) => put_login(&mut bytes, login),
        Note::Revoked { subject } => put_option(&mut bytes, subject.as_deref()),
    }
    bytes
}

pub(super) fn decode(kind: Kind, mut bytes: &[u8]) -> Result<Entry, StoreError> {
    let bytes = &mut bytes;
    let ends = take_timestamp(bytes)?;
    let note = match kind {
        Kind::Allowed => Note::Allowed { subject: take_text(bytes)?, family: take_option(bytes)? },
        Kind::Era => Note::Era(take_number(bytes)?),
        Kind::Family | Kind::Token => Note::Revoked { subject: take_option(bytes)? },
        Kind::Subject => Note::CutOff { before: take_timestamp(bytes)?, epoch: take_number(bytes)? },
        Kind::Login => Note::Login(take_login(bytes)?),
    };
    if bytes.is_empty() { Ok(Entry { ends, note }) } else { Err(damaged()) }
}

fn put_login(bytes: &mut Vec<u8>, login: &Login) {
    let Login { subject, current, previous, rotated, access_ends, endpoint } = login;
    put_text(bytes, subject);
    put_text(bytes, current);
    put_option(bytes, previous.as_deref());
    put_timestamp(bytes, *rotated);
    put_timestamp(bytes, *access_ends);
    put_option(bytes, endpoint.as_deref());
}

fn take_login(bytes: &mut &[u8]) -> Result<Login, StoreError> {
    Ok(Login {
        subject: take_text(bytes)?,
        current: take_text(bytes)?,
        previous: take_option(bytes)?,
        rotated: take_timestamp(bytes)?,
        access_ends: take_timestamp(bytes)?,
        endpoint: take_option(bytes)?,
    })
}

fn put_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend(number.to_be_bytes());
}

fn put_timestamp(bytes: &mut Vec<u8>, moment: Timestamp) {
    put_number(bytes, moment.as_millis());
}

/// Whether there is a text, and then the text.
fn put_option(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_text(bytes, text);
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_be_bytes());
    bytes.extend(text.as_bytes());
}

fn take_number(bytes: &mut &[u8]) -> Result<u64, StoreError> {
    let (number, rest) = bytes.split_first_chunk().ok_or_else(damaged)?;
    *bytes = rest;
    Ok(u64::from_be_bytes(*number))
}

fn take_timestamp(bytes: &mut &[u8]) -> Result<Timestamp, StoreError> {
    take_number(bytes).map(Timestamp::from_millis)
}

fn take_option<T: From<String>>(bytes: &mut &[u8]) -> Result<Option<T>, StoreError> {
    let (&there, rest) = bytes.split_first().ok_or_else(damaged)?;
    *bytes = rest;
    match there {
        0 => Ok(None),
        1 => take_text(bytes).map(Some),
        _ => Err(damaged()),
    }
}

fn take_text<T: From<String>>(bytes: &mut &[u8]) -> Result<T, StoreError> {
    let length = usize::try_from(take_number(bytes)?).map_err(|_| damaged())?;
    let (text, rest) = bytes.split_at_checked(length).ok_or_else(damaged)?;
    *bytes = rest;
    str::from_utf8(text).map(|text| text.to_owned().into()).map_err(|_| damaged())
}

pub(super) fn damaged() -> StoreError {
    StoreError::new("the file is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> impl Iterator<Item = (Kind, Entry)> {
        let ends = Timestamp::from_millis(1_800_000_000_001);
        let before = Timestamp::from_millis(7);
        let login = |previous: Option<&str>, endpoint: Option<&str>| {
            Note::Login(Login {
                subject: "7:issueri".into(),
                current: "c\u{e9}".into(),
                previous: previous.map(Into::into),
                rotated: before,
                access_ends: Timestamp::from_millis(8),
                endpoint: endpoint.map(Into::into),
            })
        };
        let allowed =
            |family: Option<&str>| Note::Allowed { subject: ":a".into(), family: family.map(Into::into) };
        let revoked = |subject: Option<&str>| Note::Revoked { subject: subject.map(Into::into) };
        [
            (Kind::Allowed, allowed(None)),
            (Kind::Allowed, allowed(Some("f"))),
            (Kind::Era, Note::Era(9)),
            (Kind::Family, revoked(None)),
            (Kind::Login, login(None, None)),
            (Kind::Login, login(Some("before"), Some("POST /refresh"))),
            (Kind::Login, login(Some(""), None)),
            (Kind::Subject, Note::CutOff { before, epoch: 2 }),
            (Kind::Token, revoked(Some(":a"))),
        ]
        .map(|(kind, note)| (kind, Entry { ends, note }))
        .into_iter()
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (kind, entry) in entries() {
            assert!(decode(kind, &encode(&entry)).unwrap() == entry);
            assert_eq!(kind_from_byte(kind_to_byte(kind)).unwrap(), kind);
        }
    }

    #[test]
    fn an_entry_that_is_too_long_is_damage() {
        for (kind, entry) in entries() {
            let mut bytes = encode(&entry);
            bytes.push(0);
            assert!(decode(kind, &bytes).is_err());
        }
        assert!(kind_from_byte(b'?').is_err());
    }

    #[test]
    fn an_entry_that_is_cut_does_not_read_as_the_whole() {
        for (kind, entry) in entries() {
            let bytes = encode(&entry);
            for length in 0..bytes.len() {
                assert!(!decode(kind, &bytes[..length]).is_ok_and(|read| read == entry));
            }
        }
    }
}
