//! Cookies and the pages that send them.

mod app;
mod credentials;
mod csrf;
mod dead_cookies;
mod failing_stores;
mod foreign_logouts;
mod ignored;
mod overlooked;
