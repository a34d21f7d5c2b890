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
impl ::core::convert::AsRef<str> for Scope {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
impl ::core::fmt::Display for Scope {
    #[inline]
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::core::str::FromStr for Scope {
    type Err = ::jwt_guard::__private::NotDeclared;
    #[inline]
    fn from_str(name: &str) -> ::core::result::Result<Self, Self::Err> {
        match name {
            "orders:read" => ::core::result::Result::Ok(Self::OrdersRead),
            "orders:write" => ::core::result::Result::Ok(Self::OrdersWrite),
            "admin" => ::core::result::Result::Ok(Self::Admin),
            "reports" => ::core::result::Result::Ok(Self::Reports),
            _ => {
                ::core::result::Result::Err(
                    ::jwt_guard::__private::NotDeclared::new(name),
                )
            }
        }
    }
}
impl ::core::convert::From<Scope> for &'static str {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_str()
    }
}
impl ::core::convert::From<Scope> for &'static [u8] {
    #[inline]
    fn from(name: Scope) -> Self {
        name.as_bytes()
    }
}
impl ::core::convert::From<Scope> for ::jwt_guard::__private::String {
    #[inline]
    fn from(name: Scope) -> Self {
        Self::from(name.as_str())
    }
}
