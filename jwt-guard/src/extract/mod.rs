//! What a handler can take from a request.
//!
//! | extractor | no token | bad token |
//! |---|---|---|
//! | [`Guarded<P>`] | as the policy says | refused, but for expired ones where the policy says so |
//! | [`Claims<T>`](crate::Claims) | 401 | 401 |
//! | `Option<Claims<T>>` | `None` | 401 |
//! | [`CurrentUser<U>`] | 401 | 401; so is an unknown user |
//! | `Option<CurrentUser<U>>` | `None` | 401; so is an unknown user |
//! | [`Principal`](crate::Principal) | anonymous where the policy lets it in, else 401 | 401 |

mod claims;
mod guarded;
mod principal;
mod user;

pub use guarded::Guarded;
pub use user::CurrentUser;
