//! What `authentication_required` takes.

mod alone;
mod claims;
mod condition;
mod crate_of_a_macro;
mod empty_parentheses;
mod fresh;
mod hidden_route;
mod in_function_body;
mod names_that_differ_in_writing_only;
mod raw_identifier;
mod redirect;
mod reexported_crate;
mod refresh_token;
mod renamed_crate;
