#[allow(clippy::too_many_arguments, reason = "the access policy is not one of them")]
async fn list(
    _: ::jwt_guard::__private::Guarded<__JwtGuardList>,
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
) {}
#[doc(hidden)]
#[non_exhaustive]
struct __JwtGuardList;
#[diagnostic::do_not_recommend]
impl ::jwt_guard::__private::Policy for __JwtGuardList {
    const RULE: ::jwt_guard::__private::Rule = ::jwt_guard::__private::Rule::authenticated()
        .with_declaration(
            ::core::concat!(::core::module_path!(), "::list"),
            ::core::file!(),
            ::core::line!(),
        );
}
const _: ::jwt_guard::__private::Rule = <__JwtGuardList as ::jwt_guard::__private::Policy>::RULE;
