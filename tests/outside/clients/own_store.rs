//! podman and buildah: the same commands, each over a store of its own.

use std::path::Path;

use super::{Ability, Client, containers};
use crate::fixture::Tools;
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct OwnStore {
    name: &'static str,
    program: fn(&Tools) -> &Path,
    /// Options before the command.
    options: &'static [&'static str],
    abilities: &'static [Ability],
}

/// No user namespace, no overlay, no cgroups.
pub(super) const PODMAN: OwnStore = OwnStore {
    name: "podman",
    program: |tools| &tools.podman,
    options: &["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "none"],
    abilities: &[Ability::CheckedLogin, Ability::Mount, Ability::Catalog],
};

pub(super) const BUILDAH: OwnStore = OwnStore {
    name: "buildah",
    program: |tools| &tools.buildah,
    options: &["--storage-driver", "vfs"],
    abilities: &[Ability::CheckedLogin, Ability::Mount],
};

impl OwnStore {
    fn call(&self, seat: &Seat<'_>) -> Call {
        seat.call((self.program)(&seat.site.world.tools))
            .arg("--root")
            .arg(seat.file(self.name))
            .arg("--runroot")
            .arg(seat.file(&format!("{}-run", self.name)))
            .args(self.options)
    }
}

impl Client for OwnStore {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        self.abilities
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        containers::login(self.call(seat), seat)
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(containers::logout(self.call(seat), seat))
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        containers::load(self.call(seat), seat, image, name);
        containers::push(self.call(seat), seat, name, name)
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        containers::pull(self.call(seat), seat, name)
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        containers::push(self.call(seat), seat, from, to)
    }

    fn catalog(&self, seat: &Seat<'_>) -> Run {
        // A search that ends in the registry's name and a slash reads the catalog.
        let call = self.call(seat).args(["search", "--limit", "100", "--authfile"]).arg(containers::auth_file(seat));
        let call = match seat.authority() {
            Some(authority) => call.env("SSL_CERT_FILE", authority),
            None => call.arg("--tls-verify=false"),
        };
        call.arg(format!("{}/", seat.site.host())).run()
    }
}
