//! What a document says of an operation is what happens there.

use std::collections::BTreeMap;

use jwt_guard::openapi::DocumentOptions;
use jwt_guard_tests::{Answer, Request, Server, hs256, token};
use serde_json::{Value, json};

use super::{both, operations, usual};

#[test]
fn every_operation_says_what_its_attribute_asks_for() {
    let read = json!([{ "bearer": ["orders:admin"] }, { "bearer": ["orders:read"] }]);
    let update =
        json!([{ "bearer": ["orders:admin", "orders:write"] }, { "bearer": ["orders:write", "clerk"] }]);
    let expected: BTreeMap<_, _> = BTreeMap::from([
        ("DELETE /api/orders/{id}", json!([{ "bearer": ["orders:admin"] }])),
        ("GET /account", json!([{ "bearer": [] }])),
        ("GET /api/orders/{id}", read),
        ("GET /api/orders/{id}/files/{name}", json!([{ "bearer": [] }])),
        ("GET /catalogue", json!([{}, { "bearer": [] }])),
        ("GET /me", json!([{ "bearer": [] }])),
        ("POST /api/orders", json!([{ "bearer": ["orders:write"] }])),
        ("POST /renewal", json!([{ "refresh_bearer": [] }])),
        ("PUT /api/orders/{id}", update),
    ]);
    // utoipa says that nothing is looked at; aide has no words for it, and leaves `security` out.
    for ((_, document), login) in usual().into_iter().zip([json!([]), json!(null)]) {
        let mut expected = expected.clone();
        expected.insert("POST /login", login);
        let found: BTreeMap<_, _> = operations(&document)
            .into_iter()
            .map(|(method, path, operation)| (format!("{method} {path}"), operation["security"].clone()))
            .collect();
        let found: BTreeMap<_, _> =
            found.iter().map(|(at, security)| (at.as_str(), security.clone())).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn the_policy_stands_in_the_document_and_its_reason_does_not() {
    for (_, document) in usual() {
        let update = &document["paths"]["/api/orders/{id}"]["put"];
        let policy = r#"requires(scope = "orders:write", any(role = "clerk", scope = "orders:admin"))"#;
        assert_eq!(update["x-access-policy"], policy);
        assert!(update["description"].as_str().unwrap().ends_with(&format!("Access: `{policy}`")));
        let file = &document["paths"]["/api/orders/{id}/files/{name}"]["get"];
        assert_eq!(file["x-access-policy"], r#"requires(not(role = "guest"), check = is_open)"#);
        assert!(file["responses"]["403"].is_object());
        assert!(document["paths"]["/api/orders/{id}"]["get"]["x-access-policy"].is_string());
        assert!(!document.to_string().contains("a secret of the authors"), "{document}");
    }
}

#[test]
fn the_words_of_the_application_stay_and_the_header_comes_to_them() {
    let [(_, document), _] = usual();
    let forbidden = &document["paths"]["/api/orders/{id}"]["delete"]["responses"]["403"];
    assert_eq!(forbidden["description"], "our own words");
    assert!(forbidden["headers"]["WWW-Authenticate"].is_object());
}

#[test]
fn a_hidden_route_is_left_out_unless_it_is_asked_for() {
    for (_, document) in usual() {
        assert!(document["paths"]["/secret"].is_null(), "{document}");
        assert!(!document.to_string().contains("jwt_guard"), "{document}");
        assert!(!document.to_string().contains("alary"), "{document}");
    }
    let [(_, utoipa), _] = both(&hs256(), &DocumentOptions::new().with_hidden_routes());
    assert!(utoipa["components"]["schemas"]["SalaryReport"].is_object(), "{utoipa}");
    for (_, document) in both(&hs256(), &DocumentOptions::new().with_hidden_routes()) {
        let secret = &document["paths"]["/secret"]["get"];
        let statuses: Vec<_> = secret["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["200", "404", "503"]);
        assert_eq!(secret["security"], json!([{ "bearer": ["clerk"] }]));
    }
}

#[tokio::test]
async fn a_request_is_answered_as_its_operation_says() {
    for (router, document) in usual() {
        let server = Server::start(router.into_axum()).await;
        for (method, path, operation) in operations(&document) {
            let alternatives = operation["security"].as_array().map_or(&[][..], Vec::as_slice);
            if alternatives.is_empty() {
                for token in [None, Some("bad")] {
                    let answer = send(&server, &method, &path, token).await;
                    assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
                }
                continue;
            }
            let is_optional = alternatives.contains(&json!({}));
            let nothing = send(&server, &method, &path, None).await;
            documented(operation, &nothing);
            assert_eq!(nothing.status == 401, !is_optional, "{method} {path}: {nothing:?}");
            let bad = send(&server, &method, &path, Some("bad")).await;
            documented(operation, &bad);
            assert_eq!(bad.status, 401, "{method} {path}: {bad:?}");
            challenges_fit(operation, &nothing);
            for alternative in alternatives.iter().filter_map(|one| one["bearer"].as_array()) {
                let good = send(&server, &method, &path, Some(&token_with(alternative))).await;
                assert!(![401, 403].contains(&good.status.as_u16()), "{method} {path}: {good:?}");
            }
            let asks =
                alternatives.iter().filter_map(|one| one["bearer"].as_array()).any(|names| !names.is_empty());
            if asks {
                let weak = send(&server, &method, &path, Some(&token(&[("fresh", "true")]))).await;
                documented(operation, &weak);
                assert_eq!(weak.status, 403, "{method} {path}: {weak:?}");
                challenges_fit(operation, &weak);
            }
        }
    }
}

/// A token with everything that these policies ask for beside scopes, and with these names.
fn token_with(names: &[Value]) -> String {
    let scopes: Vec<_> = names.iter().filter_map(Value::as_str).filter(|name| name.contains(':')).collect();
    let roles: Vec<_> = names.iter().filter_map(Value::as_str).filter(|name| !name.contains(':')).collect();
    let (scopes, roles) = (json!(scopes.join(" ")).to_string(), json!(roles).to_string());
    token(&[("scope", &scopes), ("roles", &roles), ("fresh", "true"), ("tenant", r#""acme""#)])
}

async fn send(server: &Server, method: &str, path: &str, token: Option<&str>) -> Answer {
    let target = path.replace("{id}", "7").replace("{name}", "a/b");
    let request = Request::new(method, &target);
    server
        .send(match token {
            Some(token) => request.bearer(token),
            None => request,
        })
        .await
}

/// The document has the status, and the header that came with it.
fn documented(operation: &Value, answer: &Answer) {
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "{answer:?}: {operation}");
    let has_challenge = answer.headers.contains_key("www-authenticate");
    assert_eq!(has_challenge, response["headers"]["WWW-Authenticate"].is_object(), "{answer:?}: {operation}");
}

/// The scopes that a challenge names are those of one alternative.
fn challenges_fit(operation: &Value, answer: &Answer) {
    let Some(challenge) = answer.headers.get("www-authenticate").map(|value| value.to_str().unwrap()) else {
        return;
    };
    let Some((_, scopes)) = challenge.split_once("scope=\"") else { return };
    let mut scopes: Vec<_> = scopes.trim_end_matches('"').split(' ').collect();
    scopes.sort_unstable();
    let alternatives = operation["security"].as_array().unwrap();
    let fits = alternatives.iter().filter_map(|one| one["bearer"].as_array()).any(|names| {
        let names: Vec<_> =
            names.iter().filter_map(Value::as_str).filter(|name| name.contains(':')).collect();
        names == scopes
    });
    assert!(fits, "{challenge}: {operation}");
}
