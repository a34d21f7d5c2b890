//! Supabase Auth: *JWT Claims Reference*, *Token Security and Row Level Security*.

use super::*;

const URL: &str = "https://abcdefghijklmnopqrst.supabase.co";
const ISSUER: &str = "https://abcdefghijklmnopqrst.supabase.co/auth/v1";
const ALICE: &str = "123e4567-e89b-12d3-a456-426614174000";

fn project() -> TrustedIssuer {
    TrustedIssuer::supabase(URL)
}

fn access() -> Value {
    json!({
        "iss": ISSUER, "aud": "authenticated", "role": "authenticated", "sub": ALICE,
        "session_id": "987fcdeb-51a2-43d1-9f12-345678901234", "iat": NOW, "exp": NOW + 3_600,
        "email": "alice@example.com", "phone": "", "aal": "aal1", "is_anonymous": false,
        "amr": [{"method": "password", "timestamp": NOW - 60}],
        "app_metadata": {"provider": "email", "providers": ["email"], "roles": ["clerk"]},
        "user_metadata": {"roles": ["admin"], "user_role": "admin"}
    })
}

#[tokio::test]
async fn the_token_of_a_user_of_supabase_has_the_role_of_the_hook_and_none_that_the_user_can_write() {
    let service = Service::of(project()).await;
    service.learns(&access(), &format!("{ALICE} by anonymous:  as ")).await;
    let with_hook = changed(&access(), json!({"user_role": "editor"}));
    service.learns(&with_hook, &format!("{ALICE} by anonymous:  as editor")).await;
    let own = Service::of(project().role_claim(["app_metadata", "roles"])).await;
    own.learns(&with_hook, &format!("{ALICE} by anonymous:  as clerk")).await;
}

#[tokio::test]
async fn keys_and_other_tokens_of_supabase_are_refused() {
    let service = Service::of(project()).await;
    for role in ["anon", "service_role"] {
        let key = json!({"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": role, "iat": NOW, "exp": NOW + 3_600});
        service.refuses(role, &key).await;
        service.refuses(role, &changed(&access(), json!({"role": role}))).await;
    }
    service.refuses("the audience of anonymous requests", &changed(&access(), json!({"aud": "anon"}))).await;
    let id = json!({"iss": ISSUER, "aud": "9a8b7c6d-5e4f-3a2b-1c0d-9e8f7a6b5c4d", "sub": ALICE, "auth_time": NOW - 60,
        "nonce": "n-0S6", "email": "alice@example.com", "iat": NOW, "exp": NOW + 3_600});
    service.refuses("an ID token", &id).await;
    service.refuses("an ID token for users", &changed(&id, json!({"aud": "authenticated"}))).await;
    service.refuses("no session", &changed(&access(), json!({"session_id": null}))).await;
    let object = json!({"url": "bucket/a.pdf", "iat": NOW, "exp": NOW + 3_600});
    service.refuses("a signed address of an object", &object).await;
    for iss in ["https://tsrqponmlkjihgfedcba.supabase.co/auth/v1", URL, "https://api.supabase.com/auth/v1"] {
        service.refuses(iss, &changed(&access(), json!({"iss": iss}))).await;
    }
}

#[tokio::test]
async fn a_token_that_a_user_granted_to_an_oauth_client_needs_the_setting() {
    let granted = changed(&access(), json!({"client_id": "9a8b7c6d"}));
    Service::of(project()).await.refuses("an OAuth client", &granted).await;
    let any = Service::of(project().supabase_oauth_clients()).await;
    any.learns(&granted, &format!("{ALICE} by 9a8b7c6d:  as ")).await;
    any.learns(&access(), &format!("{ALICE} by anonymous:  as ")).await;
    let one = Service::of(project().supabase_oauth_clients().client("9a8b7c6d")).await;
    one.learns(&granted, &format!("{ALICE} by 9a8b7c6d:  as ")).await;
    one.refuses("another client", &changed(&granted, json!({"client_id": "1c0d"}))).await;
    one.refuses("no client", &access()).await;
}
