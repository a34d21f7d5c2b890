//! A provider that fails for longer than its keys may be held.

use std::time::Duration;

use jwt_guard::JwtGuard;
use jwt_guard_benches::Wire;
use tokio::time::{Instant, sleep};

use super::server::Reply;
use super::{PAUSE, Rig, STEP, signed};
use crate::app::send;
use crate::found::{Back, Found, Kind};

pub(super) const NAME: &str = "500 for 75 minutes";

/// How long keys are held that cannot be fetched again: the default.
const HELD: Duration = Duration::from_secs(60 * 60);

const LENGTH: Duration = Duration::from_secs(75 * 60);

/// Good tokens are 200 while the keys are held, and 503 from then on; forged ones are never 200.
pub(super) async fn measure(rig: &Rig, [good, _, forged]: &[JwtGuard; 3]) -> Found {
    let mut found = Found::default();
    let mut wire = Wire::to(rig.node.port);
    let start = Instant::now();
    // The keys were fetched at this moment: the clock stands still.
    rig.provider.fails(Some(Reply::Text(500, String::new())));
    let (mut age, mut answers, mut dropped) = (Duration::ZERO, 0_u32, 0);
    let mut known = signed(good);
    while age < LENGTH {
        let new = signed(good);
        // The known one was verified in the step before.
        for token in [&new, &known] {
            match (age < HELD, send(&mut wire, "GET", "/me", token).await) {
                (true, 200) => {}
                (false, 503) => dropped += 1,
                (false, 200) => found.wrong += 1,
                (true, 401) => found.lost += 1,
                (true, 503) => found.require(false, "requests were 503, although the guard had keys"),
                _ => found.odd += 1,
            }
        }
        match send(&mut wire, "GET", "/me", &signed(forged)).await {
            401 | 503 => {}
            200 => found.wrong += 1,
            _ => found.odd += 1,
        }
        known = new;
        answers += 3;
        rig.clock.advance(STEP);
        age += STEP;
        sleep(PAUSE).await;
    }
    found.rate = f64::from(answers) / start.elapsed().as_secs_f64();
    found.met = rig.provider.state.faults.load(std::sync::atomic::Ordering::Relaxed);
    found.unavailable[Kind::Check as usize] = Some(dropped);
    rig.provider.fails(None);
    found.back = Some(back(rig, &mut wire, good).await);
    found
}

/// How long it takes by the clock of the guard until a good token is admitted again.
async fn back(rig: &Rig, wire: &mut Wire, good: &JwtGuard) -> Back {
    let mut waited = Duration::ZERO;
    while waited < HELD {
        if send(wire, "GET", "/me", &signed(good)).await == 200 {
            return Back::After(waited);
        }
        rig.clock.advance(STEP);
        waited += STEP;
        sleep(PAUSE).await;
    }
    Back::Never
}
