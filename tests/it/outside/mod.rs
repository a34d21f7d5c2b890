//! Beyond the extractors: tokens that come otherwise than in a request, refusals of handlers, and what both may see.

mod forbid;
mod presented;
mod refusal_bodies;
mod verify;

use jwt_guard::policy::{Rule, TokenKind};
use jwt_guard::respond::Refusal;
use jwt_guard::{JwtGuard, Principal};

const REFRESH: Rule = Rule::authenticated().with_token(TokenKind::Refresh);

/// Verifies a refresh token in this source file, which is another one than that of each test.
async fn verify_elsewhere(guard: &JwtGuard, token: &str) -> Result<Principal, Refusal> {
    guard.verify_by(token, &REFRESH).await
}
