//! Mistakes that other authentication libraries have made, each as a test.

mod auth_systems;
mod jwt_crates;
