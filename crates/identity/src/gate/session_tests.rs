//! A41: a token under a session.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::{
    LiveSession, Methods, NewUser, Notes, RefreshState, SessionId, UserSession,
    test_store::{Town, each_database},
    testing::START,
};

const OIDC: &str = "openid-connect";

struct Scene {
    realm: Arc<Realm>,
    client: Arc<Client>,
    user: Arc<User>,
    session: UserSession,
    part: ClientSession,
}

async fn scene(town: &Town) -> Scene {
    let mut tx = town.identity.begin().await.unwrap();
    tx.add_client(&town.realm.id, json!({ "clientId": "web", "protocol": OIDC })).await.unwrap();
    tx.add_client(&town.realm.id, json!({ "clientId": "other", "protocol": OIDC })).await.unwrap();
    tx.add_user(&town.realm.id, NewUser::named("bert")).await.unwrap();
    tx.commit().await.unwrap();
    let realm = town.store.realm("town").await;
    let client = Arc::clone(realm.client("web").unwrap());
    let user = town.identity.find_user(&realm, &town.user).await.unwrap().unwrap();
    let id = SessionId::random(town.identity.random());
    let session = UserSession {
        id,
        realm: realm.id.clone(),
        user: user.id.clone(),
        username: "anna".into(),
        address: None,
        remember_me: false,
        offline: false,
        started_at: START,
        last_seen_at: START,
        methods: Methods::from(Method::Password),
        notes: Arc::new(Notes::default()),
    };
    let part = ClientSession {
        session: id,
        client: client.id.clone(),
        offline: false,
        started_at: START,
        last_seen_at: START,
        notes: Arc::new(Notes::default()),
        refresh: RefreshState::default(),
    };
    Scene { realm, client, user, session, part }
}

impl Scene {
    fn ask(
        &self,
        change: impl FnOnce(&mut UserSession, &mut Option<ClientSession>, &mut User),
    ) -> Result<(), GateRefusal> {
        let (mut session, mut part, mut user) = (self.session.clone(), Some(self.part.clone()), (*self.user).clone());
        change(&mut session, &mut part, &mut user);
        let live = LiveSession::for_tests(session, part, Arc::new(user));
        admit(&self.realm, &self.client, OIDC, &live, START).map(drop)
    }
}

#[tokio::test]
async fn a41_a_session_admits_the_clients_that_have_a_part_in_it_and_no_other() {
    each_database(async |town| {
        let scene = scene(&town).await;
        assert_eq!(scene.ask(|_, _, _| {}), Ok(()));
        assert_eq!(scene.ask(|_, part, _| *part = None), Err(GateRefusal::NotInSession));
        let other = scene.realm.client("other").unwrap().id.clone();
        assert_eq!(scene.ask(|_, part, _| part.as_mut().unwrap().client = other), Err(GateRefusal::NotInSession));
        assert_eq!(scene.ask(|session, _, _| session.realm = "elsewhere".into()), Err(GateRefusal::ForeignUser));
        assert_eq!(scene.ask(|_, _, user| user.enabled = false), Err(GateRefusal::UserDisabled));
        assert_eq!(scene.ask(|_, _, user| user.not_before = START.seconds() + 1), Err(GateRefusal::NotBefore));
        let pending = |user: &mut User| user.required_actions.push("VERIFY_EMAIL".to_owned());
        assert_eq!(scene.ask(|_, _, user| pending(user)), Ok(()), "asked at the next log-in");
    })
    .await;
}

#[tokio::test]
async fn a41_what_is_signed_under_a_session_is_about_its_user() {
    each_database(async |town| {
        let scene = scene(&town).await;
        let live = LiveSession::for_tests(scene.session.clone(), Some(scene.part.clone()), Arc::clone(&scene.user));
        let granted = admit(&scene.realm, &scene.client, OIDC, &live, START).unwrap();
        let subject = granted.subject();
        assert_eq!(subject.user().unwrap().id, scene.user.id);
        assert_eq!(subject.session().unwrap().session().id, scene.session.id);
        assert_eq!(subject.methods(), Method::Password.into());
        assert_eq!((subject.method(), subject.at()), (None, Some(START)));
        let token = granted.sign_internal(&json!({ "typ": "Refresh" })).unwrap();
        let read: serde_json::Value = town.identity.read_internal(&scene.realm, &token).unwrap();
        assert_eq!(read, json!({ "typ": "Refresh" }));
    })
    .await;
}
