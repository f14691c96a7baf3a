//! oras (oras-go 2).

use super::{Ability, Client, docker};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Oras;

fn call(seat: &Seat<'_>) -> Call {
    let call = seat.call(&seat.site.world.tools.oras).env("DOCKER_CONFIG", docker::config(seat));
    match seat.authority() {
        Some(authority) => call.env("SSL_CERT_FILE", authority),
        None => call,
    }
}

/// `side` is `from-` or `to-` for a copy between two places.
fn transport(seat: &Seat<'_>, side: &str) -> String {
    format!("--{side}plain-http={}", seat.authority().is_none())
}

impl Client for Oras {
    fn name(&self) -> String {
        "oras".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount, Ability::Delete, Ability::Catalog]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        call(seat)
            .args(["login", "-u", &seat.person.name, "--password-stdin", &transport(seat, ""), &seat.site.host()])
            .input(&seat.person.password)
            .run()
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(call(seat).args(["logout", &seat.site.host()]).run())
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        let layout = seat.file("image");
        image.write_layout(&layout);
        call(seat)
            .args(["cp", "--from-oci-layout", &transport(seat, "to-")])
            .arg(format!("{}:1", layout.display()))
            .arg(seat.site.reference(name))
            .run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat)
            .args(["cp", &transport(seat, "from-"), "--to-oci-layout"])
            .arg(seat.site.reference(name))
            .arg(format!("{}:1", seat.file("pulled").display()))
            .run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        call(seat)
            .args(["cp", &transport(seat, "from-"), &transport(seat, "to-")])
            .arg(seat.site.reference(from))
            .arg(seat.site.reference(to))
            .run()
    }

    fn delete(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat).args(["manifest", "delete", "--force", &transport(seat, ""), &seat.site.reference(name)]).run()
    }

    fn catalog(&self, seat: &Seat<'_>) -> Run {
        call(seat).args(["repo", "ls", &transport(seat, ""), &seat.site.host()]).run()
    }
}
