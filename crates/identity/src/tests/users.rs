//! Users: found by whatever they log in with, and never older than a commit that was answered.

use std::sync::Arc;

use crypto::password::PasswordHash;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    Error, Identity, NewCredential, NewUser, Realm, User, UserChange, credential,
    testing::{TestStore, on_each_database},
};

async fn by_login(identity: &Identity, realm: &Realm, login: &str) -> Option<Arc<User>> {
    identity.find_user_by_login(realm, login).await.unwrap()
}

fn with_email(username: &str, email: &str) -> NewUser {
    NewUser { email: Some(email.to_owned()), ..NewUser::named(username) }
}

#[tokio::test]
async fn a_user_is_found_by_name_and_address_in_any_case() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let id = store.add_user(&realm.id, with_email("Anna", "Anna@Example.ORG"), "secret").await;
        for login in ["anna", "ANNA", "anna@example.org", "ANNA@example.org"] {
            assert_eq!(by_login(&store.identity, &realm, login).await.expect(login).id, id);
        }
        for login in ["", "ann", "anna@example", &"a".repeat(300)] {
            assert!(by_login(&store.identity, &realm, login).await.is_none(), "{login}");
        }
        let other = store.add_realm("other", json!({})).await;
        assert!(by_login(&store.identity, &other, "anna").await.is_none(), "another realm's user");
        assert!(store.identity.find_user(&other, &id).await.unwrap().is_none(), "another realm's user by row");
    })
    .await;
}

#[tokio::test]
async fn an_address_counts_only_where_the_realm_says_so() {
    on_each_database(async |store| {
        let closed = store.add_realm("closed", json!({ "loginWithEmailAllowed": false })).await;
        store.add_user(&closed.id, with_email("anna", "a@x.org"), "secret").await;
        assert!(by_login(&store.identity, &closed, "a@x.org").await.is_none());
        let shared = store.add_realm("shared", json!({ "duplicateEmailsAllowed": true })).await;
        store.add_user(&shared.id, with_email("anna", "a@x.org"), "secret").await;
        store.add_user(&shared.id, with_email("bert", "a@x.org"), "secret").await;
        assert!(by_login(&store.identity, &shared, "a@x.org").await.is_none());
        let usual = store.add_realm("usual", json!({})).await;
        store.add_user(&usual.id, with_email("anna", "a@x.org"), "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let twice = tx.add_user(&usual.id, with_email("bert", "A@x.org")).await;
        assert!(matches!(twice, Err(Error::Conflict("email"))), "{twice:?}");
        let twice = tx.add_user(&usual.id, NewUser::named("ANNA")).await;
        assert!(matches!(twice, Err(Error::Conflict("username"))), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a_name_goes_before_an_address_even_when_it_comes_later() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let anna = store.add_user(&realm.id, with_email("anna", "a@x.org"), "secret").await;
        assert_eq!(by_login(&store.identity, &realm, "a@x.org").await.unwrap().id, anna);
        let bert = store.add_user(&realm.id, NewUser::named("a@x.org"), "secret").await;
        assert_eq!(by_login(&store.identity, &realm, "a@x.org").await.unwrap().id, bert);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_request() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let realm = store.add_realm("quay", json!({})).await;
        let id = store.add_user(&realm.id, with_email("anna", "a@x.org"), "secret").await;
        let before = by_login(identity, &realm, "anna").await.unwrap();
        assert_eq!(by_login(identity, &realm, "a@x.org").await.unwrap().id, id);

        let mut tx = identity.begin().await.unwrap();
        let change = UserChange {
            username: Some("Hanna".to_owned()),
            email: Some(None),
            enabled: Some(false),
            required_actions: Some(vec!["UPDATE_PASSWORD".to_owned()]),
            not_before: Some(9),
            ..UserChange::default()
        };
        tx.change_user(&id, change).await.unwrap();
        let values = ["one", "two"].map(str::to_owned);
        tx.set_attribute(&id, "department", &values).await.unwrap();
        tx.commit().await.unwrap();

        assert!(by_login(identity, &realm, "anna").await.is_none());
        assert!(by_login(identity, &realm, "a@x.org").await.is_none());
        let after = by_login(identity, &realm, "hanna").await.unwrap();
        assert!(after.version > before.version);
        assert_eq!((after.enabled, after.not_before, after.email.as_deref()), (false, 9, None));
        assert_eq!(after.required_actions, ["UPDATE_PASSWORD"]);
        assert_eq!(after.attributes["department"], values);

        let mut tx = identity.begin().await.unwrap();
        tx.set_attribute(&id, "department", &[]).await.unwrap();
        let role = realm.role_named("uma_authorization").unwrap();
        tx.grant_role(&id, role).await.unwrap();
        tx.grant_role(&id, role).await.unwrap();
        tx.commit().await.unwrap();
        let after = identity.find_user(&realm, &id).await.unwrap().unwrap();
        assert!(after.attributes.is_empty());
        assert_eq!(after.roles.len(), 2, "the default role and the one granted");

        let mut tx = identity.begin().await.unwrap();
        tx.remove_user(&id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(identity.find_user(&realm, &id).await.unwrap().is_none());
        assert!(by_login(identity, &realm, "hanna").await.is_none());
        let left = credential::entity::Entity::find().count(identity.store().reader()).await.unwrap();
        assert_eq!(left, 0, "credentials go with the user");
    })
    .await;
}

#[tokio::test]
async fn a_user_in_memory_costs_no_statement_on_one_node() {
    let store = TestStore::sqlite().await;
    let realm = store.add_realm("quay", json!({})).await;
    let id = store.add_user(&realm.id, with_email("anna", "a@x.org"), "secret").await;
    by_login(&store.identity, &realm, "anna").await.unwrap();
    by_login(&store.identity, &realm, "a@x.org").await.unwrap();
    let before = store.identity.statistics().statements;
    by_login(&store.identity, &realm, "ANNA").await.unwrap();
    by_login(&store.identity, &realm, "a@x.org").await.unwrap();
    store.identity.find_user(&realm, &id).await.unwrap().unwrap();
    assert_eq!(store.identity.statistics().statements, before);
}

#[tokio::test]
async fn another_nodes_change_of_a_user_is_seen_at_once() {
    on_each_database(async |mut store| {
        if store.identity.is_single_node() {
            return;
        }
        let realm = store.add_realm("quay", json!({})).await;
        let id = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let other = store.another_node().await;
        let there = other.realm("quay").await.unwrap().unwrap();
        assert!(other.find_user(&there, &id).await.unwrap().unwrap().enabled);
        let mut tx = store.identity.begin().await.unwrap();
        tx.change_user(&id, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!other.find_user(&there, &id).await.unwrap().unwrap().enabled);
        assert!(!by_login(&other, &there, "anna").await.unwrap().enabled);
        other.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn credentials_are_sealed_and_come_back() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let realm = store.add_realm("quay", json!({})).await;
        let id = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let mut tx = identity.begin().await.unwrap();
        let otp = NewCredential {
            id: None,
            kind: "otp".to_owned(),
            label: Some("phone".to_owned()),
            created_at: None,
            credential_data: "{\"subType\":\"totp\"}".to_owned(),
            secret_data: Zeroizing::new("{\"value\":\"otp-secret-1\"}".to_owned()),
            document: Value::Null,
        };
        let otp = tx.add_credential(&id, otp).await.unwrap();
        tx.commit().await.unwrap();
        let user = identity.find_user(&realm, &id).await.unwrap().unwrap();
        let kinds: Vec<_> = user.credentials.iter().map(|facts| (&*facts.kind, facts.algorithm.as_deref())).collect();
        assert_eq!(kinds, [("password", Some("argon2id-13-m8-t1-p1-l32")), ("otp", None)]);
        let opened = identity.credentials_of(&id, "otp").await.unwrap();
        assert_eq!(opened.len(), 1);
        assert!(opened[0].secret_data.contains("otp-secret-1"));
        for row in credential::entity::Entity::find().all(identity.store().reader()).await.unwrap() {
            let shown = String::from_utf8_lossy(&row.sealed);
            assert!(!shown.contains("otp-secret-1") && !shown.contains("value"), "sealed");
        }
        // A blob that was moved to another row does not open.
        let rows = credential::entity::Entity::find().all(identity.store().reader()).await.unwrap();
        let moved = crate::sealing::open(&identity.0, credential::TABLE, &rows[0].id, &rows[1].sealed);
        assert!(moved.is_err());
        let mut tx = identity.begin().await.unwrap();
        tx.remove_credential(&otp).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!identity.find_user(&realm, &id).await.unwrap().unwrap().has_credential("otp"));
    })
    .await;
}

#[tokio::test]
async fn a_rehash_replaces_only_the_password_that_was_proved() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let realm = store.add_realm("quay", json!({})).await;
        let id = store.add_user(&realm.id, NewUser::named("anna"), "old").await;
        let proved = identity.credentials_of(&id, "password").await.unwrap().remove(0);
        let hash = PasswordHash::from_keycloak(&proved.credential_data, &proved.secret_data).unwrap();

        let mut tx = identity.begin().await.unwrap();
        tx.set_password_hash(&id, &hash).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = identity.begin().await.unwrap();
        assert!(!tx.replace_password_hash(&proved.id, &proved.sealed, &hash).await.unwrap(), "changed meanwhile");
        tx.commit().await.unwrap();

        let proved = identity.credentials_of(&id, "password").await.unwrap().remove(0);
        let mut tx = identity.begin().await.unwrap();
        assert!(tx.replace_password_hash(&proved.id, &proved.sealed, &hash).await.unwrap());
        tx.commit().await.unwrap();
        let now = identity.credentials_of(&id, "password").await.unwrap();
        assert_eq!((now.len(), &now[0].id), (1, &proved.id));
        assert_ne!(now[0].sealed, proved.sealed);
    })
    .await;
}
