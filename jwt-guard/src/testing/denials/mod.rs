//! A test that every route refuses the callers whom it must refuse.

mod atom;
mod body;
mod callers;
mod lacking;
mod open;
mod outcome;
mod person;
mod report;
mod requests;
mod run;
mod signers;
mod target;
mod verdict;

use std::collections::BTreeMap;
use std::time::Duration;

pub use self::report::{Accepted, DenialReport, Hole, Unjudged, Unsent};
use self::run::Run;
use crate::keys::SigningKey;
use crate::lock::AccessLock;
use crate::router::Router;

/// Sends to every route of an application the callers whom it must refuse, and fails if one is not refused, or if a route cannot
/// be judged. For guards that
/// sign their own tokens; [`Denials`] is for others, and for what the table cannot tell.
///
/// ```
/// use jwt_guard::testing::assert_denials;
/// use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, requires, routing::get};
///
/// #[requires(scope = "orders:read", not(role = "intern"))]
/// async fn orders() {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// # let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
/// let app = Router::new().route("/orders", get(orders)).with_guard(guard);
/// assert_denials(app).await;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// If a request is not refused as it must be, or if a route cannot be judged: with all of these, each with its route, policy and
/// place in the source. As [`Router::into_axum`].
pub async fn assert_denials(app: Router) {
    Denials::of(app).assert().await;
}

/// The test of [`assert_denials`], with settings.
///
/// Every route of the [access table](Router::access_table) gets, from its policy:
///
/// | request | is refused with |
/// |---|---|
/// | no token; another scheme | 401, and a challenge without an error |
/// | a token with each [`Defect`](super::Defect) | 401 `invalid_token` |
/// | for each way to meet the conditions, a caller with all of it but one: a scope, a role, a claim that is absent, has another value or another type, another owner or tenant in the path, an old or a weak login | 403; 401 where a new login helps |
/// | for each `not(..)`, a caller who has it, and one whose claim is malformed | 403 |
/// | for a `GET`, the same as `HEAD` | as `GET` |
///
/// A refusal must be the guard's, and for what is wrong with the request: a token that has expired is refused because it has
/// expired, and a caller without a scope by the conditions of the route, not by its check. The handler did not run, and the body
/// was not read. No request is one that the policy admits, so a right application runs no handler: paths get
/// placeholders, bodies are empty, and no data is needed. The exceptions are routes that are open by their policy, which are
/// called once with `GET`, without a token: one that answers 401 or 403 has a guard of its own that the table does not know,
/// and an open fallback that answers with success opens every mistyped path.
///
/// The table says what *is*. That a scope was forgotten can only be seen by comparison with what *should be*: the
/// [lock file](Self::lock) that was reviewed.
///
/// A route that cannot be judged fails the test too, with the reason, until the test [accepts](Self::unjudged) it by name:
///
/// - a router of axum, whose paths are not known;
/// - a guard for which the test has no key;
/// - a check, because only the application knows whom it refuses;
/// - a policy that is report-only, which refuses nothing yet;
/// - a caller who has all that the policy asks for, and is refused too: then nothing is known of the others;
/// - a refusal for another reason, by another guard, or by the policy of a layer;
/// - no answer within the [time limit](Self::time_limit), a limit on the number of requests (429), or a route that takes the
///   path of another one.
///
/// Accepted without a word of the test are routes that the application calls `unguarded`, for the reason that it gives, and
/// open routes without `GET`, which are not called: both are in the [report](DenialReport::accepted). What a guard
/// accepts by its configuration, such as tokens of any issuer, is [there](DenialReport::unsent) too.
///
/// It needs a runtime of tokio with a clock, as `#[tokio::test]` has one.
#[derive(Clone, Debug)]
#[must_use = "`.assert().await` or `.check().await` sends the requests"]
pub struct Denials {
    app: Router,
    keys: Vec<SigningKey>,
    lock: Option<AccessLock>,
    subject: String,
    params: BTreeMap<String, String>,
    excepted: Vec<(String, String)>,
    unjudged: Vec<(String, String)>,
    time_limit: Duration,
}

impl Denials {
    /// For this application.
    pub fn of(app: Router) -> Self {
        Self {
            app,
            keys: Vec::new(),
            lock: None,
            subject: "denials".to_owned(),
            params: BTreeMap::new(),
            excepted: Vec::new(),
            unjudged: Vec::new(),
            time_limit: Duration::from_secs(2),
        }
    }

    /// Signs tokens with this key for the guards that have its other half, the public key or the same secret; for guards that do
    /// not issue tokens themselves. May be called for several.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Takes from this lock whom each route must refuse, instead of from the application: so a scope that was forgotten is a
    /// hole. Routes that it does not list are judged by their own policies, and named; that a route was removed, or became
    /// stricter, is for [`assert_access_lock`](crate::lock::assert_access_lock) to say.
    ///
    /// ```
    /// use jwt_guard::lock::AccessLock;
    /// use jwt_guard::testing::Denials;
    /// # use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, authentication_required, routing::get};
    ///
    /// #[authentication_required] // and the scope?
    /// async fn orders() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
    /// let app = Router::new().route("/orders", get(orders)).with_guard(guard);
    /// // In a test of yours: `AccessLock::read("access.lock")?`.
    /// let lock: AccessLock = r#"
    ///     version 1
    ///     GET "/orders" guard "api": requires(scope = "orders:read")
    /// "#
    /// .parse()?;
    ///
    /// let report = Denials::of(app).lock(lock).check().await;
    /// assert_eq!(report.holes[0].sent, ["a caller without `scope = \"orders:read\"`, and all else right"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lock(mut self, lock: AccessLock) -> Self {
        self.lock = Some(lock);
        self
    }

    /// Who calls, where the application must know them, as with [`load_user`](crate::setup::Builder::load_user). `denials` by
    /// default.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// The value of a path parameter, where a layer or a check needs a certain one. `1` by default. For `path(..)` the callers have
    /// it in their claim; only for `owner` the path of a caller who is the owner has the [subject](Self::subject).
    pub fn path_param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }

    /// How long a request may take; a route that does not answer, such as a long poll, cannot be judged. 2 seconds by default:
    /// a refusal waits for nothing but a store.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Does not judge a route, by its method and path in the table, such as `GET /metrics`; with the reason, which the report
    /// repeats. No request is sent to it.
    pub fn except(mut self, route: impl Into<String>, reason: impl Into<String>) -> Self {
        self.excepted.push((route.into(), reason.into()));
        self
    }

    /// Accepts that a route cannot be judged, or not by every request, by its method and path in the table; with the reason, such
    /// as the test that judges it. All requests are sent, and a hole is still one.
    ///
    /// ```
    /// use jwt_guard::testing::Denials;
    /// # use axum::extract::Path;
    /// # use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, check, requires, routing::delete};
    ///
    /// #[check]
    /// async fn exists(Path(order): Path<u32>) -> bool {
    ///     order < 100
    /// }
    ///
    /// #[requires(role = "manager", check = exists)]
    /// async fn cancel() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// # let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
    /// let app = Router::new().route("/orders/{order}", delete(cancel)).with_guard(guard);
    /// let found = Denials::of(app.clone()).check().await;
    /// assert!(found.unjudged[0].reason.contains("checks"));
    /// Denials::of(app).unjudged("DELETE /orders/{order}", "`exists` has a test").assert().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn unjudged(mut self, route: impl Into<String>, reason: impl Into<String>) -> Self {
        self.unjudged.push((route.into(), reason.into()));
        self
    }

    /// Sends the requests, and fails if one is not refused as it must be, or if a route cannot be judged.
    ///
    /// # Panics
    ///
    /// If there are holes, routes that could not be judged and are not accepted, or exceptions that are not used: with the whole
    /// report. As [`Router::into_axum`].
    pub async fn assert(self) {
        self.check().await.assert();
    }

    /// Sends the requests, and returns what was found.
    ///
    /// # Panics
    ///
    /// As [`Router::into_axum`].
    pub async fn check(self) -> DenialReport {
        Run::new(self).finish().await
    }
}
