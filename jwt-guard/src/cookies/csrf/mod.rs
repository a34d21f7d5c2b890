//! Cross-site request forgery: did a page of this site cause the request that carries the cookie?
//!
//! Three checks for methods that change something:
//!
//! 1. `Origin`: the page that sends the request is of this host, or of an origin that the configuration names.
//! 2. `Sec-Fetch-Site`: the browser confirms it.
//! 3. Double submit: the request repeats the `csrf` claim of the token, which only scripts of this site could read.
//!
//! A client that is not a browser sends neither header. It may use a cookie if it repeats the claim; if no claim is
//! compared, the request is refused, and the client sends its token or session in a header instead. `X-Forwarded-*` is
//! not used, because every client can write it.

mod origin;

use std::fmt;

use http::header::{HeaderName, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use subtle::ConstantTimeEq;

pub(crate) use origin::Origin;

use crate::code::RefusalCode;
use crate::token::TokenKind;

/// The requirements for requests with a token in a cookie.
#[derive(Clone, Debug)]
pub(crate) struct CsrfRules {
    /// The header that repeats the claim; `None` if the guard only reads cookies of another service.
    pub(crate) header: Option<HeaderName>,
    /// Origins beside that of the request's host.
    pub(crate) trusted: Vec<Origin>,
    /// Whether pages over plain HTTP may be of this site.
    pub(crate) plain_http: bool,
}

/// Why a request with a token in a cookie is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrossSite {
    /// `Sec-Fetch-Site` names another site.
    Site,
    /// `Origin` is not the request's host, and not trusted.
    Origin,
    /// Both headers are missing, and there is no other proof of origin.
    Unknown,
    /// The token has no `csrf` claim.
    NoClaim,
    /// The claim is not repeated.
    Missing,
    /// The repeated value is not the claim.
    Mismatch,
}

impl CrossSite {
    /// The code for the log.
    pub(crate) const fn code(self) -> RefusalCode {
        match self {
            Self::Site => RefusalCode::CrossSiteRequest,
            Self::Origin => RefusalCode::ForeignOrigin,
            Self::Unknown => RefusalCode::UnknownOrigin,
            Self::NoClaim => RefusalCode::CsrfClaimMissing,
            Self::Missing => RefusalCode::CsrfValueMissing,
            Self::Mismatch => RefusalCode::CsrfValueWrong,
        }
    }
}

/// The reason, for the log.
impl fmt::Display for CrossSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Site => {
                "`Sec-Fetch-Site` names another site, whose pages may not use the cookies of this one"
            }
            Self::Origin => {
                "`Origin` is not the host of the request, and pages of other sites may not use the cookies \
                 of this one: if it is yours, name it with `.trusted_origin(..)`"
            }
            Self::Unknown => {
                "the token or session came in a cookie, and the request has neither `Origin` nor \
                 `Sec-Fetch-Site`: browsers send one of them; another client sends its token or session in a \
                 header"
            }
            Self::NoClaim => "the token came in a cookie, and has no `csrf` claim",
            Self::Missing => "the token came in a cookie, and the request does not repeat its `csrf` claim",
            Self::Mismatch => {
                "the token came in a cookie, and the request repeats another value than its `csrf` claim"
            }
        })
    }
}

/// The values of the form field, which a layer has read from the body. Only a logout uses more than one.
#[derive(Clone)]
pub(crate) struct FormField(pub(crate) Vec<String>);

impl CsrfRules {
    /// Whether the request may use the token in its cookie, with this `csrf` claim.
    pub(crate) fn check(
        &self,
        request: &Parts,
        kind: TokenKind,
        claim: Option<&str>,
    ) -> Result<(), CrossSite> {
        if !changes_something(request) {
            // A refresh changes something, whatever the method.
            return match kind {
                TokenKind::Access => Ok(()),
                TokenKind::Refresh => self.check_site(request),
            };
        }
        let site = self.site_of(request)?;
        match &self.header {
            // Scripts cannot set a header on a handshake, but browsers always send `Origin`.
            Some(header) if !is_handshake(request) => check_repeated(request, header, claim),
            _ => site.known(),
        }
    }

    /// Whether the request may use its session. A session has no claim to repeat: its cookie goes to this site's own pages
    /// (`SameSite`), and browsers say where a request that changes something comes from.
    pub(crate) fn check_session(&self, request: &Parts) -> Result<(), CrossSite> {
        if changes_something(request) { self.site_of(request)?.known() } else { Ok(()) }
    }

    /// Whether the request may end the login of a token in its cookie, whatever the method. A request with two tokens
    /// repeats the claims of both.
    pub(crate) fn check_logout(&self, request: &Parts, claim: Option<&str>) -> Result<(), CrossSite> {
        let site = self.site_of(request)?;
        match &self.header {
            Some(header) => check_repeated_among(request, header, claim),
            None => site.known(),
        }
    }

    /// Whether the request may end the session of its cookie, whatever the method.
    pub(crate) fn check_session_logout(&self, request: &Parts) -> Result<(), CrossSite> {
        self.site_of(request)?.known()
    }

    /// Whether no page of another site caused a request that changes something, even without cookies: a client that
    /// sends neither header is admitted.
    pub(crate) fn check_change(&self, request: &Parts) -> Result<(), CrossSite> {
        if changes_something(request) { self.check_site(request) } else { Ok(()) }
    }

    /// Whether no page of another site caused the request, whatever its method.
    pub(crate) fn check_site(&self, request: &Parts) -> Result<(), CrossSite> {
        self.site_of(request).map(drop)
    }

    /// The browser's statement about the page that sent the request, unless it is a page of another site.
    fn site_of(&self, request: &Parts) -> Result<Site, CrossSite> {
        let origin = only(&request.headers, &ORIGIN).map_err(|Repeated| CrossSite::Origin)?;
        if let Some(origin) = origin {
            let origin = origin.to_str().ok().and_then(Origin::parse).ok_or(CrossSite::Origin)?;
            if self.trusted.contains(&origin) {
                return Ok(Site::Ours);
            }
            if !(origin.is_of_host(request) && (self.plain_http || origin.is_private())) {
                return Err(CrossSite::Origin);
            }
        }
        let site = only(&request.headers, &SEC_FETCH_SITE).map_err(|Repeated| CrossSite::Site)?;
        match site.map(HeaderValue::as_bytes) {
            // `none` means that a person typed an address.
            Some(b"same-origin" | b"none") => Ok(Site::Ours),
            Some(_) => Err(CrossSite::Site),
            None => Ok(if origin.is_some() { Site::Ours } else { Site::Unknown }),
        }
    }
}

/// The origin of a request, if not another site.
enum Site {
    Ours,
    /// It does not come from a browser of recent years, or a proxy has removed the headers.
    Unknown,
}

impl Site {
    fn known(self) -> Result<(), CrossSite> {
        match self {
            Self::Ours => Ok(()),
            Self::Unknown => Err(CrossSite::Unknown),
        }
    }
}

fn check_repeated(request: &Parts, header: &HeaderName, claim: Option<&str>) -> Result<(), CrossSite> {
    let claim = claim.filter(|claim| !claim.is_empty()).ok_or(CrossSite::NoClaim)?;
    let repeated = match only(&request.headers, header).map_err(|Repeated| CrossSite::Mismatch)? {
        Some(value) => value.as_bytes(),
        // It is unknown which of two fields counts.
        None => match request.extensions.get::<FormField>().map(|field| field.0.as_slice()) {
            Some([value]) => value.as_bytes(),
            _ => return Err(CrossSite::Missing),
        },
    };
    if bool::from(repeated.ct_eq(claim.as_bytes())) { Ok(()) } else { Err(CrossSite::Mismatch) }
}

/// As [`check_repeated`], where the header and the form field may hold the values of several tokens: in lines
/// of their own, or separated by commas, as browsers join the lines of one name.
fn check_repeated_among(request: &Parts, header: &HeaderName, claim: Option<&str>) -> Result<(), CrossSite> {
    let claim = claim.filter(|claim| !claim.is_empty()).ok_or(CrossSite::NoClaim)?;
    let lines = request.headers.get_all(header).iter();
    let mut repeated: Vec<&[u8]> =
        lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b',')).map(<[u8]>::trim_ascii).collect();
    if repeated.is_empty() {
        let fields = request.extensions.get::<FormField>().ok_or(CrossSite::Missing)?;
        repeated.extend(fields.0.iter().map(String::as_bytes));
    }
    if repeated.is_empty() {
        return Err(CrossSite::Missing);
    }
    // Every value is compared, so that the time does not depend on the place of the right one.
    let among =
        repeated.iter().fold(subtle::Choice::from(0), |found, value| found | value.ct_eq(claim.as_bytes()));
    if bool::from(among) { Ok(()) } else { Err(CrossSite::Mismatch) }
}

/// Whether the request changes something. A handshake does: what follows it is not a request any more.
fn changes_something(request: &Parts) -> bool {
    !is_safe(&request.method) || is_handshake(request)
}

/// Methods that change nothing (RFC 9110 section 9.2.1).
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// The handshake of a WebSocket: over HTTP/1.1 (RFC 6455) or HTTP/2 (RFC 8441). What follows is not a request, so
/// this is the only moment to ask.
fn is_handshake(request: &Parts) -> bool {
    request.method == Method::CONNECT
        || (request.method == Method::GET && request.headers.contains_key(UPGRADE))
}

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A header is repeated that browsers send once.
struct Repeated;

fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Repeated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Repeated),
    }
}

#[cfg(test)]
mod tests;
