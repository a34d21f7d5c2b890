//! The subcommands: each describes its arguments, and makes a report.

pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod inspect;
pub(crate) mod jwks;
pub(crate) mod keygen;
pub(crate) mod routes;
pub(crate) mod shell;
pub(crate) mod token;
