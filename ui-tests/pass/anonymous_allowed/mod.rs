//! What `anonymous_allowed` takes.

mod alone;
mod claims_of_another_crate;
mod credentials_ignored;
mod every_option;
mod optional_claims;
mod typed_optional_claims;
