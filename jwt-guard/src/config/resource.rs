//! The identifier of this service as a protected resource, and the address of its metadata (RFC 9728).

use crate::problems::Problems;

/// A protected resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// The resource identifier (section 1.2).
    pub(crate) identifier: String,
    /// The address of the metadata, for challenges.
    pub(crate) metadata_url: String,
    /// The path of the metadata's route.
    pub(crate) metadata_path: String,
}

/// "By default, the string used is `/.well-known/oauth-protected-resource`" (section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

impl Resource {
    /// Makes the resource, or records what is wrong with its name.
    pub(crate) fn named(identifier: String, problems: &mut Problems) -> Option<Self> {
        let Some((origin, path)) = parse(&identifier) else {
            problems.setting(format!(
                "the resource {identifier:?} is not the address of this service: expected `https://host/path`, without \
                 query and fragment (RFC 9728 section 1.2); `http` for `localhost` only"
            ));
            return None;
        };
        // "any terminating slash [..] MUST be removed before inserting" (section 3.1), where it follows the host.
        let metadata_path = format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path });
        Some(Self { metadata_url: format!("{origin}{metadata_path}"), metadata_path, identifier })
    }
}

/// Scheme and host, and the path.
fn parse(identifier: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = identifier.split_once("://")?;
    let host = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host)?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    // Braces would be parameters in a route.
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_private =
        scheme == "https" || (scheme == "http" && matches!(name, "localhost" | "127.0.0.1" | "[::1]"));
    let is_legal = is_private
        && host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && host.bytes().all(is_host)
        && path.bytes().all(is_path)
        && !path.split('/').any(|segment| segment.starts_with([':', '*']));
    let origin = identifier.len().checked_sub(path.len()).and_then(|end| identifier.get(..end))?;
    is_legal.then_some((origin, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(identifier: &str) -> Option<(String, String)> {
        let mut problems = Problems::default();
        let found = Resource::named(identifier.to_owned(), &mut problems);
        assert_eq!(found.is_none(), !problems.is_empty());
        found.map(|found| (found.metadata_url, found.metadata_path))
    }

    #[test]
    fn the_well_known_path_goes_between_host_and_path() {
        for (identifier, url, path) in [
            ("https://api.example", "https://api.example/.well-known/oauth-protected-resource", ""),
            ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource", ""),
            (
                "https://api.example/mcp",
                "https://api.example/.well-known/oauth-protected-resource/mcp",
                "/mcp",
            ),
            (
                "https://api.example:8443/a/b/",
                "https://api.example:8443/.well-known/oauth-protected-resource/a/b/",
                "/a/b/",
            ),
            (
                "http://localhost:3000/mcp",
                "http://localhost:3000/.well-known/oauth-protected-resource/mcp",
                "/mcp",
            ),
        ] {
            assert_eq!(addresses(identifier), Some((url.to_owned(), format!("{WELL_KNOWN}{path}"))));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for identifier in [
            "",
            "orders",
            "http://api.example/mcp",
            "http://localhost.example/mcp",
            "https://",
            "https:///mcp",
            "https://api.example/mcp?a=b",
            "https://api.example/mcp#part",
            "https://user@api.example/mcp",
            "https://api.example/{id}",
            "https://api.example/a b",
            "https://api.example/\"",
            "urn:orders",
        ] {
            assert_eq!(addresses(identifier), None, "{identifier}");
        }
    }
}
