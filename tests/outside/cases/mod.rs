//! The tests, one file a topic.

mod anonymous;
mod browser;
mod brute_force;
mod catalog;
mod crash;
mod doors;
mod identity;
mod integration;
mod login;
mod oidc;
mod oidc_crash;
mod post;
mod push_pull;
mod scopes;
mod tls;
mod token_format;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::clients::{self, Ability, Client};
use crate::fixture::RegistryVersion;
use crate::world::World;

/// The list of tests as it grows.
pub(crate) struct Cases {
    world: Arc<World>,
    trials: Vec<Trial>,
}

impl Cases {
    /// A test without a registry, or with registries of its own choice.
    fn add(&mut self, name: &str, test: impl FnOnce(&World) + Send + 'static) {
        let world = Arc::clone(&self.world);
        self.trials.push(Trial::test(name, move || {
            test(&world);
            Ok(())
        }));
    }

    /// A test against registry 2.8, then against 3.x.
    fn both(&mut self, name: &str, test: fn(&World, RegistryVersion)) {
        for version in RegistryVersion::ALL {
            self.add(&format!("{name}::{}", version.name()), move |world| test(world, version));
        }
    }

    /// A test of every client that has all `needs`, against both registries. `{}` in the name stands for the client.
    fn clients(&mut self, name: &str, needs: &[Ability], test: fn(&World, &dyn Client, RegistryVersion)) {
        for client in clients::all() {
            if needs.iter().all(|need| client.can(*need)) {
                self.client(name, &client.name(), test);
            }
        }
    }

    /// A test of one client against both registries.
    fn client(&mut self, name: &str, client: &str, test: fn(&World, &dyn Client, RegistryVersion)) {
        for version in RegistryVersion::ALL {
            let client = clients::named(client);
            let name = format!("{}::{}", name.replace("{}", &client.name()), version.name());
            self.add(&name, move |world| test(world, &*client, version));
        }
    }
}

pub(crate) fn all(world: &Arc<World>) -> Vec<Trial> {
    let mut cases = Cases { world: Arc::clone(world), trials: Vec::new() };
    for add in [
        login::add,
        brute_force::add,
        push_pull::add,
        catalog::add,
        scopes::add,
        anonymous::add,
        post::add,
        identity::add,
        token_format::add,
        integration::add,
        tls::add,
        crash::add,
        oidc::add,
        oidc_crash::add,
        doors::add,
        browser::add,
    ] {
        add(&mut cases);
    }
    cases.trials
}
