//! Running an example, and doing what it prints.

mod answer;
mod client;
mod process;
mod shell;
mod tour;

use std::error::Error;

pub(crate) use answer::promised;
pub(crate) use process::{Example, run_to_end};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;
