use jwt_guard::anonymous_allowed;

#[derive(serde::Deserialize)]
struct Custom {}

#[anonymous_allowed(reason = "open")]
async fn list(_method: axum::http::Method, _claims: jwt_guard::Claims<Custom>) {}

fn main() {}
