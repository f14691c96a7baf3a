//! A41, A88: every way a token must not come about, one by one and together.

use crypto::secret::Secret;
use serde_json::{Value, json};

use super::*;
use crate::testing::{START, TestStore, on_each_database};
use crate::{Identity, NewTicket, NewUser, Peer, SecondFactor, UserChange, UserId};

struct House {
    identity: Identity,
    alice: UserId,
    ticket: Secret,
    _store: TestStore,
}

async fn on_each(test: impl AsyncFn(House)) {
    on_each_database(async |store| {
        let realm = store.add_realm("harbour", Value::Null).await;
        store.add_realm("other", Value::Null).await;
        let mut tx = store.identity.begin().await.unwrap();
        tx.add_client(&realm.id, json!({ "clientId": "registry", "protocol": "docker-v2" })).await.unwrap();
        tx.commit().await.unwrap();
        let alice = store.add_user(&realm.id, NewUser::named("alice"), "password").await;
        let new = NewTicket { user: Some(&alice), ..NewTicket::new(&realm, "test") };
        let ticket = store.identity.issue_ticket(new, "test").await.unwrap();
        test(House { identity: store.identity.clone(), alice, ticket, _store: store }).await;
    })
    .await;
}

impl House {
    async fn realm(&self) -> Arc<Realm> {
        self.identity.realm("harbour").await.unwrap().unwrap()
    }

    async fn by_password(&self) -> Transient {
        let peer = Peer { address: [192, 0, 2, 1].into() };
        let password = Secret::from("password");
        let realm = self.realm().await;
        self.identity
            .prove_password(&realm, "alice", &password, SecondFactor::Refuse, &peer)
            .await
            .map(Transient::from)
            .unwrap()
    }

    async fn by_ticket(&self) -> Transient {
        let peer = Peer { address: [192, 0, 2, 1].into() };
        let realm = self.realm().await;
        self.identity
            .prove_ticket(&realm, "test", &self.ticket, None, &peer)
            .await
            .map(|(proven, _)| proven.into())
            .unwrap()
    }

    /// Everybody whom a token may be for.
    async fn everybody(&self) -> [Transient; 3] {
        [self.by_password().await, self.by_ticket().await, Transient::anonymous()]
    }

    async fn change_realm(&self, patch: Value) {
        let realm = self.realm().await.id.clone();
        let mut tx = self.identity.begin().await.unwrap();
        tx.change_realm(&realm, patch).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn change_client(&self, patch: Value) {
        let client = self.realm().await.client("registry").unwrap().id.clone();
        let mut tx = self.identity.begin().await.unwrap();
        tx.change_client(&client, patch).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn ask(&self, protocol: &str, subject: &Transient) -> Result<(), GateRefusal> {
        let realm = self.realm().await;
        let client = Arc::clone(realm.client("registry").unwrap());
        admit(&realm, &client, protocol, subject, START).map(drop)
    }

    async fn all(&self, subjects: &[Transient], expected: Result<(), GateRefusal>) {
        for subject in subjects {
            assert_eq!(self.ask("docker-v2", subject).await, expected, "{:?}", subject.method());
        }
    }
}

#[tokio::test]
async fn a41_a88_realm_client_and_protocol_stop_everybody() {
    on_each(async |house| {
        let subjects = house.everybody().await;
        house.all(&subjects, Ok(())).await;
        for subject in &subjects {
            for protocol in ["openid-connect", "saml", "", "docker-v2 "] {
                assert_eq!(house.ask(protocol, subject).await, Err(GateRefusal::WrongProtocol));
            }
        }
        house.change_client(json!({ "enabled": false })).await;
        house.all(&subjects, Err(GateRefusal::ClientDisabled)).await;
        house.change_realm(json!({ "enabled": false })).await;
        house.all(&subjects, Err(GateRefusal::RealmDisabled)).await;
        house.change_client(json!({ "enabled": true })).await;
        house.all(&subjects, Err(GateRefusal::RealmDisabled)).await;
        house.change_realm(json!({ "enabled": true })).await;
        house.all(&subjects, Ok(())).await;
    })
    .await;
}

#[tokio::test]
async fn a41_not_before_of_realm_client_and_user_stops_who_was_proven_before_it() {
    on_each(async |house| {
        let [password, ticket, anonymous] = house.everybody().await;
        let (now, later) = (START.seconds(), START.seconds() + 1);
        for (seconds, expected) in [(now, Ok(())), (later, Err(GateRefusal::NotBefore)), (0, Ok(()))] {
            house.change_realm(json!({ "notBefore": seconds })).await;
            house.all(&[password.clone(), ticket.clone()], expected).await;
            house.all(std::slice::from_ref(&anonymous), Ok(())).await;
        }
        for (seconds, expected) in [(now, Ok(())), (later, Err(GateRefusal::NotBefore)), (0, Ok(()))] {
            house.change_client(json!({ "notBefore": seconds })).await;
            house.all(&[password.clone(), ticket.clone()], expected).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a41_the_user_as_they_were_when_proven_is_looked_at_again() {
    on_each(async |house| {
        let (realm, client) = {
            let realm = house.realm().await;
            let client = Arc::clone(realm.client("registry").unwrap());
            (realm, client)
        };
        // The door refuses such users itself; the gate does not rely on it.
        for method in [Method::Password, Method::PasswordAndOtp, Method::Ticket] {
            let user = house.identity.find_user(&realm, &house.alice).await.unwrap().unwrap();
            let with = |change: &dyn Fn(&mut crate::User)| {
                let mut user = (*user).clone();
                change(&mut user);
                let subject = Transient::from(crate::Proven::for_tests(&realm, Arc::new(user), START, method));
                admit(&realm, &client, "docker-v2", &subject, START).map(drop)
            };
            let pending = if method == Method::Ticket { Ok(()) } else { Err(GateRefusal::ActionRequired) };
            assert_eq!(with(&|_| {}), Ok(()));
            assert_eq!(with(&|user| user.enabled = false), Err(GateRefusal::UserDisabled));
            assert_eq!(with(&|user| user.required_actions.push("VERIFY_EMAIL".to_owned())), pending);
            assert_eq!(with(&|user| user.not_before = START.seconds() + 1), Err(GateRefusal::NotBefore));
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_or_user_of_another_realm_is_foreign() {
    on_each(async |house| {
        let (ours, other) = (house.realm().await, house.identity.realm("other").await.unwrap().unwrap());
        let mut tx = house.identity.begin().await.unwrap();
        tx.add_client(&other.id, json!({ "clientId": "registry", "protocol": "docker-v2" })).await.unwrap();
        tx.commit().await.unwrap();
        let other = house.identity.realm("other").await.unwrap().unwrap();
        let (our_client, their_client) =
            (ours.client("registry").unwrap().clone(), other.client("registry").unwrap().clone());
        let alice = house.by_password().await;
        let ask = |realm, client| admit(realm, client, "docker-v2", &alice, START).map(drop);
        assert_eq!(ask(&ours, &our_client), Ok(()));
        assert_eq!(ask(&ours, &their_client), Err(GateRefusal::ForeignClient));
        assert_eq!(ask(&other, &our_client), Err(GateRefusal::ForeignClient));
        assert_eq!(ask(&other, &their_client), Err(GateRefusal::ForeignUser));
    })
    .await;
}

#[tokio::test]
async fn only_an_active_key_of_the_realm_signs() {
    on_each(async |house| {
        let algorithm = Algorithm::Es256;
        let ours = house.identity.ensure_keys(&house.realm().await, &[algorithm]).await.unwrap();
        let other = house.identity.realm("other").await.unwrap().unwrap();
        let other = house.identity.ensure_keys(&other, &[algorithm]).await.unwrap();
        let client = ours.client("registry").unwrap();
        let anonymous = Transient::anonymous();
        let granted = admit(&ours, client, "docker-v2", &anonymous, START).unwrap();
        let (own, foreign) = (ours.keys().active(algorithm).unwrap(), other.keys().active(algorithm).unwrap());
        let header = EncodedHeader::new(algorithm, "JWT", &own.kid, None).unwrap();
        let token = granted.sign(own, algorithm, &header, &json!({ "sub": "x" })).unwrap();
        assert_eq!(token.split('.').count(), 3);
        assert!(matches!(granted.sign(foreign, algorithm, &header, &json!({})), Err(Error::Refused(_))));
        assert!(matches!(granted.sign(own, Algorithm::Rs256, &header, &json!({})), Err(Error::Fault(_))));

        let mut tx = house.identity.begin().await.unwrap();
        tx.change_key_status(&own.id, KeyStatus::Passive).await.unwrap();
        tx.commit().await.unwrap();
        let later = house.realm().await;
        let granted = admit(&later, later.client("registry").unwrap(), "docker-v2", &anonymous, START).unwrap();
        assert!(matches!(granted.sign(own, algorithm, &header, &json!({})), Err(Error::Refused(_))));
    })
    .await;
}

#[tokio::test]
async fn a41_a_user_disabled_since_is_stopped_at_the_door() {
    on_each(async |house| {
        let mut tx = house.identity.begin().await.unwrap();
        tx.change_user(&house.alice, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        let realm = house.realm().await;
        let peer = Peer { address: [192, 0, 2, 1].into() };
        assert!(house.identity.prove_ticket(&realm, "test", &house.ticket, None, &peer).await.is_err());
    })
    .await;
}
