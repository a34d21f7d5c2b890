//! What a refusal says: to the client, to the log, and to somebody who prints a value.

mod body_shapes;
mod log;
mod metadata;
mod panics;
mod redaction;
mod table;
