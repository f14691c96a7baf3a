//! Making, changing and removing realms, and what is in them from the start.

use std::collections::BTreeSet;

use crypto::{
    password::{HashSpec, PasswordHash},
    secret::Secret,
};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};

use crate::{
    Error, Identity, NewRealm, NewRole, NewUser, Realm, Ticket, client, realm,
    testing::{CHEAP, TestStore, on_each_database},
    user,
};

const RECORDED_CLIENTS: [&str; 6] =
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];

async fn hash(identity: &Identity, password: &str) -> PasswordHash {
    let spec: HashSpec = CHEAP;
    identity.hashing().hash(spec, &Secret::from(password.to_owned()), [7; 16]).await.unwrap()
}

fn clients(realm: &Realm) -> BTreeSet<&str> {
    realm.clients().map(|client| &*client.client_id).collect()
}

#[tokio::test]
async fn a_new_realm_is_what_keycloak_makes() {
    on_each_database(async |store| {
        let realm = store.add_realm("Quay", json!({ "sslRequired": "none" })).await;
        assert_eq!(clients(&realm), BTreeSet::from(RECORDED_CLIENTS));
        assert_eq!(realm.settings.access_token_lifespan, 300);
        assert_eq!(realm.settings.ssl_required, crate::SslRequired::None);
        let default = realm.role_named("default-roles-quay").expect("the default role");

        let user = store.add_user(&realm.id, NewUser::named("Anna"), "secret").await;
        let user = store.identity.find_user(&realm, &user).await.unwrap().unwrap();
        assert_eq!(user.username, "anna");
        assert_eq!(user.roles, std::slice::from_ref(default));
        let effective = realm.effective(&user);
        let names: BTreeSet<_> = effective.roles.iter().filter_map(|role| realm.role_name(role)).collect();
        let expected = BTreeSet::from([
            (None, "default-roles-quay"),
            (None, "offline_access"),
            (None, "uma_authorization"),
            (Some("account"), "manage-account"),
            (Some("account"), "manage-account-links"),
            (Some("account"), "view-profile"),
        ]);
        assert_eq!(names, expected);
        let scopes = &realm.client("account").unwrap().mappers;
        assert!(
            scopes.iter().any(|mapper| mapper.mapper == "oidc-sub-mapper"),
            "mappers come with default client scopes"
        );
        assert!(scopes.iter().all(|mapper| mapper.protocol == "openid-connect"));
    })
    .await;
}

#[tokio::test]
async fn master_is_made_once_and_manages_the_others() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let password = hash(identity, "first").await;
        let admin = identity.bootstrap_master("Admin", &password).await.unwrap().expect("made");
        assert_eq!(identity.bootstrap_master("again", &password).await.unwrap(), None);
        let quay = store.add_realm("quay", json!({})).await;
        let master = store.realm("master").await;
        let wanted = [
            "account",
            "account-console",
            "admin-cli",
            "broker",
            "master-realm",
            "quay-realm",
            "security-admin-console",
        ];
        assert_eq!(clients(&master), BTreeSet::from(wanted));
        assert_eq!(master.settings.access_token_lifespan, 60);

        let admin = identity.find_user(&master, &admin).await.unwrap().unwrap();
        assert_eq!(admin.username, "admin");
        let effective = master.effective(&admin);
        for (client, role) in [("quay-realm", "manage-users"), ("master-realm", "query-groups")] {
            assert!(effective.has_role(master.client_role_named(client, role).unwrap()), "{client} {role}");
        }
        assert!(master.client_role_named("quay-realm", "realm-admin").is_none());

        let mut tx = identity.begin().await.unwrap();
        tx.remove_realm(&quay.id).await.unwrap();
        assert!(matches!(tx.remove_realm(&master.id).await, Err(Error::Refused(_))));
        tx.commit().await.unwrap();
        assert!(identity.realm("quay").await.unwrap().is_none());
        assert!(store.realm("master").await.client("quay-realm").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_removed_realm_leaves_no_row() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        store.identity.ensure_keys(&realm, &[crypto::algorithm::Algorithm::Es256]).await.unwrap();
        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_realm(&realm.id).await.unwrap();
        tx.commit().await.unwrap();
        let reader = store.identity.store().reader();
        let tables = [
            "realm",
            "client",
            "client_scope",
            "client_scope_binding",
            "protocol_mapper",
            "role",
            "role_composite",
            "user_group",
            "realm_user",
            "user_attribute",
            "user_role",
            "credential",
            "realm_key",
            "ticket",
            "event",
        ];
        for table in tables {
            let count =
                Statement::from_string(reader.get_database_backend(), format!("SELECT count(*) AS n FROM {table}"));
            let row = reader.query_one_raw(count).await.unwrap().unwrap();
            assert_eq!(row.try_get::<i64>("", "n").unwrap(), 0, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_dropped_unit_of_work_changes_nothing() {
    on_each_database(async |store| {
        let before = store.add_realm("quay", json!({})).await;
        let mut tx = store.identity.begin().await.unwrap();
        tx.change_realm(&before.id, json!({ "enabled": false })).await.unwrap();
        tx.add_user(&before.id, NewUser::named("ghost")).await.unwrap();
        drop(tx);
        let after = store.realm("quay").await;
        assert!(after.enabled);
        assert_eq!(after.version, before.version);
        assert_eq!(user::entity::Entity::find().count(store.identity.store().reader()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn settings_change_by_member_and_secrets_never_stand_in_a_column() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({ "displayName": "The quay" })).await;
        let mut tx = store.identity.begin().await.unwrap();
        let patch = json!({
            "accessTokenLifespan": 77, "displayName": null,
            "smtpServer": { "host": "localhost", "password": "mail-secret-1" },
        });
        tx.change_realm(&realm.id, patch).await.unwrap();
        let client = json!({ "clientId": "web", "protocol": "openid-connect", "secret": "client-secret-1" });
        let client_id = tx.add_client(&realm.id, client).await.unwrap();
        tx.commit().await.unwrap();
        let realm = store.realm("quay").await;
        assert_eq!(realm.settings.access_token_lifespan, 77);
        assert_eq!(realm.settings.display_name, None);
        assert!(!realm.document.to_string().contains("mail-secret-1"));

        let mut tx = store.identity.begin().await.unwrap();
        tx.change_realm(&realm.id, json!({ "accessTokenLifespan": 78 })).await.unwrap();
        tx.change_client(&client_id, json!({ "attributes": { "a": "1" } })).await.unwrap();
        tx.commit().await.unwrap();
        let reader = store.identity.store().reader();
        let row = realm::entity::Entity::find_by_id(realm.id.as_str()).one(reader).await.unwrap().unwrap();
        assert!(!row.document.contains("mail-secret-1"));
        let kept = crate::sealing::open_secrets(
            &store.identity.0,
            crate::sealing::Noun::Realm,
            &row.id,
            row.sealed.as_deref(),
        );
        assert!(Value::Object(kept.unwrap()).to_string().contains("mail-secret-1"), "a change keeps the secrets");
        let row = client::entity::Entity::find_by_id(client_id.as_str()).one(reader).await.unwrap().unwrap();
        assert!(!row.document.contains("client-secret-1") && row.sealed.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_by_field() {
    let store = TestStore::sqlite().await;
    let realm = store.add_realm("quay", json!({})).await;
    let mut tx = store.identity.begin().await.unwrap();
    let field = |error: Error| match error {
        Error::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>().join(","),
        other => panic!("{other:?}"),
    };
    for name in ["", "a/b", "..", " a", "a\n", &"x".repeat(256)] {
        let new = NewRealm { id: None, name: name.to_owned(), document: Value::Null };
        assert_eq!(field(tx.add_realm(new).await.unwrap_err()), "realm", "{name:?}");
    }
    let taken = NewRealm { id: None, name: "quay".to_owned(), document: Value::Null };
    assert!(matches!(tx.add_realm(taken).await, Err(Error::Conflict("realm"))));
    assert_eq!(field(tx.change_realm(&realm.id, json!({ "users": [] })).await.unwrap_err()), "users");
    assert!(matches!(tx.change_realm(&realm.id, json!({ "accessTokenLifespan": "x" })).await, Err(Error::Invalid(_))));
    assert_eq!(field(tx.add_client(&realm.id, json!({ "protocol": "docker-v2" })).await.unwrap_err()), "clientId");
    let twice = json!({ "clientId": "account", "protocol": "openid-connect" });
    assert!(matches!(tx.add_client(&realm.id, twice).await, Err(Error::Conflict("clientId"))));
    tx.commit().await.unwrap();
    assert_eq!(store.realm("quay").await.clients().count(), RECORDED_CLIENTS.len());
}

#[test]
fn values_that_cross_threads_may() {
    fn check<T: Send + Sync>() {}
    check::<Identity>();
    check::<Realm>();
    check::<Ticket>();
}

#[tokio::test]
async fn the_default_role_stays_and_stays_what_it_is() {
    on_each_database(async |store| {
        let realm = store.add_realm("Quay", json!({})).await;
        let default = realm.role_named("default-roles-quay").unwrap().clone();
        let user = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let role = |name: &str| NewRole { name: name.to_owned(), ..NewRole::default() };
        let other = tx.add_role(&realm.id, role("captain")).await.unwrap();
        tx.rename_role(&other, "mate").await.unwrap();
        tx.commit().await.unwrap();

        for attempt in 0..5 {
            let mut tx = store.identity.begin().await.unwrap();
            let refused = match attempt {
                0 => tx.remove_role(&default).await,
                1 => tx.rename_role(&default, "everybody").await,
                2 => tx.rename_role(&other, "default-roles-quay").await,
                3 => tx.change_realm(&realm.id, json!({ "defaultRole": null })).await,
                _ => tx.change_realm(&realm.id, json!({ "defaultRole": { "name": "gone" } })).await,
            };
            match attempt {
                0 | 1 => assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}"),
                2 => assert!(matches!(refused, Err(Error::Conflict("name"))), "{refused:?}"),
                _ => assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}"),
            }
            tx.roll_back().await.unwrap();
        }
        let realm = store.realm("Quay").await;
        assert_eq!(realm.role_named("default-roles-quay"), Some(&default));
        assert_eq!((realm.role_named("mate"), realm.role_named("captain")), (Some(&other), None));
        let anna = store.identity.find_user(&realm, &user).await.unwrap().unwrap();
        assert_eq!(anna.roles, std::slice::from_ref(&default));

        // Another role may take its place, and then it may go.
        let mut tx = store.identity.begin().await.unwrap();
        tx.change_realm(&realm.id, json!({ "defaultRole": { "name": "mate" } })).await.unwrap();
        tx.remove_role(&default).await.unwrap();
        assert!(matches!(tx.remove_role(&other).await, Err(Error::Refused(_))));
        tx.commit().await.unwrap();
    })
    .await;
}
