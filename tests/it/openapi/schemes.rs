//! Schemes come from the guard.

use jwt_guard::cookies::CookieSettings;
use jwt_guard::openapi::DocumentOptions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey, routes};
use jwt_guard_tests::{AUDIENCE, hs256};
use serde_json::{Value, json};

use super::{both, usual};

fn schemes(document: &Value) -> &Value {
    &document["components"]["securitySchemes"]
}

#[test]
fn a_bearer_guard_defines_http_bearer_and_no_more_than_is_used() {
    let access = json!({
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "An access token, in the header `Authorization`.",
    });
    let refresh = json!({
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "A refresh token, in the header `Authorization`.",
    });
    for (_, document) in usual() {
        assert_eq!(schemes(&document), &json!({ "bearer": access, "refresh_bearer": refresh }));
    }
}

#[test]
fn names_descriptions_and_the_password_flow_are_those_that_were_set() {
    let guard = hs256();
    let set = guard
        .openapi()
        .name("bearer", "BearerToken")
        .description("bearer", "JWT api-key authentication and authorization.")
        .token_url("/login")
        .name("oauth2", "Password")
        .scope("orders:read", "Look at orders");
    for (_, document) in both(&guard, &DocumentOptions::new().schemes(set)) {
        let schemes = schemes(&document);
        assert_eq!(schemes["BearerToken"]["description"], "JWT api-key authentication and authorization.");
        let password = &schemes["Password"]["flows"]["password"];
        assert_eq!(password["tokenUrl"], "/login");
        assert_eq!(
            password["scopes"],
            json!({ "orders:admin": "orders:admin", "orders:read": "Look at orders", "orders:write": "orders:write" })
        );
        let create = &document["paths"]["/api/orders"]["post"]["security"];
        assert_eq!(create, &json!([{ "Password": ["orders:write"] }, { "BearerToken": ["orders:write"] }]));
    }
}

#[test]
fn cookies_go_with_their_csrf_header_where_something_changes() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let builder = JwtGuard::builder()
        .signing_key(key)
        .audience(AUDIENCE)
        .locations([TokenLocation::header("X-Api-Key")]);
    let guard = builder.cookies(CookieSettings::new()).build().unwrap();
    for (_, document) in both(&guard, &DocumentOptions::new()) {
        let schemes = schemes(&document);
        let place = |name: &str| {
            (schemes[name]["type"].clone(), schemes[name]["in"].clone(), schemes[name]["name"].clone())
        };
        let api_key = |place: &str, name: &str| (json!("apiKey"), json!(place), json!(name));
        assert_eq!(place("X-Api-Key"), api_key("header", "X-Api-Key"));
        assert_eq!(place("__Host-access_token"), api_key("cookie", "__Host-access_token"));
        assert_eq!(place("X-CSRF-Token"), api_key("header", "X-CSRF-Token"));
        let paths = &document["paths"];
        assert_eq!(
            paths["/renewal"]["post"]["security"],
            json!([{ "refresh_X-Api-Key": [] }, { "X-CSRF-Token": [], "__Host-refresh_token": [] }])
        );
        assert_eq!(
            paths["/me"]["get"]["security"],
            json!([{ "X-Api-Key": [] }, { "__Host-access_token": [] }])
        );
        // A request of another site is refused with 403, and only where it could change something.
        assert!(paths["/renewal"]["post"]["responses"]["403"].is_object());
        assert!(paths["/me"]["get"]["responses"]["403"].is_null());
        // A login is asked too, though it looks at no credentials.
        assert!(paths["/login"]["post"]["responses"]["403"].is_object());
    }
}

#[test]
fn an_issuer_that_is_found_by_discovery_says_where_to_log_in() {
    let guard =
        JwtGuard::builder().oidc_issuer("https://id.example/tenant").audience(AUDIENCE).build().unwrap();
    for (_, document) in both(&guard, &DocumentOptions::new()) {
        let openid = &schemes(&document)["openid"];
        assert_eq!(openid["type"], "openIdConnect");
        assert_eq!(openid["openIdConnectUrl"], "https://id.example/tenant/.well-known/openid-configuration");
        assert_eq!(document["paths"]["/me"]["get"]["security"], json!([{ "openid": [] }, { "bearer": [] }]));
    }
}

#[utoipa::path(get, path = "/inner", responses((status = OK)))]
#[jwt_guard::requires(scope = "a")]
async fn inner() {}

#[utoipa::path(get, path = "/outer", responses((status = OK)))]
#[jwt_guard::requires(scope = "b")]
async fn outer() {}

#[test]
fn each_operation_has_the_schemes_of_the_guard_of_its_row() {
    let key = JwtGuard::builder()
        .secret(Secret::random())
        .audience(AUDIENCE)
        .locations([TokenLocation::header("X-Api-Key")]);
    let router: Router = Router::new()
        .merge(Router::new().routes(routes!(inner)).with_guard(key.build().unwrap()))
        .routes(routes!(outer))
        .with_guard(hs256());
    let mut document = super::by_utoipa::empty();
    router.access_table().document(&mut document).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document["paths"]["/inner"]["get"]["security"], json!([{ "X-Api-Key": ["a"] }]));
    assert_eq!(document["paths"]["/outer"]["get"]["security"], json!([{ "bearer": ["b"] }]));
}

jwt_guard::scopes! {
    enum Scope {
        /// Look at orders.
        Read = "orders:read",
        /// Not asked for by any operation.
        Export = "orders:export",
        /// Place orders.
        Write = "orders:write" implies Read,
    }
}

jwt_guard::roles! {
    enum Role {
        /// Serves customers.
        Clerk = "clerk",
    }
}

#[test]
fn what_a_declared_name_is_for_stands_in_flows_and_in_other_schemes() {
    let builder = JwtGuard::builder().secret(Secret::random()).audience(AUDIENCE);
    let guard = builder.scopes::<Scope>().roles::<Role>().build().unwrap();
    let set = guard.openapi().token_url("/login").scope("orders:write", "Place and cancel orders.");
    for (_, document) in both(&guard, &DocumentOptions::new().schemes(set)) {
        let schemes = schemes(&document);
        assert_eq!(
            schemes["oauth2"]["flows"]["password"]["scopes"],
            json!({
                "orders:admin": "orders:admin",
                "orders:read": "Look at orders.",
                "orders:write": "Place and cancel orders.",
            }),
            "what the document itself says comes first, and what is not asked for is left out"
        );
        assert_eq!(
            schemes["bearer"]["description"],
            "An access token, in the header `Authorization`.\n\n\
             - `orders:read`: Look at orders.\n- `orders:write`: Place and cancel orders.\n- `clerk`: Serves customers."
        );
        assert_eq!(
            schemes["refresh_bearer"]["description"],
            "A refresh token, in the header `Authorization`."
        );
        assert!(!document.to_string().contains("orders:export"));
    }
    let own = DocumentOptions::new().schemes(guard.openapi().description("bearer", "A token."));
    for (_, document) in both(&guard, &own) {
        assert_eq!(self::schemes(&document)["bearer"]["description"], "A token.", "nothing follows it");
    }
}
