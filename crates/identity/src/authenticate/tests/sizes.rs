//! A65: passwords of every size and script; the line is bounded.

use super::*;

#[tokio::test]
async fn a65_any_password_up_to_the_cap_is_taken_whole() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let long = "x".repeat(4096);
        let passwords = ["1", "nul\0nul", "שלום עולם", "🔑🔑🔑", "e\u{301}", &long];
        for (number, password) in passwords.iter().enumerate() {
            let name = format!("user-{number}");
            house.user_with(&name, password, cheap()).await;
            assert_eq!(house.outcome(&name, password).await, "ok", "{number}");
        }
        for (name, almost) in [
            ("user-1", "nul"),
            ("user-1", "nul\0nux"),
            // The same letter to the eye, another text: passwords are not normalised.
            ("user-4", "\u{e9}"),
            ("user-5", &long[1..]),
            ("user-5", &(long[1..].to_owned() + "y")),
        ] {
            assert_eq!(house.outcome(name, almost).await, "invalid_user_credentials", "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a65_what_is_too_long_or_empty_costs_no_hash_and_no_statement() {
    on_each(guarded(1), async |house| {
        let alice = house.user("alice").await;
        let (jobs, statements) = (house.jobs(), house.identity.statistics().statements);
        let huge = "x".repeat(10_000_000);
        for login in ["alice", "nobody"] {
            for password in ["", &huge[..4097], &huge] {
                let denied = house.attempt(login, password).await.unwrap_err();
                assert!(denied.looks_wrong());
                assert_eq!(denied.user(), None);
            }
        }
        for login in ["", &huge[..1025]] {
            assert!(house.attempt(login, "x").await.unwrap_err().looks_wrong());
        }
        assert_eq!(house.jobs(), jobs);
        // A poller may have looked meanwhile; a door would have sent dozens.
        assert!(house.identity.statistics().statements - statements < 8);
        assert_eq!(house.failures(&alice).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a65_a_full_line_refuses_known_and_unknown_alike_and_counts_nothing() {
    on_each_database(async |mut store| {
        // The same store with room for one job in the line.
        let mut settings = store.settings();
        settings.hashing.queue = 1;
        store.identity.shutdown().await;
        store.identity = Identity::open(settings).await.unwrap();
        let house = House::build(store, guarded(1)).await;
        let alice = house.user("alice").await;
        house.gate.pause();
        let filled = house.attempt("alice", PASSWORD);
        let refused = async {
            house.until_queued(1).await;
            for (login, password) in [("alice", "wrong"), ("alice", "right?"), ("nobody", "wrong")] {
                let denied = house.attempt(login, password).await.unwrap_err();
                assert!(matches!(denied, Denied::Busy { retry_after_seconds: 1.. }), "{login}: {denied:?}");
                assert!(!denied.looks_wrong());
            }
            house.gate.resume();
        };
        let (filled, ()) = tokio::join!(filled, refused);
        assert_eq!(word(&filled), "ok");
        assert_eq!(house.failures(&alice).await, 0);
    })
    .await;
}
