//! Valid and invalid arguments of presets.

#[cfg(feature = "remote-keys")]
mod fetched;
mod platforms;

use super::*;
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::setup::build::Draft;

/// The problems of a preset with a key and an audience.
fn problems(issuer: TrustedIssuer) -> Vec<String> {
    let keys = KeySet::new([VerifyingKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap()])
        .unwrap();
    let mut draft = Draft::new();
    draft.trusted.push(issuer.audience("orders").algorithms([Algorithm::Hs256]).key_set(keys).0);
    draft.finish().map_or_else(|error| error.problems().collect(), |_| Vec::new())
}

/// Asserts that each is refused with a message that has found and expected values.
#[track_caller]
fn refuses(preset: impl Fn(&str) -> TrustedIssuer, given: &[&str], expected: &str) {
    for text in given {
        let found = problems(preset(text));
        assert_eq!(found.len(), 1, "{text:?}: {found:#?}");
        assert!(found[0].contains(&format!("{text:?}")) && found[0].contains(expected), "{found:#?}");
    }
}

#[track_caller]
fn takes(preset: impl Fn(&str) -> TrustedIssuer, given: &str, issuer: &str) {
    assert_eq!(preset(given).0.issuers, [issuer]);
    assert_eq!(problems(preset(given)), [""; 0]);
}

#[test]
fn keycloak_is_a_realm() {
    let keycloak = |text: &str| TrustedIssuer::keycloak(text);
    for realm in [
        "https://id.example/realms/shop",
        "https://id.example:8443/auth/realms/shop",
        "https://id.example/realms/My%20shop",
        "https://id.example/realms/realms",
    ] {
        takes(keycloak, realm, realm);
    }
    let wrong = [
        "",
        "shop",
        "id.example/realms/shop",
        "HTTPS://id.example/realms/shop",
        "ftp://id.example/realms/shop",
        "https://id.example",
        "https://id.example/",
        "https://id.example/realms",
        "https://id.example/realms/",
        "https://id.example/realms/shop/",
        "https://id.example/realms/shop/protocol/openid-connect",
        "https://id.example/xrealms/shop",
        "https:///realms/shop",
        "https://user@id.example/realms/shop",
        "https://id.example/realms/shop?x",
        "https://id.example/realms/shop#x",
        "https://id.example/realms/my shop",
        "https://id.example\\realms/shop",
    ];
    refuses(keycloak, &wrong, "expected `https://HOST/realms/NAME`");
}

#[test]
fn the_tenant_of_an_entra_issuer_is_its_guid_and_nothing_else() {
    let tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    for issuer in [
        format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        format!("https://sts.windows.net/{tenant}/"),
    ] {
        assert_eq!(TrustedIssuer::entra_tenant_of(&issuer), Some(tenant));
        for wrong in [
            issuer.to_uppercase(),
            issuer.replace("https", "http"),
            issuer.replace("://", "://evil.example/"),
            issuer.replace(tenant, "common"),
            issuer.replace(tenant, ""),
            issuer.replace(tenant, &tenant.to_uppercase()),
            issuer.replace(tenant, &format!("{tenant}/{tenant}")),
            issuer.replace(tenant, &format!("../{tenant}")),
            issuer.replace(tenant, &tenant.replace('a', "ä")),
            format!("{issuer}/"),
            format!("{issuer} "),
            format!(" {issuer}"),
            issuer[..issuer.len() - 1].to_owned(),
        ] {
            assert_eq!(TrustedIssuer::entra_tenant_of(&wrong), None, "{wrong}");
        }
    }
}

#[test]
fn entra_is_one_tenant_by_its_guid() {
    let entra = |text: &str| TrustedIssuer::entra(text);
    let issuer = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";
    takes(entra, "aaaabbbb-0000-cccc-1111-dddd2222eeee", issuer);
    takes(entra, "AAAABBBB-0000-CCCC-1111-DDDD2222EEEE", issuer);
    refuses(entra, &["common", "Common", "organizations", "consumers"], "stands for any tenant");
    let wrong = [
        "",
        "contoso.onmicrosoft.com",
        "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
        "aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
        " aaaabbbb-0000-cccc-1111-dddd2222eeee",
        "aaaabbbb0000cccc1111dddd2222eeee",
        "{aaaabbbb-0000-cccc-1111-dddd2222eeee}",
        "aaaabbbg-0000-cccc-1111-dddd2222eeee",
        "aaaabbbb-0000-cccc-1111-dddd2222eee",
        "../common",
        "{tenantid}",
    ];
    refuses(entra, &wrong, "expected its GUID");
}

#[test]
fn auth0_is_a_domain_and_its_issuer_ends_with_a_slash() {
    let auth0 = |text: &str| TrustedIssuer::auth0(text);
    takes(auth0, "acme.eu.auth0.com", "https://acme.eu.auth0.com/");
    takes(auth0, "Login.Acme.example", "https://login.acme.example/");
    let wrong = [
        "",
        "acme",
        "acme.",
        ".auth0.com",
        "https://acme.eu.auth0.com/",
        "http://acme.eu.auth0.com",
        "acme.eu.auth0.com/",
        "acme.eu.auth0.com:443",
        "acme.eu.auth0.com@evil.example",
        "acme eu.auth0.com",
    ];
    refuses(auth0, &wrong, "expected the domain");
}

#[test]
fn cognito_is_a_pool_whose_id_names_its_region() {
    let cognito = |text: &str| TrustedIssuer::cognito(text);
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123";
    takes(cognito, "eu-central-1_AbCdEf123", issuer);
    let wrong = [
        "",
        "eu-central-1",
        "eu-central-1_",
        "_AbCdEf123",
        "AbCdEf123",
        "pool_AbCdEf123",
        "eu-central-1:1f2a3b4c-5d6e-7f80-91a2-b3c4d5e6f708",
        "eu-central-1_AbCd_Ef",
        "evil.example/eu-central-1_AbCdEf123",
        issuer,
    ];
    refuses(cognito, &wrong, "expected its id");
}

#[test]
fn okta_is_a_custom_authorization_server() {
    let okta = |text: &str| TrustedIssuer::okta(text);
    for server in ["https://acme.okta.com/oauth2/default", "https://login.acme.example/oauth2/aus1a2b3c4"] {
        takes(okta, server, server);
    }
    let wrong = [
        "",
        "acme.okta.com",
        "https://acme.okta.com",
        "https://acme.okta.com/",
        "https://acme.okta.com/oauth2",
        "https://acme.okta.com/oauth2/",
        "https://acme.okta.com/oauth2/v1",
        "https://acme.okta.com/oauth2/default/",
        "https://acme.okta.com/oauth2/default/v1/token",
    ];
    refuses(okta, &wrong, "expected `https://ORG/oauth2/SERVER`");
}

#[test]
fn rfc_9068_takes_any_address_over_tls() {
    let server = |text: &str| TrustedIssuer::rfc9068(text);
    for issuer in ["https://as.example", "https://as.example/", "https://as.example:8443/tenant/1"] {
        takes(server, issuer, issuer);
    }
    refuses(
        server,
        &["", "as.example", "ftp://as.example", "https://as.example?x"],
        "expected `https://HOST`",
    );
}

#[test]
fn a_problem_of_a_preset_stands_beside_all_others() {
    let mut draft = Draft::new();
    draft.token_rules.limits.leeway = std::time::Duration::from_secs(301);
    draft.trusted.push(TrustedIssuer::entra("common").0);
    let found: Vec<_> = draft.finish().unwrap_err().problems().collect();
    assert!(found.iter().any(|problem| problem.contains("any tenant")), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains("leeway")), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains("no audience")), "{found:#?}");
}

/// The claims of scopes and of roles.
fn read(issuer: TrustedIssuer) -> (Vec<String>, Vec<String>) {
    let mut draft = Draft::new();
    let keys = KeySet::new([VerifyingKey::secret(Algorithm::Hs256, crate::keys::tests::secret(7)).unwrap()])
        .unwrap();
    draft.trusted.push(issuer.audience("orders").key_set(keys).0);
    let config = draft.finish().unwrap();
    let rules = config.access.rules().next().unwrap();
    let text = |paths: &[crate::verify::ClaimPath]| paths.iter().map(|path| path.0.join(">")).collect();
    (text(&rules.scope_claims), text(&rules.role_claims))
}

#[test]
fn a_first_call_replaces_what_a_preset_reads_and_further_ones_add() {
    let realm = || TrustedIssuer::keycloak("https://id.example/realms/shop");
    let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(read(realm()), (texts(&["scope"]), texts(&["realm_access>roles"])));
    let client = realm().keycloak_client_roles("orders");
    assert_eq!(read(client.clone()).1, texts(&["resource_access>orders>roles"]));
    let both = client.role_claim(["realm_access", "roles"]);
    assert_eq!(read(both).1, texts(&["resource_access>orders>roles", "realm_access>roles"]));
    let narrowed = TrustedIssuer::auth0("acme.eu.auth0.com").scope_claim(["scope"]);
    assert_eq!(read(narrowed), (texts(&["scope"]), Vec::new()));
}

#[test]
fn a_value_that_a_preset_requires_can_be_another() {
    let realm = TrustedIssuer::keycloak("https://id.example/realms/shop").claim_value("typ", "Other");
    let values: Vec<_> = realm.0.claim_values.iter().map(|known| (&known.path.0, &known.values)).collect();
    assert_eq!(values, [(&vec!["typ".to_owned()], &vec!["Other".to_owned()])]);
}
