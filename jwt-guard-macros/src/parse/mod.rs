//! Parses the two halves of an invocation. Each is parsed as far as possible; a mistake in one does not hide the other.

mod acr;
mod argument;
mod claim;
mod handler;
mod operator;
mod path;
mod value;

pub(crate) use argument::arguments;
pub(crate) use handler::{NotAHandler, handler};
