//! The registry of plugins. Filled in one file of the server.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use identity::realm_file::{ClientBirth, RealmMember};
use identity::{FieldFault, Mapper, MapperSeed};

use crate::{ApiState, BrowserState, ClientAddresses, ClientSettings, Plugin};

/// All plugins, in the order in which they are offered.
pub struct Plugins {
    plugins: Vec<Arc<dyn Plugin>>,
}

/// Two plugins claim one protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuplicatePlugin(pub &'static str);

impl fmt::Display for DuplicatePlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "two plugins claim the protocol `{}`", self.0)
    }
}

impl std::error::Error for DuplicatePlugin {}

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.plugins.iter().map(|plugin| plugin.id())).finish()
    }
}

impl Plugins {
    /// Registers plugins.
    ///
    /// # Errors
    /// When two have one id.
    pub fn new(plugins: Vec<Box<dyn Plugin>>) -> Result<Self, DuplicatePlugin> {
        let mut known: Vec<Arc<dyn Plugin>> = Vec::with_capacity(plugins.len());
        for plugin in plugins {
            if known.iter().any(|other| other.id() == plugin.id()) {
                return Err(DuplicatePlugin(plugin.id()));
            }
            known.push(Arc::from(plugin));
        }
        Ok(Self { plugins: known })
    }

    /// The plugin of a protocol.
    pub fn get(&self, protocol: &str) -> Option<&Arc<dyn Plugin>> {
        self.plugins.iter().find(|plugin| plugin.id() == protocol)
    }

    /// All plugins.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Plugin>> {
        self.plugins.iter()
    }

    /// The program halves of all plugins, each at `/realms/{realm}/protocol/<id>`.
    pub fn api(&self) -> Router<ApiState> {
        self.plugins.iter().fold(Router::new(), |router, plugin| {
            router.nest(&format!("/realms/{{realm}}/protocol/{}", plugin.id()), plugin.api())
        })
    }

    /// The browser halves of all plugins, at the same places, and their pages below the realms.
    pub fn browser(&self) -> Router<BrowserState> {
        let halves = self.plugins.iter().filter(|plugin| plugin.browser().has_routes());
        let halves = halves.fold(Router::new(), |router, plugin| {
            router.nest(&format!("/realms/{{realm}}/protocol/{}", plugin.id()), plugin.browser())
        });
        let pages = self.plugins.iter().map(|plugin| plugin.realm_pages()).filter(Router::has_routes);
        pages.fold(halves, |router, pages| router.nest("/realms/{realm}", pages))
    }

    /// The public documents of all plugins, at `/realms/{realm}/.well-known` and at `/.well-known`.
    pub fn well_known(&self) -> Router<ApiState> {
        let halves = self.plugins.iter().flat_map(|plugin| {
            [("/realms/{realm}/.well-known", plugin.well_known()), ("/.well-known", plugin.server_well_known())]
        });
        halves
            .filter(|(_, half)| half.has_routes())
            .fold(Router::new(), |router, (place, half)| router.nest(place, half))
    }

    /// The server stops: every protocol hurries with what it still has to tell its clients.
    pub async fn finish(&self) {
        for participant in self.plugins.iter().filter_map(|plugin| plugin.logout()) {
            participant.finish().await;
        }
    }

    /// What is wrong with a client of this protocol; a protocol that nobody serves has no opinion.
    pub fn check_client(&self, protocol: &str, settings: &ClientSettings<'_>) -> Vec<FieldFault> {
        self.get(protocol).map(|plugin| plugin.check_client(settings)).unwrap_or_default()
    }
}

impl Plugins {
    /// What other servers say is wrong with a client of this protocol.
    pub async fn check_client_elsewhere(&self, protocol: &str, client: ClientAddresses<'_>) -> Vec<FieldFault> {
        match self.get(protocol) {
            Some(plugin) => plugin.check_client_elsewhere(client).await,
            None => Vec::new(),
        }
    }
}

impl ClientBirth for Plugins {
    fn realm_members(&self) -> Vec<RealmMember> {
        self.plugins.iter().flat_map(|plugin| plugin.realm_members()).copied().collect()
    }

    fn mappers(&self, protocol: &str) -> Vec<MapperSeed> {
        self.get(protocol).map(|plugin| plugin.client_birth()).unwrap_or_default()
    }

    fn knows_protocol(&self, protocol: &str) -> bool {
        self.get(protocol).is_some()
    }

    fn check_client(
        &self,
        protocol: &str,
        attributes: &BTreeMap<String, String>,
        mappers: &[Mapper],
    ) -> Vec<FieldFault> {
        Plugins::check_client(self, protocol, &ClientSettings { attributes, mappers })
    }
}
