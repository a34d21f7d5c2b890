//! A service behind an identity provider: it knows the name of the provider and its own, and finds the keys by itself.
//!
//! | what a reader may wonder | what does it |
//! |---|---|
//! | where the keys come from | discovery: the provider's document names its key set |
//! | when a wrong address is noticed | `guard.keys().ready()`, before the first request |
//! | why an ID token is refused | it is for the client (`aud`), and not for this service |
//! | what happens when the provider changes its key | the first token of the new key causes one fetch |
//!
//! `cargo run --example oidc_provider` serves it on port 3000 (or `PORT`), and prints what to type. The provider is a small
//! stand-in on a port of its own. With your own provider: `ISSUER=https://id.example cargo run --example oidc_provider`. Its
//! access tokens must follow RFC 9068; for Keycloak, Entra, Auth0, Cognito and Okta there are presets.

mod stand_in;

use std::env;

use axum::Json;
use jwt_guard::routing::get;
use jwt_guard::{Claims, JwtGuard, Router, TrustedIssuer, authentication_required, requires};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde_json::{Value, json};
use stand_in::StandIn;

const AUDIENCE: &str = "orders";

#[authentication_required]
async fn me(claims: Claims) -> Json<Value> {
    Json(json!({ "subject": claims.subject(), "audience": claims.audience().collect::<Vec<_>>() }))
}

#[requires(scope = "orders:read")]
async fn orders() -> &'static str {
    "no orders"
}

fn app(guard: JwtGuard) -> Router {
    Router::new().route("/me", get(me)).route("/orders", get(orders)).with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    let (guard, tour) = match env::var("ISSUER") {
        Ok(issuer) => (trusting(&issuer).build()?, String::new()),
        Err(_) => {
            let provider = StandIn::start().await?;
            let guard =
                trusting(&provider.issuer).danger().loopback_http("the stand-in is a part of this program");
            (guard.build()?, provider.tour()?)
        }
    };
    // Fetches the keys now, so that a wrong address ends the program here.
    guard.keys().ready().await?;

    let app = app(guard);
    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &tour)?;
    axum::serve(listener, app).await?;
    Ok(())
}

fn trusting(
    issuer: &str,
) -> jwt_guard::setup::Builder<jwt_guard::setup::HasKeys, jwt_guard::setup::HasAudience> {
    JwtGuard::builder().trust(TrustedIssuer::rfc9068(issuer).audience(AUDIENCE))
}
