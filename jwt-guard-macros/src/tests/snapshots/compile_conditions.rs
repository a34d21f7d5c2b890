#[cfg(feature = "a")]
#[cfg_attr(test, cfg(unix), doc = "..")]
#[cfg_attr(test, doc = "..")]
async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
#[cfg(feature = "a")]
#[cfg_attr(test, cfg(unix))]
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardList;
#[cfg(feature = "a")]
#[cfg_attr(test, cfg(unix))]
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardList {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::authenticated()
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::list"),
            ::core::file!(),
            ::core::line!(),
        )
        .taking_nothing();
}
#[cfg(feature = "a")]
#[cfg_attr(test, cfg(unix))]
const _: ::jwt_guard::__private::Rule = <__JwtGuardList as ::jwt_guard::__private::Policy>::RULE;
