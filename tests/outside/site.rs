//! One test's own ground: a registry, the wire between it and the server, and people with homes.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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
    /// Where the clients' token requests pass; a TLS run without a front talks to the server's own listener.
    proxy: Option<Proxy>,
    /// The registry's port as clients see it.
    port: u16,
    homes: AtomicU32,
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
    layout: Layout,
}

/// How registry and token server lie to one another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Apart,
    /// Behind one TLS front, under one name; the registry's challenge follows that name.
    OneFront,
    /// Apart, and the registry runs with the configuration that the server wrote for it.
    Generated,
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

    /// Registry and token server behind one TLS front. The server must serve the registry's own addresses (`--registry-realm`).
    pub(crate) fn behind_one_front(mut self) -> Self {
        self.layout = Layout::OneFront;
        self.transport = Transport::Tls;
        self
    }

    /// The registry is configured by the installation artefact, word for word.
    pub(crate) fn as_generated(mut self) -> Self {
        self.layout = Layout::Generated;
        self
    }

    pub(crate) fn open(self) -> Site<'w> {
        let folder =
            tempfile::Builder::new().prefix("s").tempdir_in(self.world.scratch()).expect("a folder can be made");
        let server = self.server.clone().unwrap_or_else(|| self.world.server(self.transport));
        let trust = if self.jwks {
            let file = folder.path().join("jwks.json");
            server.installation(self.realm, &self.client, "docker-v2-jwks", &file);
            Trust::Jwks(file)
        } else {
            let file = folder.path().join("bundle.pem");
            server.installation(self.realm, &self.client, "docker-v2-root-cert-bundle", &file);
            Trust::Bundle(file)
        };
        let service = self.service.clone().unwrap_or_else(|| self.client.clone());
        let (registry, proxy, port) = match self.layout {
            Layout::Apart => self.start_apart(folder.path(), &server, &service, trust),
            Layout::OneFront => self.start_behind_front(folder.path(), &server, &service, trust),
            Layout::Generated => self.start_as_generated(folder.path(), &server, &trust),
        };
        Site {
            world: self.world,
            transport: self.transport,
            version: self.version,
            service,
            realm: self.realm,
            registry,
            server,
            proxy,
            port,
            homes: AtomicU32::new(0),
            folder,
        }
    }

    fn door(&self) -> String {
        format!("/realms/{}/protocol/docker-v2/auth", self.realm)
    }

    fn start_apart(
        &self,
        folder: &Path,
        server: &Server,
        service: &str,
        trust: Trust,
    ) -> (Registry, Option<Proxy>, u16) {
        let secure = self.transport == Transport::Tls;
        let (proxy, realm_url) = if secure {
            (None, format!("{}{}", server.public_url(), self.door()))
        } else {
            let host = format!("localhost:{}", server.address().port());
            let route = Route { prefix: "/", to: server.address(), host: Some(host) };
            let proxy = Proxy::start(Ipv4Addr::LOCALHOST.into(), vec![route], None);
            let url = format!("http://localhost:{}{}", proxy.address().port(), self.door());
            (Some(proxy), url)
        };
        let authority = &self.world.authority;
        let options = RegistryOptions {
            address: if secure { port::free_v6() } else { port::free_v4() },
            realm_url,
            service: service.to_owned(),
            issuer: server.issuer(self.realm),
            trust,
            tls: secure.then(|| (authority.server_certificate.clone(), authority.server_key.clone())),
            notify: self.notify.clone(),
            autoredirect: false,
        };
        let registry = Registry::start(&self.world.tools, folder, self.version, &options);
        (registry, proxy, options.address.port())
    }

    fn start_behind_front(
        &self,
        folder: &Path,
        server: &Server,
        service: &str,
        trust: Trust,
    ) -> (Registry, Option<Proxy>, u16) {
        let options = RegistryOptions {
            address: port::free_v4(),
            // Overruled by the redirect, but a registry does not start without it.
            realm_url: "https://not-this-one.test/auth".to_owned(),
            service: service.to_owned(),
            issuer: server.issuer(self.realm),
            trust,
            tls: None,
            notify: None,
            autoredirect: true,
        };
        let registry = Registry::start(&self.world.tools, folder, self.version, &options);
        let routes = vec![
            Route { prefix: "/v2/", to: options.address, host: None },
            Route { prefix: "/", to: server.address(), host: None },
        ];
        let front = Proxy::start(Ipv6Addr::LOCALHOST.into(), routes, Some(self.world.authority.tls()));
        let port = front.address().port();
        (registry, Some(front), port)
    }

    fn start_as_generated(&self, folder: &Path, server: &Server, trust: &Trust) -> (Registry, Option<Proxy>, u16) {
        let file = folder.join("generated.yml");
        server.installation(self.realm, &self.client, self.version.artefact(), &file);
        let address = port::free_v4();
        let registry = Registry::start_as_configured(&self.world.tools, folder, self.version, address, &file, trust);
        (registry, None, address.port())
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
            layout: Layout::Apart,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// `host:port` of the registry, as clients are told.
    pub(crate) fn host(&self) -> String {
        let name = if self.transport == Transport::Tls { TLS_NAME } else { "localhost" };
        format!("{name}:{}", self.port)
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
        let number = self.homes.fetch_add(1, Ordering::Relaxed);
        let home = self.folder.path().join(format!("h{number}"));
        fs::create_dir_all(&home).expect("the home can be made");
        let trusted = self.world.authority.certificate.clone();
        Seat { site: self, home, person: person.clone(), trusted }
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
        let proxy = self.proxy.as_ref().expect("this run has a recorder");
        proxy.record().into_iter().filter(|exchange| !exchange.path().starts_with("/v2/")).collect()
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
                text += &exchange.line();
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
    /// The certificate of the one authority that clients here trust, where there is TLS.
    pub(crate) trusted: PathBuf,
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

    /// The trusted authority's certificate, when there is TLS.
    pub(crate) fn authority(&self) -> Option<&Path> {
        (self.site.transport == Transport::Tls).then_some(self.trusted.as_path())
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
