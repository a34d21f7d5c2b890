//! Cookies with tokens: their attributes, and the protection against requests of other sites.
//!
//! Browsers send cookies with every request to their host, whatever page caused it. So a token in a cookie proves less
//! than one in a header: it counts only for requests that do not come from another site (`csrf`).

pub(crate) mod csrf;
mod problems;
mod set_cookie;
mod settings;
mod token_cookies;

pub use set_cookie::SameSite;
#[cfg(feature = "sessions")]
pub(crate) use set_cookie::{SetCookie, Transport, without_prefix};
pub use settings::CookieSettings;
pub(crate) use token_cookies::TooLongForCookie;
