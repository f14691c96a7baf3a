//! Two protocols over one user store: a token of one opens no door of the other.

use serde_json::Value;

use super::Cases;
use crate::fixture::Server;
use crate::http::{self, Request, Response, decode_pairs, encode_pairs};
use crate::oidc::{Manners, Visitor, realm};
use crate::realm::person;
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    cases.add("c10_a_registry_token_opens_no_door_of_openid_connect", registry_token_elsewhere);
    cases.add("c11_tokens_of_openid_connect_open_no_registry_door", oidc_tokens_elsewhere);
}

const WEB: [(&str, &str); 2] = [("client_id", "web"), ("client_secret", "web-secret")];
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn post(server: &Server, endpoint: &str, own: &[(&str, &str)], more: &[(&str, &str)]) -> Response {
    let mut request = Request::new("POST", &format!("/realms/{}/protocol/{endpoint}", realm::NAME))
        .with("Content-Type", "application/x-www-form-urlencoded");
    request.body = encode_pairs(&[own, more].concat()).into_bytes();
    http::exchange(server.address(), &request)
}

fn docker(server: &Server, name: &str, password: &str) -> Response {
    let target = format!(
        "/realms/{}/protocol/docker-v2/auth?service=registry&client_id=docker&offline_token=true&scope=repository:a/b:pull",
        realm::NAME
    );
    let request = Request::new("GET", &target).with("Authorization", &person(name).typing(password).basic());
    http::exchange(server.address(), &request)
}

#[track_caller]
fn text(answer: &Response, member: &str) -> String {
    answer.json()[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", answer.text())).to_owned()
}

#[track_caller]
fn must_be_refused(answer: &Response, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    for member in ["access_token", "token", "refresh_token", "sub"] {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        assert!(body[member].is_null(), "{what} gave a {member}");
    }
}

fn registry_token_elsewhere(world: &World) {
    let server = world.people_server(Transport::Plain);
    let given = docker(&server, "bob", "bob-secret");
    assert_eq!(given.status, 200, "{}", given.text());
    for (kind, token) in [("registry token", text(&given, "token")), ("identity token", text(&given, "refresh_token"))]
    {
        let bearer = Request::new("GET", &format!("/realms/{}/protocol/openid-connect/userinfo", realm::NAME))
            .with("Authorization", &format!("Bearer {token}"));
        must_be_refused(&http::exchange(server.address(), &bearer), &format!("userinfo with a {kind}"));
        must_be_refused(
            &post(&server, "openid-connect/userinfo", &[("access_token", &token)], &[]),
            &format!("userinfo with a {kind} in the form"),
        );
        for hint in ["access_token", "refresh_token"] {
            let told =
                post(&server, "openid-connect/token/introspect", &WEB, &[("token", &token), ("token_type_hint", hint)]);
            assert_eq!((told.status, told.text().as_str()), (200, r#"{"active":false}"#), "{kind}");
        }
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        must_be_refused(&post(&server, "openid-connect/token", &WEB, &refresh), &format!("refresh with a {kind}"));
        let code = [("grant_type", "authorization_code"), ("code", token.as_str()), ("redirect_uri", realm::BACK)];
        must_be_refused(&post(&server, "openid-connect/token", &WEB, &code), &format!("a {kind} as a code"));
        let device = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", token.as_str())];
        must_be_refused(
            &post(&server, "openid-connect/token", &[("client_id", "device")], &device),
            &format!("a {kind} as a device's code"),
        );
        let exchange = [("grant_type", EXCHANGE), ("subject_token", &token), ("subject_token_type", ACCESS_TOKEN)];
        must_be_refused(&post(&server, "openid-connect/token", &WEB, &exchange), &format!("exchange of a {kind}"));
        let assertion = [
            ("grant_type", "client_credentials"),
            ("client_id", "keyed"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &token),
        ];
        must_be_refused(&post(&server, "openid-connect/token", &assertion, &[]), &format!("a {kind} as an assertion"));
        let out = [("refresh_token", token.as_str())];
        must_be_refused(&post(&server, "openid-connect/logout", &WEB, &out), &format!("log-out with a {kind}"));
        let hint = encode_pairs(&[("id_token_hint", &token), ("post_logout_redirect_uri", realm::BYE)]);
        let left =
            http::get(server.address(), &format!("/realms/{}/protocol/openid-connect/logout?{hint}", realm::NAME));
        assert_eq!(left.status, 400, "a {kind} as a hint: {}", left.text());
        post(&server, "openid-connect/revoke", &WEB, &[("token", &token)]);
    }
    // No door of the other protocol has ended what the registry's gave.
    let again = [("grant_type", "refresh_token"), ("service", "registry"), ("client_id", "docker")];
    let identity = text(&given, "refresh_token");
    let answer =
        post(&server, "docker-v2/auth", &again, &[("refresh_token", &identity), ("scope", "repository:a/b:pull")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn oidc_tokens_elsewhere(world: &World) {
    let server = world.people_server(Transport::Plain);
    let mut visitor = Visitor::new(&server, &world.authority);
    let bob = Manners { person: person("bob"), ..Manners::default() };
    let mut log_in = |scope: &str| {
        let query = encode_pairs(&[
            ("client_id", "web"),
            ("redirect_uri", realm::BACK),
            ("response_type", "code"),
            ("scope", scope),
        ]);
        let page = visitor.visit(&format!("{}/protocol/openid-connect/auth?{query}", server.issuer(realm::NAME)), &bob);
        let (_, query) = page.url.split_once('?').unwrap_or_else(|| panic!("no answer at {}", page.url));
        let code = decode_pairs(query).into_iter().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("no code at {}", page.url)).1
    };
    let code = log_in("openid");
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &*log_in("openid offline_access")),
        ("redirect_uri", realm::BACK),
    ];
    let tokens = post(&server, "openid-connect/token", &WEB, &redeem);
    assert_eq!(tokens.status, 200, "{}", tokens.text());

    let mut secrets = vec![("code", code.clone())];
    secrets.extend(["access_token", "id_token", "refresh_token"].map(|kind| (kind, text(&tokens, kind))));
    for (kind, secret) in &secrets {
        for name in ["bob", "", "<token>", "oauth2accesstoken", "web"] {
            must_be_refused(&docker(&server, name, secret), &format!("{kind} as the password of “{name}”"));
        }
        let own = [("service", "registry"), ("client_id", "docker"), ("scope", "repository:a/b:pull")];
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", secret.as_str())];
        must_be_refused(&post(&server, "docker-v2/auth", &own, &refresh), &format!("{kind} as an identity token"));
        let password = [("grant_type", "password"), ("username", "bob"), ("password", secret.as_str())];
        must_be_refused(&post(&server, "docker-v2/auth", &own, &password), &format!("{kind} as a password"));
        let target =
            format!("/realms/{}/protocol/docker-v2/auth?service=registry&scope=repository:a/b:pull", realm::NAME);
        let bearer = Request::new("GET", &target).with("Authorization", &format!("Bearer {secret}"));
        must_be_refused(&http::exchange(server.address(), &bearer), &format!("{kind} as a bearer"));
    }
    // And a client of one protocol is none of the other.
    let elsewhere = Request::new("GET", &format!("/realms/{}/protocol/docker-v2/auth?service=web", realm::NAME))
        .with("Authorization", &person("bob").basic());
    must_be_refused(&http::exchange(server.address(), &elsewhere), "an OpenID Connect client as a registry");
    let password =
        [("client_id", "registry"), ("grant_type", "password"), ("username", "bob"), ("password", "bob-secret")];
    must_be_refused(&post(&server, "openid-connect/token", &password, &[]), "a registry as an OpenID Connect client");
    // What was shown at the wrong doors still works at the right one.
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*text(&tokens, "refresh_token"))];
    assert_eq!(post(&server, "openid-connect/token", &WEB, &refresh).status, 200);
}
