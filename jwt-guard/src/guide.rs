//! The guide: one chapter for each task, from the first program to production.
//!
//! | you want to | chapter |
//! |---|---|
//! | see it work, and understand the first 401 | [`first_hour`] |
//! | say who may call a handler | [`policies`] |
//! | accept tokens of Keycloak, Entra, Auth0, Firebase, GitHub Actions, Kubernetes or another provider | [`identity_providers`] |
//! | check passwords and issue tokens yourself | [`own_tokens`] |
//! | use cookies: single-page applications, CORS, CSRF, login pages | [`browsers`] |
//! | keep sessions on the server | [`sessions`] |
//! | find out why a request is 400, 401, 403, 500 or 503 | [`answers`] |
//! | publish who may call what: the access table, OpenAPI, resource metadata for MCP | [`documents`] |
//! | look up a setting and its default | [`configuration`] |
//! | make keys and tokens, and ask why, from a shell | [`command`] |
//! | test a guarded application | [`testing`] |
//! | bring the attributes into an existing axum application | [`adopting`] |
//! | guard WebSockets, event streams, GraphQL | [`long_connections`] |
//! | run behind nginx or a gateway | [`reverse_proxies`] |
//! | replace a key | [`key_rotation`] |
//! | go to production | [`production`] |
//! | know what an attacker can do | [`threats`] |
//! | come from starlette-jwt, Litestar, fastapi-jwt-auth or jam | [`migrating`] |
//! | know what it costs | [`performance`] |
//!
//! The tests of this crate compile every snippet of Rust, and run it where it needs no server.
// The text lies in `docs/`, inside the package, so that docs.rs and the repository show the same. This module exists for
// rustdoc and its tests only: otherwise each build would carry the text in its metadata.

#[doc = include_str!("../docs/adopting.md")]
pub mod adopting {}

#[doc = include_str!("../docs/answers.md")]
pub mod answers {}

#[doc = include_str!("../docs/browsers.md")]
pub mod browsers {}

#[doc = include_str!("../docs/command.md")]
pub mod command {}

#[doc = include_str!("../docs/configuration.md")]
pub mod configuration {}

#[doc = include_str!("../docs/documents.md")]
pub mod documents {}

#[doc = include_str!("../docs/first_hour.md")]
pub mod first_hour {}

#[doc = include_str!("../docs/identity_providers.md")]
pub mod identity_providers {}

#[doc = include_str!("../docs/key_rotation.md")]
pub mod key_rotation {}

#[doc = include_str!("../docs/long_connections.md")]
pub mod long_connections {}

#[doc = include_str!("../docs/migrating/mod.md")]
pub mod migrating {
    #[doc = include_str!("../docs/migrating/fastapi_jwt_auth.md")]
    pub mod fastapi_jwt_auth {}

    #[doc = include_str!("../docs/migrating/jam.md")]
    pub mod jam {}

    #[doc = include_str!("../docs/migrating/litestar.md")]
    pub mod litestar {}

    #[doc = include_str!("../docs/migrating/starlette_jwt.md")]
    pub mod starlette_jwt {}
}

#[doc = include_str!("../docs/own_tokens.md")]
pub mod own_tokens {}

#[doc = include_str!("../docs/performance.md")]
// HTML begins after an empty line.
#[doc = ""]
#[doc = include_str!("../docs/performance.svg")]
pub mod performance {}

#[doc = include_str!("../docs/policies.md")]
pub mod policies {}

#[doc = include_str!("../docs/production.md")]
pub mod production {}

#[doc = include_str!("../docs/reverse_proxies.md")]
pub mod reverse_proxies {}

#[doc = include_str!("../docs/sessions.md")]
pub mod sessions {}

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/threats.md")]
pub mod threats {}
