//! Issuers that name the client and no audience, and callers whose name is a number: Clerk, simplejwt.

use super::*;

const CLERK: &str = "https://clerk.example";
const APP: &str = "https://app.example";

fn clerk() -> TrustedIssuer {
    TrustedIssuer::new(CLERK).client_claim("azp")
}

fn session() -> Value {
    json!({"iss": CLERK, "azp": APP, "sub": "user_1", "sid": "sess_1", "fva": [0, -1], "sts": "active", "v": 2, "iat": NOW,
        "exp": NOW + 60})
}

#[tokio::test]
async fn a_token_without_audience_is_for_the_clients_that_stand_for_it_and_for_no_other() {
    let service =
        Service::of(clerk().client_as_audience(APP).client_as_audience("https://admin.example")).await;
    service.learns(&session(), "user_1 by https://app.example:  as ").await;
    service
        .learns(
            &changed(&session(), json!({"azp": "https://admin.example"})),
            "user_1 by https://admin.example:  as ",
        )
        .await;
    for azp in [
        "https://app.example/",
        "https://APP.example",
        "https://app.example.evil.example",
        "http://app.example",
        "",
    ] {
        service.refuses(azp, &changed(&session(), json!({"azp": azp}))).await;
    }
    for azp in [Value::Null, json!([APP]), json!({"a": APP}), json!(7)] {
        service.refuses(&azp.to_string(), &changed(&session(), json!({"azp": azp}))).await;
    }
    service
        .refuses("the client elsewhere", &changed(&session(), json!({"azp": null, "client_id": APP})))
        .await;
}

#[tokio::test]
async fn a_token_with_an_audience_must_be_for_this_service_whatever_its_client() {
    let elsewhere = |aud: Value| changed(&session(), json!({"aud": aud}));
    let without = Service::of(clerk().client_as_audience(APP)).await;
    for aud in [json!("orders"), json!(["orders"]), json!([]), json!(""), json!(APP), json!(7)] {
        without.refuses(&aud.to_string(), &elsewhere(aud.clone())).await;
    }
    // The order of the calls does not matter.
    for issuer in [
        clerk().client_as_audience(APP).audience("orders"),
        clerk().audience("orders").client_as_audience(APP),
    ] {
        let both = Service::of(issuer).await;
        both.learns(&elsewhere(json!("orders")), "user_1 by https://app.example:  as ").await;
        both.learns(&session(), "user_1 by https://app.example:  as ").await;
        both.refuses("another service", &elsewhere(json!("billing"))).await;
        both.refuses(
            "another client",
            &changed(&elsewhere(json!("orders")), json!({"azp": "https://evil.example"})),
        )
        .await;
    }
}

#[tokio::test]
async fn an_issuer_without_audience_stands_beside_one_with() {
    let service = Service::with(|builder| {
        let id = TrustedIssuer::new("https://id.example").audience("orders").key_set(keys());
        builder.trust(id).trust(clerk().client_as_audience(APP).key_set(keys()))
    })
    .await;
    service.learns(&session(), "user_1 by https://app.example:  as ").await;
    let of_id = changed(&session(), json!({"iss": "https://id.example"}));
    service.refuses("the other issuer without audience", &of_id).await;
    service.learns(&changed(&of_id, json!({"aud": "orders"})), "user_1 by anonymous:  as ").await;
}

#[test]
fn an_issuer_without_audience_is_refused_until_clients_stand_for_it() {
    let error = |issuer: TrustedIssuer| {
        JwtGuard::builder().trust(issuer.key_set(keys())).build().unwrap_err().to_string()
    };
    assert!(error(clerk()).contains("no audience"));
    assert!(error(clerk().client(APP)).contains("`.client_as_audience("));
    assert!(error(clerk().client_as_audience("")).contains("is empty"));
    assert!(error(clerk().client_as_audience(APP).client_claim("")).contains("`client_claim` is empty"));
}

#[tokio::test]
async fn a_number_in_a_claim_of_the_application_is_the_caller_by_its_digits() {
    let service = Service::with(|builder| {
        let builder = builder.key_set(keys()).subject_claim("user_id");
        builder.danger().any_audience("tokens of simplejwt have none")
    })
    .await;
    let token = json!({"token_type": "access", "jti": "0123456789abcdef", "user_id": 7, "iat": NOW, "exp": NOW + 300});
    service.learns(&token, "7 by anonymous:  as ").await;
    for id in [json!(7.0), json!(7.5), json!(true), json!([7]), json!({"id": 7}), Value::Null, json!("")] {
        service.refuses(&id.to_string(), &changed(&token, json!({"user_id": id}))).await;
    }
    service.refuses("a number in `sub`", &changed(&token, json!({"sub": 7}))).await;
}

/// The token of a user in 200 groups, the most that Entra names in a token.
#[tokio::test]
async fn a_token_of_two_hundred_groups_is_accepted_by_default() {
    let service = Service::of(TrustedIssuer::new(CLERK).audience("orders")).await;
    let groups: Vec<_> = (0..200).map(|number| format!("aaaabbbb-0000-cccc-1111-dddd{number:08}")).collect();
    let token = changed(&session(), json!({"aud": "orders", "groups": groups}));
    let length = signed(&json!({}), &token).len();
    assert!((10_000..12_000).contains(&length), "{length}");
    service.learns(&token, "user_1 by anonymous:  as ").await;
}
