//! The display name of a caller.

use super::*;

#[test]
fn the_preferred_user_name_is_shown_where_there_is_no_name() {
    let shown = |changes: &[(&str, &str)]| {
        let (claims, ..) = read(changes).unwrap().into_parts();
        claims.display_name().map(str::to_owned)
    };
    let preferred = ("preferred_username", "\"alice@acme\"");
    assert_eq!(shown(&[preferred]).as_deref(), Some("alice@acme"));
    assert_eq!(shown(&[("name", "1"), preferred]).as_deref(), Some("alice@acme"));
    assert_eq!(shown(&[("name", "\"Alice\""), preferred]).as_deref(), Some("Alice"));
    assert_eq!(shown(&[("preferred_username", "\"\"")]), None);
}
