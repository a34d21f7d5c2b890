//! Documents of both libraries, read from JSON and written to JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::CROSS_SITE;
use super::{Document, DocumentError, Schemes};
use crate::cookies::CookieSettings;
use crate::extract::Guarded;
use crate::guard::JwtGuard;
use crate::keys::{Algorithm, SigningKey};
use crate::location::TokenLocation;
use crate::policy::{Policy, Rule};
use crate::router::Router;
use crate::router::routing::get;
use crate::secret::Secret;
use crate::token::TokenKind;

/// A document after `act`, and the problems.
fn after<D: Document + Serialize + DeserializeOwned>(
    document: &Value,
    act: impl FnOnce(&mut D) -> Result<(), DocumentError>,
) -> (Value, Vec<String>) {
    let mut document: D = serde_json::from_str(&document.to_string()).unwrap();
    let problems = act(&mut document).err().map(|error| error.problems().to_vec());
    (serde_json::to_value(&document).unwrap(), problems.unwrap_or_default())
}

/// The document by aide and by utoipa, with the schemes of a guard.
fn resolved(schemes: &Schemes, document: &Value) -> [(Value, Vec<String>); 2] {
    [
        after::<aide::openapi::OpenApi>(document, |document| schemes.resolve(document)),
        after::<utoipa::openapi::OpenApi>(document, |document| schemes.resolve(document)),
    ]
}

/// As [`resolved`], with hidden routes.
fn with_hidden_routes(schemes: &Schemes, document: &Value) -> [(Value, Vec<String>); 2] {
    [
        after::<aide::openapi::OpenApi>(document, |document| schemes.resolve_with_hidden_routes(document)),
        after::<utoipa::openapi::OpenApi>(document, |document| schemes.resolve_with_hidden_routes(document)),
    ]
}

fn document(paths: &Value) -> Value {
    json!({ "openapi": "3.1.0", "info": { "title": "orders", "version": "1" }, "paths": paths })
}

fn asking(security: &Value) -> Value {
    json!({ "security": security, "responses": {} })
}

fn by_header() -> JwtGuard {
    JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap()
}

fn by_cookie() -> JwtGuard {
    JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap())
        .audience("orders")
        .cookies(CookieSettings::new())
        .build()
        .unwrap()
}

/// Every operation with markers: as policies write them before a guard is known.
fn marked() -> Value {
    let ignored =
        json!({ "x-access-policy": "anonymous_allowed(credentials = \"ignored\")", "responses": {} });
    document(&json!({
        "/orders": {
            "get": asking(&json!([{ "jwt_guard": ["a"] }])),
            "post": asking(&json!([{ "jwt_guard": ["a"] }])),
        },
        "/hidden": { "post": asking(&json!([{ "jwt_guard": ["a"], "jwt_guard_hidden": [] }])) },
        "/tried": { "post": asking(&json!([{}, { "jwt_guard": ["a"], "jwt_guard_reported": [] }])) },
        "/login": { "get": ignored, "post": ignored },
        "/foreign": { "post": { "responses": {} } },
    }))
}

/// The operations that list the answer to requests from other sites.
fn cross_site(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post"] {
            let answer = &item[method]["responses"]["403"];
            if answer.is_object() {
                assert_eq!(answer["description"], CROSS_SITE.description, "{method} {path}");
                assert!(answer["headers"]["WWW-Authenticate"].is_object(), "{method} {path}");
                found.push(format!("{method} {path}"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_answer_to_other_sites_is_listed_where_a_cookie_is_read_and_a_policy_refuses() {
    for (document, problems) in with_hidden_routes(&by_cookie().openapi(), &marked()) {
        assert_eq!(problems, [""; 0]);
        assert_eq!(cross_site(&document), ["post /login", "post /orders"], "{document:#}");
    }
    for (document, problems) in with_hidden_routes(&by_header().openapi(), &marked()) {
        assert_eq!(problems, [""; 0]);
        assert_eq!(cross_site(&document), [""; 0], "{document:#}");
    }
}

#[test]
fn hidden_routes_are_in_the_document_if_asked_for() {
    let schemes = by_header().openapi();
    for (document, problems) in resolved(&schemes, &marked()) {
        assert_eq!((&document["paths"]["/hidden"], problems.len()), (&Value::Null, 0));
        assert!(document["paths"]["/orders"]["get"].is_object());
    }
    for (document, problems) in with_hidden_routes(&schemes, &marked()) {
        let security = &document["paths"]["/hidden"]["post"]["security"];
        assert_eq!((security, problems.len()), (&json!([{ "bearer": ["a"] }]), 0));
        assert_eq!(document["components"]["securitySchemes"]["bearer"]["type"], "http");
    }
}

#[test]
fn the_security_of_a_document_is_refused_for_policies_alone() {
    let with_security = |paths: &Value| {
        let mut document = document(paths);
        document["security"] = json!([{ "basic": [] }]);
        document["components"] =
            json!({ "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } } });
        document
    };
    let schemes = by_header().openapi();
    let foreign = with_security(&json!({ "/foreign": { "post": { "responses": {} } } }));
    for (document, problems) in resolved(&schemes, &foreign) {
        assert_eq!(problems, [""; 0], "{document:#}");
        assert_eq!(document["paths"]["/foreign"]["post"]["security"], Value::Null);
    }
    let ours = with_security(&json!({ "/login": marked()["paths"]["/login"] }));
    let [(_, by_aide), (by_utoipa, said)] = resolved(&schemes, &ours);
    let starts = "the document has a `security` of its own, which would count for ";
    assert_eq!(by_aide.len(), 2, "{by_aide:?}");
    assert!(by_aide.iter().all(|problem| problem.starts_with(starts)), "{by_aide:?}");
    // utoipa writes that nothing is asked for.
    assert_eq!((&by_utoipa["paths"]["/login"]["post"]["security"], said.len()), (&json!([]), 0));
}

#[test]
fn what_a_library_leaves_invalid_is_repaired() {
    let described = |description: &str| json!({ "description": description });
    let mut document = document(&json!({ "/orders": { "get": { "responses": {
        "200": described("Fine"), "404": described(""), "4XX": described(""), "default": described(""),
    } } } }));
    document["components"] = json!({ "responses": { "Lost": described("") } });
    let [_, (repaired, _)] = resolved(&by_header().openapi(), &document);
    let responses = &repaired["paths"]["/orders"]["get"]["responses"];
    let texts = ["200", "404", "4XX", "default"].map(|status| responses[status]["description"].as_str());
    assert_eq!(texts, [Some("Fine"), Some("Not Found"), Some("Another answer"), Some("Another answer")]);
    assert_eq!(repaired["components"]["responses"]["Lost"]["description"], "Lost");

    document.as_object_mut().unwrap().remove("paths");
    let (repaired, _) =
        after::<aide::openapi::OpenApi>(&document, |document| by_header().openapi().resolve(document));
    assert_eq!(repaired["paths"], json!({}));
}

#[test]
fn a_client_finds_the_addresses_of_each_flow() {
    let guard = by_header();
    let schemes = guard.openapi().token_url("/login").authorization_code("/page", "/token");
    for (document, problems) in resolved(&schemes, &marked()) {
        assert_eq!(problems, [""; 0]);
        let flows = &document["components"]["securitySchemes"]["oauth2"]["flows"];
        assert_eq!(flows["password"]["tokenUrl"], "/login");
        let code = &flows["authorizationCode"];
        assert_eq!((&code["authorizationUrl"], &code["tokenUrl"]), (&json!("/page"), &json!("/token")));
        assert_eq!(code["scopes"], json!({ "a": "a" }));
    }
}

#[test]
fn a_header_and_a_cookie_of_one_name_are_two_schemes() {
    let guard = JwtGuard::builder()
        .secret(Secret::random())
        .audience("orders")
        .locations([TokenLocation::header("X-Token"), TokenLocation::cookie("X-Token")])
        .build()
        .unwrap();
    let schemes = guard.openapi();
    let names = schemes.alternatives(TokenKind::Access).iter().map(|alternative| &*alternative.scheme);
    assert_eq!(names.collect::<Vec<_>>(), ["X-Token", "X-Token_2"]);
    let guard = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap())
        .audience("orders")
        .locations([TokenLocation::header("X-Token")])
        .cookies(CookieSettings::new().names("access", "X-Token").without_prefixes())
        .build()
        .unwrap();
    let schemes = guard.openapi();
    let names = schemes.alternatives(TokenKind::Refresh).iter().map(|alternative| &*alternative.scheme);
    assert_eq!(names.collect::<Vec<_>>(), ["refresh_X-Token", "X-Token_2"], "the second one is another kind");
}

#[test]
fn each_place_is_described_as_it_is_read() {
    let guard = JwtGuard::builder()
        .secret(Secret::random())
        .audience("orders")
        .locations([
            TokenLocation::scheme("JWT"),
            TokenLocation::header("X-Api-Key"),
            TokenLocation::header_with_scheme("X-Auth", "Token"),
            TokenLocation::websocket_protocol("bearer"),
        ])
        .build()
        .unwrap();
    let in_header = |name: &str, description: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": description });
    for (document, problems) in resolved(&guard.openapi(), &marked()) {
        assert_eq!(problems, [""; 0]);
        let expected = json!({
            "jwt": in_header("Authorization", "`JWT`, a space, and an access token."),
            "X-Api-Key": in_header("X-Api-Key", "An access token."),
            "X-Auth": in_header("X-Auth", "`Token`, a space, and an access token."),
            "websocket": in_header(
                "Sec-WebSocket-Protocol",
                "`bearer`, a comma, and an access token; in the handshake of a WebSocket."
            ),
        });
        assert_eq!(document["components"]["securitySchemes"], expected, "{document:#}");
    }
}

#[cfg(feature = "remote-keys")]
#[test]
fn only_a_guard_that_reads_bearer_tokens_says_where_its_issuer_has_a_login() {
    let builder = || JwtGuard::builder().oidc_issuer("https://id.example").audience("orders");
    let by_key = builder().locations([TokenLocation::header("X-Api-Key")]).build().unwrap();
    for (guard, found) in [(builder().build().unwrap(), true), (by_key, false)] {
        for (document, _) in resolved(&guard.openapi(), &marked()) {
            assert_eq!(
                document["components"]["securitySchemes"]["openid"].is_object(),
                found,
                "{document:#}"
            );
        }
    }
}

#[cfg(feature = "sessions")]
#[test]
fn the_place_of_a_session_is_described_as_such() {
    let sessions = crate::session::Sessions::builder(tower_sessions_memory_store::MemoryStore::default());
    let guard = JwtGuard::builder().sessions(sessions.header("X-Session").build().unwrap()).build().unwrap();
    for (document, _) in resolved(&guard.openapi(), &marked()) {
        for name in ["__Host-session", "X-Session"] {
            let scheme = &document["components"]["securitySchemes"][name];
            assert_eq!(scheme["description"], "The id of a session.", "{document:#}");
        }
    }
}

#[test]
fn of_the_methods_that_are_not_routed_only_head_is_served() {
    struct Any;
    impl Policy for Any {
        const RULE: Rule = Rule::authenticated();
    }
    let router: Router =
        Router::new().route("/orders", get(async |_: Guarded<Any>| {})).with_guard(by_header());
    let nothing = json!({ "responses": {} });
    let document = document(&json!({ "/orders": { "head": nothing, "post": nothing } }));
    let mut document: utoipa::openapi::OpenApi = serde_json::from_value(document).unwrap();
    let error = router.access_table().document(&mut document).unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    assert!(problem.starts_with("POST /orders is documented and not served"), "{problem}");
    assert_eq!(error.to_string(), format!("the OpenAPI document does not say what is served:\n- {problem}"));
    assert_eq!(format!("{error:?}"), error.to_string());
}
