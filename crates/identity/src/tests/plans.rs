//! Every statement that a request may wait for uses an index: the statements are taken as they are sent, and explained.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use serde_json::json;

use crate::{
    EventQuery, NewClientSession, NewGroup, NewSession, NewTicket, NewUser, Notes, Page, RefreshPolicy, SessionPage,
    TicketLifetime, TicketSelector, UserQuery,
    testing::{TestStore, on_each_database},
};

/// The plan of a statement, one step a line.
async fn plan(database: &DatabaseConnection, statement: &Statement) -> Vec<String> {
    let explain = match database.get_database_backend() {
        DbBackend::Postgres => "EXPLAIN",
        _ => "EXPLAIN QUERY PLAN",
    };
    let sql = format!("{explain} {}", statement.sql);
    let explained = match &statement.values {
        Some(values) => Statement::from_sql_and_values(database.get_database_backend(), sql, values.clone()),
        None => Statement::from_string(database.get_database_backend(), sql),
    };
    let on = database.begin().await.unwrap();
    if database.get_database_backend() == DbBackend::Postgres {
        // Over a few rows PostgreSQL reads the table whatever there is; forbidden to, it still must where no index fits.
        on.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
    }
    let rows = on.query_all_raw(explained).await.unwrap();
    on.rollback().await.unwrap();
    let step = |row: &sea_orm::QueryResult| row.try_get("", "QUERY PLAN").or_else(|_| row.try_get("", "detail"));
    rows.iter().map(|row| step(row).unwrap()).collect()
}

fn reads_a_whole_table(step: &str) -> bool {
    let step = step.trim();
    // SQLite says SCAN for a table read from end to end, with an index or without; PostgreSQL says Seq Scan.
    step.contains("Seq Scan")
        || step.starts_with("SCAN")
            && !["SUBQUERY", "CONSTANT ROW", "SCAN given", "SCAN fitting", "SCAN counted"]
                .iter()
                .any(|harmless| step.contains(harmless))
}

/// Runs something, and explains each statement that it sent.
async fn explained<T>(store: &TestStore, what: &str, run: impl Future<Output = T>) -> T {
    Box::pin(explained_but(store, what, "no index of this name", Box::pin(run))).await
}

/// The same, where this index may be read from its beginning.
async fn explained_but<T>(store: &TestStore, what: &str, but: &str, run: impl Future<Output = T>) -> T {
    let sent = &store.identity.store().statements;
    sent.listen();
    let answer = run.await;
    let heard = sent.heard();
    assert!(!heard.is_empty(), "{what}: nothing was sent");
    let reader = &store.identity.store().writer;
    for statement in heard {
        let verb = statement.sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        if !["SELECT", "UPDATE", "DELETE", "WITH"].contains(&verb.as_str()) {
            continue;
        }
        for step in plan(reader, &statement).await {
            assert!(step.contains(but) || !reads_a_whole_table(&step), "{what}: {step}\n{}", statement.sql);
        }
    }
    answer
}

#[tokio::test]
async fn no_hot_statement_reads_a_whole_table() {
    on_each_database(async |mut store| {
        let realm = store.add_realm("quay", json!({})).await;
        let anna = NewUser {
            email: Some("a@x.org".to_owned()),
            attributes: [("department".to_owned(), vec!["docks".to_owned()])].into(),
            ..NewUser::named("anna")
        };
        let id = store.add_user(&realm.id, anna, "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let group = tx.add_group(&realm.id, NewGroup { name: "team".to_owned(), ..NewGroup::default() }).await.unwrap();
        tx.grant_group_role(&group, realm.role_named("offline_access").unwrap()).await.unwrap();
        tx.join_group(&id, &group).await.unwrap();
        tx.commit().await.unwrap();
        store.restart().await;

        let identity = store.identity.clone();
        let realm = explained(&store, "realm by name", identity.realm("quay")).await.unwrap().unwrap();
        let found = explained(&store, "user by name", identity.find_user_by_login(&realm, "anna")).await.unwrap();
        assert_eq!(found.unwrap().id, id);
        let found = explained(&store, "user by address", identity.find_user_by_login(&realm, "a@x.org")).await.unwrap();
        assert_eq!(found.unwrap().id, id);
        let found = explained(&store, "nobody", identity.find_user_by_login(&realm, "no@x.org")).await.unwrap();
        assert!(found.is_none());
        let found = explained(&store, "credentials", identity.credentials_of(&id, "password")).await.unwrap();
        assert_eq!(found.len(), 1);

        let ticket = |kind| NewTicket {
            realm: &realm,
            kind,
            client: None,
            user: Some(&id),
            family: None,
            payload: json!({}),
            expires_at: None,
            dies_with_password: true,
            user_version: None,
            most: Some(1),
        };
        let secret = explained(&store, "issue", identity.issue_ticket(ticket("one"), "pt")).await.unwrap();
        store.restart().await;
        let identity = store.identity.clone();
        let found = explained(&store, "ticket by secret", identity.find_ticket(&realm, "one", &secret)).await.unwrap();
        let found = found.unwrap();
        store.clock.advance(60 * 60 * 1000);
        let lifetime = TicketLifetime::offline(&realm.settings);
        explained(&store, "touch", identity.touch_ticket(&secret, &found, lifetime)).await;
        let used = explained(&store, "consume", identity.consume_ticket(&realm, "one", &secret)).await.unwrap();
        assert!(used.is_some());
        for selector in
            [TicketSelector::User(&id), TicketSelector::UserAndKind(&id, "one"), TicketSelector::Secret(&secret)]
        {
            explained(&store, "revoke", identity.revoke_tickets(&realm, selector)).await.unwrap();
        }
        explained(&store, "failed log-in", identity.record_failure(&realm, &id, None)).await.unwrap();
        let mut tx = identity.begin().await.unwrap();
        explained(&store, "one more user", async {
            tx.add_user(&realm.id, NewUser::named("bert")).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn no_statement_over_sessions_reads_a_whole_table() {
    on_each_database(async |mut store| {
        let realm = store.add_realm("quay", json!({})).await;
        let anna = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let web = tx.add_client(&realm.id, json!({ "clientId": "web", "serviceAccountsEnabled": true })).await.unwrap();
        tx.commit().await.unwrap();
        store.restart().await;
        let (identity, realm) = (store.identity.clone(), store.realm("quay").await);
        let client = realm.client("web").unwrap();
        let proven = identity.prove_service_account(&realm, client).await.unwrap();
        let user = proven.user().id.clone();
        let part = || NewClientSession { client: &web, notes: Notes::default() };
        let open = async || {
            let new = NewSession { client: Some(part()), ..NewSession::default() };
            identity.open_session(&realm, &proven, new).await.unwrap().0.id
        };
        let id = explained(&store, "open", open()).await;
        explained(&store, "attach", identity.attach_client(&realm, &id, part(), None)).await.unwrap();
        store.restart().await;
        let identity = store.identity.clone();
        let look = identity.live_session(&realm, &id, false, Some(&web));
        let live = explained(&store, "look", look).await.unwrap().unwrap();
        let (one, two) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let policy = RefreshPolicy { max_reuse: 1, grace_millis: 0 };
        for what in ["rotate", "reuse", "replay"] {
            let rotate = identity.rotate_refresh(&realm, &id, false, &web, one, two, policy);
            explained(&store, what, rotate).await.unwrap();
        }
        explained(&store, "offline", identity.open_offline_session(&realm, &live, part())).await.unwrap();
        store.clock.advance(120_000);
        explained(&store, "touch", async {
            identity.touch_session(&realm, &live);
            // Behind it in the writer's line.
            identity.close_session(&realm, &id).await.unwrap();
        })
        .await;
        for offline in [false, true] {
            explained(&store, "end of a part", identity.close_client_session(&realm, &id, offline, &web))
                .await
                .unwrap();
        }
        explained(&store, "of a user's", identity.close_client_sessions_of_user(&realm, &web, &user)).await.unwrap();
        explained(&store, "of a client's", identity.close_client_sessions(&realm, &web, true)).await.unwrap();
        explained(&store, "all of a user", identity.close_user_sessions(&realm, &user, true)).await.unwrap();
        let new = NewSession { client: Some(part()), ..NewSession::default() };
        identity.open_session(&realm, &proven, new).await.unwrap();
        let page = SessionPage::default();
        explained(&store, "a user's", identity.sessions_of_user(&realm, &user, false, page)).await.unwrap();
        explained(&store, "a client's", identity.sessions_of_client(&realm, &web, false, page)).await.unwrap();
        explained(&store, "count", identity.count_sessions(&realm, Some(&web), false)).await.unwrap();
        explained(&store, "sweep", identity.sweep()).await.unwrap();
        explained(&store, "consent", identity.grant_consent(&realm, &anna, &web, &[])).await.unwrap();
        explained(&store, "consents", identity.consents_of_user(&realm, &anna)).await.unwrap();
        explained(&store, "no consent", identity.revoke_consent(&realm, &anna, &web)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_search_for_people_reads_a_whole_table() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let anna = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let group = tx.add_group(&realm.id, NewGroup { name: "team".to_owned(), ..NewGroup::default() }).await.unwrap();
        tx.commit().await.unwrap();
        let (identity, realm) = (&store.identity, store.realm("quay").await);
        let any = UserQuery::default;
        let text = |text: &str| Some(text.to_owned());
        let questions = [
            any(),
            UserQuery { search: text("an"), ..any() },
            UserQuery { search: text("\"anna\""), ..any() },
            UserQuery { username: text("anna"), exact: true, service_accounts: true, ..any() },
            UserQuery { email: text("a@x.org"), exact: true, ..any() },
            UserQuery { last_name: text("a"), exact: true, ..any() },
            UserQuery { attributes: vec![("site".to_owned(), "north".to_owned())], ..any() },
            UserQuery { identity_provider: text("up"), identity_user: text("1"), ..any() },
            UserQuery { group: Some(group.clone()), ..any() },
            UserQuery { role: realm.role_named("offline_access").cloned(), ..any() },
        ];
        for question in questions {
            // The way through all users in the order of their names is an index, read as far as the page is long.
            let what = format!("{question:?}");
            let page = identity.find_users(&realm, &question, Page::first(10));
            explained_but(&store, &what, "realm_user_people", page).await.unwrap();
            let count = identity.count_users(&realm, &question);
            explained_but(&store, &what, "realm_user_people", count).await.unwrap();
        }
        explained(&store, "links", identity.federated_identities(&anna)).await.unwrap();
        explained(&store, "credentials", identity.shown_credentials(&anna)).await.unwrap();
        explained(&store, "a group's document", identity.group_documents(&realm, std::slice::from_ref(&group)))
            .await
            .unwrap();
        explained(&store, "events", identity.stored_events(&realm, EventQuery::default())).await.unwrap();
        let mut tx = identity.begin().await.unwrap();
        explained(&store, "arranging groups", async {
            tx.set_default_group(&group, true).await.unwrap();
            tx.log_out_user(&anna).await.unwrap();
            tx.remove_group(&group).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_listener_would_notice_a_missing_index() {
    on_each_database(async |store| {
        let reader = store.identity.store().reader();
        let missing =
            Statement::from_string(reader.get_database_backend(), "SELECT id FROM realm_user WHERE first_name = 'x'");
        assert!(plan(reader, &missing).await.iter().any(|step| reads_a_whole_table(step)));
    })
    .await;
}
