//! Requests to the whole application, without a server.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use jwt_guard::Router;
use jwt_guard::testing::Defect;
use tower::ServiceExt as _;

use crate::{Shop, shop};

async fn send(app: &Router, request: Request<Body>) -> (StatusCode, String) {
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_order_is_made_listed_and_cancelled() {
    let Shop { app, issuer, .. } = shop();
    let buyer = issuer.caller("ada").scopes(["orders:read", "orders:write"]);
    let order = buyer.attach_to(Request::post("/orders").body(Body::from("tea")).unwrap());
    assert_eq!(send(&app, order).await.0, 201);
    assert_eq!(send(&app, buyer.get("/orders")).await, (StatusCode::OK, r#"["tea"]"#.to_owned()));

    let cancel = |number: usize| Request::delete(format!("/orders/{number}")).body(Body::empty()).unwrap();
    let manager = issuer.caller("mia").roles(["manager"]);
    // The check and the policy answer alike, so nothing tells which orders there are.
    assert_eq!(send(&app, buyer.attach_to(cancel(0))).await.0, 404);
    assert_eq!(send(&app, manager.attach_to(cancel(7))).await.0, 404);
    assert_eq!(send(&app, manager.attach_to(cancel(0))).await, (StatusCode::OK, "tea".to_owned()));
}

#[tokio::test]
async fn customers_are_welcomed_at_their_own_path() {
    let Shop { app, issuer, .. } = shop();
    let ada = issuer.caller("ada");
    assert_eq!(send(&app, ada.get("/customers/ada")).await, (StatusCode::OK, "welcome, ada".to_owned()));
    assert_eq!(send(&app, ada.get("/customers/bob")).await.0, 403);
}

/// `assert_denials` sends these too. One by hand is for code that takes tokens from elsewhere.
#[tokio::test]
async fn an_expired_token_is_401_even_where_no_token_is_needed() {
    let Shop { app, issuer, .. } = shop();
    let token = issuer.caller("ada").broken_token(Defect::Expired).unwrap();
    let request = Request::get("/catalogue").header("authorization", format!("Bearer {token}"));
    assert_eq!(send(&app, request.body(Body::empty()).unwrap()).await.0, 401);
    assert_eq!(send(&app, Request::get("/catalogue").body(Body::empty()).unwrap()).await.0, 200);
}
