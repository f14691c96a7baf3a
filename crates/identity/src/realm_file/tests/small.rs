//! Small files written by hand.

use crypto::secret::Secret;

use super::*;
use crate::{Peer, SecondFactor};

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_is_topped_up() {
    let store = TestStore::sqlite().await;
    let mut file = least();
    file["clients"] = json!([
        {"clientId": "registry", "protocol": "docker-v2"},
        {"clientId": "bare", "protocol": "docker-v2", "protocolMappers": []},
        {"clientId": "robot", "publicClient": false, "serviceAccountsEnabled": true},
        {"clientId": "masked", "publicClient": false, "secret": "**********"},
        {"clientId": "strange", "protocol": "morse"},
        {"clientId": "by-key", "clientAuthenticatorType": "client-jwt"},
    ]);
    file["defaultRoles"] = json!(["captain"]);
    file["roles"] = json!({"realm": [{"name": "captain"}]});
    let report = import(&store.identity, text(&file)).await;
    assert!(report.added.iter().any(|one| one == "client account"), "{:?}", report.added);
    assert!(report.to_string().contains("strange (morse)"));
    let realm = store.realm("small").await;
    assert_eq!(realm.client("registry").unwrap().mappers.len(), 1, "born with its protocol's mapper");
    assert!(realm.client("bare").unwrap().mappers.is_empty(), "an explicit list stays");
    assert!(realm.client("security-admin-console").is_some());
    let exported = export(&store.identity, "small").await;
    let client =
        |id: &str| exported["clients"].as_array().unwrap().iter().find(|c| c["clientId"] == id).unwrap().clone();
    assert!(client("robot")["secret"].as_str().unwrap().len() >= 32);
    assert_ne!(client("masked")["secret"], "**********");
    assert!(client("registry").get("secret").is_none() && client("registry")["publicClient"] == true);
    assert!(client("by-key").get("publicClient").is_none(), "it has to prove itself");
    assert!(client("robot")["defaultClientScopes"].as_array().unwrap().contains(&json!("service_account")));
    let roles = exported["roles"]["realm"].as_array().unwrap();
    let default = roles.iter().find(|role| role["name"] == "default-roles-small").unwrap();
    assert!(default["composites"]["realm"].as_array().unwrap().contains(&json!("captain")), "{default}");
    let account = store.identity.find_user_by_login(&realm, "service-account-robot").await.unwrap().unwrap();
    assert_eq!(account.service_account_client.as_ref(), Some(&realm.client("robot").unwrap().id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_the_clear_is_hashed() {
    let store = TestStore::sqlite().await;
    let mut file = least();
    file["passwordPolicy"] = json!("hashAlgorithm(pbkdf2-sha512) and hashIterations(1000)");
    file["users"] = json!([
        {"username": "Ann", "enabled": true, "credentials": [{"type": "password", "value": "${ANN:pw-ann}"}]},
        {"username": "bo", "enabled": "true", "firstName": "${HOME}",
            "credentials": [{"type": "password", "value": "pw-bo", "temporary": true}]},
    ]);
    import(&store.identity, text(&file)).await;
    let realm = store.realm("small").await;
    let peer = Peer { address: "192.0.2.1".parse().unwrap() };
    let prove = async |login: &str, password: &str| {
        store.identity.prove_password(&realm, login, &Secret::from(password), SecondFactor::Refuse, &peer).await
    };
    assert!(prove("ann", "pw-ann").await.is_ok());
    assert!(prove("ann", "pw-bo").await.is_err());
    let bo = store.identity.find_user_by_login(&realm, "bo").await.unwrap().unwrap();
    assert_eq!(bo.required_actions, ["UPDATE_PASSWORD"]);
    assert_eq!(bo.first_name.as_deref(), Some("${HOME}"), "a user's own text is no placeholder");
    assert_eq!(bo.credentials[0].algorithm.as_deref(), Some("pbkdf2-sha512-i1000"));
    let exported = export(&store.identity, "small").await.to_string();
    assert!(!exported.contains("pw-ann") && !exported.contains("pw-bo"));
}

#[test]
fn placeholders_are_replaced_in_the_realm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.json");
    let file = json!({"realm": "${NAME}", "accessTokenLifespan": "${SECONDS}", "displayName": "${role_x}",
        "users": [{"username": "${NAME}"}]});
    std::fs::write(&path, file.to_string()).unwrap();
    let environment = |name: &str| match name {
        "NAME" => Some("quay".to_owned()),
        "SECONDS" => Some("77".to_owned()),
        _ => None,
    };
    let realms = super::super::read::read_with(&[path], &Limits::default(), &environment).unwrap();
    assert_eq!(realms[0].name(), "quay");
    assert_eq!(realms[0].document["accessTokenLifespan"], 77);
    assert_eq!(realms[0].document["displayName"], "${role_x}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_understands_comes_back() {
    let store = TestStore::sqlite().await;
    let mut file = least();
    file["future"] = json!({"a": [1, {"b": null}]});
    file["clients"] = json!([{"clientId": "c", "id": "c-1", "protocol": "docker-v2", "protocolMappers": [
        {"id": "m-1", "name": "m", "protocolMapper": "k", "protocol": "p", "config": {"x": "1"}, "future": 1}],
        "future": [true]}]);
    file["roles"] = json!({"realm": [{"id": "r-1", "name": "r", "future": "x", "attributes": {"a": ["1", "2"]}}]});
    file["groups"] = json!([{"id": "g-1", "name": "a/b", "future": 2, "clientRoles": {"c": []}, "subGroups": [
        {"id": "g-2", "name": "b", "description": "d"}]}]);
    file["users"] = json!([{"id": "u-1", "username": "u", "enabled": true, "createdTimestamp": 5, "future": {"x": []},
        "groups": ["/a~/b/b"], "attributes": {"none": [], "two": ["2", "1"]}, "clientRoles": {"c": []},
        "requiredActions": ["UNKNOWN"], "notBefore": 9, "federatedIdentities": [{"identityProvider": "x", "userId": "1"}],
        "credentials": [
            {"id": "k-1", "type": "webauthn", "secretData": "{}", "credentialData": "{\"counter\":1}", "future": 3},
            {"id": "k-2", "type": "recovery-authn-codes", "secretData": "{\"codes\":[]}", "credentialData": "{\"total\":12}"},
            {"id": "k-3", "type": "password", "secretData": "{\"value\":\"x\"}",
                "credentialData": "{\"algorithm\":\"bcrypt\",\"hashIterations\":10}", "createdDate": 4, "priority": 20}]}]);
    let report = import(&store.identity, text(&file)).await;
    assert!(report.to_string().contains("under a hash that nothing here knows"), "{report}");
    let exported = export(&store.identity, "small").await;
    assert_eq!(exported["future"], file["future"]);
    assert_eq!(exported["users"][0], file["users"][0]);
    let client = exported["clients"].as_array().unwrap().iter().find(|c| c["id"] == "c-1").unwrap();
    assert_eq!(
        (&client["future"], &client["protocolMappers"]),
        (&json!([true]), &file["clients"][0]["protocolMappers"])
    );
    let role = exported["roles"]["realm"].as_array().unwrap().iter().find(|r| r["id"] == "r-1").unwrap();
    assert_eq!(role, &file["roles"]["realm"][0]);
    let group = &exported["groups"][0];
    assert_eq!((&group["future"], &group["subGroups"][0]["path"]), (&json!(2), &json!("/a~/b/b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_made_here_exports_and_imports() {
    let store = TestStore::sqlite().await;
    let realm = store.add_realm("made", json!({})).await;
    let algorithms = [crypto::algorithm::Algorithm::Es256, crypto::algorithm::Algorithm::EdDsa];
    let realm = store.identity.ensure_keys(&realm, &algorithms).await.unwrap();
    store.add_user(&realm.id, crate::NewUser::named("ann"), "pw").await;
    let first = export(&store.identity, "made").await;
    let keys = first["components"]["org.keycloak.keys.KeyProvider"].as_array().unwrap();
    let mut names: Vec<&str> = keys.iter().map(|key| key["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    let keycloaks = ["aes-generated", "hmac-generated-hs512", "rsa-enc-generated", "rsa-generated"];
    assert_eq!(names, [&keycloaks[..1], &["ecdsa-generated", "eddsa-generated"], &keycloaks[1..]].concat());
    let hmac = keys.iter().find(|key| key["name"] == "hmac-generated-hs512").unwrap();
    assert_eq!((&hmac["providerId"], &hmac["config"]["algorithm"]), (&json!("hmac-generated"), &json!(["HS512"])));
    assert_eq!(hmac["config"]["secret"][0].as_str().unwrap().len(), 171, "as long as Keycloak's");
    let encryption = keys.iter().find(|key| key["name"] == "rsa-enc-generated").unwrap();
    assert_eq!(encryption["config"]["keyUse"], json!(["ENC"]));
    assert_eq!(encryption["config"]["algorithm"], json!(["RSA-OAEP"]));
    let other = TestStore::sqlite().await;
    let report = import(&other.identity, text(&first)).await;
    assert!(report.added.is_empty(), "{:?}", report.added);
    assert_eq!(differences(&first, &export(&other.identity, "made").await), Vec::<String>::new());
    let again = other.realm("made").await;
    let hs512 = crypto::mac::MacAlgorithm::Hs512;
    let realm = store.realm("made").await;
    let tag = realm.keys().secret(hs512).unwrap().sign(b"message").unwrap();
    assert!(again.keys().secret(hs512).unwrap().verify(b"message", &tag), "the same secret there");
    for algorithm in algorithms {
        let (before, after) = (realm.keys().active(algorithm).unwrap(), again.keys().active(algorithm).unwrap());
        assert_eq!((&before.kid, &before.certificate), (&after.kid, &after.certificate), "{algorithm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_member_is_checked_at_import_and_kept() {
    let store = TestStore::sqlite().await;
    let bring = async |member: Value| {
        let mut file = least();
        file["pierFlow"] = member;
        file["authenticationFlows"] = json!([{"alias": "ring", "topLevel": true, "authenticationExecutions": [
            {"authenticator": "pier-bell", "requirement": "REQUIRED"}, {"authenticator": "horn", "requirement": "REQUIRED"}]}]);
        store.identity.import_realm(text(&file), Strategy::Overwrite, &Births, &NoProgress).await
    };
    for (wrong, reason) in [(json!("whistle"), "there is no flow \"whistle\""), (json!(3), "must be text")] {
        let refused = bring(wrong).await.unwrap_err().to_string();
        assert_eq!(refused, format!("file.json: /pierFlow: {reason}"));
    }
    assert!(store.identity.realm("small").await.unwrap().is_none());
    let Ok(ImportOutcome::Imported(report)) = bring(json!("ring")).await else { panic!("refused") };
    let report = report.to_string();
    assert!(report.contains("horn in ring") && !report.contains("pier-bell"), "{report}");
    assert_eq!(export(&store.identity, "small").await["pierFlow"], "ring");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_consented_to_comes_in_and_goes_out() {
    let store = TestStore::sqlite().await;
    let mut file = least();
    file["clients"] = json!([{"clientId": "web", "protocol": "openid-connect"}]);
    let consent = |client: &str, scopes: Value| json!({"clientId": client, "grantedClientScopes": scopes, "createdDate": 1_700_000_000_000_i64, "lastUpdatedDate": 1_700_000_000_001_i64});
    file["users"] = json!([
        {"username": "ann", "enabled": true, "clientConsents": [
            consent("web", json!(["email", "nothing"])), consent("gone", json!(["email"])), consent("web", json!(["phone"])),
        ]},
        {"username": "bo", "enabled": true},
    ]);
    import(&store.identity, text(&file)).await;
    let realm = store.realm("small").await;
    let ann = store.identity.find_user_by_login(&realm, "ann").await.unwrap().unwrap();
    let web = realm.client("web").unwrap();
    let kept = store.identity.consent_of(&realm, &ann.id, &web.id).await.unwrap().unwrap();
    assert_eq!(kept.scopes, [realm.scope_named("email").unwrap().id.clone()]);
    assert_eq!((kept.created_at.0, kept.updated_at.0), (1_700_000_000_000, 1_700_000_000_001));
    let exported = export(&store.identity, "small").await;
    let user =
        |name: &str| exported["users"].as_array().unwrap().iter().find(|u| u["username"] == name).unwrap().clone();
    assert_eq!(user("ann")["clientConsents"], json!([consent("web", json!(["email"]))]));
    assert!(user("bo").get("clientConsents").is_none());
}
