async fn r#type(_: ::jwt_guard::__private::Guarded<__JwtGuardType>) {}
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardType;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardType {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::authenticated()
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::type"),
            ::core::file!(),
            ::core::line!(),
        )
        .taking_nothing();
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardType as ::jwt_guard::__private::Policy>::RULE;
