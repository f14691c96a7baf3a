//! A change and its event, in one commit.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use identity::{AdminEvent, AdminOperation, Realm, RealmId, Tx};
use protocol::Removed;
use serde_json::Value;

use crate::{Caller, Refusal};

/// What a change was made to, in Keycloak's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "Keycloak's words, one to one")]
pub enum Resource {
    Realm,
    RealmRole,
    RealmRoleMapping,
    RealmScopeMapping,
    AuthFlow,
    AuthExecutionFlow,
    AuthExecution,
    AuthenticatorConfig,
    RequiredAction,
    RequiredActionConfig,
    IdentityProvider,
    IdentityProviderMapper,
    ProtocolMapper,
    User,
    UserLoginFailure,
    UserSession,
    UserFederationProvider,
    UserFederationMapper,
    UserProfile,
    Group,
    GroupMembership,
    Client,
    ClientInitialAccessModel,
    ClientRole,
    ClientRoleMapping,
    ClientScope,
    ClientScopeMapping,
    ClientScopeClientMapping,
    ClusterNode,
    Component,
    AuthorizationResourceServer,
    AuthorizationResource,
    AuthorizationScope,
    AuthorizationPolicy,
    Organization,
    OrganizationMembership,
    Custom,
}

impl Resource {
    /// Keycloak's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Realm => "REALM",
            Self::RealmRole => "REALM_ROLE",
            Self::RealmRoleMapping => "REALM_ROLE_MAPPING",
            Self::RealmScopeMapping => "REALM_SCOPE_MAPPING",
            Self::AuthFlow => "AUTH_FLOW",
            Self::AuthExecutionFlow => "AUTH_EXECUTION_FLOW",
            Self::AuthExecution => "AUTH_EXECUTION",
            Self::AuthenticatorConfig => "AUTHENTICATOR_CONFIG",
            Self::RequiredAction => "REQUIRED_ACTION",
            Self::RequiredActionConfig => "REQUIRED_ACTION_CONFIG",
            Self::IdentityProvider => "IDENTITY_PROVIDER",
            Self::IdentityProviderMapper => "IDENTITY_PROVIDER_MAPPER",
            Self::ProtocolMapper => "PROTOCOL_MAPPER",
            Self::User => "USER",
            Self::UserLoginFailure => "USER_LOGIN_FAILURE",
            Self::UserSession => "USER_SESSION",
            Self::UserFederationProvider => "USER_FEDERATION_PROVIDER",
            Self::UserFederationMapper => "USER_FEDERATION_MAPPER",
            Self::UserProfile => "USER_PROFILE",
            Self::Group => "GROUP",
            Self::GroupMembership => "GROUP_MEMBERSHIP",
            Self::Client => "CLIENT",
            Self::ClientInitialAccessModel => "CLIENT_INITIAL_ACCESS_MODEL",
            Self::ClientRole => "CLIENT_ROLE",
            Self::ClientRoleMapping => "CLIENT_ROLE_MAPPING",
            Self::ClientScope => "CLIENT_SCOPE",
            Self::ClientScopeMapping => "CLIENT_SCOPE_MAPPING",
            Self::ClientScopeClientMapping => "CLIENT_SCOPE_CLIENT_MAPPING",
            Self::ClusterNode => "CLUSTER_NODE",
            Self::Component => "COMPONENT",
            Self::AuthorizationResourceServer => "AUTHORIZATION_RESOURCE_SERVER",
            Self::AuthorizationResource => "AUTHORIZATION_RESOURCE",
            Self::AuthorizationScope => "AUTHORIZATION_SCOPE",
            Self::AuthorizationPolicy => "AUTHORIZATION_POLICY",
            Self::Organization => "ORGANIZATION",
            Self::OrganizationMembership => "ORGANIZATION_MEMBERSHIP",
            Self::Custom => "CUSTOM",
        }
    }
}

/// What happened, for the event of a change.
#[derive(Debug, Clone)]
pub struct Happened {
    operation: AdminOperation,
    resource: Resource,
    path: String,
    representation: Option<Value>,
}

impl Happened {
    /// Something was made; `path` is where it is below the realm.
    pub fn created(resource: Resource, path: impl Into<String>) -> Self {
        Self::new(AdminOperation::Create, resource, path)
    }

    /// Something was changed.
    pub fn updated(resource: Resource, path: impl Into<String>) -> Self {
        Self::new(AdminOperation::Update, resource, path)
    }

    /// Something was removed.
    pub fn deleted(resource: Resource, path: impl Into<String>) -> Self {
        Self::new(AdminOperation::Delete, resource, path)
    }

    /// Something else was done.
    pub fn action(resource: Resource, path: impl Into<String>) -> Self {
        Self::new(AdminOperation::Action, resource, path)
    }

    /// With what came in. Secrets in it are masked before anything is kept.
    #[must_use]
    pub fn with(mut self, representation: impl Into<Value>) -> Self {
        self.representation = Some(representation.into());
        self
    }

    fn new(operation: AdminOperation, resource: Resource, path: impl Into<String>) -> Self {
        Self { operation, resource, path: path.into(), representation: None }
    }
}

/// A unit of work of an administrator. The verbs of [`Tx`] hang on it; it is committed with what happened, or dropped and
/// changes nothing.
pub struct Change<'p> {
    tx: Tx,
    caller: &'p Arc<Caller>,
    realm: &'p Arc<Realm>,
}

impl Deref for Change<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl<'p> Change<'p> {
    pub(crate) async fn begin(caller: &'p Arc<Caller>, realm: &'p Arc<Realm>) -> Result<Self, Refusal> {
        let tx = caller.portreeve().identity.begin().await?;
        Ok(Self { tx, caller, realm })
    }

    /// Tells of one thing that happened, where a change is several.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note(&mut self, happened: Happened) -> Result<(), Refusal> {
        let realm = self.realm.id.clone();
        self.note_in(&realm, happened).await
    }

    /// Lets every protocol drop what would speak for a namesake of what was removed.
    ///
    /// # Errors
    /// When a protocol fails.
    pub async fn removed(&mut self, removed: Removed<'_>) -> Result<(), Refusal> {
        let plugins = Arc::clone(&self.caller.portreeve().plugins);
        for plugin in plugins.iter() {
            plugin.subject_removed(&mut self.tx, self.realm, removed).await?;
        }
        Ok(())
    }

    /// Makes the change durable, with its event.
    ///
    /// # Errors
    /// When the store fails; nothing is changed then.
    pub async fn commit(mut self, happened: Happened) -> Result<(), Refusal> {
        self.note(happened).await?;
        Ok(self.tx.commit().await?)
    }

    /// The same where the event belongs to another realm, such as one that was just made.
    ///
    /// # Errors
    /// As [`Change::commit`].
    pub async fn commit_in(mut self, realm: &RealmId, happened: Happened) -> Result<(), Refusal> {
        self.note_in(realm, happened).await?;
        Ok(self.tx.commit().await?)
    }

    async fn note_in(&mut self, realm: &RealmId, happened: Happened) -> Result<(), Refusal> {
        let event = AdminEvent {
            actor: self.caller.actor(),
            operation: happened.operation,
            resource: happened.resource.as_str(),
            path: happened.path,
            representation: happened.representation,
        };
        Ok(self.tx.add_admin_event(realm, event).await?)
    }
}
