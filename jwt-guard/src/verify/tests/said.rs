//! What the log may hold of a token: its parties, its header and its dates, and the subject nowhere.

use super::*;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"2026"}"#;
const HIDDEN: Option<&str> = Some("(the subject)");

/// A refused token.
fn refused(change: impl FnOnce(&mut Rules), header: &str, changes: &[(&str, &str)]) -> Said {
    let token = token(header, &payload(changes));
    verifier(change).report(token.as_bytes(), &VerifyError::BadSignature).said
}

/// A verified one, at a guard that takes every issuer and audience.
fn verified(changes: &[(&str, &str)]) -> Said {
    let verifier = verifier(|rules| {
        rules.issuers.clear();
        rules.audience = Audience::Any;
    });
    Said::of_claims(&verifier.read(payload(changes)).unwrap().claims)
}

/// Issuer, audience and client.
fn parties(said: &Said) -> [Option<&str>; 3] {
    [said.iss.as_deref(), said.aud.as_deref(), said.client.as_deref()]
}

/// `alg`, `typ` and `kid`.
fn header(said: &Said) -> [Option<&str>; 3] {
    [said.alg.as_deref(), said.typ.as_deref(), said.kid.as_deref()]
}

/// `iat`, `nbf` and `exp`.
fn dates(said: &Said) -> [Option<String>; 3] {
    [said.iat, said.nbf, said.exp].map(|date| date.map(|date| date.to_string()))
}

#[test]
fn a_token_says_who_it_is_from_and_for_and_when_it_is_valid() {
    let changes = [("aud", r#"["orders","invoices"]"#), ("client_id", "\"web\""), ("nbf", "1799999940")];
    let refused = refused(|_| {}, HEADER, &changes);
    assert_eq!(header(&refused), [Some("HS256"), Some("JWT"), Some("2026")]);
    let verified = verified(&changes);
    assert_eq!(header(&verified), [None; 3], "which is not kept");
    for said in [refused, verified] {
        assert_eq!(parties(&said), [Some("https://id.example"), Some("orders invoices"), Some("web")]);
        let days = ["2027-01-15T07:59:55Z", "2027-01-15T07:59:00Z", "2027-01-15T08:10:00Z"];
        assert_eq!(dates(&said), days.map(|date| Some(date.to_owned())));
    }
}

#[test]
fn what_a_token_does_not_have_it_does_not_say() {
    let changes = [("iss", ""), ("aud", ""), ("iat", "")];
    let refused = refused(|_| {}, "{}", &changes);
    assert_eq!(header(&refused), [None; 3]);
    for said in [refused, verified(&changes)] {
        assert_eq!(parties(&said), [None; 3]);
        assert_eq!(dates(&said), [None, None, Some("2027-01-15T08:10:00Z".to_owned())]);
    }
    let garbage = verifier(|_| {}).report(b"a.b", &VerifyError::BadSignature).said;
    assert_eq!(
        (header(&garbage), parties(&garbage), dates(&garbage)),
        ([None; 3], [None; 3], [const { None }; 3])
    );
}

#[test]
fn the_subject_is_hidden_wherever_it_stands() {
    let alice = "\"alice\"";
    let changes = [("iss", alice), ("aud", r#"["alice","orders"]"#), ("client_id", alice)];
    let header_of_alice = r#"{"alg":"alice","typ":"alice","kid":"alice"}"#;
    let refused = |subject_claim: &str, changes: &[(&str, &str)]| {
        let set = |rules: &mut Rules| rules.subject_claim = subject_claim.to_owned();
        refused(set, header_of_alice, changes)
    };
    let by_sub = refused("sub", &changes);
    assert_eq!(header(&by_sub), [HIDDEN; 3]);
    for said in [by_sub, verified(&changes)] {
        assert_eq!(parties(&said), [HIDDEN, Some("(the subject) orders"), HIDDEN]);
    }
    // Where another claim names the caller, `sub` is hidden as well.
    assert_eq!(header(&refused("email", &changes)), [HIDDEN; 3]);
    let by_email = [("sub", "\"7\""), ("email", alice)];
    assert_eq!(header(&refused("email", &by_email)), [HIDDEN; 3]);
    assert_eq!(header(&refused("sub", &by_email)), [Some("alice"); 3]);
    // An empty text is not a name.
    assert_eq!(parties(&refused("sub", &[("sub", "\"\""), ("iss", "\"\"")]))[0], Some(""));
}

#[test]
fn the_client_is_named_by_the_first_claim_with_a_text() {
    let said = |changes: &[(&str, &str)]| {
        let set = |rules: &mut Rules| rules.clients.claims = vec!["azp".to_owned(), "client_id".to_owned()];
        refused(set, HEADER, changes).client
    };
    let client_id = ("client_id", "\"web\"");
    assert_eq!(said(&[client_id]).as_deref(), Some("web"));
    assert_eq!(said(&[client_id, ("azp", "7")]).as_deref(), Some("web"));
    assert_eq!(said(&[client_id, ("azp", "\"spa\"")]).as_deref(), Some("spa"));
    assert_eq!(said(&[]), None);
}
