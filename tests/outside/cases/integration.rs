//! 45–50: the server among its neighbours.

use std::sync::{Arc, Barrier};

use serde_json::json;

use super::Cases;
use super::post::identity_token;
use crate::clients::{self, Client, docker};
use crate::event_log::Event;
use crate::fixture::wait::until;
use crate::fixture::{RegistryVersion, ServerOptions};
use crate::http::{self, Request, Response};
use crate::image::Image;
use crate::realm;
use crate::site::Site;
use crate::token::Token;
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t45_{}_behind_one_front_with_autoredirect", &[], one_front);
    cases.add("t46_token_address_answers_itself", addresses);
    cases.add("t46_preflight_needs_no_credentials", preflight);
    cases.both("t47_realms_keep_to_themselves", two_realms);
    for client in docker::names().iter().map(String::as_str).chain(["podman", "skopeo", "ctr", "crane"]) {
        cases.client("t48_{}_with_the_generated_configuration", client, generated);
    }
    cases.both("t48_service_alias_that_is_an_address", alias);
    cases.both("t49_each_decision_is_recorded_and_no_secret_is", audit);
    cases.add("t50_parallel_requests_share_one_password_check", load);
}

/// Registry and token server under one name: the registry tells clients to ask at `/auth/token` of the name by which they came.
fn one_front(world: &World, client: &dyn Client, version: RegistryVersion) {
    let server = world.front_server();
    let site = Site::build(world, version).server(&server).behind_one_front().open();
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    client.push(&seat, &Image::new(&format!("t45 {} {}", client.name(), version.name())), "team-a/app:1").succeeds();
    assert!(site.has("team-a/app:1"));
    site.seed("team-a/other:1");
    client.pull(&seat, "team-a/other:1").succeeds();
    let wire = site.wire();
    assert!(!wire.is_empty());
    for exchange in wire {
        assert_eq!(exchange.path(), "/auth/token");
        assert_eq!(exchange.response.status, 200, "{}", exchange.response.text());
    }
}

fn door(world: &World, method: &str, rest: &str, headers: &[(&str, &str)]) -> Response {
    let target = format!("/realms/{}/protocol/docker-v2/{rest}", realm::NAME);
    let request =
        headers.iter().fold(Request::new(method, &target), |request, (name, value)| request.with(name, value));
    http::exchange(world.server(Transport::Plain).address(), &request)
}

/// A redirect would turn a POST into a GET, or drop the credentials.
fn addresses(world: &World) {
    let basic = realm::reader().basic();
    let credentials = [("Authorization", basic.as_str())];
    for path in ["auth?service=registry", "token?service=registry"] {
        let answer = door(world, "GET", path, &credentials);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("set-cookie"), None);
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("no-store")));
        let head = door(world, "HEAD", path, &credentials);
        assert_eq!(head.status, 200, "HEAD {path}");
        assert!(head.body.is_empty());
    }
    for path in ["auth/?service=registry", "auth/extra?service=registry", "?service=registry"] {
        let status = door(world, "GET", path, &credentials).status;
        assert!(status == 200 || status == 404, "{path}: {status} is no redirect and no fault");
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(door(world, method, "auth?service=registry", &credentials).status, 405, "{method}");
    }
}

fn preflight(world: &World) {
    let ask = |origin: &str| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "authorization"),
        ];
        door(world, "OPTIONS", "auth?service=registry", &headers)
    };
    let allowed = ask("https://ui.example");
    assert!((200..300).contains(&allowed.status), "{}", allowed.status);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://ui.example"));
    let headers = allowed.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
    assert!(headers.contains("authorization"), "{headers:?}");

    let basic = realm::reader().basic();
    let answer =
        door(world, "GET", "auth?service=registry", &[("Origin", "https://ui.example"), ("Authorization", &basic)]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://ui.example"));
    let elsewhere = door(
        world,
        "GET",
        "auth?service=registry",
        &[("Origin", "https://elsewhere.example"), ("Authorization", &basic)],
    );
    assert_eq!(elsewhere.header("access-control-allow-origin"), None, "another page may not read the answer");
}

/// The same name in two realms: other rights, and no token of one opens the other's registry.
fn two_realms(world: &World, version: RegistryVersion) {
    let mut inland = realm::plain();
    inland["realm"] = json!("inland");
    inland["displayName"] = json!("Inland");
    let developer = inland["users"]
        .as_array_mut()
        .and_then(|users| users.iter_mut().find(|user| user["username"] == "developer"))
        .expect("a developer");
    developer["groups"] = json!([]);
    developer["realmRoles"] = json!(["reader"]);
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain(), inland])));
    let outside = Site::build(world, version).server(&server).open();
    let inland = Site::build(world, version).server(&server).realm("inland").open();
    let scope = ["repository:team-a/app:pull,push"];
    assert_eq!(outside.grant(Some(&realm::developer()), &scope).access(), ["repository:team-a/app:pull,push"]);
    assert_eq!(inland.grant(Some(&realm::developer()), &scope).access(), ["repository:team-a/app:pull"]);
    for (own, other) in [(&outside, &inland), (&inland, &outside)] {
        let answer = own.ask(Some(&realm::developer()), &[]).json();
        let token = answer["token"].as_str().expect("a token");
        assert_eq!(own.call_registry("GET", "/v2/", Some(token)).status, 200);
        assert_eq!(other.call_registry("GET", "/v2/", Some(token)).status, 401);
    }
    // Within a realm, one registry does not take what was meant for another.
    let other = Site::build(world, version).server(&server).client("registry-any").open();
    let answer = other.ask(Some(&realm::developer()), &[]).json();
    let token = answer["token"].as_str().expect("a token");
    assert_eq!(outside.call_registry("GET", "/v2/", Some(token)).status, 401, "`aud` tells registries apart");
}

/// The registry starts with the file that the server wrote, and the clients' day goes on as ever.
fn generated(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).as_generated().open();
    let image = Image::new(&format!("t48 {} {}", client.name(), version.name()));
    let developer = site.seat(&realm::developer());
    client.login(&developer).succeeds();
    client.push(&developer, &image, "team-a/app:1").succeeds();
    assert!(site.has("team-a/app:1"));
    site.seed("team-a/other:1");
    let reader = site.seat(&realm::reader());
    client.login(&reader).succeeds();
    client.pull(&reader, "team-a/other:1").succeeds();
    client.push(&reader, &image, "team-a/app:2").fails();
    assert!(!site.has("team-a/app:2"));
}

fn alias(world: &World, version: RegistryVersion) {
    for service in ["container-registry", "https://registry.example:5000/v2"] {
        let site = Site::build(world, version).client("registry-alias").service(service).open();
        let crane = clients::named("crane");
        let seat = site.seat(&realm::developer());
        crane.login(&seat).succeeds();
        crane.push(&seat, &Image::new(service), "team-a/app:1").succeeds();
        let wire = site.wire();
        let last = wire.last().expect("crane asked");
        assert_eq!(last.one("service").as_deref(), Some(service));
        assert_eq!(Token::of_answer(&last.body()).claims["aud"], json!(service), "the registry looks for its own name");
    }
}

fn audit(world: &World, version: RegistryVersion) {
    let mut options = ServerOptions::with_realms(vec![realm::plain()]);
    options.log_level = "trace";
    let server = Arc::new(world.own_server(options));
    let site = Site::build(world, version).client(realm::REGISTRY_IDENTITY).server(&server).open();
    site.seed("team-a/app:1");
    let skopeo = clients::named("skopeo");
    let reader = site.seat(&realm::reader());
    skopeo.login(&reader).succeeds();
    skopeo.pull(&reader, "team-a/app:1").succeeds();
    skopeo.push(&reader, &Image::new("t49"), "team-a/app:2").fails();
    let wrong = realm::developer().typing("hunter-2-was-typed");
    skopeo.login(&site.seat(&wrong)).fails();
    clients::named("ctr").pull(&site.seat(&realm::reader()), "team-a/app:1").succeeds();
    let identity = identity_token(&site, &realm::reader());

    let find = |what: &str, matches: &dyn Fn(&Event) -> bool| {
        let event = server.await_event(what, matches);
        for (name, value) in [("realm", realm::NAME), ("client", realm::REGISTRY_IDENTITY), ("address", "127.0.0.1")] {
            assert_eq!(event.field(name), value, "{}", event.line());
        }
        event
    };
    let pulled = find("a grant", &|event| {
        event.kind() == "docker.token-issued"
            && event.field("requested") == "repository:team-a/app:pull"
            && event.field("user_agent").contains("skopeo")
    });
    assert_eq!(pulled.field("granted"), "repository:team-a/app:pull");
    assert_eq!(pulled.field("credential"), "password");
    assert!(!pulled.field("jti").is_empty() && !pulled.field("user").is_empty());
    let reduced = find("a grant that was cut down", &|event| {
        event.kind() == "docker.token-issued"
            && event.field("requested").contains("push")
            && event.field("denied").contains("push")
    });
    assert_eq!(reduced.field("granted"), "repository:team-a/app:pull");
    find("a refusal", &|event| {
        event.kind() == "docker.token-refused" && event.field("error") == "invalid_user_credentials"
    });
    find("containerd's grant", &|event| {
        event.kind() == "docker.token-issued" && event.field("user_agent").contains("containerd")
    });

    let mut secrets =
        vec!["hunter-2-was-typed".to_owned(), "reader-secret".to_owned(), "developer-secret".to_owned(), identity];
    secrets.push(realm::reader().basic().trim_start_matches("Basic ").to_owned());
    let tokens = site
        .wire()
        .iter()
        .filter_map(|exchange| exchange.body()["token"].as_str().map(str::to_owned))
        .collect::<Vec<_>>();
    assert!(!tokens.is_empty());
    // The signature is what makes a token; a log may show what was in it.
    secrets.extend(tokens.iter().filter_map(|token| token.rsplit('.').next().map(str::to_owned)));
    // Ended in good order, so that all that would be logged is there.
    server.restart();
    let log = server.log();
    for secret in secrets {
        assert!(!log.contains(&secret), "a secret is in the log, which begins: {}", &secret[..6.min(secret.len())]);
    }
}

/// A node that starts 200 pods with one pull secret: the password is looked at once for all requests in flight, or a few times.
fn load(world: &World) {
    const REQUESTS: usize = 200;
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain()])));
    let ask = || {
        let target = format!(
            "/realms/{}/protocol/docker-v2/auth?service=registry&scope=repository:team-a/app:pull",
            realm::NAME
        );
        http::exchange(server.address(), &Request::new("GET", &target).with("Authorization", &realm::reader().basic()))
    };
    // Keys are made and maps are filled before anything is measured.
    assert_eq!(ask().status, 200);
    let one = {
        let before = server.cpu_time();
        for _ in 0..20 {
            assert_eq!(ask().status, 200);
        }
        (server.cpu_time() - before) / 20
    };
    let before = server.cpu_time();
    let barrier = Barrier::new(REQUESTS);
    std::thread::scope(|scope| {
        let request = || {
            barrier.wait();
            let answer = ask();
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(Token::of_answer(&answer.json()).access(), ["repository:team-a/app:pull"]);
        };
        for _ in 0..REQUESTS {
            scope.spawn(request);
        }
    });
    let all = server.cpu_time() - before;
    let each = u32::try_from(REQUESTS).expect("a small number");
    assert!(all < one * each / 2, "{REQUESTS} at once cost {all:?}, one alone {one:?}: the check was not shared");
    // Nothing is remembered afterwards: a wrong password is still wrong.
    until("the server to refuse a wrong password", std::time::Duration::from_secs(5), || {
        let target = format!("/realms/{}/protocol/docker-v2/auth?service=registry", realm::NAME);
        let wrong = realm::reader().typing("wrong");
        let answer =
            http::exchange(server.address(), &Request::new("GET", &target).with("Authorization", &wrong.basic()));
        (answer.status == 401).then_some(())
    });
}
