//! What a guard must hold after each fetch, from a reading of the answers of its own.

use std::time::Duration;

use jwt_guard::keys::remote::KeyStatus;

use super::issuer::{Asked, Round};
use super::published::{Published, PublishedKey};

/// The keys that are held, and what is sent to ask whether they have changed.
#[derive(Default)]
pub(super) struct Held {
    pub(super) keys: Vec<PublishedKey>,
    etag: Option<String>,
    /// The time of the last fetch that brought or confirmed keys.
    since: Option<Duration>,
    /// The time of the first of the last answers that were empty lists.
    empty_since: Option<Duration>,
    generation: u64,
    count: usize,
}

/// What a fetch must do.
enum Fetched {
    Keys(Vec<PublishedKey>),
    Unchanged,
    /// An empty list again, half a cooldown later.
    Withdrawn,
    /// Keys stay, but for those that a list without any good one does not name.
    Failed {
        may_withdraw: bool,
    },
}

/// Keys are used for so long after a fetch.
const HARD: Duration = Duration::from_secs(3600);

/// Empty lists within this time are those of one moment.
const HALF_COOLDOWN: Duration = Duration::from_secs(15);

impl Held {
    pub(super) fn is_usable(&self, now: Duration) -> bool {
        self.since.is_some_and(|since| now < since + HARD)
    }

    /// Whether a list without a good key has withdrawn some of the keys.
    pub(super) fn is_doubtful(&self) -> bool {
        self.keys.len() != self.count
    }

    /// Checks the state after a fetch at `now`; `asked` is the request for keys, if there was one. Only the timer sends a tag,
    /// within the hard limit.
    pub(super) fn fetched(
        &mut self,
        round: &Round,
        asked: Option<&Asked>,
        status: &KeyStatus,
        now: Duration,
        by_timer: bool,
    ) {
        let is_tagged = by_timer && self.is_usable(now);
        let fetched = self.reading(round, asked, is_tagged, now);
        let fresh = fresh(round.cache_control.as_deref());
        let next = status.next_refresh().expect("a fetch has ended");
        let generation = status.generation();
        if let Fetched::Failed { may_withdraw } = fetched {
            assert!(status.last_error().is_some());
            assert_eq!(status.is_usable(), self.is_usable(now));
            assert!(may_withdraw || (status.key_count(), generation) == (self.count, self.generation));
            assert!(status.key_count() <= self.count);
            // A second or two, or the cooldown of half a minute after an empty list; a fifth more or less.
            assert!((Duration::from_millis(800)..=Duration::from_secs(36)).contains(&next), "{next:?}");
            if status.key_count() < self.count {
                self.etag = None;
            }
        } else {
            assert_eq!((status.last_error(), status.is_usable()), (None, true));
            self.since = Some(now);
            let fresh = if matches!(fetched, Fetched::Withdrawn) { SHORTEST } else { fresh };
            assert!((fresh * 7 / 10..=fresh * 9 / 10).contains(&next), "{next:?} of {fresh:?}");
        }
        assert_eq!(status.age(), self.since.map(|since| now - since));
        match fetched {
            Fetched::Keys(keys) => {
                assert_eq!(status.key_count(), keys.len());
                let is_same = self.generation > 0
                    && keys.iter().all(|key| self.keys.contains(key))
                    && self.keys.iter().all(|key| keys.contains(key));
                let expected = self.generation + u64::from(!is_same);
                assert_eq!(generation, expected, "a new number for other keys, and no other");
                self.etag = round.etag.clone().filter(|etag| etag.len() <= 256);
                self.keys = keys;
            }
            Fetched::Unchanged => {
                assert_eq!((status.key_count(), generation), (self.count, self.generation));
            }
            Fetched::Withdrawn => {
                assert_eq!(status.key_count(), 0);
                (self.keys, self.etag) = (Vec::new(), None);
            }
            Fetched::Failed { .. } => {}
        }
        (self.count, self.generation) = (status.key_count(), generation);
    }

    fn reading(&mut self, round: &Round, asked: Option<&Asked>, is_tagged: bool, now: Duration) -> Fetched {
        let empty_since = self.empty_since.take();
        let failed = Fetched::Failed { may_withdraw: false };
        let Some((_, etag)) = asked else { return failed };
        let held = self.etag.as_ref().filter(|_| is_tagged);
        assert_eq!(etag.as_ref(), held, "the tag of the keys that are held");
        match round.status {
            304 if etag.is_some() => return Fetched::Unchanged,
            200 => {}
            _ => return failed,
        }
        let Ok(text) = std::str::from_utf8(&round.keys) else { return failed };
        match Published::of(text) {
            Published::Keys(keys) => Fetched::Keys(keys),
            Published::Empty if empty_since.is_some_and(|first| now - first >= HALF_COOLDOWN) => {
                Fetched::Withdrawn
            }
            Published::Empty => {
                self.empty_since = Some(empty_since.unwrap_or(now));
                failed
            }
            Published::Useless => Fetched::Failed { may_withdraw: true },
            Published::Unreadable => failed,
        }
    }
}

const SHORTEST: Duration = Duration::from_secs(60);

/// The time for which keys need not be fetched again: ten minutes, or what `Cache-Control` says (RFC 9111 section 5.2.2), of
/// which the shortest counts, from a minute to an hour.
fn fresh(cache_control: Option<&str>) -> Duration {
    let directives = cache_control.into_iter().flat_map(|header| header.split(','));
    let said = directives.filter_map(|directive| {
        let mut halves = directive.splitn(2, '=').map(str::trim);
        let name = halves.next().unwrap_or_default();
        let value = halves.next().unwrap_or_default();
        if ["no-cache", "no-store"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Some(0);
        }
        // What is not a number counts as nothing, and what is too great as a very long time.
        let digits = value.trim_matches('"');
        let seconds = digits.bytes().try_fold(0_u64, |number, digit| {
            let digit = char::from(digit).to_digit(10)?;
            Some(number.saturating_mul(10).saturating_add(digit.into()))
        });
        name.eq_ignore_ascii_case("max-age").then_some(seconds.unwrap_or(0))
    });
    Duration::from_secs(said.min().unwrap_or(600).clamp(60, 3600))
}
