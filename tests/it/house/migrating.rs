//! The migration pages of the guide have every option of the four libraries, found here or refused with the reason.

use jwt_guard_tests::sources;

const STARLETTE_JWT: &str = "
    JWTAuthenticationBackend secret_key algorithm prefix username_field audience options on_error exception_handler
    verify_signature verify_exp verify_nbf verify_iat verify_aud verify_iss require
    JWTWebSocketAuthenticationBackend query_param_name
    authentication_required anonymous_allowed requires scopes status_code redirect
    request.user.username request.user.display_name request.user.token request.user.payload
    request.user.is_authenticated request.user.identity request.auth.scopes request.session";

const LITESTAR: &str = "
    JWTAuth JWTCookieAuth OAuth2PasswordBearerAuth
    token_secret retrieve_user_handler algorithm auth_header default_token_expiration openapi_security_scheme_name
    description authentication_middleware_class guards exclude exclude_opt_key exclude_http_methods scopes
    route_handlers dependencies type_encoders token_cls accepted_audiences accepted_issuers require_claims verify_expiry
    verify_not_before strict_audience revoked_token_handler key path domain secure samesite token_url oauth_scopes
    on_app_init middleware
    request.user request.auth extras Token.encode Token.decode
    login identifier response_body response_media_type response_status_code token_expiration token_issuer token_audience
    token_unique_jwt_id send_token_as_response_body token_extras create_token format_auth_header OAuth2Login
    store_token_handler";

/// Those of 0.2 and of 0.5. The variables of 0.2 have the names of the fields of 0.5, in capitals.
const FASTAPI_JWT_AUTH: &str = "
    AuthJWT jwt_required jwt_optional jwt_refresh_token_required fresh_jwt_required create_access_token
    create_refresh_token get_jwt_identity get_jwt_subject get_raw_jwt get_jti get_unverified_jwt_headers load_env load_config
    set_access_cookies set_refresh_cookies unset_jwt_cookies unset_access_cookies unset_refresh_cookies
    subject identity fresh algorithm headers expires_time audience user_claims websocket csrf_token
    AUTHJWT_ACCESS_TOKEN_EXPIRES AUTHJWT_REFRESH_TOKEN_EXPIRES AUTHJWT_BLACKLIST_ENABLED AUTHJWT_SECRET_KEY
    AUTHJWT_ALGORITHM token_in_blacklist_loader token_in_denylist_loader
    authjwt_token_location authjwt_public_key authjwt_private_key authjwt_decode_algorithms authjwt_decode_leeway
    authjwt_encode_issuer authjwt_decode_issuer authjwt_decode_audience authjwt_denylist_enabled
    authjwt_denylist_token_checks authjwt_header_name authjwt_header_type authjwt_access_cookie_key
    authjwt_refresh_cookie_key authjwt_access_cookie_path authjwt_refresh_cookie_path authjwt_cookie_max_age
    authjwt_cookie_domain authjwt_cookie_secure authjwt_cookie_samesite authjwt_cookie_csrf_protect
    authjwt_access_csrf_cookie_key authjwt_refresh_csrf_cookie_key authjwt_access_csrf_cookie_path
    authjwt_refresh_csrf_cookie_path authjwt_access_csrf_header_name authjwt_refresh_csrf_header_name authjwt_csrf_methods
    InvalidHeaderError JWTDecodeError CSRFError MissingTokenError RevokedTokenError AccessTokenRequired
    RefreshTokenRequired FreshTokenRequired";

const JAM: &str = "
    Jam pointer auth_type JAM_JWT_SECRET_KEY JAM_JWT_PUBLIC_KEY JAM_JWT_PRIVATE_KEY JAM_SESSION_AES_SECRET JWTBackend cookie_name header_name bearer alg secret_key public_key private_key expire
    jwt_make_payload make_payload jwt_create_token gen_jwt_token jwt_verify_token verify_jwt_token check_exp check_list list type redis_uri
    json_path in_list_life_time custom_module
    request.user.payload request.user.is_authenticated request.auth.scopes requires
    SessionBackend sessions_type sessions_path session_ttl id_factory is_session_crypt session_aes_secret session_create
    session_get session_update session_delete session_rework session_clear session_key
    otp digits digest look_ahead otp_code otp_uri otp_verify_code oauth2
    JamAuthBackend sources query via use_list user reject_invalid request.user.principal
    request.state.authentication.error permissions jam.issue kid";

#[test]
fn every_option_of_starlette_jwt_is_found_or_refused() {
    assert_complete("starlette_jwt", STARLETTE_JWT);
}

#[test]
fn every_option_of_litestar_is_found_or_refused() {
    assert_complete("litestar", LITESTAR);
}

#[test]
fn every_option_of_fastapi_jwt_auth_is_found_or_refused() {
    assert_complete("fastapi_jwt_auth", FASTAPI_JWT_AUTH);
}

#[test]
fn every_option_of_jam_is_found_or_refused() {
    assert_complete("jam", JAM);
}

#[test]
fn a_refusal_has_its_reason() {
    for page in ["starlette_jwt", "litestar", "fastapi_jwt_auth", "jam"] {
        for (option, answer) in rows(page) {
            let reason =
                answer.split_once("refused").map(|(_, reason)| reason.trim_start_matches([':', ' ']));
            assert!(reason.is_none_or(|reason| reason.len() > 20), "{page}: {option}: {answer}");
        }
    }
}

/// Asserts that each option is named in the first cell of a row whose next cell is not empty.
#[track_caller]
fn assert_complete(page: &str, options: &str) {
    let rows = rows(page);
    let answered = |option: &str| rows.iter().any(|(name, answer)| names(name, option) && answer.len() > 1);
    let missing: Vec<_> = options.split_whitespace().filter(|option| !answered(option)).collect();
    assert!(missing.is_empty(), "jwt-guard/docs/migrating/{page}.md lacks {missing:?}");
}

/// The first two cells of every row of every table.
fn rows(page: &str) -> Vec<(String, String)> {
    let text = sources::read(&format!("jwt-guard/docs/migrating/{page}.md"));
    let cells = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        Some((cells.next()?.to_owned(), cells.next()?.trim_end_matches(['|', ' ']).to_owned()))
    };
    text.lines().filter_map(cells).collect()
}

/// Whether a cell has the option as a word of its code, in capitals or not.
fn names(cell: &str, option: &str) -> bool {
    let option = option.to_lowercase();
    let ends = |char: char| !char.is_alphanumeric() && char != '_';
    cell.split('`').skip(1).step_by(2).any(|code| {
        let code = code.to_lowercase();
        code.match_indices(&option).any(|(at, _)| {
            code[..at].chars().next_back().is_none_or(ends)
                && code[at + option.len()..].chars().next().is_none_or(ends)
        })
    })
}
