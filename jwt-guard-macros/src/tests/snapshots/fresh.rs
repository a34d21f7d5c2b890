async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardList;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardList {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::authenticated()
        .with_requirement(
            ::jwt_guard::__private::Requirement::All(const {
                &[
                    ::jwt_guard::__private::Requirement::Scope("a"),
                    ::jwt_guard::__private::Requirement::Fresh,
                    ::jwt_guard::__private::Requirement::Any(const {
                        &[
                            ::jwt_guard::__private::Requirement::Not(const {
                                &::jwt_guard::__private::Requirement::Fresh
                            }),
                            ::jwt_guard::__private::Requirement::Role("b"),
                        ]
                    }),
                ]
            }),
        )
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::list"),
            ::core::file!(),
            ::core::line!(),
        )
        .taking_nothing();
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardList as ::jwt_guard::__private::Policy>::RULE;
