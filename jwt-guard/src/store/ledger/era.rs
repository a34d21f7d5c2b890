//! The mark at the end of a login's name: the ledger and the epoch in which it began.

#[cfg(any(feature = "store-file", test))]
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "store-redis")]
use super::Note;
use super::{Kind, Ledger};
use crate::random;
use crate::store::StoreError;

/// The length of a line, which identifies a ledger: 66 random bits.
const LINE: usize = 11;

/// More epochs than a file can have lost, as in `redis/common.lua`.
#[cfg(any(feature = "store-file", test))]
const JUMP: u64 = 1_000_000;

impl Ledger {
    /// The mark for the names of new logins; `None` before [`set_line`](Self::set_line).
    pub(in crate::store) fn mark(&self) -> Option<String> {
        self.line.as_ref().map(|line| mark(line, self.epoch))
    }

    /// Sets the line of the ledger, unless it has one.
    pub(in crate::store) fn set_line(&mut self) -> Result<(), StoreError> {
        if self.line.is_none() {
            self.line = Some(new_line()?.into());
            self.note_era();
        }
        Ok(())
    }

    /// Makes this ledger follow another one, which has this line and is in this epoch. If the line is new, the earlier
    /// cut-offs do not concern its logins.
    #[cfg(feature = "store-redis")]
    pub(in crate::store) fn follow(&mut self, line: &str, epoch: u64) {
        if self.line.as_deref() == Some(line) {
            self.epoch = self.epoch.max(epoch);
        } else {
            self.line = Some(line.into());
            self.epoch = epoch;
            for entry in self.subjects.entries_mut() {
                if let Note::CutOff { epoch, .. } = &mut entry.note {
                    *epoch = 0;
                }
            }
        }
    }

    /// Goes on beyond every epoch that was given out, for a file that may be older than the last one that was written,
    /// such as a backup: given out again, a lost epoch would be that of another cut-off. Cut-offs are not made as fast as
    /// the time in microseconds goes on. If the clock is behind the known epoch, it cannot tell.
    #[cfg(any(feature = "store-file", test))]
    pub(in crate::store) fn go_on(&mut self, now: SystemTime) {
        if self.line.is_none() {
            return;
        }
        let micros = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let micros = u64::try_from(micros).unwrap_or_default();
        self.epoch = if micros > self.epoch { micros } else { self.epoch.saturating_add(JUMP) };
        // The next change is written with it, whether it is a login of this epoch or a cut-off.
        self.note_era();
    }

    pub(super) fn note_era(&mut self) {
        if let Some(line) = self.line.clone() {
            self.note_change(Kind::Era, &line);
        }
    }

    /// The epoch in which a login of this ledger began; `None` for others, and for a name of an epoch to come, which would
    /// outlast cut-offs that are not made yet.
    pub(super) fn epoch_of(&self, family: &str) -> Option<u64> {
        self.marked(family).filter(|epoch| *epoch <= self.epoch)
    }

    /// Whether a login seems to have begun after a cut-off that this ledger, which follows another one, may not know yet.
    #[cfg(feature = "store-redis")]
    pub(in crate::store) fn is_behind(&self, family: &str) -> bool {
        self.marked(family).is_some_and(|epoch| epoch > self.epoch)
    }

    fn marked(&self, family: &str) -> Option<u64> {
        let (line, epoch) = read_mark(family)?;
        (Some(line) == self.line.as_deref()).then_some(epoch)
    }
}

/// A new line.
pub(in crate::store) fn new_line() -> Result<String, StoreError> {
    let mut line = random::id().map_err(|error| StoreError::new("no name can be drawn").because(error))?;
    line.truncate(LINE);
    Ok(line)
}

/// The mark as text.
pub(in crate::store) fn mark(line: &str, epoch: u64) -> String {
    format!(".{line}.{epoch}")
}

/// The line and the epoch at the end of a login's name, if it has a mark.
pub(in crate::store) fn read_mark(family: &str) -> Option<(&str, u64)> {
    let (rest, epoch) = family.rsplit_once('.')?;
    let (_, line) = rest.rsplit_once('.')?;
    Some((line, epoch.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::StoreLimits;

    #[test]
    fn a_mark_is_read_back_from_the_end_of_a_name() {
        let line = new_line().unwrap();
        assert_eq!(line.len(), LINE);
        let name = format!("a.random-name{}", mark(&line, 17));
        assert_eq!(read_mark(&name), Some((&*line, 17)));
        for other in ["", "sid", "a.b", "a.b.c", "a.b.-1", "a.b.", "7c1c7a58-8a5c-4a70-8d05-5d9e4b7d4f7c"] {
            assert_eq!(read_mark(other), None, "{other}");
        }
    }

    #[test]
    fn a_ledger_that_goes_on_is_beyond_its_epoch_whatever_the_clock_says() {
        let at = |micros| UNIX_EPOCH + Duration::from_micros(micros);
        let mut ledger = Ledger::new(StoreLimits::new());
        ledger.go_on(at(1_000));
        assert_eq!(ledger.epoch, 0, "it has given out nothing");
        ledger.set_line().unwrap();
        for (now, epoch) in [
            (at(1_000), 1_000),
            (at(1_001), 1_001),
            (at(1_001), 1_001 + JUMP),
            (UNIX_EPOCH - Duration::from_secs(1), 1_001 + JUMP * 2),
        ] {
            ledger.go_on(now);
            assert_eq!(ledger.epoch, epoch);
        }
    }

    #[cfg(feature = "store-redis")]
    #[test]
    fn a_ledger_that_follows_another_knows_the_logins_of_its_line_up_to_its_epoch() {
        use crate::store::ledger::CutOff;
        use crate::timestamp::Timestamp;

        let cut_off = |epoch| CutOff {
            before: Timestamp::default(),
            ends: Timestamp::LAST,
            epoch,
            replaces_tokens: false,
        };
        let mut ledger = Ledger::new(StoreLimits::new());
        ledger.follow("line", 5);
        for (family, epoch, is_behind) in [
            ("f.line.4", Some(4), false),
            ("f.line.5", Some(5), false),
            ("f.line.6", None, true),
            ("f.other.6", None, false),
            ("f", None, false),
        ] {
            assert_eq!((ledger.epoch_of(family), ledger.is_behind(family)), (epoch, is_behind), "{family}");
        }
        for (line, epoch, mark) in [("line", 4, ".line.5"), ("line", 6, ".line.6"), ("other", 2, ".other.2")]
        {
            ledger.cut_at("s".into(), cut_off(5)).unwrap();
            ledger.follow(line, epoch);
            assert_eq!(ledger.mark().unwrap(), mark);
        }
        assert!(!ledger.is_outrun("s", "f.other.0", Timestamp::default()), "a cut-off of another line");
        ledger.cut_at("s".into(), cut_off(2)).unwrap();
        assert!(ledger.is_outrun("s", "f.other.1", Timestamp::default()));
        assert!(!ledger.is_outrun("s", "f.other.2", Timestamp::default()));
    }
}
