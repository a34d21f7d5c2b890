//! One service, two issuers: the staff of the shop, and the customers of a partner.
//!
//! | what must hold | what does it |
//! |---|---|
//! | each issuer has its own keys | `.trust(..)` for each; the keys of one never verify the tokens of the other |
//! | each issuer has its own audience | `.audience(..)` on each: the partner's tokens for other services are refused |
//! | a role of the partner is not a role here | its roles are read from a claim of another name, and mean something else |
//! | two people with one name are two people | the handler compares `Claims::issuer` too |
//!
//! `cargo run --example two_issuers` serves it on port 3000 (or `PORT`), and prints what to type. Both issuers are stand-ins
//! that sign with a key of this run; a real guard gets their public keys, by a preset such as `TrustedIssuer::keycloak`, or by
//! `.jwks_url(..)`.

use axum::Json;
use jwt_guard::issue::{IssueError, TokenIssuer};
use jwt_guard::routing::get;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Router, Secret, SigningKey, TrustedIssuer, authentication_required, requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde_json::{Value, json};

const STAFF: &str = "https://id.shop.example";
const PARTNER: &str = "https://id.partner.example";

/// A subject is unique only within its issuer.
#[authentication_required]
async fn me(claims: Claims) -> Json<Value> {
    Json(json!({ "issuer": claims.issuer(), "subject": claims.subject() }))
}

#[requires(role = "clerk")]
async fn every_order() -> &'static str {
    "the orders of all customers"
}

#[requires(scope = "orders:read")]
async fn own_orders(claims: Claims) -> String {
    let realm = if claims.issuer() == Some(PARTNER) { "the partner" } else { "the shop" };
    format!("the orders of {} of {realm}", claims.subject())
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/orders", get(own_orders))
        .route("/orders/all", get(every_order))
        .with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    let key = || SigningKey::secret(Algorithm::Hs256, Secret::random());
    let (shop, partner) = (key()?, key()?);

    let staff = TrustedIssuer::new(STAFF).key(shop.verifying_key()).audience("orders");
    let customers = TrustedIssuer::new(PARTNER)
        .key(partner.verifying_key())
        .audience("shop-orders")
        .role_claim(["shop_roles"]);
    let guard = JwtGuard::builder().trust(staff).trust(customers).build()?;
    let app = app(guard);

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &tour(shop, partner)?)?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// Tokens of the two issuers, good and bad, and what each opens.
fn tour(shop: SigningKey, partner: SigningKey) -> Result<String, IssueError> {
    let issuer = |key: &SigningKey, name, audience| {
        TokenIssuer::builder(key.clone()).issuer(name).audience(audience).client_id("web").build()
    };
    let staff = issuer(&shop, STAFF, "orders")?.access("ada").roles(["clerk"]).sign()?;
    let customers = issuer(&partner, PARTNER, "shop-orders")?;
    let customer = customers.access("ada").roles(["clerk"]).scopes(["orders:read"]).sign()?;
    let elsewhere = issuer(&partner, PARTNER, "invoices")?.access("ada").sign()?;
    let forged = issuer(&partner, STAFF, "orders")?.access("ada").roles(["clerk"]).sign()?;
    let [staff, customer, elsewhere, forged] =
        [&staff, &customer, &elsewhere, &forged].map(|token| token.as_str());
    Ok(format!("STAFF={staff}\nCUSTOMER={customer}\nELSEWHERE={elsewhere}\nFORGED={forged}\n{TOUR}"))
}

const TOUR: &str = r#"
# 200: one ada
curl -i http://localhost:3000/me -H "Authorization: Bearer $STAFF"
#> {"issuer":"https://id.shop.example","subject":"ada"}

# 200: another ada
curl -i http://localhost:3000/me -H "Authorization: Bearer $CUSTOMER"
#> {"issuer":"https://id.partner.example","subject":"ada"}

# 200: a clerk of the shop
curl -i http://localhost:3000/orders/all -H "Authorization: Bearer $STAFF"
#> the orders of all customers

# 403: the partner says `roles: [clerk]` too, but the guard does not read roles of the shop there
curl -i http://localhost:3000/orders/all -H "Authorization: Bearer $CUSTOMER"
#> www-authenticate: Bearer realm="api"

# 200: the customer of the partner
curl -i http://localhost:3000/orders -H "Authorization: Bearer $CUSTOMER"
#> the orders of ada of the partner

# 401: the partner's token for another service
curl -i http://localhost:3000/orders -H "Authorization: Bearer $ELSEWHERE"
#> www-authenticate: Bearer realm="api", error="invalid_token"

# 401: the partner signs in the name of the shop
curl -i http://localhost:3000/orders/all -H "Authorization: Bearer $FORGED"
#> www-authenticate: Bearer realm="api", error="invalid_token"
"#;
