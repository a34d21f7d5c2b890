//! Who takes part. One file each; adding one is a file with a `CONTENDER`, and a line in [`ALL`].

mod aliri;
mod axum_gate;
mod axum_jwt_auth;
mod by_hand;
mod floor;
mod jwt_authorizer;
mod jwt_guard;
mod protect_axum;
mod tower_oauth2;

use axum::Router;
use jwt_guard_benches::{AccessClaims, Signer};

/// All of them, in the order of the tables.
pub const ALL: [Contender; 11] = [
    floor::CONTENDER,
    by_hand::CONTENDER,
    jwt_authorizer::CONTENDER,
    axum_jwt_auth::CONTENDER,
    tower_oauth2::CONTENDER,
    axum_gate::CONTENDER,
    protect_axum::CONTENDER,
    aliri::CONTENDER,
    jwt_guard::INSTALLED,
    jwt_guard::UNCACHED,
    jwt_guard::CACHED,
];

/// The path that every contender serves.
pub const PATH: &str = "/orders";

/// A guard, and what a reader of its numbers must know.
pub struct Contender {
    pub name: &'static str,
    pub role: Role,
    /// What checks the signatures.
    pub crypto: &'static str,
    /// How it is used here, and what it does beside signature, `exp`, `iss` and `aud`.
    pub remark: &'static str,
    /// How its tokens say what [`AccessClaims`] says, if it reads only a layout of its own.
    pub layout: Option<Layout>,
    /// The handler behind the guard, or nothing if it cannot do this algorithm.
    pub router: fn(&Signer) -> Option<Router>,
}

pub type Layout = fn(&AccessClaims) -> serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// No guard at all: what is above it is the guard's cost.
    Floor,
    /// The extractor written by hand, which the others are compared with. Also a rival.
    ByHand,
    Rival,
    Ours {
        /// Whether it must be as fast as the fastest rival.
        judged: bool,
    },
}

impl Contender {
    pub fn is_rival(&self) -> bool {
        matches!(self.role, Role::ByHand | Role::Rival)
    }
}
