//! Microsoft Entra ID, tokens of version 1.0: *Access token claims reference*, *ID token claims reference*.

use super::*;

const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const OTHER: &str = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
const API: &str = "api://00001111-aaaa-2222-bbbb-3333cccc4444";
const WEB: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const ALICE: &str = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ by 11112222-bbbb-3333-cccc-4444dddd5555";

fn tenant() -> TrustedIssuer {
    TrustedIssuer::entra_v1(TENANT).audience(API)
}

fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

fn access() -> Value {
    json!({
        "aud": API, "iss": issuer(TENANT), "iat": NOW - 5, "nbf": NOW - 5, "exp": NOW + 4_700, "acr": "1", "aio": "AXQAi/8I",
        "amr": ["pwd"], "appid": WEB, "appidacr": "1", "family_name": "A", "ipaddr": "192.0.2.1", "name": "Alice",
        "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb", "rh": "0.AAAA", "scp": "Orders.Read Orders.Write",
        "roles": ["Orders.Admin"], "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "tid": TENANT,
        "unique_name": "alice@contoso.example", "upn": "alice@contoso.example", "uti": "fqiBqXLPj0eQa82S-IYFAA", "ver": "1.0"
    })
}

/// The same caller in a token of version 2.0.
fn version_2() -> Value {
    let own = json!({"aud": &API[6..], "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "azp": WEB,
        "azpacr": "1", "appid": null, "appidacr": null, "ver": "2.0"});
    changed(&access(), own)
}

#[tokio::test]
async fn an_access_token_of_version_1_has_scopes_and_app_roles() {
    let service = Service::of(tenant()).await;
    service.learns(&access(), &format!("{ALICE}: Orders.Read Orders.Write as Orders.Admin")).await;
    let of_an_application = changed(&access(), json!({"scp": null, "idtyp": "app", "name": null}));
    service.learns(&of_an_application, &format!("{ALICE}:  as Orders.Admin")).await;
}

#[tokio::test]
async fn an_id_token_of_version_1_is_refused_even_with_the_same_audience() {
    let service = Service::of(tenant().audience(WEB)).await;
    let id = json!({"appid": null, "appidacr": null, "scp": null, "aud": WEB, "nonce": "12345"});
    service.refuses("an ID token", &changed(&access(), id)).await;
    service.refuses("an ID token with roles", &changed(&access(), json!({"appid": null}))).await;
    service
        .refuses("the client of version 2.0", &changed(&access(), json!({"appid": null, "azp": WEB})))
        .await;
}

#[tokio::test]
async fn other_tenants_versions_audiences_and_clients_are_refused() {
    let service = Service::of(tenant().client(WEB)).await;
    for iss in [
        issuer(OTHER),
        issuer("common"),
        issuer("{tenantid}"),
        format!("https://sts.windows.net/{TENANT}"),
        format!("https://sts.chinacloudapi.cn/{TENANT}/"),
        format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
    ] {
        service.refuses(&iss, &changed(&access(), json!({"iss": iss}))).await;
    }
    for ver in [json!("2.0"), json!(1.0), Value::Null] {
        service.refuses(&ver.to_string(), &changed(&access(), json!({"ver": ver}))).await;
    }
    for aud in ["00000002-0000-0000-c000-000000000000", &API[6..], "https://graph.microsoft.com", WEB] {
        service.refuses(aud, &changed(&access(), json!({"aud": aud}))).await;
    }
    service.refuses("another client", &changed(&access(), json!({"appid": OTHER}))).await;
    service.refuses("a token of version 2.0", &version_2()).await;
}

#[tokio::test]
async fn both_versions_stand_side_by_side() {
    let service = Service::with(|builder| {
        let new = TrustedIssuer::entra(TENANT).audience(&API[6..]).key_set(keys());
        builder.trust(tenant().key_set(keys())).trust(new)
    })
    .await;
    let expected = format!("{ALICE}: Orders.Read Orders.Write as Orders.Admin");
    service.learns(&access(), &expected).await;
    service.learns(&version_2(), &expected).await;
    for (token, changes) in [
        (access(), json!({"aud": &API[6..]})),
        (version_2(), json!({"aud": API})),
        (access(), json!({"ver": "2.0"})),
        (version_2(), json!({"ver": "1.0"})),
        (version_2(), json!({"iss": issuer(TENANT)})),
    ] {
        service.refuses(&changes.to_string(), &changed(&token, changes)).await;
    }
}

#[test]
fn the_document_of_a_tenant_is_at_its_sign_in_address_and_names_the_issuer_of_version_1() {
    let guard = JwtGuard::builder().trust(tenant()).build().unwrap();
    let status = guard.keys().status();
    assert_eq!(status[0].issuer(), issuer(TENANT));
    let document = format!("https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration");
    assert_eq!(status[0].endpoint(), Some(document.as_str()));
    let own = tenant().jwks_url("https://keys.internal/entra");
    let guard = JwtGuard::builder().trust(own).build().unwrap();
    assert_eq!(guard.keys().status()[0].endpoint(), Some("https://keys.internal/entra"));
    for tenant in ["common", "organizations", "contoso.onmicrosoft.com", "", "../common"] {
        let error =
            JwtGuard::builder().trust(TrustedIssuer::entra_v1(tenant).audience(API)).build().unwrap_err();
        assert_eq!(error.problems().count(), 1, "{tenant}: {error}");
        assert!(error.to_string().contains("GUID"), "{error}");
    }
}
