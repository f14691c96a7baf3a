//! Keys: made at first need, once, and rotated with the next one published before it signs.

use std::sync::Arc;

use crypto::{
    algorithm::{Algorithm, KeyKind},
    certificate,
    mac::MacAlgorithm,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{
    Error, KeyStatus, Realm, Rotation, key,
    testing::{START, TestStore, on_each_database},
};

fn statuses(realm: &Realm) -> Vec<KeyStatus> {
    let mut statuses: Vec<_> = realm.keys().all().map(|key| key.status).collect();
    statuses.sort_by_key(|status| status.as_str());
    statuses
}

#[tokio::test]
async fn every_kind_is_made_once_with_a_certificate_that_names_the_realm() {
    on_each_database(async |store| {
        let realm = store.add_realm("Old Harbour", json!({})).await;
        assert_eq!(realm.keys().all().count(), 0, "none before the first need");
        let realm = store.identity.ensure_keys(&realm, &Algorithm::ALL).await.unwrap();
        let kinds: std::collections::BTreeSet<_> = realm.keys().published().map(|key| key.pair.kind()).collect();
        let wanted = [KeyKind::Rsa2048, KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519];
        assert_eq!(kinds, wanted.into());
        assert_eq!(realm.keys().published().count(), wanted.len(), "RS and PS share one");
        for algorithm in Algorithm::ALL {
            let key = realm.keys().active(algorithm).expect("a key that signs");
            assert!(algorithm.suits(key.pair.kind()));
            assert_eq!(key.kid, key.pair.ids().spki);
            let der = key.certificate.as_ref().expect("a certificate");
            assert_eq!(certificate::public_key_of(der).unwrap(), key.pair.spki_der());
            let (from, to) = certificate::validity(der).unwrap();
            assert!(from < START.seconds() && to > START.seconds() + 10 * 365 * 24 * 3600);
            let shown = String::from_utf8_lossy(der).into_owned();
            assert!(shown.contains("Old Harbour") && shown.contains("old-harbour"), "subject and alternative name");
        }
        let before = store.identity.statistics().statements;
        let again = store.identity.ensure_keys(&realm, &Algorithm::ALL).await.unwrap();
        assert!(Arc::ptr_eq(&again, &realm));
        assert_eq!(store.identity.statistics().statements, before);
    })
    .await;
}

#[tokio::test]
async fn many_at_once_and_two_nodes_make_one_key() {
    on_each_database(async |mut store| {
        let realm = store.add_realm("quay", json!({})).await;
        let mut nodes = vec![store.identity.clone()];
        if !store.identity.is_single_node() {
            nodes.push(store.another_node().await);
        }
        let mut tasks = Vec::new();
        for at in 0..8 {
            let (identity, realm) = (nodes[at % nodes.len()].clone(), Arc::clone(&realm));
            tasks.push(tokio::spawn(async move {
                let realm = identity.ensure_keys(&realm, &[Algorithm::Es256]).await.unwrap();
                realm.keys().active(Algorithm::Es256).unwrap().kid.clone()
            }));
        }
        let mut kids = Vec::new();
        for task in tasks {
            kids.push(task.await.unwrap());
        }
        kids.dedup();
        assert_eq!(kids.len(), 1);
        assert_eq!(key::entity::Entity::find().count(store.identity.store().reader()).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn keys_and_certificates_are_the_same_after_a_restart_and_sealed_at_rest() {
    on_each_database(async |mut store| {
        let realm = store.add_realm("quay", json!({})).await;
        let realm = store.identity.ensure_keys(&realm, &[Algorithm::Es256]).await.unwrap();
        let before = Arc::clone(realm.keys().active(Algorithm::Es256).unwrap());
        let row = key::entity::Entity::find().one(store.identity.store().reader()).await.unwrap().unwrap();
        let private = before.pair.to_pkcs8().unwrap();
        let sealed = row.sealed.unwrap();
        assert!(!sealed.windows(32).any(|part| private.windows(32).any(|other| other == part)));
        store.restart().await;
        let realm = store.realm("quay").await;
        let after = realm.keys().active(Algorithm::Es256).unwrap();
        assert_eq!(after.kid, before.kid);
        assert_eq!(after.certificate, before.certificate);
        let message = b"as before";
        let signature = after.pair.sign(Algorithm::Es256, message).unwrap();
        assert!(crypto::public_key::verify(Algorithm::Es256, before.pair.spki_der(), message, &signature));
    })
    .await;
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_old_one_after() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let realm = store.add_realm("quay", json!({})).await;
        let realm = identity.ensure_keys(&realm, &[Algorithm::Es256]).await.unwrap();
        let old = realm.keys().active(Algorithm::Es256).unwrap().id.clone();
        assert!(
            matches!(identity.rotate_keys(&realm, Rotation::Activate).await, Err(Error::Refused(_))),
            "nothing is next"
        );
        assert!(matches!(identity.rotate_keys(&realm, Rotation::Retire(old.clone())).await, Err(Error::Refused(_))));

        let prepared = identity.rotate_keys(&realm, Rotation::Prepare).await.unwrap();
        assert_eq!((prepared.len(), prepared[0].status), (1, KeyStatus::Next));
        assert!(identity.rotate_keys(&realm, Rotation::Prepare).await.unwrap().is_empty(), "one next key is enough");
        let realm = store.realm("quay").await;
        assert_eq!(statuses(&realm), [KeyStatus::Active, KeyStatus::Next]);
        assert_eq!(realm.keys().published().count(), 2);
        assert_eq!(realm.keys().active(Algorithm::Es256).unwrap().id, old, "the old one still signs");

        let changes = identity.rotate_keys(&realm, Rotation::Activate).await.unwrap();
        assert_eq!(changes.len(), 2);
        let realm = store.realm("quay").await;
        assert_eq!(statuses(&realm), [KeyStatus::Active, KeyStatus::Passive]);
        assert_eq!(realm.keys().active(Algorithm::Es256).unwrap().id, prepared[0].id);
        assert_eq!(realm.keys().published().count(), 2, "the old one is still published");

        identity.rotate_keys(&realm, Rotation::Retire(old.clone())).await.unwrap();
        let realm = store.realm("quay").await;
        assert!(realm.keys().published().all(|key| key.id != old));
        assert!(realm.keys().by_id(&old).is_some(), "kept, but withdrawn");
        assert!(identity.rotate_keys(&realm, Rotation::Retire(old)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_key_that_does_not_open_leaves_the_others_signing() {
    let store = TestStore::sqlite().await;
    let realm = store.add_realm("quay", json!({})).await;
    let realm = store.identity.ensure_keys(&realm, &[Algorithm::Es256, Algorithm::EdDsa]).await.unwrap();
    let broken = realm.keys().active(Algorithm::Es256).unwrap().id.clone();
    let mut tx = store.identity.begin().await.unwrap();
    key::entity::Entity::update_many()
        .col_expr(key::entity::Column::Sealed, Expr::value(vec![1_u8; 40]))
        .filter(key::entity::Column::Id.eq(broken.as_str()))
        .exec(tx.connection())
        .await
        .unwrap();
    tx.touch_realm(&realm.id);
    tx.commit().await.unwrap();
    let realm = store.realm("quay").await;
    assert!(realm.keys().active(Algorithm::Es256).is_none());
    assert!(realm.keys().active(Algorithm::EdDsa).is_some());
}

#[tokio::test]
async fn keycloaks_own_keys_are_made_once_and_the_secret_one_signs() {
    on_each_database(async |mut store| {
        let realm = store.add_realm("quay", json!({})).await;
        assert!(realm.keys().secret(MacAlgorithm::Hs512).is_none());
        let realm = store.identity.ensure_secret_key(&realm).await.unwrap();
        let (one, two) =
            tokio::join!(store.identity.ensure_default_keys(&realm), store.identity.ensure_default_keys(&realm));
        assert_eq!(one.unwrap().version, two.unwrap().version);
        let rows = key::entity::Entity::find().all(store.identity.store().reader()).await.unwrap();
        let mut made: Vec<_> = rows.iter().map(|row| (&*row.provider_id, &*row.algorithm, &*row.key_use)).collect();
        made.sort_unstable();
        let wanted = [
            ("aes-generated", "AES", "ENC"),
            ("hmac-generated", "HS512", "SIG"),
            ("rsa-enc-generated", "RSA-OAEP", "ENC"),
            ("rsa-generated", "RS256", "SIG"),
        ];
        assert_eq!(made, wanted);

        let realm = store.realm("quay").await;
        assert_eq!(realm.keys().all().count(), 1, "what encrypts is not published as what signs");
        let secret = Arc::clone(realm.keys().secret(MacAlgorithm::Hs512).unwrap());
        let tag = secret.sign(b"message").unwrap();
        assert_eq!(tag.len(), 64);
        store.restart().await;
        let realm = store.realm("quay").await;
        let again = realm.keys().secret_by_kid(&secret.kid).unwrap();
        assert!(again.verify(b"message", &tag) && !again.verify(b"massage", &tag));
        assert!(realm.keys().secret_by_kid("another").is_none());

        let set = async |status| {
            let mut tx = store.identity.begin().await.unwrap();
            tx.change_key_status(&secret.id, status).await.unwrap();
            tx.commit().await.unwrap();
            store.realm("quay").await
        };
        let realm = set(KeyStatus::Passive).await;
        assert!(realm.keys().secret(MacAlgorithm::Hs512).is_none(), "it signs no more");
        let passive = realm.keys().secret_by_kid(&secret.kid).unwrap();
        assert!(passive.verify(b"message", &tag));
        assert!(matches!(passive.sign(b"message"), Err(Error::Refused(_))));
        let realm = set(KeyStatus::Disabled).await;
        assert!(realm.keys().secret_by_kid(&secret.kid).is_none());
        let realm = store.identity.ensure_secret_key(&realm).await.unwrap();
        assert_ne!(realm.keys().secret(MacAlgorithm::Hs512).unwrap().kid, secret.kid);
    })
    .await;
}
