//! 1–3, 5, 6: logging in, being refused, and being told why.

use super::Cases;
use crate::clients::{Ability, Client, Notation, docker};
use crate::fixture::RegistryVersion;
use crate::proxy::{Credentials, Exchange};
use crate::realm::{self, Person};
use crate::site::{Seat, Site};
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t01_{}_logs_in", &[Ability::CheckedLogin], logs_in);
    cases.clients("t01_{}_logs_out", &[], logs_out);
    cases.both("t01_notation_logs_in_and_out", notation_logs_in_and_out);
    cases.clients("t02_{}_wrong_password_is_refused", &[], wrong_password);
    cases.both("t02_notation_wrong_password_is_refused", notation_wrong_password);
    cases.clients("t03_{}_wrong_password_is_refused_where_anybody_may_pull", &[], wrong_password_for_public_image);
    for name in ["disabled", "pending", "otp"] {
        for client in docker::names().iter().map(String::as_str).chain(["skopeo", "ctr"]) {
            let test = match name {
                "disabled" => disabled_user,
                "pending" => pending_user,
                _ => second_factor_user,
            };
            cases.client(&format!("t05_{{}}_{name}_user_is_refused_with_clear_words"), client, test);
        }
    }
    cases.clients("t06_{}_odd_names_and_passwords", &[], odd_names_and_passwords);
    cases.clients("t06_{}_line_end_after_password", &[Ability::CheckedLogin], line_end_after_password);
}

fn logs_in(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();

    let wire = site.wire();
    let last = wire.last().expect("the login asked the server");
    assert_eq!(last.response.status, 200);
    assert!(last.resource_scopes().is_empty(), "a login asks for nothing: {:?}", last.scopes());
    let token = Token::of_answer(&last.body());
    assert!(token.access().is_empty(), "and is given nothing: {}", token.claims);
    let text = last.body()["token"].as_str().expect("a token").to_owned();
    assert_eq!(site.call_registry("GET", "/v2/", Some(&text)).status, 200, "the registry takes a token without access");
    assert_eq!(site.call_registry("GET", "/v2/", None).status, 401, "and nothing less");
    if client.name().starts_with("docker") {
        assert_eq!(last.one("client_id").as_deref(), Some("docker"));
        assert_eq!(last.one("offline_token").as_deref(), Some("true"));
        assert!(last.body()["refresh_token"].is_null(), "this registry gives no identity tokens");
        let stored = seat.json("docker/config.json");
        assert!(stored["auths"][site.host()]["auth"].is_string(), "the credentials are kept: {stored}");
    }
}

fn logs_out(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let image = site.seed("team-a/app:1");
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    client.pull(&seat, "team-a/app:1").succeeds();
    let Some(logout) = client.logout(&seat) else {
        // The client keeps nothing: without the credentials in its call it is a stranger at once.
        let stranger = Seat { person: Person::nobody(), ..seat };
        client.push(&stranger, &image, "team-a/app:2").fails();
        assert!(!site.has("team-a/app:2"));
        return;
    };
    logout.succeeds();
    let before = site.wire().len();
    client.push(&seat, &image, "team-a/app:2").fails();
    assert!(!site.has("team-a/app:2"), "nothing is pushed after the logout");
    for exchange in &site.wire()[before..] {
        assert_eq!(exchange.credentials(), Credentials::None, "the password is forgotten");
    }
}

fn notation_logs_in_and_out(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let seat = site.seat(&realm::developer());
    Notation::login(&seat).succeeds();
    assert!(seat.json("credentials.json")[site.host()].is_object(), "the credential helper holds the credentials");
    Notation::logout(&seat).succeeds();
    assert!(seat.json("credentials.json")[site.host()].is_null());
}

/// The message that the server put into its refusal.
#[track_caller]
fn refusal(exchange: &Exchange) -> String {
    let body = exchange.body();
    let text = body["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("no registry error in {body}"));
    assert!(
        body["error"].is_string() && body["error_description"].is_string(),
        "OAuth clients can read it too: {body}"
    );
    text.to_owned()
}

/// All that passed was refused with 401 and nothing else.
#[track_caller]
fn all_refused(site: &Site<'_>) -> Vec<Exchange> {
    let wire = site.wire();
    assert!(!wire.is_empty(), "the server was asked");
    for exchange in &wire {
        assert_eq!(exchange.response.status, 401, "{}", exchange.response.text());
        let challenge = exchange.response.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Basic "), "RFC 9110 11.6.1: a 401 has a challenge, here {challenge:?}");
        assert!(exchange.body()["token"].is_null());
    }
    wire
}

/// Tries to come in: by login where that asks the server, else by a pull.
fn try_to_enter(client: &dyn Client, seat: &Seat<'_>, name: &str) -> crate::run::Run {
    let login = client.login(seat);
    if client.can(Ability::CheckedLogin) {
        return login;
    }
    login.succeeds();
    client.pull(seat, name)
}

fn wrong_password(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("team-a/app:1");
    let person = realm::own_person("t02", &client.name(), version);
    let seat = site.seat(&person.typing("not the password"));
    let run = try_to_enter(client, &seat, "team-a/app:1");
    run.fails();

    let wire = all_refused(&site);
    let message = refusal(&wire[0]);
    if client.name().starts_with("docker") {
        run.says(&message);
        assert!(seat.json("docker/config.json")["auths"][site.host()].is_null(), "nothing is kept of a refused login");
    }
    run.does_not_say("not the password");
    // One wrong password locks nobody out.
    let seat = site.seat(&person);
    try_to_enter(client, &seat, "team-a/app:1").succeeds();
}

fn notation_wrong_password(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let person = realm::own_person("t02", "notation", version);
    Notation::login(&site.seat(&person.typing("not the password"))).fails();
    all_refused(&site);
    Notation::login(&site.seat(&person)).succeeds();
}

/// Anybody may pull `public/app`, so it would be easy to take wrong credentials for none.
fn wrong_password_for_public_image(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("public/app:1");
    let person = realm::own_person("t03", &client.name(), version);
    let seat = site.seat(&person.typing("not the password"));
    try_to_enter(client, &seat, "public/app:1").fails();
    all_refused(&site);
}

fn disabled_user(world: &World, client: &dyn Client, version: RegistryVersion) {
    refused_user(world, client, version, "disabled", "user_disabled");
}

fn pending_user(world: &World, client: &dyn Client, version: RegistryVersion) {
    refused_user(world, client, version, "pending", "resolve_required_actions");
}

fn second_factor_user(world: &World, client: &dyn Client, version: RegistryVersion) {
    refused_user(world, client, version, "otp", "second_factor_required");
}

/// The right password does not help a user who may not come in; the words say why, to whoever knows the password.
fn refused_user(world: &World, client: &dyn Client, version: RegistryVersion, name: &str, event: &str) {
    let site = Site::build(world, version).open();
    site.seed("team-a/app:1");
    let seat = site.seat(&realm::person(name));
    let run = try_to_enter(client, &seat, "team-a/app:1");
    run.fails();

    let wire = all_refused(&site);
    let message = refusal(&wire[0]);
    assert_ne!(message, wrong_password_message(&site), "who knows the password is told what is in the way");
    if client.name().starts_with("docker") {
        run.says(&message);
    }
    let agent = wire[0].user_agent();
    let refused = site.server().await_event("the refusal", |entry| {
        entry.kind() == "docker.token-refused" && entry.field("error") == event && entry.field("user_agent") == agent
    });
    assert_eq!(refused.field("client"), realm::REGISTRY);
}

/// What a name that nobody has is told.
fn wrong_password_message(site: &Site<'_>) -> String {
    let answer = site.ask(Some(&Person::new("nobody-of-this-name", "x")), &[]);
    assert_eq!(answer.status, 401);
    answer.json()["errors"][0]["message"].as_str().expect("a message").to_owned()
}

fn odd_names_and_passwords(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("team-a/app:1");
    let people = [
        Person::new("ann@example.org", "with:two:colons"),
        Person::new("ann+tag", "with inner   blanks"),
        Person::new("dotted.name", "quo\"te's \\ back`tick"),
        Person::new("dollar$name", "pä$$wörd $HOME"),
        Person::new("ünïcode", "日本語 ключ"),
    ];
    for person in people {
        let seat = site.seat(&person);
        client.login(&seat).succeeds();
        client.pull(&seat, "team-a/app:1").succeeds();
        let wire = site.wire();
        let token = Token::of_answer(&wire.last().expect("the server was asked").body());
        assert_eq!(token.claim("sub"), person.name);
        assert_eq!(token.access(), ["repository:team-a/app:pull"], "for {}", person.name);
    }
}

/// `echo PASSWORD | docker login --password-stdin` brings a line end along.
fn line_end_after_password(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let person = realm::person("line-end");
    client.login(&site.seat(&person.typing(&format!("{}\n", person.password)))).succeeds();
}
