//! 8–12: pushing, pulling, mounting and deleting, and what each person may do of it.

use super::Cases;
use crate::clients::{Ability, Client, Notation, docker};
use crate::fixture::RegistryVersion;
use crate::image::Image;
use crate::proxy::Exchange;
use crate::realm;
use crate::site::{Seat, Site};
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t08_{}_push_then_pull_only_user_is_denied", &[], push_then_pull_only);
    cases.both("t08_notation_signs_and_pull_only_user_only_verifies", notation_signs_and_verifies);
    cases.clients("t09_{}_second_tag_mounts_across_repositories", &[Ability::Mount], mounts);
    // containerd gives up when the registry refuses a mount; crane, oras and regctl read the source to copy it.
    for client in docker::names().iter().map(String::as_str).chain(["podman", "buildah", "skopeo"]) {
        cases.client("t10_{}_uploads_when_the_mount_source_is_hidden", client, uploads_when_source_is_hidden);
    }
    cases.clients("t11_{}_deletes_as_owner", &[Ability::Delete], deletes_as_owner);
    cases.clients("t11_{}_deletes_with_pull_and_delete_only", &[Ability::Delete], deletes_with_pull_and_delete_only);
    cases.clients("t11_{}_pusher_without_delete_is_denied", &[Ability::Delete], pusher_may_not_delete);
    for client in docker::names() {
        cases.client("t12_{}_manifest_inspect_as_read_only_user", &client, manifest_inspect);
    }
}

/// Token requests made since `mark`; none of them was an error of the token server.
#[track_caller]
fn granted_since(site: &Site<'_>, mark: usize) -> Vec<Exchange> {
    let wire = site.wire()[mark..].to_vec();
    assert!(!wire.is_empty(), "the token server was asked");
    for exchange in &wire {
        assert_eq!(exchange.response.status, 200, "too little permission is no error: {}", exchange.response.text());
    }
    wire
}

fn push_then_pull_only(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let image = Image::new(&format!("t08 {} {}", client.name(), version.name()));
    let developer = site.seat(&realm::developer());
    client.login(&developer).succeeds();
    client.push(&developer, &image, "team-a/app:1").succeeds();
    assert!(site.has("team-a/app:1"));

    // What docker pushed itself would not be fetched again, so the reader pulls another image too.
    site.seed("team-a/other:1");
    let mark = site.wire().len();
    let reader = site.seat(&realm::reader());
    client.login(&reader).succeeds();
    client.pull(&reader, "team-a/app:1").succeeds();
    client.pull(&reader, "team-a/other:1").succeeds();
    let run = client.push(&reader, &image, "team-a/app:2");
    run.fails();
    assert!(!site.has("team-a/app:2"), "nothing was stored");
    let wire = granted_since(&site, mark);
    let asked_to_push =
        wire.iter().filter(|exchange| exchange.resource_scopes().iter().any(|scope| scope.contains("push")));
    for exchange in asked_to_push {
        let token = Token::of_answer(&exchange.body());
        assert_eq!(token.access(), ["repository:team-a/app:pull"], "the grant is what is left of the request");
    }
    // Another name, on which the reader has no right at all.
    client.pull(&reader, "team-b/app:1").fails();
}

fn notation_signs_and_verifies(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let digest = site.seed("team-a/app:1").digest();
    let developer = site.seat(&realm::developer());
    Notation::login(&developer).succeeds();
    Notation::make_key(&developer);
    let reader = site.seat(&realm::reader());
    Notation::login(&reader).succeeds();
    Notation::share_trust(&developer, &reader);

    Notation::verify(&reader, "team-a/app", &digest).fails();
    Notation::sign(&developer, "team-a/app", &digest).succeeds();
    Notation::verify(&reader, "team-a/app", &digest).succeeds();

    let other = site.seed("team-a/other:1").digest();
    Notation::make_key(&reader);
    Notation::sign(&reader, "team-a/other", &other).fails();
    Notation::verify(&reader, "team-a/other", &other).fails();
}

fn mounts(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let image = Image::new(&format!("t09 {} {}", client.name(), version.name()));
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    client.push(&seat, &image, "team-a/first:1").succeeds();
    let mark = site.wire().len();
    let run = client.push_again(&seat, "team-a/first:1", "team-a/second:2");
    run.succeeds();
    assert!(site.has("team-a/second:2"));

    let wire = granted_since(&site, mark);
    let both = wire.iter().find(|exchange| {
        let scopes = exchange.resource_scopes();
        let names =
            |name: &str, action: &str| scopes.iter().any(|scope| scope.contains(name) && scope.contains(action));
        names(":team-a/first:", "pull") && names(":team-a/second:", "push")
    });
    let both = both.unwrap_or_else(|| panic!("one request asks for source and target: {:?}", scopes_of(&wire)));
    let access = Token::of_answer(&both.body()).access();
    assert_eq!(access, ["repository:team-a/first:pull", "repository:team-a/second:pull,push"]);
    if client.name().starts_with("docker") {
        assert!(both.scopes().len() >= 2, "docker repeats the parameter: {:?}", both.scopes());
        run.says("Mounted from team-a/first");
    }
}

fn scopes_of(wire: &[Exchange]) -> Vec<Vec<String>> {
    wire.iter().map(Exchange::scopes).collect()
}

/// The machine knows the layers from a repository that this person may not read.
fn uploads_when_source_is_hidden(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let image = Image::new(&format!("t10 {} {}", client.name(), version.name()));
    let owner = site.seat(&realm::owner());
    client.login(&owner).succeeds();
    client.push(&owner, &image, "private/app:1").succeeds();

    // The same home, and so the same memory of where layers are; another person.
    let developer = Seat { person: realm::developer(), ..owner };
    client.login(&developer).succeeds();
    let hidden = site.grant(Some(&developer.person), &["repository:private/app:pull"]).access();
    assert!(hidden.is_empty(), "the source is hidden from the developer: {hidden:?}");
    let mark = site.wire().len();
    client.push(&developer, &image, "team-a/copy:1").succeeds();
    assert!(site.has("team-a/copy:1"));
    let wire = granted_since(&site, mark);
    let asked = wire.iter().find(|exchange| {
        let scopes = exchange.resource_scopes();
        scopes.iter().any(|scope| scope.contains(":private/app:"))
            && scopes.iter().any(|scope| scope.contains(":team-a/copy:"))
    });
    let asked = asked.unwrap_or_else(|| panic!("the client offered a mount: {:?}", scopes_of(&wire)));
    assert_eq!(
        Token::of_answer(&asked.body()).access(),
        ["repository:team-a/copy:pull,push"],
        "the source stays hidden"
    );
}

fn deletes_as_owner(world: &World, client: &dyn Client, version: RegistryVersion) {
    deletes(world, client, version, &realm::owner());
}

fn deletes_with_pull_and_delete_only(world: &World, client: &dyn Client, version: RegistryVersion) {
    deletes(world, client, version, &realm::cleaner());
}

fn deletes(world: &World, client: &dyn Client, version: RegistryVersion, person: &realm::Person) {
    let site = Site::build(world, version).client(realm::REGISTRY).open();
    let digest = site.seed("team-a/app:1").digest();
    let seat = site.seat(person);
    client.login(&seat).succeeds();
    let mark = site.wire().len();
    client.delete(&seat, "team-a/app:1").succeeds();
    assert!(!site.registry.has_revision("team-a/app", &digest), "the image is gone");
    granted_since(&site, mark);
}

fn pusher_may_not_delete(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let digest = site.seed("team-a/app:1").digest();
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    let mark = site.wire().len();
    client.delete(&seat, "team-a/app:1").fails();
    assert!(site.registry.has_revision("team-a/app", &digest), "the image is still there");
    for exchange in granted_since(&site, mark) {
        let access = Token::of_answer(&exchange.body()).access();
        assert!(access.iter().all(|line| !line.contains("delete") && !line.contains('*')), "no delete in {access:?}");
    }
}

fn manifest_inspect(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    // Pushed by docker itself: the command line of 20.10 reads docker's own kind of manifest only.
    let developer = site.seat(&realm::developer());
    client.login(&developer).succeeds();
    let image = Image::new(&format!("t12 {} {}", client.name(), version.name()));
    client.push(&developer, &image, "team-a/app:1").succeeds();

    let seat = site.seat(&realm::reader());
    client.login(&seat).succeeds();
    let mark = site.wire().len();
    docker::Docker::new(client.name())
        .call(&seat)
        .args(["manifest", "inspect", "--insecure", &site.reference("team-a/app:1")])
        .env("DOCKER_CLI_EXPERIMENTAL", "enabled")
        .run()
        .succeeds()
        .says("layers");
    for exchange in granted_since(&site, mark) {
        assert_eq!(Token::of_answer(&exchange.body()).access(), ["repository:team-a/app:pull"]);
    }
}
