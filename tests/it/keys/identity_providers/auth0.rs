//! Auth0: *Access Token Profiles*, *ID Token Structure*.

use super::*;

const API: &str = "https://orders.example";
const WEB: &str = "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja";

fn tenant() -> TrustedIssuer {
    TrustedIssuer::auth0("acme.eu.auth0.com").audience(API)
}

fn access() -> Value {
    json!({
        "iss": "https://acme.eu.auth0.com/", "sub": "auth0|6553da60a54af58e29493993",
        "aud": [API, "https://acme.eu.auth0.com/userinfo"], "azp": WEB, "iat": NOW, "exp": NOW + 86_400,
        "scope": "openid profile orders:read", "permissions": ["orders:read", "orders:write"]
    })
}

/// The same by the profile of RFC 9068.
fn rfc9068() -> Value {
    changed(&access(), json!({"azp": null, "client_id": WEB, "jti": "73WakrfVbNJBaAmhQtEeDv"}))
}

fn id() -> Value {
    json!({
        "iss": "https://acme.eu.auth0.com/", "sub": "auth0|6553da60a54af58e29493993", "aud": WEB, "iat": NOW,
        "exp": NOW + 36_000, "nonce": "crypto-value", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "sid": "xBJj", "name": "Alice"
    })
}

const ALICE: &str = "auth0|6553da60a54af58e29493993 by K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja";

#[tokio::test]
async fn both_profiles_of_auth0_are_read_with_scope_and_permissions() {
    let service = Service::of(tenant()).await;
    let expected = format!("{ALICE}: openid orders:read orders:write profile as ");
    service.learns(&access(), &expected).await;
    service.learns_by(json!({"typ": "at+jwt"}), &rfc9068(), &expected).await;
    let own = Service::of(tenant().scope_claim(["scope"]).role_claim(["https://orders.example/roles"])).await;
    let with_roles = changed(&access(), json!({"https://orders.example/roles": ["clerk"]}));
    own.learns(&with_roles, &format!("{ALICE}: openid orders:read profile as clerk")).await;
}

#[tokio::test]
async fn the_profile_of_rfc_9068_may_be_the_only_one() {
    let service = Service::of(tenant().profile(TokenProfile::AccessToken)).await;
    let expected = format!("{ALICE}: openid orders:read orders:write profile as ");
    service.learns_by(json!({"typ": "at+jwt"}), &rfc9068(), &expected).await;
    service.refuses("Auth0's own", &access()).await;
}

#[tokio::test]
async fn an_id_token_of_auth0_is_refused_whatever_its_audience() {
    let service = Service::of(tenant().audience(WEB)).await;
    service.refuses("an ID token", &id()).await;
    service.refuses("for the API", &changed(&id(), json!({"aud": [WEB, API]}))).await;
}

#[tokio::test]
async fn a_token_of_another_tenant_client_or_api_is_refused() {
    let service = Service::of(tenant().client(WEB)).await;
    service.learns(&access(), &format!("{ALICE}: openid orders:read orders:write profile as ")).await;
    for iss in ["https://evil.eu.auth0.com/", "https://acme.us.auth0.com/", "https://acme.eu.auth0.com"] {
        service.refuses(iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    service.refuses("another API", &changed(&access(), json!({"aud": "https://billing.example"}))).await;
    service.refuses("another client", &changed(&access(), json!({"azp": "other"}))).await;
    service.refuses("two clients", &changed(&access(), json!({"client_id": "other"}))).await;
    let without = changed(&access(), json!({"azp": null}));
    service.refuses("no client", &without).await;
}
