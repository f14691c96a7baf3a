//! The crates `openidconnect` and `oauth2`, as their documentation uses them: the first logs people in, the second does what needs no ID token.

use std::error::Error;
use std::io::BufRead as _;

use oauth2::basic::{BasicClient, BasicErrorResponseType};
use oauth2::{
    DeviceAuthorizationUrl, IntrospectionUrl, RevocationUrl, StandardDeviceAuthorizationResponse,
    StandardRevocableToken, TokenIntrospectionResponse,
};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreUserInfoClaims};
use openidconnect::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse as _,
};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let issuer = IssuerUrl::new(setting("ISSUER")?)?;
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let http = move |request: HttpRequest| send(&agent, request);

    let metadata = ProviderMetadataWithLogout::discover(&issuer, &http)?;
    let end_session = metadata.additional_metadata().end_session_endpoint.clone().ok_or("a place to log out")?;
    let token_url = metadata.token_endpoint().cloned().ok_or("a token endpoint")?;
    let document: Value = read(&http, &format!("{}/.well-known/openid-configuration", issuer.as_str()))?;
    let endpoint = |name: &str| document[name].as_str().map(str::to_owned).ok_or(format!("no {name}"));

    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new("web".into()),
        Some(ClientSecret::new("web-secret".into())),
    )
    .set_redirect_uri(RedirectUrl::new(setting("REDIRECT_URI")?)?);
    let stranger = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("web".into()),
        Some(ClientSecret::new("not-the-secret".into())),
    )
    .set_redirect_uri(RedirectUrl::new(setting("REDIRECT_URI")?)?);
    let log_in = || -> Outcome<(AuthorizationCode, PkceCodeVerifier, Nonce)> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".into()))
            .set_pkce_challenge(challenge)
            .url();
        let back = oauth2::url::Url::parse(&browse(url.as_str())?)?;
        let given = |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(given("state").as_ref(), Some(state.secret()));
        assert_eq!(given("iss").as_deref(), Some(issuer.as_str()));
        Ok((AuthorizationCode::new(given("code").ok_or("a code")?), verifier, nonce))
    };

    let (code, verifier, nonce) = log_in()?;
    let tokens = client
        .exchange_code(code.clone())?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.secret().clone()))
        .request(&http)?;
    let id_token = tokens.id_token().ok_or("an ID token")?;
    let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;
    assert_eq!(claims.email().map(|email| email.as_str()), Some("alice@example.org"));
    assert!(id_token.claims(&client.id_token_verifier(), &Nonce::new("another".into())).is_err());
    let user_info = |token: &AccessToken| -> Outcome<CoreUserInfoClaims> {
        Ok(client.user_info(token.clone(), Some(claims.subject().clone()))?.request(&http)?)
    };
    assert_eq!(user_info(tokens.access_token())?.preferred_username().map(|name| name.as_str()), Some("alice"));
    println!("code, userinfo");

    let used = tokens.refresh_token().ok_or("a refresh token")?.clone();
    let refresh = |token: &RefreshToken| client.exchange_refresh_token(token).map(|request| request.request(&http));
    let renewed = refresh(&used)??;
    user_info(renewed.access_token())?;
    refused(refresh(&used)?, &CoreErrorResponseType::InvalidGrant);
    println!("refresh; a used refresh token refused");

    let (other, _, _) = log_in()?;
    let guess = PkceCodeChallenge::new_random_sha256().1;
    refused(client.exchange_code(other)?.set_pkce_verifier(guess).request(&http), &CoreErrorResponseType::InvalidGrant);
    refused(
        client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http),
        &CoreErrorResponseType::InvalidGrant,
    );
    let (third, verifier, _) = log_in()?;
    refused(
        stranger.exchange_code(third)?.set_pkce_verifier(verifier).request(&http),
        &CoreErrorResponseType::UnauthorizedClient,
    );
    println!("wrong verifier, used code, wrong secret refused");

    let plain = BasicClient::new(ClientId::new("web".into()))
        .set_client_secret(ClientSecret::new("web-secret".into()))
        .set_token_uri(token_url.clone())
        .set_introspection_url(IntrospectionUrl::new(endpoint("introspection_endpoint")?)?)
        .set_revocation_url(RevocationUrl::new(endpoint("revocation_endpoint")?)?);
    let own = plain.exchange_client_credentials().request(&http)?;
    assert!(plain.introspect(own.access_token()).request(&http)?.active());
    let (code, verifier, _) = log_in()?;
    let session = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http)?;
    let refresh_token = session.refresh_token().ok_or("a refresh token")?;
    let revocable = StandardRevocableToken::from(refresh_token);
    // The crate speaks TLS alone to a revocation endpoint; what it would send is sent over loopback as it is.
    match plain.revoke_token(revocable) {
        Ok(request) => request.request(&http)?,
        Err(oauth2::ConfigurationError::InsecureUrl(_)) => {
            revoke(&http, &endpoint("revocation_endpoint")?, refresh_token)?
        }
        Err(error) => return Err(error.into()),
    }
    refused(refresh(refresh_token)?, &CoreErrorResponseType::InvalidGrant);
    println!("client credentials, introspection, revocation");

    let device = BasicClient::new(ClientId::new("device".into()))
        .set_token_uri(token_url)
        .set_device_authorization_url(DeviceAuthorizationUrl::new(endpoint("device_authorization_endpoint")?)?);
    let codes: StandardDeviceAuthorizationResponse = device.exchange_device_code().request(&http)?;
    browse(codes.verification_uri_complete().ok_or("a complete address")?.secret())?;
    let on_device = device.exchange_device_access_token(&codes).request(&http, std::thread::sleep, None)?;
    assert!(!on_device.access_token().secret().is_empty());
    let again = device.exchange_device_access_token(&codes).request(&http, std::thread::sleep, None);
    assert!(again.is_err_and(
        |error| error.to_string().contains("invalid_grant") || format!("{error:?}").contains("InvalidGrant")
    ));
    println!("device");

    let (code, verifier, _) = log_in()?;
    let last = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http)?;
    let bye = setting("POST_LOGOUT_REDIRECT_URI")?;
    let url = LogoutRequest::from(end_session)
        .set_id_token_hint(last.id_token().ok_or("an ID token")?)
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(bye.clone())?)
        .http_get_url();
    assert_eq!(browse(url.as_str())?, bye);
    refused(refresh(last.refresh_token().ok_or("a refresh token")?)?, &CoreErrorResponseType::InvalidGrant);
    assert!(user_info(last.access_token()).is_err());
    println!("log-out");
    println!("all done");
    Ok(())
}

fn setting(name: &str) -> Outcome<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// Has a person open an address and log in where they are asked to; gives the address where they end.
fn browse(url: &str) -> Outcome<String> {
    println!("{}", json!({"ask": "browse", "url": url}));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let answer: Value = serde_json::from_str(&line)?;
    Ok(answer["url"].as_str().ok_or("where they ended")?.to_owned())
}

fn send(agent: &ureq::Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (head, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
}

fn read<E: Error + 'static>(http: &impl Fn(HttpRequest) -> Result<HttpResponse, E>, url: &str) -> Outcome<Value> {
    Ok(serde_json::from_slice(http(oauth2::http::Request::get(url).body(Vec::new())?)?.body())?)
}

fn revoke<E: Error + 'static>(
    http: &impl Fn(HttpRequest) -> Result<HttpResponse, E>,
    url: &str,
    token: &RefreshToken,
) -> Outcome<()> {
    let form = format!("client_id=web&client_secret=web-secret&token_type_hint=refresh_token&token={}", token.secret());
    let request = oauth2::http::Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into_bytes())?;
    assert_eq!(http(request)?.status(), 200);
    Ok(())
}

#[track_caller]
fn refused<T, E: Error>(
    outcome: Result<T, RequestTokenError<E, oauth2::StandardErrorResponse<BasicErrorResponseType>>>,
    expected: &CoreErrorResponseType,
) {
    match outcome {
        Err(RequestTokenError::ServerResponse(refusal)) => assert_eq!(refusal.error(), expected, "{refusal:?}"),
        Err(other) => panic!("{expected:?} was expected: {other}"),
        Ok(_) => panic!("{expected:?} was expected, and tokens were given"),
    }
}
