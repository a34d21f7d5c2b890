//! What a refusal says: to the client, to the log, and to code that prints a value.

mod body_shapes;
mod hint;
mod log;
mod metadata;
mod panics;
mod redaction;
pub(crate) mod secrecy;
mod table;
mod why;
