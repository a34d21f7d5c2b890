//! How an entry is written: one byte for its kind before its name; its end, and what else it says, after.
//!
//! Numbers are eight bytes, big-endian; a text has its length before it. Nothing may be left over: an entry that does
//! not read back in full is damage.

use crate::store::StoreError;
use crate::store::ledger::{Entry, Kind, Note};
use crate::store::moment::Moment;

pub(super) fn kind_to_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Allowed => b'a',
        Kind::Family => b'f',
        Kind::Login => b'l',
        Kind::Subject => b's',
        Kind::Token => b't',
    }
}

pub(super) fn kind_from_byte(byte: u8) -> Result<Kind, StoreError> {
    Kind::ALL.into_iter().find(|kind| kind_to_byte(*kind) == byte).ok_or_else(damaged)
}

pub(super) fn encode(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_moment(&mut bytes, entry.ends);
    match &entry.note {
        Note::Mark => {}
        Note::CutOff(before) => put_moment(&mut bytes, *before),
        Note::Login { current, previous, rotated } => {
            put_moment(&mut bytes, *rotated);
            put_text(&mut bytes, current);
            if let Some(previous) = previous {
                put_text(&mut bytes, previous);
            }
        }
    }
    bytes
}

pub(super) fn decode(kind: Kind, mut bytes: &[u8]) -> Result<Entry, StoreError> {
    let bytes = &mut bytes;
    let ends = take_moment(bytes)?;
    let note = match kind {
        Kind::Allowed | Kind::Family | Kind::Token => Note::Mark,
        Kind::Subject => Note::CutOff(take_moment(bytes)?),
        Kind::Login => {
            let rotated = take_moment(bytes)?;
            let current = take_text(bytes)?;
            let previous = if bytes.is_empty() { None } else { Some(take_text(bytes)?) };
            Note::Login { current, previous, rotated }
        }
    };
    if bytes.is_empty() { Ok(Entry { ends, note }) } else { Err(damaged()) }
}

fn put_moment(bytes: &mut Vec<u8>, moment: Moment) {
    bytes.extend(moment.as_millis().to_be_bytes());
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

fn take_moment(bytes: &mut &[u8]) -> Result<Moment, StoreError> {
    take_number(bytes).map(Moment::from_millis)
}

fn take_text(bytes: &mut &[u8]) -> Result<Box<str>, StoreError> {
    let length = usize::try_from(take_number(bytes)?).map_err(|_| damaged())?;
    let (text, rest) = bytes.split_at_checked(length).ok_or_else(damaged)?;
    *bytes = rest;
    str::from_utf8(text).map(Into::into).map_err(|_| damaged())
}

pub(super) fn damaged() -> StoreError {
    StoreError::new("the file is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> impl Iterator<Item = (Kind, Entry)> {
        let ends = Moment::from_millis(1_800_000_000_001);
        let before = Moment::from_millis(7);
        let login = |previous: Option<&str>| Note::Login {
            current: "c\u{e9}".into(),
            previous: previous.map(Into::into),
            rotated: before,
        };
        [
            (Kind::Allowed, Note::Mark),
            (Kind::Family, Note::Mark),
            (Kind::Login, login(None)),
            (Kind::Login, login(Some("before"))),
            (Kind::Login, login(Some(""))),
            (Kind::Subject, Note::CutOff(before)),
            (Kind::Token, Note::Mark),
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
