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
                    ::jwt_guard::__private::Requirement::Claim(
                        &["tenant"],
                        ::jwt_guard::__private::ClaimValue::Text("acme"),
                    ),
                    ::jwt_guard::__private::Requirement::Claim(
                        &["realm", "level"],
                        ::jwt_guard::__private::ClaimValue::Integer(-3i64),
                    ),
                    ::jwt_guard::__private::Requirement::Claim(
                        &["verified"],
                        ::jwt_guard::__private::ClaimValue::Bool(true),
                    ),
                    ::jwt_guard::__private::Requirement::Claim(
                        &["n"],
                        ::jwt_guard::__private::ClaimValue::Integer(16i64),
                    ),
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
