//! A world of its own for each test: a fresh database, a clock that the test moves, the real router.

mod admin;
pub mod answer;
pub mod caller;
mod change;
mod look;
pub mod outside;
pub mod realm;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use axum::Router;
use identity::{
    Identity, ManualClock,
    realm_file::{self, ImportError, ImportOutcome, Limits, NoProgress, RealmFile, Strategy},
    testing::TestStore,
};
use outbound::{Authorities, Client, Fetch, Network};
use protocol::{Portreeve, WebSettings};
use serde_json::Value;

pub use self::{admin::names, answer::Answer, caller::Caller, look::detail};

/// The docker door of realm `port`.
pub const DOOR: &str = "/realms/port/protocol/docker-v2/auth";

/// Where clients reach the server of every world.
pub const PUBLIC_URL: &str = "http://localhost:8080";

/// Asks other servers: none but those on loopback, by address alone.
fn outbound() -> Arc<dyn Fetch> {
    static CLIENT: LazyLock<Arc<Client>> = LazyLock::new(|| {
        let loopback = Network::new(vec!["127.0.0.0/8".parse().expect("a network")]);
        Arc::new(Client::new(loopback, Authorities::system()).expect("a client"))
    });
    CLIENT.clone()
}

/// Everything one test needs; gone when dropped.
pub struct World {
    pub identity: Identity,
    pub clock: ManualClock,
    portreeve: Portreeve,
    pub router: Router,
    store: TestStore,
}

impl World {
    /// The realm `port` of [`realm::port`].
    pub async fn port() -> Self {
        Self::with(realm::port()).await
    }

    /// `port`, changed by the test before it is imported.
    pub async fn port_with(change: impl FnOnce(&mut Value)) -> Self {
        let mut file = realm::port();
        change(&mut file);
        Self::with(file).await
    }

    /// Any realm file.
    pub async fn with(file: Value) -> Self {
        let world = Self::empty().await;
        world.import(file).await;
        world
    }

    /// No realm at all.
    pub async fn empty() -> Self {
        Self::reached_by(WebSettings::new(PUBLIC_URL)).await
    }

    /// No realm at all, for clients that reach the server in other ways.
    pub async fn reached_by(web: WebSettings) -> Self {
        let store = TestStore::chosen().await;
        let identity = store.identity.clone();
        let portreeve = portreeve::portreeve(identity.clone(), web, outbound()).expect("the plugins agree");
        let router = portreeve::app(&portreeve).expect("the built-in pages are whole");
        Self { identity, clock: store.clock.clone(), portreeve, router, store }
    }

    /// What every door has in hand.
    pub fn portreeve(&self) -> &Portreeve {
        &self.portreeve
    }

    pub async fn import(&self, file: Value) {
        let text = file.to_string().into_bytes();
        self.take_in(realm_file::read_text(Path::new("realm.json"), text, &Limits::default())).await;
    }

    pub async fn import_path(&self, path: &Path) {
        self.take_in(realm_file::read(&[PathBuf::from(path)], &Limits::default())).await;
    }

    async fn take_in(&self, read: Result<Vec<RealmFile>, Vec<realm_file::FileFault>>) {
        for file in read.unwrap_or_else(|faults| panic!("{faults:#?}")) {
            let imported =
                self.identity.import_realm(file, Strategy::Fail, &*self.portreeve.plugins, &NoProgress).await;
            assert!(matches!(imported, Ok(ImportOutcome::Imported(_))), "{imported:?}");
        }
    }

    /// Imports a realm that must not come in; gives the faults as `POINTER: reason`.
    pub async fn refused(&self, file: Value) -> Vec<String> {
        let text = file.to_string().into_bytes();
        let faults = match realm_file::read_text(Path::new("realm.json"), text, &Limits::default()) {
            Err(faults) => faults,
            Ok(mut files) => {
                let file = files.pop().expect("one realm");
                match self.identity.import_realm(file, Strategy::Fail, &*self.portreeve.plugins, &NoProgress).await {
                    Err(ImportError::Faults(faults)) => faults,
                    other => panic!("{other:?}"),
                }
            }
        };
        faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.reason)).collect()
    }

    pub fn anonymous(&self) -> Caller<'_> {
        Caller::new(self)
    }

    /// A person of the realm file whose password is `pw-NAME`.
    pub fn person(&self, name: &str) -> Caller<'_> {
        self.anonymous().basic(name, &format!("pw-{name}"))
    }
}
