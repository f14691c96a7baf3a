//! The docker command line, against a daemon of the run's own.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::{Ability, Client};
use crate::fixture::Dockerd;
use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

static INSTALLED: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();

/// Tells this file once which docker command lines there are.
pub(crate) fn set_installed(dockers: &[(String, PathBuf)]) {
    INSTALLED.get_or_init(|| dockers.to_vec());
}

/// `docker20` and its like, Debian's first.
pub(crate) fn names() -> Vec<String> {
    INSTALLED.get().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

pub(crate) struct Docker {
    name: String,
}

impl Docker {
    pub(crate) fn new(name: String) -> Self {
        Self { name }
    }

    /// A call to this command line and the shared daemon.
    pub(crate) fn call(&self, seat: &Seat<'_>) -> Call {
        self.call_to(seat, seat.site.world.dockerd(seat.site.transport))
    }

    pub(crate) fn call_to(&self, seat: &Seat<'_>, daemon: &Dockerd) -> Call {
        let dockers = INSTALLED.get().into_iter().flatten();
        let (_, program) = dockers.into_iter().find(|(name, _)| *name == self.name).expect("this docker is installed");
        let call = seat.call(program).arg("--config").arg(config(seat)).args(["-H", &daemon.host()]);
        // The command line fetches tokens itself for builds and for `docker manifest`.
        match seat.authority() {
            Some(authority) => call.env("SSL_CERT_FILE", authority),
            None => call,
        }
    }

    /// Makes the daemon hold `image` as `name`.
    pub(crate) fn load(&self, seat: &Seat<'_>, image: &Image, name: &str) {
        let archive = seat.file("image.tar");
        image.write_archive(&archive, &seat.site.reference(name));
        self.call(seat).args(["load", "-q", "-i"]).arg(&archive).run().succeeds();
    }
}

/// Where this person's docker keeps its settings.
pub(crate) fn config(seat: &Seat<'_>) -> PathBuf {
    let folder = seat.file("docker");
    fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

impl Client for Docker {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn abilities(&self) -> &'static [Ability] {
        &[Ability::CheckedLogin, Ability::Mount]
    }

    fn login(&self, seat: &Seat<'_>) -> Run {
        self.call(seat)
            .args(["login", "-u", &seat.person.name, "--password-stdin", &seat.site.host()])
            .input(&seat.person.password)
            .run()
    }

    fn logout(&self, seat: &Seat<'_>) -> Option<Run> {
        Some(self.call(seat).args(["logout", &seat.site.host()]).run())
    }

    fn push(&self, seat: &Seat<'_>, image: &Image, name: &str) -> Run {
        self.load(seat, image, name);
        self.call(seat).args(["push", &seat.site.reference(name)]).run()
    }

    fn pull(&self, seat: &Seat<'_>, name: &str) -> Run {
        self.call(seat).args(["pull", &seat.site.reference(name)]).run()
    }

    fn push_again(&self, seat: &Seat<'_>, from: &str, to: &str) -> Run {
        let (from, to) = (seat.site.reference(from), seat.site.reference(to));
        self.call(seat).args(["tag", &from, &to]).run().succeeds();
        self.call(seat).args(["push", &to]).run()
    }
}
