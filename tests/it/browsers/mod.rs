//! Cookies and the pages that send them.

mod app;
mod both_places;
mod credentials;
mod csrf;
mod dead_cookies;
mod failing_stores;
mod foreign_logouts;
mod ignored;
mod overlooked;
mod withheld;
