//! The routes of a lock, as tools read them.

use super::{AccessLock, LockedRow};

/// One route of an [`AccessLock`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockedRoute<'l> {
    /// The path, as in the table.
    pub path: &'l str,
    /// The method, as in the table.
    pub method: &'l str,
    /// The guard that decides; `None` for an unguarded part.
    pub guard: Option<&'l str>,
    /// The policy as its attribute, with its checks and how it refuses; or `unguarded`.
    pub policy: String,
    /// Whether a caller without a token is admitted.
    pub is_open: bool,
}

impl AccessLock {
    /// The routes, in the order of path and method.
    ///
    /// ```
    /// use jwt_guard::lock::AccessLock;
    ///
    /// let lock: AccessLock = r#"
    /// version 1
    /// GET  "/orders" guard "api": requires(scope = "orders:read")
    /// POST "/login"  guard "api": anonymous_allowed
    /// "#
    /// .parse()?;
    /// let open: Vec<_> = lock.routes().filter(|route| route.is_open).map(|route| route.path).collect();
    /// assert_eq!(open, ["/login"]);
    /// # Ok::<(), jwt_guard::lock::LockError>(())
    /// ```
    pub fn routes(&self) -> impl Iterator<Item = LockedRoute<'_>> {
        self.rows.iter().map(|LockedRow { path, method, guard, access, source: _ }| LockedRoute {
            path,
            method,
            guard: guard.as_deref(),
            policy: access.to_string(),
            is_open: access.admitted().admit_without_token(),
        })
    }
}
