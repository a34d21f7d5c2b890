//! A panic of the application's stores or clock during a login, a refresh or a logout.

use std::future::Future;

use super::error::LoginError;
use crate::caught::{Panicked, caught_while};
use crate::guard::JwtGuard;

/// Awaits `work`.
///
/// # Errors
///
/// That of `work`; or it panics while it is polled.
pub(super) async fn caught_login<T>(
    guard: &JwtGuard,
    work: impl Future<Output = Result<T, LoginError>>,
) -> Result<T, LoginError> {
    caught_while(work).await.unwrap_or_else(|Panicked| Err(LoginError::of_panic(guard)))
}
