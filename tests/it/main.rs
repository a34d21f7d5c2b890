//! The integration tests: everything that is promised, over the public API and, where it matters, over a socket.

mod answers;
mod app;
mod events;
mod extractors;
mod hostile;
mod layers;
mod locations;
mod order;
mod peers;
mod router;
mod seed_table;
