//! An orders API whose OpenAPI document says what its attributes enforce, and Swagger UI to try it in.
//!
//! | what a reader of the document sees | what does it |
//! |---|---|
//! | `security` of each operation, and 400, 401, 403 and 503 with their headers | the attribute of the handler, and `routes!` |
//! | *Authorize* asks for a name and a password | `guard.openapi().token_url("/token")`, and `POST /token` |
//! | what each scope is good for | `guard.openapi().scope("orders:read", "..")` |
//! | no route that is not there, and none missing | `document_with(..)`, which fails before anything is served |
//!
//! `cargo run --example openapi` serves it on port 3000 (or `PORT`): open `http://localhost:3000/docs`, as `ada`, who may
//! order, or as `bob`, who may only look; the password is `secret`. Swagger UI is part of the program: neither building nor
//! running it asks another server for anything.

mod orders;
mod token;

use jwt_guard::openapi::{DocumentError, DocumentOptions};
use jwt_guard::{Algorithm, JwtGuard, Router, SigningKey, routes};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

#[derive(OpenApi)]
#[openapi(info(title = "Orders", version = "1.0.0", description = "Who may order what."))]
struct Api;

fn api(guard: JwtGuard) -> Router {
    Router::new()
        .routes(routes!(orders::catalogue))
        .routes(routes!(orders::list, orders::create, orders::read, orders::cancel))
        .routes(routes!(token::token, token::me))
        .with_state(orders::Shop::default())
        .with_guard(guard)
}

fn document(api: &Router, guard: &JwtGuard) -> Result<utoipa::openapi::OpenApi, DocumentError> {
    let schemes = guard
        .openapi()
        .token_url("/token")
        .scope("orders:read", "Look at orders")
        .scope("orders:write", "Order, and cancel orders");
    let mut document = Api::openapi();
    api.access_table().document_with(&DocumentOptions::new().schemes(schemes), &mut document)?;
    Ok(document)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let guard = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, secret)?)
        .audience("orders")
        .build()?;

    let api = api(guard.clone());
    let document = document(&api, &guard)?;
    // Swagger UI would show the document to a validator on the internet.
    let config = Config::default().validator_url("none").try_it_out_enabled(true);
    let pages = SwaggerUi::new("/docs").url("/openapi.json", document).config(config);
    let app = api.unguarded("the documentation, which names no secrets", pages.into());

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, TOUR)?;
    axum::serve(listener, app).await?;
    Ok(())
}

const TOUR: &str = r#"
# 200: the document says who may call what
curl -i http://localhost:3000/openapi.json
#> {"openapi":"3.1.0",.."x-access-policy":"requires(scope = \"orders:read\")"..}

# 200: a page to try it in
curl -i http://localhost:3000/docs/
#> ..swagger-ui..

# 200: the catalogue is open
curl -i http://localhost:3000/catalogue
#> ["ink","paper","pen"]

# 401: orders are not; the document says so, and that the header names the scope
curl -i http://localhost:3000/orders
#> www-authenticate: Bearer realm="api", scope="orders:read"

# 400: a wrong password, in the words of OAuth 2
curl -i http://localhost:3000/token -d 'grant_type=password&username=ada&password=guess'
#> {"error":"invalid_grant"}

# 200: Ada may look and order
curl -i http://localhost:3000/token -d 'grant_type=password&username=ada&password=secret'
#> {"access_token":"$ADA","token_type":"Bearer","expires_in":900,"scope":"orders:read orders:write"}

# 201: an order
curl -i http://localhost:3000/orders -H 'Content-Type: application/json' -d '{"article":"pen","quantity":2}' -H "Authorization: Bearer $ADA"
#> {"id":1,"article":"pen","quantity":2}

# 200: Bob may look, whatever he asks for
curl -i http://localhost:3000/token -d 'grant_type=password&username=bob&password=secret&scope=orders:read+orders:write'
#> {"access_token":"$BOB","token_type":"Bearer","expires_in":900,"scope":"orders:read"}

# 200: he sees the order
curl -i http://localhost:3000/orders/1 -H "Authorization: Bearer $BOB"
#> {"id":1,"article":"pen","quantity":2}

# 403: and cannot cancel it
curl -i -X DELETE http://localhost:3000/orders/1 -H "Authorization: Bearer $BOB"
#> www-authenticate: Bearer realm="api", error="insufficient_scope", scope="orders:write"

# 204: Ada can
curl -i -X DELETE http://localhost:3000/orders/1 -H "Authorization: Bearer $ADA"
#> date: ..
"#;
