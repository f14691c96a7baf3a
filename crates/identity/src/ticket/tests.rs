//! Tickets on each database.

mod lifetime;

use crypto::{
    password::{HashSpec, PasswordHash},
    secret::Secret,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::{
    Clock, NewUser, UserChange,
    test_store::{Town, each_database},
};

impl Town {
    fn ticket(&self) -> NewTicket<'_> {
        NewTicket { user: Some(&self.user), payload: json!({ "scope": "pull" }), ..NewTicket::new(&self.realm, "test") }
    }

    async fn issue(&self, ticket: NewTicket<'_>) -> Secret {
        self.identity.issue_ticket(ticket, "ptr").await.unwrap()
    }

    async fn finds(&self, secret: &Secret) -> bool {
        self.identity.find_ticket(&self.realm, "test", secret).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn an_issued_ticket_is_found_with_what_it_was_given() {
    each_database(async |store| {
        let family = Uuid::from_u128(7);
        let end = store.clock.now().plus_seconds(60);
        let secret = store.issue(NewTicket { family: Some(family), expires_at: Some(end), ..store.ticket() }).await;
        let found = store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().unwrap();
        assert_eq!(found.user.as_ref(), Some(&store.user));
        assert_eq!(*found.payload, json!({ "scope": "pull" }));
        assert_eq!((found.family, found.expires_at, found.created_at), (family, Some(end), store.clock.now()));
        assert!(found.user_version.is_some());
        assert!(store.identity.find_ticket(&store.realm, "other", &secret).await.unwrap().is_none());
        assert!(!store.finds(&Secret::from(format!("ptr_{}", "A".repeat(43)))).await);
    })
    .await;
}

#[tokio::test]
async fn no_secret_is_stored_or_shown() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        let found = store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().unwrap();
        assert!(!format!("{found:?}").contains("pull"));
        let reader = store.identity.store().reader();
        let all = Statement::from_string(reader.get_database_backend(), "SELECT * FROM ticket");
        let rows = format!("{:?}", reader.query_all_raw(all).await.unwrap());
        assert!(!rows.contains(secret.expose()));
    })
    .await;
}

#[tokio::test]
async fn a_ticket_is_dead_from_its_expiry_on_also_in_memory() {
    each_database(async |store| {
        let secret =
            store.issue(NewTicket { expires_at: Some(store.clock.now().plus_seconds(60)), ..store.ticket() }).await;
        store.clock.advance(59_999);
        assert!(store.finds(&secret).await);
        store.clock.advance(1);
        assert!(!store.finds(&secret).await);
        assert!(store.identity.consume_ticket(&store.realm, "test", &secret).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn of_fifty_who_consume_at_once_exactly_one_has_it() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        assert!(store.finds(&secret).await);
        let mut askers = JoinSet::new();
        for _ in 0..50 {
            let (identity, realm, secret) = (store.identity.clone(), Arc::clone(&store.realm), secret.clone());
            askers.spawn(async move { identity.consume_ticket(&realm, "test", &secret).await.unwrap() });
        }
        let had: Vec<Ticket> = askers.join_all().await.into_iter().flatten().collect();
        assert_eq!(had.len(), 1);
        assert_eq!(had[0].user.as_ref(), Some(&store.user));
        assert!(!store.finds(&secret).await);
        assert!(store.identity.consume_ticket(&store.realm, "test", &secret).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn consuming_minds_realm_and_kind() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        assert!(store.identity.consume_ticket(&store.realm, "other", &secret).await.unwrap().is_none());
        assert!(store.identity.consume_ticket(&store.realm, "test", &secret).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn each_selector_revokes_what_it_selects_and_nothing_else() {
    each_database(async |store| {
        let family = Uuid::from_u128(1);
        let secrets = [
            store.issue(store.ticket()).await,
            store.issue(NewTicket { user: None, family: Some(family), ..store.ticket() }).await,
            store.issue(NewTicket { user: None, family: Some(family), ..store.ticket() }).await,
            store.issue(store.ticket()).await,
            store.issue(NewTicket { user: None, ..store.ticket() }).await,
        ];
        let other_kind = store.issue(NewTicket { kind: "other", ..store.ticket() }).await;
        let alive = async || {
            let mut alive = Vec::new();
            for secret in &secrets {
                alive.push(store.finds(secret).await);
            }
            alive
        };
        let revoke = async |selector| store.identity.revoke_tickets(&store.realm, selector).await.unwrap();
        assert_eq!(alive().await, [true; 5]);
        assert_eq!(revoke(TicketSelector::Secret(&secrets[0])).await, 1);
        assert_eq!(alive().await, [false, true, true, true, true]);
        assert_eq!(revoke(TicketSelector::Family(family)).await, 2);
        assert_eq!(alive().await, [false, false, false, true, true]);
        assert_eq!(revoke(TicketSelector::UserAndKind(&store.user, "test")).await, 1);
        assert_eq!(alive().await, [false, false, false, false, true]);
        assert!(store.identity.find_ticket(&store.realm, "other", &other_kind).await.unwrap().is_some());
        assert_eq!(revoke(TicketSelector::User(&store.user)).await, 1);
        assert!(store.identity.find_ticket(&store.realm, "other", &other_kind).await.unwrap().is_none());
        assert_eq!(revoke(TicketSelector::Secret(&Secret::from("nonsense".to_owned()))).await, 0);
        assert_eq!(alive().await, [false, false, false, false, true]);
    })
    .await;
}

#[tokio::test]
async fn a_clients_tickets_go_with_the_client() {
    each_database(async |mut store| {
        let mut tx = store.identity.begin().await.unwrap();
        let client =
            tx.add_client(&store.realm.id, json!({ "clientId": "registry", "protocol": "docker-v2" })).await.unwrap();
        tx.commit().await.unwrap();
        store.set(json!({})).await;
        let secret = store.issue(NewTicket { client: Some(&client), ..store.ticket() }).await;
        assert!(store.finds(&secret).await);
        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_client(&client).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!store.finds(&secret).await);
        assert_eq!(store.count("ticket").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_user_has_no_live_ticket_and_gets_none() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        assert!(store.finds(&secret).await);
        let change = async |enabled| {
            let mut tx = store.identity.begin().await.unwrap();
            tx.change_user(&store.user, UserChange { enabled: Some(enabled), ..UserChange::default() }).await.unwrap();
            tx.commit().await.unwrap();
        };
        change(false).await;
        assert!(!store.finds(&secret).await);
        assert!(store.identity.consume_ticket(&store.realm, "test", &secret).await.unwrap().is_none());
        let refused = store.identity.issue_ticket(store.ticket(), "ptr").await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        assert_eq!(store.count("ticket").await, 0, "revoked for good");
        change(true).await;
        assert!(!store.finds(&secret).await);
        assert!(store.finds(&store.issue(store.ticket()).await).await);
    })
    .await;
}

#[tokio::test]
async fn a_removed_users_ticket_is_dead() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        assert!(store.finds(&secret).await);
        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_user(&store.user).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!store.finds(&secret).await);
        // Somebody with the same row later is somebody else.
        let mut tx = store.identity.begin().await.unwrap();
        tx.add_user(&store.realm.id, NewUser { id: Some(store.user.clone()), ..NewUser::named("anna") }).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!store.finds(&secret).await);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_kills_the_tickets_that_die_with_it_and_no_other() {
    each_database(async |store| {
        let mortal = store.issue(NewTicket { dies_with_password: true, ..store.ticket() }).await;
        let other = store.issue(store.ticket()).await;
        assert!(store.finds(&mortal).await);
        let hash = PasswordHash::dummy(&HashSpec::DEFAULT, [1; 16]);
        let mut tx = store.identity.begin().await.unwrap();
        tx.set_password_hash(&store.user, &hash).await.unwrap();
        drop(tx);
        assert!(store.finds(&mortal).await);
        let mut tx = store.identity.begin().await.unwrap();
        tx.set_password_hash(&store.user, &hash).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!store.finds(&mortal).await);
        assert!(store.finds(&other).await);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_issued_for_a_user_who_changed_since_they_were_seen() {
    each_database(async |store| {
        let seen = store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap().version;
        let ticket = || NewTicket { user_version: Some(seen), ..store.ticket() };
        store.issue(ticket()).await;
        let mut tx = store.identity.begin().await.unwrap();
        tx.change_user(&store.user, UserChange { not_before: Some(1), ..UserChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        let refused = store.identity.issue_ticket(ticket(), "ptr").await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        assert_eq!(store.count("ticket").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_failing_command_does_not_hurt_its_neighbours() {
    each_database(async |store| {
        let nowhere = ClientId::from("no-such-client");
        let nobody = UserId::from("no-such-user");
        // Asked for together, so that on SQLite they share a batch.
        let (first, broken, unknown, last) = tokio::join!(
            store.identity.issue_ticket(store.ticket(), "ptr"),
            store.identity.issue_ticket(NewTicket { client: Some(&nowhere), ..store.ticket() }, "ptr"),
            store.identity.issue_ticket(NewTicket { user: Some(&nobody), ..store.ticket() }, "ptr"),
            store.identity.issue_ticket(store.ticket(), "ptr"),
        );
        assert!(matches!(broken, Err(Error::Fault(_))), "{broken:?}");
        assert!(matches!(unknown, Err(Error::NotFound("user"))), "{unknown:?}");
        assert!(store.finds(&first.unwrap()).await);
        assert!(store.finds(&last.unwrap()).await);
        assert_eq!(store.count("ticket").await, 2);
    })
    .await;
}

#[tokio::test]
async fn acknowledged_tickets_survive_a_death_without_shutdown() {
    each_database(async |mut store| {
        let mut issued = JoinSet::new();
        for _ in 0..100 {
            let (identity, realm) = (store.identity.clone(), Arc::clone(&store.realm));
            issued.spawn(async move { identity.issue_ticket(NewTicket::new(&realm, "test"), "ptr").await.unwrap() });
        }
        let secrets = issued.join_all().await;
        store.identity.revoke_tickets(&store.realm, TicketSelector::Secret(&secrets[0])).await.unwrap();
        // The first store is neither shut down nor dropped: what the second one finds was on disk.
        let second = store.store.another_node().await;
        let realm = second.realm("town").await.unwrap().unwrap();
        for (position, secret) in secrets.iter().enumerate() {
            let found = second.find_ticket(&realm, "test", secret).await.unwrap();
            assert_eq!(found.is_some(), position != 0, "{position}");
        }
        second.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn finding_costs_no_statement_on_one_node_and_one_on_several() {
    each_database(async |store| {
        let secret = store.issue(store.ticket()).await;
        assert!(store.finds(&secret).await);
        let single = store.identity.is_single_node();
        let sent = store
            .statements(async {
                for _ in 0..1000 {
                    assert!(store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().is_some());
                    store.identity.record(&store.realm, store.event("docker.token-issued"));
                }
                store.identity.flush_events().await;
            })
            .await;
        // The poller may have looked once or twice meanwhile.
        let polls = 20;
        if single { assert!(sent <= polls, "{sent}") } else { assert!((1000..=1000 + polls).contains(&sent), "{sent}") }
    })
    .await;
}

#[tokio::test]
async fn unknown_secrets_do_not_fill_the_map() {
    each_database(async |store| {
        for number in 0..100 {
            assert!(!store.finds(&Secret::from(format!("ptr_{number:043}"))).await);
        }
        assert_eq!(store.identity.statistics().tickets_in_memory, 0);
        let malformed =
            store.statements(async { assert!(!store.finds(&Secret::from("ptr_short".to_owned())).await) }).await;
        assert!(malformed <= 2, "only the poller may have sent something: {malformed}");
    })
    .await;
}

#[tokio::test]
async fn expired_tickets_are_swept_and_others_stay() {
    each_database(async |store| {
        let end = store.clock.now().plus_seconds(10);
        for _ in 0..3 {
            store.issue(NewTicket { expires_at: Some(end), ..store.ticket() }).await;
        }
        let used = store.issue(store.ticket()).await;
        let kept = store.issue(store.ticket()).await;
        store.identity.consume_ticket(&store.realm, "test", &used).await.unwrap().unwrap();
        store.clock.advance(10_000);
        assert_eq!(store.identity.sweep().await.unwrap().tickets, 3);
        assert_eq!(store.count("ticket").await, 2);
        store.clock.advance(24 * 60 * 60 * 1000);
        assert_eq!(store.identity.sweep().await.unwrap().tickets, 1);
        assert!(store.finds(&kept).await);
    })
    .await;
}

#[tokio::test]
async fn the_look_up_goes_by_the_key() {
    each_database(async |store| {
        let reader = store.identity.store().reader();
        let backend = reader.get_database_backend();
        if backend != DbBackend::Sqlite {
            return;
        }
        let hash = TicketHash::of(&Secret::from(format!("ptr_{}", "A".repeat(43)))).unwrap();
        let Statement { sql, values, .. } = backend.build(&find::statement(hash, store.clock.now()));
        let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {sql}"), values, db_backend: backend };
        let plan: Vec<String> =
            reader.query_all_raw(explain).await.unwrap().iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        assert!(plan.iter().any(|step| step.starts_with("SEARCH ticket USING INDEX")), "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.starts_with("SCAN ticket") || step.starts_with("SCAN realm_user")),
            "{plan:?}"
        );
    })
    .await;
}

/// Codes, links in mails and pushed requests are tickets: of fifty who show one at once, on two nodes, one gets it.
#[tokio::test]
async fn a19_a58_two_nodes_give_a_ticket_once() {
    each_database(async |mut town| {
        let secret = town.issue(town.ticket()).await;
        let mut nodes = vec![town.identity.clone()];
        // SQLite is one node's alone.
        if !town.identity.is_single_node() {
            nodes.push(town.store.another_node().await);
        }
        let mut asked = JoinSet::new();
        for node in nodes.iter().cycle().take(50) {
            let (node, realm, secret) = (node.clone(), std::sync::Arc::clone(&town.realm), secret.clone());
            asked.spawn(async move { node.consume_ticket(&realm, "test", &secret).await.unwrap().is_some() });
        }
        let got = asked.join_all().await.into_iter().filter(|got| *got).count();
        assert_eq!(got, 1);
        for node in nodes.iter().skip(1) {
            node.shutdown().await;
        }
        assert!(!town.finds(&secret).await);
    })
    .await;
}
