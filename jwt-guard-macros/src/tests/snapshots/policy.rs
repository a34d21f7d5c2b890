async fn list(_: ::jwt_guard::__private::Guarded<__JwtGuardList>) {}
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardList;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardList {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::refusing_as(
            ::jwt_guard::__private::Rule::refusing_as(
                ::jwt_guard::__private::Rule::authenticated()
                    .with_requirement(
                        ::jwt_guard::__private::Requirement::All(const {
                            &[
                                ::jwt_guard::__private::Requirement::Policy(
                                    "rules::CanBook",
                                    const {
                                        &<rules::CanBook as ::jwt_guard::__private::Policy>::RULE
                                            .shared_requirement()
                                    },
                                ),
                                ::jwt_guard::__private::Requirement::Not(const {
                                    &::jwt_guard::__private::Requirement::Policy(
                                        "Of<Guest, 2>",
                                        const {
                                            &<Of<Guest, 2> as ::jwt_guard::__private::Policy>::RULE
                                                .shared_requirement()
                                        },
                                    )
                                }),
                            ]
                        }),
                    ),
                &<rules::CanBook as ::jwt_guard::__private::Policy>::RULE,
            ),
            &<Of<Guest, 2> as ::jwt_guard::__private::Policy>::RULE,
        )
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::list"),
            ::core::file!(),
            ::core::line!(),
        )
        .taking_nothing();
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardList as ::jwt_guard::__private::Policy>::RULE;
