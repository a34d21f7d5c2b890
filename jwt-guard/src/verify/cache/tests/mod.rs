//! What is remembered, how long, and what a hit still checks. One file for each kind of rule.

mod bounds;
mod checks;
mod doorkeeper;
mod keys;
mod tag;
mod thread_cache;
mod weight;

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::{Audience, Clients, DateLimits, IssuerRules, Rules, TokenProfile, Verifier, VerifyError};
use super::*;
use crate::clock::NOW;
use crate::keys::{Algorithm, IssuerKeys, KeySet, SigningKey, backend};

/// A wall clock, a monotonic one that is moved apart, and how far the wall clock is at the latest.
#[derive(Clone, Debug)]
struct Clocks(Arc<Mutex<(SystemTime, Duration, Duration)>>);

impl Clocks {
    fn new() -> Self {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        Self(Arc::new(Mutex::new((wall, Duration::from_secs(5), Duration::ZERO))))
    }

    fn advance(&self, by: Duration) {
        let mut clocks = self.0.lock().unwrap();
        *clocks = (clocks.0 + by, clocks.1 + by, clocks.2);
    }

    /// Moves the wall clock on, and then back.
    fn set_back(&self, back: Duration, on: Duration) {
        let mut clocks = self.0.lock().unwrap();
        clocks.0 = clocks.0 + on - back;
    }

    /// Sets how far the latest time is from the current one.
    fn set_step(&self, step: Duration) {
        self.0.lock().unwrap().2 = step;
    }

    /// Sets the wall clock.
    fn set_wall(&self, seconds: u64) {
        self.0.lock().unwrap().0 = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    }
}

impl Clock for Clocks {
    fn now(&self) -> SystemTime {
        self.0.lock().unwrap().0
    }

    fn at_latest(&self) -> SystemTime {
        let clocks = self.0.lock().unwrap();
        clocks.0 + clocks.2
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

fn signing_key(algorithm: Algorithm) -> SigningKey {
    match algorithm {
        Algorithm::Es256 => {
            let pem = include_str!("../../../../../tests/fixtures/keys/p256.private.pem");
            SigningKey::pem(algorithm, pem).unwrap()
        }
        hmac => SigningKey::secret(hmac, crate::keys::tests::secret(7)).unwrap(),
    }
}

fn rules(change: impl FnOnce(&mut Rules)) -> Rules {
    let mut rules = Rules {
        profile: TokenProfile::Classic,
        issuers: Vec::new(),
        audience: Audience::OneOf(vec!["orders".to_owned()]),
        clients: Clients::default(),
        required_claims: Vec::new(),
        claim_values: Vec::new(),
        header_values: Vec::new(),
        subject_claim: "sub".to_owned(),
        machine_callers: false,
        scope_claims: Vec::new(),
        role_claims: Vec::new(),
        role_objects: Vec::new(),
        login_claims: crate::verify::LoginClaims::Believed,
        hierarchies: Default::default(),
        limits: DateLimits { leeway: Duration::ZERO, max_lifetime: None, ..DateLimits::default() },
    };
    change(&mut rules);
    rules
}

/// A verifier with a cache, its key, and its clocks.
struct Pair {
    verifier: Verifier,
    key: SigningKey,
    signed: AtomicUsize,
    clocks: Clocks,
}

impl Pair {
    fn new(algorithm: Algorithm, settings: TokenCache) -> Self {
        Self::with_rules(algorithm, settings, rules(|_| {}))
    }

    fn with_rules(algorithm: Algorithm, settings: TokenCache, rules: Rules) -> Self {
        let (key, clocks) = (signing_key(algorithm), Clocks::new());
        let keys = IssuerKeys::fixed(KeySet::new([key.verifying_key()]).unwrap());
        let verifier = Verifier::new(vec![IssuerRules { keys, rules }], 16_384, Arc::new(clocks.clone()));
        Self { verifier: verifier.remembering(settings), key, signed: AtomicUsize::new(0), clocks }
    }

    /// A unique token, issued at [`NOW`].
    fn token(&self, lifetime: u64) -> Vec<u8> {
        self.token_with(&format!(r#""aud":"orders","iat":{NOW},"exp":{}"#, NOW + lifetime))
    }

    /// A unique token, with these members.
    fn token_with(&self, members: &str) -> Vec<u8> {
        let number = self.signed.fetch_add(1, Ordering::Relaxed);
        let header = format!(r#"{{"alg":"{}"}}"#, self.key.algorithm());
        let payload = format!(r#"{{"sub":"alice","jti":"{number}",{members}}}"#);
        let message = [header, payload].map(|text| URL_SAFE_NO_PAD.encode(text)).join(".");
        let signature = backend::sign(&self.key, message.as_bytes()).unwrap();
        format!("{message}.{signature}").into_bytes()
    }

    fn verify(&self, token: &[u8]) -> Result<(), VerifyError> {
        self.verifier.verify(token).map(drop)
    }

    /// Whether the next verification of `token` is a hit.
    fn knows(&self, token: &[u8]) -> bool {
        let Some(known) = &self.verifier.known else { return false };
        known.find(SoughtToken::new(token), &self.now(known.epoch())).is_some()
    }

    fn now(&self, epoch: u64) -> Now<'_> {
        Now { epoch, clock: &self.clocks, issuers: &self.verifier.issuers }
    }

    fn kept(&self) -> usize {
        self.verifier.known.as_ref().map_or(0, |known| known.shared.len())
    }
}

fn all() -> TokenCache {
    TokenCache::new().at_first_sight()
}
