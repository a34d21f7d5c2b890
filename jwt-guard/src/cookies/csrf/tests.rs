//! The decision table.

use http::Request;

use super::*;

fn rules(trusted: &[&str]) -> CsrfRules {
    let trusted = trusted.iter().map(|origin| Origin::parse(origin).unwrap()).collect();
    CsrfRules { header: Some(HeaderName::from_static("x-csrf-token")), trusted, plain_http: false }
}

fn request(method: &str, headers: &[(&str, &str)]) -> Parts {
    let has_host = headers.iter().any(|(name, _)| *name == "host");
    let mut builder = Request::builder().method(method).uri("/");
    if !has_host {
        builder = builder.header("host", "shop.example");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap().into_parts().0
}

/// A `POST` that repeats the claim.
fn post(headers: &[(&str, &str)]) -> Result<(), CrossSite> {
    let headers: Vec<_> = headers.iter().copied().chain([("x-csrf-token", "right")]).collect();
    rules(&[]).check(&request("POST", &headers), TokenKind::Access, Some("right"))
}

#[test]
fn methods_that_change_nothing_are_let_through() {
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        let request =
            request(method, &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]);
        assert_eq!(rules(&[]).check(&request, TokenKind::Access, None), Ok(()), "{method}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "post"] {
        assert_eq!(
            rules(&[]).check(&request(method, &[]), TokenKind::Access, Some("right")),
            Err(CrossSite::Missing),
            "{method}"
        );
    }
}

#[test]
fn the_claim_must_be_repeated_exactly() {
    let check = |headers: &[(&str, &str)], claim| {
        rules(&[]).check(&request("POST", headers), TokenKind::Access, claim)
    };
    assert_eq!(check(&[("x-csrf-token", "right")], Some("right")), Ok(()));
    assert_eq!(check(&[], Some("right")), Err(CrossSite::Missing));
    for wrong in ["", "wrong", "righ", "right ", "Right", "rightx", "\u{e9}"] {
        assert_eq!(check(&[("x-csrf-token", wrong)], Some("right")), Err(CrossSite::Mismatch), "{wrong:?}");
    }
    let twice = [("x-csrf-token", "right"), ("x-csrf-token", "right")];
    assert_eq!(check(&twice, Some("right")), Err(CrossSite::Mismatch));
}

#[test]
fn a_token_without_the_claim_is_refused_whatever_is_sent() {
    for claim in [None, Some("")] {
        for sent in [&[][..], &[("x-csrf-token", "")], &[("x-csrf-token", "a")]] {
            assert_eq!(
                rules(&[]).check(&request("POST", sent), TokenKind::Access, claim),
                Err(CrossSite::NoClaim)
            );
        }
    }
}

#[test]
fn a_form_field_counts_where_there_is_no_header() {
    let check = |field: &str, headers: &[(&str, &str)]| {
        let mut request = request("POST", headers);
        request.extensions.insert(FormField(vec![field.to_owned()]));
        rules(&[]).check(&request, TokenKind::Access, Some("right"))
    };
    assert_eq!(check("right", &[]), Ok(()));
    assert_eq!(check("wrong", &[]), Err(CrossSite::Mismatch));
    assert_eq!(check("right", &[("x-csrf-token", "wrong")]), Err(CrossSite::Mismatch));
}

#[test]
fn the_browsers_word_on_the_site_counts() {
    for (site, expected) in [
        ("same-origin", Ok(())),
        ("none", Ok(())),
        ("same-site", Err(CrossSite::Site)),
        ("cross-site", Err(CrossSite::Site)),
        ("", Err(CrossSite::Site)),
        ("Same-Origin", Err(CrossSite::Site)),
        ("something-new", Err(CrossSite::Site)),
    ] {
        assert_eq!(post(&[("sec-fetch-site", site)]), expected, "{site}");
    }
    let twice = [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")];
    assert_eq!(post(&twice), Err(CrossSite::Site));
}

#[test]
fn the_origin_must_be_the_host_of_the_request() {
    for (origin, host, good) in [
        ("https://shop.example", "shop.example", true),
        ("https://SHOP.example", "shop.example", true),
        ("https://shop.example", "shop.example:443", true),
        ("https://shop.example:8443", "shop.example:8443", true),
        ("http://localhost:3000", "localhost:3000", true),
        ("http://[::1]:3000", "[::1]:3000", true),
        ("https://shop.example", "shop.example:8443", false),
        ("https://shop.example:8443", "shop.example", false),
        ("http://shop.example", "shop.example", false),
        ("https://evil.example", "shop.example", false),
        ("https://shop.example.evil.example", "shop.example", false),
        ("https://evilshop.example", "shop.example", false),
        ("https://shop.example/", "shop.example", false),
        ("https://user@shop.example", "shop.example", false),
        ("https://shop.example:", "shop.example", false),
        ("shop.example", "shop.example", false),
        ("https://", "shop.example", false),
        ("ftp://shop.example", "shop.example", false),
        ("null", "shop.example", false),
        ("", "shop.example", false),
        ("null", "null", false),
    ] {
        let expected = if good { Ok(()) } else { Err(CrossSite::Origin) };
        assert_eq!(post(&[("origin", origin), ("host", host)]), expected, "{origin} at {host}");
    }
    let twice = [("origin", "https://shop.example"), ("origin", "https://shop.example")];
    assert_eq!(post(&twice), Err(CrossSite::Origin));
    let hosts = [("origin", "https://shop.example"), ("host", "shop.example"), ("host", "shop.example")];
    assert_eq!(post(&hosts), Err(CrossSite::Origin));
}

#[test]
fn what_a_proxy_or_an_attacker_says_of_the_host_does_not_count() {
    for header in ["x-forwarded-host", "forwarded", "x-forwarded-server", "x-original-host"] {
        let headers = [("origin", "https://evil.example"), (header, "evil.example")];
        assert_eq!(post(&headers), Err(CrossSite::Origin), "{header}");
    }
}

#[test]
fn over_http_2_the_authority_is_the_host() {
    let check = |uri: &str, origin: &str| {
        let mut request = request("POST", &[("origin", origin), ("x-csrf-token", "right")]);
        request.uri = uri.parse().unwrap();
        rules(&[]).check(&request, TokenKind::Access, Some("right"))
    };
    assert_eq!(check("https://other.example/", "https://other.example"), Ok(()));
    assert_eq!(check("https://other.example/", "https://shop.example"), Err(CrossSite::Origin));
}

#[test]
fn an_origin_that_the_configuration_names_is_this_site() {
    let check = |origin: &str, csrf: &str| {
        let headers = [("origin", origin), ("sec-fetch-site", "same-site"), ("x-csrf-token", csrf)];
        rules(&["https://app.example:8443"]).check(
            &request("POST", &headers),
            TokenKind::Access,
            Some("right"),
        )
    };
    assert_eq!(check("https://app.example:8443", "right"), Ok(()));
    assert_eq!(check("https://app.example:8443", "wrong"), Err(CrossSite::Mismatch));
    assert_eq!(check("https://app.example", "right"), Err(CrossSite::Origin));
    assert_eq!(check("http://app.example:8443", "right"), Err(CrossSite::Origin));
}

#[test]
fn the_pages_of_an_application_count_by_their_name_alone() {
    let check = |trusted: &[&str], origin, host| {
        let headers =
            [("origin", origin), ("host", host), ("x-csrf-token", "right"), ("sec-fetch-site", "cross-site")];
        rules(trusted).check(&request("POST", &headers), TokenKind::Access, Some("right"))
    };
    for name in ["capacitor://localhost", "tauri://localhost", "app://orders.example:8443", "x-y.z+1://h"] {
        assert_eq!(check(&[name], name, "shop.example"), Ok(()), "{name}");
        for other in ["https://localhost", "capacitor://localhost:80", "capacitor://other", "tauri://x"] {
            assert_eq!(check(&[name], other, "shop.example"), Err(CrossSite::Origin), "{name} {other}");
        }
    }
    // Such a page chooses its host: it is not of the host that it asks.
    assert_eq!(check(&[], "capacitor://shop.example", "shop.example"), Err(CrossSite::Origin));
    let long = format!("{}://localhost", "a".repeat(33));
    for bad in [
        "ws://localhost",
        "wss://localhost",
        "App://localhost",
        "1app://localhost",
        "://h",
        "a b://h",
        "app://",
        &long,
    ] {
        assert_eq!(Origin::parse(bad), None, "{bad}");
    }
    for shown in ["capacitor://localhost", "https://app.example:8443", "https://app.example"] {
        assert_eq!(Origin::parse(shown).unwrap().to_string(), shown);
    }
}

#[test]
fn a_websocket_is_asked_for_its_origin_and_not_for_a_header_that_no_script_can_set() {
    let check = |method: &str, origin: &str| {
        let mut request = request(method, &[("upgrade", "websocket"), ("origin", origin)]);
        if method == "CONNECT" {
            request.uri = "https://shop.example/".parse().unwrap();
        }
        rules(&[]).check(&request, TokenKind::Access, Some("right"))
    };
    for method in ["GET", "CONNECT"] {
        assert_eq!(check(method, "https://shop.example"), Ok(()), "{method}");
        assert_eq!(check(method, "https://evil.example"), Err(CrossSite::Origin), "{method}");
    }
    // Another method is not a handshake, whatever it calls itself.
    assert_eq!(check("POST", "https://shop.example"), Err(CrossSite::Missing));
}

#[test]
fn cookies_of_another_guard_need_no_claim() {
    let rules = CsrfRules { header: None, trusted: Vec::new(), plain_http: true };
    assert_eq!(
        rules.check(&request("POST", &[("sec-fetch-site", "same-origin")]), TokenKind::Access, None),
        Ok(())
    );
    assert_eq!(
        rules.check(&request("POST", &[("origin", "http://shop.example")]), TokenKind::Access, None),
        Ok(())
    );
    let foreign = request("POST", &[("origin", "https://evil.example")]);
    assert_eq!(rules.check(&foreign, TokenKind::Access, None), Err(CrossSite::Origin));
    let foreign = request("POST", &[("sec-fetch-site", "cross-site")]);
    assert_eq!(rules.check(&foreign, TokenKind::Access, None), Err(CrossSite::Site));
}

#[test]
fn where_no_claim_is_asked_for_a_change_must_say_where_it_comes_from() {
    let own = rules(&[]);
    let foreign = CsrfRules { header: None, ..rules(&[]) };
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "post", "CONNECT"] {
        let silent = request(method, &[]);
        assert_eq!(own.check_session(&silent), Err(CrossSite::Unknown), "{method}");
        assert_eq!(foreign.check_session(&silent), Err(CrossSite::Unknown), "{method}");
        assert_eq!(
            foreign.check(&silent, TokenKind::Access, Some("right")),
            Err(CrossSite::Unknown),
            "{method}"
        );
        for header in [("origin", "https://shop.example"), ("sec-fetch-site", "same-origin")] {
            assert_eq!(
                foreign.check(&request(method, &[header]), TokenKind::Access, None),
                Ok(()),
                "{method}"
            );
            assert_eq!(foreign.check_session(&request(method, &[header])), Ok(()), "{method}");
        }
    }
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert_eq!(foreign.check(&request(method, &[]), TokenKind::Access, None), Ok(()), "{method}");
        assert_eq!(foreign.check_session(&request(method, &[])), Ok(()), "{method}");
    }
    // No script sets a header on a handshake, so none is asked for the claim.
    let handshake = request("GET", &[("upgrade", "websocket")]);
    assert_eq!(own.check(&handshake, TokenKind::Access, Some("right")), Err(CrossSite::Unknown));
    assert_eq!(own.check_session(&handshake), Err(CrossSite::Unknown));
    let message = CrossSite::Unknown.to_string();
    assert!(message.contains("`Origin`") && message.contains("`Sec-Fetch-Site`"), "{message}");
}

#[test]
fn a_refresh_is_asked_where_it_comes_from_whatever_its_method() {
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        let check = |headers: &[(&str, &str)]| {
            rules(&[]).check(&request(method, headers), TokenKind::Refresh, Some("right"))
        };
        assert_eq!(check(&[("origin", "https://evil.example")]), Err(CrossSite::Origin), "{method}");
        assert_eq!(check(&[("sec-fetch-site", "cross-site")]), Err(CrossSite::Site), "{method}");
        assert_eq!(check(&[("sec-fetch-site", "same-origin")]), Ok(()), "{method}");
        assert_eq!(check(&[]), Ok(()), "{method}");
    }
}

#[test]
fn a_change_without_a_cookie_may_say_nothing_of_where_it_comes_from() {
    let check = |method: &str, headers: &[(&str, &str)]| rules(&[]).check_change(&request(method, headers));
    assert_eq!(check("POST", &[]), Ok(()));
    assert_eq!(check("POST", &[("origin", "https://shop.example")]), Ok(()));
    assert_eq!(check("POST", &[("origin", "https://evil.example")]), Err(CrossSite::Origin));
    assert_eq!(check("POST", &[("sec-fetch-site", "same-site")]), Err(CrossSite::Site));
    assert_eq!(check("GET", &[("sec-fetch-site", "cross-site")]), Ok(()));
    assert_eq!(
        check("GET", &[("upgrade", "websocket"), ("sec-fetch-site", "cross-site")]),
        Err(CrossSite::Site)
    );
}

#[test]
fn a_logout_repeats_the_claim_of_each_token_by_whatever_method() {
    let check = |method: &str, headers: &[(&str, &str)]| {
        let request = request(method, headers);
        ["one", "two"].map(|claim| rules(&[]).check_logout(&request, Some(claim)))
    };
    for method in ["GET", "POST", "DELETE"] {
        let good = [Ok(()), Ok(())];
        assert_eq!(check(method, &[("x-csrf-token", "one"), ("x-csrf-token", "two")]), good, "{method}");
        assert_eq!(check(method, &[("x-csrf-token", "one, two")]), good, "{method}");
        assert_eq!(check(method, &[("x-csrf-token", "two, one, two, one")]), good, "{method}");
        let first = [Ok(()), Err(CrossSite::Mismatch)];
        assert_eq!(check(method, &[("x-csrf-token", "one")]), first, "{method}");
        assert_eq!(check(method, &[]), [Err(CrossSite::Missing); 2], "{method}");
        assert_eq!(check(method, &[("x-csrf-token", "")]), [Err(CrossSite::Mismatch); 2], "{method}");
        let foreign = [("x-csrf-token", "one, two"), ("origin", "https://evil.example")];
        assert_eq!(check(method, &foreign), [Err(CrossSite::Origin); 2], "{method}");
    }
    let mut form = request("POST", &[]);
    form.extensions.insert(FormField(vec!["one".to_owned(), "two".to_owned()]));
    assert_eq!(rules(&[]).check_logout(&form, Some("two")), Ok(()));
    // No other request may guess.
    assert_eq!(rules(&[]).check(&form, TokenKind::Access, Some("two")), Err(CrossSite::Missing));
    assert_eq!(rules(&[]).check_logout(&form, None), Err(CrossSite::NoClaim));
    assert_eq!(rules(&[]).check_logout(&form, Some("")), Err(CrossSite::NoClaim));
    let own = CsrfRules { header: None, ..rules(&[]) };
    assert_eq!(own.check_logout(&form, None), Err(CrossSite::Unknown));
    assert_eq!(own.check_session_logout(&request("GET", &[])), Err(CrossSite::Unknown));
    assert_eq!(own.check_session_logout(&request("GET", &[("sec-fetch-site", "same-origin")])), Ok(()));
}
