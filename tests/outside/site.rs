//! One test's own ground: a registry, the wire between it and the server, and people with homes.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{Registry, RegistryOptions, RegistryVersion, Server, TLS_NAME, Trust, port};
use crate::http::{self, Request, Response};
use crate::image::Image;
use crate::proxy::{Exchange, Proxy, Route};
use crate::realm::{self, Person};
use crate::run::Call;
use crate::token::Token;
use crate::world::{Transport, World};

pub(crate) struct Site<'w> {
    pub(crate) world: &'w World,
    pub(crate) transport: Transport,
    pub(crate) version: RegistryVersion,
    /// The client (of the protocol `docker-v2`) that stands for this registry.
    pub(crate) service: String,
    pub(crate) realm: &'static str,
    pub(crate) registry: Registry,
    server: Arc<Server>,
    /// Only over plain HTTP: a TLS run talks to the server's own listener.
    proxy: Option<Proxy>,
    homes: Cell<u32>,
    folder: TempDir,
}

/// How a [`Site`] departs from the usual.
pub(crate) struct SiteBuilder<'w> {
    world: &'w World,
    version: RegistryVersion,
    transport: Transport,
    realm: &'static str,
    client: String,
    service: Option<String>,
    server: Option<Arc<Server>>,
    jwks: bool,
    notify: Option<String>,
}

impl<'w> SiteBuilder<'w> {
    pub(crate) fn client(mut self, client: &str) -> Self {
        client.clone_into(&mut self.client);
        self
    }

    pub(crate) fn realm(mut self, realm: &'static str) -> Self {
        self.realm = realm;
        self
    }

    /// The registry calls itself by another name than the client's id.
    pub(crate) fn service(mut self, service: &str) -> Self {
        self.service = Some(service.to_owned());
        self
    }

    pub(crate) fn server(mut self, server: &Arc<Server>) -> Self {
        self.server = Some(Arc::clone(server));
        self
    }

    pub(crate) fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// The registry gets the JWKS in place of the certificates.
    pub(crate) fn jwks(mut self) -> Self {
        self.jwks = true;
        self
    }

    pub(crate) fn notify(mut self, url: &str) -> Self {
        self.notify = Some(url.to_owned());
        self
    }

    pub(crate) fn open(self) -> Site<'w> {
        let folder = tempfile::Builder::new().prefix("s").tempdir_in(self.world.scratch()).expect("a folder can be made");
        let server = self.server.unwrap_or_else(|| self.world.server(self.transport));
        let trust = if self.jwks {
            let file = folder.path().join("jwks.json");
            server.installation(self.realm, &self.client, "docker-v2-jwks", &file);
            Trust::Jwks(file)
        } else {
            let file = folder.path().join("bundle.pem");
            server.installation(self.realm, &self.client, "docker-v2-root-cert-bundle", &file);
            Trust::Bundle(file)
        };
        let door = format!("/realms/{}/protocol/docker-v2/auth", self.realm);
        let (proxy, realm_url) = match self.transport {
            Transport::Plain => {
                let host = format!("localhost:{}", server.address().port());
                let proxy = Proxy::start(vec![Route { prefix: "/", to: server.address(), host: Some(host) }], None);
                let url = format!("http://localhost:{}{door}", proxy.address().port());
                (Some(proxy), url)
            }
            Transport::Tls => (None, format!("{}{door}", server.public_url())),
        };
        let service = self.service.unwrap_or_else(|| self.client.clone());
        let options = RegistryOptions {
            address: if self.transport == Transport::Tls { port::free_v6() } else { port::free_v4() },
            realm_url,
            service: service.clone(),
            issuer: server.issuer(self.realm),
            trust,
            tls: (self.transport == Transport::Tls)
                .then(|| (self.world.authority.server_certificate.clone(), self.world.authority.server_key.clone())),
            notify: self.notify,
            autoredirect: false,
        };
        let registry = Registry::start(&self.world.tools, folder.path(), self.version, &options);
        Site {
            world: self.world,
            transport: self.transport,
            version: self.version,
            service,
            realm: self.realm,
            registry,
            server,
            proxy,
            homes: Cell::new(0),
            folder,
        }
    }
}

impl<'w> Site<'w> {
    pub(crate) fn build(world: &'w World, version: RegistryVersion) -> SiteBuilder<'w> {
        SiteBuilder {
            world,
            version,
            transport: Transport::Plain,
            realm: realm::NAME,
            client: realm::REGISTRY.to_owned(),
            service: None,
            server: None,
            jwks: false,
            notify: None,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// `host:port` of the registry, as clients are told.
    pub(crate) fn host(&self) -> String {
        let name = if self.transport == Transport::Tls { TLS_NAME } else { "localhost" };
        format!("{name}:{}", self.registry.address().port())
    }

    /// `team-a/app:1` with the registry in front.
    pub(crate) fn reference(&self, name: &str) -> String {
        format!("{}/{name}", self.host())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A home for a person who has never been here.
    pub(crate) fn seat(&self, person: &Person) -> Seat<'_> {
        let number = self.homes.get();
        self.homes.set(number + 1);
        let home = self.folder.path().join(format!("h{number}"));
        fs::create_dir_all(&home).expect("the home can be made");
        Seat { site: self, home, person: person.clone() }
    }

    /// Puts an image into the registry without any client; `name` is `repository:tag`.
    pub(crate) fn seed(&self, name: &str) -> Image {
        let image = Image::new(&format!("{} {name}", self.registry.address()));
        self.seed_with(&image, name);
        image
    }

    pub(crate) fn seed_with(&self, image: &Image, name: &str) {
        let (repository, tag) = split(name);
        image.store(self.registry.storage(), repository, tag);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        let (repository, tag) = split(name);
        self.registry.has_tag(repository, tag)
    }

    /// What passed between clients and the token endpoint.
    #[track_caller]
    pub(crate) fn wire(&self) -> Vec<Exchange> {
        self.proxy.as_ref().expect("only plain runs are recorded").record()
    }

    /// Asks the token endpoint directly.
    pub(crate) fn ask(&self, person: Option<&Person>, scopes: &[&str]) -> Response {
        let mut pairs = vec![("service", self.service.as_str())];
        pairs.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let target = format!("/realms/{}/protocol/docker-v2/auth?{}", self.realm, http::encode_pairs(&pairs));
        let mut request = Request::new("GET", &target);
        if let Some(person) = person {
            request = request.with("Authorization", &person.basic());
        }
        http::exchange(self.server.address(), &request)
    }

    /// The grant that a person is given for `scopes`; panics unless there is an answer 200 with a token.
    #[track_caller]
    pub(crate) fn grant(&self, person: Option<&Person>, scopes: &[&str]) -> Token {
        let response = self.ask(person, scopes);
        assert_eq!(response.status, 200, "{}", response.text());
        Token::of_answer(&response.json())
    }

    /// Calls the registry itself with a bearer token.
    pub(crate) fn call_registry(&self, method: &str, target: &str, token: Option<&str>) -> Response {
        let mut request = Request::new(method, target);
        if let Some(token) = token {
            request = request.with("Authorization", &format!("Bearer {token}"));
        }
        http::exchange(self.registry.address(), &request)
    }
}

impl Drop for Site<'_> {
    /// A failing test shows what its registry, its server and the wire have to say.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut text = format!("--- {} ---\n{}\n", self.version.name(), self.registry.log_tail());
        if let Some(proxy) = &self.proxy {
            text += "--- wire ---\n";
            for exchange in proxy.record() {
                text += &format!(
                    "{} {} {:?} -> {} {}\n",
                    exchange.request.method,
                    exchange.request.target,
                    exchange.credentials(),
                    exchange.response.status,
                    exchange.response.text().chars().take(300).collect::<String>()
                );
            }
        }
        text += &format!("--- server ---\n{}\n", self.server.log_tail());
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    }
}

/// A person's home on the machine where a client runs.
pub(crate) struct Seat<'s> {
    pub(crate) site: &'s Site<'s>,
    pub(crate) home: PathBuf,
    pub(crate) person: Person,
}

impl Seat<'_> {
    /// A run of `program` by this person, with nothing of the machine's own settings.
    pub(crate) fn call(&self, program: &Path) -> Call {
        let wrapper = match self.site.transport {
            Transport::Plain => Vec::new(),
            Transport::Tls => self.site.world.namespace.wrapper(),
        };
        let path = format!("{}:{}", self.home.display(), self.site.world.tools.path);
        Call::new(&wrapper, program, &path)
            .folder(&self.home)
            .env("HOME", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join("config"))
            .env("XDG_DATA_HOME", self.home.join("share"))
            .env("XDG_CACHE_HOME", self.home.join("cache"))
            .env("XDG_RUNTIME_DIR", self.home.join("run"))
            .env("TMPDIR", &self.home)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The authority's certificate, when there is TLS.
    pub(crate) fn authority(&self) -> Option<&Path> {
        (self.site.transport == Transport::Tls).then_some(self.site.world.authority.certificate.as_path())
    }

    /// Reads a JSON file of this home; null when there is none.
    pub(crate) fn json(&self, name: &str) -> Value {
        let bytes = fs::read(self.file(name)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }
}

/// Splits `repository:tag`.
#[track_caller]
pub(crate) fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(':').unwrap_or_else(|| panic!("a name with a tag, not {name}"))
}
