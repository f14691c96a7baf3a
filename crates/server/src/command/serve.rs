//! `serve`: from settings to a server, and back to a quiet end.

use std::net::SocketAddr;
use std::sync::Arc;

use crypto::password::HashSpec;
use identity::{FolderOfLists, Identity};
use outbound::{Authorities, Client, Network};
use protocol::{Portreeve, WebSettings};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{admin, import};
use crate::configuration::{Limits, ServeSettings, Settings};
use crate::console::say;
use crate::failure::{Exit, Failure};
use crate::listener::Listener;
use crate::listener::client_certificate::ClientAuthorities;
use crate::listener::tls::Certificate;
use crate::logging::Log;
use crate::management::{self, Started};
use crate::router::{self, RouterSettings};
use crate::signals::Signals;
use crate::store::{self, Store};
use crate::{metrics, pages, plugins, process};

/// Realm of the first administrator.
const MASTER: &str = "master";
/// Where lists of forbidden passwords are, in the data folder: as with Keycloak.
const PASSWORD_LISTS: &str = "password-blacklists";
/// Connections of the management listener, and files that are not connections.
const MANAGEMENT_CONNECTIONS: usize = 64;
const OTHER_FILES: usize = 128;

/// Serves until a signal asks to stop.
pub(crate) async fn serve(settings: Settings, log: Log) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(Failure::failed)?;
    let limits = fitting(&settings.serve.limits);
    let tls = settings.serve.tls.clone().map(Certificate::load).transpose();
    let tls = tls.map_err(|reason| Failure::new(Exit::Usage, format!("tls_cert: {reason}")))?;
    let clients = settings.serve.mtls.as_ref().map(|mtls| ClientAuthorities::load(mtls.authorities.as_deref()));
    let clients = clients.transpose().map_err(|reason| Failure::new(Exit::Usage, format!("mtls_ca: {reason}")))?;
    let outbound = outbound(&settings.serve)?;
    warn_of_plain_http(&settings.serve);

    let identity = store::open(&settings, Store::MayBeNew, store::clock()).await?;
    let served = run(&settings, limits, Tls { certificate: tls, clients }, outbound, &identity, log, signals).await;
    identity.flush_events().await;
    identity.shutdown().await;
    served
}

/// The server's own certificate, and whose certificates name a client.
struct Tls {
    certificate: Option<Arc<Certificate>>,
    clients: Option<ClientAuthorities>,
}

async fn run(
    settings: &Settings,
    limits: Limits,
    tls: Tls,
    outbound: Arc<Client>,
    identity: &Identity,
    log: Log,
    mut signals: Signals,
) -> Result<(), Failure> {
    let serve = &settings.serve;
    let mut web = WebSettings::new(&serve.public_url);
    web.trusted_proxies.clone_from(&serve.trusted_proxies);
    web.mtls_url = serve.mtls.as_ref().map(|mtls| mtls.public_url.clone());
    let calls = outbound.counts();
    let portreeve = Portreeve::new(identity.clone(), Arc::new(plugins::serving(outbound)?), web);

    let Tls { certificate: tls, clients } = tls;
    let acceptor = tls.as_ref().map(|tls| tls.acceptor(None)).transpose().map_err(Failure::failed)?;
    let listener = bind("listen", serve.listen, limits.clone(), &serve.trusted_proxies).await?.with_tls(acceptor);
    let address = listener.address().map_err(Failure::failed)?;
    let asking = match (&serve.mtls, &tls, clients) {
        (Some(mtls), Some(tls), Some(clients)) => {
            let acceptor = tls.acceptor(Some(&clients)).map_err(Failure::failed)?;
            let bound = bind("mtls_listen", mtls.listen, limits.clone(), &serve.trusted_proxies).await?;
            Some(bound.with_tls(Some(acceptor)).with_clients(clients))
        }
        _ => None,
    };
    metrics::register(&portreeve.metrics, identity, listener.counts(), calls, log);

    let (stop, stopped) = watch::channel(false);
    let started = Started::default();
    let management = manage(settings, &limits, &portreeve, &started, stopped.clone()).await?;
    let password = first_administrator(identity, serve).await?;
    import::at_start(identity, &serve.import, &*portreeve.plugins).await?;

    announce(serve, address, management.as_ref().map(|(address, _)| *address), password.as_ref());
    let lists = FolderOfLists::new(settings.data_dir.join(PASSWORD_LISTS));
    let login = pages::login(serve.themes_dir.as_deref(), Arc::new(lists))?;
    let router_settings = RouterSettings {
        login: Some(login),
        registry_realm: serve.registry_realm.clone(),
        body_bytes: limits.body_bytes,
        requests_per_second_per_address: limits.requests_per_address,
    };
    let router = router::router(&portreeve, &router_settings);
    let asking = asking.map(|listener| tokio::spawn(listener.serve(router.clone(), stopped.clone())));
    let public = tokio::spawn(listener.serve(router, stopped));
    let serving = async {
        let cut_off = public.await.unwrap_or_default();
        match asking {
            Some(asking) => cut_off + asking.await.unwrap_or_default(),
            None => cut_off,
        }
    };
    started.begin();
    tracing::info!(%address, public_url = %serve.public_url, "ready");

    signals.until_stop(tls.as_deref()).await;
    tracing::info!("stopping: requests in flight are finished, no more are taken");
    started.end();
    let _ = stop.send(true);
    let (cut_off, at_once) = tokio::select! {
        cut_off = serving => (cut_off, false),
        () = signals.again() => (0, true),
    };
    if cut_off > 0 {
        tracing::warn!(cut_off, "connections were cut off at the shutdown timeout");
    }
    // Sessions end no more, but some clients may not know yet of one that did.
    let told = !at_once
        && tokio::select! {
            told = tokio::time::timeout(limits.shutdown_timeout, portreeve.plugins.finish()) => told.is_ok(),
            () = signals.again() => false,
        };
    if !told {
        tracing::warn!("clients that could not be told of a log-out in time will not be");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What asks other servers.
fn outbound(serve: &ServeSettings) -> Result<Arc<Client>, Failure> {
    let mut authorities = Authorities::system();
    if let Some(path) = &serve.outbound_ca {
        let with = authorities.with_file(path);
        authorities = with.map_err(|reason| Failure::new(Exit::Usage, format!("outbound_ca: {reason}")))?;
    }
    let client = Client::new(Network::new(serve.outbound_allow.clone()), authorities);
    client.map(Arc::new).map_err(Failure::failed)
}

async fn bind(name: &str, address: SocketAddr, limits: Limits, exempt: &[ipnet::IpNet]) -> Result<Listener, Failure> {
    let bound = Listener::bind(address, limits, exempt.to_vec()).await;
    bound.map_err(|error| Failure::failed(format!("{name} {address}: {error}")))
}

/// Health and metrics answer from here on, so that a long import can be watched.
async fn manage(
    settings: &Settings,
    limits: &Limits,
    portreeve: &Portreeve,
    started: &Started,
    stopped: watch::Receiver<bool>,
) -> Result<Option<(SocketAddr, JoinHandle<usize>)>, Failure> {
    let Some(address) = settings.serve.management_listen else { return Ok(None) };
    let limits = Limits {
        connections: MANAGEMENT_CONNECTIONS,
        connections_per_address: MANAGEMENT_CONNECTIONS,
        ..limits.clone()
    };
    let listener = bind("management_listen", address, limits, &[]).await?;
    let address = listener.address().map_err(Failure::failed)?;
    let serving = tokio::spawn(listener.serve(management::router(portreeve, started), stopped));
    Ok(Some((address, serving)))
}

/// A78: there is no default password. The first start makes the administrator with the one given or a generated one, which
/// is answered to be shown once; a later start makes nothing, whatever is given.
async fn first_administrator(
    identity: &Identity,
    serve: &ServeSettings,
) -> Result<Option<crypto::secret::Secret>, Failure> {
    if identity.realm(MASTER).await?.is_some() {
        return Ok(None);
    }
    let given = serve.admin_password.clone();
    let password = given.clone().unwrap_or_else(|| admin::generated(identity.random()));
    let hash = admin::hash_with(identity, HashSpec::DEFAULT, &password).await?;
    let made = identity.bootstrap_master(&serve.admin_username, &hash).await?;
    // Another node may have been first: then its password holds, not this one.
    Ok((made.is_some() && given.is_none()).then_some(password))
}

/// On standard output, not in the log: a log is kept and read by many.
fn announce(
    serve: &ServeSettings,
    address: SocketAddr,
    management: Option<SocketAddr>,
    password: Option<&crypto::secret::Secret>,
) {
    let scheme = if serve.tls.is_some() { "https" } else { "http" };
    say(format!("Portreeve listens on {scheme}://{address}"));
    say(format!("  public URL      {}", serve.public_url));
    if let Some(mtls) = &serve.mtls {
        say(format!("  certificates    {} (on {})", mtls.public_url, mtls.listen));
    }
    if let Some(management) = management {
        say(format!("  health          http://{management}/health"));
        say(format!("  metrics         http://{management}/metrics"));
    }
    if let Some(realm) = &serve.registry_realm {
        say(format!("  registry tokens {}/auth/token (realm {realm})", serve.public_url));
    }
    if let Some(password) = password {
        say(format!("First administrator of realm {MASTER}, shown this once:"));
        say(format!("  user            {}", serve.admin_username));
        say(format!("  password        {}", password.expose()));
    }
}

fn warn_of_plain_http(serve: &ServeSettings) {
    if serve.tls.is_none() && !serve.listen.ip().is_loopback() && serve.trusted_proxies.is_empty() {
        tracing::warn!(
            listen = %serve.listen,
            "plain HTTP on an address that others reach: passwords and tokens cross the network readable. Set tls_cert and \
             tls_key, or name the proxy in front with trusted_proxy"
        );
    }
}

/// F11: no more connections than the system gives files for, so that the database always finds one.
fn fitting(limits: &Limits) -> Limits {
    let mut limits = limits.clone();
    if let Some(files) = process::open_file_limit() {
        let room = files.saturating_sub(OTHER_FILES).max(files / 4).max(1);
        if room < limits.connections {
            tracing::warn!(
                max_connections = limits.connections,
                open_files = files,
                "the limit of open files allows {room} connections only"
            );
            limits.connections = room;
        }
    }
    limits
}
