//! A22, A23, A24, A26: refresh tokens are used once, or as often as the realm says.

use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;

const STRICT: RefreshPolicy = RefreshPolicy { max_reuse: 0, grace_millis: 0 };

fn token(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

impl Scene {
    async fn rotate(&self, id: &SessionId, presented: u128, new: u128, policy: RefreshPolicy) -> RefreshRotation {
        let web = self.client("web").id.clone();
        let identity = &self.town.identity;
        identity.rotate_refresh(&self.town.realm, id, false, &web, token(presented), token(new), policy).await.unwrap()
    }

    async fn refresh(&self, id: &SessionId) -> Option<RefreshState> {
        self.live(id, "web").await?.client_session().map(|part| part.refresh)
    }
}

#[tokio::test]
async fn a22_a_token_is_taken_once_and_its_replay_ends_the_clients_part_and_no_other() {
    on_each(async |scene| {
        let id = scene.open().await;
        scene.attach(&id, "app").await.unwrap();
        assert_eq!(scene.rotate(&id, 1, 2, STRICT).await, RefreshRotation::Rotated);
        assert_eq!(scene.rotate(&id, 2, 3, STRICT).await, RefreshRotation::Rotated);
        assert_eq!(scene.refresh(&id).await.unwrap().current, Some(token(3)));
        assert_eq!(scene.rotate(&id, 1, 4, STRICT).await, RefreshRotation::Replayed);
        assert!(!scene.has_part(&id, "web").await);
        assert_eq!(scene.rotate(&id, 3, 5, STRICT).await, RefreshRotation::Ended, "the newest is dead with it");
        assert!(scene.has_part(&id, "app").await);
        assert_eq!(scene.town.count("client_session").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a23_of_fifty_at_once_one_is_rotated_and_without_grace_the_rest_end_the_part() {
    on_each(async |scene| {
        let id = scene.open().await;
        let answers = fifty(&scene, &id, STRICT).await;
        let count = |wanted: RefreshRotation| answers.iter().filter(|(_, answer)| *answer == wanted).count();
        assert_eq!(count(RefreshRotation::Rotated), 1);
        assert_eq!(count(RefreshRotation::Replayed), 1);
        assert_eq!(count(RefreshRotation::Ended), 48);
        assert!(!scene.has_part(&id, "web").await);
        assert_eq!(scene.town.count("client_session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a23_of_fifty_at_once_within_the_grace_all_have_the_same_successor() {
    on_each(async |scene| {
        let id = scene.open().await;
        let answers = fifty(&scene, &id, RefreshPolicy { max_reuse: 0, grace_millis: 3000 }).await;
        let rotated: Vec<u128> =
            answers.iter().filter(|(_, answer)| *answer == RefreshRotation::Rotated).map(|(new, _)| *new).collect();
        assert_eq!(rotated.len(), 1);
        let successor = token(rotated[0]);
        let graced = answers.iter().filter(|(_, answer)| *answer == RefreshRotation::Grace { successor }).count();
        assert_eq!(graced, 49);
        assert_eq!(scene.refresh(&id).await.unwrap().current, Some(successor));
        assert_eq!(scene.rotate(&id, rotated[0], 1000, STRICT).await, RefreshRotation::Rotated);
    })
    .await;
}

/// Presents token 1 fifty times at once, each time for another successor.
async fn fifty(scene: &Scene, id: &SessionId, policy: RefreshPolicy) -> Vec<(u128, RefreshRotation)> {
    let mut asked = JoinSet::new();
    for new in 100..150 {
        let (identity, realm, id) = (scene.town.identity.clone(), Arc::clone(&scene.town.realm), *id);
        let web = scene.client("web").id.clone();
        asked.spawn(async move {
            let answer = identity.rotate_refresh(&realm, &id, false, &web, token(1), token(new), policy).await.unwrap();
            (new, answer)
        });
    }
    asked.join_all().await
}

#[tokio::test]
async fn a23_two_nodes_share_one_rotation() {
    on_each(async |mut scene| {
        if scene.town.identity.is_single_node() {
            return;
        }
        let id = scene.open().await;
        let second = scene.town.store.another_node().await;
        let mut asked = JoinSet::new();
        for (new, node) in (100..150).zip([scene.town.identity.clone(), second.clone()].into_iter().cycle()) {
            let (realm, web) = (Arc::clone(&scene.town.realm), scene.client("web").id.clone());
            asked.spawn(async move {
                node.rotate_refresh(&realm, &id, false, &web, token(1), token(new), STRICT).await.unwrap()
            });
        }
        let answers = asked.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == RefreshRotation::Rotated).count(), 1);
        assert!(!scene.has_part(&id, "web").await);
        second.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn the_grace_ends_on_the_millisecond_and_is_for_the_last_token_only() {
    on_each(async |scene| {
        let id = scene.open().await;
        let policy = RefreshPolicy { max_reuse: 0, grace_millis: 2000 };
        scene.rotate(&id, 1, 2, policy).await;
        scene.town.clock.advance(1999);
        assert_eq!(scene.rotate(&id, 1, 9, policy).await, RefreshRotation::Grace { successor: token(2) });
        assert_eq!(scene.rotate(&id, 2, 3, policy).await, RefreshRotation::Rotated);
        let other = scene.open().await;
        scene.rotate(&other, 1, 2, policy).await;
        scene.rotate(&other, 2, 3, policy).await;
        assert_eq!(scene.rotate(&other, 1, 9, policy).await, RefreshRotation::Replayed, "two generations old");
        scene.town.clock.advance(2000);
        assert_eq!(scene.rotate(&id, 2, 9, policy).await, RefreshRotation::Replayed);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_used_as_often_as_the_realm_says_and_always_for_the_same_successor() {
    on_each(async |scene| {
        let id = scene.open().await;
        let policy = RefreshPolicy { max_reuse: 2, grace_millis: 0 };
        assert_eq!(scene.rotate(&id, 1, 2, policy).await, RefreshRotation::Rotated);
        for _ in 0..2 {
            assert_eq!(scene.rotate(&id, 1, 9, policy).await, RefreshRotation::Reused { successor: token(2) });
        }
        assert_eq!(scene.refresh(&id).await.unwrap().uses, 3);
        assert_eq!(scene.rotate(&id, 1, 9, policy).await, RefreshRotation::Replayed);
        assert!(!scene.has_part(&id, "web").await);
    })
    .await;
}

#[tokio::test]
async fn a24_a_restart_forgets_no_use() {
    on_each(async |mut scene| {
        let id = scene.open().await;
        scene.rotate(&id, 1, 2, STRICT).await;
        scene.town.store.restart().await;
        scene.town.identity = scene.town.store.identity.clone();
        assert_eq!(scene.refresh(&id).await.unwrap().current, Some(token(2)));
        assert_eq!(scene.rotate(&id, 1, 3, STRICT).await, RefreshRotation::Replayed);
    })
    .await;
}

#[tokio::test]
async fn a26_nothing_is_rotated_after_the_close_was_answered() {
    on_each(async |scene| {
        for _ in 0..20 {
            let id = scene.open().await;
            scene.rotate(&id, 1, 2, STRICT).await;
            let (closed, rotated) = tokio::join!(
                scene.town.identity.close_session(&scene.town.realm, &id),
                scene.rotate(&id, 2, 3, STRICT)
            );
            assert!(closed.unwrap());
            assert!(matches!(rotated, RefreshRotation::Rotated | RefreshRotation::Ended), "{rotated:?}");
            assert!(!scene.is_live(&id).await);
            assert_eq!(scene.rotate(&id, 3, 4, STRICT).await, RefreshRotation::Ended);
        }
        assert_eq!(scene.town.count("client_session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a25_a_client_of_another_realm_rotates_nothing() {
    on_each(async |scene| {
        let id = scene.open().await;
        scene.town.store.add_realm("other", json!({})).await;
        let other = scene.town.store.realm("other").await;
        let web = scene.client("web").id.clone();
        let app = scene.client("app").id.clone();
        let identity = &scene.town.identity;
        let foreign = identity.rotate_refresh(&other, &id, false, &web, token(1), token(2), STRICT).await.unwrap();
        assert_eq!(foreign, RefreshRotation::Ended);
        let without =
            identity.rotate_refresh(&scene.town.realm, &id, false, &app, token(1), token(2), STRICT).await.unwrap();
        assert_eq!(without, RefreshRotation::Ended);
        assert_eq!(scene.refresh(&id).await, Some(RefreshState::default()));
    })
    .await;
}

#[tokio::test]
async fn one_refresh_costs_three_statements_and_a_batch_no_more() {
    on_each(async |scene| {
        let id = scene.open().await;
        let alone = scene
            .town
            .statements(async { assert_eq!(scene.rotate(&id, 1, 2, STRICT).await, RefreshRotation::Rotated) })
            .await;
        // The poller may have looked once or twice meanwhile.
        assert!((3..=5).contains(&alone), "{alone}");
        if !scene.town.identity.is_single_node() {
            return;
        }
        let mut ids = Vec::new();
        for _ in 0..100 {
            ids.push(scene.open().await);
        }
        let together = scene
            .town
            .statements(async {
                let mut asked = JoinSet::new();
                for id in ids {
                    let (identity, realm) = (scene.town.identity.clone(), Arc::clone(&scene.town.realm));
                    let web = scene.client("web").id.clone();
                    asked.spawn(async move {
                        identity.live_session(&realm, &id, false, Some(&web)).await.unwrap().unwrap();
                        identity.rotate_refresh(&realm, &id, false, &web, token(1), token(2), STRICT).await.unwrap()
                    });
                }
                assert!(asked.join_all().await.iter().all(|answer| *answer == RefreshRotation::Rotated));
            })
            .await;
        assert!(together <= 30, "a hundred refreshes: {together}");
    })
    .await;
}
