//! Keycloak: *Server Administration Guide*.

use super::*;

const REALM: &str = "https://id.example/realms/shop";

fn realm() -> TrustedIssuer {
    TrustedIssuer::keycloak(REALM).audience("orders")
}

fn access() -> Value {
    json!({
        "exp": NOW + 300, "iat": NOW, "auth_time": NOW - 60, "jti": "onrtac:8a3f41f2-54f1-4c3f-9d2b-8a9a3b1b7b3a",
        "iss": REALM, "aud": ["orders", "account"], "sub": "f1b5c3a0-6a3d-4d9f-8a52-0f0f4b1f6f5e", "typ": "Bearer",
        "azp": "web", "sid": "b0c7a1de-2b53-4a25-9f0f-7c2f4c1d8e55", "acr": "1", "allowed-origins": ["https://web.example"],
        "realm_access": {"roles": ["offline_access", "clerk"]},
        "resource_access": {"orders": {"roles": ["editor"]}, "billing": {"roles": ["admin"]}, "account": {"roles": ["view-profile"]}},
        "scope": "openid profile orders:read", "email_verified": true, "preferred_username": "alice"
    })
}

fn id() -> Value {
    let own = json!({"typ": "ID", "nonce": "n-0S6", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "scope": null,
        "realm_access": null, "resource_access": null, "aud": "web"});
    changed(&access(), own)
}

const ALICE: &str = "f1b5c3a0-6a3d-4d9f-8a52-0f0f4b1f6f5e by web";

#[tokio::test]
async fn an_access_token_of_keycloak_has_the_roles_of_its_realm() {
    let service = Service::of(realm()).await;
    let expected = format!("{ALICE}: openid orders:read profile as clerk offline_access");
    service.learns(&access(), &expected).await;
    service.learns_by(json!({"typ": "at+jwt"}), &access(), &expected).await;
}

#[tokio::test]
async fn the_roles_of_one_client_of_keycloak_are_read_instead_and_those_of_others_give_nothing() {
    let service = Service::of(realm().keycloak_client_roles("orders")).await;
    service.learns(&access(), &format!("{ALICE}: openid orders:read profile as editor")).await;
    for other in [
        json!({"resource_access": {"billing": {"roles": ["editor"]}}}),
        json!({"resource_access": {"Orders": {"roles": ["editor"]}}}),
        json!({"resource_access": {"orders": ["editor"]}}),
        json!({"resource_access": null, "roles": ["editor"], "resource_access.orders.roles": ["editor"]}),
        json!({"resource_access": null, "realm_access": {"roles": ["editor"]}}),
    ] {
        service.learns(&changed(&access(), other), &format!("{ALICE}: openid orders:read profile as ")).await;
    }
    let both = realm().keycloak_client_roles("orders").role_claim(["realm_access", "roles"]);
    let service = Service::of(both).await;
    service
        .learns(&access(), &format!("{ALICE}: openid orders:read profile as clerk editor offline_access"))
        .await;
}

#[tokio::test]
async fn other_tokens_of_keycloak_are_refused_even_if_they_are_for_this_service() {
    let service = Service::of(realm().audience("web").audience(REALM)).await;
    service.refuses("an ID token", &id()).await;
    for typ in ["ID", "Refresh", "Offline", "Logout", "Serialized-ID", "DPoP", "bearer"] {
        service.refuses(typ, &changed(&access(), json!({"typ": typ}))).await;
    }
    service.refuses("no typ", &changed(&access(), json!({"typ": null}))).await;
    let refresh = changed(&access(), json!({"typ": "Refresh", "aud": REALM, "realm_access": null}));
    service.refuses("a refresh token", &refresh).await;
    service.refuses_by(json!({"typ": "logout+jwt"}), "a logout token", &access()).await;
}

#[tokio::test]
async fn a_token_of_another_realm_or_for_another_service_is_refused() {
    let service = Service::of(realm()).await;
    for iss in [
        "https://id.example/realms/other",
        "https://id.example/realms/shop/",
        "https://id.example/realms/Shop",
    ] {
        service.refuses(iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    for aud in [json!("billing"), json!(["account"]), Value::Null] {
        service.refuses(&aud.to_string(), &changed(&access(), json!({"aud": aud}))).await;
    }
}

#[tokio::test]
async fn only_the_clients_that_are_named_may_call() {
    let service = Service::of(realm().client("web")).await;
    service.learns(&access(), &format!("{ALICE}: openid orders:read profile as clerk offline_access")).await;
    service.refuses("another client", &changed(&access(), json!({"azp": "app"}))).await;
    service.refuses("no client", &changed(&access(), json!({"azp": null, "client_id": "web"}))).await;
}

#[tokio::test]
async fn a_lightweight_access_token_is_refused_until_mappers_name_its_subject_and_audience() {
    let service = Service::of(realm()).await;
    let stripped = json!({"sub": null, "aud": null, "auth_time": null, "acr": null, "realm_access": null,
        "resource_access": null, "allowed-origins": null, "email_verified": null, "preferred_username": null});
    let lightweight = changed(&access(), stripped);
    service.refuses("without subject and audience", &lightweight).await;
    service.refuses("without audience", &changed(&lightweight, json!({"sub": "alice"}))).await;
    let mapped = changed(&lightweight, json!({"sub": "alice", "aud": "orders"}));
    service.learns(&mapped, "alice by web: openid orders:read profile as ").await;
}
