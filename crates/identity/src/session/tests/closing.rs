//! What ends a session, and what does not.

use super::*;
use crate::{NewUser, UserChange};

#[tokio::test]
async fn a_closed_session_is_over_and_its_offline_session_goes_on() {
    on_each(async |scene| {
        let (id, other) = (scene.open().await, scene.open().await);
        scene.offline(&id).await;
        let (identity, realm) = (&scene.town.identity, &scene.town.realm);
        assert!(identity.close_session(realm, &id).await.unwrap());
        assert!(!scene.is_live(&id).await && scene.is_live(&other).await);
        assert!(scene.is_live_offline(&id).await);
        assert!(!identity.close_session(realm, &id).await.unwrap(), "once");
        assert!(identity.close_offline_session(realm, &id).await.unwrap());
        assert!(!scene.is_live_offline(&id).await);
        assert_eq!(scene.town.count("client_session").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_clients_part_ends_alone_but_takes_an_offline_session_along_that_has_no_other() {
    on_each(async |scene| {
        let id = scene.open().await;
        scene.attach(&id, "app").await.unwrap();
        scene.offline(&id).await;
        let (identity, realm, web) = (&scene.town.identity, &scene.town.realm, scene.client("web").id.clone());
        assert!(scene.is_live_offline(&id).await);
        assert!(identity.close_client_session(realm, &id, false, &web).await.unwrap());
        assert!(!identity.close_client_session(realm, &id, false, &web).await.unwrap());
        assert!(!scene.has_part(&id, "web").await && scene.has_part(&id, "app").await);
        assert!(scene.is_live_offline(&id).await);
        assert!(identity.close_client_session(realm, &id, true, &web).await.unwrap());
        assert!(identity.live_session(realm, &id, true, None).await.unwrap().is_none());
        assert_eq!(scene.town.count("user_session").await, 1);
    })
    .await;
}

#[tokio::test]
async fn each_wider_close_ends_what_it_names_and_nothing_else() {
    on_each(async |scene| {
        let (identity, realm) = (&scene.town.identity, &scene.town.realm);
        let web = scene.client("web").id.clone();
        let first = scene.open().await;
        scene.attach(&first, "app").await.unwrap();
        scene.offline(&first).await;
        assert_eq!(identity.close_client_sessions(realm, &web, false).await.unwrap(), 1);
        assert!(!scene.has_part(&first, "web").await && scene.has_part(&first, "app").await);
        assert!(scene.is_live_offline(&first).await);
        assert_eq!(identity.close_user_sessions(realm, &scene.town.user, false).await.unwrap(), 1);
        assert!(!scene.is_live(&first).await && scene.is_live_offline(&first).await);
        assert_eq!(identity.close_client_sessions_of_user(realm, &web, &scene.town.user).await.unwrap(), 1);
        assert!(!scene.is_live_offline(&first).await);
        let second = scene.open().await;
        scene.offline(&second).await;
        assert_eq!(identity.close_all_sessions(realm).await.unwrap(), 1);
        assert!(!scene.is_live(&second).await && scene.is_live_offline(&second).await);
        assert_eq!(identity.close_user_sessions(realm, &scene.town.user, true).await.unwrap(), 1);
        assert_eq!(scene.town.count("user_session").await, 0);
        assert_eq!(scene.town.count("client_session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a59_a_close_of_another_realm_ends_nothing() {
    on_each(async |scene| {
        let id = scene.open().await;
        let other = scene.town.store.add_realm("other", json!({})).await;
        let identity = &scene.town.identity;
        assert!(!identity.close_session(&other, &id).await.unwrap());
        assert_eq!(identity.close_user_sessions(&other, &scene.town.user, true).await.unwrap(), 0);
        assert_eq!(identity.close_all_sessions(&other).await.unwrap(), 0);
        assert!(scene.is_live(&id).await);
    })
    .await;
}

#[tokio::test]
async fn a20_a25_a_disabled_user_loses_every_session_for_good_and_so_does_a_removed_one() {
    on_each(async |mut scene| {
        let id = scene.open().await;
        scene.offline(&id).await;
        let change = async |enabled| {
            let mut tx = scene.town.identity.begin().await.unwrap();
            let change = UserChange { enabled: Some(enabled), ..UserChange::default() };
            tx.change_user(&scene.town.user, change).await.unwrap();
            tx.commit().await.unwrap();
        };
        change(false).await;
        assert!(!scene.is_live(&id).await);
        change(true).await;
        assert!(!scene.is_live(&id).await && !scene.is_live_offline(&id).await, "nobody knows in whose hands it is");
        assert_eq!(scene.town.count("user_session").await, 0);
        scene.prove().await;
        let id = scene.open().await;
        assert!(scene.is_live(&id).await);
        let mut tx = scene.town.identity.begin().await.unwrap();
        tx.remove_user(&scene.town.user).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!scene.is_live(&id).await);
        // A79: somebody with the same row later is somebody else.
        let mut tx = scene.town.identity.begin().await.unwrap();
        let again = NewUser { id: Some(scene.town.user.clone()), ..NewUser::named("anna") };
        tx.add_user(&scene.town.realm.id, again).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!scene.is_live(&id).await);
        assert_eq!(scene.town.count("client_session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a79_a_removed_client_has_no_part_even_if_one_of_its_name_comes_back() {
    on_each(async |mut scene| {
        let id = scene.open().await;
        let web = scene.client("web").id.clone();
        let mut tx = scene.town.identity.begin().await.unwrap();
        tx.remove_client(&web).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = scene.town.identity.begin().await.unwrap();
        tx.add_client(&scene.town.realm.id, json!({ "id": web, "clientId": "web", "protocol": OIDC })).await.unwrap();
        tx.commit().await.unwrap();
        scene.set(json!({})).await;
        assert!(scene.is_live(&id).await && !scene.has_part(&id, "web").await);
    })
    .await;
}

#[tokio::test]
async fn not_before_revokes_what_began_before_it() {
    on_each(async |mut scene| {
        let id = scene.open().await;
        let now = crate::testing::START.seconds();
        scene.set(json!({ "notBefore": now })).await;
        assert!(scene.is_live(&id).await);
        scene.set(json!({ "notBefore": now + 1 })).await;
        assert!(!scene.is_live(&id).await);
        scene.set(json!({ "notBefore": 0 })).await;
        let web = scene.client("web").id.clone();
        let mut tx = scene.town.identity.begin().await.unwrap();
        tx.change_client(&web, json!({ "notBefore": now + 1 })).await.unwrap();
        tx.commit().await.unwrap();
        scene.set(json!({})).await;
        assert!(scene.is_live(&id).await && !scene.has_part(&id, "web").await, "the client's part alone");
    })
    .await;
}
