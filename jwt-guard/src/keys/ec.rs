//! EC keys: a point of the right length that lies on its curve.

use jsonwebtoken::DecodingKey;

use super::algorithm::Curve;
use super::backend;
use super::error::{KeyError, KeyErrorKind};

/// First byte of an uncompressed point (SEC1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Checks a point in SEC1 encoding.
pub(super) fn load(curve: Curve, point: &[u8]) -> Result<DecodingKey, KeyError> {
    match point.split_first() {
        Some((&UNCOMPRESSED, coordinates)) if coordinates.len() == 2 * curve.coordinate() => {}
        Some((2 | 3, x)) if x.len() == curve.coordinate() => {
            return Err(malformed(
                "the EC point is compressed; expected both coordinates: \
                 convert it with `openssl ec -pubin -conv_form uncompressed`",
            ));
        }
        _ => {
            let message = format!(
                "the EC point has {} bytes; on {} it has {}, of which the first is {UNCOMPRESSED}",
                point.len(),
                curve.name(),
                1 + 2 * curve.coordinate()
            );
            return Err(malformed(message));
        }
    }
    let material = DecodingKey::from_ec_der(point);
    backend::load(curve.algorithm(), &material).map_err(|refused| {
        malformed(format!("the EC point does not lie on {}: the key is damaged", curve.name()))
            .because(refused)
    })?;
    Ok(material)
}

/// Checks a point given as two coordinates (RFC 7518 section 6.2.1: each exactly as long as the field).
pub(super) fn point(curve: Curve, x: &[u8], y: &[u8]) -> Result<Vec<u8>, KeyError> {
    for (name, coordinate) in [("x", x), ("y", y)] {
        if coordinate.len() != curve.coordinate() {
            let message = format!(
                "the EC coordinate `{name}` has {} bytes; on {} it has exactly {}, leading zeros included",
                coordinate.len(),
                curve.name(),
                curve.coordinate()
            );
            return Err(malformed(message));
        }
    }
    Ok([&[UNCOMPRESSED], x, y].concat())
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
