//! A client that acts for itself.

use super::*;
use crate::{Client, Method};

impl House {
    async fn robot(&mut self, document: Value) -> Arc<Client> {
        let mut tx = self.identity.begin().await.unwrap();
        tx.add_client(&self.realm.id, document).await.unwrap();
        tx.commit().await.unwrap();
        self.reload().await;
        Arc::clone(self.realm.client("robot").unwrap())
    }
}

fn robot() -> Value {
    json!({ "clientId": "robot", "protocol": "openid-connect", "serviceAccountsEnabled": true })
}

#[tokio::test]
async fn an_account_is_made_at_first_need_and_once_and_then_costs_no_statement() {
    on_each(Value::Null, async |mut house| {
        let client = house.robot(robot()).await;
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (identity, realm, client) = (house.identity.clone(), Arc::clone(&house.realm), Arc::clone(&client));
            asked.spawn(async move { identity.prove_service_account(&realm, &client).await.unwrap() });
        }
        let proven = asked.join_all().await;
        assert!(proven.iter().all(|one| one.user().id == proven[0].user().id));
        assert_eq!(proven[0].user().username, "service-account-robot");
        assert_eq!(proven[0].user().service_account_client.as_ref(), Some(&client.id));
        assert_eq!((proven[0].method(), proven[0].methods()), (Method::Client, Method::Client.into()));
        let before = house.identity.statistics().statements;
        for _ in 0..100 {
            house.identity.prove_service_account(&house.realm, &client).await.unwrap();
        }
        let sent = house.identity.statistics().statements - before;
        let expected = if house.identity.is_single_node() { 0 } else { 100 };
        // The poller may have looked once or twice meanwhile.
        assert!((expected..=expected + 20).contains(&sent), "{sent}");
    })
    .await;
}

#[tokio::test]
async fn a41_a_client_without_one_or_switched_off_proves_nothing() {
    on_each(Value::Null, async |mut house| {
        let client = house.robot(robot()).await;
        for patch in
            [json!({ "serviceAccountsEnabled": false }), json!({ "serviceAccountsEnabled": true, "enabled": false })]
        {
            let mut tx = house.identity.begin().await.unwrap();
            tx.change_client(&client.id, patch).await.unwrap();
            tx.commit().await.unwrap();
            house.reload().await;
            let client = Arc::clone(house.realm.client("robot").unwrap());
            let refused = house.identity.prove_service_account(&house.realm, &client).await;
            assert!(matches!(refused, Err(Denied::Invalid { user: None, .. })), "{refused:?}");
        }
        let made = house.identity.find_user_by_login(&house.realm, "service-account-robot").await.unwrap();
        assert!(made.is_none());
    })
    .await;
}

#[tokio::test]
async fn a41_a79_a_disabled_account_is_denied_and_a_removed_one_is_made_anew() {
    on_each(Value::Null, async |mut house| {
        let client = house.robot(robot()).await;
        let first = house.identity.prove_service_account(&house.realm, &client).await.unwrap().user().id.clone();
        let mut tx = house.identity.begin().await.unwrap();
        tx.change_user(&first, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        let denied = house.identity.prove_service_account(&house.realm, &client).await;
        assert!(matches!(denied, Err(Denied::Disabled { .. })), "{denied:?}");
        let mut tx = house.identity.begin().await.unwrap();
        tx.remove_user(&first).await.unwrap();
        tx.commit().await.unwrap();
        let second = house.identity.prove_service_account(&house.realm, &client).await.unwrap();
        assert_ne!(second.user().id, first);
    })
    .await;
}

#[tokio::test]
async fn a46_a_person_with_the_accounts_name_is_not_the_account() {
    on_each(Value::Null, async |mut house| {
        let person = house.user("service-account-robot").await;
        let client = house.robot(robot()).await;
        let refused = house.identity.prove_service_account(&house.realm, &client).await;
        assert!(matches!(refused, Err(Denied::Fault(crate::Error::Refused(_)))), "{refused:?}");
        let person = house.identity.find_user(&house.realm, &person).await.unwrap().unwrap();
        assert_eq!(person.service_account_client, None);
    })
    .await;
}
