//! notation (notation-go): signs an image in a registry and verifies the signature. It keeps credentials in a helper program only; this
//! test program is that helper when it is called by the helper's name.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::run::{Call, Run};
use crate::site::Seat;

const HELPER: &str = "docker-credential-portreeve-tests";
const STORE: &str = "PORTREEVE_TESTS_CREDENTIALS";

pub(crate) struct Notation;

impl Notation {
    fn call(seat: &Seat<'_>) -> Call {
        let folder = seat.file("config/notation");
        if !folder.exists() {
            fs::create_dir_all(&folder).expect("the folder can be made");
            let settings = json!({"credsStore": HELPER.trim_start_matches("docker-credential-")});
            fs::write(folder.join("config.json"), settings.to_string()).expect("config.json can be written");
            let own = std::env::current_exe().expect("this program has a file");
            std::os::unix::fs::symlink(own, seat.file(HELPER)).expect("the helper can be linked");
        }
        let call = seat.call(&seat.site.world.tools.notation).env(STORE, seat.file("credentials.json"));
        match seat.authority() {
            Some(authority) => call.env("SSL_CERT_FILE", authority),
            None => call,
        }
    }

    /// At `localhost` notation speaks plain HTTP by itself.
    fn transport(seat: &Seat<'_>) -> &'static [&'static str] {
        if seat.authority().is_some() { &[] } else { &["--insecure-registry"] }
    }

    pub(crate) fn login(seat: &Seat<'_>) -> Run {
        Self::call(seat)
            .args(["login", "-u", &seat.person.name, "--password-stdin"])
            .args(Self::transport(seat))
            .arg(seat.site.host())
            .input(&seat.person.password)
            .run()
    }

    pub(crate) fn logout(seat: &Seat<'_>) -> Run {
        Self::call(seat).args(["logout", &seat.site.host()]).run()
    }

    /// Makes a signing key for the seat's person and trusts its certificate, and no other.
    pub(crate) fn make_key(seat: &Seat<'_>) {
        let name = &seat.person.name;
        Self::call(seat).args(["cert", "generate-test", "--default", name]).run().succeeds();
        let policy = json!({"version": "1.0", "trustPolicies": [{
            "name": "all", "registryScopes": ["*"], "signatureVerification": {"level": "strict"},
            "trustStores": [format!("ca:{name}")], "trustedIdentities": ["*"],
        }]});
        fs::write(seat.file("config/notation/trustpolicy.json"), policy.to_string())
            .expect("the policy can be written");
    }

    /// Lets the person at `to` verify what the one at `from` signs.
    pub(crate) fn share_trust(from: &Seat<'_>, to: &Seat<'_>) {
        Self::call(to);
        let name = &from.person.name;
        let (from, to) = (from.file("config/notation"), to.file("config/notation"));
        fs::copy(from.join("trustpolicy.json"), to.join("trustpolicy.json")).expect("the policy can be copied");
        let store = Path::new("truststore/x509/ca").join(name);
        fs::create_dir_all(to.join(&store)).expect("the folder can be made");
        let certificate = store.join(format!("{name}.crt"));
        fs::copy(from.join(&certificate), to.join(&certificate)).expect("the certificate can be copied");
    }

    /// Signs the image that has `digest`.
    pub(crate) fn sign(seat: &Seat<'_>, repository: &str, digest: &str) -> Run {
        Self::on_image(seat, "sign", repository, digest)
    }

    pub(crate) fn verify(seat: &Seat<'_>, repository: &str, digest: &str) -> Run {
        Self::on_image(seat, "verify", repository, digest)
    }

    fn on_image(seat: &Seat<'_>, verb: &str, repository: &str, digest: &str) -> Run {
        let reference = format!("{}@{digest}", seat.site.reference(repository));
        Self::call(seat).arg(verb).args(Self::transport(seat)).arg(reference).run()
    }
}

/// The credential helper protocol, over one file. True when this program was called as the helper and has answered.
pub(crate) fn answer_as_credential_helper() -> bool {
    let mut arguments = std::env::args();
    if !arguments.next().is_some_and(|own| own.ends_with(HELPER)) {
        return false;
    }
    let file = std::env::var_os(STORE).expect("the helper is told where to keep credentials");
    let mut store: Value =
        fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| json!({}));
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("the helper is spoken to");
    let answer = match arguments.next().as_deref() {
        Some("store") => {
            let entry: Value = serde_json::from_str(&input).expect("credentials are JSON");
            let server = entry["ServerURL"].as_str().expect("credentials name a server").to_owned();
            store[server] = entry;
            String::new()
        }
        Some("erase") => {
            store.as_object_mut().expect("the store is an object").remove(input.trim());
            String::new()
        }
        Some("get") => match &store[input.trim()] {
            Value::Null => "credentials not found in native keychain".to_owned(),
            entry => entry.to_string(),
        },
        _ => "{}".to_owned(),
    };
    fs::write(&file, store.to_string()).expect("credentials can be kept");
    let _ = std::io::Write::write_all(&mut std::io::stdout(), answer.as_bytes());
    if answer.starts_with("credentials not found") {
        std::process::exit(1);
    }
    true
}
