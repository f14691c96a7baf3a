//! 15–17: scopes as they are written in the wild, and patterns that hold.

use super::Cases;
use crate::fixture::RegistryVersion;
use crate::http::{self, Request, Response};
use crate::realm::{self, Person};
use crate::site::Site;
use crate::token::Token;
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    cases.add("t15_names_with_ports_and_of_great_length", names);
    cases.add("t15_malformed_scopes_are_bounded", malformed);
    cases.both("t15_deep_name_is_pushed", deep_name);
    cases.add("t16_overlapping_entries_become_one", overlapping);
    cases.add("t17_one_star_stops_at_the_segment", one_star);
    cases.add("t17_deny_beats_allow", deny);
    cases.add("t17_user_names_are_no_patterns", user_names);
    cases.add("t17_groups_and_attributes", groups_and_attributes);
}

/// Asks the shared server; `query` stands after the service.
fn ask(world: &World, person: Option<&Person>, query: &str) -> Response {
    let server = world.server(Transport::Plain);
    let target = format!("/realms/{}/protocol/docker-v2/auth?service={}&{query}", realm::NAME, realm::REGISTRY);
    let mut request = Request::new("GET", &target);
    if let Some(person) = person {
        request = request.with("Authorization", &person.basic());
    }
    http::exchange(server.address(), &request)
}

#[track_caller]
fn grant(world: &World, person: &Person, scopes: &[&str]) -> Vec<String> {
    let pairs: Vec<(&str, &str)> = scopes.iter().map(|scope| ("scope", *scope)).collect();
    let answer = ask(world, Some(person), &http::encode_pairs(&pairs));
    assert_eq!(answer.status, 200, "{}", answer.text());
    Token::of_answer(&answer.json()).access()
}

fn names(world: &World) {
    let long = format!("team-a/{}", "a/".repeat(120) + "b");
    for name in ["host:5000/a/b", "registry.example:443/team-a/app", "team-a/b/c/d/e/f", &long[..255.min(long.len())]] {
        let scope = format!("repository:{name}:pull,push");
        assert_eq!(grant(world, &realm::owner(), &[&scope]), [scope.clone()], "the name comes back as it was asked");
    }
    assert_eq!(
        grant(world, &realm::reader(), &["repository:host:5000/team-a/b:pull"]),
        Vec::<String>::new(),
        "a host is part of the name"
    );
    assert_eq!(
        grant(world, &realm::reader(), &["repository:team-a/b/c/d/e:pull,push"]),
        ["repository:team-a/b/c/d/e:pull"]
    );
}

fn malformed(world: &World) {
    let many = vec!["scope=repository%3Ateam-a%2Fapp%3Apull"; 10_000].join("&");
    let blanks = format!("scope={}", "repository:a:pull+".repeat(10_000));
    for query in [
        "scope=",
        "scope=%20%20",
        "scope=a",
        "scope=%3A%3A",
        "scope=repository",
        "scope=repository%3A",
        "scope=repository%3A%3Apull",
        "scope=%3Aa%3Apull",
        "scope=repository%3Aa",
        "scope=repository%3Aa%00b%3Apull",
        "scope=repository%3Aa%3Apull%00",
        "scope=%ff%fe",
        "scope=%",
        "scope=%zz",
        "scope=repository%28%3Aa%3Apull",
        "scope=repository%3A..%2F..%2Fa%3Apull",
        "scope=REPOSITORY%3AA%3APULL",
        "scope=repository%3Aa%3A%2C%2C%2Cpull%2C%2C",
        "scope=repository%3Aa%3Apull%0d%0aX%3A1",
        "scope&scope&scope",
        many.as_str(),
        blanks.as_str(),
    ] {
        let shown: String = query.chars().take(60).collect();
        let answer = ask(world, Some(&realm::outsider()), query);
        match answer.status {
            200 => {
                let access = Token::of_answer(&answer.json()).access();
                assert!(access.is_empty(), "{shown}: {access:?}");
            }
            400 | 413 | 414 | 431 => {}
            other => panic!("{shown}: {other} {}", answer.text()),
        }
        let without = ask(world, None, query).status;
        assert!((400..500).contains(&without), "{shown}: {without} for a stranger");
    }
}

fn deep_name(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let crane = crate::clients::named("crane");
    let seat = site.seat(&realm::developer());
    crane.login(&seat).succeeds();
    let image = crate::image::Image::new("t15");
    crane.push(&seat, &image, "team-a/one/two/three/four/five:1").succeeds();
    assert!(site.has("team-a/one/two/three/four/five:1"));
}

fn overlapping(world: &World) {
    let scopes = [
        "repository:team-a/app:pull",
        "repository:team-a/app:push,pull repository:team-a/app:pull",
        "repository:team-a/app:push",
        "repository:team-a/other:pull",
    ];
    let access = grant(world, &realm::developer(), &scopes);
    assert_eq!(access, ["repository:team-a/app:pull,push", "repository:team-a/other:pull"]);
}

fn one_star(world: &World) {
    let outsider = realm::outsider();
    assert_eq!(grant(world, &outsider, &["repository:shelf/book:pull"]), ["repository:shelf/book:pull"]);
    assert!(
        grant(world, &outsider, &["repository:shelf/box/book:pull", "repository:shelf:pull", "repository:shelf/:pull"])
            .is_empty()
    );
    // Two stars cross.
    assert_eq!(grant(world, &outsider, &["repository:public/a/b/c:pull"]), ["repository:public/a/b/c:pull"]);
    assert!(grant(world, &outsider, &["repository:publicity/a:pull", "repository:public:push"]).is_empty());
    // A pattern is the server's; one that a client asks for is a name like any other.
    assert!(
        grant(world, &realm::reader(), &["repository:*:pull", "repository:**:pull", "repository:team-?/app:pull"])
            .is_empty()
    );
}

fn deny(world: &World) {
    let developer = realm::developer();
    let access = grant(world, &developer, &["repository:team-a/secret/plan:pull,push", "repository:team-a/plan:pull"]);
    assert_eq!(access, ["repository:team-a/plan:pull"], "the group's deny beats the group's allow");
    let reader = grant(world, &realm::reader(), &["repository:team-a/secret/plan:pull"]);
    assert_eq!(reader, ["repository:team-a/secret/plan:pull"], "who is not of the group is not denied");
}

fn user_names(world: &World) {
    // Each has a home under their own name …
    assert_eq!(grant(world, &realm::person("a"), &["repository:a/x/y:pull,push"]), ["repository:a/x/y:pull,push"]);
    // … but a name that is no path component opens nothing, whatever it would mean as a pattern.
    for person in ["a/*", "..", "**"] {
        let scopes = [
            "repository:a/b/x:pull,push",
            "repository:team-a/x:pull,push",
            "repository:../x:pull",
            "repository:a/*/x:pull",
            "repository:**/x:pull",
        ];
        assert!(grant(world, &realm::person(person), &scopes).is_empty(), "{person} reaches nothing");
    }
    assert!(grant(world, &realm::person("a"), &["repository:aa/x:pull", "repository:a:pull"]).is_empty());
}

fn groups_and_attributes(world: &World) {
    let scopes = ["repository:groups/team-a/developers/app:pull,push", "repository:docks/crane:pull,push"];
    assert_eq!(
        grant(world, &realm::developer(), &scopes),
        ["repository:docks/crane:pull,push", "repository:groups/team-a/developers/app:pull,push"]
    );
    assert!(grant(world, &realm::reader(), &scopes).is_empty());
}
