//! Cookies and the pages that send them.

mod credentials;
mod csrf;
mod dead_cookies;
mod failing_stores;
mod ignored;
mod overlooked;
