//! Scopes that imply scopes, and roles that imply roles.

use super::Builder;

/// Names that imply others.
impl<K, A> Builder<K, A> {
    /// Gives whoever has the scope `name` the scopes `implied` too, and what they imply in turn. May be called for many
    /// scopes, in any order; calls for one scope add up.
    ///
    /// Every condition counts what follows, `not(..)` too, and so does [`Principal::scopes`](crate::Principal::scopes). It
    /// holds for tokens and for sessions. A challenge leaves out what the other scopes that it names imply, and of several
    /// ways to be let in it names the one that would grant the fewest scopes. Tokens that the guard issues say what
    /// they were told to say: what follows is never written into one, so a change here counts at once.
    ///
    /// ```
    /// use axum::{body::Body, http::Request};
    /// use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, requires, routing::post};
    /// # use tower::ServiceExt as _;
    ///
    /// #[requires(scope = "orders:write")]
    /// async fn order() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = JwtGuard::builder()
    ///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
    ///     .audience("orders")
    ///     .scope_implies("orders:admin", ["orders:write"])
    ///     .scope_implies("orders:write", ["orders:read"])
    ///     .build()?;
    /// let issuer = guard.issuer().expect("there is a signing key");
    /// let app = Router::new().route("/orders", post(order)).with_guard(guard.clone()).into_axum();
    ///
    /// for (scope, status) in [("orders:admin", 200), ("orders:write", 200), ("orders:read", 403)] {
    ///     let token = issuer.access("alice").scopes([scope]).sign()?;
    ///     let request = Request::post("/orders").header("authorization", format!("Bearer {}", token.as_str()));
    ///     assert_eq!(app.clone().oneshot(request.body(Body::empty())?).await?.status(), status);
    /// }
    ///
    /// let refused = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("orders")
    ///     .scope_implies("a", ["b"])
    ///     .scope_implies("b", ["a"])
    ///     .build();
    /// assert!(refused.unwrap_err().to_string().contains("`a -> b -> a`"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Self::build) refuses names that are no scopes (RFC 6749 section 3.3), a scope that implies itself, directly
    /// or through others, and more than 512 names. It names each illegal name, and a cycle for each implication that is part
    /// of one.
    pub fn scope_implies<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into).collect();
        self.draft.implications.scopes.push((name.into(), implied));
        self
    }

    /// Gives whoever has the role `name` the roles `implied` too: as [`scope_implies`](Self::scope_implies) for scopes.
    ///
    /// ```
    /// use jwt_guard::{JwtGuard, Secret};
    ///
    /// let guard = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("orders")
    ///     .role_implies("admin", ["clerk", "auditor"])
    ///     .build()?;
    ///
    /// let refused = JwtGuard::builder().secret(Secret::random()).audience("orders").role_implies("admin", ["admin"]).build();
    /// assert!(refused.unwrap_err().to_string().contains("`admin -> admin`"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Self::build) refuses empty names and names with a control character, and what it refuses of scopes.
    pub fn role_implies<S: Into<String>>(
        mut self,
        name: impl Into<String>,
        implied: impl IntoIterator<Item = S>,
    ) -> Self {
        let implied = implied.into_iter().map(Into::into).collect();
        self.draft.implications.roles.push((name.into(), implied));
        self
    }
}
