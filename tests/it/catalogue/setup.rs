//! Makes the guard of a case from its settings.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use jwt_guard::JwtGuard;
use jwt_guard::respond::compat::{FastApi, FlaskJwtExtended, Litestar, Starlette};
use jwt_guard::session::Sessions;
use jwt_guard::setup::{Builder, Clock, HasAudience, HasKeys, Settings, TokenCache};
use jwt_guard::store::MemoryStore;
use jwt_guard_tests::{ManualClock, NOW, SigningKey};
use toml::Value;

use super::data::{Case, GuardSpec};
use super::template::Names;
use super::token::algorithm;

/// A clock that starts when the case says, and is moved by hand.
#[derive(Clone, Debug)]
pub(super) struct CaseClock {
    start: Duration,
    hand: ManualClock,
}

impl CaseClock {
    pub(super) fn of(case: &Case) -> Self {
        Self { start: Duration::from_secs(case.now.unwrap_or(NOW)), hand: ManualClock::new() }
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds));
    }

    pub(super) fn seconds(&self) -> u64 {
        (self.start + self.hand.monotonic()).as_secs()
    }
}

impl Clock for CaseClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.start + self.hand.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.hand.monotonic()
    }

    fn sleep_until(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.hand.sleep_until(time)
    }
}

/// The guard of a case, as an application would build it from a file; or the error with which it does not start.
pub(super) fn guard(
    case: &Case,
    guards: &BTreeMap<String, GuardSpec>,
    clock: &CaseClock,
    names: &Names,
) -> Result<JwtGuard, String> {
    let spec = guards.get(&case.guard).unwrap_or_else(|| panic!("{}: no guard `{}`", case.id, case.guard));
    let mut settings = spec.settings.clone();
    settings.extend(case.settings.clone());
    settings.retain(|name, _| !case.without_settings.iter().any(|without| without == name));
    let remembers = settings.contains_key("token_cache");
    let mut settings = Value::Table(settings);
    names.fill_all(&mut settings);
    let settings = Settings::deserialize(settings).map_err(|error| error.to_string())?;
    let builder = settings.into_builder().clock(clock.clone());
    // What is sent again is then sent to a warm cache, whatever the algorithm.
    let builder = if remembers { builder } else { builder.token_cache(TokenCache::new().at_first_sight()) };
    let builder = match spec.refusal_body.as_deref() {
        None => builder,
        Some("fastapi") => builder.refusal_body(FastApi),
        Some("flask") => builder.refusal_body(FlaskJwtExtended),
        Some("litestar") => builder.refusal_body(Litestar),
        Some("starlette") => builder.refusal_body(Starlette),
        Some(other) => panic!("{}: no body of {other}", case.guard),
    };
    let keys = case.keys.as_ref().unwrap_or(&spec.keys);
    let builder = keys.iter().fold(builder, |builder, key| with_key(builder, key));
    let builder = if spec.store { builder.token_store(MemoryStore::new()) } else { builder };
    let builder = if spec.sessions { builder.sessions(sessions(clock)) } else { builder };
    with_danger(builder, spec).build().map_err(|error| error.to_string())
}

/// A key of the harness: `ES256`, or `ES256 as its-kid`.
fn with_key(builder: Builder<HasKeys, HasAudience>, key: &str) -> Builder<HasKeys, HasAudience> {
    let (name, id) = key.split_once(" as ").map_or((key, None), |(name, id)| (name, Some(id)));
    let key = SigningKey::of(algorithm(name)).verifying();
    builder.key(match id {
        Some(id) => key.with_id(id),
        None => key,
    })
}

fn sessions(clock: &CaseClock) -> Sessions {
    let store = tower_sessions_memory_store::MemoryStore::default();
    Sessions::builder(store).clock(clock.clone()).build().unwrap()
}

fn with_danger(
    mut builder: Builder<HasKeys, HasAudience>,
    spec: &GuardSpec,
) -> Builder<HasKeys, HasAudience> {
    if let Some(reason) = &spec.danger.any_audience {
        builder = builder.danger().any_audience(reason);
    }
    if let Some(reason) = &spec.danger.unlimited_lifetime {
        builder = builder.danger().unlimited_lifetime(reason);
    }
    if let Some(reason) = &spec.danger.loopback_http {
        builder = builder.danger().loopback_http(reason);
    }
    match &spec.danger.query_parameter {
        Some(name) => builder.danger().query_parameter(name, "a test"),
        None => builder,
    }
}
