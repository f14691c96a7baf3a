//! 4, 5, 7: counting wrong passwords.

use std::sync::Arc;

use serde_json::json;

use super::Cases;
use crate::clients::{self, Client};
use crate::fixture::{RegistryVersion, ServerOptions};
use crate::http::{self, Request};
use crate::realm::{self, Person};
use crate::site::Site;
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    cases.both("t04_ctr_post_and_get_count_once_and_the_fifth_wrong_password_locks", containerd_counts_once);
    cases.add("t07_errors_are_read_by_docker_and_by_oauth_clients", error_bodies);
}

/// containerd sends a wrong password twice, by POST and by GET. Five such attempts lock; four do not.
fn containerd_counts_once(world: &World, version: RegistryVersion) {
    let mut realm = realm::plain();
    // Attempts a moment apart are what this test makes; locking by haste is another rule.
    realm["quickLoginCheckMilliSeconds"] = json!(0);
    let server = Arc::new(world.own_server(&ServerOptions::with_realms(vec![realm])));
    let site = Site::build(world, version).server(&server).open();
    site.seed("team-a/app:1");
    let ctr = clients::named("ctr");
    let developer = realm::developer();
    let attempt = |ctr: &dyn Client, person: &Person| ctr.pull(&site.seat(person), "team-a/app:1");

    for number in 1..=4 {
        attempt(&*ctr, &developer.typing(&format!("wrong {number}"))).fails();
    }
    let wire = site.wire();
    assert_eq!(wire.iter().filter(|exchange| exchange.is_post()).count(), 4, "each attempt began with a POST");
    assert_eq!(wire.len(), 8, "and went on with a GET");
    attempt(&*ctr, &developer).succeeds();

    for number in 1..=5 {
        attempt(&*ctr, &developer.typing(&format!("wrong again {number}"))).fails();
    }
    let mark = site.wire().len();
    attempt(&*ctr, &developer).fails();
    for exchange in &site.wire()[mark..] {
        assert_eq!(exchange.response.status, 401, "locked: {}", exchange.response.text());
    }
    server.await_event("the lock", |event| {
        event.kind() == "docker.token-refused" && event.field("error") == "user_temporarily_disabled"
    });
    // Another user is not touched.
    attempt(&*ctr, &realm::reader()).succeeds();
}

fn error_bodies(world: &World) {
    let server = world.server(Transport::Plain);
    let door = format!("/realms/{}/protocol/docker-v2/auth", realm::NAME);
    let ask = |query: &str, person: Option<&Person>| {
        let mut request = Request::new("GET", &format!("{door}?{query}"));
        if let Some(person) = person {
            request = request.with("Authorization", &person.basic());
        }
        http::exchange(server.address(), &request)
    };
    let stranger = Person::new("nobody-at-all", "x");
    for (status, answer) in [
        (401, ask("service=registry", Some(&stranger))),
        (401, ask("service=registry&scope=repository:team-a/app:pull", None)),
        (400, ask("service=no-such-registry", Some(&realm::reader()))),
        (400, ask("service=registry-off", Some(&realm::reader()))),
        (400, ask("service=docker", Some(&realm::reader()))),
        (400, ask("", Some(&realm::reader()))),
    ] {
        let text = answer.text();
        assert_eq!(answer.status, status, "{text}");
        assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")), "{text}");
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("no-store")), "{text}");
        assert_eq!(answer.header("set-cookie"), None);
        let body = answer.json();
        let error = &body["errors"][0];
        assert!(error["code"].is_string() && error["message"].is_string(), "docker reads the array: {text}");
        assert!(body["error"].is_string() && body["error_description"].is_string(), "OAuth clients read these: {text}");
        assert!(!text.contains("nobody-at-all"), "an answer does not repeat what was typed: {text}");
    }
}
