//! The program of the README, word for word but for the line that binds the port: a test compares them.

use jwt_guard::routing::get;
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, Secret, SigningKey};
use jwt_guard::{anonymous_allowed, authentication_required, requires};

#[anonymous_allowed]
async fn catalogue(caller: Option<Claims>) -> String {
    caller.map_or("hello stranger".into(), |claims| format!("hello {}", claims.subject()))
}

#[authentication_required]
async fn me(claims: Claims) -> String {
    claims.subject().to_owned()
}

#[requires(scope = "orders:write")]
async fn order(body: String) -> String {
    format!("ordered {body}")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init(); // the log says why a token is refused

    let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    let guard =
        JwtGuard::builder().signing_key(key).issuer("https://orders.example").audience("orders").build()?;
    let token = guard.issuer().expect("a signing key").access("ada").scopes(["orders:read"]).sign()?;
    println!("TOKEN={}", token.as_str());

    let app =
        Router::new().route("/catalogue", get(catalogue)).route("/me", get(me).post(order)).with_guard(guard);
    print!("{}", app.access_table());
    let listener = tokio::net::TcpListener::bind(jwt_guard_examples::address()).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
