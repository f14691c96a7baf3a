//! 20–25: identity tokens, which stand in for the password after a login.

use std::sync::{Arc, Barrier};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Cases;
use super::post::{FORM, identity_token, post, seat_with_identity};
use crate::clients::docker::{self, Docker};
use crate::clients::{self, Client};
use crate::fixture::{RegistryVersion, ServerOptions};
use crate::http::{self, Request};
use crate::image::Image;
use crate::proxy::Credentials;
use crate::realm::{self, Person};
use crate::run::Run;
use crate::site::{Seat, Site};
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.both("t20_skopeo_with_an_identity_token_posts_chunked_repeated_scopes", skopeo);
    cases.client("t21_{}_build_with_an_identity_token", &docker::names()[0], build);
    for client in docker::names() {
        cases.client("t22_{}_login_keeps_an_identity_token_and_no_password", &client, login);
    }
    cases.both("t22_ten_refreshes_at_once_give_the_same_token", ten_at_once);
    cases.both("t23_identity_token_is_bound_to_its_registry", bound_to_registry);
    cases.client("t23_{}_identity_token_dies_with_a_password_change", &docker::names()[0], dies_with_password);
    cases.both("t23_identity_token_survives_a_restart_and_a_crash", survives_restart);
    cases.both("t24_no_identity_token_unless_asked_for", only_when_asked);
    cases.both("t25_oras_basic_identity_token_and_anonymous", oras);
}

fn identity_site(world: &World, version: RegistryVersion) -> Site<'_> {
    Site::build(world, version).client(realm::REGISTRY_IDENTITY).open()
}

fn refresh(site: &Site<'_>, token: &str, scope: &str) -> http::Response {
    post(
        site,
        FORM,
        &[
            ("grant_type", "refresh_token"),
            ("service", site.service.as_str()),
            ("client_id", "docker"),
            ("refresh_token", token),
            ("scope", scope),
        ],
    )
}

fn skopeo(world: &World, version: RegistryVersion) {
    let site = identity_site(world, version);
    let (seat, token) = seat_with_identity(&site, &realm::developer());
    // skopeo offers a mount of what it has itself seen in the registry.
    let skopeo = clients::named("skopeo");
    skopeo.push(&seat, &Image::new("t20"), "team-a/first:1").succeeds();
    skopeo.push_again(&seat, "team-a/first:1", "team-a/second:1").succeeds();
    assert!(site.has("team-a/second:1"));
    let wire = site.wire();
    for exchange in &wire {
        assert_eq!(exchange.response.status, 200, "{}", exchange.response.text());
        assert_eq!(exchange.one("grant_type").as_deref(), Some("refresh_token"));
        assert!(exchange.is_chunked(), "skopeo sends no length");
        assert_eq!(exchange.credentials(), Credentials::Form { user: String::new(), secret: token.clone() });
    }
    let two = wire
        .iter()
        .find(|exchange| exchange.scopes().len() >= 2)
        .expect("the mount was asked for with a repeated field");
    assert_eq!(
        Token::of_answer(&two.body()).access(),
        ["repository:team-a/first:pull", "repository:team-a/second:pull,push"]
    );
}

/// Builds an image from `team-a/base:1` with the daemon's own BuildKit.
fn build_from_base(seat: &Seat<'_>, docker: &Docker) -> Run {
    let folder = seat.file("build");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let recipe = format!("FROM {}\nCOPY file /file\n", seat.site.reference("team-a/base:1"));
    std::fs::write(folder.join("Dockerfile"), recipe).expect("the Dockerfile can be written");
    std::fs::write(folder.join("file"), "content").expect("the file can be written");
    docker
        .call(seat)
        .args(["build", "--no-cache", "-t", &seat.site.reference("team-a/built:1")])
        .arg(&folder)
        .env("DOCKER_BUILDKIT", "1")
        .run()
}

/// The BuildKit of Docker 20.10 shows the identity token as the password of nobody, wants a 401, and only then posts it.
fn build(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = identity_site(world, version);
    site.seed("team-a/base:1");
    let (seat, token) = seat_with_identity(&site, &realm::developer());
    build_from_base(&seat, &Docker::new(client.name())).succeeds();
    let wire = site.wire();
    let nameless = Credentials::Basic { user: String::new(), password: token };
    let first = wire.iter().find(|exchange| exchange.credentials() == nameless).expect("the token came as a password");
    assert!(matches!(first.response.status, 200 | 401), "never a token for nobody: {}", first.response.text());
    if first.response.status == 200 {
        assert_eq!(Token::of_answer(&first.body()).claim("sub"), "developer");
    }
    let last = wire.last().expect("the server was asked");
    assert_eq!(Token::of_answer(&last.body()).access(), ["repository:team-a/base:pull"]);
}

fn login(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = identity_site(world, version);
    site.seed("team-a/base:1");
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    let kept = seat.json("docker/config.json");
    let entry = &kept["auths"][site.host()];
    assert!(entry["identitytoken"].is_string(), "{kept}");
    let auth = entry["auth"].as_str().unwrap_or_default();
    let auth = STANDARD.decode(auth).expect("base64");
    assert_eq!(auth, b"developer:", "no password is kept");

    let mark = site.wire().len();
    client.pull(&seat, "team-a/base:1").succeeds();
    client.push(&seat, &Image::new(&format!("t22 {} {}", client.name(), version.name())), "team-a/app:1").succeeds();
    let docker = Docker::new(client.name());
    docker
        .call(&seat)
        .args(["manifest", "inspect", "--insecure", &site.reference("team-a/app:1")])
        .env("DOCKER_CLI_EXPERIMENTAL", "enabled")
        .run()
        .succeeds();
    for exchange in &site.wire()[mark..] {
        assert_eq!(exchange.one("grant_type").as_deref(), Some("refresh_token"));
        assert_eq!(exchange.response.status, 200, "{}", exchange.response.text());
        let given = &exchange.body()["refresh_token"];
        assert!(
            given.is_null() || *given == entry["identitytoken"],
            "it is not rotated: docker would not keep the new one"
        );
    }
}

fn ten_at_once(world: &World, version: RegistryVersion) {
    let site = identity_site(world, version);
    let token = identity_token(&site, &realm::developer());
    let barrier = Barrier::new(10);
    let answers: Vec<http::Response> = std::thread::scope(|scope| {
        let ask = || {
            barrier.wait();
            refresh(&site, &token, "repository:team-a/app:pull,push")
        };
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("the request ends")).collect()
    });
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        assert_eq!(Token::of_answer(&body).access(), ["repository:team-a/app:pull,push"]);
        assert!(body["refresh_token"].is_null() || body["refresh_token"] == token.as_str(), "the same one, or none");
    }
    assert_eq!(refresh(&site, &token, "").status, 200, "it is not used up");
}

fn bound_to_registry(world: &World, version: RegistryVersion) {
    let site = identity_site(world, version);
    let token = identity_token(&site, &realm::developer());
    for service in ["registry", "registry-any", "registry-2"] {
        let answer = post(
            &site,
            FORM,
            &[
                ("grant_type", "refresh_token"),
                ("service", service),
                ("client_id", "docker"),
                ("refresh_token", &token),
                ("scope", "repository:team-a/app:pull"),
            ],
        );
        assert!(matches!(answer.status, 400 | 401), "{service}: {}", answer.text());
        assert!(answer.json()["token"].is_null());
    }
    assert_eq!(refresh(&site, "no-such-token", "").status, 401);
    assert_eq!(refresh(&site, &token, "").status, 200, "trying it elsewhere did no harm");
}

fn dies_with_password(world: &World, client: &dyn Client, version: RegistryVersion) {
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain()])));
    let site = Site::build(world, version).client(realm::REGISTRY_IDENTITY).server(&server).open();
    site.seed("team-a/app:1");
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    client.pull(&seat, "team-a/app:1").succeeds();

    server.set_password(realm::NAME, "developer", "another-secret");
    site.seed("team-a/other:1");
    client.pull(&seat, "team-a/other:1").fails().says("log in again");
    assert_eq!(site.wire().last().expect("docker asked").response.status, 401);
    client.login(&site.seat(&Person::new("developer", "another-secret"))).succeeds();
}

fn survives_restart(world: &World, version: RegistryVersion) {
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain()])));
    let site = Site::build(world, version).client(realm::REGISTRY_IDENTITY).server(&server).open();
    let token = identity_token(&site, &realm::developer());
    // Answered is kept: a power cut at this moment loses nothing.
    server.crash_and_restart();
    assert_eq!(refresh(&site, &token, "repository:team-a/app:pull").status, 200);
    server.restart();
    assert_eq!(refresh(&site, &token, "repository:team-a/app:pull").status, 200);
}

fn only_when_asked(world: &World, version: RegistryVersion) {
    let site = identity_site(world, version);
    let plain = site.ask(Some(&realm::developer()), &["repository:team-a/app:pull"]).json();
    assert!(plain["refresh_token"].is_null(), "GET without offline_token");
    let form = |extra: &[(&'static str, &'static str)]| {
        let mut form = vec![
            ("grant_type", "password"),
            ("service", realm::REGISTRY_IDENTITY),
            ("client_id", "test"),
            ("username", "developer"),
            ("password", "developer-secret"),
        ];
        form.extend_from_slice(extra);
        post(&site, FORM, &form).json()
    };
    assert!(form(&[])["refresh_token"].is_null(), "POST without access_type");
    assert!(form(&[("access_type", "online")])["refresh_token"].is_null());
    assert!(form(&[("access_type", "offline")])["refresh_token"].is_string());
    // Where the registry's settings do not offer identity tokens, asking does not help.
    let other = Site::build(world, version).open();
    let target =
        format!("/realms/{}/protocol/docker-v2/auth?service={}&offline_token=true", other.realm, other.service);
    let request = Request::new("GET", &target).with("Authorization", &realm::developer().basic());
    assert!(http::exchange(other.server().address(), &request).json()["refresh_token"].is_null());
    // Nor is one given to nobody.
    let target = format!(
        "/realms/{}/protocol/docker-v2/auth?service={}&offline_token=true&scope=repository:public/a:pull",
        site.realm, site.service
    );
    let nobody = http::exchange(site.server().address(), &Request::new("GET", &target)).json();
    assert!(nobody["token"].is_string() && nobody["refresh_token"].is_null(), "{nobody}");
}

fn oras(world: &World, version: RegistryVersion) {
    let site = identity_site(world, version);
    site.seed("team-a/app:1");
    site.seed("public/app:1");
    let oras = clients::named("oras");
    let basic = site.seat(&realm::reader());
    oras.login(&basic).succeeds();
    oras.pull(&basic, "team-a/app:1").succeeds();
    oras.pull(&site.seat(&Person::nobody()), "public/app:1").succeeds();

    let mark = site.wire().len();
    let (seat, token) = seat_with_identity(&site, &realm::reader());
    oras.pull(&seat, "team-a/app:1").succeeds();
    let wire = site.wire()[mark..].to_vec();
    assert!(!wire.is_empty());
    for exchange in wire {
        assert_eq!(exchange.response.status, 200, "{}", exchange.response.text());
        assert_eq!(exchange.credentials(), Credentials::Form { user: String::new(), secret: token.clone() });
    }
}
