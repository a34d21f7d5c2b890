//! Two classes of requests, and the times of their answers.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, StatusCode};
use jwt_guard_benches::{App, answer};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime;

/// Two classes of requests to one application.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    /// What the requests of the first class have, and those of the second.
    pub(crate) classes: [&'static str; 2],
    pub(crate) app: App,
    pub(crate) requests: [Make; 2],
    /// The answer to every one of them.
    pub(crate) status: StatusCode,
    /// A request that is admitted: sent in between, without a clock, so that what it presents stays known.
    pub(crate) good: Make,
    pub(crate) expected: Expected,
}

/// Makes a new request for the caller with this number, below [`CALLERS`].
pub(crate) type Make = Box<dyn Fn(usize) -> Request<()>>;

/// Callers whose secrets are guessed.
pub(crate) const CALLERS: usize = 32;

/// What is expected of two classes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// docs/security-model.md promises it.
    Alike,
    /// A control: a test that does not find this difference finds none.
    Apart,
    /// Not promised, for the reason that the documents give.
    Open,
}

/// Requests that are built before the clock starts, as few as stay in the nearest caches.
const BATCH: usize = 32;

impl Pair {
    /// The times of `number` answers, in nanoseconds, by class. The class of each request is drawn at random.
    pub(crate) fn times(&mut self, number: usize) -> [Vec<f64>; 2] {
        let runtime = runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
        let mut times = [Vec::with_capacity(number), Vec::with_capacity(number)];
        runtime.block_on(async {
            self.check().await;
            for batch in 0..number.div_ceil(BATCH) {
                let good = (self.good)(batch % CALLERS).map(|()| Body::empty());
                answer(&mut self.app, good).await;
                for (class, request) in self.drawn() {
                    let start = now();
                    answer(&mut self.app, request).await;
                    times[class].push(now() - start);
                }
            }
        });
        times
    }

    /// Requests of both classes, in random order.
    fn drawn(&self) -> Vec<(usize, Request<Body>)> {
        let draw = |[class, caller]: [u8; 2]| {
            let class = usize::from(class & 1);
            (class, (self.requests[class])(usize::from(caller) % CALLERS).map(|()| Body::empty()))
        };
        random_bytes::<{ BATCH * 2 }>().as_chunks().0.iter().copied().map(draw).collect()
    }

    /// Sees that every request is answered as meant, and warms up what the guard remembers.
    async fn check(&mut self) {
        for caller in (0..CALLERS * 4).map(|turn| turn % CALLERS) {
            for (make, status) in [
                (&self.good, StatusCode::OK),
                (&self.requests[0], self.status),
                (&self.requests[1], self.status),
            ] {
                let request = make(caller).map(|()| Body::empty());
                assert_eq!(answer(&mut self.app, request).await, status, "{}", self.name);
            }
        }
    }
}

/// How near a guess is.
#[derive(Clone, Copy)]
pub(crate) enum Guess {
    /// All bytes but this one are right.
    AllBut(usize),
    /// It is drawn at random.
    Random,
    /// It is right, but of another caller.
    OfAnother,
}

impl Guess {
    /// A guess at the value in base64url of one of the callers. All kinds are made by the same steps, so that they lie in
    /// memory alike.
    pub(crate) fn at<'v>(self, caller: usize, value_of: impl Fn(usize) -> &'v str) -> String {
        let owner = if let Self::OfAnother = self { (caller + 1) % CALLERS } else { caller };
        let right = URL_SAFE_NO_PAD.decode(value_of(owner)).expect("base64url");
        let mut bytes = random_bytes::<64>()[..right.len()].to_vec();
        let drawn = bytes[0] | 1;
        match self {
            Self::AllBut(place) => {
                bytes.copy_from_slice(&right);
                bytes[place] ^= drawn;
            }
            Self::OfAnother => bytes.copy_from_slice(&right),
            Self::Random => {}
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// Random bytes in base64url.
pub(crate) fn random<const BYTES: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<BYTES>())
}

fn random_bytes<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).expect("random bytes");
    bytes
}

/// Nanoseconds on a clock that only goes forward.
fn now() -> f64 {
    let now = clock_gettime(ClockId::Monotonic);
    // Of one day: the fraction of a nanosecond stays exact.
    ((now.tv_sec % 86_400) as f64).mul_add(1e9, now.tv_nsec as f64)
}
