//! What podman, buildah and skopeo have in common: they share the library `containers/image` and its options.

use std::fs;
use std::path::PathBuf;

use crate::image::Image;
use crate::run::{Call, Run};
use crate::site::Seat;

/// The file of credentials. It must be there, even for who has none.
pub(crate) fn auth_file(seat: &Seat<'_>) -> PathBuf {
    let file = seat.file("auth.json");
    if !file.exists() {
        fs::write(&file, "{}").expect("auth.json can be written");
    }
    file
}

/// A signature policy that lets unsigned images in, whatever the machine's own says.
pub(super) fn policy(seat: &Seat<'_>) -> PathBuf {
    let file = seat.file("policy.json");
    fs::write(&file, r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).expect("the policy can be written");
    file
}

/// Plain HTTP, or TLS with the folder of the authority; `side` is `src-` or `dest-` for a copy between two places.
pub(super) fn transport(seat: &Seat<'_>, side: &str) -> Vec<String> {
    let Some(authority) = seat.authority() else { return vec![format!("--{side}tls-verify=false")] };
    let folder = seat.file("certs");
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::copy(authority, folder.join("ca.crt")).expect("the certificate can be copied");
    vec![format!("--{side}tls-verify=true"), format!("--{side}cert-dir={}", folder.display())]
}

/// `call` is the program with its store.
pub(super) fn login(call: Call, seat: &Seat<'_>) -> Run {
    call.args(["login", "--authfile"])
        .arg(auth_file(seat))
        .args(transport(seat, ""))
        .args(["-u", &seat.person.name, "--password-stdin", &seat.site.host()])
        .input(&seat.person.password)
        .run()
}

pub(super) fn logout(call: Call, seat: &Seat<'_>) -> Run {
    call.args(["logout", "--authfile"]).arg(auth_file(seat)).arg(seat.site.host()).run()
}

/// Brings `image` into the program's own store under the name it will be pushed to.
pub(super) fn load(call: Call, seat: &Seat<'_>, image: &Image, name: &str) {
    let archive = seat.file("image.tar");
    image.write_archive(&archive, &seat.site.reference(name));
    call.args(["pull", "-q", "--signature-policy"])
        .arg(policy(seat))
        .arg(format!("docker-archive:{}", archive.display()))
        .run()
        .succeeds();
}

pub(super) fn pull(call: Call, seat: &Seat<'_>, name: &str) -> Run {
    call.args(["pull", "--authfile"])
        .arg(auth_file(seat))
        .args(transport(seat, ""))
        .arg("--signature-policy")
        .arg(policy(seat))
        .arg(seat.site.reference(name))
        .run()
}

/// Pushes the stored image `local` as `remote`.
pub(super) fn push(call: Call, seat: &Seat<'_>, local: &str, remote: &str) -> Run {
    call.args(["push", "--authfile"])
        .arg(auth_file(seat))
        .args(transport(seat, ""))
        .arg("--signature-policy")
        .arg(policy(seat))
        .arg(seat.site.reference(local))
        .arg(format!("docker://{}", seat.site.reference(remote)))
        .run()
}
