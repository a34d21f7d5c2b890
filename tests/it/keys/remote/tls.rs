//! Keys over TLS, with a private authority.

use jwt_guard::keys::remote::RemoteKeySettings;
use jwt_guard_tests::key_server::OPENID;

use super::*;
use crate::app::{self, ALICE, PROTECTED};

#[tokio::test]
async fn keys_come_over_tls_from_an_authority_that_is_trusted_and_from_no_other() {
    let (issuer, other) = (KeyServer::start_with_tls().await, KeyServer::start_with_tls().await);
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    issuer.describe(OPENID);
    let builder = |root: Option<&str>| {
        let settings = RemoteKeySettings::new();
        let settings = root.map_or(settings.clone(), |root| settings.root_certificate(root));
        JwtGuard::builder()
            .oidc_issuer(issuer.issuer())
            .audience(AUDIENCE)
            .remote_keys(settings)
            .clock(ManualClock::new())
    };
    let token =
        key(Algorithm::Es256).token_by("a", &payload().with("iss", &format!("\"{}\"", issuer.issuer())));
    let service = app::serve(builder(Some(issuer.root())).build().unwrap()).await;
    service.get(PROTECTED, &token).await.is(ALICE);
    assert_eq!(issuer.heads().len(), 2);
    for root in [None, Some(other.root())] {
        let guard = builder(root).build().unwrap();
        let error = guard.keys().ready().await.unwrap_err().to_string();
        assert!(error.contains("certificate"), "{error}");
        assert_eq!(app::serve(guard).await.get(PROTECTED, &token).await.status, 503);
    }
    assert_eq!(issuer.heads().len(), 2);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let issuer = KeyServer::start_with_tls().await;
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    let url = issuer.url(JWKS).replace("localhost", "127.0.0.1");
    let settings = RemoteKeySettings::new().root_certificate(issuer.root());
    let builder = JwtGuard::builder().jwks_url(url).issuer(ISSUER).audience(AUDIENCE).remote_keys(settings);
    let error =
        builder.clock(ManualClock::new()).build().unwrap().keys().ready().await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(issuer.heads().len(), 0);
}

#[test]
fn a_root_that_is_not_a_certificate_is_refused_when_the_guard_is_built() {
    let settings = RemoteKeySettings::new()
        .root_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let builder = JwtGuard::builder().jwks_url("https://id.example/k").issuer(ISSUER).audience(AUDIENCE);
    assert!(builder.remote_keys(settings).build().unwrap_err().to_string().contains("root certificate"));
}
