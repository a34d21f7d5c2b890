//! The integration tests: everything that is promised, over the public API and, where it matters, over a socket.

mod answers;
mod app;
mod attributes;
mod browsers;
mod catalogue;
mod house;
mod interop;
mod keys;
mod locations;
mod login;
mod openapi;
mod outside;
mod pitfalls;
mod routers;
mod sessions;
mod settings;
mod stores;
mod tenants;
mod testing;
mod tokens;
