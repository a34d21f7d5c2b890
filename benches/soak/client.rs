//! The load: connections that ask again as soon as they are answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jwt_guard_benches::Wire;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime;
use tokio::task::JoinSet;

use crate::server::Server;
use crate::traffic::{HOSTILE, Kind, Requests};

/// How many callers there are at once.
pub(crate) const CONNECTIONS: usize = 64;

/// Threads of the client, each with its part of the connections.
const THREADS: usize = 2;

/// What is sent.
#[derive(Clone, Copy)]
pub(crate) enum Mix {
    /// One good request in ten; the others are hostile, and answered by the guard.
    Hostile,
    /// The same requests, but the hostile ones go to the route that answers with a bare 401.
    Bare,
}

/// The requests of every kind.
pub(crate) struct Traffic {
    kinds: Vec<(Kind, Requests)>,
}

/// What the answers were.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answers: u64,
    /// Good requests that were admitted.
    pub(crate) good: u64,
    /// Microseconds that each good one took.
    pub(crate) times: Vec<u32>,
    /// Answers by kind and status; 0 is a connection that broke.
    pub(crate) statuses: BTreeMap<(&'static str, u16), u64>,
    /// Answers with another status than they must have.
    pub(crate) wrong: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.good += other.good;
        self.times.extend(other.times);
        self.wrong += other.wrong;
        for (key, number) in other.statuses {
            *self.statuses.entry(key).or_default() += number;
        }
    }
}

/// Sends for so long; says what was answered, and how long it took.
pub(crate) fn load(server: &Server, traffic: &Arc<Traffic>, mix: Mix, length: Duration) -> (Tally, Duration) {
    let start = now();
    let callers = |thread: usize| -> Vec<Caller> {
        let caller = |connection: usize| Caller {
            own: Wire::to(server.port),
            shop: Wire::to(server.shop),
            traffic: Arc::clone(traffic),
            mix,
            random: (start.as_nanos() as u64) ^ ((thread * CONNECTIONS + connection + 1) as u64) << 40,
            tally: Tally::default(),
        };
        (0..CONNECTIONS / THREADS).map(caller).collect()
    };
    let workers: Vec<_> = (0..THREADS)
        .map(|thread| {
            let callers = callers(thread);
            thread::spawn(move || load_by_one_thread(callers, start + length))
        })
        .collect();
    let mut sum = Tally::default();
    workers.into_iter().for_each(|worker| sum.add(worker.join().expect("a worker")));
    (sum, now().saturating_sub(start))
}

fn load_by_one_thread(callers: Vec<Caller>, end: Duration) -> Tally {
    let runtime = runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let mut calling = JoinSet::new();
        callers.into_iter().for_each(|caller| drop(calling.spawn(caller.call_until(end))));
        let mut sum = Tally::default();
        calling.join_all().await.into_iter().for_each(|tally| sum.add(tally));
        sum
    })
}

/// One connection to each of the two servers.
struct Caller {
    own: Wire,
    shop: Wire,
    traffic: Arc<Traffic>,
    mix: Mix,
    random: u64,
    tally: Tally,
}

impl Caller {
    async fn call_until(mut self, end: Duration) -> Tally {
        let traffic = Arc::clone(&self.traffic);
        loop {
            let start = now();
            if start >= end {
                return self.tally;
            }
            let (kind, is_bare) = self.drawn();
            let request = traffic.request(kind, is_bare, self.next_number());
            let wire = if kind == Kind::UnknownKey { &mut self.shop } else { &mut self.own };
            let status = wire.ask(request).await.unwrap_or(0);
            let expected = if is_bare { 401 } else { kind.status() };
            self.tally.answers += 1;
            self.tally.wrong += u64::from(status != expected);
            if !is_bare {
                *self.tally.statuses.entry((kind.name(), status)).or_default() += 1;
            }
            if kind == Kind::Good && status == expected {
                self.tally.good += 1;
                self.tally.times.push(now().saturating_sub(start).as_micros() as u32);
            }
        }
    }

    /// The next kind, and whether it goes to the bare route.
    fn drawn(&mut self) -> (Kind, bool) {
        match self.next_number() % 10 {
            0 => (Kind::Good, false),
            other => (HOSTILE[other - 1], matches!(self.mix, Mix::Bare)),
        }
    }

    /// A number that nothing else depends on (xorshift).
    fn next_number(&mut self) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 20) as usize
    }
}

impl Traffic {
    pub(crate) fn new(issuer: &str) -> Self {
        let kinds = [Kind::Good].into_iter().chain(HOSTILE);
        Self { kinds: kinds.map(|kind| (kind, Requests::of(kind, issuer))).collect() }
    }

    fn request(&self, kind: Kind, is_bare: bool, number: usize) -> &[u8] {
        let requests = self.kinds.iter().find(|(other, _)| *other == kind);
        let Some((_, requests)) = requests else { return &[] };
        let of_kind = if is_bare { &requests.bare } else { &requests.guarded };
        &of_kind[number % of_kind.len()]
    }
}

/// The time of a clock that only goes forward.
fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
