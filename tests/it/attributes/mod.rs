//! What the attributes promise: conditions, the order of checks, and what a handler receives.

mod bare_handlers;
mod check_inputs;
mod checks;
mod conditions;
mod current_user;
mod declared_names;
mod extractors;
mod hierarchy;
mod order;
mod paths;
mod report_only;
pub(crate) mod sample;
mod step_up;
mod vocabulary;
