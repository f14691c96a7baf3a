//! What the tests of one run share: programs, certificates, one server for each transport, one Docker daemon, one containerd. Each
//! part starts when the first test asks for it, and all end with the run.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::KeyPair;
use tempfile::TempDir;

use crate::fixture::{Authority, Containerd, Dockerd, MailServer, Namespace, Server, ServerOptions, Tools, pem};
use crate::{oidc, realm};

/// How clients, registry and server talk to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Plain HTTP at `localhost`.
    Plain,
    /// TLS with the run's own authority, under a name that no client takes for loopback.
    Tls,
}

pub(crate) struct World {
    pub(crate) tools: Tools,
    pub(crate) authority: Authority,
    pub(crate) namespace: Namespace,
    server: OnceLock<Arc<Server>>,
    tls_server: OnceLock<Arc<Server>>,
    front_server: OnceLock<Arc<Server>>,
    people_server: OnceLock<Arc<Server>>,
    tls_people_server: OnceLock<Arc<Server>>,
    browser_server: OnceLock<(Server, MailServer)>,
    /// What a client of OpenID Connect proves itself with.
    client_key: KeyPair,
    dockerd: OnceLock<Dockerd>,
    tls_dockerd: OnceLock<Dockerd>,
    containerd: OnceLock<Containerd>,
    // Dropped last: everything above keeps its files in it.
    scratch: TempDir,
}

impl World {
    pub(crate) fn new(tools: Tools) -> Self {
        // A short path: the name of a Unix socket may have about 100 characters.
        let scratch = tempfile::Builder::new().prefix("pt-").tempdir_in("/tmp").expect("a folder can be made in /tmp");
        Self {
            authority: Authority::create(&scratch.path().join("ca")),
            namespace: Namespace::create(scratch.path()),
            server: OnceLock::new(),
            tls_server: OnceLock::new(),
            front_server: OnceLock::new(),
            people_server: OnceLock::new(),
            tls_people_server: OnceLock::new(),
            browser_server: OnceLock::new(),
            client_key: KeyPair::generate().expect("a key can be made"),
            dockerd: OnceLock::new(),
            tls_dockerd: OnceLock::new(),
            containerd: OnceLock::new(),
            tools,
            scratch,
        }
    }

    pub(crate) fn scratch(&self) -> &std::path::Path {
        self.scratch.path()
    }

    /// The shared server. Tests that change its state beyond their own users start one of their own.
    pub(crate) fn server(&self, transport: Transport) -> Arc<Server> {
        let (cell, authority) = match transport {
            Transport::Plain => (&self.server, None),
            Transport::Tls => (&self.tls_server, Some(&self.authority)),
        };
        let start = || {
            let options = ServerOptions::with_realms(vec![realm::outside()]);
            Arc::new(Server::start(&self.tools, self.scratch(), authority, &options))
        };
        Arc::clone(cell.get_or_init(start))
    }

    /// The server for registries that send their clients to `/auth/token`, behind a front on loopback.
    pub(crate) fn front_server(&self) -> Arc<Server> {
        let start = || {
            let mut options = ServerOptions::with_realms(vec![realm::plain()]);
            options.arguments =
                ["--registry-realm", realm::NAME, "--trusted-proxy", "127.0.0.0/8"].map(str::to_owned).to_vec();
            Arc::new(self.own_server(&options))
        };
        Arc::clone(self.front_server.get_or_init(start))
    }

    /// The server whose realm has a client for every kind of program that logs people in.
    pub(crate) fn people_server(&self, transport: Transport) -> Arc<Server> {
        let (cell, authority) = match transport {
            Transport::Plain => (&self.people_server, None),
            Transport::Tls => (&self.tls_people_server, Some(&self.authority)),
        };
        let start = || {
            let options = ServerOptions::with_realms(vec![oidc::realm::people(&self.client_key)]);
            Arc::new(Server::start(&self.tools, self.scratch(), authority, &options))
        };
        Arc::clone(cell.get_or_init(start))
    }

    /// The server that people meet in a browser, and the mail server that it sends by.
    pub(crate) fn browser_server(&self) -> (&Server, &MailServer) {
        let start = || {
            let mail = MailServer::start();
            let realm = oidc::realm::people_in_browsers(&self.client_key, mail.port());
            (self.own_server(&ServerOptions::with_realms(vec![realm])), mail)
        };
        let (server, mail) = self.browser_server.get_or_init(start);
        (server, mail)
    }

    /// The private half of the key that the client `keyed` proves itself with, as PKCS#8 in PEM.
    pub(crate) fn client_key_file(&self) -> PathBuf {
        let file = self.scratch().join("client-key.pem");
        std::fs::write(&file, pem("PRIVATE KEY", &self.client_key.serialize_der())).expect("the key can be written");
        file
    }

    /// A server of a test's own, over plain HTTP.
    pub(crate) fn own_server(&self, options: &ServerOptions) -> Server {
        Server::start(&self.tools, self.scratch(), None, options)
    }

    pub(crate) fn dockerd(&self, transport: Transport) -> &Dockerd {
        match transport {
            Transport::Plain => {
                self.dockerd.get_or_init(|| Dockerd::start(&self.tools, self.scratch(), &[], None, None))
            }
            Transport::Tls => self.tls_dockerd.get_or_init(|| {
                let wrapper = self.namespace.wrapper();
                Dockerd::start(&self.tools, self.scratch(), &wrapper, None, Some(&self.authority.certificate))
            }),
        }
    }

    pub(crate) fn containerd(&self) -> &Containerd {
        self.containerd.get_or_init(|| Containerd::start(&self.tools, self.scratch()))
    }
}
