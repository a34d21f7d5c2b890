/// What a token allows.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// See
    /// orders.
    ///
    /// At length.
    OrdersRead,
    OrdersWrite,
    ///Everything.
    Admin,
    Reports,
}
impl Scope {
    ///Every scope, in the order of the declaration.
    #[inline]
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::OrdersRead, Self::OrdersWrite, Self::Admin, Self::Reports]
    }
    ///The scope, as tokens have it.
    #[inline]
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::Admin => "admin",
            Self::Reports => "reports",
        }
    }
    ///The bytes of the scope.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        self.as_str().as_bytes()
    }
}
#[automatically_derived]
impl ::jwt_guard::__private::Scopes for Scope {
    const TERMS: &'static [::jwt_guard::__private::Term] = &[
        ::jwt_guard::__private::Term::new("orders:read").with_description("See orders."),
        ::jwt_guard::__private::Term::new("orders:write").with_implied(&["orders:read"]),
        ::jwt_guard::__private::Term::new("admin")
            .with_description("Everything.")
            .with_implied(&["orders:write", "reports"]),
        ::jwt_guard::__private::Term::new("reports"),
    ];
}
#[automatically_derived]
impl ::core::convert::AsRef<str> for Scope {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
#[automatically_derived]
impl ::core::fmt::Display for Scope {
    #[inline]
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}
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
#[automatically_derived]
impl ::core::convert::From<Scope> for &'static str {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_str()
    }
}
#[automatically_derived]
impl ::core::convert::From<Scope> for &'static [u8] {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_bytes()
    }
}
#[automatically_derived]
impl ::core::convert::From<Scope> for ::jwt_guard::__private::String {
    #[inline]
    fn from(name: Scope) -> Self {
        Self::from(name.as_str())
    }
}
