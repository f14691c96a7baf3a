//! containerd's `ctr`. It keeps no credentials: they go with each call. Each seat works in a namespace of its own, since containerd
//! remembers which repository its content came from and would ask to mount from there.

use std::fs;

use super::{Ability, Client};
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

pub(crate) struct Ctr;

fn call(seat: &Seat<'_>) -> Call {
    let containerd = seat.site.world.containerd();
    let namespace = seat.home.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().concat();
    let namespace: String = namespace.chars().filter(char::is_ascii_alphanumeric).collect();
    seat.call(&seat.site.world.tools.ctr).arg("-a").arg(containerd.socket()).args(["-n", &namespace])
}

/// Credentials and transport of a call that goes to a registry.
fn remote(seat: &Seat<'_>, call: Call) -> Call {
    let call = match seat.authority() {
        None => call.arg("--plain-http"),
        Some(authority) => {
            let host = seat.site.host();
            let folder = seat.file("hosts");
            fs::create_dir_all(folder.join(&host)).expect("the folder can be made");
            let settings =
                format!("server = \"https://{host}\"\n[host.\"https://{host}\"]\n  ca = \"{}\"\n", authority.display());
            fs::write(folder.join(&host).join("hosts.toml"), settings).expect("hosts.toml can be written");
            call.arg("--hosts-dir").arg(folder)
        }
    };
    if seat.person.is_nobody() {
        return call;
    }
    call.args(["-u", &format!("{}:{}", seat.person.name, seat.person.password)])
}

impl Client for Ctr {
    fn name(&self) -> String {
        "ctr".to_owned()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::Mount]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        // Nothing to be said beforehand; the version proves that the program is there.
        call(seat).arg("version").run()
    }

    fn logout(&self, _seat: &Seat<'_>) -> Option<Run> {
        None
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        let archive = seat.file("image.tar");
        image.write_archive(&archive, &seat.site.reference(name));
        call(seat).args(["images", "import", "--no-unpack"]).arg(&archive).run().succeeds();
        remote(seat, call(seat).args(["images", "push"])).arg(seat.site.reference(name)).run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        remote(seat, call(seat).args(["content", "fetch"])).arg(seat.site.reference(name)).run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        // Only what was fetched is remembered as lying in a repository; what was pushed is not.
        self.pull(seat, from).succeeds();
        let (from, to) = (seat.site.reference(from), seat.site.reference(to));
        call(seat).args(["images", "tag", &from, &to]).run().succeeds();
        remote(seat, call(seat).args(["images", "push"])).arg(to).run()
    }
}
