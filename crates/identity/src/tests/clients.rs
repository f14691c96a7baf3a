//! Clients and client scopes in the snapshot.

use serde_json::{Value, json};

use crate::{
    MapperOwner, MapperSeed, RoleId,
    test_store::{Town, each_database},
};

const OIDC: &str = "openid-connect";

fn seed(name: &str, protocol: &str) -> MapperSeed {
    MapperSeed { name: name.to_owned(), mapper: "m".to_owned(), protocol: protocol.to_owned(), config: [].into() }
}

fn role(client: Option<&crate::ClientId>, name: &str) -> crate::NewRole {
    crate::NewRole { id: None, client: client.cloned(), name: name.to_owned(), document: Value::Null }
}

impl Town {
    /// A client with these members, and the realm's snapshot that has it.
    async fn client(&mut self, document: Value) {
        let mut tx = self.identity.begin().await.unwrap();
        tx.add_client(&self.realm.id, document).await.unwrap();
        tx.commit().await.unwrap();
        self.realm = self.store.realm("town").await;
    }
}

#[tokio::test]
async fn scopes_come_with_their_mappers_and_clients_with_their_scopes_in_order() {
    each_database(async |mut town| {
        let mut tx = town.identity.begin().await.unwrap();
        for (name, protocol) in [("alpha", OIDC), ("beta", OIDC), ("other", "saml")] {
            let id = tx
                .add_client_scope(
                    &town.realm.id,
                    json!({ "name": name, "protocol": protocol, "attributes": { "gui.order": "1", "empty": "" } }),
                )
                .await
                .unwrap();
            tx.add_mapper(&MapperOwner::Scope(id.clone()), seed(&format!("of {name}"), protocol)).await.unwrap();
        }
        tx.commit().await.unwrap();
        town.client(json!({ "clientId": "web", "protocol": OIDC, "defaultClientScopes": ["beta", "other"],
            "optionalClientScopes": ["alpha"] }))
            .await;
        let id = town.realm.client("web").unwrap().id.clone();
        let mut tx = town.identity.begin().await.unwrap();
        tx.add_mapper(&MapperOwner::Client(id.clone()), seed("own", OIDC)).await.unwrap();
        tx.commit().await.unwrap();
        let realm = town.store.realm("town").await;
        let web = realm.client("web").unwrap();

        let names = |scopes: &[std::sync::Arc<crate::ClientScope>]| -> Vec<String> {
            scopes.iter().map(|scope| scope.name.to_string()).collect()
        };
        assert_eq!(names(&web.default_scopes), ["beta"], "a scope of another protocol says nothing");
        assert_eq!(names(&web.optional_scopes), ["alpha"]);
        let mappers = |mappers: &[std::sync::Arc<crate::Mapper>]| -> Vec<String> {
            mappers.iter().map(|mapper| mapper.name.clone()).collect()
        };
        assert_eq!(mappers(&web.own_mappers), ["own"]);
        assert_eq!(mappers(&web.mappers), ["own", "of beta"]);
        let alpha = realm.scope_named("alpha").unwrap();
        assert_eq!(mappers(&alpha.mappers), ["of alpha"]);
        assert_eq!(alpha.attribute("gui.order"), Some("1"));
        assert_eq!(alpha.attribute("empty"), None);
        assert!(realm.scope_named("gamma").is_none());
        assert!(realm.scopes().any(|scope| *scope.name == *"other"));
    })
    .await;
}

#[tokio::test]
async fn scope_mappings_of_the_document_become_roles() {
    each_database(async |mut town| {
        let realm = town.realm.id.clone();
        let mut tx = town.identity.begin().await.unwrap();
        let of_realm = tx.add_role(&realm, role(None, "captain")).await.unwrap();
        tx.add_client_scope(&realm, json!({ "name": "alpha", "protocol": OIDC })).await.unwrap();
        let shop = tx.add_client(&realm, json!({ "clientId": "shop", "protocol": OIDC })).await.unwrap();
        let of_client = tx.add_role(&realm, role(Some(&shop), "buyer")).await.unwrap();
        tx.add_composite(&of_realm, &of_client).await.unwrap();
        tx.commit().await.unwrap();
        town.client(json!({ "clientId": "web", "protocol": OIDC, "fullScopeAllowed": false })).await;
        town.set(json!({
            "scopeMappings": [{ "clientScope": "alpha", "roles": ["captain", "captain", "gone"] }, { "client": "web", "roles": ["captain"] }],
            "clientScopeMappings": { "shop": [{ "client": "web", "roles": ["buyer", "gone"] }], "gone": [{ "client": "web", "roles": ["x"] }] },
        }))
        .await;
        let web = town.realm.client("web").unwrap();
        assert_eq!(town.realm.scope_named("alpha").unwrap().roles, std::slice::from_ref(&of_realm));
        assert_eq!(web.scope_roles, [of_realm.clone(), of_client.clone()]);
        assert!(town.realm.client("shop").unwrap().scope_roles.is_empty());
        let closure = town.realm.role_closure(std::slice::from_ref(&of_realm));
        assert_eq!(*closure, [of_realm.clone(), of_client.clone()].into());
        assert!(std::sync::Arc::ptr_eq(&closure, &town.realm.role_closure(std::slice::from_ref(&of_realm))));
        let own: Vec<&RoleId> = town.realm.roles_of_client(&shop).collect();
        assert_eq!(own, [&of_client]);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_as_keycloak_makes_it() {
    each_database(async |mut town| {
        town.client(json!({ "clientId": "web", "protocol": OIDC })).await;
        let web = town.realm.client("web").unwrap();
        let flags = [web.standard_flow, web.full_scope_allowed];
        assert_eq!(flags, [true; 2]);
        let flags = [
            web.public,
            web.bearer_only,
            web.service_accounts,
            web.implicit_flow,
            web.direct_grants,
            web.consent_required,
            web.frontchannel_logout,
        ];
        assert_eq!(flags, [false; 7]);
        assert_eq!(&*web.authenticator, "client-secret");
        assert_eq!((&web.root_url, &web.base_url, &web.admin_url), (&None, &None, &None));
        assert!(web.secret.is_none());
    })
    .await;
}

#[tokio::test]
async fn a77_a_clients_secrets_are_open_in_memory_and_shown_nowhere() {
    each_database(async |mut town| {
        town.client(json!({
            "clientId": "web", "protocol": OIDC, "secret": "canary-1", "registrationAccessToken": "canary-2",
            "publicClient": true, "rootUrl": "https://web.example", "clientAuthenticatorType": "client-jwt",
            "attributes": { "client.secret.rotated": "canary-3", "jwks.string": "{\"keys\":[]}", "use.jwks.string": "true", "x": "y" },
        }))
        .await;
        let web = town.realm.client("web").unwrap();
        let secret = web.secret.as_ref().unwrap();
        assert!(secret.matches("canary-1") && !secret.matches("canary-2"));
        assert_eq!(secret.expose(), "canary-1");
        assert_eq!(web.registration_token.as_ref().unwrap().expose(), "canary-2");
        assert_eq!(web.sealed_attribute("client.secret.rotated").unwrap().expose(), "canary-3");
        assert_eq!(web.attribute("client.secret.rotated"), None);
        assert_eq!(web.attribute("jwks.string"), Some("{\"keys\":[]}"), "public keys are no secret");
        assert_eq!(web.attribute("use.jwks.string"), Some("true"));
        assert_eq!(web.attribute("x"), Some("y"));
        assert_eq!(web.root_url.as_deref(), Some("https://web.example"));
        assert_eq!(&*web.authenticator, "client-jwt");
        assert!(web.public);
        let shown = format!("{web:?} {:?} {:?} {:?}", web.secret, web.document, web.attributes);
        assert!(!shown.contains("canary"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn a_new_realms_typed_settings_are_those_of_an_empty_document() {
    each_database(async |town| {
        let typed = &town.realm.settings;
        let empty = crate::RealmSettings::from_document(&json!({})).unwrap();
        assert_eq!(typed.sso_session_idle_timeout, 1800);
        assert_eq!(typed.oauth2_device_code_lifespan, 600);
        let pairs = [
            (typed.sso_session_max_lifespan, empty.sso_session_max_lifespan),
            (typed.offline_session_idle_timeout, empty.offline_session_idle_timeout),
            (typed.offline_session_max_lifespan, empty.offline_session_max_lifespan),
            (typed.access_token_lifespan_for_implicit_flow, empty.access_token_lifespan_for_implicit_flow),
            (typed.access_code_lifespan, empty.access_code_lifespan),
            (typed.access_code_lifespan_user_action, empty.access_code_lifespan_user_action),
            (typed.access_code_lifespan_login, empty.access_code_lifespan_login),
            (typed.action_token_generated_by_admin_lifespan, empty.action_token_generated_by_admin_lifespan),
            (typed.action_token_generated_by_user_lifespan, empty.action_token_generated_by_user_lifespan),
            (typed.oauth2_device_code_lifespan, empty.oauth2_device_code_lifespan),
            (typed.oauth2_device_polling_interval, empty.oauth2_device_polling_interval),
        ];
        for (index, (made, absent)) in pairs.into_iter().enumerate() {
            assert_eq!(made, absent, "{index}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_lifetime_is_read_from_its_member() {
    let members = [
        ("ssoSessionIdleTimeout", 11),
        ("ssoSessionMaxLifespan", 12),
        ("ssoSessionIdleTimeoutRememberMe", 13),
        ("ssoSessionMaxLifespanRememberMe", 14),
        ("offlineSessionIdleTimeout", 15),
        ("offlineSessionMaxLifespan", 16),
        ("clientSessionIdleTimeout", 17),
        ("clientSessionMaxLifespan", 18),
        ("clientOfflineSessionIdleTimeout", 19),
        ("clientOfflineSessionMaxLifespan", 20),
        ("accessTokenLifespanForImplicitFlow", 21),
        ("accessCodeLifespan", 22),
        ("accessCodeLifespanUserAction", 23),
        ("accessCodeLifespanLogin", 24),
        ("actionTokenGeneratedByAdminLifespan", 25),
        ("actionTokenGeneratedByUserLifespan", 26),
        ("oauth2DeviceCodeLifespan", 27),
        ("oauth2DevicePollingInterval", 28),
        ("refreshTokenMaxReuse", 29),
    ];
    let document: serde_json::Map<String, Value> =
        members.iter().map(|(name, seconds)| ((*name).to_owned(), json!(seconds))).collect();
    let read = crate::RealmSettings::from_document(&Value::Object(document)).unwrap();
    let values = [
        read.sso_session_idle_timeout,
        read.sso_session_max_lifespan,
        read.sso_session_idle_timeout_remember_me,
        read.sso_session_max_lifespan_remember_me,
        read.offline_session_idle_timeout,
        read.offline_session_max_lifespan,
        read.client_session_idle_timeout,
        read.client_session_max_lifespan,
        read.client_offline_session_idle_timeout,
        read.client_offline_session_max_lifespan,
        read.access_token_lifespan_for_implicit_flow,
        read.access_code_lifespan,
        read.access_code_lifespan_user_action,
        read.access_code_lifespan_login,
        read.action_token_generated_by_admin_lifespan,
        read.action_token_generated_by_user_lifespan,
        read.oauth2_device_code_lifespan,
        read.oauth2_device_polling_interval,
        read.refresh_token_max_reuse,
    ];
    assert!(values.into_iter().eq(11..=29), "{values:?}");
}

#[tokio::test]
async fn a39_internal_tokens_are_a_realms_own_on_every_node() {
    each_database(async |mut town| {
        let identity = &town.identity;
        let token = identity.sign_internal(&town.realm, crate::InternalKind::Identity, &json!({ "sid": "s" })).unwrap();
        let claims: Value = identity.read_internal(&town.realm, &token).unwrap();
        assert_eq!(claims, json!({ "sid": "s", "typ": "Serialized-ID" }));
        let other = town.store.add_realm("other", json!({})).await;
        let foreign = town.identity.read_internal::<Value>(&other, &token);
        assert_eq!(foreign, Err(crate::InternalTokenError::UnknownKey));
        for typ in ["Refresh", "Bearer"] {
            let refused =
                town.identity.sign_internal(&town.realm, crate::InternalKind::VerifyEmail, &json!({ "typ": typ }));
            assert!(refused.is_err(), "{typ}");
        }
        let second = town.store.another_node().await;
        let realm = second.realm("town").await.unwrap().unwrap();
        assert!(second.read_internal::<Value>(&realm, &token).is_ok());
        second.shutdown().await;
    })
    .await;
}
