//! Revocations in the forms of the server.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::streams::StreamId;

use crate::store::ledger::CutOff;
use crate::store::{Revocation, StoreError};
use crate::timestamp::Timestamp;

/// Longer than any name in a token: tokens are shorter.
const LONGEST_NAME: usize = 1 << 16;

/// The position of an entry in the stream: milliseconds on the server's clock, and a number within.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position(u64, u64);

impl Position {
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let (millis, number) = text.split_once('-').ok_or_else(garbled)?;
        let parse = |text: &str| text.parse().map_err(|_| garbled());
        Ok(Self(parse(millis)?, parse(number)?))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// A revocation.
pub(in crate::store::redis) enum Fact {
    /// A token or a login, by its name, and whose it is, as far as the stream says it.
    Revoked(Revocation, Option<String>),
    /// A cut-off of a subject, or of all subjects, in this epoch.
    CutOff { key: String, cut_off: CutOff },
}

/// An entry of the stream: the position of its predecessor, and its revocation.
pub(super) fn told(entry: &StreamId) -> Result<(Position, Fact), StoreError> {
    let text = |field| entry.get::<String>(field).ok_or_else(garbled);
    let number = |field| entry.get::<u64>(field).ok_or_else(garbled);
    let cut_off = number("before").ok().zip(number("epoch").ok());
    let mut what = fact(&text("kind")?, &text("name")?, number("ends")?, cut_off)?;
    match &mut what {
        Fact::Revoked(_, whose) => {
            *whose = text("subject").ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_NAME);
        }
        Fact::CutOff { cut_off, .. } => {
            cut_off.replaces_tokens = number("instead").is_ok_and(|flag| flag == 1);
        }
    }
    Ok((Position::parse(&text("after")?)?, what))
}

/// Kind and name of an entry of the set.
pub(super) fn split(key: &[u8]) -> Result<(&str, &str), StoreError> {
    std::str::from_utf8(key).ok().and_then(|key| key.split_once(':')).ok_or_else(garbled)
}

/// `cut_off` has the time and the epoch of a cut-off.
pub(in crate::store::redis) fn fact(
    kind: &str,
    name: &str,
    ends: u64,
    cut_off: Option<(u64, u64)>,
) -> Result<Fact, StoreError> {
    if name.len() > LONGEST_NAME {
        return Err(garbled());
    }
    let (name, expires_at) = (name.to_owned(), time(ends)?);
    match kind {
        "token" => Ok(Fact::Revoked(Revocation::Token { id: name, expires_at }, None)),
        "family" => Ok(Fact::Revoked(Revocation::Family { id: name, expires_at }, None)),
        "subject" => {
            let (before, epoch) = cut_off.ok_or_else(garbled)?;
            let (before, ends) = (Timestamp::from_millis(before), Timestamp::from_millis(ends));
            let cut_off = CutOff { before, ends, epoch, replaces_tokens: false };
            Ok(Fact::CutOff { key: name, cut_off })
        }
        _ => Err(garbled()),
    }
}

fn time(millis: u64) -> Result<SystemTime, StoreError> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis)).ok_or_else(garbled)
}

/// Written by another program, or by a later version of this one.
pub(super) fn garbled() -> StoreError {
    StoreError::new("there is an entry among the revocations on the server that this version cannot read")
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::*;

    fn entry(members: &[(&str, &str)]) -> StreamId {
        let map = members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::BulkString(value.as_bytes().to_vec())));
        StreamId { id: "2-0".to_owned(), map: map.collect(), ..StreamId::default() }
    }

    #[test]
    fn a_name_is_as_long_as_a_token_can_be() {
        for (length, is_read) in [(1, true), (LONGEST_NAME, true), (LONGEST_NAME + 1, false)] {
            for kind in ["token", "family", "subject"] {
                let fact = fact(kind, &"x".repeat(length), 1, Some((1, 1)));
                assert_eq!(fact.is_ok(), is_read, "{kind}, {length}");
            }
        }
        assert!(fact("other", "x", 1, None).is_err());
    }

    #[test]
    fn an_entry_says_whose_it_is_or_does_not() {
        let longest = "s".repeat(LONGEST_NAME);
        let too_long = "s".repeat(LONGEST_NAME + 1);
        for (subject, whose) in [
            (Some("ada"), Some("ada")),
            (Some(&longest), Some(&longest)),
            (Some(&too_long), None),
            (Some(""), None),
            (None, None),
        ] {
            let mut members = vec![("kind", "token"), ("name", "t"), ("ends", "9"), ("after", "1-0")];
            members.extend(subject.map(|subject: &str| ("subject", subject)));
            let (after, fact) = told(&entry(&members)).unwrap();
            let Fact::Revoked(Revocation::Token { id, .. }, found) = fact else { panic!("a token") };
            assert_eq!((after.to_string().as_str(), id.as_str(), found.as_deref()), ("1-0", "t", whose));
        }
    }
}
