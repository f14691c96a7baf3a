//! What happens where a realm exists, and what is left when an import fails.

use super::*;
use crate::realm_file::ImportError;
use crate::realm_file::import::Alive;
use crate::testing::on_each_database;

fn with_user(realm: &str, id: &str, user: &str) -> RealmFile {
    text(&json!({"id": id, "realm": realm, "enabled": true, "users": [{"id": format!("{id}-u"), "username": user}]}))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_realm_is_refused_left_alone_or_replaced() {
    on_each_database(async |store| {
        import(&store.identity, with_user("a", "1", "old")).await;
        let before = store.realm("a").await;
        assert!(store.identity.find_user_by_login(&before, "old").await.unwrap().is_some());

        let bring = async |file: RealmFile, strategy: Strategy| {
            store.identity.import_realm(file, strategy, &Births, &NoProgress).await
        };
        let refused = bring(with_user("a", "1", "new"), Strategy::Fail).await;
        assert!(matches!(refused, Err(ImportError::Exists(name)) if name == "a"));
        let skipped = bring(with_user("a", "1", "new"), Strategy::Skip).await;
        assert!(matches!(skipped, Ok(ImportOutcome::Skipped)));
        assert_eq!(store.realm("a").await.version, before.version);

        let replaced = bring(with_user("a", "1", "new"), Strategy::Overwrite).await;
        assert!(matches!(replaced, Ok(ImportOutcome::Imported(_))), "{replaced:?}");
        let after = store.realm("a").await;
        assert_eq!(after.id, before.id);
        assert!(after.version > before.version);
        assert!(store.identity.find_user_by_login(&after, "old").await.unwrap().is_none());
        assert!(store.identity.find_user_by_login(&after, "new").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_realms_leaves_master_managing_them_all() {
    on_each_database(async |store| {
        import(&store.identity, with_user("master", "m", "root")).await;
        import(&store.identity, with_user("a", "1", "old")).await;
        let managing = async || {
            let master = store.realm("master").await;
            assert!(master.client_role_named("a-realm", "manage-users").is_some());
            master.client("a-realm").expect("master manages it").id.clone()
        };
        let before = managing().await;
        for (file, expected) in [(with_user("a", "1", "new"), true), (with_user("master", "m", "root"), false)] {
            let replaced = store.identity.import_realm(file, Strategy::Overwrite, &Births, &NoProgress).await;
            assert!(matches!(replaced, Ok(ImportOutcome::Imported(_))), "{replaced:?}");
            assert_eq!(managing().await == before, expected, "the client stays as long as master does");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a76_a_failure_half_way_leaves_nothing() {
    on_each_database(async |store| {
        import(&store.identity, with_user("a", "1", "x")).await;
        let rows = (count(&store, "realm").await, count(&store, "client").await, count(&store, "realm_user").await);
        // The realm and its clients are written before the user whose id is taken is met.
        let file = text(&json!({"realm": "b", "users": [{"username": "y"}, {"id": "1-u", "username": "z"}]}));
        let error = store.identity.import_realm(file, Strategy::Fail, &Births, &NoProgress).await.unwrap_err();
        assert_eq!(error.to_string(), "file.json: /users: the id \"1-u\" is used by a user of another realm");
        let after = (count(&store, "realm").await, count(&store, "client").await, count(&store, "realm_user").await);
        assert_eq!(rows, after);
        assert!(store.identity.realm("b").await.unwrap().is_none());

        let copy = text(&json!({"realm": "c", "id": "1"}));
        let error = store.identity.import_realm(copy, Strategy::Fail, &Births, &NoProgress).await.unwrap_err();
        assert_eq!(error.to_string(), "file.json: /id: the id \"1\" is used by another realm");
        assert_eq!(rows.0, count(&store, "realm").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a76_a_failed_replacement_leaves_the_old_realm() {
    on_each_database(async |store| {
        import(&store.identity, with_user("a", "1", "old")).await;
        import(&store.identity, with_user("b", "2", "other")).await;
        let file = text(&json!({"id": "1", "realm": "a", "users": [{"id": "2-u", "username": "new"}]}));
        let error = store.identity.import_realm(file, Strategy::Overwrite, &Births, &NoProgress).await;
        assert!(matches!(error, Err(ImportError::Faults(_))), "{error:?}");
        let realm = store.realm("a").await;
        assert!(store.identity.find_user_by_login(&realm, "old").await.unwrap().is_some());
        assert!(store.identity.find_user_by_login(&realm, "new").await.unwrap().is_none());
    })
    .await;
}

/// What an import looks like that died before it showed its realm.
async fn hide_all(store: &TestStore) {
    use sea_orm::ConnectionTrait;
    let writer = &store.identity.store().writer;
    writer.execute_unprepared("UPDATE realm SET visible = FALSE").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f01_what_a_dead_import_left_is_in_nobodys_way() {
    on_each_database(async |store| {
        import(&store.identity, with_user("a", "1", "x")).await;
        hide_all(&store).await;
        import(&store.identity, with_user("a", "3", "y")).await;
        assert_eq!(count(&store, "realm_user").await, 1, "the old half is gone");
        let realm = store.realm("a").await;
        assert!(store.identity.find_user_by_login(&realm, "y").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f01_what_a_dead_import_left_is_swept_and_a_running_one_is_left_alone() {
    on_each_database(async |mut store| {
        // Another process imports something: what is invisible may be its.
        let other = store.another_node().await;
        let alive = Alive::begin(other.store()).await.unwrap();
        import(&store.identity, with_user("a", "1", "x")).await;
        hide_all(&store).await;
        assert_eq!(store.identity.sweep().await.unwrap().realms, 0);
        let again = store.identity.import_realm(with_user("a", "3", "y"), Strategy::Skip, &Births, &NoProgress).await;
        assert!(matches!(again, Err(ImportError::UnderWay(_))), "{again:?}");
        assert_eq!(count(&store, "realm_user").await, 1);
        alive.end().await;
        other.shutdown().await;
        // Each of the two sweeps by itself, too: whoever comes first does it.
        while count(&store, "realm").await > 0 {
            store.identity.sweep().await.unwrap();
        }
        for (table, rows) in store.rows().await {
            assert_eq!(rows, 0, "{table}");
        }
    })
    .await;
}

/// Opens the store from elsewhere while the users come in.
struct Opener {
    settings: std::sync::Mutex<Option<crate::OpenSettings>>,
}

impl super::super::Progress for Opener {
    fn start(&self, _: &str, _: u64) {}

    fn advance(&self, _: u64) {
        let Some(settings) = self.settings.lock().unwrap().take() else { return };
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                Identity::open(settings).await.unwrap().shutdown().await;
            });
        });
    }

    fn finish(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_leaves_a_running_import_alone() {
    on_each_database(async |mut store| {
        let opener = Opener { settings: std::sync::Mutex::new(Some(store.settings())) };
        let done = store.identity.import_realm(with_user("a", "1", "x"), Strategy::Fail, &Births, &opener).await;
        assert!(matches!(done, Ok(ImportOutcome::Imported(_))), "{done:?}");
        assert!(opener.settings.lock().unwrap().is_none(), "it was opened meanwhile");
        let realm = store.realm("a").await;
        assert!(store.identity.find_user_by_login(&realm, "x").await.unwrap().is_some());
    })
    .await;
}
