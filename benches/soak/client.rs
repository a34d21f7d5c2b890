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

/// What answers nine requests in ten. The tenth one is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mix {
    /// They are hostile, and the guard refuses them.
    Guard,
    /// The same ones; a route without a guard gives the answers that the guard gave to requests of their kinds.
    ByHand,
    /// The same ones; a route without a guard answers with a bare 401.
    Bare,
    /// They are good as well, and admitted.
    Admitted,
}

/// The requests of every kind.
pub(crate) struct Traffic {
    kinds: Vec<(Kind, Requests)>,
}

/// What the answers were.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answers: u64,
    /// Microseconds that each good request took that was admitted.
    pub(crate) times: Vec<u32>,
    /// Answers by kind and status; 0 is a connection that broke.
    pub(crate) statuses: BTreeMap<(&'static str, u16), u64>,
    /// Answers with another status than they must have.
    pub(crate) wrong: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.times.extend(other.times);
        self.wrong += other.wrong;
        for (key, number) in other.statuses {
            *self.statuses.entry(key).or_default() += number;
        }
    }
}

/// The answer to one hostile request of each kind, without its date.
pub(crate) fn answers(server: &Server, traffic: &Arc<Traffic>, mix: Mix) -> Vec<String> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let mut caller = Caller::new(server, traffic, mix, 1);
    let mut answer = async |kind| {
        let wire = caller.wire(kind);
        wire.ask(traffic.request(kind, mix, 0)).await.expect("an answer");
        let answer = String::from_utf8_lossy(wire.answer()).into_owned();
        answer.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n")
    };
    HOSTILE.map(|kind| runtime.block_on(answer(kind))).into()
}

/// Sends for so long; says what was answered, and how long it took.
pub(crate) fn load(server: &Server, traffic: &Arc<Traffic>, mix: Mix, length: Duration) -> (Tally, Duration) {
    let start = now();
    let callers = |thread: usize| -> Vec<Caller> {
        let caller = |connection: usize| {
            let random = (start.as_nanos() as u64) ^ ((thread * CONNECTIONS + connection + 1) as u64) << 40;
            Caller::new(server, traffic, mix, random)
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

/// One connection to each of the servers that it asks.
struct Caller {
    own: Wire,
    shop: Wire,
    open: Wire,
    traffic: Arc<Traffic>,
    mix: Mix,
    random: u64,
    tally: Tally,
}

impl Caller {
    fn new(server: &Server, traffic: &Arc<Traffic>, mix: Mix, random: u64) -> Self {
        let [own, shop, open] = [server.port, server.shop, server.open].map(Wire::to);
        Self { own, shop, open, traffic: Arc::clone(traffic), mix, random, tally: Tally::default() }
    }

    async fn call_until(mut self, end: Duration) -> Tally {
        let traffic = Arc::clone(&self.traffic);
        loop {
            let start = now();
            if start >= end {
                return self.tally;
            }
            let kind = self.drawn();
            let request = traffic.request(kind, self.mix, self.next_number());
            let status = self.wire(kind).ask(request).await.unwrap_or(0);
            let expected = expected(kind, self.mix);
            self.tally.answers += 1;
            self.tally.wrong += u64::from(status != expected);
            if self.mix == Mix::Guard {
                *self.tally.statuses.entry((kind.name(), status)).or_default() += 1;
            }
            if kind == Kind::Good && status == expected {
                self.tally.times.push(now().saturating_sub(start).as_micros() as u32);
            }
        }
    }

    /// The next kind: one in ten is good.
    fn drawn(&mut self) -> Kind {
        match self.next_number() % 10 {
            0 => Kind::Good,
            other => HOSTILE[other - 1],
        }
    }

    /// The connection for a kind.
    fn wire(&mut self, kind: Kind) -> &mut Wire {
        match (kind, self.mix) {
            (Kind::Good, _) | (_, Mix::Admitted) => &mut self.own,
            (_, Mix::ByHand | Mix::Bare) => &mut self.open,
            (Kind::UnknownKey, Mix::Guard) => &mut self.shop,
            (_, Mix::Guard) => &mut self.own,
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

    /// One of the requests of a kind, or of what is sent in its place.
    fn request(&self, kind: Kind, mix: Mix, number: usize) -> &[u8] {
        let requests = self.kinds.iter().find(|(other, _)| *other == kind);
        let Some((_, requests)) = requests else { return &[] };
        let of_kind = match mix {
            _ if kind == Kind::Good => &requests.guarded,
            Mix::Guard => &requests.guarded,
            Mix::ByHand => &requests.by_hand,
            Mix::Bare => &requests.bare,
            Mix::Admitted => &requests.admitted,
        };
        &of_kind[number % of_kind.len()]
    }
}

/// The status that a request must get.
fn expected(kind: Kind, mix: Mix) -> u16 {
    match mix {
        _ if kind == Kind::Good => 200,
        Mix::Guard | Mix::ByHand => kind.status(),
        Mix::Bare => 401,
        Mix::Admitted => 200,
    }
}

/// The time of a clock that only goes forward.
fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
