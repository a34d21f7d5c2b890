//! Refresh tokens, and the answer that carries a pair.

use serde_json::json;

use super::*;

#[test]
fn a_refresh_token_carries_what_its_successor_grants_and_grants_nothing() {
    let issuer = issuer(|builder| builder);
    let token = issuer
        .refresh("alice")
        .scopes(["a", "b"])
        .roles(["clerk"])
        .audience(["billing"])
        .claim("tenant", "acme")
        .fresh()
        .sign()
        .unwrap();
    assert_eq!(segment(&token, 0), json!({"alg": "HS256", "typ": "rt+jwt"}));
    let expected = json!({
        "iss": "https://id.example", "sub": "alice", "aud": "orders", "client_id": "orders", "iat": NOW,
        "exp": NOW + 30 * 86_400, "jti": token.id(), "sid": token.family(), "auth_time": NOW,
        "renew": {
            "begun": NOW, "scope": "a b", "roles": ["clerk"], "aud": ["billing"], "claims": {"tenant": "acme"}
        }
    });
    assert_eq!(claims(&token), expected);
    let verified =
        verifier(&issuer, refresh_profile()).verify(token.as_str().as_bytes()).unwrap().into_identity();
    let identity = verified;
    let Identity { scopes, roles, .. } = &*identity;
    assert!(scopes.is_empty() && roles.is_empty());
}

#[test]
fn a_refresh_token_passes_as_one_and_as_nothing_else() {
    let issuer = issuer(|builder| builder);
    let token = issuer.refresh("alice").sign().unwrap();
    assert!(verify(&issuer, refresh_profile(), &token).is_ok());
    for profile in
        [TokenProfile::Classic, TokenProfile::AccessToken, TokenProfile::Typed("example+jwt".to_owned())]
    {
        assert_eq!(verify(&issuer, profile, &token).err(), Some(VerifyError::WrongType));
    }
}

#[test]
fn both_tokens_of_a_pair_are_of_one_login() {
    let issuer = issuer(|builder| builder);
    let pair = issuer.pair("alice").scopes(["a"]).fresh().csrf().sign().unwrap();
    let (access, refresh) = (claims(pair.access()), claims(pair.refresh()));
    assert_eq!(
        (&access["sid"], &access["auth_time"], &access["fresh"]),
        (&refresh["sid"], &json!(NOW), &json!(true))
    );
    assert_eq!((&refresh["auth_time"], refresh.get("fresh")), (&json!(NOW), None));
    assert_ne!((&access["jti"], &access["csrf"]), (&refresh["jti"], &refresh["csrf"]));
    assert_eq!(pair.access().family(), pair.refresh().family());
    assert_eq!(pair.access().family().map(str::len), Some(22));
    assert!(verify(&issuer, TokenProfile::AccessToken, pair.access()).is_ok());
    let named = issuer.pair("alice").family("f1").sign().unwrap();
    assert_eq!((named.access().family(), named.refresh().family()), (Some("f1"), Some("f1")));
}

#[test]
fn a_pair_serialises_as_the_answer_of_oauth_2() {
    let issuer = issuer(|builder| builder);
    let pair = issuer.pair("alice").scopes(["a", "b"]).lifetime(Duration::from_secs(60)).sign().unwrap();
    let expected = json!({
        "access_token": pair.access().as_str(), "token_type": "Bearer", "expires_in": 60,
        "refresh_token": pair.refresh().as_str(), "scope": "a b"
    });
    assert_eq!(serde_json::to_value(&pair).unwrap(), expected);
    let bare = serde_json::to_value(issuer.pair("alice").sign().unwrap()).unwrap();
    assert_eq!(bare.get("scope"), None);
    assert_eq!(bare.as_object().unwrap().len(), 4);
}

#[test]
fn a_refresh_token_is_for_the_issuers_own_audience() {
    let own = issuer(|builder| builder.audience("second"));
    let token = own.refresh("alice").audience(["billing"]).sign().unwrap();
    assert_eq!(claims(&token)["aud"], json!(["orders", "second"]));
    let none = TokenIssuer::builder(key()).clock(ManualClock::new()).build().unwrap();
    let pair = none.pair("alice").audience(["billing"]).sign().unwrap();
    assert_eq!(
        (&claims(pair.access())["aud"], &claims(pair.refresh())["aud"]),
        (&json!("billing"), &json!("billing"))
    );
    let bare = claims(&none.access("alice").sign().unwrap());
    assert_eq!((bare.get("aud"), bare.get("iss")), (None, None));
}

#[test]
fn no_token_outlives_the_absolute_lifetime() {
    let issuer = issuer(|builder| builder.absolute_lifetime(Duration::from_secs(600)));
    let pair = issuer.pair("alice").sign().unwrap();
    for token in [pair.access(), pair.refresh()] {
        assert_eq!(token.expires_in(), Duration::from_secs(600));
        assert_eq!(claims(token)["exp"], NOW + 600);
    }
}
