//! The hosts of addresses: names of letters, digits, dots and hyphens, and IP addresses in their usual form.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::uri::Authority;

/// Whether an authority is a host, or a host, a colon and a port in digits. `Uri` also takes `[::1]x:80` and `id.example:+80`.
pub(super) fn is_host_and_port(authority: &Authority) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let rest = authority.as_str().strip_prefix(authority.host());
    let is_whole = rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
    is_whole && is_host(authority.host())
}

pub(super) fn is_host(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None if ends_in_a_number(host) => host.parse::<Ipv4Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
    }
}

/// Whether resolvers may take the host for an IPv4 address, as they take `2130706433` and `0x7f.1` for 127.0.0.1. No domain
/// ends so.
fn ends_in_a_number(host: &str) -> bool {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = || {
        let digits = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) || is_hexadecimal()
}

/// Whether a host is this machine, by its address or by the name `localhost` (RFC 6761 section 6.3).
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}
