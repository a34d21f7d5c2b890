//! Where requests of a row go: methods and paths.

use std::collections::BTreeMap;

use super::person::ANY_PARAMETER;
use crate::router::{AccessRow, AccessTable, RoutePath};

/// Below a prefix, a path that no route has.
const NO_ROUTE: &str = "jwt-guard-denials-no-such-route";

/// The methods of a row that serves any, and of which a row that serves the others takes one.
const ANY: [&str; 2] = ["GET", "POST"];
const OTHERS: [&str; 4] = ["PUT", "PATCH", "DELETE", "POST"];

/// The methods to send.
///
/// # Errors
///
/// Why there are none.
pub(super) fn methods(row: &AccessRow, table: &AccessTable) -> Result<Vec<&'static str>, &'static str> {
    if row.method == "OTHER" {
        let beside = table.rows().iter().filter(|other| other.path == row.path);
        let taken: Vec<_> = beside.flat_map(|other| &other.source.methods).copied().collect();
        let free = OTHERS.into_iter().find(|method| !taken.contains(method));
        return free
            .map(|method| vec![method])
            .ok_or("the usual methods have handlers of their own beside it");
    }
    if row.source.methods.is_empty() {
        return Ok(ANY.to_vec());
    }
    let named: Vec<_> = row.source.methods.iter().copied().filter(|method| *method != "CONNECT").collect();
    if named.is_empty() { Err("`CONNECT` is not sent, because it is not for a path") } else { Ok(named) }
}

/// The path of a request, with these parameters and any others.
///
/// # Errors
///
/// Why there is none.
pub(super) fn path(
    row: &AccessRow,
    params: &BTreeMap<String, String>,
    table: &AccessTable,
) -> Result<String, &'static str> {
    match &row.source.place {
        RoutePath::Route(path) => Ok(filled(path, params)),
        RoutePath::Fallback(path) | RoutePath::Below(path) => Ok(below(&filled(path, params), table)),
        RoutePath::Unlisted(_) => Err("its paths are not known: it is a router of axum"),
    }
}

/// A path without a route that is answered by the router of this row, or by one around it.
pub(super) fn absent(row: &AccessRow, params: &BTreeMap<String, String>, table: &AccessTable) -> String {
    match &row.source.place {
        RoutePath::Route(path)
        | RoutePath::Fallback(path)
        | RoutePath::Below(path)
        | RoutePath::Unlisted(path) => below(&filled(path, params), table),
    }
}

/// A path below this one that is deeper than any pattern, so that only a route for every path takes it.
pub(super) fn below(path: &str, table: &AccessTable) -> String {
    let depth = |row: &AccessRow| row.path.matches('/').count();
    let deepest = table.rows().iter().map(depth).max().unwrap_or_default();
    format!("{}/{NO_ROUTE}{}", path.trim_end_matches('/'), "/x".repeat(deepest))
}

/// A pattern of axum with its parameters filled in; `{{` and `}}` are braces.
fn filled(pattern: &str, params: &BTreeMap<String, String>) -> String {
    let mut path = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        path.push_str(before);
        if let Some(escaped) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            path.push_str(if after.starts_with('{') { "%7B" } else { "%7D" });
            rest = escaped;
            continue;
        }
        let (name, tail) = after.trim_start_matches('{').split_once('}').unwrap_or((after, ""));
        let value = params.get(name.trim_start_matches('*')).map_or(ANY_PARAMETER, String::as_str);
        path.push_str(&encoded(value));
        rest = tail;
    }
    path.push_str(rest);
    path
}

/// All but the unreserved characters of RFC 3986 section 2.3.
fn encoded(value: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(value, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled_as_axum_reads_them() {
        let params = BTreeMap::from([("id".to_owned(), "a b/c".to_owned())]);
        for (pattern, path) in [
            ("/", "/"),
            ("/users/{id}", "/users/a%20b%2Fc"),
            ("/users/{user}/orders/{id}.json", "/users/1/orders/a%20b%2Fc.json"),
            ("/files/{*rest}", "/files/1"),
            ("/{{id}}/{id}", "/%7Bid%7D/a%20b%2Fc"),
        ] {
            assert_eq!(filled(pattern, &params), path, "{pattern}");
        }
    }
}
