//! 19, 26–28: token requests by POST, and names that clients make up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Cases;
use crate::clients::{self, containers};
use crate::fixture::RegistryVersion;
use crate::http::{self, Request, Response};
use crate::proxy::Credentials;
use crate::realm::{self, Person};
use crate::site::{Seat, Site};
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.both("t19_ctr_uses_the_password_grant", password_grant);
    cases.both("t19_form_content_types_and_missing_service", content_types);
    cases.both("t26_client_id_is_free_text", client_id);
    cases.both("t27_pull_secret_with_an_identity_token_only_is_refused", pull_secret);
    cases.both("t28_user_name_token_brings_an_identity_token", token_as_user_name);
}

/// A token request by POST, straight to the server.
pub(super) fn post(site: &Site<'_>, content_type: &str, form: &[(&str, &str)]) -> Response {
    let mut request = Request::new("POST", &format!("/realms/{}/protocol/docker-v2/auth", site.realm))
        .with("Content-Type", content_type);
    request.body = http::encode_pairs(form).into_bytes();
    http::exchange(site.server().address(), &request)
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

fn password_grant(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("team-a/app:1");
    let ctr = clients::named("ctr");
    ctr.pull(&site.seat(&realm::reader()), "team-a/app:1").succeeds();
    let wire = site.wire();
    for exchange in &wire {
        assert!(exchange.is_post(), "no fall-back to GET was needed");
        assert_eq!(exchange.one("grant_type").as_deref(), Some("password"));
        assert_eq!(exchange.one("client_id").as_deref(), Some("containerd-client"));
        assert!(exchange.request.header("content-type").is_some_and(|kind| kind.starts_with(FORM)));
        let body = exchange.body();
        assert_eq!(Token::of_answer(&body).access(), ["repository:team-a/app:pull"]);
        assert_eq!(body["scope"], json!("repository:team-a/app:pull"), "RFC 6749 5.1: what was granted");
        assert_eq!(body["token_type"], json!("Bearer"));
        assert!(body["expires_in"].as_u64().is_some_and(|seconds| seconds >= 60));
    }
}

fn content_types(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let form = [
        ("grant_type", "password"),
        ("service", realm::REGISTRY),
        ("client_id", "test"),
        ("username", "reader"),
        ("password", "reader-secret"),
        ("scope", "repository:team-a/app:pull"),
        ("scope", "repository:team-a/other:pull repository:team-a/app:push"),
    ];
    for kind in
        [FORM, "application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"]
    {
        let answer = post(&site, kind, &form);
        assert_eq!(answer.status, 200, "{kind}: {}", answer.text());
        let access = Token::of_answer(&answer.json()).access();
        assert_eq!(access, ["repository:team-a/app:pull", "repository:team-a/other:pull"]);
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        assert_eq!(site.call_registry("GET", "/v2/", Some(&token)).status, 200);
    }
    // containerd sends the field empty when a challenge named no service.
    for service in ["", "no-such-registry"] {
        let mut form = form;
        form[1].1 = service;
        let answer = post(&site, FORM, &form);
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.json()["errors"][0]["message"].is_string());
    }
    for grant in ["", "authorization_code", "client_credentials"] {
        let mut form = form;
        form[0].1 = grant;
        assert_eq!(post(&site, FORM, &form).status, 400, "grant {grant:?}");
    }
    assert_eq!(post(&site, FORM, &[]).status, 400);
    let mut wrong = form;
    wrong[4].1 = "wrong";
    wrong[3].1 = "nobody-of-this-name";
    assert_eq!(post(&site, FORM, &wrong).status, 401, "wrong credentials are 401 by POST too: clients then try GET");
}

/// docker calls itself `docker`; this realm has an OpenID Connect client of that name, which is another matter.
fn client_id(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let form = |id: &str, service: &str| {
        post(
            &site,
            FORM,
            &[
                ("grant_type", "password"),
                ("service", service),
                ("client_id", id),
                ("username", "reader"),
                ("password", "reader-secret"),
            ],
        )
    };
    for id in ["docker", "containerd-client", "regclient/regctl (v0)", "", "no such client"] {
        assert_eq!(form(id, realm::REGISTRY).status, 200, "client_id {id:?}");
    }
    assert_eq!(form("registry", "docker").status, 400, "an OpenID Connect client is no registry");
    let docker = clients::named(&clients::docker::names()[0]);
    docker.login(&site.seat(&realm::reader())).succeeds();
    assert_eq!(site.wire().last().expect("docker asked").one("client_id").as_deref(), Some("docker"));
}

/// An identity token for a person, as `docker login` is given one.
#[track_caller]
pub(super) fn identity_token(site: &Site<'_>, person: &Person) -> String {
    let target = format!(
        "/realms/{}/protocol/docker-v2/auth?service={}&offline_token=true&client_id=docker",
        site.realm, site.service
    );
    let request = Request::new("GET", &target).with("Authorization", &person.basic());
    let answer = http::exchange(site.server().address(), &request);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["refresh_token"].as_str().expect("an identity token").to_owned()
}

/// A home whose settings hold an identity token, as `docker login` and `skopeo login` would leave them.
pub(super) fn seat_with_identity<'s>(site: &'s Site<'s>, person: &Person) -> (Seat<'s>, String) {
    let token = identity_token(site, person);
    let seat = site.seat(person);
    let auth = STANDARD.encode(format!("{}:", person.name));
    let settings = json!({"auths": {site.host(): {"auth": auth, "identitytoken": token}}}).to_string();
    std::fs::write(clients::docker::config(&seat).join("config.json"), &settings).expect("config.json can be written");
    std::fs::write(containers::auth_file(&seat), &settings).expect("auth.json can be written");
    (seat, token)
}

/// A kubelet drops the identity token of a pull secret and is left with a name and an empty password.
fn pull_secret(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).client(realm::REGISTRY_IDENTITY).open();
    site.seed("team-a/app:1");
    let ctr = clients::named("ctr");
    ctr.pull(&site.seat(&realm::reader().typing("")), "team-a/app:1").fails();
    for exchange in site.wire() {
        assert_eq!(exchange.response.status, 401, "an empty password proves nothing: {}", exchange.response.text());
    }
    let basic = format!("Basic {}", STANDARD.encode("reader:"));
    let target = format!(
        "/realms/{}/protocol/docker-v2/auth?service={}&scope=repository:public/app:pull",
        site.realm, site.service
    );
    let answer = http::exchange(site.server().address(), &Request::new("GET", &target).with("Authorization", &basic));
    assert_eq!(answer.status, 401, "not even what anybody may pull: a name without a password is a mistake to be seen");
}

/// Tools that do not know what `<token>` means send it as a user name.
fn token_as_user_name(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).client(realm::REGISTRY_IDENTITY).open();
    site.seed("team-a/app:1");
    let token = identity_token(&site, &realm::reader());
    let seat = site.seat(&Person::new("<token>", &token));
    let crane = clients::named("crane");
    // crane knows the word and would ask by POST; podman's login does not.
    clients::named("skopeo").login(&seat).succeeds();
    crane.login(&seat).succeeds();
    crane.pull(&seat, "team-a/app:1").succeeds();
    let wire = site.wire();
    let basic = Credentials::Basic { user: "<token>".to_owned(), password: token };
    assert!(wire.iter().any(|exchange| exchange.credentials() == basic), "the name was sent as it stands");
    for exchange in &wire {
        assert_eq!(exchange.response.status, 200, "{}", exchange.response.text());
        assert_eq!(Token::of_answer(&exchange.body()).claim("sub"), "reader");
    }
    let rubbish = Person::new("<token>", "no-such-token");
    assert_eq!(site.ask(Some(&rubbish), &[]).status, 401);
}
