//! 29–33, 35–38: what registries accept of a token, its keys and its times.

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Cases;
use crate::clients;
use crate::fixture::wait::{unix_seconds, until};
use crate::fixture::{RegistryVersion, ServerOptions};
use crate::http;
use crate::image::Image;
use crate::proxy::Proxy;
use crate::realm;
use crate::site::{Site, SiteBuilder};
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    for algorithm in ["rs256", "rs384", "rs512", "es256", "es384", "es512"] {
        for version in RegistryVersion::ALL {
            let name = format!("t29_bundle_and_{algorithm}::{}", version.name());
            cases.add(&name, move |world| {
                accepted(Site::build(world, version).client(&format!("registry-{algorithm}")), algorithm);
            });
        }
    }
    for algorithm in ["rs256", "ps256", "es256", "es384", "es512", "eddsa"] {
        cases.add(&format!("t36_jwks_and_{algorithm}::registry3"), move |world| {
            let builder =
                Site::build(world, RegistryVersion::Three).client(&format!("registry-jwks-{algorithm}")).jwks();
            let token = accepted(builder, algorithm);
            assert!(token.header["x5c"].is_null(), "a registry that has the JWKS alone rejects x5c: {}", token.header);
        });
    }
    cases.add("t29_profile_registry_2_names_the_key_as_libtrust", |world| {
        let token = accepted(Site::build(world, RegistryVersion::Two).client("registry-2"), "rs256");
        assert_eq!(token.header["kid"].as_str().map(|kid| kid.split(':').count()), Some(12), "{}", token.header);
    });
    cases.add("t36_profile_registry_3_names_the_key_by_its_thumbprint", |world| {
        let token = accepted(Site::build(world, RegistryVersion::Three).client("registry-3"), "rs256");
        let kid = token.header["kid"].as_str().unwrap_or_default();
        assert_eq!(URL_SAFE_NO_PAD.decode(kid).map(|bytes| bytes.len()).ok(), Some(32), "{}", token.header);
    });
    cases.add("t36_jwks_lists_each_key_under_both_ids", jwks);
    cases.both("t30_key_with_a_leading_zero_coordinate", leading_zero);
    cases.add("t31_bundle_holds_no_ed25519_certificate::registry2", no_ed25519);
    cases.both("t32_two_restarts_change_neither_kid_nor_bundle", restarts);
    cases.both("t33_rotation_with_a_registry_that_is_not_restarted", rotation);
    cases.both("t35_issued_at_is_utc_wherever_the_server_stands", time_zone);
    cases.both("t37_token_of_a_user_with_5000_roles_is_short", many_roles);
    cases.both("t38_notifications_name_the_actor", notifications);
    cases.both("t01_claims_are_those_every_registry_takes", claims);
}

/// Pushes and pulls, and gives the token that did it.
fn accepted(builder: SiteBuilder<'_>, algorithm: &str) -> Token {
    let site = builder.open();
    let crane = clients::named("crane");
    let seat = site.seat(&realm::developer());
    crane.login(&seat).succeeds();
    crane.push(&seat, &Image::new(algorithm), "team-a/app:1").succeeds();
    crane.pull(&seat, "team-a/app:1").succeeds();
    let token = Token::of_answer(&site.wire().last().expect("crane asked").body());
    let expected = if algorithm == "eddsa" { "EdDSA".to_owned() } else { algorithm.to_uppercase() };
    assert_eq!(token.header["alg"], json!(expected));
    token
}

/// The JWKS of a client, from the command line and from its own address: they must agree.
fn jwks_of(site: &Site<'_>) -> Vec<Value> {
    let file = site.folder().join("exported.json");
    site.server().installation(site.realm, &site.service, "docker-v2-jwks", &file);
    let exported: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("the file was written")).expect("a JWKS is JSON");
    let served = http::get(site.server().address(), &format!("/realms/{}/protocol/docker-v2/certs", site.realm)).json();
    let keys = |set: &Value| {
        let mut keys = set["keys"].as_array().expect("keys").clone();
        keys.sort_by_key(ToString::to_string);
        keys
    };
    assert_eq!(keys(&exported), keys(&served));
    keys(&exported)
}

/// The RFC 7638 thumbprint, computed here from the members that the RFC lists, in its order.
fn thumbprint(key: &Value) -> String {
    let members: &[&str] = match key["kty"].as_str() {
        Some("RSA") => &["e", "kty", "n"],
        Some("EC") => &["crv", "kty", "x", "y"],
        Some("OKP") => &["crv", "kty", "x"],
        other => panic!("a registry cannot read a key of type {other:?}"),
    };
    let parts: Vec<String> = members.iter().map(|name| format!("\"{name}\":{}", key[*name])).collect();
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{{{}}}", parts.join(","))))
}

fn jwks(world: &World) {
    let site = Site::build(world, RegistryVersion::Three).client("registry-jwks-eddsa").jwks().open();
    // Makes sure that the realm has the key.
    site.grant(Some(&realm::reader()), &[]);
    let keys = jwks_of(&site);
    assert!(keys.iter().any(|key| key["kty"] == "OKP" && key["crv"] == "Ed25519"));
    for key in &keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key[private].is_null(), "a private member {private} is out in the open");
        }
        assert_eq!(key["use"], json!("sig"));
        let ids: Vec<&str> = keys
            .iter()
            .filter(|other| ["kty", "crv", "x", "y", "n", "e"].iter().all(|member| other[*member] == key[*member]))
            .filter_map(|other| other["kid"].as_str())
            .collect();
        assert!(ids.contains(&thumbprint(key).as_str()), "RFC 7638 id missing in {ids:?}");
        assert!(ids.iter().any(|id| id.split(':').count() == 12), "libtrust id missing in {ids:?}");
    }
}

/// One P-256 key in 256 has an x that begins with a zero byte. Its id must keep that byte; 3.x drops it, and lives by the certificate.
fn leading_zero(world: &World, version: RegistryVersion) {
    let key = std::iter::repeat_with(|| rcgen::KeyPair::generate().expect("a key can be made"))
        .find(|key| key.public_key_raw().get(1) == Some(&0))
        .expect("the iterator does not end");
    let mut file = realm::plain();
    file["components"] = json!({"org.keycloak.keys.KeyProvider": [{
        "name": "leading-zero", "providerId": "ecdsa-generated", "subComponents": {},
        "config": {
            "ecdsaPrivateKey": [STANDARD.encode(key.serialize_der())], "ecdsaPublicKey": [STANDARD.encode(key.subject_public_key_info())],
            "ecdsaEllipticCurveKey": ["P-256"], "priority": ["200"], "active": ["true"], "enabled": ["true"],
        },
    }]});
    realm::client_mut(&mut file, "registry-3")["attributes"]["docker.signature.algorithm"] = json!("ES256");
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![file])));
    let client = match version {
        RegistryVersion::Two => "registry-es256",
        RegistryVersion::Three => "registry-3",
    };
    let token = accepted(Site::build(world, version).client(client).server(&server), "es256");
    if version == RegistryVersion::Three {
        let point = key.public_key_raw();
        let jwk = json!({"crv": "P-256", "kty": "EC", "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..65])});
        assert_eq!(token.header["kid"], json!(thumbprint(&jwk)));
        assert!(token.header["x5c"].is_array());
    }
}

fn no_ed25519(world: &World) {
    let eddsa = Site::build(world, RegistryVersion::Three).client("registry-jwks-eddsa").jwks().open();
    assert_eq!(eddsa.grant(Some(&realm::reader()), &[]).header["alg"], "EdDSA", "the realm has an active Ed25519 key");
    // One Ed25519 certificate in the bundle, and 2.8 would not even start.
    accepted(Site::build(world, RegistryVersion::Two).client("registry-es256"), "es256");
}

/// The compact token that the developer is given now.
fn current_token(site: &Site<'_>) -> String {
    let answer = site.ask(Some(&realm::developer()), &[]).json();
    answer["token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}

fn kid(token: &str) -> Value {
    Token::decode(token).header["kid"].clone()
}

#[track_caller]
fn is_taken(site: &Site<'_>, token: &str) {
    assert_eq!(site.call_registry("GET", "/v2/", Some(token)).status, 200, "{}", site.registry.log_tail());
}

fn bundle(site: &Site<'_>, name: &str) -> Vec<u8> {
    let file = site.folder().join(name);
    site.server().installation(site.realm, &site.service, "docker-v2-root-cert-bundle", &file);
    std::fs::read(&file).expect("the bundle was written")
}

fn restarts(world: &World, version: RegistryVersion) {
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain()])));
    // This registry is never restarted.
    let site = Site::build(world, version).server(&server).open();
    let (first_bundle, first) = (bundle(&site, "0.pem"), current_token(&site));
    server.restart();
    for round in ["1.pem", "2.pem"] {
        assert_eq!(bundle(&site, round), first_bundle, "the bundle is the same, byte for byte");
        let token = current_token(&site);
        assert_eq!(kid(&token), kid(&first));
        is_taken(&site, &token);
        is_taken(&site, &first);
        server.crash_and_restart();
    }
}

/// The next key is published before it signs: a registry that got the bundle in between takes tokens of both keys.
fn rotation(world: &World, version: RegistryVersion) {
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![realm::plain()])));
    let rotate = || {
        server.command(["keys", "rotate", "--realm", realm::NAME]).succeeds();
        server.restart();
    };
    let before = Site::build(world, version).server(&server).open();
    let old = current_token(&before);
    rotate();
    // This registry learns of both keys, and is not restarted.
    let site = Site::build(world, version).server(&server).open();
    let published = current_token(&site);
    assert_eq!(kid(&published), kid(&old), "the new key does not sign yet");
    is_taken(&before, &published);
    rotate();
    let new = current_token(&site);
    assert_ne!(kid(&new), kid(&old), "now it does");
    for token in [&old, &published, &new] {
        is_taken(&site, token);
    }
}

fn time_zone(world: &World, version: RegistryVersion) {
    let mut options = ServerOptions::with_realms(vec![realm::plain()]);
    options.environment.push(("TZ".to_owned(), "Asia/Tokyo".to_owned()));
    let server = Arc::new(world.own_server(options));
    let site = Site::build(world, version).server(&server).open();
    let crane = clients::named("crane");
    let seat = site.seat(&realm::developer());
    crane.login(&seat).succeeds();
    crane.push(&seat, &Image::new("t35"), "team-a/app:1").succeeds();
    let body = site.ask(Some(&realm::developer()), &[]).json();
    let issued = body["issued_at"].as_str().expect("issued_at");
    let seconds = parse_utc(issued);
    assert!((unix_seconds() - seconds).abs() <= 5, "{issued} is now, in UTC");
    let claims = Token::of_answer(&body).claims;
    let number = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("{name} is an integer: {claims}"));
    assert!((number("iat") - seconds).abs() <= 1);
    assert!((2..=60).contains(&(seconds - number("nbf"))), "`nbf` lies a few seconds back, for clocks that differ");
    assert_eq!(number("exp"), number("iat") + body["expires_in"].as_i64().expect("an integer"));
}

/// Seconds since the epoch of `2026-01-31T12:00:00Z`, with or without a fraction.
fn parse_utc(text: &str) -> i64 {
    let digits =
        |from: usize, to: usize| text[from..to].parse::<i64>().unwrap_or_else(|_| panic!("not RFC 3339: {text}"));
    assert!(text.ends_with('Z') && &text[10..11] == "T", "not RFC 3339 in UTC: {text}");
    let (year, month, day) = (digits(0, 4), digits(5, 7), digits(8, 10));
    // Days from civil, after Howard Hinnant: years begin in March, so that a leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    days * 86_400 + digits(11, 13) * 3600 + digits(14, 16) * 60 + digits(17, 19)
}

fn many_roles(world: &World, version: RegistryVersion) {
    let mut file = realm::plain();
    let names: Vec<String> = (0..5000).map(|number| format!("a-role-with-quite-a-long-name-{number}")).collect();
    let roles = file["roles"]["realm"].as_array_mut().expect("roles");
    roles.extend(names.iter().map(|name| json!({"name": name})));
    let person = realm::person("everywhere");
    realm::add_member(&mut file, &person);
    file["users"].as_array_mut().and_then(|users| users.last_mut()).expect("a user")["realmRoles"] = json!(names);
    let server = Arc::new(world.own_server(ServerOptions::with_realms(vec![file])));
    let site = Site::build(world, version).server(&server).open();
    let token = site.grant(Some(&person), &["repository:team-a/app:pull,push"]);
    assert!(token.length < 8192, "{} characters", token.length);
    let crane = clients::named("crane");
    let seat = site.seat(&person);
    crane.login(&seat).succeeds();
    crane.push(&seat, &Image::new("t37"), "team-a/app:1").succeeds();
}

fn notifications(world: &World, version: RegistryVersion) {
    let sink = Proxy::start(Ipv4Addr::LOCALHOST.into(), Vec::new(), None);
    let url = format!("http://localhost:{}/events", sink.address().port());
    let site = Site::build(world, version).notify(&url).open();
    let crane = clients::named("crane");
    let seat = site.seat(&realm::developer());
    crane.login(&seat).succeeds();
    crane.push(&seat, &Image::new("t38"), "team-a/app:1").succeeds();
    let actor = until("the registry to report the push", std::time::Duration::from_secs(20), || {
        sink.record().iter().find_map(|exchange| {
            let report: Value = serde_json::from_slice(&exchange.request.body).ok()?;
            let push = report["events"].as_array()?.iter().find(|event| event["action"] == "push")?.clone();
            Some(push["actor"]["name"].as_str().unwrap_or_default().to_owned())
        })
    });
    assert_eq!(actor, "developer");
}

fn claims(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let token = site.grant(Some(&realm::developer()), &["repository:team-a/app:pull"]);
    let claims = token.claims.as_object().expect("claims are an object");
    assert_eq!(claims["iss"], json!(site.server().issuer(realm::NAME)));
    assert_eq!(claims["aud"], json!(realm::REGISTRY), "one string: 2.8 takes no list");
    assert_eq!(claims["sub"], json!("developer"));
    for name in ["exp", "nbf", "iat"] {
        assert!(claims[name].is_i64() || claims[name].is_u64(), "{name} has no fraction");
    }
    assert!(claims["jti"].as_str().is_some_and(|id| !id.is_empty()));
    // 2.8 matches claim names without regard to letter case.
    for name in claims.keys() {
        let lower = name.to_lowercase();
        let standard = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "access"].contains(&lower.as_str());
        assert!(!standard || *name == lower, "the claim {name} would stand in for {lower}");
    }
    let again = site.grant(Some(&realm::developer()), &["repository:team-a/app:pull"]);
    assert_ne!(token.claims["jti"], again.claims["jti"]);
}
