//! The setting that turns claims into users.

use std::error::Error;
use std::future::Future;

use serde::de::DeserializeOwned;

use super::Builder;
use crate::claims::Claims;
use crate::config::UserLoader;

impl<K, A> Builder<K, A> {
    /// Turns the claims of every valid token into the application's own user, for [`CurrentUser`](crate::extract::CurrentUser).
    ///
    /// The loader runs once per request, after verification and revocation and before the policy. `None` means that the
    /// user does not exist (any more): the token is refused with 401. An error is not a verdict: the request is
    /// answered with 503, and the log has the reason. A panic is 500. Callers without a token are not looked up.
    ///
    /// A subject belongs to its issuer. If the guard trusts other issuers too, their callers are not looked up and have
    /// no user, unless the issuer is set to [`TrustedIssuer::same_users`](crate::TrustedIssuer::same_users).
    ///
    /// ```
    /// use jwt_guard::{Claims, JwtGuard, Secret, authentication_required, extract::CurrentUser};
    ///
    /// struct User {
    ///     name: String,
    /// }
    ///
    /// // Asks a database, in truth.
    /// async fn user(claims: Claims) -> Result<Option<User>, std::io::Error> {
    ///     let known = claims.subject() == "u-17";
    ///     Ok(known.then(|| User { name: "Alice".to_owned() }))
    /// }
    ///
    /// #[authentication_required]
    /// async fn me(user: CurrentUser<User>) -> String {
    ///     format!("hello {}", user.name)
    /// }
    ///
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").load_user(user).build()?;
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// A loader with [`Claims<T>`](crate::Claims) reads claims of its own type; a caller whose claims do not fit is
    /// refused with 403. A closure moves captured values into its future:
    ///
    /// ```
    /// # use std::{collections::HashMap, convert::Infallible, sync::Arc};
    /// # use jwt_guard::{Claims, JwtGuard, Secret};
    /// let names = Arc::new(HashMap::from([("u-17".to_owned(), "Alice".to_owned())]));
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").load_user(move |claims: Claims| {
    ///     let names = Arc::clone(&names);
    ///     async move { Ok::<_, Infallible>(names.get(claims.subject()).cloned()) }
    /// });
    /// ```
    pub fn load_user<T, U, E, F, Fut>(mut self, loader: F) -> Self
    where
        T: DeserializeOwned + Send + Sync + 'static,
        U: Send + Sync + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
        F: Fn(Claims<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<U>, E>> + Send + 'static,
    {
        self.draft.user_loader = Some(UserLoader::new(loader));
        self
    }
}
