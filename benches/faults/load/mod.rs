//! The load, while something breaks: callers who log in and out, callers who stay, callers who refresh, callers who
//! were logged out, forgers, and thieves with replaced refresh tokens.

mod afterwards;
mod callers;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jwt_guard_benches::Wire;
use tokio::time::{Instant, sleep};

use crate::app::{login, refresh, send};
use crate::found::{Back, Found, Kind};
pub(crate) use afterwards::Measured;
pub(crate) use state::Window;
use state::{State, locked};

/// A node whose server was silent asks it before it admits; this much later at the latest, all nodes know of a logout.
const TOLD: Duration = Duration::from_secs(11);

/// Checks go on while no server answers for less. A node asks after 10 seconds (the default), counted from a message that may
/// be some seconds old when the server falls silent.
const BRIEF: Duration = Duration::from_secs(6);

/// How long the load runs before the fault and after it.
const CALM: Duration = Duration::from_millis(1500);

/// Logins before the load: more than are ended meanwhile.
const PREPARED: usize = 600;

/// What a fault did.
#[derive(Default)]
pub(crate) struct Over {
    /// How long no server answered.
    pub(crate) silent: Duration,
    /// What was acknowledged then is not kept.
    pub(crate) window: Option<Window>,
    /// A logout that was acknowledged then need not be known to the other node.
    pub(crate) untold: Option<Window>,
    /// Whether the process with the guard was killed: connections to it break.
    pub(crate) is_killed: bool,
}

/// `fault` is what happens to the servers; it returns when that is over.
pub(crate) async fn under_load(ports: &[u16], fault: impl Future<Output = Over>) -> Measured {
    let state = Arc::new(State::default());
    for port in ports {
        let mut wire = Wire::to(*port);
        for _ in 0..PREPARED / ports.len() {
            let asked = Instant::now();
            let tokens = login(&mut wire, &state.name()).await.expect("a login before the fault");
            state.keep(tokens, asked);
        }
    }
    let start = Instant::now();
    let callers = callers::start(&state, ports);
    sleep(CALM).await;
    state.is_broken.store(true, Relaxed);
    let Over { silent, window, untold, is_killed } = fault.await;
    state.is_broken.store(false, Relaxed);
    let over = Instant::now();
    let mut back = Back::Never;
    while back == Back::Never && over.elapsed() < Duration::from_secs(40) {
        if works(&state, ports).await {
            back = Back::After(over.elapsed());
        }
        sleep(Duration::from_millis(10)).await;
    }
    sleep(CALM).await;
    let length = start.elapsed();
    state.stop.store(true, Relaxed);
    callers.join_all().await;
    let number = |of: &AtomicU64| of.load(Relaxed);
    let at_node = state.unavailable.each_ref().map(|counts| counts.each_ref().map(number));
    let gap = |kind: Kind| Some(Duration::from_micros(number(&state.gaps[kind as usize])));
    let mut found = Found {
        delayed: number(&state.delayed),
        rate: number(&state.answers) as f64 / length.as_secs_f64(),
        logouts: Some(locked(&state.ended).len()),
        unavailable: [0, 1, 2, 3].map(|kind| Some(at_node.iter().map(|counts| counts[kind]).sum())),
        at_node,
        gaps: [gap(Kind::Check), gap(Kind::Login)],
        back: Some(back),
        ..Found::default()
    };
    found.require(locked(&state.unsure).is_empty(), "logouts were 503 to the end");
    found.odd = if is_killed { 0 } else { number(&state.breaks) };
    found.require(is_killed || silent >= BRIEF || found.count_of(Kind::Check) == 0, "checks were 503");
    let measured = Measured { found, state, window, untold };
    measured.seen_by_old(ports).await;
    measured
}

/// Whether every node logs in, admits, refreshes and logs out.
async fn works(state: &State, ports: &[u16]) -> bool {
    for port in ports {
        match round(state, &mut Wire::to(*port)).await {
            Ok(()) => {}
            Err(503) => return false,
            Err(_) => {
                state.odd();
                return false;
            }
        }
    }
    true
}

/// Each step of a login, or the status that came instead.
async fn round(state: &State, wire: &mut Wire) -> Result<(), u16> {
    let tokens = login(wire, &state.name()).await?;
    let tokens = refresh(wire, &tokens.refresh).await?;
    for (method, path, expected) in [("GET", "/me", 200), ("POST", "/logout", 204)] {
        let status = send(wire, method, path, &tokens.access).await;
        if status != expected {
            return Err(status);
        }
    }
    Ok(())
}
