//! 13, 14: what lies beside repositories: the catalog, and docker's plugins.

use super::Cases;
use crate::clients::docker::{self, Docker};
use crate::clients::{Ability, Client};
use crate::fixture::{Dockerd, RegistryVersion};
use crate::realm;
use crate::site::Site;
use crate::token::Token;
use crate::world::World;

pub(super) fn add(cases: &mut Cases) {
    cases.clients("t13_{}_catalog_for_the_owner_only", &[Ability::Catalog], catalog);
    cases.both("t13_catalog_scopes", catalog_scopes);
    cases.client("t14_{}_plugin_push", &docker::names()[0], plugin_push);
}

fn catalog(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    site.seed("team-a/app:1");
    site.seed("team-b/app:1");
    let owner = site.seat(&realm::owner());
    client.login(&owner).succeeds();
    client.catalog(&owner).succeeds().says("team-a/app").says("team-b/app");

    let developer = site.seat(&realm::developer());
    client.login(&developer).succeeds();
    let mark = site.wire().len();
    let run = client.catalog(&developer);
    run.does_not_say("team-a/app").does_not_say("team-b/app");
    // podman's search reports registries that answer, and ends well when none did.
    if client.name() != "podman" {
        run.fails();
    }
    for exchange in &site.wire()[mark..] {
        assert_eq!(exchange.response.status, 200, "a token without the right is no error");
        assert!(Token::of_answer(&exchange.body()).access().is_empty());
    }
}

fn catalog_scopes(world: &World, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    let list = "registry:catalog:*";
    let owner = site.grant(Some(&realm::owner()), &[list]).access();
    assert_eq!(owner.len(), 1, "{owner:?}");
    assert!(
        owner[0].starts_with("registry:catalog:") && owner[0].contains('*'),
        "the registry wants the star itself: {owner:?}"
    );
    assert!(site.grant(Some(&realm::reader()), &[list]).access().is_empty());
    // `docker search` asks for an action that no registry of today knows.
    for person in [realm::owner(), realm::reader()] {
        let search = site.grant(Some(&person), &["registry:catalog:search"]).access();
        assert!(search.is_empty(), "an unknown action is dropped: {search:?}");
    }
    assert_eq!(site.ask(None, &[list]).status, 401, "strangers are asked who they are");
}

/// `docker plugin push` asks for `repository(plugin):…` and `repository:…` in one string; registries know the second only.
fn plugin_push(world: &World, client: &dyn Client, version: RegistryVersion) {
    let site = Site::build(world, version).open();
    // Alone among docker's pushes, that of a plugin wants to be told that loopback is insecure.
    let daemon = Dockerd::start(&world.tools, world.scratch(), &[], Some(&site.host()), None);
    let docker = Docker::new(client.name());
    let seat = site.seat(&realm::developer());
    client.login(&seat).succeeds();
    let folder = seat.file("plugin");
    std::fs::create_dir_all(folder.join("rootfs")).expect("the folder can be made");
    let settings = serde_json::json!({
        "description": "does nothing", "entrypoint": ["/none"], "interface": {"types": ["docker.volumedriver/1.0"], "socket": "none.sock"},
    });
    std::fs::write(folder.join("config.json"), settings.to_string()).expect("config.json can be written");
    let name = site.reference("team-a/plugin:1");
    docker.call_to(&seat, &daemon).args(["plugin", "create", &name]).arg(&folder).run().succeeds();
    let mark = site.wire().len();
    docker.call_to(&seat, &daemon).args(["plugin", "push", &name]).run().succeeds();
    assert!(site.has("team-a/plugin:1"));

    let wire = &site.wire()[mark..];
    let classed = wire
        .iter()
        .find(|exchange| exchange.resource_scopes().iter().any(|scope| scope.starts_with("repository(plugin):")));
    let classed = classed.expect("docker asks for the class");
    assert_eq!(
        Token::of_answer(&classed.body()).access(),
        ["repository:team-a/plugin:pull,push"],
        "one entry, without the class"
    );
}
