//! The project's own rules: rows of modules, sizes of files, a test for every rule.

mod architecture;
mod conformance;
mod guide;
mod migrating;
mod prose;
mod security;
