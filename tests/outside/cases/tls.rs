//! A day of each client over TLS, with an authority that only these runs know.

use super::Cases;
use crate::clients::docker::{self, Docker};
use crate::clients::{Ability, Client, Notation};
use crate::fixture::{Dockerd, RegistryVersion};
use crate::image::Image;
use crate::realm;
use crate::site::{Seat, Site};
use crate::world::{Transport, World};

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t08_{}_over_tls", &[], day);
    cases.both("t08_notation_over_tls", notation_day);
    cases.clients("t08_{}_over_tls_refuses_a_strange_authority", &[], strange_authority);
    cases.both("t08_notation_over_tls_refuses_a_strange_authority", notation_strange_authority);
}

fn open(world: &World, version: RegistryVersion) -> Site<'_> {
    Site::build(world, version).transport(Transport::Tls).open()
}

fn day(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = open(world, version);
    let image = Image::new(&format!("tls {} {}", client.name(), version.name()));
    let digest = site.seed("team-a/other:1").digest();

    let person = realm::own_person("t02tls", &client.name(), version);
    let wrong = site.seat(&person.typing("not the password"));
    let login = client.login(&wrong);
    if client.can(Ability::CheckedLogin) {
        login.fails();
    } else {
        client.pull(&wrong, "team-a/other:1").fails();
    }

    let seat = site.seat(&person);
    client.login(&seat).succeeds();
    client.push(&seat, &image, "team-a/app:1").succeeds();
    assert!(site.has("team-a/app:1"));
    if client.can(Ability::Mount) {
        client.push_again(&seat, "team-a/app:1", "team-a/second:2").succeeds();
        assert!(site.has("team-a/second:2"));
    }

    let reader = site.seat(&realm::reader());
    client.login(&reader).succeeds();
    client.pull(&reader, "team-a/other:1").succeeds();
    client.push(&reader, &image, "team-a/app:2").fails();
    assert!(!site.has("team-a/app:2"));

    let owner = site.seat(&realm::owner());
    client.login(&owner).succeeds();
    if client.can(Ability::Catalog) {
        client.catalog(&reader).does_not_say("team-a/app");
        client.catalog(&owner).succeeds().says("team-a/app");
    }
    if client.can(Ability::Delete) {
        client.delete(&seat, "team-a/other:1").fails();
        client.delete(&owner, "team-a/other:1").succeeds();
        assert!(!site.registry.has_revision("team-a/other", &digest));
    }
    if let Some(logout) = client.logout(&seat) {
        logout.succeeds();
        client.push(&seat, &image, "team-a/app:3").fails();
        assert!(!site.has("team-a/app:3"));
    }
}

fn notation_day(world: &World, version: RegistryVersion) {
    let site = open(world, version);
    let digest = site.seed("team-a/app:1").digest();
    let person = realm::own_person("t02tls", "notation", version);
    Notation::login(&site.seat(&person.typing("not the password"))).fails();
    let seat = site.seat(&person);
    Notation::login(&seat).succeeds();
    Notation::make_key(&seat);
    Notation::sign(&seat, "team-a/app", &digest).succeeds();
    let reader = site.seat(&realm::reader());
    Notation::login(&reader).succeeds();
    Notation::share_trust(&seat, &reader);
    Notation::verify(&reader, "team-a/app", &digest).succeeds();
    Notation::logout(&seat).succeeds();
}

/// The control: with another authority's certificate in hand nothing works, so the runs above did look.
fn strange_authority(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = open(world, version);
    site.seed("public/app:1");
    let stranger = Seat { trusted: world.authority.stranger.clone(), ..site.seat(&realm::reader()) };
    if docker::names().contains(&client.name()) {
        // The daemon does the talking.
        let docker = Docker::new(client.name());
        let daemon = Dockerd::start(
            &world.tools,
            world.scratch(),
            &world.namespace.wrapper(),
            None,
            Some(&world.authority.stranger),
        );
        let reference = site.reference("public/app:1");
        docker.call_to(&stranger, &daemon).args(["pull", &reference]).run().fails().says("certificate");
        return;
    }
    if !client.can(Ability::CheckedLogin) {
        client.login(&stranger).succeeds();
    }
    client.pull(&stranger, "public/app:1").fails().says("certificate");
}

fn notation_strange_authority(world: &World, version: RegistryVersion) {
    let site = open(world, version);
    let stranger = Seat { trusted: world.authority.stranger.clone(), ..site.seat(&realm::reader()) };
    Notation::login(&stranger).fails().says("certificate");
}
