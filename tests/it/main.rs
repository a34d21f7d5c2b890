//! The integration tests: everything that is promised, over the public API and, where it matters, over a socket.

mod answers;
mod app;
mod architecture;
mod conformance;
mod crypto_vectors;
mod current_user;
mod events;
mod extractors;
mod from_env;
mod hierarchy;
mod holes;
mod hostile;
mod identity_providers;
mod interop;
mod layers;
mod locations;
mod login;
mod order;
mod peers;
mod presets;
mod properties;
mod router;
mod secrets;
mod seed_table;
mod sessions;
mod stores;
