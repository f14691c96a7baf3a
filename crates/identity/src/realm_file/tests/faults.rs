//! Wrong files: every fault is told at its place, and nothing is written.

use super::*;

#[test]
fn a76_every_fault_of_a_file_is_told_in_one_go() {
    let told = faults(&json!({
        "realm": "bad/name",
        "sslRequired": "sometimes",
        "passwordPolicy": "length(none)",
        "accessTokenLifespan": "soon",
        "browserFlow": "nowhere",
        "roles": {"realm": [{"name": "a", "composites": {"realm": ["missing"], "client": {"c": ["missing"]}}}, {"name": "a"}]},
        "groups": [{"name": "g", "realmRoles": ["missing"], "subGroups": [{"id": "x", "name": "h"}, {"id": "x", "name": "h"}]}],
        "clients": [
            {"clientId": "c", "id": "1", "defaultClientScopes": ["missing"], "protocolMappers": [{"name": "m"}]},
            {"clientId": "c", "id": "1"},
            {"name": "no id"},
        ],
        "users": [
            {"username": "A", "email": "x@example.org", "realmRoles": ["missing"], "groups": ["/missing"]},
            {"username": "a", "email": "X@example.org", "clientRoles": {"c": ["missing"]}},
            {"username": "b", "credentials": [{"type": "password", "secretData": "{}", "credentialData": "{}"}]},
            {"username": "c", "credentials": [{"type": "otp", "secretData": "{\"value\":\"\"}", "credentialData": "no"}]},
            {"enabled": true},
            7,
        ],
        "components": {"org.keycloak.keys.KeyProvider": [
            {"name": "r", "providerId": "rsa", "config": {"privateKey": ["bm8ga2V5"]}},
            {"name": "h", "providerId": "hmac-generated", "config": {"secret": ["!"], "kid": ["k"]}},
        ]},
        "identityProviderMappers": [{"name": "n", "identityProviderAlias": "missing"}],
        "scopeMappings": [{"roles": ["missing"]}],
    }));
    let expected = [
        "f: /accessTokenLifespan: must be a whole number",
        "f: /realm: must not hold one of [:/?#@!$&()*+,;=]\\",
        "f: /sslRequired: must be one of all, external, none",
        "f: /browserFlow: there is no flow \"nowhere\"",
        "f: /scopeMappings/0: must name either a client or a client scope",
        "f: /scopeMappings/0/roles/0: there is no realm role \"missing\"",
        "f: /clients/0/protocolMappers/0/protocolMapper: is missing",
        "f: /clients/0/defaultClientScopes/0: there is no client scope \"missing\"",
        "f: /clients/1/clientId: \"c\" stands twice",
        "f: /clients/1/id: the id \"1\" stands twice",
        "f: /clients/2/clientId: is missing",
        "f: /roles/realm/0/composites/realm/0: there is no realm role \"missing\"",
        "f: /roles/realm/0/composites/client/c/0: client \"c\" has no role \"missing\"",
        "f: /roles/realm/1/name: \"a\" stands twice",
        "f: /groups/0/realmRoles/0: there is no realm role \"missing\"",
        "f: /groups/0/subGroups/1/name: \"h\" stands twice",
        "f: /groups/0/subGroups/1/id: the id \"x\" stands twice",
        "f: /identityProviderMappers/0/identityProviderAlias: there is no identity provider \"missing\"",
        "f: /components/org.keycloak.keys.KeyProvider/0/config/privateKey: is no private key that can be read",
        "f: /components/org.keycloak.keys.KeyProvider/1/config/secret: is not base64url",
        "f: /users/0/realmRoles/0: there is no realm role \"missing\"",
        "f: /users/0/groups/0: there is no group \"/missing\"",
        "f: /users/1/username: \"a\" stands twice",
        "f: /users/1/email: \"X@example.org\" stands twice",
        "f: /users/1/clientRoles/c/0: client \"c\" has no role \"missing\"",
        "f: /users/2/credentials/0: the password hash is malformed",
        "f: /users/3/credentials/0/credentialData: must be the text of a JSON object",
        "f: /users/4/username: is missing",
        "f: /users/5: must be an object",
    ];
    for line in expected {
        assert!(told.iter().any(|one| one == line), "missing {line} in {told:#?}");
    }
    assert!(told.iter().any(|line| line.starts_with("f: /passwordPolicy: is no password policy")), "{told:#?}");
}

#[test]
fn a76_a_key_of_another_certificate_is_a_fault() {
    let file: Value = serde_json::from_slice(&std::fs::read(exported("harbour.json")).unwrap()).unwrap();
    let mut keys = file["components"]["org.keycloak.keys.KeyProvider"].clone();
    keys[1]["config"]["certificate"] = keys[0]["config"]["certificate"].clone();
    keys[0]["id"] = keys[1]["id"].clone();
    let told = faults(&json!({"realm": "a", "components": {"org.keycloak.keys.KeyProvider": keys}}));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("f: /components/org.keycloak.keys.KeyProvider/1/id: the id"), "{told:?}");
    assert!(told[1].ends_with("/1/config/certificate: is the certificate of another key"), "{told:?}");
}

#[test]
fn a76_sizes_and_counts_are_limited() {
    let limits = Limits { file_bytes: 200, users: 3, plain_passwords: 1, ..Limits::default() };
    let read = |value: &Value| match read_text(Path::new("f"), value.to_string().into_bytes(), &limits) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
    };
    let long = json!({"realm": "a", "displayName": "x".repeat(300)});
    assert_eq!(read(&long), ["f: /: is larger than the limit of 0 MiB"]);
    let user = |name: &str| json!({"username": name});
    let many = json!({"realm": "a", "users": [user("a"), user("b"), user("c"), user("d")]});
    assert_eq!(read(&many), ["f: /users/3: more than 3 users"]);
    let password = json!([{"type": "password", "value": "x"}]);
    let plain = json!({"realm": "a", "users": [
        {"username": "a", "credentials": password}, {"username": "b", "credentials": password}]});
    assert_eq!(read(&plain), ["f: /users/1/credentials/0/value: more passwords in the clear than the limit allows"]);
}

#[test]
fn a76_what_is_no_file_of_json_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cases = [
        (write("empty.json", b" \n"), "is empty"),
        (write("zip.json", b"PK\x03\x04aaaa"), "is not readable as JSON"),
        (write("gzip.json", b"\x1f\x8b\x08\x00"), "is not readable as JSON"),
        (write("latin.json", b"{\"realm\":\"\xe9\"}"), "is not readable as JSON"),
        (write("list.json", b"[]"), "is a list without a realm"),
        (write("name.json", b"{}"), "the realm has no name"),
        (write("x-users-0.json", b"{\"users\":[]}"), "whose file x-realm.json is not among"),
        (folder.path().join("absent.json"), "cannot be read"),
    ];
    for (path, reason) in cases {
        let told = read(std::slice::from_ref(&path), &Limits::default()).unwrap_err();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].file, path);
        assert!(told[0].reason.contains(reason), "{}", told[0]);
    }
}

#[test]
fn a_folder_brings_its_parts_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: &Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    write("a-realm.json", &json!({"realm": "a"}));
    write("a-users-10.json", &json!({"realm": "a", "users": [{"username": "last"}]}));
    write("a-users-2.json", &json!({"realm": "a", "users": [{"username": "first"}]}));
    write("a-federated-users-0.json", &json!({"realm": "a", "federatedUsers": [{"id": "f:1:x"}]}));
    write("several.json", &json!([{"realm": "b"}, {"realm": "c", "users": [{"username": "u"}]}]));
    std::fs::write(folder.path().join("notes.txt"), "no realm").unwrap();
    let realms = read(&[folder.path().to_owned()], &Limits::default()).unwrap();
    let found: Vec<_> = realms.iter().map(|realm| (realm.name(), realm.users())).collect();
    assert_eq!(found, [("a", 2), ("b", 0), ("c", 1)]);
    assert_eq!(realms[0].document["federatedUsers"], json!([{"id": "f:1:x"}]));

    write("a-users-11.json", &json!({"realm": "other", "users": [{"username": "first"}]}));
    write("b-realm.json", &json!({"realm": "b"}));
    let told = read(&[folder.path().to_owned()], &Limits::default()).unwrap_err();
    let told: Vec<_> = told.iter().map(|fault| (fault.pointer.as_str(), fault.reason.as_str())).collect();
    assert_eq!(told[0], ("/realm", "names another realm than the file that it belongs to"));
    assert!(told[1].1.ends_with("holds a realm of this name, too"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_word_on_a_client_counts() {
    let store = TestStore::sqlite().await;
    let file = text(&json!({"realm": "a", "clients": [
        {"clientId": "r", "protocol": "docker-v2", "attributes": {"bad": "1"}},
        {"clientId": "o", "attributes": {"bad": "1"}},
    ]}));
    let error = store.identity.import_realm(file, Strategy::Fail, &Births, &NoProgress).await.unwrap_err();
    assert_eq!(error.to_string(), "file.json: /clients/0/attributes/bad: is bad");
    assert_eq!(count(&store, "realm").await, 0);
}
