//! Consents on each database.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::{
    NewClientSession, NewSession, Notes,
    test_store::{Town, each_database},
};

const OIDC: &str = "openid-connect";

struct Scene {
    town: Town,
    web: ClientId,
    scopes: Vec<ScopeId>,
}

async fn on_each(test: impl AsyncFn(Scene)) {
    each_database(async |mut town| {
        let mut tx = town.identity.begin().await.unwrap();
        let web = tx.add_client(&town.realm.id, json!({ "clientId": "web", "protocol": OIDC })).await.unwrap();
        let mut scopes = Vec::new();
        for name in ["a", "b", "c"] {
            let scope = json!({ "name": name, "protocol": OIDC });
            scopes.push(tx.add_client_scope(&town.realm.id, scope).await.unwrap());
        }
        tx.commit().await.unwrap();
        town.set(json!({})).await;
        test(Scene { town, web, scopes }).await;
    })
    .await;
}

impl Scene {
    async fn grant(&self, scopes: &[ScopeId]) -> Consent {
        let identity = &self.town.identity;
        identity.grant_consent(&self.town.realm, &self.town.user, &self.web, scopes).await.unwrap()
    }

    async fn found(&self) -> Option<Consent> {
        self.town.identity.consent_of(&self.town.realm, &self.town.user, &self.web).await.unwrap()
    }
}

#[tokio::test]
async fn consents_add_up_and_remember_when() {
    on_each(async |scene| {
        assert_eq!(scene.found().await, None);
        let first = scene.grant(&scene.scopes[..1]).await;
        assert_eq!(scene.found().await.as_ref(), Some(&first));
        scene.town.clock.advance(1000);
        let both = scene.grant(&scene.scopes[..2]).await;
        assert_eq!(both.scopes, scene.scopes[..2]);
        assert_eq!(both.created_at, first.created_at);
        assert_eq!(both.updated_at, first.created_at.plus_millis(1000));
        assert!(both.covers(&scene.scopes[..2]) && !both.covers(&scene.scopes));
        let all = scene.town.identity.consents_of_user(&scene.town.realm, &scene.town.user).await.unwrap();
        assert_eq!(all, [both]);
    })
    .await;
}

#[tokio::test]
async fn of_two_consents_at_once_none_is_lost() {
    on_each(async |scene| {
        let mut granted = JoinSet::new();
        for scope in scene.scopes.clone() {
            let (identity, realm) = (scene.town.identity.clone(), Arc::clone(&scene.town.realm));
            let (user, web) = (scene.town.user.clone(), scene.web.clone());
            granted.spawn(async move { identity.grant_consent(&realm, &user, &web, &[scope]).await.unwrap() });
        }
        granted.join_all().await;
        assert!(scene.found().await.unwrap().covers(&scene.scopes));
    })
    .await;
}

#[tokio::test]
async fn revoking_ends_what_the_client_has_of_the_user_and_nothing_else() {
    on_each(async |scene| {
        let (identity, realm, user) = (&scene.town.identity, &scene.town.realm, &scene.town.user);
        scene.grant(&scene.scopes).await;
        let peer = crate::Peer { address: [192, 0, 2, 1].into() };
        let password = crypto::secret::Secret::from("hunter2");
        let refuse = crate::SecondFactor::Refuse;
        let proven = identity.prove_password(realm, "anna", &password, refuse, &peer).await.unwrap();
        let part = || NewClientSession { client: &scene.web, notes: Notes::default() };
        let new = NewSession { client: Some(part()), ..NewSession::default() };
        let id = identity.open_session(realm, &proven, new).await.unwrap().0.id;
        let live = identity.live_session(realm, &id, false, Some(&scene.web)).await.unwrap().unwrap();
        identity.open_offline_session(realm, &live, part()).await.unwrap();
        assert!(identity.revoke_consent(realm, user, &scene.web).await.unwrap());
        assert_eq!(scene.found().await, None);
        let live = identity.live_session(realm, &id, false, Some(&scene.web)).await.unwrap().unwrap();
        assert!(live.client_session().is_none(), "the session itself goes on");
        assert!(identity.live_session(realm, &id, true, Some(&scene.web)).await.unwrap().is_none());
        assert!(!identity.revoke_consent(realm, user, &scene.web).await.unwrap(), "once");
    })
    .await;
}

#[tokio::test]
async fn a73_a79_what_is_of_another_realm_or_gone_is_not_consented_to() {
    on_each(async |mut scene| {
        let identity = scene.town.identity.clone();
        let other = scene.town.store.add_realm("other", json!({})).await;
        scene.grant(&scene.scopes).await;
        let user = scene.town.user.clone();
        assert!(identity.grant_consent(&other, &user, &scene.web, &[]).await.is_err());
        assert_eq!(identity.consent_of(&other, &user, &scene.web).await.unwrap(), None);
        assert!(identity.consents_of_user(&other, &user).await.unwrap().is_empty());
        assert!(!identity.revoke_consent(&other, &user, &scene.web).await.unwrap());
        let unknown = identity.grant_consent(&scene.town.realm, &user, &scene.web, &["gone".into()]).await;
        assert!(matches!(unknown, Err(Error::NotFound("client scope"))), "{unknown:?}");
        let nobody = identity.grant_consent(&scene.town.realm, &"nobody".into(), &scene.web, &[]).await;
        assert!(matches!(nobody, Err(Error::NotFound("user"))), "{nobody:?}");
        let mut tx = identity.begin().await.unwrap();
        tx.remove_client_scope(&scene.scopes[0]).await.unwrap();
        tx.commit().await.unwrap();
        scene.town.set(json!({})).await;
        assert_eq!(scene.found().await.unwrap().scopes, scene.scopes[1..]);
        let mut tx = identity.begin().await.unwrap();
        tx.remove_client(&scene.web).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.town.count("user_consent").await, 0);
    })
    .await;
}
