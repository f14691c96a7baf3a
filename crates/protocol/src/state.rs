//! What every door has in hand.

use std::sync::{Arc, OnceLock};

use identity::Identity;
use ipnet::IpNet;

use crate::{Letters, Metrics, Plugins};

/// How the outside sees this server, and whom it believes about peers.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Where clients reach it, without a trailing slash. Issuers and links come from here, never from a request.
    pub public_url: String,
    /// Where clients that show a certificate reach it, without a trailing slash; none where nobody is asked for one.
    pub mtls_url: Option<String>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Most bytes of a form body.
    pub form_limit: usize,
}

impl WebSettings {
    /// Settings with no trusted proxy and the default limits.
    pub fn new(public_url: &str) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            mtls_url: None,
            trusted_proxies: Vec::new(),
            form_limit: crate::web::form::DEFAULT_LIMIT,
        }
    }
}

/// The state of all routes for programs.
#[derive(Clone)]
pub struct Portreeve {
    /// The store.
    pub identity: Identity,
    /// The registry of plugins.
    pub plugins: Arc<Plugins>,
    /// Web facts of this process.
    pub web: Arc<WebSettings>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    letters: Arc<OnceLock<Arc<dyn Letters>>>,
}

/// State of a plugin's program half.
pub type ApiState = Portreeve;

impl Portreeve {
    /// Puts the parts together.
    pub fn new(identity: Identity, plugins: Arc<Plugins>, web: WebSettings) -> Self {
        let letters = Arc::default();
        Self { identity, plugins, web: Arc::new(web), metrics: Arc::new(Metrics::new()), letters }
    }

    /// Says who writes letters; the first word counts.
    pub fn set_letters(&self, letters: Arc<dyn Letters>) {
        // Another router over the same parts has the same writer.
        let _ = self.letters.set(letters);
    }

    /// Who writes letters, where people are served at all.
    pub fn letters(&self) -> Option<&Arc<dyn Letters>> {
        self.letters.get()
    }
}
