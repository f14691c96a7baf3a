//! A79, A86, A87: stored tokens and what kills them.

use super::*;
use crate::{Error, Method, TicketSelector};

async fn proves(house: &House, kind: &str, secret: &Secret) -> &'static str {
    let answer = house.identity.prove_ticket(&house.realm, kind, secret, None, &house.peer).await;
    word(&answer.map(|(proven, _)| proven))
}

#[tokio::test]
async fn a_ticket_proves_its_user_as_of_the_moment_it_was_issued() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let secret = house.ticket(&alice).await;
        house.clock.advance(10_000);
        let (proven, ticket) =
            house.identity.prove_ticket(&house.realm, "test", &secret, None, &house.peer).await.unwrap();
        assert_eq!((proven.user().id.clone(), proven.at(), proven.method()), (alice.clone(), START, Method::Ticket));
        assert_eq!(ticket.user.as_ref(), Some(&alice));
    })
    .await;
}

#[tokio::test]
async fn a86_a_token_that_is_unknown_revoked_expired_or_of_another_kind_is_invalid() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let secret = house.ticket(&alice).await;
        assert_eq!(proves(&house, "other", &secret).await, "invalid_token");
        let guessed = secret.expose().replace(char::is_numeric, "x") + "y";
        for unknown in ["", "x", &guessed, &"x".repeat(100_000)] {
            assert_eq!(proves(&house, "test", &Secret::from(unknown)).await, "invalid_token");
        }
        assert_eq!(proves(&house, "test", &secret).await, "ok");
        let selector = TicketSelector::Secret(&secret);
        assert_eq!(house.identity.revoke_tickets(&house.realm, selector).await.unwrap(), 1);
        assert_eq!(proves(&house, "test", &secret).await, "invalid_token");

        let new = NewTicket {
            user: Some(&alice),
            expires_at: Some(START.plus_seconds(60)),
            ..NewTicket::new(&house.realm, "test")
        };
        let short = house.identity.issue_ticket(new, "test").await.unwrap();
        assert_eq!(proves(&house, "test", &short).await, "ok");
        house.clock.advance(60_000);
        assert_eq!(proves(&house, "test", &short).await, "invalid_token");
        // A token is no password, and a password no token.
        assert_ne!(house.outcome("alice", short.expose()).await, "ok");
        assert_eq!(proves(&house, "test", &Secret::from(PASSWORD)).await, "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn a86_a_disabled_or_deleted_user_has_no_token_and_a79_a_new_one_of_the_name_inherits_none() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let secret = house.ticket(&alice).await;
        house.change(&alice, UserChange { enabled: Some(false), ..UserChange::default() }).await;
        assert_ne!(proves(&house, "test", &secret).await, "ok");
        house.change(&alice, UserChange { enabled: Some(true), ..UserChange::default() }).await;
        assert_eq!(proves(&house, "test", &secret).await, "invalid_token", "disabling was the end of it");
        let secret = house.ticket(&alice).await;
        assert_eq!(proves(&house, "test", &secret).await, "ok");
        let mut tx = house.identity.begin().await.unwrap();
        tx.remove_user(&alice).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proves(&house, "test", &secret).await, "invalid_token");
        house.user("alice").await;
        assert_eq!(proves(&house, "test", &secret).await, "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn a79_counters_of_a_deleted_user_do_not_come_back_with_the_row() {
    on_each(guarded(2), async |house| {
        let alice = house.user("alice").await;
        house.outcome("alice", "guess 1").await;
        house.outcome("alice", "guess 2").await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "user_temporarily_disabled");
        let mut tx = house.identity.begin().await.unwrap();
        tx.remove_user(&alice).await.unwrap();
        tx.commit().await.unwrap();
        // As a realm file may bring it, with the row it had.
        let again = NewUser { id: Some(alice.clone()), ..NewUser::named("alice") };
        assert_eq!(house.add(again, Some((PASSWORD, cheap()))).await, alice);
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn not_before_of_user_and_realm_kills_what_was_issued_before_it() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |mut house| {
        let alice = house.user("alice").await;
        let old = house.ticket(&alice).await;
        house.clock.advance(10_000);
        let not_before = Some(START.seconds() + 10);
        house.change(&alice, UserChange { not_before, ..UserChange::default() }).await;
        assert_eq!(proves(&house, "test", &old).await, "invalid_token");
        let new = house.ticket(&alice).await;
        assert_eq!(proves(&house, "test", &new).await, "ok");
        house.clock.advance(10_000);
        house.settings(json!({ "notBefore": START.seconds() + 20 })).await;
        assert_eq!(proves(&house, "test", &new).await, "invalid_token");
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok", "who logs in now is not from before");
    })
    .await;
}

#[tokio::test]
async fn a_pending_action_stops_passwords_and_not_what_was_issued_before() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let secret = house.ticket(&alice).await;
        let required_actions = Some(vec!["UPDATE_PASSWORD".to_owned()]);
        house.change(&alice, UserChange { required_actions, ..UserChange::default() }).await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "resolve_required_actions");
        assert_eq!(proves(&house, "test", &secret).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn a87_a_ticket_without_a_user_proves_nobody() {
    on_each(json!({}), async |house| {
        let secret = house.identity.issue_ticket(NewTicket::new(&house.realm, "test"), "test").await.unwrap();
        assert_eq!(proves(&house, "test", &secret).await, "invalid_token");
        let stranger = UserId::from("00000000-0000-4000-8000-000000000000");
        let new = NewTicket { user: Some(&stranger), ..NewTicket::new(&house.realm, "test") };
        assert!(matches!(house.identity.issue_ticket(new, "test").await, Err(Error::NotFound(_))));
    })
    .await;
}
