//! An identity provider that fails and lies, and a guard that fetches its keys.

mod callers;
mod limit;
mod replies;
mod server;

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jwt_guard::keys::GeneratedKey;
use jwt_guard::testing::ManualClock;
use jwt_guard::{Algorithm, JwtGuard, SigningKey};
use jwt_guard_benches::{AUDIENCE, Wire};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::app::{Node, send};
use crate::found::{Back, Found, Kind};
use callers::{Tally, ask};
use replies::fault;
use server::{Provider, Reply};

pub(crate) const NAMES: [&str; 15] = [
    "500",
    "gone",
    "hangs",
    "slow, in the middle of an answer",
    "slow, and its answers arrive",
    "flapping",
    "garbage",
    "an answer without end",
    "redirects to other keys",
    "metadata of another issuer, with other keys",
    "two other keys of one name beside its own",
    "a list without a usable key",
    "an empty list between good ones",
    WITHDRAWN,
    limit::NAME,
];

const WITHDRAWN: &str = "500, after a key was withdrawn";

/// The clock moves so far in one step, and the fault lasts this many steps: 25 minutes.
const STEP: Duration = Duration::from_secs(5);
const STEPS: u32 = 300;

/// Steps of two hours: the metadata is read again within them.
const MOST_BEFORE: u32 = 1440;

/// The clock moves so far for each piece of an answer that trickles: the whole takes a guard about two seconds.
const STEP_OF_PIECE: Duration = Duration::from_millis(100);

const PAUSE: Duration = Duration::from_millis(10);

fn signed(signer: &JwtGuard) -> String {
    let token = signer.issuer().expect("a signing key").access("ada").sign().expect("a token");
    token.as_str().to_owned()
}

fn new_key(name: &str) -> SigningKey {
    GeneratedKey::new(Algorithm::Es256).expect("a key").with_id(name).signing_key().clone()
}

/// A provider, a guard that has its keys, and the clock of the guard.
struct Rig {
    provider: Provider,
    /// The first one is the key of the provider, the second one will be; the last one is never.
    keys: [SigningKey; 3],
    clock: ManualClock,
    node: Node,
}

impl Rig {
    async fn start() -> Self {
        let provider = Provider::start().await;
        let keys = ["first", "second", "evil"].map(new_key);
        provider.publish(&[&keys[0]], &keys[2]);
        let clock = ManualClock::new();
        let guard = JwtGuard::builder().oidc_issuer(&provider.issuer).audience(AUDIENCE).clock(clock.clone());
        let guard =
            guard.danger().loopback_http("the provider is a task of this bench").build().expect("legal");
        guard.keys().ready().await.expect("its keys");
        Self { provider, keys, clock, node: Node::start(guard).await }
    }

    /// What signs as the provider does, with each of the keys.
    fn signers(&self) -> [JwtGuard; 3] {
        self.keys.each_ref().map(|key| {
            let signer = JwtGuard::builder().signing_key(key.clone()).issuer(&self.provider.issuer);
            signer.audience(AUDIENCE).clock(self.clock.clone()).build().expect("legal")
        })
    }

    /// Publishes the last key beside the first one, and then no longer. Whether it was admitted, and then was not.
    async fn withdraws_the_last_of(&self, signers: &[JwtGuard; 3]) -> bool {
        let [first, _, last] = &self.keys;
        self.provider.publish(&[first, last], last);
        let was_there = self.comes_to(200, &signers[2]).await;
        self.provider.publish(&[first], last);
        was_there && self.comes_to(401, &signers[2]).await
    }

    /// Whether tokens of a signer get this status within an hour.
    async fn comes_to(&self, status: u16, signer: &JwtGuard) -> bool {
        let mut wire = Wire::to(self.node.port);
        for _ in 0..MOST_BEFORE / 2 {
            if send(&mut wire, "GET", "/me", &signed(signer)).await == status {
                return true;
            }
            self.clock.advance(STEP);
            sleep(PAUSE).await;
        }
        false
    }
}

pub(crate) async fn measure(name: &str) -> Option<Found> {
    let rig = Rig::start().await;
    let signers = rig.signers();
    if name == limit::NAME {
        return Some(limit::measure(&rig, &signers).await);
    }
    let was_withdrawn = name != WITHDRAWN || rig.withdraws_the_last_of(&signers).await;
    let [good, new, forged] = signers;
    let Rig { provider, keys: [first, second, evil], clock, node } = rig;

    let state = Arc::new(Tally::default());
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..3 {
        callers.spawn(ask(Arc::clone(&state), node.port, good.clone(), true));
        callers.spawn(ask(Arc::clone(&state), node.port, forged.clone(), false));
    }
    let steps = async |number: u32| {
        for step in 0..number {
            if name == "flapping" {
                // In no rhythm: the guard has one.
                let is_down = step.wrapping_mul(0x9e37_79b9) >> 31 == 1;
                provider.fails(is_down.then(|| Reply::Text(500, String::new())));
            }
            clock.advance(STEP);
            sleep(PAUSE).await;
            while provider.state.trickling.load(Relaxed) > 0 {
                clock.advance(STEP_OF_PIECE);
                sleep(PAUSE).await;
            }
        }
    };
    let of_metadata = name == "metadata of another issuer, with other keys";
    provider.state.of_metadata.store(of_metadata, Relaxed);
    provider.fails(fault(name, &provider.issuer, [&first, &evil]));
    provider.state.good_answers.store(0, Relaxed);
    // It is read again after an hour.
    for _ in 0..MOST_BEFORE {
        if !of_metadata || provider.state.faults.load(Relaxed) > 0 {
            break;
        }
        steps(1).await;
    }
    steps(STEPS / 2).await;
    let mut wire = Wire::to(node.port);
    // From now on the good answers have a new key.
    provider.publish(&[&first, &second], &evil);
    steps(STEPS / 2).await;
    let is_used = send(&mut wire, "GET", "/me", &signed(&new)).await == 200;
    let must_be_used =
        ["slow, and its answers arrive", "flapping", "an empty list between good ones"].contains(&name);
    let is_up_too = provider.state.good_answers.load(Relaxed) > 0;
    provider.fails(None);
    let met = provider.state.faults.load(Relaxed);
    let (mut back, mut waited) = (Back::Never, Duration::ZERO);
    while back == Back::Never && waited < Duration::from_secs(1800) {
        match send(&mut wire, "GET", "/me", &signed(&new)).await {
            200 => back = Back::After(waited),
            401 | 503 => {}
            _ => drop(state.odd.fetch_add(1, Relaxed)),
        }
        clock.advance(STEP);
        waited += STEP;
        sleep(PAUSE).await;
    }
    state.stop.store(true, Relaxed);
    callers.join_all().await;
    let mut unavailable = [None; 4];
    unavailable[Kind::Check as usize] = Some(state.unavailable.load(Relaxed));
    let mut found = Found {
        rate: state.answers.load(Relaxed) as f64 / start.elapsed().as_secs_f64(),
        wrong: state.wrong.load(Relaxed),
        lost: state.lost.load(Relaxed),
        met,
        unavailable,
        odd: state.odd.load(Relaxed),
        gaps: [Some(Duration::from_micros(state.gap.load(Relaxed))), None],
        // What was used before says nothing of that.
        back: (!must_be_used).then_some(back),
        ..Found::default()
    };
    found.require(found.count_of(Kind::Check) == 0, "requests were 503, although the guard had keys");
    found.require(
        is_used == must_be_used,
        "what the provider answered meanwhile was used, or was not although it was good",
    );
    found.require(was_withdrawn, "the key was not withdrawn");
    found.require(name != "flapping" || is_up_too, "it was down whenever it was asked");
    Some(found)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
