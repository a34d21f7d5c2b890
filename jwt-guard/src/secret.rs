//! Secret bytes: wiped when dropped, redacted in `Debug`.

use std::fmt;

use zeroize::Zeroizing;

/// Secret bytes, such as a shared secret for HMAC signatures.
///
/// `Debug` hides it, there is no `Display`, and the memory is wiped when it is dropped.
///
/// ```no_run
/// let secret = jwt_guard::Secret::from(std::fs::read("/run/secrets/jwt")?);
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The bytes.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Secret {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl<const N: usize> From<[u8; N]> for Secret {
    fn from(bytes: [u8; N]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self::from(bytes.as_slice())
    }
}

impl<const N: usize> From<&[u8; N]> for Secret {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_byte() {
        let shown = format!("{:?} {:#?}", Secret::from("hunter2"), Secret::from(vec![104, 117]));
        assert_eq!(shown, "Secret(..) Secret(..)");
    }
}
