//! skopeo: copies between places, deletes, and keeps no images of its own.

use super::containers::{auth_file, policy, transport};
use super::{Ability, Client, containers};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Skopeo;

fn call(seat: &Seat<'_>) -> Call {
    seat.call(&seat.site.world.tools.skopeo).arg("--policy").arg(policy(seat))
}

impl Client for Skopeo {
    fn name(&self) -> String {
        "skopeo".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount, Ability::Delete]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        containers::login(call(seat), seat)
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(containers::logout(call(seat), seat))
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        let layout = seat.file("image");
        image.write_layout(&layout);
        call(seat)
            .args(["copy", "--authfile"])
            .arg(auth_file(seat))
            .args(transport(seat, "dest-"))
            .arg(format!("oci:{}:1", layout.display()))
            .arg(format!("docker://{}", seat.site.reference(name)))
            .run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat)
            .args(["copy", "--authfile"])
            .arg(auth_file(seat))
            .args(transport(seat, "src-"))
            .arg(format!("docker://{}", seat.site.reference(name)))
            .arg(format!("dir:{}", seat.file("pulled").display()))
            .run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        call(seat)
            .args(["copy", "--authfile"])
            .arg(auth_file(seat))
            .args(transport(seat, "src-"))
            .args(transport(seat, "dest-"))
            .arg(format!("docker://{}", seat.site.reference(from)))
            .arg(format!("docker://{}", seat.site.reference(to)))
            .run()
    }

    fn delete(&self, seat: &Seat<'_>, name: &str) -> Run {
        call(seat)
            .args(["delete", "--authfile"])
            .arg(auth_file(seat))
            .args(transport(seat, ""))
            .arg(format!("docker://{}", seat.site.reference(name)))
            .run()
    }
}
