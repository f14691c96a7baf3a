//! The small programs in `tests/outside/clients` that use a client library as its documentation says.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::realm;
use crate::fixture::Server;
use crate::run::Call;
use crate::world::{Transport, World};

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Node,
    Python,
    /// Built by `tests/run`.
    Compiled,
}

/// A call of the program `name` against `server`, with what all of them are told: the issuer, where codes and logged-out people are sent,
/// the key of the client `keyed`, and the authority that signs for the server.
pub(crate) fn program(world: &World, transport: Transport, server: &Server, language: Language, name: &str) -> Call {
    let tools = &world.tools;
    let wrapper = match transport {
        Transport::Plain => Vec::new(),
        Transport::Tls => world.namespace.wrapper(),
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("outside/clients");
    let (program, script) = match language {
        Language::Node => (tools.node.clone(), Some(node_folder(world).join(name))),
        Language::Python => (tools.python.clone(), Some(sources.join("python").join(name))),
        Language::Compiled => (tools.program(name), None),
    };
    let authority = &world.authority.certificate;
    Call::new(&wrapper, &program, &tools.path)
        .args(script)
        .folder(world.scratch())
        .env("HOME", world.scratch())
        .env("ISSUER", server.issuer(realm::NAME))
        .env("REDIRECT_URI", realm::BACK)
        .env("POST_LOGOUT_REDIRECT_URI", realm::BYE)
        .env("CLIENT_KEY", world.client_key_file())
        // Each kind of client has a name of its own for it.
        .env("NODE_EXTRA_CA_CERTS", authority)
        .env("SSL_CERT_FILE", authority)
        .env("REQUESTS_CA_BUNDLE", authority)
        .env("PYTHONDONTWRITEBYTECODE", "1")
}

/// The programs beside the packages that they import: Node looks for packages in the folders above a program.
fn node_folder(world: &World) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let copy = || {
        let folder = world.scratch().join("node");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("outside/clients/node");
        copy_folder(&sources, &folder);
        std::os::unix::fs::symlink(&world.tools.node_modules, folder.join("node_modules")).expect("a link can be made");
        folder
    };
    FOLDER.get_or_init(copy).clone()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the programs can be listed") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                copy_folder(&path, &target);
            }
        } else {
            fs::copy(&path, &target).expect("a program can be copied");
        }
    }
}
