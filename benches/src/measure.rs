//! Contenders, and what their answers cost.

use std::convert::Infallible;
use std::env;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::{Request, StatusCode};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{self, Runtime};
use tower_service::Service;

/// How many requests are built before the clock starts: enough to hide the clock's own cost, few enough to stay in
/// the nearest caches.
const BATCH: usize = 32;

/// Batches of one round for a contender that sees each request only once: long enough for the clock, and few enough
/// that the tokens of all rounds are signed within a minute.
const FRESH_BATCHES: u32 = 4;

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    rounds: usize,
    /// CPU time of one contender in one round.
    sample: Duration,
    /// Whether the numbers are good enough to be judged.
    judges: bool,
}

impl Effort {
    /// A long measurement; with `BENCH_SMOKE=1` or the argument `--smoke` a short one, which shows that the benches
    /// work and judges no number.
    #[must_use]
    pub fn from_env() -> Self {
        let smoke = env::var("BENCH_SMOKE").is_ok_and(|value| value == "1")
            || env::args().any(|arg| arg == "--smoke");
        if smoke {
            Self { rounds: 3, sample: Duration::from_micros(200), judges: false }
        } else {
            Self { rounds: 200, sample: Duration::from_millis(1), judges: true }
        }
    }

    /// How many requests a contender needs that sees [each only once](Contender::each_once).
    #[must_use]
    pub fn fresh_requests(&self) -> usize {
        // One more to check the answer, and one to count allocations.
        self.rounds * FRESH_BATCHES as usize * BATCH + 2
    }

    /// The last word of a bench, whose targets are met or not.
    #[must_use]
    pub fn verdict(&self, met: bool) -> &'static str {
        match (self.judges, met) {
            (false, _) => "a short run, which judges nothing",
            (true, true) => "PASS, every target is met",
            (true, false) => "FAIL, a target is missed",
        }
    }

    /// How often every contender has its turn.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// Whether a missed target fails the run.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.judges
    }
}

/// What answers: the router of axum, or ours, as `axum::serve` would call it.
#[derive(Clone, Debug)]
pub enum App {
    /// A router of axum.
    Axum(axum::Router),
    /// A router of jwt-guard.
    Ours(jwt_guard::Router),
}

impl App {
    fn call(&mut self, request: Request<Body>) -> RouteFuture<Infallible> {
        match self {
            Self::Axum(router) => router.call(request),
            Self::Ours(router) => router.call(request),
        }
    }
}

impl From<axum::Router> for App {
    fn from(router: axum::Router) -> Self {
        Self::Axum(router)
    }
}

impl From<jwt_guard::Router> for App {
    fn from(router: jwt_guard::Router) -> Self {
        Self::Ours(router)
    }
}

/// A router, and the requests that it is measured with.
#[derive(Debug)]
pub struct Contender {
    name: String,
    app: App,
    /// Sent in this order; after the last one the first follows.
    requests: Arc<[Request<()>]>,
    next: usize,
    each_once: bool,
    status: StatusCode,
}

/// What one answer costs.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The contender.
    pub name: String,
    /// Nanoseconds of CPU time: the lowest decile of the rounds.
    pub quiet: f64,
    /// Nanoseconds of CPU time: the median of the rounds.
    pub median: f64,
    /// Heap allocations.
    pub allocations: u64,
    /// Bytes of these allocations.
    pub bytes: u64,
}

impl Contender {
    /// A contender that must answer `request` with `status`.
    pub fn new(
        name: impl Into<String>,
        app: impl Into<App>,
        request: Request<()>,
        status: StatusCode,
    ) -> Self {
        Self::with_requests(name, app, Arc::new([request]), status)
    }

    /// A contender that is sent `requests` in turn, again and again, and must answer each with `status`.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub fn with_requests(
        name: impl Into<String>,
        app: impl Into<App>,
        requests: Arc<[Request<()>]>,
        status: StatusCode,
    ) -> Self {
        assert!(!requests.is_empty(), "a contender needs a request");
        Self { name: name.into(), app: app.into(), requests, next: 0, each_once: false, status }
    }

    /// Sends no request twice; there must be [enough](Effort::fresh_requests) of them.
    #[must_use]
    pub fn each_once(self) -> Self {
        Self { each_once: true, ..self }
    }

    fn requests(&mut self, number: usize) -> Vec<Request<Body>> {
        let request = || {
            let request = self.requests[self.next].clone();
            self.next = (self.next + 1) % self.requests.len();
            request.map(|()| Body::empty())
        };
        std::iter::repeat_with(request).take(number).collect()
    }

    /// How many batches of requests fill a round.
    fn batches(&mut self, runtime: &Runtime, effort: Effort) -> u32 {
        if self.each_once {
            assert!(self.requests.len() >= effort.fresh_requests(), "{} sees a request twice", self.name);
            return FRESH_BATCHES;
        }
        // Once through all requests first, for what a guard remembers.
        self.sample(runtime, self.requests.len().div_ceil(BATCH) as u32);
        let first = self.sample(runtime, 1) * BATCH as f64;
        (effort.sample.as_secs_f64() * 1e9 / first).ceil().max(1.0) as u32
    }

    /// CPU nanoseconds of one request, from `batches` of them.
    fn sample(&mut self, runtime: &Runtime, batches: u32) -> f64 {
        let mut total = Duration::ZERO;
        for _ in 0..batches {
            let requests = self.requests(BATCH);
            let start = thread_time();
            runtime.block_on(async {
                for request in requests {
                    answer(&mut self.app, request).await;
                }
            });
            total += thread_time().saturating_sub(start);
        }
        total.as_secs_f64() * 1e9 / f64::from(batches) / BATCH as f64
    }

    /// Heap allocations of one request, and their bytes.
    fn allocations(&mut self, runtime: &Runtime) -> (u64, u64) {
        let requests = self.requests(1);
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                for request in requests {
                    answer(&mut self.app, request).await;
                }
            });
        });
        (counted.count_total, counted.bytes_total)
    }

    fn check(&mut self, runtime: &Runtime) {
        for request in self.requests(1) {
            let status = runtime.block_on(answer(&mut self.app, request));
            assert_eq!(status, self.status, "{} answers another request than meant", self.name);
        }
    }
}

/// Measures `contenders` against each other.
///
/// # Panics
///
/// When one of them gives another status than expected: then it would be measured doing something else.
pub fn measure(contenders: &mut [Contender], effort: Effort) -> Vec<Cost> {
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    let mut samples = vec![Vec::with_capacity(effort.rounds); contenders.len()];
    let batches: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| {
            contender.check(&runtime);
            contender.batches(&runtime, effort)
        })
        .collect();
    for round in 0..effort.rounds {
        for turn in 0..contenders.len() {
            let index = (round + turn) % contenders.len();
            // Counting costs a little with every allocation; not while the clock runs.
            allocation_counter::opt_out(|| {
                samples[index].push(contenders[index].sample(&runtime, batches[index]));
            });
        }
    }
    contenders
        .iter_mut()
        .zip(samples)
        .map(|(contender, mut samples)| {
            samples.sort_by(f64::total_cmp);
            let (allocations, bytes) = contender.allocations(&runtime);
            Cost {
                name: contender.name.clone(),
                quiet: samples[samples.len() / 10],
                median: samples[samples.len() / 2],
                allocations,
                bytes,
            }
        })
        .collect()
}

/// Sends a request in process, reads the answer to its end, and returns its status.
pub async fn answer(app: &mut App, request: Request<Body>) -> StatusCode {
    let response: Response = match app.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await;
    std::hint::black_box(body.is_ok());
    status
}

/// The CPU time of this thread.
#[must_use]
pub fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Keeps this thread on one core, so that threads that are measured together do not take turns on one. Where the machine
/// has no such core, the thread stays where it is.
pub fn stay_on_core(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    _ = sched_setaffinity(None, &cores);
}

/// Numbers below `items`, each as often as Zipf's law says: the first is the most frequent. The same ones every time.
pub fn zipf(items: usize, draws: usize) -> impl Iterator<Item = usize> {
    let mut sum = 0.0;
    let cumulated: Vec<f64> = (1..=items)
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect();
    let mut state: u64 = 42;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let point = (state >> 11) as f64 / (1_u64 << 53) as f64 * sum;
        cumulated.partition_point(|edge| *edge < point).min(items - 1)
    })
    .take(draws)
}
