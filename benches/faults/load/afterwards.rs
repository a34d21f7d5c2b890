//! What the nodes say of all that was acknowledged, after the load.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use jwt_guard_benches::{Effort, Wire};
use tokio::time::sleep_until;

use super::TOLD;
use super::state::{Ended, State, When, Window, locked};
use crate::app::{refresh, send};
use crate::found::Found;

impl State {
    /// Judges an answer to an access token after its logout.
    pub(super) fn judge_ended(&self, ended: &Ended, node: usize, is_told: bool, status: u16) {
        match status {
            200 if ended.node == node => drop(self.wrong.fetch_add(1, Relaxed)),
            200 if is_told => locked(&self.untold).push(ended.when),
            200 | 401 | 503 => {}
            _ => self.odd(),
        }
    }
}

/// What was found, and what was acknowledged.
pub(crate) struct Measured {
    pub(super) found: Found,
    pub(super) state: Arc<State>,
    pub(super) window: Option<Window>,
    pub(super) untold: Option<Window>,
}

impl Measured {
    /// Asks the nodes that have run all the time for every login that was ended, when all of them must know it, and for
    /// those that live.
    pub(super) async fn seen_by_old(&self, ports: &[u16]) {
        let ended: Vec<_> = locked(&self.state.ended).clone();
        let last = ended.iter().map(|ended| ended.when.answered).max();
        if let (Some(last), true) = (last, ports.len() > 1 && Effort::from_env().judges()) {
            sleep_until(last + TOLD).await;
        }
        let living: Vec<_> =
            locked(&self.state.living).iter().map(|living| living.tokens.access.clone()).collect();
        for (node, port) in ports.iter().enumerate() {
            let mut wire = Wire::to(*port);
            for ended in &ended {
                let status = send(&mut wire, "GET", "/me", &ended.tokens.access).await;
                self.state.judge_ended(ended, node, Effort::from_env().judges(), status);
                // All works again.
                self.state.odd.fetch_add(u64::from(status == 503), Relaxed);
            }
            for access in &living {
                match send(&mut wire, "GET", "/me", access).await {
                    200 => {}
                    401 => self.state.lose_access("an access token at a node that ran"),
                    _ => self.state.odd(),
                }
            }
        }
    }

    /// Asks a node that was started after the fault for all that was acknowledged. Each login that lives is refreshed:
    /// only that needs what the store knows of it.
    pub(crate) async fn seen_by(self, port: u16) -> Found {
        let Self { mut found, state, window, untold } = self;
        let mut wire = Wire::to(port);
        let ended: Vec<_> = locked(&state.ended).clone();
        for ended in ended {
            match send(&mut wire, "GET", "/me", &ended.tokens.access).await {
                401 => {}
                200 => state.lose("a logout", ended.when),
                _ => state.odd(),
            }
            match refresh(&mut wire, &ended.tokens.refresh).await {
                Err(401) => {}
                Ok(_) => state.lose("a logout of a refresh token", ended.when),
                Err(_) => state.odd(),
            }
        }
        let living = std::mem::take(&mut *locked(&state.living));
        for (index, living) in living.into_iter().enumerate() {
            if let (Some(replaced), 0) = (&living.replaced, index % 2) {
                match refresh(&mut wire, replaced).await {
                    Ok(_) => locked(&state.stolen).push(living.when),
                    Err(401) => {}
                    Err(_) => state.odd(),
                }
                // That was the end of it.
                let access = send(&mut wire, "GET", "/me", &living.tokens.access).await;
                let refreshed = refresh(&mut wire, &living.tokens.refresh).await;
                if access == 200 || refreshed.is_ok() {
                    state.lose("the end of a login by a thief", living.when);
                }
                continue;
            }
            match send(&mut wire, "GET", "/me", &living.tokens.access).await {
                200 => {}
                401 => state.lose_access("an access token at a new node"),
                _ => state.odd(),
            }
            match refresh(&mut wire, &living.tokens.refresh).await {
                Ok(_) => {}
                Err(401) => state.lose("a login or a refresh", living.when),
                Err(_) => state.odd(),
            }
        }
        // A reuse ends a login with its access tokens; those of a login that the store has forgotten go on.
        let mut repeated = Vec::new();
        let doubtful = std::mem::take(&mut *locked(&state.doubtful));
        for living in doubtful {
            match send(&mut wire, "GET", "/me", &living.tokens.access).await {
                401 => repeated.push(living.when),
                200 => state.lose("a login whose refresh was 503", living.when),
                _ => state.odd(),
            }
        }
        let is_excused = |when: &When| when.is_in(window.as_ref());
        for loss in &*locked(&state.losses) {
            if loss.when.as_ref().is_some_and(is_excused) {
                found.not_promised += 1;
            } else {
                found.lost += 1;
                found.require(false, &format!("lost: {}", loss.what));
            }
        }
        let mut admitted = |when: &When, window: Option<&Window>| {
            let count = if when.is_in(window) { &mut found.not_promised } else { &mut found.wrong };
            *count += 1;
        };
        locked(&state.untold).iter().for_each(|when| admitted(when, untold.as_ref()));
        locked(&state.stolen).iter().for_each(|when| admitted(when, window.as_ref()));
        let promised = repeated.iter().filter(|when| !is_excused(when)).count() as u64;
        found.not_promised += repeated.len() as u64 - promised;
        found.repeated = Some(promised);
        found.wrong += state.wrong.load(Relaxed);
        found.odd += state.odd.load(Relaxed);
        found
    }
}
