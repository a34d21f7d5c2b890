#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    #[deprecated]
    Err,
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
impl Scope {
    ///Every scope, in the order of the declaration.
    #[inline]
    #[must_use]
    pub(crate) const fn all() -> &'static [Self] {
        &[Self::Err]
    }
    ///The scope, as tokens have it.
    #[inline]
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Err => "err",
        }
    }
    ///The bytes of the scope.
    #[inline]
    #[must_use]
    pub(crate) const fn as_bytes(self) -> &'static [u8] {
        self.as_str().as_bytes()
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::jwt_guard::__private::Scopes for Scope {
    const TERMS: &'static [::jwt_guard::__private::Term] = &[
        ::jwt_guard::__private::Term::new("err"),
    ];
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::AsRef<str> for Scope {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::fmt::Display for Scope {
    #[inline]
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::str::FromStr for Scope {
    type Err = ::jwt_guard::__private::NotDeclared;
    #[inline]
    fn from_str(
        name: &str,
    ) -> ::core::result::Result<Self, ::jwt_guard::__private::NotDeclared> {
        let found = Self::all().iter().copied().find(|known| known.as_str() == name);
        found.ok_or_else(|| ::jwt_guard::__private::NotDeclared::new(name))
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::TryFrom<&str> for Scope {
    type Error = ::jwt_guard::__private::NotDeclared;
    #[inline]
    fn try_from(
        name: &str,
    ) -> ::core::result::Result<Self, ::jwt_guard::__private::NotDeclared> {
        <Self as ::core::str::FromStr>::from_str(name)
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::TryFrom<::jwt_guard::__private::String> for Scope {
    type Error = ::jwt_guard::__private::NotDeclared;
    #[inline]
    fn try_from(
        name: ::jwt_guard::__private::String,
    ) -> ::core::result::Result<Self, ::jwt_guard::__private::NotDeclared> {
        <Self as ::core::str::FromStr>::from_str(&name)
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::From<Scope> for &'static str {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_str()
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::From<Scope> for &'static [u8] {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_bytes()
    }
}
#[cfg(feature = "orders")]
#[cfg_attr(test, cfg(unix))]
#[allow(deprecated)]
#[automatically_derived]
impl ::core::convert::From<Scope> for ::jwt_guard::__private::String {
    #[inline]
    fn from(name: Scope) -> Self {
        Self::from(name.as_str())
    }
}
