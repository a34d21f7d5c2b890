//! A route that is gone is compared with what answers its requests now.

use super::*;

const ADMIN: &str = "requires(role = \"admin\")";
const OPEN: &str = "anonymous_allowed";

fn lock(rows: &[(&str, &str, &str)]) -> AccessLock {
    let lines =
        rows.iter().map(|(method, path, policy)| format!("{method} {path:?} guard \"api\": {policy}\n"));
    format!("version 1\n{}", lines.collect::<String>()).parse().unwrap()
}

/// The one change if `gone` is removed from beside `rest`.
fn removal(gone: (&str, &str, &str), rest: &[(&str, &str, &str)]) -> AccessChange {
    let mut before = rest.to_vec();
    before.push(gone);
    let changes = lock(&before).changes_to(&lock(rest));
    assert!(matches!(changes.as_slice(), [_]), "{changes:?}");
    let change = changes.into_iter().next().unwrap();
    assert_eq!((change.method.as_str(), change.path.as_str()), (gone.0, gone.1));
    change
}

#[test]
fn a_route_that_is_gone_widens_if_an_open_one_answers_its_requests() {
    for (gone, rest) in [
        (("GET", "/files/secret", ADMIN), ("GET", "/files/{name}", OPEN)),
        (("GET", "/files/secret", ADMIN), ("GET", "/files/{*path}", OPEN)),
        (("GET", "/files/secret", ADMIN), ("ANY", "/files/*", OPEN)),
        (("GET", "/files/secret", ADMIN), ("GET", "/{folder}/secret", OPEN)),
        (("GET", "/files/secret", ADMIN), ("GET", "/files/s{name}", OPEN)),
        (("GET", "/files/secret", ADMIN), ("ANY", "/files/secret", OPEN)),
        (("GET", "/files/secret", ADMIN), ("OTHER", "/files/secret", OPEN)),
        (("GET", "/files/secret", ADMIN), ("ANY", "/* (no route)", OPEN)),
        (("GET", "/files/secret", ADMIN), ("ANY", "/files/* (no route)", OPEN)),
        (("GET", "/files/secret", ADMIN), ("HEAD", "/files/{name}", OPEN)),
        (("HEAD", "/files/secret", ADMIN), ("GET", "/files/secret", OPEN)),
        (("HEAD", "/files/secret", ADMIN), ("GET", "/files/{name}", OPEN)),
        (("GET,POST", "/files/secret", ADMIN), ("POST", "/files/{name}", OPEN)),
        (("ANY", "/files/secret", ADMIN), ("PUT", "/files/{name}", OPEN)),
        (("GET", "/files/{name}", ADMIN), ("GET", "/files/{*path}", OPEN)),
        (("GET", "/files/{name}", ADMIN), ("GET", "/{folder}/index", OPEN)),
        (("ANY", "/files/* (no route)", ADMIN), ("ANY", "/* (no route)", OPEN)),
        (("ANY", "/* (not listed)", ADMIN), ("GET", "/{*path}", OPEN)),
    ] {
        let change = removal(gone, &[rest]);
        assert_eq!(change.kind, ChangeKind::Widened, "{gone:?} {rest:?}");
        let expected = format!(
            "the route is gone, and `{} {}` answers its requests: a caller without a token or with a valid one may now call \
             it; before, only a caller with `role = \"admin\"`",
            rest.0, rest.1
        );
        assert_eq!(change.sentence, expected);
    }
}

#[test]
fn a_route_that_is_gone_is_removed_if_no_request_of_it_is_answered_to_more_callers() {
    for (gone, rest) in [
        // The same callers, or fewer.
        (("GET", "/files/secret", ADMIN), ("GET", "/files/{name}", ADMIN)),
        (("GET", "/files/public", OPEN), ("GET", "/files/{name}", ADMIN)),
        // Another method, which is 405.
        (("GET", "/files/secret", ADMIN), ("POST", "/files/{name}", OPEN)),
        (("POST", "/files/secret", ADMIN), ("GET", "/files/secret", OPEN)),
        (("GET", "/files/secret", ADMIN), ("HEAD", "/files/secret", OPEN)),
        (("ANY", "/files/secret", ADMIN), ("GET", "/files/secret", OPEN)),
        // Another path.
        (("GET", "/files/secret", ADMIN), ("GET", "/files/secrets", OPEN)),
        (("GET", "/files/secret", ADMIN), ("GET", "/{file}", OPEN)),
        (("GET", "/files/secret", ADMIN), ("GET", "/files/x{name}", OPEN)),
        (("GET", "/files/", ADMIN), ("GET", "/files/{name}", OPEN)),
        (("GET", "/files/secret", ADMIN), ("ANY", "/other/* (no route)", OPEN)),
        // It was asked before, too.
        (("GET", "/files/{name}", ADMIN), ("GET", "/files/open", OPEN)),
        (("GET", "/{folder}/index", ADMIN), ("GET", "/files/{name}", OPEN)),
        (("ANY", "/* (no route)", ADMIN), ("GET", "/{*path}", OPEN)),
    ] {
        assert_eq!(removal(gone, &[rest]).kind, ChangeKind::Removed, "{gone:?} {rest:?}");
    }
}

#[test]
fn the_first_path_that_is_asked_decides_and_a_router_of_unknown_paths_may() {
    let gone = ("GET", "/files/secret", ADMIN);
    let open = ("GET", "/{*path}", OPEN);
    assert_eq!(removal(gone, &[("GET", "/files/{name}", ADMIN), open]).kind, ChangeKind::Removed);
    assert_eq!(removal(gone, &[("POST", "/files/{name}", ADMIN), open]).kind, ChangeKind::Removed);
    assert_eq!(removal(gone, &[("GET", "/files/x{name}", ADMIN), open]).kind, ChangeKind::Widened);
    // Only some requests of the removed route are of the first path.
    let gone = ("GET", "/files/{name}", ADMIN);
    assert_eq!(removal(gone, &[("GET", "/{folder}/index", ADMIN), open]).kind, ChangeKind::Widened);

    let unlisted = removal(gone, &[("ANY", "/* (not listed)", OPEN)]);
    assert_eq!(unlisted.kind, ChangeKind::Changed);
    assert!(
        unlisted.sentence.contains("`ANY /* (not listed)` may answer its requests"),
        "{}",
        unlisted.sentence
    );
}

#[test]
fn another_guard_that_answers_is_a_change() {
    let before = "version 1\nGET \"/a\" guard \"one\": authentication_required\nGET \"/{x}\" guard \"two\": authentication_required\n";
    let now = "version 1\nGET \"/{x}\" guard \"two\": authentication_required\n";
    let changes = before.parse::<AccessLock>().unwrap().changes_to(&now.parse().unwrap());
    assert_eq!(changes.iter().map(|change| change.kind).collect::<Vec<_>>(), [ChangeKind::Changed]);
}

/// Each kind of path, and paths of requests on which two of them differ.
const PATHS: [&str; 18] = [
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/b{c}",
    "/a/{x}",
    "/a/{x}/c",
    "/a/{*x}",
    "/a/b/{*x}",
    "/a/*",
    "/{x}",
    "/{x}/b",
    "/{x}/{y}",
    "/{*x}",
    "/{{x}}",
    "/{x}/*",
    "/a/* (no route)",
    "/* (no route)",
];
const REQUESTS: [&str; 14] = [
    "/", "/a", "/a/", "/a/b", "/a/bee", "/a/x", "/a/x/c", "/a/b/c", "/x", "/x/", "/x/b", "/x/y", "/x/y/z",
    "/{x}",
];

/// A router of axum with these paths, each of which answers with itself; `None` if axum refuses them side by side.
fn router(paths: &[&'static str]) -> Option<axum::Router> {
    std::panic::catch_unwind(|| {
        paths.iter().fold(axum::Router::new(), |router, &path| {
            let answer = move || async move { path };
            match (path.strip_suffix("/* (no route)"), path.strip_suffix("/*")) {
                (Some(""), _) => router.fallback(answer),
                (Some(prefix), _) => router.nest(prefix, axum::Router::new().fallback(answer)),
                (_, Some(prefix)) => router.nest_service(prefix, axum::routing::any(answer)),
                _ => router.route(path, axum::routing::any(answer)),
            }
        })
    })
    .ok()
}

async fn answers(router: &axum::Router) -> Vec<Vec<u8>> {
    use tower::ServiceExt as _;

    let mut answers = Vec::new();
    for path in REQUESTS {
        let request = axum::extract::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        answers.push(axum::body::to_bytes(response.into_body(), 100).await.unwrap().to_vec());
    }
    answers
}

#[tokio::test]
async fn what_answers_the_requests_of_a_route_that_is_gone_is_what_axum_sends_them_to() {
    let (mut moved, mut wrong) = (0, Vec::new());
    for gone in PATHS {
        for rest in PATHS {
            let (Some(before), Some(now)) = (router(&[gone, rest]), router(&[rest])) else { continue };
            let (before, now) = (answers(&before).await, answers(&now).await);
            let is_moved = before
                .iter()
                .zip(&now)
                .any(|(before, now)| before == gone.as_bytes() && now == rest.as_bytes());
            let change = removal(("ANY", gone, ADMIN), &[("ANY", rest, OPEN)]);
            if (change.kind == ChangeKind::Widened) != is_moved {
                wrong.push((gone, rest, change.kind));
            }
            moved += u32::from(is_moved);
        }
    }
    // axum does not send the prefix with a slash to a nested fallback: an error on the safe side.
    assert_eq!(wrong, [("/a/", "/a/* (no route)", ChangeKind::Widened)]);
    assert!(moved > 40, "{moved}");
}
