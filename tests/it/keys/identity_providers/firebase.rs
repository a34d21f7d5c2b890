//! Firebase Authentication: *Verify ID Tokens*, and *multi-tenancy* of Identity Platform.

use super::*;

const PROJECT: &str = "acme-shop";
const ALICE: &str = "2P6xO1yTzNVhX2dX6hJzqk3b0a53";

fn project() -> TrustedIssuer {
    TrustedIssuer::firebase(PROJECT)
}

fn id() -> Value {
    json!({
        "iss": "https://securetoken.google.com/acme-shop", "aud": PROJECT, "auth_time": NOW - 60, "user_id": ALICE,
        "sub": ALICE, "iat": NOW, "exp": NOW + 3_600, "email": "alice@example.com", "email_verified": true,
        "firebase": {"identities": {"email": ["alice@example.com"]}, "sign_in_provider": "password"}
    })
}

fn of_tenant(tenant: Value) -> Value {
    changed(&id(), json!({"firebase": {"identities": {}, "sign_in_provider": "password", "tenant": tenant}}))
}

#[tokio::test]
async fn the_token_of_a_user_of_firebase_has_custom_claims_as_roles_and_no_scopes() {
    let service = Service::of(project()).await;
    service.learns(&id(), &format!("{ALICE} by anonymous:  as ")).await;
    let with_claims = changed(&id(), json!({"roles": ["clerk"], "scope": "write", "admin": true}));
    service.learns(&with_claims, &format!("{ALICE} by anonymous:  as clerk")).await;
}

#[tokio::test]
async fn a_token_of_another_project_of_firebase_is_refused() {
    let service = Service::of(project()).await;
    let other = json!({"iss": "https://securetoken.google.com/evil-shop", "aud": "evil-shop"});
    service.refuses("another project", &changed(&id(), other)).await;
    service.refuses("its audience", &changed(&id(), json!({"aud": "evil-shop"}))).await;
    service
        .refuses("its name", &changed(&id(), json!({"iss": "https://securetoken.google.com/evil-shop"})))
        .await;
}

#[tokio::test]
async fn other_tokens_of_firebase_are_refused() {
    let service = Service::of(project()).await;
    let cookie = json!({"iss": "https://session.firebase.google.com/acme-shop"});
    service.refuses("a session cookie", &changed(&id(), cookie)).await;
    let app_check = json!({"iss": "https://firebaseappcheck.googleapis.com/415104041262", "sub": "1:4151:web:5e0bd49b",
        "aud": ["projects/415104041262", "projects/acme-shop"], "iat": NOW, "exp": NOW + 3_600});
    service.refuses("an App Check token", &app_check).await;
    let custom = json!({"iss": "firebase-adminsdk@acme-shop.iam.gserviceaccount.com", "uid": ALICE,
        "sub": "firebase-adminsdk@acme-shop.iam.gserviceaccount.com", "iat": NOW, "exp": NOW + 3_600,
        "aud": "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"});
    service.refuses("a custom token", &custom).await;
    let google = json!({"iss": "https://accounts.google.com", "firebase": null, "auth_time": null});
    service.refuses("an ID token of Google", &changed(&id(), google)).await;
    for claim in ["auth_time", "firebase"] {
        service.refuses(claim, &changed(&id(), json!({claim: null}))).await;
    }
}

#[tokio::test]
async fn the_users_of_a_tenant_are_not_those_of_the_project_nor_of_another_tenant() {
    let service = Service::of(project()).await;
    for tenant in [json!("shop-1"), json!(""), json!(["shop-1"]), json!(7)] {
        service.refuses(&tenant.to_string(), &of_tenant(tenant.clone())).await;
    }
    let of_one = Service::of(project().firebase_tenant("shop-1")).await;
    of_one.learns(&of_tenant(json!("shop-1")), &format!("{ALICE} by anonymous:  as ")).await;
    of_one.refuses("no tenant", &id()).await;
    for tenant in [json!("shop-2"), json!("Shop-1"), json!(["shop-1"]), Value::Null] {
        of_one.refuses(&tenant.to_string(), &of_tenant(tenant.clone())).await;
    }
    let last = Service::of(project().firebase_tenant("shop-1").firebase_tenant("shop-2")).await;
    last.refuses("the tenant of the earlier call", &of_tenant(json!("shop-1"))).await;
}
