//! The type of every member that Keycloak 26 knows, per noun; unknown members are kept as they are.
//!
//! Keycloak reads its files with coercion of scalars: `"true"` for true, `25` for `"25"`. Files written by hand rely
//! on it, so a member is brought to its type where that loses nothing, and is a fault otherwise. `null` means absent.

use std::path::Path;

use serde_json::{Map, Value};

use crate::realm_file::fault::{At, Faults};

/// The type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// Truth value.
    Flag,
    /// Whole number that fits 32 bits with its sign.
    Int,
    /// Whole number that fits 64 bits with its sign.
    Long,
    /// List of texts.
    Texts,
    /// Object whose members are texts.
    TextMap,
    /// Object whose members are lists of texts.
    TextsMap,
    /// Object.
    Object,
    /// List of objects.
    Objects,
    /// Object whose members are lists of objects.
    ObjectsMap,
}

/// Types of a noun's members, each with the names that have it, apart by spaces.
pub(crate) type Shape = &'static [(Kind, &'static str)];

pub(crate) const REALM: Shape = &[
    (
        Kind::Text,
        "id realm displayName displayNameHtml defaultSignatureAlgorithm sslRequired keycloakVersion \
         bruteForceStrategy passwordPolicy otpPolicyType otpPolicyAlgorithm browserFlow registrationFlow \
         directGrantFlow resetCredentialsFlow clientAuthenticationFlow \
         firstBrokerLoginFlow loginTheme accountTheme adminTheme emailTheme defaultLocale \
         webAuthnPolicyRpEntityName webAuthnPolicyRpId webAuthnPolicyPasswordlessRpEntityName \
         webAuthnPolicyPasswordlessRpId",
    ),
    (
        Kind::Flag,
        "enabled revokeRefreshToken offlineSessionMaxLifespanEnabled registrationAllowed \
         registrationEmailAsUsername rememberMe verifyEmail loginWithEmailAllowed duplicateEmailsAllowed \
         resetPasswordAllowed editUsernameAllowed bruteForceProtected permanentLockout otpPolicyCodeReusable \
         organizationsEnabled adminPermissionsEnabled verifiableCredentialsEnabled scimApiEnabled \
         userManagedAccessAllowed internationalizationEnabled eventsEnabled adminEventsEnabled \
         adminEventsDetailsEnabled",
    ),
    (
        Kind::Int,
        "notBefore refreshTokenMaxReuse accessTokenLifespan accessTokenLifespanForImplicitFlow \
         ssoSessionIdleTimeout ssoSessionMaxLifespan ssoSessionIdleTimeoutRememberMe \
         ssoSessionMaxLifespanRememberMe offlineSessionIdleTimeout offlineSessionMaxLifespan \
         clientSessionIdleTimeout clientSessionMaxLifespan clientOfflineSessionIdleTimeout \
         clientOfflineSessionMaxLifespan accessCodeLifespan accessCodeLifespanUserAction accessCodeLifespanLogin \
         actionTokenGeneratedByAdminLifespan actionTokenGeneratedByUserLifespan oauth2DeviceCodeLifespan \
         oauth2DevicePollingInterval maxTemporaryLockouts maxFailureWaitSeconds minimumQuickLoginWaitSeconds \
         waitIncrementSeconds maxDeltaTimeSeconds failureFactor maxSecondaryAuthFailures otpPolicyInitialCounter \
         otpPolicyDigits otpPolicyLookAheadWindow otpPolicyPeriod webAuthnPolicyCreateTimeout \
         webAuthnPolicyPasswordlessCreateTimeout",
    ),
    (Kind::Long, "quickLoginCheckMilliSeconds eventsExpiration"),
    (
        Kind::Texts,
        "defaultRoles defaultGroups otpSupportedApplications defaultDefaultClientScopes \
         defaultOptionalClientScopes supportedLocales eventsListeners enabledEventTypes \
         webAuthnPolicySignatureAlgorithms webAuthnPolicyAcceptableAaguids webAuthnPolicyExtraOrigins \
         webAuthnPolicyPasswordlessSignatureAlgorithms webAuthnPolicyPasswordlessAcceptableAaguids \
         webAuthnPolicyPasswordlessExtraOrigins requiredCredentials",
    ),
    (Kind::TextMap, "attributes browserSecurityHeaders smtpServer"),
    (Kind::Object, "roles defaultRole localizationTexts clientProfiles clientPolicies"),
    (
        Kind::Objects,
        "groups clients clientScopes scopeMappings identityProviders identityProviderMappers protocolMappers \
         authenticationFlows authenticatorConfig requiredActions organizations userFederationProviders \
         userFederationMappers federatedUsers",
    ),
    (Kind::ObjectsMap, "clientScopeMappings components"),
];

pub(crate) const CLIENT: Shape = &[
    (
        Kind::Text,
        "id clientId name description type rootUrl adminUrl baseUrl clientAuthenticatorType secret \
         registrationAccessToken protocol origin",
    ),
    (
        Kind::Flag,
        "surrogateAuthRequired enabled alwaysDisplayInConsole bearerOnly consentRequired standardFlowEnabled \
         implicitFlowEnabled directAccessGrantsEnabled serviceAccountsEnabled authorizationServicesEnabled \
         directGrantsOnly publicClient frontchannelLogout fullScopeAllowed",
    ),
    (Kind::Int, "notBefore nodeReRegistrationTimeout"),
    (Kind::Texts, "redirectUris webOrigins defaultRoles defaultClientScopes optionalClientScopes"),
    (Kind::TextMap, "attributes authenticationFlowBindingOverrides"),
    (Kind::Object, "registeredNodes authorizationSettings access"),
    (Kind::Objects, "protocolMappers"),
];

pub(crate) const MAPPER: Shape = &[
    (Kind::Text, "id name protocol protocolMapper consentText"),
    (Kind::Flag, "consentRequired"),
    (Kind::TextMap, "config"),
];

pub(crate) const CLIENT_SCOPE: Shape =
    &[(Kind::Text, "id name description protocol"), (Kind::TextMap, "attributes"), (Kind::Objects, "protocolMappers")];

pub(crate) const ROLE: Shape = &[
    (Kind::Text, "id name description containerId"),
    (Kind::Flag, "composite clientRole scopeParamRequired"),
    (Kind::Object, "composites"),
    (Kind::TextsMap, "attributes"),
];

pub(crate) const GROUP: Shape = &[
    (Kind::Text, "id name description path parentId"),
    (Kind::Long, "subGroupCount"),
    (Kind::Texts, "realmRoles"),
    (Kind::TextsMap, "attributes clientRoles"),
    (Kind::Objects, "subGroups"),
];

pub(crate) const USER: Shape = &[
    (
        Kind::Text,
        "id username firstName lastName email origin federationLink serviceAccountClientId self membershipType",
    ),
    (Kind::Flag, "emailVerified enabled totp"),
    (Kind::Int, "notBefore"),
    (Kind::Long, "createdTimestamp"),
    (Kind::Texts, "disableableCredentialTypes requiredActions realmRoles groups"),
    (Kind::TextsMap, "attributes clientRoles"),
    (Kind::Objects, "credentials federatedIdentities clientConsents"),
];

pub(crate) const CREDENTIAL: Shape = &[
    (
        Kind::Text,
        "id type userLabel secretData credentialData value federationLink device hashedSaltedValue salt algorithm",
    ),
    (Kind::Flag, "temporary"),
    (Kind::Int, "hashIterations counter digits period priority"),
    (Kind::Long, "createdDate"),
];

pub(crate) const IDENTITY_PROVIDER: Shape = &[
    (
        Kind::Text,
        "alias displayName internalId providerId firstBrokerLoginFlowAlias postBrokerLoginFlowAlias \
         organizationId",
    ),
    (Kind::Flag, "enabled trustEmail storeToken addReadTokenRoleOnCreate authenticateByDefault linkOnly"),
    (Kind::TextMap, "config"),
];

pub(crate) const IDENTITY_PROVIDER_MAPPER: Shape =
    &[(Kind::Text, "id name identityProviderAlias identityProviderMapper"), (Kind::TextMap, "config")];

pub(crate) const FLOW: Shape = &[
    (Kind::Text, "id alias description providerId"),
    (Kind::Flag, "topLevel builtIn"),
    (Kind::Objects, "authenticationExecutions"),
];

pub(crate) const EXECUTION: Shape = &[
    (Kind::Text, "authenticatorConfig authenticator requirement flowAlias"),
    (Kind::Flag, "authenticatorFlow autheticatorFlow userSetupAllowed"),
    (Kind::Int, "priority"),
];

pub(crate) const AUTHENTICATOR_CONFIG: Shape = &[(Kind::Text, "id alias"), (Kind::TextMap, "config")];

pub(crate) const REQUIRED_ACTION: Shape = &[
    (Kind::Text, "alias name providerId"),
    (Kind::Flag, "enabled defaultAction"),
    (Kind::Int, "priority"),
    (Kind::TextMap, "config"),
];

pub(crate) const COMPONENT: Shape =
    &[(Kind::Text, "id name providerId subType"), (Kind::ObjectsMap, "subComponents"), (Kind::TextsMap, "config")];

pub(crate) const EXECUTION_INFO: Shape = &[
    (Kind::Text, "id requirement displayName alias description providerId authenticationConfig flowId"),
    (Kind::Flag, "configurable authenticationFlow"),
    (Kind::Int, "level index priority"),
    (Kind::Texts, "requirementChoices"),
];

pub(crate) const REQUIRED_ACTION_CONFIG: Shape = &[(Kind::TextMap, "config")];

pub(crate) const PARTIAL_IMPORT: Shape = &[
    (Kind::Text, "ifResourceExists policy"),
    (Kind::Objects, "users groups clients identityProviders identityProviderMappers"),
    (Kind::Object, "roles"),
];

pub(crate) const INITIAL_ACCESS: Shape = &[(Kind::Int, "expiration count"), (Kind::Texts, "webOrigins")];

/// Brings every known member of `object` to its type; what cannot be brought there is a fault and is taken out, so
/// that later checks meet right types only.
pub(crate) fn settle(object: &mut Map<String, Value>, shape: Shape, file: &Path, at: &At<'_>, faults: &mut Faults) {
    for (kind, names) in shape {
        for name in names.split_whitespace() {
            let Some(value) = object.get_mut(name) else { continue };
            if value.is_null() {
                object.shift_remove(name);
            } else if let Err(reason) = settle_value(value, *kind) {
                faults.add(file, &at.member(name), reason);
                object.shift_remove(name);
            }
        }
    }
}

fn settle_value(value: &mut Value, kind: Kind) -> Result<(), &'static str> {
    match kind {
        Kind::Text => text(value),
        Kind::Flag => match value {
            Value::Bool(_) => Ok(()),
            Value::String(word) if word.eq_ignore_ascii_case("true") => {
                *value = Value::Bool(true);
                Ok(())
            }
            Value::String(word) if word.eq_ignore_ascii_case("false") => {
                *value = Value::Bool(false);
                Ok(())
            }
            _ => Err("must be true or false"),
        },
        Kind::Int => {
            whole(value)?;
            match value.as_i64() {
                Some(number) if i32::try_from(number).is_ok() => Ok(()),
                _ => Err("must be a whole number between -2147483648 and 2147483647"),
            }
        }
        Kind::Long => whole(value),
        Kind::Texts => each_of_list(value, text, "must be a list of texts"),
        Kind::TextMap => each_of_object(value, text, "must be an object whose members are texts"),
        Kind::TextsMap => {
            let list =
                |value: &mut Value| each_of_list(value, text, "must be an object whose members are lists of texts");
            each_of_object(value, list, "must be an object whose members are lists of texts")
        }
        Kind::Object => object(value),
        Kind::Objects => each_of_list(value, object, "must be a list of objects"),
        Kind::ObjectsMap => {
            let list =
                |value: &mut Value| each_of_list(value, object, "must be an object whose members are lists of objects");
            each_of_object(value, list, "must be an object whose members are lists of objects")
        }
    }
}

fn text(value: &mut Value) -> Result<(), &'static str> {
    match value {
        Value::String(text) if text.contains('\0') => Err("holds a NUL character, which no database text may hold"),
        Value::String(_) => Ok(()),
        Value::Bool(_) | Value::Number(_) => {
            *value = Value::String(value.to_string());
            Ok(())
        }
        _ => Err("must be text"),
    }
}

fn object(value: &mut Value) -> Result<(), &'static str> {
    if value.is_object() { Ok(()) } else { Err("must be an object") }
}

fn whole(value: &mut Value) -> Result<(), &'static str> {
    if value.as_i64().is_some() {
        return Ok(());
    }
    match value.as_str().map(str::parse::<i64>) {
        Some(Ok(number)) => {
            *value = Value::Number(number.into());
            Ok(())
        }
        _ => Err("must be a whole number"),
    }
}

fn each_of_list(
    value: &mut Value,
    item: impl Fn(&mut Value) -> Result<(), &'static str>,
    reason: &'static str,
) -> Result<(), &'static str> {
    let Value::Array(items) = value else { return Err(reason) };
    items.iter_mut().try_for_each(|one| item(one).map_err(|_| reason))
}

fn each_of_object(
    value: &mut Value,
    member: impl Fn(&mut Value) -> Result<(), &'static str>,
    reason: &'static str,
) -> Result<(), &'static str> {
    let Value::Object(members) = value else { return Err(reason) };
    members.retain(|_, one| !one.is_null());
    members.values_mut().try_for_each(|one| member(one).map_err(|_| reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settled(mut value: Value, shape: Shape) -> (Value, Vec<String>) {
        let mut faults = Faults::new(10);
        settle(value.as_object_mut().unwrap(), shape, Path::new("f"), &At::Root, &mut faults);
        (value, faults.into_list().into_iter().map(|f| f.pointer).collect())
    }

    #[test]
    fn scalars_are_brought_to_their_type() {
        let (value, faults) = settled(
            json!({"enabled": "TRUE", "notBefore": "7", "attributes": {"a": 5, "b": true, "c": null}, "other": [1], "name": null}),
            CLIENT,
        );
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(
            value,
            json!({"enabled": true, "notBefore": 7, "attributes": {"a": "5", "b": "true"}, "other": [1]})
        );
    }

    #[test]
    fn a76_wrong_types_are_faults_at_their_place() {
        let (value, faults) = settled(
            json!({"enabled": "maybe", "notBefore": 3_000_000_000_i64, "attributes": [], "redirectUris": [{}], "clientId": {}}),
            CLIENT,
        );
        assert_eq!(faults, ["/clientId", "/enabled", "/notBefore", "/redirectUris", "/attributes"]);
        assert_eq!(value, json!({}));
    }
}
