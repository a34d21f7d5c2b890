//! The guard as a protected resource of OAuth 2.

use super::Builder;

impl<K, A> Builder<K, A> {
    /// Says what this service is called as a protected resource: its address, such as `https://api.example/mcp`. Every
    /// challenge then names, in `resource_metadata`, where clients learn which authorization servers and scopes there are
    /// (RFC 9728 section 5.1). [`Router::resource_metadata`](crate::Router::resource_metadata) serves that document.
    ///
    /// The address is never taken from a request. `http` is for `localhost` only.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, Secret};
    /// let guard = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("https://api.example/mcp")
    ///     .resource("https://api.example/mcp")
    ///     .build()?;
    ///
    /// let refused =
    ///     JwtGuard::builder().secret(Secret::random()).audience("a").resource("https://api.example/?a").build();
    /// assert!(refused.unwrap_err().to_string().contains("without query"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn resource(mut self, identifier: impl Into<String>) -> Self {
        self.draft.resource = Some(identifier.into());
        self
    }
}
