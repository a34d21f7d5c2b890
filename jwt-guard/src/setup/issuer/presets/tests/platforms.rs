//! The presets of application platforms and of machines.

use super::*;

#[test]
fn firebase_is_a_project_by_its_id() {
    let firebase = |text: &str| TrustedIssuer::firebase(text);
    takes(firebase, "acme-shop", "https://securetoken.google.com/acme-shop");
    let wrong = [
        "",
        "acme",
        "Acme Shop",
        "acme_shop",
        "415104041262",
        "acme-shop-",
        "acme/shop",
        "https://securetoken.google.com/acme-shop",
        "acme-shop.firebaseapp.com",
        "acme-shop-of-more-than-thirty-letters",
    ];
    refuses(firebase, &wrong, "expected its id");
}

#[test]
fn clerk_cloudflare_and_zitadel_are_hosts_without_a_path() {
    let presets: [fn(&str) -> TrustedIssuer; 3] = [
        |text| TrustedIssuer::clerk(text),
        |text| TrustedIssuer::cloudflare_access(text),
        |text| TrustedIssuer::zitadel(text),
    ];
    for preset in presets {
        for origin in ["https://clerk.acme.example", "https://id.acme.example:8443"] {
            takes(preset, origin, origin);
        }
        let wrong = [
            "",
            "acme",
            "clerk.acme.example",
            "https://clerk.acme.example/",
            "https://clerk.acme.example/x",
            "https://clerk.acme.example?x",
            "https://user@clerk.acme.example",
        ];
        refuses(preset, &wrong, "expected `https://");
    }
}

#[test]
fn supabase_is_the_url_of_a_project() {
    let supabase = |text: &str| TrustedIssuer::supabase(text);
    takes(supabase, "https://abc.supabase.co", "https://abc.supabase.co/auth/v1");
    let wrong = ["", "abc", "abc.supabase.co", "https://abc.supabase.co/", "https://abc.supabase.co/auth/v1"];
    refuses(supabase, &wrong, "expected `https://PROJECT.supabase.co`");
}

#[test]
fn github_actions_needs_owners_or_repositories() {
    let of = |names: &[&str]| problems(TrustedIssuer::github_actions(names.iter().copied()));
    for names in
        [&["acme"][..], &["acme", "lib-owner"], &["acme/shop"], &["acme/shop", "acme/lib.rs", "a_b/.github"]]
    {
        assert_eq!(of(names), [""; 0], "{names:?}");
    }
    for (names, expected) in [
        (&[][..], "admits all workflows of GitHub"),
        (&["acme", "acme/shop"], "owners and repositories"),
        (&[""], "expected `OWNER/NAME`"),
        (&["acme/"], "expected `OWNER/NAME`"),
        (&["/shop"], "expected `OWNER/NAME`"),
        (&["acme/shop/x"], "expected `OWNER/NAME`"),
        (&["acme/*"], "expected `OWNER/NAME`"),
        (&["https://github.com/acme"], "expected `OWNER/NAME`"),
        (&["acme shop"], "expected `OWNER/NAME`"),
    ] {
        let found = of(names);
        assert!(found.len() == 1 && found[0].contains(expected), "{names:?}: {found:#?}");
    }
}

#[test]
fn the_audience_of_a_cluster_is_not_its_api_server() {
    let kubernetes = |text: &str| TrustedIssuer::kubernetes(text);
    let cluster = "https://kubernetes.default.svc.cluster.local";
    takes(kubernetes, cluster, cluster);
    let eks = "https://oidc.eks.eu-central-1.amazonaws.com/id/A1B2";
    takes(kubernetes, eks, eks);
    refuses(
        kubernetes,
        &["", "kubernetes/serviceaccount", "kubernetes.default.svc"],
        "expected `https://HOST`",
    );
    let found = problems(TrustedIssuer::kubernetes(cluster).audience(cluster));
    assert!(found.len() == 1 && found[0].contains("API server"), "{found:#?}");
    let mut draft = Draft::new();
    draft.own.audiences.push(cluster.to_owned());
    draft.trusted.push(TrustedIssuer::kubernetes(cluster).0);
    let found: Vec<_> = draft.finish().unwrap_err().problems().collect();
    assert!(found.iter().any(|problem| problem.contains("API server")), "{found:#?}");
}

#[test]
fn authentik_is_a_provider_with_a_slash_at_its_end() {
    let authentik = |text: &str| TrustedIssuer::authentik(text);
    for issuer in
        ["https://id.example/application/o/orders/", "https://id.example/auth/application/o/orders/"]
    {
        takes(authentik, issuer, issuer);
    }
    let wrong = [
        "",
        "orders",
        "https://id.example",
        "https://id.example/",
        "https://id.example/application/o/",
        "https://id.example/application/o//",
        "https://id.example/application/o/orders",
        "https://id.example/application/o/orders/jwks/",
    ];
    refuses(authentik, &wrong, "expected `https://HOST/application/o/SLUG/`");
}

#[test]
fn an_organization_a_tenant_or_a_namespace_is_not_empty() {
    for issuer in [
        TrustedIssuer::clerk("https://clerk.acme.example").clerk_organization(""),
        TrustedIssuer::firebase("acme-shop").firebase_tenant(""),
        TrustedIssuer::kubernetes("https://cluster.example").kubernetes_namespace(""),
        TrustedIssuer::zitadel("https://id.example").zitadel_roles("17", ""),
    ] {
        let found = problems(issuer);
        assert!(found.len() == 1 && found[0].contains("empty"), "{found:#?}");
    }
    for project in ["", "shop", "17@shop"] {
        let found = problems(TrustedIssuer::zitadel("https://id.example").zitadel_roles(project, "17"));
        assert!(found.len() == 1 && found[0].contains("expected its id"), "{found:#?}");
    }
}
