//! An application with every kind of route: all attributes, all options, nesting and merging, hidden routes, services, two guards.
//!
//! Its handlers are documented by either library: [`by_utoipa`] takes paths and documents from `#[utoipa::path]`, [`by_aide`]
//! from the types. Both are the same routes, so what one document says, the other one must say too.

mod audit;
mod open;
mod partners;
mod people;
mod read;
mod services;
mod staff;

use jwt_guard::openapi::DocumentOptions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Router};
use utoipa::OpenApi as _;

use crate::{AUDIENCE, ISSUER, ManualClock, SigningKey};

pub use services::{ASSETS, METRICS, REPORT};

/// The resource of [`guard`].
pub const RESOURCE: &str = "https://api.example/shop";

/// The resource of [`partners_guard`].
pub const PARTNERS_RESOURCE: &str = "https://partners.example";

/// The header of a partner's token.
pub const PARTNERS_HEADER: &str = "X-Api-Key";

/// Which word stands in the attribute of `GET /api/orders`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `orders:read`.
    Read,
    /// `orders:audit`.
    Audit,
}

/// The guard of all routes that have no other.
///
/// # Panics
///
/// When the configuration is refused.
#[must_use]
pub fn guard() -> JwtGuard {
    let builder = crate::guard(Algorithm::Hs256).name("shop").issuer(ISSUER).resource(RESOURCE);
    builder.build().expect("the guard of the sample is legal")
}

/// The guard of the routes below `/partners`: the same keys, another place.
///
/// # Panics
///
/// When the configuration is refused.
#[must_use]
pub fn partners_guard() -> JwtGuard {
    JwtGuard::builder()
        .key(SigningKey::of(Algorithm::Hs256).verifying())
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .locations([TokenLocation::header(PARTNERS_HEADER)])
        .name("partners")
        .resource(PARTNERS_RESOURCE)
        .build()
        .expect("the guard of the partners is legal")
}

/// The application, documented by utoipa.
pub fn by_utoipa(word: Word) -> Router {
    let orders = match word {
        Word::Read => read::orders::by_utoipa(),
        Word::Audit => audit::orders::by_utoipa(),
    };
    let parts = [people::by_utoipa(), staff::by_utoipa(), open::by_utoipa()];
    whole(orders, parts, partners::by_utoipa())
}

/// The application, documented by aide.
pub fn by_aide(word: Word) -> Router {
    let orders = match word {
        Word::Read => read::orders::by_aide(),
        Word::Audit => audit::orders::by_aide(),
    };
    whole(orders, [people::by_aide(), staff::by_aide(), open::by_aide()], partners::by_aide())
}

fn whole(orders: Router, parts: [Router; 3], partners: Router) -> Router {
    let api = Router::new().nest("/orders", orders);
    let router = parts.into_iter().fold(Router::new().nest("/api", api), Router::merge);
    services::add(router)
        .nest("/partners", partners.with_guard(partners_guard()))
        .with_guard(guard())
        .resource_metadata()
}

/// What the documents leave out: services have no operations.
pub fn options() -> DocumentOptions {
    DocumentOptions::new().undocumented(REPORT)
}

/// An empty document of utoipa.
#[must_use]
pub fn utoipa_document() -> utoipa::openapi::OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(info(title = "shop", version = "1"))]
    struct Shop;

    Shop::openapi()
}

/// An empty document of aide.
#[must_use]
pub fn aide_document() -> aide::openapi::OpenApi {
    let mut document = aide::openapi::OpenApi::default();
    document.info.title = "shop".to_owned();
    document.info.version = "1".to_owned();
    document
}
