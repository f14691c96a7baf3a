//! The export of a real Keycloak 26: in, and out again equal key for key.

use crypto::algorithm::Algorithm;
use crypto::password::PasswordHash;
use crypto::secret::Secret;
use serde_json::Value;
use std::sync::Arc;

use super::*;
use crate::testing::on_each_database;
use crate::{Peer, SecondFactor};

fn original() -> Value {
    serde_json::from_slice(&std::fs::read(exported("harbour.json")).unwrap()).unwrap()
}

/// What an export has more than the file had: the certificate of the one key that came without.
const ADDED: [&str; 1] = ["/components/org.keycloak.keys.KeyProvider/4/config/certificate is missing left"];

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_export_comes_out_as_it_came_in() {
    on_each_database(async |store| {
        let report = import(&store.identity, read_one(exported("harbour.json"))).await;
        assert!(report.added.is_empty(), "{:?}", report.added);
        let exported = export(&store.identity, "harbour").await;
        assert_eq!(differences(&original(), &exported), ADDED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_in_parts_comes_out_as_it_came_in() {
    on_each_database(async |store| {
        import(&store.identity, read_one(exported("harbour-in-parts"))).await;
        let exported = export(&store.identity, "harbour").await;
        assert_eq!(differences(&original(), &exported), ADDED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_imports_elsewhere_and_is_the_same_again() {
    let store = TestStore::sqlite().await;
    import(&store.identity, read_one(exported("harbour.json"))).await;
    let first = export(&store.identity, "harbour").await;
    let other = TestStore::sqlite().await;
    other.clock.advance(1_000_000_000);
    import(&other.identity, text(&first)).await;
    assert_eq!(differences(&first, &export(&other.identity, "harbour").await), Vec::<String>::new());
    // Registries that trust the certificate of the first go on trusting the second.
    let (one, two) = (store.realm("harbour").await, other.realm("harbour").await);
    let certificate = |realm: &crate::Realm| realm.keys().active(Algorithm::Es256).unwrap().certificate.clone();
    assert!(certificate(&one).is_some());
    assert_eq!(certificate(&one), certificate(&two));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_without_users_has_none() {
    let store = TestStore::sqlite().await;
    import(&store.identity, read_one(exported("harbour.json"))).await;
    let mut bytes = Vec::new();
    let report = store.identity.export_realm("harbour", false, &mut bytes, &NoProgress).await.unwrap();
    assert_eq!(report.users, 0);
    let exported: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(differences(&original(), &exported), ["/users is missing right", ADDED[0]]);
    let missing = store.identity.export_realm("nowhere", true, &mut Vec::new(), &NoProgress).await;
    assert!(matches!(missing, Err(crate::Error::NotFound("realm"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_keys_and_clients_are_there_to_work_with() {
    on_each_database(async |store| {
        let report = import(&store.identity, read_one(exported("harbour.json"))).await;
        assert_eq!((report.counts["users"], report.counts["keys"], report.counts["clients"]), (8, 5, 11));
        let realm = store.realm("harbour").await;
        assert!(realm.enabled);
        assert!(realm.keys().active(Algorithm::Rs256).is_some());
        let ecdsa = realm.keys().active(Algorithm::Es256).unwrap();
        assert!(ecdsa.certificate.is_some(), "a key that came without a certificate gets one");
        let registry = realm.client("registry").unwrap();
        assert_eq!(registry.mappers.len(), 1);
        let argon = store.identity.find_user_by_login(&realm, "argon").await.unwrap().unwrap();
        let effective = realm.effective(&argon);
        assert!(effective.roles.contains(realm.role_named("developer").unwrap()), "through release-manager");
        assert_eq!(argon.groups.len(), 1);
        assert_eq!(argon.attributes["department"], ["docks"]);
        let robot = store.identity.find_user_by_login(&realm, "service-account-robot").await.unwrap().unwrap();
        assert_eq!(robot.service_account_client.as_ref(), Some(&realm.client("robot").unwrap().id));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_passwords_still_open_the_door() {
    let store = TestStore::sqlite().await;
    import(&store.identity, read_one(exported("harbour.json"))).await;
    let realm = store.realm("harbour").await;
    let peer = Peer { address: "192.0.2.1".parse().unwrap() };
    for (login, password) in
        [("argon", "pw-argon"), ("pbkdf-256", "pw-256:é"), ("pbkdf-512", "pw-512"), ("pbkdf-1", "pw-1")]
    {
        let proven =
            store.identity.prove_password(&realm, login, &Secret::from(password), SecondFactor::Refuse, &peer).await;
        assert!(proven.is_ok(), "{login}");
    }
    for login in ["disabled", "pending", "otp"] {
        let password = Secret::from("wrong");
        let proven = store.identity.prove_password(&realm, login, &password, SecondFactor::Refuse, &peer).await;
        assert!(proven.is_err(), "{login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_says_what_will_not_work_yet() {
    let store = TestStore::sqlite().await;
    let report = import(&store.identity, read_one(exported("harbour.json"))).await;
    let words = report.to_string();
    for part in ["realm harbour: ", "8 users", "saml-app (saml)", "github, upstream", "second factor", ": otp"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for secret in ["web-secret", "gh-secret", "JBSWY3DP"] {
        assert!(!words.contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a77_a_dump_of_the_database_shows_no_secret() {
    let mut store = TestStore::sqlite().await;
    import(&store.identity, read_one(exported("harbour.json"))).await;
    store.identity.shutdown().await;
    let whole = std::fs::read_to_string(exported("harbour.json")).unwrap();
    let file: Value = serde_json::from_str(&whole).unwrap();
    let keys = &file["components"]["org.keycloak.keys.KeyProvider"];
    let of_key = |index: usize, member: &str| keys[index]["config"][member][0].as_str().unwrap().to_owned();
    let hash: Value = serde_json::from_str(file["users"][0]["credentials"][0]["secretData"].as_str().unwrap()).unwrap();
    let saml = file["clients"].as_array().unwrap().iter().find(|c| c["clientId"] == "saml-app").unwrap();
    let secrets = [
        "web-secret".to_owned(),
        "robot-secret".to_owned(),
        "gh-secret".to_owned(),
        "y-secret".to_owned(),
        "JBSWY3DPEHPK3PXPJBSW".to_owned(),
        of_key(0, "privateKey"),
        of_key(2, "secret"),
        of_key(3, "secret"),
        of_key(4, "ecdsaPrivateKey"),
        hash["value"].as_str().unwrap().to_owned(),
        saml["attributes"]["saml.signing.private.key"].as_str().unwrap().to_owned(),
    ];
    for entry in std::fs::read_dir(store.folder().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in &secrets {
            // Long values may be cut by page borders: their beginning is enough to tell.
            let start = &secret.as_bytes()[..secret.len().min(40)];
            let found = bytes.windows(start.len()).any(|window| window == start);
            assert!(!found, "{} is readable", &secret[..4]);
        }
    }
    store.restart().await;
    assert_eq!(differences(&original(), &export(&store.identity, "harbour").await), ADDED);
}

#[test]
fn hashes_of_the_file_are_the_users_passwords() {
    let file = original();
    let credential = &file["users"][4]["credentials"][0];
    let hash = PasswordHash::from_keycloak(
        credential["credentialData"].as_str().unwrap(),
        credential["secretData"].as_str().unwrap(),
    );
    assert!(Arc::new(hash.unwrap()).spec() != crypto::password::HashSpec::DEFAULT);
}
