//! The callers: each asks one node again and again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use jwt_guard_benches::Wire;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::TOLD;
use super::state::{Ended, Living, State, When, locked};
use crate::app::{Tokens, log_out, login, refresh, send};
use crate::found::Kind;

/// One login in so many is kept.
const KEPT: usize = 4;

/// Between two logouts of logins that were kept.
const REST: Duration = Duration::from_millis(20);

/// Logins that stay.
const STAYING: usize = 40;

/// How many refreshes without an answer one caller tries again in turn.
const UNSURE: usize = 100;

pub(super) fn start(state: &Arc<State>, ports: &[u16]) -> JoinSet<()> {
    let mut callers = JoinSet::new();
    for (node, port) in ports.iter().enumerate() {
        let caller = || Caller { state: Arc::clone(state), wire: Wire::to(*port), node, down: None };
        for _ in 0..2 {
            callers.spawn(caller().stay());
            callers.spawn(caller().come_and_go());
        }
        callers.spawn(caller().go_on());
        callers.spawn(caller().leave());
        callers.spawn(caller().return_after_the_end());
        callers.spawn(caller().forge());
        callers.spawn(caller().steal());
    }
    callers
}

struct Caller {
    state: Arc<State>,
    wire: Wire,
    node: usize,
    /// Since when no request is answered as it should.
    down: Option<Instant>,
}

impl Caller {
    async fn check(&mut self, token: &str) -> u16 {
        let status = send(&mut self.wire, "GET", "/me", token).await;
        self.answered(status)
    }

    async fn log_in(&mut self) -> Result<Tokens, u16> {
        login(&mut self.wire, &self.state.name()).await.map_err(|status| self.answered(status))
    }

    async fn refresh(&mut self, token: &str) -> Result<Tokens, u16> {
        refresh(&mut self.wire, token).await.map_err(|status| self.answered(status))
    }

    /// A connection that breaks says as much as a 503: it is unknown what was done.
    fn answered(&self, status: u16) -> u16 {
        let is_broken = status == 0;
        self.state.breaks.fetch_add(u64::from(is_broken), Relaxed);
        if is_broken { 503 } else { status }
    }

    fn note(&mut self, kind: Kind, status: u16, asked: Instant) {
        self.state.note(self.node, kind, status, asked, &mut self.down);
    }

    /// Comes again with the access tokens of logins that live.
    async fn stay(mut self) {
        while let Some(number) = self.state.next().await {
            let Some(token) = self.state.pick(number) else { continue };
            let asked = Instant::now();
            let status = self.check(&token).await;
            // Another caller may have ended it meanwhile: that is 401, or 503 while a file does not have its end.
            if matches!(status, 401 | 503) && !self.state.lives(&token) {
                continue;
            }
            self.note(Kind::Check, status, asked);
            if status == 401 {
                self.state.lose_access("an access token while the load ran");
            }
        }
    }

    async fn come_and_go(mut self) {
        while let Some(number) = self.state.next().await {
            let asked = Instant::now();
            let result = self.log_in().await;
            self.note(Kind::Login, status_of(&result), asked);
            match result {
                Ok(tokens) if number % KEPT == 0 => self.state.keep(tokens, asked),
                Ok(tokens) => self.log_out(number, Living::new(tokens, asked), None).await,
                Err(401) => self.state.odd(),
                Err(_) => {}
            }
        }
    }

    /// Refreshes logins that live. Without an answer it tries again later, with the token that it has.
    async fn go_on(mut self) {
        let mut unsure = VecDeque::new();
        while let Some(number) = self.state.next().await {
            let again = if unsure.len() < UNSURE && number % 2 == 0 { None } else { unsure.pop_front() };
            let is_again = again.is_some();
            let Some(living) = again.or_else(|| self.state.take(number, STAYING)) else { continue };
            let asked = Instant::now();
            let result = self.refresh(&living.tokens.refresh).await;
            self.note(Kind::Refresh, status_of(&result), asked);
            match result {
                Ok(tokens) => self.state.keep_refreshed(tokens, asked, living),
                Err(503) => unsure.push_back(living),
                Err(401) if is_again => locked(&self.state.doubtful).push(living),
                Err(401) => self.state.lose("a refresh token while the load ran", living.when),
                Err(_) => {}
            }
        }
        // All works again, so the last try has an answer.
        for living in unsure {
            let asked = Instant::now();
            match self.refresh(&living.tokens.refresh).await {
                Ok(tokens) => self.state.keep_refreshed(tokens, asked, living),
                Err(401) => locked(&self.state.doubtful).push(living),
                Err(_) => self.state.odd(),
            }
        }
    }

    /// Ends logins that lived for a while, and those whose logout had no answer.
    async fn leave(mut self) {
        while let Some(number) = self.state.next().await {
            let unsure = locked(&self.state.unsure).pop();
            if let Some((living, first)) = unsure {
                self.log_out(number, living, Some(first)).await;
            } else if let Some(living) = self.state.take(number, STAYING) {
                self.log_out(number, living, None).await;
            }
            sleep(REST).await;
        }
        // All works again, so the last try has an answer.
        let rest = std::mem::take(&mut *locked(&self.state.unsure));
        for (living, first) in rest {
            self.log_out(0, living, Some(first)).await;
        }
    }

    /// Every second one sends both tokens. `first` is when it was asked for before, and was 503.
    async fn log_out(&mut self, number: usize, living: Living, first: Option<Instant>) {
        let (asked, with_both) = (Instant::now(), number.is_multiple_of(2));
        let status = log_out(&mut self.wire, &living.tokens, with_both).await;
        let status = self.answered(status);
        self.note(Kind::Logout, status, asked);
        let is_known_to_be_over = status == 401 && first.is_some() && !with_both;
        let when = When::since(first.unwrap_or(asked));
        match status {
            _ if status == 204 || is_known_to_be_over => {
                let ended = Ended { tokens: living.tokens, node: self.node, when };
                locked(&self.state.ended).push(Arc::new(ended));
            }
            401 => self.state.lose_access("an access token at its logout"),
            503 => locked(&self.state.unsure).insert(0, (living, first.unwrap_or(asked))),
            _ => {}
        }
    }

    /// Comes again with tokens after their logout.
    async fn return_after_the_end(mut self) {
        while let Some(number) = self.state.next().await {
            let ended = {
                let ended = locked(&self.state.ended);
                // The newest ones, and one of all.
                let index =
                    if number % 2 == 0 { ended.len().wrapping_sub(1) } else { number % ended.len().max(1) };
                ended.get(index).cloned()
            };
            let Some(ended) = ended else { continue };
            let is_told = ended.when.answered.elapsed() > TOLD;
            let status = self.check(&ended.tokens.access).await;
            self.state.judge_ended(&ended, self.node, is_told, status);
        }
    }

    /// Comes with refresh tokens that were replaced. Each ends its login.
    async fn steal(mut self) {
        while let Some(number) = self.state.next().await {
            let living = self.state.take_if(number, STAYING, |living| living.replaced.is_some());
            let Some(Living { tokens, when, replaced: Some(replaced) }) = living else { continue };
            let asked = Instant::now();
            let result = self.refresh(&replaced).await;
            self.note(Kind::Refresh, status_of(&result), asked);
            match result {
                Ok(_) => locked(&self.state.stolen).push(when),
                Err(401) => {
                    // A node that asked twice, because its connection broke, is told of the end as the other one is.
                    let knows = self.check(&tokens.access).await == 401;
                    let node = if knows { self.node } else { usize::MAX };
                    let when = When::since(when.asked);
                    locked(&self.state.ended).push(Arc::new(Ended { tokens, node, when }));
                }
                // The login may have ended.
                Err(_) => sleep(REST * 25).await,
            }
            sleep(REST).await;
        }
    }

    async fn forge(mut self) {
        while let Some(number) = self.state.next().await {
            let Some(token) = self.state.pick(number) else { continue };
            let signed = token.rfind('.').map_or("", |dot| &token[..dot]);
            let forged = format!("{signed}.{}", "A".repeat(43));
            match send(&mut self.wire, "GET", "/me", &forged).await {
                401 => {}
                0 => drop(self.answered(0)),
                200 => drop(self.state.wrong.fetch_add(1, Relaxed)),
                _ => self.state.odd(),
            }
        }
    }
}

fn status_of(result: &Result<Tokens, u16>) -> u16 {
    result.as_ref().map_or_else(|status| *status, |_| 200)
}
