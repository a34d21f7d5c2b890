//! The load, while something breaks: callers who log in and out, callers who stay, callers who were logged out, and forgers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jwt_guard_benches::Wire;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::app::{login, send};

/// What happened under the load.
#[derive(Default)]
pub(crate) struct Found {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Admissions of tokens that were forged, or whose logout was acknowledged.
    pub(crate) wrong: u64,
    /// Logins and logouts that were acknowledged, and then forgotten.
    pub(crate) lost: u64,
    pub(crate) logouts: usize,
    /// 503 to requests with a good token, and to logins and logouts.
    pub(crate) unavailable: [u64; 2],
    /// Other answers than 200, 204, 401 and 503, and connections that broke.
    pub(crate) odd: u64,
    /// The longest time without an admission, and without a login.
    pub(crate) gaps: [Duration; 2],
    /// From the end of the fault until logins, logouts and checks work at every node.
    pub(crate) back: Option<Duration>,
}

/// A node whose server was silent asks it before it admits; this much later at the latest, all nodes know of a logout.
const TOLD: Duration = Duration::from_secs(11);

/// How long the load runs before the fault and after it.
const CALM: Duration = Duration::from_millis(1500);

/// Logins that stay.
const STAYING: usize = 40;

/// A logout that was acknowledged.
struct Ended {
    token: String,
    /// The node that said so.
    node: usize,
    at: Instant,
}

/// What all callers share.
#[derive(Default)]
struct State {
    staying: Mutex<Vec<String>>,
    ended: Mutex<Vec<Arc<Ended>>>,
    stop: AtomicBool,
    answers: AtomicU64,
    wrong: AtomicU64,
    lost: AtomicU64,
    odd: AtomicU64,
    unavailable: [AtomicU64; 2],
    gaps: [AtomicU64; 2],
    names: AtomicU64,
}

/// What a fault does to the servers; it returns when the fault is over.
pub(crate) async fn under_load(ports: &[u16], fault: impl Future<Output = ()>) -> Measured {
    let state = Arc::new(State::default());
    let ports: Arc<[u16]> = ports.into();
    for port in ports.iter() {
        let mut wire = Wire::to(*port);
        for _ in 0..STAYING / ports.len() {
            let token = login(&mut wire, &state.name()).await.expect("a login before the fault");
            locked(&state.staying).push(token);
        }
    }
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for node in 0..ports.len() {
        for _ in 0..2 {
            callers.spawn(stay(Arc::clone(&state), ports[node]));
            callers.spawn(come_and_go(Arc::clone(&state), ports[node], node));
        }
        callers.spawn(return_after_the_end(Arc::clone(&state), ports[node], node));
        callers.spawn(forge(Arc::clone(&state), ports[node]));
    }
    sleep(CALM).await;
    fault.await;
    let over = Instant::now();
    let mut back = None;
    while back.is_none() && over.elapsed() < Duration::from_secs(40) {
        if works(&state, &ports).await {
            back = Some(over.elapsed());
        }
        sleep(Duration::from_millis(10)).await;
    }
    sleep(CALM).await;
    let length = start.elapsed();
    state.stop.store(true, Relaxed);
    callers.join_all().await;
    let each = |of: &[AtomicU64; 2]| of.each_ref().map(|number| number.load(Relaxed));
    let found = Found {
        rate: state.answers.load(Relaxed) as f64 / length.as_secs_f64(),
        wrong: state.wrong.load(Relaxed),
        lost: state.lost.load(Relaxed),
        logouts: locked(&state.ended).len(),
        unavailable: each(&state.unavailable),
        odd: state.odd.load(Relaxed),
        gaps: each(&state.gaps).map(Duration::from_micros),
        back,
    };
    Measured { found, state }
}

/// What was found, and what was acknowledged.
pub(crate) struct Measured {
    found: Found,
    state: Arc<State>,
}

impl Measured {
    /// Asks a node, which may have been started after the fault, for all that was acknowledged.
    pub(crate) async fn seen_by(mut self, port: u16) -> Found {
        let mut wire = Wire::to(port);
        let ended: Vec<_> = locked(&self.state.ended).clone();
        for ended in ended {
            self.found.lost += u64::from(send(&mut wire, "GET", "/me", &ended.token).await != 401);
        }
        let staying: Vec<_> = locked(&self.state.staying).clone();
        for token in staying {
            self.found.lost += u64::from(send(&mut wire, "GET", "/me", &token).await != 200);
        }
        self.found
    }
}

/// Whether every node logs in, admits and logs out.
async fn works(state: &State, ports: &[u16]) -> bool {
    for port in ports {
        let mut wire = Wire::to(*port);
        let Ok(token) = login(&mut wire, &state.name()).await else { return false };
        if send(&mut wire, "GET", "/me", &token).await != 200
            || send(&mut wire, "POST", "/logout", &token).await != 204
        {
            return false;
        }
    }
    true
}

/// The kinds of requests that may be 503.
const CHECKS: usize = 0;
const LOGINS: usize = 1;

async fn stay(state: Arc<State>, port: u16) {
    let (mut wire, mut down) = (Wire::to(port), None);
    while let Some(number) = state.next().await {
        let token = {
            let staying = locked(&state.staying);
            staying[number as usize % staying.len()].clone()
        };
        let asked = Instant::now();
        let status = send(&mut wire, "GET", "/me", &token).await;
        state.note(CHECKS, status, asked, &mut down);
        state.lost.fetch_add(u64::from(status == 401), Relaxed);
    }
}

async fn come_and_go(state: Arc<State>, port: u16, node: usize) {
    let (mut wire, mut down) = (Wire::to(port), None);
    while state.next().await.is_some() {
        let asked = Instant::now();
        let token = match login(&mut wire, &state.name()).await {
            Ok(token) => token,
            Err(status) => {
                state.note(LOGINS, status, asked, &mut down);
                continue;
            }
        };
        let status = send(&mut wire, "POST", "/logout", &token).await;
        state.note(LOGINS, status, asked, &mut down);
        state.lost.fetch_add(u64::from(status == 401), Relaxed);
        if status == 204 {
            locked(&state.ended).push(Arc::new(Ended { token, node, at: Instant::now() }));
        }
    }
}

async fn return_after_the_end(state: Arc<State>, port: u16, node: usize) {
    let mut wire = Wire::to(port);
    while let Some(number) = state.next().await {
        let ended = {
            let ended = locked(&state.ended);
            // The newest ones, and one of all.
            let index = if number % 2 == 0 {
                ended.len().wrapping_sub(1)
            } else {
                number as usize % ended.len().max(1)
            };
            ended.get(index).cloned()
        };
        let Some(ended) = ended else { continue };
        let is_told = ended.node == node || ended.at.elapsed() > TOLD;
        let status = send(&mut wire, "GET", "/me", &ended.token).await;
        state.wrong.fetch_add(u64::from(status == 200 && is_told), Relaxed);
    }
}

async fn forge(state: Arc<State>, port: u16) {
    let mut wire = Wire::to(port);
    while let Some(number) = state.next().await {
        let token = {
            let staying = locked(&state.staying);
            let token = &staying[number as usize % staying.len()];
            let signed = token.rfind('.').map_or("", |dot| &token[..dot]);
            format!("{signed}.{}", "A".repeat(43))
        };
        let status = send(&mut wire, "GET", "/me", &token).await;
        state.wrong.fetch_add(u64::from(status == 200), Relaxed);
        state.odd.fetch_add(u64::from(!matches!(status, 401 | 503)), Relaxed);
    }
}

impl State {
    /// The number of the next request; `None` at the end. A short pause leaves the servers some of the machine.
    async fn next(&self) -> Option<u64> {
        sleep(Duration::from_millis(1)).await;
        (!self.stop.load(Relaxed)).then(|| self.answers.fetch_add(1, Relaxed))
    }

    fn name(&self) -> String {
        format!("caller-{}", self.names.fetch_add(1, Relaxed))
    }

    fn note(&self, kind: usize, status: u16, asked: Instant, down: &mut Option<Instant>) {
        match status {
            200 | 204 => *down = None,
            401 => {}
            503 => drop(self.unavailable[kind].fetch_add(1, Relaxed)),
            _ => drop(self.odd.fetch_add(1, Relaxed)),
        }
        let since = if status == 200 || status == 204 { asked } else { *down.get_or_insert(asked) };
        self.gaps[kind].fetch_max(since.elapsed().as_micros() as u64, Relaxed);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
