//! Which flow serves which purpose.

use std::sync::Arc;

use identity::Client;
use serde::{Deserialize, Serialize};

use super::{Flow, FlowFault, Flows};

/// A purpose that a realm binds a flow to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Binding {
    /// People log in.
    Browser,
    /// People register.
    Registration,
    /// A client hands over a person's password.
    DirectGrant,
    /// People have forgotten their credentials.
    ResetCredentials,
    /// A registry's client logs in with basic authentication.
    Docker,
}

impl Binding {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Browser, Self::Registration, Self::DirectGrant, Self::ResetCredentials, Self::Docker];

    /// The member of a realm's document.
    pub fn member(self) -> &'static str {
        match self {
            Self::Browser => "browserFlow",
            Self::Registration => "registrationFlow",
            Self::DirectGrant => "directGrantFlow",
            Self::ResetCredentials => "resetCredentialsFlow",
            Self::Docker => "dockerAuthenticationFlow",
        }
    }

    /// Keycloak's name of the flow where a realm's document names none.
    pub(super) fn built_in(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Registration => "registration",
            Self::DirectGrant => "direct grant",
            Self::ResetCredentials => "reset credentials",
            Self::Docker => "docker auth",
        }
    }

    /// The key of a client's override; only these two can be overridden.
    fn client_key(self) -> Option<&'static str> {
        match self {
            Self::Browser => Some("browser"),
            Self::DirectGrant => Some("direct_grant"),
            _ => None,
        }
    }
}

impl Flows {
    /// The flow that serves a purpose for a client: the client's own, or the realm's.
    ///
    /// # Errors
    /// When it is not there or cannot be run. There is no way round it: a flow that was taken away must not be replaced
    /// by a weaker one.
    pub fn bound(&self, binding: Binding, client: Option<&Client>) -> Result<Arc<Flow>, FlowFault> {
        let own = binding.client_key().zip(client).and_then(|(key, client)| {
            let overrides = client.document.get("authenticationFlowBindingOverrides")?;
            overrides.get(key)?.as_str().filter(|text| !text.is_empty())
        });
        let realms = self.bindings.get(binding.member()).map_or(binding.built_in(), String::as_str);
        self.get(own.unwrap_or(realms))
    }
}
