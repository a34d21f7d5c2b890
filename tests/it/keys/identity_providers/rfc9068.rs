//! Any authorization server that follows RFC 9068.

use super::*;

const SERVER: &str = "https://as.example";
const API: &str = "https://orders.example";

fn server() -> TrustedIssuer {
    TrustedIssuer::rfc9068(SERVER).audience(API)
}

fn access() -> Value {
    json!({
        "iss": SERVER, "sub": "5ba552d67", "aud": API, "client_id": "s6BhdRkqt3", "iat": NOW, "exp": NOW + 900,
        "jti": "dbe39bf3a3ba4238a513f51d6e1691c4", "scope": "openid orders:read", "roles": ["clerk"],
        "groups": ["admins"], "entitlements": ["owner"], "auth_time": NOW - 60, "acr": "1"
    })
}

#[tokio::test]
async fn an_access_token_of_rfc_9068_has_scopes_and_roles_and_no_groups() {
    let service = Service::of(server()).await;
    let expected = "5ba552d67 by s6BhdRkqt3: openid orders:read as clerk";
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        service.learns_by(json!({"typ": typ}), &access(), expected).await;
    }
    let with_groups = Service::of(server().role_claim(["roles"]).role_claim(["groups"])).await;
    let expected = "5ba552d67 by s6BhdRkqt3: openid orders:read as admins clerk";
    with_groups.learns_by(json!({"typ": "at+jwt"}), &access(), expected).await;
}

#[tokio::test]
async fn what_is_not_typed_as_an_access_token_is_refused_whatever_its_claims() {
    let service = Service::of(server()).await;
    for header in [json!({}), json!({"typ": "JWT"}), json!({"typ": "id_token+jwt"}), json!({"typ": "jwt"})] {
        service.refuses_by(header.clone(), &header.to_string(), &access()).await;
    }
    let typed = json!({"typ": "at+jwt"});
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        service.refuses_by(typed.clone(), claim, &changed(&access(), json!({claim: null}))).await;
    }
    for other in [json!({"iss": "https://as.example/"}), json!({"aud": "https://billing.example"})] {
        service.refuses_by(typed.clone(), &other.to_string(), &changed(&access(), other)).await;
    }
}
