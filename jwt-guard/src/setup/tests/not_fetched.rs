//! Keys that are to be fetched, without a client.

#[test]
fn without_a_client_keys_to_be_fetched_are_a_problem_that_names_the_feature_and_the_method() {
    use crate::setup::TrustedIssuer;

    let own = |builder: crate::setup::Builder<crate::setup::HasKeys, crate::setup::HasAudience>| {
        builder.build().unwrap_err().to_string()
    };
    for message in [
        own(crate::guard::JwtGuard::builder().jwks_url("https://id.example/keys").audience("orders")),
        own(crate::guard::JwtGuard::builder().oidc_issuer("https://id.example").audience("orders")),
        own(crate::guard::JwtGuard::builder()
            .trust(TrustedIssuer::keycloak("https://id.example/realms/shop").audience("orders"))),
    ] {
        assert!(
            message.contains("the feature `remote-keys`") && message.contains("`.key_fetcher(..)`"),
            "{message}"
        );
    }
}
