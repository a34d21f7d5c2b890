//! Policies that are tried out: what they would refuse is logged and counted, and admitted.

use std::sync::atomic::Ordering;

use super::JwtGuard;
use super::event::{self, Occasion};
use super::in_request::Admission;
use crate::error::AuthError;
use crate::policy::Rule;
use crate::principal::Principal;

impl Rule {
    /// Whether this refusal is only reported. What is not a verdict is answered as always: an outage of today is one of the
    /// day on which the policy is enforced.
    pub(crate) fn reports(&self, error: &AuthError) -> bool {
        self.is_report_only() && error.kind().is_verdict()
    }
}

impl JwtGuard {
    /// How many requests policies with `enforcement = "report_only"` would have refused, since the guard was
    /// built. Each is in the log, as a warning with the field `report_only`.
    ///
    /// ```
    /// use axum::{body::Body, extract::Request};
    /// use jwt_guard::{JwtGuard, Router, requires, routing::get};
    /// use tower::ServiceExt;
    ///
    /// #[requires(scope = "orders:read", enforcement = "report_only")]
    /// async fn orders() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// let app = Router::new().route("/orders", get(orders)).with_guard(guard.clone());
    /// let response = app.oneshot(Request::get("/orders").body(Body::empty())?).await?;
    /// assert_eq!((response.status().as_u16(), guard.reported_refusals()), (200, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reported_refusals(&self) -> u64 {
        self.inner.reported.load(Ordering::Relaxed)
    }

    /// Logs and counts what `rule` would refuse, and says as whom the caller is admitted. A verified caller stays who it is.
    pub(super) fn report(
        &self,
        rule: &Rule,
        caller: &Result<Principal, AuthError>,
        error: &AuthError,
        occasion: Occasion<'_>,
    ) -> Admission {
        self.inner.reported.fetch_add(1, Ordering::Relaxed);
        event::reported(rule, caller.as_ref().ok(), error, occasion);
        if caller.is_ok() { Admission::ReportedCaller } else { Admission::ReportedAnonymous }
    }
}
