//! A66: what is the same name, and what only looks like it.

use super::*;

#[tokio::test]
async fn a66_case_does_not_matter_and_look_alikes_are_nobody() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let id = house.user("istanbul").await;
        for same in ["istanbul", "ISTANBUL", "Istanbul"] {
            assert_eq!(house.attempt(same, PASSWORD).await.unwrap().user().id, id, "{same}");
        }
        for other in [
            "ıstanbul",         // Turkish dotless i
            "İstanbul",         // Turkish dotted capital I, which lower-cases to two characters
            "іstanbul",         // Cyrillic і
            "ｉｓｔａｎｂｕｌ", // full width
            "istan\u{200b}bul", // zero-width space
            "istanbul\0",
            "istan bul",
        ] {
            assert_eq!(house.outcome(other, PASSWORD).await, "user_not_found", "{other:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a66_an_address_logs_in_only_as_the_realm_allows_and_never_as_somebody_elses_name() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |mut house| {
        let mut bob = NewUser::named("bob");
        bob.email = Some("bob@harbour.test".to_owned());
        let bob = house.add(bob, Some(("bobs", cheap()))).await;
        assert_eq!(house.attempt("BOB@harbour.test", "bobs").await.unwrap().user().id, bob);
        let thief = house.add(NewUser::named("bob@harbour.test"), Some(("thiefs", cheap()))).await;
        // Whoever wins, it is one of them, with their own password.
        let as_thief = house.attempt("bob@harbour.test", "thiefs").await.is_ok_and(|proven| proven.user().id == thief);
        let as_bob = house.attempt("bob@harbour.test", "bobs").await.is_ok_and(|proven| proven.user().id == bob);
        assert!(as_thief != as_bob);
        assert_eq!(house.attempt("bob", "bobs").await.unwrap().user().id, bob);
        house.settings(json!({ "loginWithEmailAllowed": false })).await;
        assert_eq!(house.attempt("bob@harbour.test", "thiefs").await.unwrap().user().id, thief);
        assert_ne!(house.outcome("bob@harbour.test", "bobs").await, "ok");
    })
    .await;
}
