//! authentik: `to_access_token` of `authentik/providers/oauth2/id_token.py`.

use super::*;

const ISSUER: &str = "https://id.acme.example/application/o/orders/";
const CLIENT: &str = "q6oyVmv8B2H1XH5Ov0fG";
const ALICE: &str = "7f2c8a0f1b5d4f1c9c41d8d1a8f36a6e by q6oyVmv8B2H1XH5Ov0fG";

fn provider() -> TrustedIssuer {
    TrustedIssuer::authentik(ISSUER).audience(CLIENT)
}

fn id() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "7f2c8a0f1b5d4f1c9c41d8d1a8f36a6e", "iat": NOW, "exp": NOW + 300,
        "auth_time": NOW - 60, "acr": "goauthentik.io/providers/oauth2/default", "amr": ["pwd"], "sid": "f1e2d3",
        "nonce": "n-0S6", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "name": "Alice", "groups": ["clerk", "authentik Admins"]
    })
}

fn access() -> Value {
    changed(
        &id(),
        json!({"azp": CLIENT, "uid": "xZ1CnS6nHq8Yv0cZk1mX2uUq1bW7dLrT8fGaJpKe", "at_hash": null, "groups": ["clerk"]}),
    )
}

#[tokio::test]
async fn an_access_token_of_authentik_has_groups_as_roles() {
    let service = Service::of(provider()).await;
    service.learns(&access(), &format!("{ALICE}:  as clerk")).await;
    service
        .learns(
            &changed(&access(), json!({"scope": "openid read"})),
            &format!("{ALICE}: openid read as clerk"),
        )
        .await;
}

#[tokio::test]
async fn an_id_token_of_authentik_is_refused_although_its_audience_is_the_same() {
    let service = Service::of(provider()).await;
    service.refuses("an ID token", &id()).await;
    for claim in ["uid", "azp"] {
        service.refuses(claim, &changed(&access(), json!({claim: null}))).await;
    }
    let logout = json!({"iss": ISSUER, "aud": CLIENT, "sub": "7f2c", "iat": NOW, "exp": NOW + 300, "jti": "1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
    service.refuses_by(json!({"typ": "logout+jwt"}), "a logout token", &logout).await;
    service.refuses("a logout token without a type", &logout).await;
}

#[tokio::test]
async fn a_token_of_another_provider_of_authentik_is_refused() {
    let service = Service::of(provider()).await;
    for iss in [
        "https://id.acme.example/application/o/billing/",
        "https://id.acme.example/application/o/orders",
        "https://id.acme.example/",
    ] {
        service.refuses(iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    service.refuses("another client", &changed(&access(), json!({"aud": "other", "azp": "other"}))).await;
}
