//! regctl (regclient).

use std::fs;

use super::{Ability, Client};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Regctl;

fn call(seat: &Seat<'_>) -> Call {
    seat.call(&seat.site.world.tools.regctl).env("REGCTL_CONFIG", seat.file("regctl.json"))
}

/// Tells regctl how to reach the registry; it keeps that with the credentials.
fn introduce(seat: &Seat<'_>) {
    let call = call(seat).args(["registry", "set", "--skip-check"]);
    let call = match seat.authority() {
        None => call.args(["--tls", "disabled"]),
        Some(authority) => {
            let certificate = fs::read_to_string(authority).expect("the certificate can be read");
            call.args(["--tls", "enabled", "--cacert", &certificate])
        }
    };
    call.arg(seat.site.host()).run().succeeds();
}

impl Client for Regctl {
    fn name(&self) -> String {
        "regctl".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount, Ability::Delete, Ability::Catalog]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        introduce(seat);
        call(seat)
            .args(["registry", "login", "-u", &seat.person.name, "--pass-stdin", &seat.site.host()])
            .input(&seat.person.password)
            .run()
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(call(seat).args(["registry", "logout", &seat.site.host()]).run())
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        let layout = seat.file("image");
        image.write_layout(&layout);
        introduce(seat);
        call(seat)
            .args(["image", "copy"])
            .arg(format!("ocidir://{}:1", layout.display()))
            .arg(seat.site.reference(name))
            .run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        introduce(seat);
        call(seat)
            .args(["image", "copy"])
            .arg(seat.site.reference(name))
            .arg(format!("ocidir://{}:1", seat.file("pulled").display()))
            .run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        call(seat).args(["image", "copy", &seat.site.reference(from), &seat.site.reference(to)]).run()
    }

    fn delete(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat).args(["manifest", "delete", "--force-tag-dereference", &seat.site.reference(name)]).run()
    }

    fn catalog(&self, seat: &Seat<'_>) -> Run {
        call(seat).args(["repo", "ls", &seat.site.host()]).run()
    }
}
