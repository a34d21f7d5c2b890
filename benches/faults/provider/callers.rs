//! Callers with new tokens of one key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jwt_guard::JwtGuard;
use jwt_guard_benches::Wire;
use tokio::time::{Instant, sleep};

use super::signed;
use crate::app::send;

#[derive(Default)]
pub(super) struct Tally {
    pub(super) stop: AtomicBool,
    pub(super) answers: AtomicU64,
    pub(super) wrong: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) unavailable: AtomicU64,
    pub(super) odd: AtomicU64,
    pub(super) gap: AtomicU64,
}

/// Asks with new tokens of one key, which must always be admitted, or never.
pub(super) async fn ask(tally: Arc<Tally>, port: u16, signer: JwtGuard, is_good: bool) {
    let mut wire = Wire::to(port);
    let mut last = Instant::now();
    while !tally.stop.load(Relaxed) {
        let status = send(&mut wire, "GET", "/me", &signed(&signer)).await;
        tally.answers.fetch_add(1, Relaxed);
        match (is_good, status) {
            (true, 200) => {
                tally.gap.fetch_max(last.elapsed().as_micros() as u64, Relaxed);
                last = Instant::now();
            }
            (false, 200) => drop(tally.wrong.fetch_add(1, Relaxed)),
            (true, 401) => drop(tally.lost.fetch_add(1, Relaxed)),
            (false, 401) => {}
            (_, 503) => drop(tally.unavailable.fetch_add(1, Relaxed)),
            _ => drop(tally.odd.fetch_add(1, Relaxed)),
        }
        sleep(Duration::from_millis(1)).await;
    }
}
