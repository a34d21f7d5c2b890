//! Microsoft Entra ID: *Access token claims reference*, *ID token claims reference*.

use super::*;

const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const OTHER: &str = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
const API: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
const WEB: &str = "11112222-bbbb-3333-cccc-4444dddd5555";

fn tenant() -> TrustedIssuer {
    TrustedIssuer::entra(TENANT).audience(API)
}

fn issuer(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

fn access() -> Value {
    json!({
        "aud": API, "iss": issuer(TENANT), "iat": NOW - 5, "nbf": NOW - 5, "exp": NOW + 4_700,
        "aio": "AXQAi/8IAAAAoM1kzq", "azp": WEB, "azpacr": "1", "name": "Alice", "preferred_username": "alice@contoso.example",
        "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "rh": "0.AAAA", "scp": "Orders.Read Orders.Write",
        "roles": ["Orders.Admin"], "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "tid": TENANT,
        "uti": "fqiBqXLPj0eQa82S-IYFAA", "ver": "2.0"
    })
}

/// The ID token of a single-page application that shares its registration, and so its audience, with the API.
fn id() -> Value {
    let own = json!({"azp": null, "azpacr": null, "scp": null, "nonce": "12345", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ"});
    changed(&access(), own)
}

const ALICE: &str = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ by 11112222-bbbb-3333-cccc-4444dddd5555";

#[tokio::test]
async fn an_access_token_of_entra_has_scopes_and_app_roles() {
    let service = Service::of(tenant()).await;
    service.learns(&access(), &format!("{ALICE}: Orders.Read Orders.Write as Orders.Admin")).await;
    let of_an_application = changed(&access(), json!({"scp": null, "idtyp": "app", "name": null}));
    service.learns(&of_an_application, &format!("{ALICE}:  as Orders.Admin")).await;
    let by_object = Service::of(tenant().subject_claim("oid")).await;
    let expected =
        format!("aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb by {WEB}: Orders.Read Orders.Write as Orders.Admin");
    by_object.learns(&access(), &expected).await;
}

#[tokio::test]
async fn an_id_token_of_entra_is_refused_even_with_the_same_audience_and_with_roles() {
    let service = Service::of(tenant()).await;
    service.refuses("an ID token", &id()).await;
    service
        .refuses("one from the token endpoint", &changed(&id(), json!({"at_hash": null, "nonce": null})))
        .await;
}

#[tokio::test]
async fn tokens_of_other_tenants_and_of_version_1_are_refused() {
    let service = Service::of(tenant()).await;
    for iss in [
        issuer(OTHER),
        issuer("common"),
        issuer("{tenantid}"),
        format!("https://sts.windows.net/{TENANT}/"),
        format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
    ] {
        service.refuses(&iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    for ver in [json!("1.0"), json!(2.0), Value::Null] {
        service.refuses(&ver.to_string(), &changed(&access(), json!({"ver": ver}))).await;
    }
    let version_1 = json!({"ver": "1.0", "azp": null, "appid": WEB, "appidacr": "1", "aud": format!("api://{API}"),
        "iss": format!("https://sts.windows.net/{TENANT}/")});
    service.refuses("a whole token of version 1.0", &changed(&access(), version_1)).await;
}

#[tokio::test]
async fn a_token_for_another_api_or_by_another_client_is_refused() {
    let service = Service::of(tenant().client(WEB)).await;
    service.learns(&access(), &format!("{ALICE}: Orders.Read Orders.Write as Orders.Admin")).await;
    for aud in [json!("00000003-0000-0000-c000-000000000000"), json!(format!("api://{API}")), json!(WEB)] {
        service.refuses(&aud.to_string(), &changed(&access(), json!({"aud": aud}))).await;
    }
    service.refuses("another client", &changed(&access(), json!({"azp": API}))).await;
}

#[tokio::test]
async fn two_tenants_are_two_issuers() {
    let service = Service::with(|builder| {
        let trust = |tenant| TrustedIssuer::entra(tenant).audience(API).key_set(keys());
        builder.trust(trust(TENANT)).trust(trust(OTHER))
    })
    .await;
    service.learns(&access(), &format!("{ALICE}: Orders.Read Orders.Write as Orders.Admin")).await;
    let other = changed(&access(), json!({"iss": issuer(OTHER), "tid": OTHER, "sub": "bob"}));
    service.learns(&other, &format!("bob by {WEB}: Orders.Read Orders.Write as Orders.Admin")).await;
    let third = issuer("ccccdddd-2222-eeee-3333-ffff4444aaaa");
    service.refuses("a third", &changed(&access(), json!({"iss": third}))).await;
}
