#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    Head,
}
impl Role {
    ///Every role, in the order of the declaration.
    #[inline]
    #[must_use]
    const fn all() -> &'static [Self] {
        &[Self::Head]
    }
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
#[automatically_derived]
impl ::renamed::__private::Roles for Role {
    const TERMS: &'static [::renamed::__private::Term] = &[
        ::renamed::__private::Term::new("Head of sales"),
    ];
}
#[automatically_derived]
impl ::core::convert::AsRef<str> for Role {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
#[automatically_derived]
impl ::core::fmt::Display for Role {
    #[inline]
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}
#[automatically_derived]
impl ::core::str::FromStr for Role {
    type Err = ::renamed::__private::NotDeclared;
    #[inline]
    fn from_str(
        name: &str,
    ) -> ::core::result::Result<Self, ::renamed::__private::NotDeclared> {
        let found = Self::all().iter().copied().find(|known| known.as_str() == name);
        found.ok_or_else(|| ::renamed::__private::NotDeclared::new(name))
    }
}
#[automatically_derived]
impl ::core::convert::TryFrom<&str> for Role {
    type Error = ::renamed::__private::NotDeclared;
    #[inline]
    fn try_from(
        name: &str,
    ) -> ::core::result::Result<Self, ::renamed::__private::NotDeclared> {
        <Self as ::core::str::FromStr>::from_str(name)
    }
}
#[automatically_derived]
impl ::core::convert::TryFrom<::renamed::__private::String> for Role {
    type Error = ::renamed::__private::NotDeclared;
    #[inline]
    fn try_from(
        name: ::renamed::__private::String,
    ) -> ::core::result::Result<Self, ::renamed::__private::NotDeclared> {
        <Self as ::core::str::FromStr>::from_str(&name)
    }
}
#[automatically_derived]
impl ::core::convert::From<Role> for &'static str {
    #[inline]
    fn from(name: Role) -> Self {
        name.as_str()
    }
}
#[automatically_derived]
impl ::core::convert::From<Role> for &'static [u8] {
    #[inline]
    fn from(name: Role) -> Self {
        name.as_bytes()
    }
}
#[automatically_derived]
impl ::core::convert::From<Role> for ::renamed::__private::String {
    #[inline]
    fn from(name: Role) -> Self {
        Self::from(name.as_str())
    }
}
