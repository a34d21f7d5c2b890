//! Amazon Cognito: *Understanding the access token*, *Understanding the identity (ID) token*.

use super::*;

const POOL: &str = "eu-central-1_AbCdEf123";
const WEB: &str = "1example23456789";

fn pool() -> TrustedIssuer {
    TrustedIssuer::cognito(POOL)
}

fn issuer(pool: &str) -> String {
    format!("https://cognito-idp.eu-central-1.amazonaws.com/{pool}")
}

fn access() -> Value {
    json!({
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "device_key": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "cognito:groups": ["clerk", "admin"], "iss": issuer(POOL), "version": 2, "client_id": WEB,
        "origin_jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeef", "event_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeed",
        "token_use": "access", "scope": "openid orders/read", "auth_time": NOW, "exp": NOW + 3_600, "iat": NOW,
        "jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeea", "username": "alice"
    })
}

fn id() -> Value {
    let own = json!({"token_use": "id", "aud": WEB, "client_id": null, "scope": null, "username": null, "version": null,
        "cognito:username": "alice", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "email": "alice@example.com"});
    changed(&access(), own)
}

const ALICE: &str =
    "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee by 1example23456789: openid orders/read as admin clerk";

#[tokio::test]
async fn an_access_token_of_cognito_has_no_audience_and_one_of_the_clients() {
    let service = Service::of(pool().client(WEB)).await;
    service.learns_by(json!({}), &access(), ALICE).await;
    service.refuses("another client", &changed(&access(), json!({"client_id": "2example"}))).await;
    service.refuses("no client", &changed(&access(), json!({"client_id": null}))).await;
    service
        .refuses("bound to another service", &changed(&access(), json!({"aud": "https://billing.example"})))
        .await;
    let by_name = Service::of(pool().client(WEB).subject_claim("username")).await;
    by_name.learns(&access(), "alice by 1example23456789: openid orders/read as admin clerk").await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_resource_names_it() {
    let bound = changed(&access(), json!({"aud": "https://orders.example"}));
    let elsewhere = changed(&access(), json!({"aud": "https://billing.example"}));
    let service = Service::of(pool().audience("https://orders.example")).await;
    service.learns(&bound, ALICE).await;
    service.refuses("for another service", &elsewhere).await;
    service.refuses("without audience", &access()).await;

    let both = Service::with(|builder| {
        let issuer = pool().client(WEB).key_set(keys());
        builder.audience("https://orders.example").trust(issuer)
    })
    .await;
    both.learns(&bound, ALICE).await;
    both.learns(&access(), ALICE).await;
    both.refuses("for another service", &elsewhere).await;
    both.refuses("another client", &changed(&bound, json!({"client_id": "2example"}))).await;
}

#[tokio::test]
async fn an_id_token_of_cognito_is_refused_even_if_it_is_for_an_accepted_client() {
    for issuer in [pool().client(WEB), pool().audience(WEB), pool().audience(WEB).client(WEB)] {
        let service = Service::of(issuer).await;
        service.refuses("an ID token", &id()).await;
        service.refuses("with a client", &changed(&id(), json!({"client_id": WEB}))).await;
    }
    let service = Service::of(pool().client(WEB)).await;
    for token_use in [json!("id"), json!("Access"), json!(["access"]), Value::Null] {
        service.refuses(&token_use.to_string(), &changed(&access(), json!({"token_use": token_use}))).await;
    }
}

#[tokio::test]
async fn a_token_of_another_pool_is_refused() {
    let service = Service::of(pool().client(WEB)).await;
    let other_region = "https://cognito-idp.us-east-1.amazonaws.com/eu-central-1_AbCdEf123".to_owned();
    for iss in [issuer("eu-central-1_Other1234"), issuer("eu-central-1_abcdef123"), other_region] {
        service.refuses(&iss, &changed(&access(), json!({"iss": iss}))).await;
    }
}
