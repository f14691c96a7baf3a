//! The clients, each behind the same few verbs, so that one test says for all of them what must hold. One file a client (podman and buildah share theirs): how it is told
//! about credentials, plain HTTP and private authorities.

pub(crate) mod containers;
mod crane;
mod ctr;
pub(crate) mod docker;
mod notation;
mod oras;
mod own_store;
mod regctl;
mod skopeo;

use crate::image::Image;
use crate::run::Run;
use crate::site::Seat;

pub(crate) use notation::{Notation, answer_as_credential_helper};

/// What a client can do. Every client pulls and pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    /// `login` asks the server, so that a wrong password is refused then and there. Other clients only write it down.
    CheckedLogin,
    /// Copies an image to another repository of the same registry, offering the blobs it knows to be there.
    Mount,
    Delete,
    Catalog,
}

pub(crate) trait Client: Sync + Send {
    /// As it stands in the tests' names.
    fn name(&self) -> String;

    fn abilities(&self) -> &'static [Ability];

    /// Makes the seat's person known to the client. Everything below acts as that person; nobody has logged in before.
    fn login(&self, seat: &Seat<'_>) -> Run;

    /// Forgets the person; `None` for a client that keeps nothing.
    fn logout(&self, seat: &Seat<'_>) -> Option<Run>;

    /// Pushes `image` as `name` (`repository:tag`).
    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run;

    /// Pulls `name` with its layers.
    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run;

    /// Pushes what this seat pushed as `from` once more as `to`, in another repository.
    fn push_again(&self, _seat: &Seat<'_>, _from: &str, _to: &str) -> Run {
        panic!("{} cannot mount", self.name())
    }

    /// Deletes the image that `name` means now.
    fn delete(&self, _seat: &Seat<'_>, _name: &str) -> Run {
        panic!("{} cannot delete", self.name())
    }

    /// Lists the registry's repositories.
    fn catalog(&self, _seat: &Seat<'_>) -> Run {
        panic!("{} cannot list", self.name())
    }

    fn can(&self, ability: Ability) -> bool {
        self.abilities().contains(&ability)
    }
}

/// All clients on this machine, in the order of the tests. `notation` signs and verifies; it has tests of its own.
pub(crate) fn all() -> Vec<Box<dyn Client>> {
    let mut clients: Vec<Box<dyn Client>> = Vec::new();
    for name in docker::names() {
        clients.push(Box::new(docker::Docker::new(name)));
    }
    clients.push(Box::new(own_store::PODMAN));
    clients.push(Box::new(own_store::BUILDAH));
    clients.push(Box::new(skopeo::Skopeo));
    clients.push(Box::new(ctr::Ctr));
    clients.push(Box::new(crane::Crane));
    clients.push(Box::new(oras::Oras));
    clients.push(Box::new(regctl::Regctl));
    clients
}

pub(crate) fn names() -> Vec<String> {
    all().iter().map(|client| client.name()).chain(["notation".to_owned()]).collect()
}

/// Exactly the one of this name.
pub(crate) fn named(name: &str) -> Box<dyn Client> {
    all().into_iter().find(|client| client.name() == name).unwrap_or_else(|| panic!("no client {name}"))
}
