//! What `requires` takes.

mod attribute_under_a_condition;
mod compiled_out;
mod constants;
mod debug_handler_below;
mod deep_nesting;
mod every_condition;
mod fifteen_extractors;
mod from_macro_rules;
mod generic_policy;
mod generics;
mod impl_trait_argument;
mod impl_trait_return;
mod instrument_above;
mod instrument_below;
mod lifetimes;
mod names_of_the_expansion;
mod other_attributes;
mod patterns;
mod place_in_the_access_table;
mod plain_axum_router;
mod result_return;
mod scope;
mod utoipa_above;
mod utoipa_below;
mod visibilities;
