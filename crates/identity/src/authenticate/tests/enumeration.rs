//! A63: nothing tells an unknown name from a wrong password.

use super::*;

/// What an attempt cost.
#[derive(Debug, PartialEq)]
struct Cost {
    argon2: u64,
    pbkdf2_sha256: u64,
    pbkdf2_sha512: u64,
}

async fn cost_of(house: &House, login: &str, password: &str) -> (Cost, Denied) {
    let before = house.identity.hashing().stats().done_total;
    let denied = house.attempt(login, password).await.unwrap_err();
    let after = house.identity.hashing().stats().done_total;
    let cost = Cost {
        argon2: after.argon2 - before.argon2,
        pbkdf2_sha256: after.pbkdf2_sha256 - before.pbkdf2_sha256,
        pbkdf2_sha512: after.pbkdf2_sha512 - before.pbkdf2_sha512,
    };
    (cost, denied)
}

#[tokio::test]
async fn a63_unknown_wrong_locked_and_without_password_cost_one_hash_of_the_realms_kind() {
    on_each(guarded(1), async |house| {
        house.user("alice").await;
        house.user("locked").await;
        house.add(NewUser::named("brokered"), None).await;
        assert_eq!(house.outcome("locked", "wrong").await, "invalid_user_credentials");
        let one = Cost { argon2: 0, pbkdf2_sha256: 0, pbkdf2_sha512: 1 };
        for (login, password) in
            [("alice", "wrong"), ("nobody", "wrong"), ("brokered", "wrong"), ("locked", "wrong"), ("locked", PASSWORD)]
        {
            let (cost, denied) = cost_of(&house, login, password).await;
            assert_eq!(cost, one, "{login}");
            assert!(denied.looks_wrong(), "{login}: {denied:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a63_unknown_and_wrong_send_as_many_statements() {
    on_each(guarded(100), async |house| {
        house.user("alice").await;
        // Once each, so that memory is warm.
        house.outcome("alice", "first").await;
        house.outcome("nobody", "first").await;
        let mut sent = Vec::new();
        for login in ["alice", "nobody"] {
            let before = house.identity.statistics().statements;
            house.outcome(login, "second").await;
            sent.push(house.identity.statistics().statements - before);
        }
        // Looking for a name that is nobody's is never answered from memory; on one node that is all the difference.
        let lookups = if house.identity.is_single_node() { 1..=2 } else { 0..=1 };
        assert!(lookups.contains(&sent[1].abs_diff(sent[0])), "{sent:?}");
        assert!(sent[0] >= 3, "a wrong attempt is written down before it is answered: {sent:?}");
    })
    .await;
}

#[tokio::test]
async fn a63_the_kind_of_a_dummy_is_drawn_from_the_realms_mix_and_stays_with_the_name() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |mut house| {
        let sha256 = HashSpec::from_policy(Some("pbkdf2-sha256"), Some(1)).unwrap();
        for number in 0..4 {
            house.user_with(&format!("old-{number}"), PASSWORD, sha256).await;
            house.user_with(&format!("new-{number}"), PASSWORD, cheap()).await;
        }
        house.settings(json!({ "displayName": "reloaded" })).await;
        let mut kinds = Vec::new();
        for number in 0..40 {
            let name = format!("nobody-{number}");
            let (first, _) = cost_of(&house, &name, "wrong").await;
            let (again, _) = cost_of(&house, &name.to_uppercase(), "another").await;
            assert_eq!(first, again, "a name keeps its kind, however it is written");
            assert_eq!(first.argon2, 0);
            assert_eq!(first.pbkdf2_sha256 + first.pbkdf2_sha512, 1);
            kinds.push(first.pbkdf2_sha256);
        }
        // All forty of one kind: once in 2^39.
        assert!(kinds.contains(&0) && kinds.contains(&1), "{kinds:?}");
    })
    .await;
}

#[tokio::test]
async fn a63_equal_requests_at_once_share_one_hash_whether_or_not_the_name_is_somebodys() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        house.user("alice").await;
        for login in ["alice", "nobody"] {
            house.gate.pause();
            let (before, shared) = (house.jobs(), house.identity.hashing().stats().shared_total);
            let ask = || Box::pin(house.outcome(login, "x"));
            let asked = async { tokio::join!(ask(), ask(), ask()) };
            let opened = async {
                while house.identity.hashing().stats().shared_total < shared + 2 {
                    tokio::task::yield_now().await;
                }
                house.gate.resume();
            };
            let (answers, ()) = tokio::join!(asked, opened);
            assert_eq!(house.jobs() - before, 1, "{login}");
            assert!(answers.0 != "ok" && answers.1 != "ok" && answers.2 != "ok");
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_event_tells_who_is_unknown() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let wrong = house.attempt("alice", "wrong").await.unwrap_err();
        let unknown = house.attempt("nobody", "wrong").await.unwrap_err();
        assert_eq!((wrong.event_error(), wrong.user()), ("invalid_user_credentials", Some(&alice)));
        assert_eq!((unknown.event_error(), unknown.user()), ("user_not_found", None));
        assert!(wrong.looks_wrong() && unknown.looks_wrong());
    })
    .await;
}
