//! Public handlers with all three attributes, under lints that forgive nothing.
//!
//! `cargo clippy -p lint-clean` and `cargo doc -p lint-clean` prove that the attributes add no warning, and that what
//! they write stands even where lints are forbidden and no `allow` would help.

#![deny(warnings, missing_docs, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![deny(
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_idioms,
    rust_2024_compatibility,
    unused
)]
#![forbid(
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    single_use_lifetimes,
    trivial_casts,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_inline_in_public_items,
    clippy::missing_trait_methods,
    clippy::panic,
    clippy::unwrap_used
)]
#![allow(
    clippy::multiple_crate_versions,
    clippy::cargo_common_metadata,
    reason = "about Cargo.toml, not about code"
)]
#![allow(clippy::redundant_pub_crate, reason = "contradicts `unreachable_pub`")]

mod handlers;
pub mod policies;

pub use handlers::{catalogue, checked, is_open, me, owned, seven, update};

use jwt_guard::Router;
use jwt_guard::routing::{get, put};

/// The service.
#[inline]
pub fn router() -> Router {
    Router::new()
        .route("/catalogue", get(catalogue))
        .route("/me", get(me))
        .route("/orders/{id}", put(update))
        .route("/seven", get(seven))
        .route("/checked", get(checked))
        .route("/pages/{id}", get(owned))
        .merge(handlers::internal::router())
}
