async fn list(
    _: ::jwt_guard::__private::Guarded<__JwtGuardList>,
    caller: Option<Claims>,
) {}
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardList;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardList {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::anonymous()
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::list"),
            ::core::file!(),
            ::core::line!(),
        );
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardList as ::jwt_guard::__private::Policy>::RULE;
