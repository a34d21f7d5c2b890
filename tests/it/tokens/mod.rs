//! Which tokens are accepted and which are refused.

mod authority;
mod cache;
mod crypto_vectors;
mod engine;
mod explain;
mod hostile;
mod properties;
mod token_table;
