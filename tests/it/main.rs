//! The integration tests: everything that is promised, over the public API and, where it matters, over a socket.

mod stores;
