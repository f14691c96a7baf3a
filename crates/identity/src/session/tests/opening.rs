//! What is opened, found again, and refused.

use super::*;
use crate::{Clock, Error, Method, UserChange};

#[tokio::test]
async fn an_opened_session_is_found_with_what_it_was_given_and_its_code() {
    on_each(async |mut scene| {
        let web = scene.client("web").id.clone();
        let id = SessionId::random(scene.town.identity.random());
        let ticket =
            NewTicket { client: Some(&web), payload: json!({ "x": 1 }), ..NewTicket::new(&scene.town.realm, "code") };
        let new = NewSession {
            id: Some(id),
            address: Some([192, 0, 2, 1].into()),
            remember_me: false,
            notes: [("AUTH_TIME", "17")].into_iter().collect(),
            client: Some(part(&web)),
            ticket: Some(WithTicket(ticket, "code")),
        };
        let (opened, secret) = scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await.unwrap();
        assert_eq!(opened.id, id);
        let secret = secret.unwrap();
        for restart in [false, true] {
            if restart {
                scene.town.store.restart().await;
                scene.town.identity = scene.town.store.identity.clone();
                scene.town.realm = scene.town.store.realm("town").await;
            }
            let live = scene.live(&id, "web").await.unwrap();
            let session = live.session();
            assert_eq!((&session.user, &*session.username), (&scene.town.user, "anna"));
            assert_eq!(session.address, Some([192, 0, 2, 1].into()));
            assert_eq!(session.methods, Method::Password.into());
            assert_eq!(session.notes.get("AUTH_TIME"), Some("17"));
            assert_eq!(session.started_at, scene.town.clock.now());
            let part = live.client_session().unwrap();
            assert_eq!((part.session, &part.client, part.offline), (id, &web, false));
            assert_eq!(part.notes.get("scope"), Some("openid"));
            assert_eq!(part.refresh, RefreshState::default());
            assert_eq!(live.user().id, scene.town.user);
        }
        let found = scene.town.identity.consume_ticket(&scene.town.realm, "code", &secret).await.unwrap().unwrap();
        assert_eq!(*found.payload, json!({ "x": 1 }));
    })
    .await;
}

#[tokio::test]
async fn a_client_joins_a_session_and_begins_anew_when_it_joins_again() {
    on_each(async |scene| {
        let id = scene.open().await;
        assert!(!scene.has_part(&id, "app").await);
        let app = scene.client("app").id.clone();
        let ticket = NewTicket::new(&scene.town.realm, "code");
        let identity = &scene.town.identity;
        let secret = identity.attach_client(&scene.town.realm, &id, part(&app), Some(WithTicket(ticket, "code"))).await;
        let secret = secret.unwrap().unwrap();
        assert!(identity.find_ticket(&scene.town.realm, "code", &secret).await.unwrap().is_some());
        assert!(scene.has_part(&id, "app").await && scene.has_part(&id, "web").await);
        let token = uuid::Uuid::from_u128(1);
        let policy = RefreshPolicy { max_reuse: 0, grace_millis: 0 };
        identity.rotate_refresh(&scene.town.realm, &id, false, &app, token, token, policy).await.unwrap();
        assert!(scene.live(&id, "app").await.unwrap().client_session().unwrap().refresh.current.is_some());
        scene.town.clock.advance(5000);
        scene.attach(&id, "app").await.unwrap();
        let part = Arc::clone(scene.live(&id, "app").await.unwrap().client_session().unwrap());
        assert_eq!((part.refresh, part.started_at), (RefreshState::default(), scene.town.clock.now()));
        assert_eq!(scene.town.count("client_session").await, 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_joins_a_session_that_is_gone_or_another_realms_and_no_code_comes_of_it() {
    on_each(async |scene| {
        let id = scene.open().await;
        scene.town.identity.close_session(&scene.town.realm, &id).await.unwrap();
        let web = scene.client("web").id.clone();
        let ticket = || Some(WithTicket(NewTicket::new(&scene.town.realm, "code"), "code"));
        let gone = scene.town.identity.attach_client(&scene.town.realm, &id, part(&web), ticket()).await;
        assert!(matches!(gone, Err(Error::NotFound("session"))), "{gone:?}");
        let id = scene.open().await;
        let mut tx = scene.town.identity.begin().await.unwrap();
        let other =
            tx.add_realm(crate::NewRealm { id: None, name: "other".to_owned(), document: json!({}) }).await.unwrap();
        let foreign = tx.add_client(&other, json!({ "clientId": "web", "protocol": OIDC })).await.unwrap();
        tx.commit().await.unwrap();
        let other = scene.town.store.realm("other").await;
        let identity = &scene.town.identity;
        let refused = identity.attach_client(&other, &id, part(&foreign), None).await;
        assert!(matches!(refused, Err(Error::NotFound("session"))), "{refused:?}");
        assert!(identity.live_session(&other, &id, false, Some(&foreign)).await.unwrap().is_none());
        assert!(identity.open_session(&other, &scene.proven, NewSession::default()).await.is_err());
        assert_eq!(scene.town.count("ticket").await, 0);
        assert_eq!(scene.town.count("client_session").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a20_no_session_comes_of_a_proof_that_a_change_of_the_user_has_overtaken() {
    on_each(async |scene| {
        for change in [
            UserChange { not_before: Some(1), ..UserChange::default() },
            UserChange { enabled: Some(false), ..UserChange::default() },
        ] {
            let mut tx = scene.town.identity.begin().await.unwrap();
            tx.change_user(&scene.town.user, change).await.unwrap();
            tx.commit().await.unwrap();
            let web = scene.client("web").id.clone();
            let ticket = WithTicket(NewTicket::new(&scene.town.realm, "code"), "code");
            let new = NewSession { client: Some(part(&web)), ticket: Some(ticket), ..NewSession::default() };
            let refused = scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await;
            assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        }
        for table in ["user_session", "client_session", "ticket"] {
            assert_eq!(scene.town.count(table).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_too_long_or_of_no_client_is_refused() {
    on_each(async |scene| {
        let notes: Notes = [("x", "y".repeat(33 * 1024))].into_iter().collect();
        let new = NewSession { notes, ..NewSession::default() };
        let refused = scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let nobody = ClientId::from("nobody");
        let new = NewSession { client: Some(part(&nobody)), ..NewSession::default() };
        let refused = scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await;
        assert!(matches!(refused, Err(Error::NotFound("client"))), "{refused:?}");
        assert_eq!(scene.town.count("user_session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn many_who_log_in_at_once_each_have_a_session() {
    on_each(async |scene| {
        let mut opened = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (identity, realm, proven) =
                (scene.town.identity.clone(), Arc::clone(&scene.town.realm), scene.proven.clone());
            let web = scene.client("web").id.clone();
            opened.spawn(async move {
                let client = NewClientSession { client: &web, notes: Notes::default() };
                let ticket = WithTicket(NewTicket::new(&realm, "code"), "code");
                let new = NewSession { client: Some(client), ticket: Some(ticket), ..NewSession::default() };
                identity.open_session(&realm, &proven, new).await.unwrap().0.id
            });
        }
        let mut ids = opened.join_all().await;
        for id in &ids {
            assert!(scene.has_part(id, "web").await);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 100);
        assert_eq!(scene.town.count("ticket").await, 100);
    })
    .await;
}

#[tokio::test]
async fn opening_costs_six_statements_at_most_and_looking_none_on_one_node_and_one_on_several() {
    on_each(async |scene| {
        let web = scene.client("web").id.clone();
        let opened = scene
            .town
            .statements(async {
                let ticket = WithTicket(NewTicket::new(&scene.town.realm, "code"), "code");
                let new = NewSession { client: Some(part(&web)), ticket: Some(ticket), ..NewSession::default() };
                scene.town.identity.open_session(&scene.town.realm, &scene.proven, new).await.unwrap();
            })
            .await;
        // The poller may have looked once or twice meanwhile.
        assert!((6..=8).contains(&opened), "{opened}");
        let id = scene.open().await;
        let looked = scene
            .town
            .statements(async {
                for _ in 0..100 {
                    assert!(scene.has_part(&id, "web").await);
                }
            })
            .await;
        let expected = if scene.town.identity.is_single_node() { 0 } else { 100 };
        assert!((expected..=expected + 10).contains(&looked), "{looked}");
    })
    .await;
}

#[tokio::test]
async fn an_acknowledged_session_survives_a_death_without_shutdown_and_is_any_nodes() {
    on_each(async |mut scene| {
        let id = scene.open().await;
        scene.attach(&id, "app").await.unwrap();
        let closed = scene.open().await;
        scene.town.identity.close_session(&scene.town.realm, &closed).await.unwrap();
        let second = scene.town.store.another_node().await;
        let realm = second.realm("town").await.unwrap().unwrap();
        let app = scene.client("app").id.clone();
        let live = second.live_session(&realm, &id, false, Some(&app)).await.unwrap().unwrap();
        assert!(live.client_session().is_some());
        assert!(second.live_session(&realm, &closed, false, None).await.unwrap().is_none());
        if !scene.town.identity.is_single_node() {
            second.close_session(&realm, &id).await.unwrap();
            assert!(!scene.is_live(&id).await, "what one node closes is closed for all");
        }
        second.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn lists_and_counts_say_who_is_where() {
    on_each(async |scene| {
        let (first, identity, realm) = (scene.open().await, &scene.town.identity, &scene.town.realm);
        scene.town.clock.advance(1000);
        let second = scene.open().await;
        scene.attach(&second, "app").await.unwrap();
        scene.offline(&first).await;
        let ids = |found: Vec<(UserSession, Vec<ClientSession>)>| -> Vec<(SessionId, usize)> {
            found.into_iter().map(|(session, parts)| (session.id, parts.len())).collect()
        };
        let all = SessionPage::default();
        let of_user = identity.sessions_of_user(realm, &scene.town.user, false, all).await.unwrap();
        assert_eq!(ids(of_user), [(second, 2), (first, 1)]);
        let page = SessionPage { first: 1, max: 1 };
        let of_user = identity.sessions_of_user(realm, &scene.town.user, false, page).await.unwrap();
        assert_eq!(ids(of_user), [(first, 1)]);
        let app = scene.client("app").id.clone();
        assert_eq!(ids(identity.sessions_of_client(realm, &app, false, all).await.unwrap()), [(second, 2)]);
        let offline = identity.sessions_of_user(realm, &scene.town.user, true, all).await.unwrap();
        assert_eq!(ids(offline), [(first, 1)]);
        assert_eq!(identity.clients_of_session(realm, &second, false).await.unwrap().len(), 2);
        let counts = identity.session_counts(realm).await.unwrap();
        assert_eq!(counts[&app], SessionCount { active: 1, offline: 0 });
        assert_eq!(counts[&scene.client("web").id], SessionCount { active: 2, offline: 1 });
        assert_eq!(identity.count_sessions(realm, None, false).await.unwrap(), 2);
        assert_eq!(identity.count_sessions(realm, Some(&app), false).await.unwrap(), 1);
        assert_eq!(identity.count_sessions(realm, None, true).await.unwrap(), 1);
        // A80: no page is endless, and none panics.
        let page = SessionPage { first: u64::MAX, max: u64::MAX };
        assert!(identity.sessions_of_user(realm, &scene.town.user, false, page).await.unwrap().is_empty());
    })
    .await;
}
