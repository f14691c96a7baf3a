//! buildah with a store of its own.

use super::{Ability, Client, containers};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Buildah;

fn call(seat: &Seat<'_>) -> Call {
    seat.call(&seat.site.world.tools.buildah)
        .arg("--root")
        .arg(seat.file("buildah"))
        .arg("--runroot")
        .arg(seat.file("buildah-run"))
        .args(["--storage-driver", "vfs"])
}

impl Client for Buildah {
    fn name(&self) -> String {
        "buildah".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount]
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
}
