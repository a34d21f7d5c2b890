//! Routers, layers and services: which guard decides, and which routes it guards.

mod access_lock;
mod access_table;
mod guards;
mod hidden_routes;
mod layers;
mod services;
