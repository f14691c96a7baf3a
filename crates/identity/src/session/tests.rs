//! Sessions on each database.

mod closing;
mod life;
mod opening;
mod rotation;

use std::sync::Arc;

use crypto::secret::Secret;
use serde_json::{Value, json};

use super::*;
use crate::{
    Client, ClientId, NewTicket, Peer, Proven, SecondFactor,
    test_store::{Town, each_database},
};

const OIDC: &str = "openid-connect";

/// A town with two clients, where `anna` has proved who she is.
struct Scene {
    town: Town,
    proven: Proven,
}

async fn on_each(test: impl AsyncFn(Scene)) {
    each_database(async |mut town| {
        let mut tx = town.identity.begin().await.unwrap();
        for name in ["web", "app"] {
            tx.add_client(&town.realm.id, json!({ "clientId": name, "protocol": OIDC })).await.unwrap();
        }
        tx.commit().await.unwrap();
        town.realm = town.store.realm("town").await;
        let proven = prove(&town).await;
        test(Scene { town, proven }).await;
    })
    .await;
}

fn part(client: &ClientId) -> NewClientSession<'_> {
    NewClientSession { client, notes: [("scope", "openid")].into_iter().collect() }
}

async fn prove(town: &Town) -> Proven {
    let peer = Peer { address: [192, 0, 2, 1].into() };
    let password = Secret::from("hunter2");
    town.identity.prove_password(&town.realm, "anna", &password, SecondFactor::Refuse, &peer).await.unwrap()
}

impl Scene {
    /// Proves `anna` again, as she is by now.
    async fn prove(&mut self) {
        self.proven = prove(&self.town).await;
    }

    fn client(&self, name: &str) -> Arc<Client> {
        Arc::clone(self.town.realm.client(name).unwrap())
    }

    /// A session of `anna` with a part of `web`.
    async fn open(&self) -> SessionId {
        let web = self.client("web").id.clone();
        let new = NewSession {
            address: Some([192, 0, 2, 1].into()),
            notes: [("AUTH_TIME", "1")].into_iter().collect(),
            client: Some(part(&web)),
            ..NewSession::default()
        };
        self.town.identity.open_session(&self.town.realm, &self.proven, new).await.unwrap().0.id
    }

    async fn offline(&self, id: &SessionId) {
        let live = self.live(id, "web").await.unwrap();
        let web = self.client("web").id.clone();
        let identity = &self.town.identity;
        identity.open_offline_session(&self.town.realm, &live, part(&web)).await.unwrap();
    }

    async fn attach(&self, id: &SessionId, client: &str) -> Result<(), crate::Error> {
        let client = self.client(client).id.clone();
        self.town.identity.attach_client(&self.town.realm, id, part(&client), None).await.map(drop)
    }

    async fn live(&self, id: &SessionId, client: &str) -> Option<LiveSession> {
        let client = self.client(client).id.clone();
        self.town.identity.live_session(&self.town.realm, id, false, Some(&client)).await.unwrap()
    }

    async fn is_live(&self, id: &SessionId) -> bool {
        self.live(id, "web").await.is_some()
    }

    async fn has_part(&self, id: &SessionId, client: &str) -> bool {
        self.live(id, client).await.is_some_and(|live| live.client_session().is_some())
    }

    async fn is_live_offline(&self, id: &SessionId) -> bool {
        let web = self.client("web").id.clone();
        let live = self.town.identity.live_session(&self.town.realm, id, true, Some(&web)).await.unwrap();
        live.is_some_and(|live| live.client_session().is_some())
    }

    async fn set(&mut self, settings: Value) {
        self.town.set(settings).await;
    }

    /// Waits until the use of just now, which nobody waits for, is written down.
    async fn written(&self, id: &SessionId, offline: bool) {
        let (identity, now) = (&self.town.identity, crate::Clock::now(&self.town.clock));
        for _ in 0..10_000 {
            let page = SessionPage::default();
            let all = identity.sessions_of_user(&self.town.realm, &self.town.user, offline, page).await.unwrap();
            if all.iter().any(|(session, _)| session.id == *id && session.last_seen_at == now) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the use was not written down");
    }
}
