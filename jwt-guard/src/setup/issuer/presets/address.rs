//! Parses the addresses of issuers for presets.

/// What is wrong with the address of an issuer, whose path must have the right form.
///
/// It may be `http://`: the name of an issuer is only a name. Whether keys may be fetched there, `keys/remote` decides.
pub(super) fn problem(issuer: &str, form: &str, fits: impl FnOnce(&str) -> bool) -> Option<String> {
    (!path(issuer).is_some_and(fits))
        .then(|| format!("found the issuer {issuer:?}; expected `{form}`, as the `iss` of its tokens"))
}

/// The same for the address of a whole host, without a slash at its end.
pub(super) fn origin_problem(issuer: &str, form: &str) -> Option<String> {
    problem(issuer, form, |path| path.is_empty() && !issuer.ends_with('/'))
}

/// The path of an address, without the slash before it.
fn path(issuer: &str) -> Option<&str> {
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_legal =
        is_host(host) && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte));
    is_legal.then_some(path)
}

/// Whether this is a host, with or without a port. Only discovery finds out where it leads.
fn is_host(host: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && host.bytes().all(is_legal)
}

/// A host name with a dot and without a port, as for tenants of providers.
pub(super) fn is_domain(name: &str) -> bool {
    is_host(name) && name.contains('.') && !name.ends_with('.') && !name.contains([':', '[', ']'])
}
