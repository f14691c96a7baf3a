//! How long sessions live.

use super::*;
use crate::{Clock, testing::START};

impl Scene {
    /// Whether the session lives at this many seconds after its beginning.
    async fn lives_at(&self, id: &SessionId, seconds: i64) -> bool {
        self.town.clock.set(START.plus_seconds(seconds));
        self.is_live(id).await
    }

    async fn touch_at(&self, id: &SessionId, seconds: i64) {
        self.touch_unwritten_at(id, seconds).await;
        self.written(id, false).await;
    }

    async fn touch_unwritten_at(&self, id: &SessionId, seconds: i64) {
        self.town.clock.set(START.plus_seconds(seconds));
        let live = self.live(id, "web").await.unwrap();
        self.town.identity.touch_session(&self.town.realm, &live);
    }
}

#[tokio::test]
async fn an_idle_session_ends_and_one_in_use_ends_at_its_greatest_age() {
    on_each(async |mut scene| {
        scene.set(json!({ "ssoSessionIdleTimeout": 100, "ssoSessionMaxLifespan": 250 })).await;
        let id = scene.open().await;
        assert!(scene.lives_at(&id, 99).await);
        // Five seconds are credited: so long a use may go unwritten.
        assert!(!scene.lives_at(&id, 105).await);
        scene.touch_at(&id, 90).await;
        assert!(scene.lives_at(&id, 189).await);
        scene.touch_at(&id, 180).await;
        assert!(scene.lives_at(&id, 249).await);
        assert!(!scene.lives_at(&id, 250).await);
    })
    .await;
}

#[tokio::test]
async fn a_use_is_written_down_now_and_then_and_survives_a_restart() {
    on_each(async |mut scene| {
        scene.set(json!({ "ssoSessionIdleTimeout": 100 })).await;
        let id = scene.open().await;
        let written = async |scene: &Scene| {
            let user = &scene.town.user;
            let page = SessionPage::default();
            let found = scene.town.identity.sessions_of_user(&scene.town.realm, user, false, page).await.unwrap();
            let (session, parts) = found.iter().find(|(session, _)| session.id == id).unwrap();
            (session.last_seen_at, parts[0].last_seen_at)
        };
        scene.touch_unwritten_at(&id, 4).await;
        // Behind it in the writer's line.
        scene.open().await;
        assert_eq!(written(&scene).await, (START, START), "a twentieth of the idle time has not passed");
        scene.touch_at(&id, 60).await;
        let at = START.plus_seconds(60);
        assert_eq!(written(&scene).await, (at, at));
        scene.town.store.restart().await;
        scene.town.identity = scene.town.store.identity.clone();
        assert!(scene.lives_at(&id, 159).await);
        assert!(!scene.lives_at(&id, 165).await);
    })
    .await;
}

#[tokio::test]
async fn who_is_remembered_has_limits_of_their_own_as_long_as_the_realm_remembers() {
    on_each(async |mut scene| {
        scene
            .set(json!({ "rememberMe": true, "ssoSessionIdleTimeout": 100, "ssoSessionIdleTimeoutRememberMe": 1000,
                "ssoSessionMaxLifespanRememberMe": 2000 }))
            .await;
        let open = async |scene: &Scene| {
            let new = NewSession { remember_me: true, ..NewSession::default() };
            scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await.unwrap().0
        };
        let session = open(&scene).await;
        assert!(session.remember_me);
        assert!(scene.lives_at(&session.id, 999).await);
        scene.town.clock.set(START);
        scene.set(json!({ "rememberMe": false })).await;
        assert!(!scene.is_live(&session.id).await, "what was promised is taken back");
        assert!(!open(&scene).await.remember_me, "nothing is promised any more");
    })
    .await;
}

#[tokio::test]
async fn a_client_may_have_a_shorter_part_but_no_longer_one() {
    on_each(async |mut scene| {
        scene.set(json!({ "ssoSessionIdleTimeout": 1000, "ssoSessionMaxLifespan": 5000, "clientSessionIdleTimeout": 600 })).await;
        let web = scene.client("web").id.clone();
        let id = scene.open().await;
        let at = async |scene: &Scene, seconds| {
            scene.town.clock.set(START.plus_seconds(seconds));
            scene.has_part(&id, "web").await
        };
        assert!(at(&scene, 599).await && !at(&scene, 630).await);
        assert!(scene.is_live(&id).await, "the session itself goes on");
        for (idle, lives, dies) in [("100", 99, 105), ("9000", 999, 1050)] {
            let mut tx = scene.town.identity.begin().await.unwrap();
            tx.change_client(&web, json!({ "attributes": { "client.session.idle.timeout": idle } })).await.unwrap();
            tx.commit().await.unwrap();
            scene.town.realm = scene.town.store.realm("town").await;
            assert!(at(&scene, lives).await, "{idle}");
            assert!(!at(&scene, dies).await, "{idle}");
        }
        let mut tx = scene.town.identity.begin().await.unwrap();
        tx.change_client(&web, json!({ "attributes": { "client.session.idle.timeout": null, "client.session.max.lifespan": "50" } }))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        scene.town.realm = scene.town.store.realm("town").await;
        scene.town.clock.set(START.plus_seconds(49));
        let live = scene.live(&id, "web").await.unwrap();
        assert_eq!(live.client_ends_at(), Some(START.plus_seconds(50)));
        assert_eq!(live.ends_at(), START.plus_seconds(1049));
        assert!(!at(&scene, 50).await);
    })
    .await;
}

#[tokio::test]
async fn an_offline_session_has_no_greatest_age_unless_the_realm_says_so() {
    on_each(async |mut scene| {
        scene.set(json!({ "offlineSessionIdleTimeout": 1000, "offlineSessionMaxLifespan": 1500 })).await;
        let id = scene.open().await;
        scene.offline(&id).await;
        let web = scene.client("web").id.clone();
        let touch = async |scene: &Scene, seconds| {
            scene.town.clock.set(START.plus_seconds(seconds));
            let live = scene.town.identity.live_session(&scene.town.realm, &id, true, Some(&web)).await.unwrap();
            scene.town.identity.touch_session(&scene.town.realm, &live.unwrap());
            scene.written(&id, true).await;
        };
        touch(&scene, 900).await;
        touch(&scene, 1800).await;
        assert!(scene.is_live_offline(&id).await);
        scene.set(json!({ "offlineSessionMaxLifespanEnabled": true })).await;
        assert!(!scene.is_live_offline(&id).await);
    })
    .await;
}

#[tokio::test]
async fn sessions_that_are_over_are_swept_and_others_stay() {
    on_each(async |mut scene| {
        scene.set(json!({ "ssoSessionIdleTimeout": 100, "ssoSessionMaxLifespan": 1000 })).await;
        let (over, used, offline) = (scene.open().await, scene.open().await, scene.open().await);
        scene.offline(&offline).await;
        scene.touch_at(&used, 80).await;
        scene.town.clock.set(START.plus_seconds(105));
        assert_eq!(scene.town.identity.sweep().await.unwrap().sessions, 0, "not before nobody can use it");
        scene.town.clock.set(START.plus_seconds(115));
        assert_eq!(scene.town.identity.sweep().await.unwrap().sessions, 2);
        assert!(!scene.is_live(&over).await && scene.is_live(&used).await && scene.is_live_offline(&offline).await);
        assert_eq!(scene.town.count("client_session").await, 2);
        assert_eq!(scene.town.clock.now(), START.plus_seconds(115));
    })
    .await;
}
