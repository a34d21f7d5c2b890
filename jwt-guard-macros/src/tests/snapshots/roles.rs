#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    Head,
}
impl Role {
    ///The role, as tokens have it.
    #[inline]
    #[must_use]
    const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "Head of sales",
        }
    }
    ///The bytes of the role.
    #[inline]
    #[must_use]
    const fn as_bytes(self) -> &'static [u8] {
        self.as_str().as_bytes()
    }
}
impl ::renamed::__private::Roles for Role {
    const TERMS: &'static [::renamed::__private::Term] = &[
        ::renamed::__private::Term::new("Head of sales"),
    ];
}
impl ::core::convert::AsRef<str> for Role {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
impl ::core::fmt::Display for Role {
    #[inline]
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}
impl ::core::str::FromStr for Role {
    type Err = ::renamed::__private::NotDeclared;
    #[inline]
    fn from_str(name: &str) -> ::core::result::Result<Self, Self::Err> {
        match name {
            "Head of sales" => ::core::result::Result::Ok(Self::Head),
            _ => {
                ::core::result::Result::Err(::renamed::__private::NotDeclared::new(name))
            }
        }
    }
}
impl ::core::convert::From<Role> for &'static str {
    #[inline]
    fn from(name: Role) -> Self {
        name.as_str()
    }
}
impl ::core::convert::From<Role> for &'static [u8] {
    #[inline]
    fn from(name: Role) -> Self {
        name.as_bytes()
    }
}
impl ::core::convert::From<Role> for ::renamed::__private::String {
    #[inline]
    fn from(name: Role) -> Self {
        Self::from(name.as_str())
    }
}
