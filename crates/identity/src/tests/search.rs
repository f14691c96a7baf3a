//! Finding people: Keycloak's language of searches, page by page, by indexes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    Error, FederatedIdentity, NewGroup, NewUser, Page, Realm, Timestamp, UserId, UserQuery,
    testing::{TestStore, on_each_database},
};

async fn people(store: &TestStore, realm: &Realm) -> Vec<UserId> {
    let person = |name: &str, first: &str, last: &str, document: Value| NewUser {
        email: Some(format!("{name}@example.org")),
        first_name: Some(first.to_owned()),
        last_name: Some(last.to_owned()),
        enabled: name != "bob",
        attributes: [("site".to_owned(), vec!["north".to_owned(), name.to_owned()])].into(),
        document,
        ..NewUser::named(name)
    };
    let mut tx = store.identity.begin().await.unwrap();
    let mut ids = Vec::new();
    for user in [
        person("alice", "Älice", "Example", json!({ "emailVerified": true })),
        person("bob", "Bob", "Alison", json!({ "emailVerified": false })),
        person("carl_x", "Carl", "100%", Value::Null),
        NewUser::named("zoe"),
    ] {
        ids.push(tx.add_user(&realm.id, user).await.unwrap());
    }
    tx.commit().await.unwrap();
    ids
}

async fn found(store: &TestStore, realm: &Realm, query: UserQuery) -> Vec<String> {
    let users = store.identity.find_users(realm, &query, Page::first(100)).await.unwrap();
    let count = store.identity.count_users(realm, &query).await.unwrap();
    assert_eq!(count, users.len() as u64, "{query:?}");
    users.into_iter().map(|user| user.username).collect()
}

fn search(text: &str) -> UserQuery {
    UserQuery { search: Some(text.to_owned()), ..UserQuery::default() }
}

#[tokio::test]
async fn words_are_looked_for_as_keycloak_does() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let other = store.add_realm("other", json!({})).await;
        people(&store, &realm).await;
        let cases: [(&str, &[&str]); 17] = [
            ("ali", &["alice", "bob"]),
            ("ALI", &["alice", "bob"]),
            ("älI", &["alice"]),
            ("lice", &[]),
            ("*lice*", &["alice"]),
            ("\"alice\"", &["alice"]),
            ("\"alic\"", &[]),
            ("alice bob", &[]),
            ("ali exa", &["alice"]),
            ("alice@", &["alice"]),
            ("a*e", &["alice"]),
            ("carl_", &["carl_x"]),
            ("car__", &[]),
            ("100%", &["carl_x"]),
            ("zzz", &[]),
            ("*", &["alice", "bob", "carl_x", "zoe"]),
            ("a'; DROP TABLE realm_user; --", &[]),
        ];
        for (text, names) in cases {
            assert_eq!(found(&store, &realm, search(text)).await, names, "{text}");
            assert!(found(&store, &other, search(text)).await.is_empty(), "another realm's: {text}");
        }
        assert!(found(&store, &realm, search("a\0")).await.is_empty());
        let long = store.identity.find_users(&realm, &search(&"x".repeat(300)), Page::first(1)).await;
        assert!(matches!(long, Err(Error::Invalid(_))), "{long:?}");
    })
    .await;
}

#[tokio::test]
async fn every_filter_narrows_and_all_hold_together() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let ids = people(&store, &realm).await;
        let mut tx = store.identity.begin().await.unwrap();
        let group = NewGroup { name: "team".to_owned(), ..NewGroup::default() };
        let group = tx.add_group(&realm.id, group).await.unwrap();
        tx.join_group(&ids[0], &group).await.unwrap();
        let role = realm.role_named("offline_access").unwrap().clone();
        tx.grant_role(&ids[1], &role).await.unwrap();
        let link = FederatedIdentity { provider: "up".to_owned(), user_id: "1".to_owned(), username: None };
        tx.link_identity(&ids[0], link.clone()).await.unwrap();
        let client = tx.add_client(&realm.id, json!({ "clientId": "app" })).await.unwrap();
        let account = NewUser { service_account_client: Some(client), ..NewUser::named("service-account-app") };
        tx.add_user(&realm.id, account).await.unwrap();
        tx.commit().await.unwrap();
        let any = UserQuery::default;
        let text = |text: &str| Some(text.to_owned());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let cases: Vec<(UserQuery, &[&str])> = vec![
            (any(), &["alice", "bob", "carl_x", "zoe"]),
            (UserQuery { service_accounts: true, ..any() }, &["alice", "bob", "carl_x", "service-account-app", "zoe"]),
            (UserQuery { username: text("LIC"), ..any() }, &["alice"]),
            (UserQuery { username: text("lic"), exact: true, ..any() }, &[]),
            (UserQuery { username: text("Alice"), exact: true, ..any() }, &["alice"]),
            (UserQuery { email: text("example"), ..any() }, &["alice", "bob", "carl_x"]),
            (UserQuery { first_name: text("äli"), ..any() }, &["alice"]),
            (UserQuery { last_name: text("alison"), exact: true, ..any() }, &["bob"]),
            (UserQuery { enabled: Some(false), ..any() }, &["bob"]),
            (UserQuery { email_verified: Some(true), ..any() }, &["alice"]),
            (UserQuery { email_verified: Some(false), ..any() }, &["bob", "carl_x", "zoe"]),
            (UserQuery { attributes: vec![pair("site", "north")], ..any() }, &["alice", "bob", "carl_x"]),
            (UserQuery { attributes: vec![pair("site", "north"), pair("site", "bob")], ..any() }, &["bob"]),
            (UserQuery { attributes: vec![pair("site", "nor")], ..any() }, &[]),
            (UserQuery { identity_provider: text("up"), ..any() }, &["alice"]),
            (UserQuery { identity_provider: text("up"), identity_user: text("2"), ..any() }, &[]),
            (UserQuery { identity_user: text("1"), ..any() }, &["alice"]),
            (UserQuery { group: Some(group.clone()), ..any() }, &["alice"]),
            (UserQuery { role: Some(role), ..any() }, &["bob"]),
            (UserQuery { search: text("ali"), enabled: Some(true), ..any() }, &["alice"]),
            (UserQuery { created_after: Some(Timestamp(0)), search: text("z"), ..any() }, &["zoe"]),
            (UserQuery { created_before: Some(Timestamp(1)), ..any() }, &[]),
        ];
        for (query, names) in cases {
            assert_eq!(found(&store, &realm, query.clone()).await, names, "{query:?}");
        }
        let mut tx = store.identity.begin().await.unwrap();
        let twice = tx.link_identity(&ids[0], link).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a80_pages_join_without_gaps_and_no_number_breaks_them() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let mut tx = store.identity.begin().await.unwrap();
        for number in 0..1_300 {
            let user = NewUser { email: Some(format!("u{number}@x.org")), ..NewUser::named(format!("u{number:05}")) };
            tx.add_user(&realm.id, user).await.unwrap();
        }
        tx.commit().await.unwrap();
        for query in [UserQuery::default(), search("u"), search("*0*")] {
            let all = store.identity.count_users(&realm, &query).await.unwrap();
            let mut seen = BTreeSet::new();
            let mut first = 0;
            loop {
                let page = Page { first, max: 100 };
                let users = store.identity.find_users(&realm, &query, page).await.unwrap();
                if users.is_empty() {
                    break;
                }
                first += users.len() as u64;
                for user in users {
                    assert!(seen.last().is_none_or(|last| *last < user.username), "in order, and once");
                    seen.insert(user.username);
                }
            }
            assert_eq!(seen.len() as u64, all, "{query:?}");
        }
        let far = Page { first: 1_000_000_000_000, max: u64::MAX };
        assert!(store.identity.find_users(&realm, &search("u"), far).await.unwrap().is_empty());
        let none = store.identity.find_users(&realm, &search("u"), Page::first(0)).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}

/// Deep pages go on behind the last name they showed, whoever comes before it meanwhile.
#[tokio::test]
async fn a_walk_through_many_meets_each_once() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let mut tx = store.identity.begin().await.unwrap();
        for number in 0..1_200 {
            tx.add_user(&realm.id, NewUser::named(format!("u{number:05}"))).await.unwrap();
        }
        tx.commit().await.unwrap();
        let query = UserQuery::default();
        let page = |first| Page { first, max: 500 };
        store.identity.find_users(&realm, &query, page(500)).await.unwrap();
        let mut tx = store.identity.begin().await.unwrap();
        tx.add_user(&realm.id, NewUser::named("a-newcomer")).await.unwrap();
        tx.commit().await.unwrap();
        let next = store.identity.find_users(&realm, &query, page(1_000)).await.unwrap();
        assert_eq!(next.first().unwrap().username, "u01000");
        store.clock.advance(10 * 60_000);
        let later = store.identity.find_users(&realm, &query, page(1_000)).await.unwrap();
        assert_eq!(later.first().unwrap().username, "u00999", "counted through again");
    })
    .await;
}
