//! Parses the addresses of issuers for presets.

/// An address with a scheme, a host and perhaps a path.
pub(super) struct Address<'a> {
    /// Without the slash before it.
    pub(super) path: &'a str,
    /// Whether it is `http://` and of this machine.
    pub(super) is_plain: bool,
}

const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl<'a> Address<'a> {
    /// Parses the address, if its path has the right form.
    pub(super) fn or_problem(
        issuer: &'a str,
        form: &str,
        fits: impl FnOnce(&str) -> bool,
    ) -> (Option<Self>, Option<String>) {
        match Self::parse(issuer) {
            Some(address) if fits(address.path) => (Some(address), None),
            found => (
                found,
                Some(format!("found the issuer {issuer:?}; expected `{form}`, as the `iss` of its tokens")),
            ),
        }
    }

    fn parse(issuer: &'a str) -> Option<Self> {
        let (rest, is_plain) = match issuer.strip_prefix("https://") {
            Some(rest) => (rest, false),
            None => (issuer.strip_prefix("http://")?, true),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_legal =
            is_host(host) && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte));
        (is_legal && (!is_plain || is_this_machine(host))).then_some(Self { path, is_plain })
    }
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

fn is_this_machine(host: &str) -> bool {
    let is_port = |rest: &str| rest.is_empty() || rest.starts_with(':');
    THIS_MACHINE.iter().any(|name| host.strip_prefix(name).is_some_and(is_port))
}
