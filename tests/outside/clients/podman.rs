//! podman with a store of its own: no user namespace, no overlay, no cgroups.

use super::{Ability, Client, containers};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Podman;

fn call(seat: &Seat<'_>) -> Call {
    seat.call(&seat.site.world.tools.podman)
        .arg("--root")
        .arg(seat.file("podman"))
        .arg("--runroot")
        .arg(seat.file("podman-run"))
        .args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "none"])
}

impl Client for Podman {
    fn name(&self) -> String {
        "podman".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount, Ability::Catalog]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        containers::login(call(seat), seat)
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(containers::logout(call(seat), seat))
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        containers::load(call(seat), seat, image, name);
        containers::push(call(seat), seat, name, name)
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        containers::pull(call(seat), seat, name)
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        containers::push(call(seat), seat, from, to)
    }

    fn catalog(&self, seat: &Seat<'_>) -> Run {
        // A search that ends in the registry's name and a slash reads the catalog.
        let call = call(seat).args(["search", "--limit", "100", "--authfile"]).arg(containers::auth_file(seat));
        let call = match seat.authority() {
            Some(authority) => call.env("SSL_CERT_FILE", authority),
            None => call.arg("--tls-verify=false"),
        };
        call.arg(format!("{}/", seat.site.host())).run()
    }
}
