//! Keycloak's representations one by one, as administration takes them in: the same members and types as in a realm file.

use std::path::Path;

use serde_json::{Map, Value};

use super::check::shape::{self, Shape, settle};
use super::fault::{At, Faults};
use crate::FieldFault;

/// Faults of one representation that are told.
const FAULTS: usize = 20;

/// One of Keycloak's representations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Representation {
    /// Keycloak's name of it.
    pub name: &'static str,
    shape: Shape,
    /// Members that are known, of whatever type.
    others: &'static str,
}

macro_rules! representations {
    ($($(#[$doc:meta])* $name:ident = $keycloak:literal, $shape:expr, $others:literal;)*) => {
        impl Representation { $(
            $(#[$doc])*
            pub const $name: Self = Self { name: $keycloak, shape: $shape, others: $others };
        )* }
    };
}

representations! {
    /// A realm.
    REALM = "RealmRepresentation", shape::REALM,
        "users dockerAuthenticationFlow webAuthnPolicyAttestationConveyancePreference webAuthnPolicyAuthenticatorAttachment \
         webAuthnPolicyRequireResidentKey webAuthnPolicyResidentKey webAuthnPolicyUserVerificationRequirement \
         webAuthnPolicyAvoidSameAuthenticatorRegister webAuthnPolicyPasswordlessAttestationConveyancePreference \
         webAuthnPolicyPasswordlessAuthenticatorAttachment webAuthnPolicyPasswordlessRequireResidentKey \
         webAuthnPolicyPasswordlessResidentKey webAuthnPolicyPasswordlessUserVerificationRequirement \
         webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister webAuthnPolicyPasswordlessPasskeysEnabled \
         webAuthnPolicyPasswordlessMediation adminPermissionsClient privateKey publicKey certificate codeSecret applications \
         applicationScopeMappings oauthClients social updateProfileOnInitialSocialLogin socialProviders passwordCredentialGrantAllowed \
         realmCacheEnabled userCacheEnabled clientTemplates jwksUri cibaPolicy userProfile";
    /// A client.
    CLIENT = "ClientRepresentation", shape::CLIENT, "clientTemplate useTemplateConfig useTemplateScope useTemplateMappers";
    /// A client scope.
    CLIENT_SCOPE = "ClientScopeRepresentation", shape::CLIENT_SCOPE, "";
    /// A protocol mapper.
    MAPPER = "ProtocolMapperRepresentation", shape::MAPPER, "";
    /// A role.
    ROLE = "RoleRepresentation", shape::ROLE, "";
    /// A group.
    GROUP = "GroupRepresentation", shape::GROUP, "access";
    /// A user.
    USER = "UserRepresentation", shape::USER, "userProfileMetadata access applicationRoles socialLinks";
    /// A credential.
    CREDENTIAL = "CredentialRepresentation", shape::CREDENTIAL, "config";
    /// An identity provider.
    IDENTITY_PROVIDER = "IdentityProviderRepresentation", shape::IDENTITY_PROVIDER,
        "hideOnLogin updateProfileFirstLoginMode updateProfileFirstLogin types";
    /// A mapper of an identity provider.
    IDENTITY_PROVIDER_MAPPER = "IdentityProviderMapperRepresentation", shape::IDENTITY_PROVIDER_MAPPER, "";
    /// An authentication flow.
    FLOW = "AuthenticationFlowRepresentation", shape::FLOW, "";
    /// An execution, as it is made by itself.
    EXECUTION = "AuthenticationExecutionRepresentation", shape::EXECUTION, "id flowId parentFlow";
    /// An execution, as the list of a flow's executions has it.
    EXECUTION_INFO = "AuthenticationExecutionInfoRepresentation", shape::EXECUTION_INFO, "";
    /// A configuration of an authenticator.
    AUTHENTICATOR_CONFIG = "AuthenticatorConfigRepresentation", shape::AUTHENTICATOR_CONFIG, "";
    /// A required action.
    REQUIRED_ACTION = "RequiredActionProviderRepresentation", shape::REQUIRED_ACTION, "";
    /// A configuration of a required action.
    REQUIRED_ACTION_CONFIG = "RequiredActionConfigRepresentation", shape::REQUIRED_ACTION_CONFIG, "";
    /// A component.
    COMPONENT = "ComponentRepresentation", shape::COMPONENT, "providerType parentId";
    /// A part of a realm that comes in.
    PARTIAL_IMPORT = "PartialImportRepresentation", shape::PARTIAL_IMPORT, "";
    /// A right to register clients.
    INITIAL_ACCESS = "ClientInitialAccessCreatePresentation", shape::INITIAL_ACCESS, "";
}

impl Representation {
    /// Whether this is one of its members.
    #[must_use]
    pub fn knows(&self, member: &str) -> bool {
        let listed = |names: &str| names.split_whitespace().any(|name| name == member);
        self.shape.iter().any(|(_, names)| listed(names)) || listed(self.others)
    }

    /// Brings every member to its type, and takes `null` away: for Keycloak it means absent.
    ///
    /// # Errors
    /// Members that cannot be brought to their type.
    pub fn settle(&self, document: &mut Map<String, Value>) -> Result<(), Vec<FieldFault>> {
        document.retain(|_, value| !value.is_null());
        let mut faults = Faults::new(FAULTS);
        settle(document, self.shape, Path::new(""), &At::Root, &mut faults);
        let told: Vec<FieldFault> = faults
            .into_list()
            .into_iter()
            .map(|fault| FieldFault::new(fault.pointer.trim_start_matches('/'), fault.reason))
            .collect();
        if told.is_empty() { Ok(()) } else { Err(told) }
    }
}
