//! crane (go-containerregistry). Its `auth login` only writes the credentials down.

use super::{Ability, Client, docker};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Crane;

fn call(seat: &Seat<'_>) -> Call {
    let call = seat.call(&seat.site.world.tools.crane).env("DOCKER_CONFIG", docker::config(seat));
    match seat.authority() {
        Some(authority) => call.env("SSL_CERT_FILE", authority),
        None => call,
    }
}

impl Client for Crane {
    fn name(&self) -> String {
        "crane".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::Mount, Ability::Delete, Ability::Catalog]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        call(seat)
            .args(["auth", "login", "-u", &seat.person.name, "--password-stdin", &seat.site.host()])
            .input(&seat.person.password)
            .run()
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(call(seat).args(["auth", "logout", &seat.site.host()]).run())
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        let layout = seat.file("image");
        image.write_layout(&layout);
        call(seat).arg("push").arg(layout).arg(seat.site.reference(name)).run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat).arg("pull").arg(seat.site.reference(name)).arg(seat.file("pulled.tar")).run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        call(seat).arg("copy").arg(seat.site.reference(from)).arg(seat.site.reference(to)).run()
    }

    fn delete(&self, seat: &Seat<'_>, name: &str) -> Run {
        // A registry deletes by digest only; asking for it is a pull.
        let digest = call(seat).arg("digest").arg(seat.site.reference(name)).run();
        if !digest.is_success() {
            return digest;
        }
        let (repository, _) = crate::site::split(name);
        call(seat).arg("delete").arg(format!("{}@{}", seat.site.reference(repository), digest.stdout().trim())).run()
    }

    fn catalog(&self, seat: &Seat<'_>) -> Run {
        call(seat).arg("catalog").arg(seat.site.host()).run()
    }
}
