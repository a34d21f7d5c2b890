//! What all callers share, and what they count.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::app::Tokens;
use crate::found::Kind;

/// Something that takes longer was delayed.
const DELAY: Duration = Duration::from_millis(150);

/// While it lasts, what holds the logins keeps nothing, whatever it says: what is acknowledged then is not promised.
pub(crate) type Window = RangeInclusive<Instant>;

/// When something was first asked for, and when it was acknowledged.
#[derive(Clone, Copy)]
pub(super) struct When {
    pub(super) asked: Instant,
    pub(super) answered: Instant,
}

impl When {
    pub(super) fn since(asked: Instant) -> Self {
        Self { asked, answered: Instant::now() }
    }

    /// Whether it was acknowledged in the window, or may have been done there.
    pub(super) fn is_in(&self, window: Option<&Window>) -> bool {
        window.is_some_and(|window| self.asked <= *window.end() && self.answered >= *window.start())
    }
}

/// A login that lives, with the tokens of its last acknowledged refresh.
pub(super) struct Living {
    pub(super) tokens: Tokens,
    pub(super) when: When,
    /// The refresh token before the present one: a thief may have it.
    pub(super) replaced: Option<String>,
}

impl Living {
    pub(super) fn new(tokens: Tokens, asked: Instant) -> Self {
        Self { tokens, when: When::since(asked), replaced: None }
    }
}

/// A login whose logout was acknowledged, be it when it was repeated: with 204, or with 401 because it was over.
pub(super) struct Ended {
    pub(super) tokens: Tokens,
    /// The node that said so, and must know it at once.
    pub(super) node: usize,
    pub(super) when: When,
}

/// Something that was acknowledged, and forgotten.
pub(super) struct Loss {
    pub(super) what: &'static str,
    /// `None` where no store has to know anything.
    pub(super) when: Option<When>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) living: Mutex<Vec<Living>>,
    /// Those whose logout was 503, and when it was first asked for.
    pub(super) unsure: Mutex<Vec<(Living, Instant)>>,
    pub(super) ended: Mutex<Vec<Arc<Ended>>>,
    pub(super) losses: Mutex<Vec<Loss>>,
    /// Refreshes with a token that had been replaced.
    pub(super) stolen: Mutex<Vec<When>>,
    /// Admissions after a logout at a node that should have been told of it.
    pub(super) untold: Mutex<Vec<When>>,
    pub(super) stop: AtomicBool,
    /// Whether the fault lasts.
    pub(super) is_broken: AtomicBool,
    pub(super) answers: AtomicU64,
    pub(super) wrong: AtomicU64,
    pub(super) odd: AtomicU64,
    /// Connections that broke.
    pub(super) breaks: AtomicU64,
    /// Logins whose refresh was 503 and then, repeated, 401: ended by a reuse, or forgotten.
    pub(super) doubtful: Mutex<Vec<Living>>,
    /// Answers that took long during the fault.
    pub(super) delayed: AtomicU64,
    /// 503 of each node, by kind.
    pub(super) unavailable: [[AtomicU64; 4]; 2],
    pub(super) gaps: [AtomicU64; 4],
    names: AtomicU64,
}

impl State {
    /// The number of the next request; `None` at the end. A short pause leaves the servers some of the machine.
    pub(super) async fn next(&self) -> Option<usize> {
        sleep(Duration::from_millis(1)).await;
        (!self.stop.load(Relaxed)).then(|| self.answers.fetch_add(1, Relaxed) as usize)
    }

    pub(super) fn name(&self) -> String {
        format!("caller-{}", self.names.fetch_add(1, Relaxed))
    }

    pub(super) fn keep(&self, tokens: Tokens, asked: Instant) {
        locked(&self.living).push(Living::new(tokens, asked));
    }

    /// Keeps a login that was refreshed.
    pub(super) fn keep_refreshed(&self, tokens: Tokens, asked: Instant, before: Living) {
        let replaced = Some(before.tokens.refresh);
        locked(&self.living).push(Living { replaced, ..Living::new(tokens, asked) });
    }

    /// Takes a login that lives, so that only one caller changes it. Some always stay.
    pub(super) fn take(&self, number: usize, stay: usize) -> Option<Living> {
        self.take_if(number, stay, |_| true)
    }

    pub(super) fn take_if(
        &self,
        number: usize,
        stay: usize,
        is_meant: impl Fn(&Living) -> bool,
    ) -> Option<Living> {
        let mut living = locked(&self.living);
        let index = number % living.len().max(1);
        (living.len() > stay && is_meant(&living[index])).then(|| living.swap_remove(index))
    }

    /// An access token of a login that lives.
    pub(super) fn pick(&self, number: usize) -> Option<String> {
        let living = locked(&self.living);
        let login = living.get(number % living.len().max(1))?;
        Some(login.tokens.access.clone())
    }

    /// Whether no caller has taken the login of an access token.
    pub(super) fn lives(&self, access: &str) -> bool {
        locked(&self.living).iter().any(|login| login.tokens.access == access)
    }

    pub(super) fn lose(&self, what: &'static str, when: When) {
        locked(&self.losses).push(Loss { what, when: Some(when) });
    }

    /// A good access token needs no store.
    pub(super) fn lose_access(&self, what: &'static str) {
        locked(&self.losses).push(Loss { what, when: None });
    }

    pub(super) fn odd(&self) {
        self.odd.fetch_add(1, Relaxed);
    }

    /// Notes an answer of a node to a request of a caller for whom it is `down` since then. Callers judge a 401.
    pub(super) fn note(
        &self,
        node: usize,
        kind: Kind,
        status: u16,
        asked: Instant,
        down: &mut Option<Instant>,
    ) {
        let since = match status {
            200 | 204 => {
                *down = None;
                asked
            }
            _ => *down.get_or_insert(asked),
        };
        match status {
            200 | 204 | 401 => {}
            503 => drop(self.unavailable[node][kind as usize].fetch_add(1, Relaxed)),
            _ => self.odd(),
        }
        self.gaps[kind as usize].fetch_max(since.elapsed().as_micros() as u64, Relaxed);
        let is_delayed = self.is_broken.load(Relaxed) && asked.elapsed() >= DELAY;
        self.delayed.fetch_add(u64::from(is_delayed), Relaxed);
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
