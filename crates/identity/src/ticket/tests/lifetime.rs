//! Tickets that are used again and again, and how many of them there may be.

use super::*;

/// Ten days without use, sixty in all.
const LIFETIME: TicketLifetime = TicketLifetime { idle: 10 * 86_400, most: Some(60 * 86_400) };
const DAY: u64 = 86_400_000;

#[tokio::test]
async fn a_ticket_in_use_lives_on_and_one_that_lies_idle_dies() {
    each_database(async |store| {
        let now = store.clock.now();
        let end = Some(LIFETIME.end(now, now));
        let used = store.issue(NewTicket { expires_at: end, ..store.ticket() }).await;
        let idle = store.issue(NewTicket { expires_at: end, ..store.ticket() }).await;
        for day in 0..59 {
            store.clock.advance(DAY);
            let found = store.identity.find_ticket(&store.realm, "test", &used).await.unwrap();
            let found = found.unwrap_or_else(|| panic!("dead on day {day}"));
            assert!(!LIFETIME.is_over(&found, store.clock.now()));
            store.identity.touch_ticket(&used, &found, LIFETIME).await;
        }
        assert!(!store.finds(&idle).await);
        assert_eq!(store.identity.sweep().await.unwrap().tickets, 1, "the idle one");
        store.clock.advance(DAY);
        assert!(!store.finds(&used).await, "the end is the end");
        assert_eq!(store.identity.sweep().await.unwrap().tickets, 1);
    })
    .await;
}

#[tokio::test]
async fn an_hours_uses_are_written_once_and_wake_nothing_that_is_dead() {
    each_database(async |store| {
        let now = store.clock.now();
        let secret = store.issue(NewTicket { expires_at: Some(LIFETIME.end(now, now)), ..store.ticket() }).await;
        let found = store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().unwrap();
        store.clock.advance(60 * 60 * 1000 - 1);
        let sent = store.statements(store.identity.touch_ticket(&secret, &found, LIFETIME)).await;
        assert!(sent <= 2, "only the poller may have sent something: {sent}");
        store.clock.advance(1);
        store.identity.touch_ticket(&secret, &found, LIFETIME).await;
        let again = store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().unwrap();
        assert_eq!(again.used_at, store.clock.now());
        assert_eq!(again.expires_at, Some(LIFETIME.end(now, store.clock.now())));

        store.clock.advance(DAY);
        store.identity.revoke_tickets(&store.realm, TicketSelector::Secret(&secret)).await.unwrap();
        store.identity.touch_ticket(&secret, &again, LIFETIME).await;
        assert!(!store.finds(&secret).await);
        let late =
            store.issue(NewTicket { expires_at: Some(store.clock.now().plus_seconds(60)), ..store.ticket() }).await;
        let found = store.identity.find_ticket(&store.realm, "test", &late).await.unwrap().unwrap();
        store.clock.advance(DAY);
        store.identity.touch_ticket(&late, &found, LIFETIME).await;
        assert!(!store.finds(&late).await, "what has expired stays so");
    })
    .await;
}

#[tokio::test]
async fn of_too_many_the_longest_unused_goes_and_nobody_elses() {
    each_database(async |store| {
        let bounded = || NewTicket { most: Some(2), ..store.ticket() };
        let other_kind = store.identity.issue_ticket(NewTicket::new(&store.realm, "other"), "ptr").await.unwrap();
        let of_nobody = store.issue(NewTicket::new(&store.realm, "test")).await;
        let first = store.issue(bounded()).await;
        store.clock.advance(DAY);
        let second = store.issue(bounded()).await;
        assert!(store.finds(&second).await);
        store.clock.advance(DAY);
        let found = store.identity.find_ticket(&store.realm, "test", &first).await.unwrap().unwrap();
        store.identity.touch_ticket(&first, &found, LIFETIME).await;
        store.clock.advance(DAY);
        let third = store.identity.issue_counted_ticket(bounded(), "ptr").await.unwrap();
        assert_eq!(third.displaced, 1);
        assert!(store.finds(&first).await && store.finds(&third.secret).await);
        assert!(!store.finds(&second).await, "not from memory either");
        assert!(store.finds(&of_nobody).await);
        assert!(store.identity.find_ticket(&store.realm, "other", &other_kind).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn the_bound_holds_for_many_at_once() {
    each_database(async |store| {
        let mut asked = JoinSet::new();
        for _ in 0..20 {
            let (identity, realm, user) = (store.identity.clone(), store.realm.clone(), store.user.clone());
            asked.spawn(async move {
                let new = NewTicket { user: Some(&user), most: Some(3), ..NewTicket::new(&realm, "test") };
                identity.issue_counted_ticket(new, "ptr").await.unwrap().displaced
            });
        }
        let displaced: usize = asked.join_all().await.into_iter().sum();
        assert_eq!((store.count("ticket").await, displaced), (3, 17));
    })
    .await;
}
