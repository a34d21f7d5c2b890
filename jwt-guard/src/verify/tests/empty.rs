//! D7: an empty text is not a name: neither of a token, nor of a login, nor of a client.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

#[test]
fn an_empty_text_names_nothing() {
    let claims = read(&[("jti", "\"\""), ("sid", "\"\""), ("client_id", "\"\"")]).unwrap().claims;
    assert_eq!((claims.token_id(), claims.family(), claims.client_id()), (None, None, None));
    let claims = read(&[("jti", "\" \""), ("sid", "\"0\"")]).unwrap().claims;
    assert_eq!((claims.token_id(), claims.family()), (Some(" "), Some("0")));
    for name in ["jti", "sid", "client_id", "azp", "tenant"] {
        let requires = verifier(|rules| rules.required_claims = vec![name.to_owned()]);
        assert_eq!(requires.read(payload(&[(name, "\"\"")])).map(drop), Err(missing(name)), "{name}");
        assert!(requires.read(payload(&[(name, "\"x\"")])).is_ok(), "{name}");
    }
    let profile = verifier(|rules| rules.profile = TokenProfile::AccessToken);
    let of_profile = |changes: [(&str, &str); 2]| profile.read(payload(&changes)).map(drop);
    assert_eq!(of_profile([("jti", "\"1\""), ("client_id", "\"web\"")]), Ok(()));
    assert_eq!(of_profile([("jti", "\"\""), ("client_id", "\"web\"")]), Err(missing("jti")));
    assert_eq!(of_profile([("jti", "\"1\""), ("client_id", "\"\"")]), Err(missing("client_id")));
    // It chooses no issuer either.
    let named = |issuer: &str| {
        let token =
            ["{}", &payload(&[("iss", issuer)]), "x"].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        verifier(|_| {}).unverified_issuer(token.as_bytes())
    };
    assert_eq!((named("\"\""), named("\"a\"")), (None, Some("a".to_owned())));
    let any = verifier(|rules| rules.clients.required = true);
    assert_eq!(any.read(payload(&[("client_id", "\"\"")])).map(drop), Err(missing("client_id")));
}
