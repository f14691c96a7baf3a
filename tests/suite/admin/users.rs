//! `/admin/realms/{realm}/users` and what is below it.

use serde_json::{Value, json};

use crate::harness::{Caller, World, names};

const USERS: &str = "/admin/realms/port/users";

async fn make(caller: &Caller<'_>, body: Value) -> String {
    let answer = caller.json("POST", USERS, &body).await.expect(201);
    answer.header("location").rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a_user_is_made_read_found_changed_and_removed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let id = make(
        &caller,
        json!({"username": "Vera", "email": "Vera@Example.org", "firstName": "Vera", "enabled": true,
               "credentials": [{"type": "password", "value": "vera-password", "temporary": true}]}),
    )
    .await;
    let one = format!("{USERS}/{id}");
    let user = caller.get(&one).await.expect(200).json();
    assert_eq!((&user["username"], &user["email"]), (&json!("vera"), &json!("vera@example.org")));
    assert_eq!(user["requiredActions"], json!(["UPDATE_PASSWORD"]));
    assert_eq!(
        user["access"],
        json!({"manageGroupMembership": true, "resetPassword": true, "view": true, "mapRoles": true,
               "impersonate": false, "manage": true})
    );
    for query in ["search=ver", "username=era", "email=VERA@example.org&exact=true", &format!("search=id:{id}")] {
        let found = caller.get(&format!("{USERS}?{query}")).await.expect(200).json();
        assert_eq!(names(&found, "username"), ["vera"], "{query}");
        assert_eq!(found[0]["access"], json!({"manage": true}));
        assert_eq!(caller.get(&format!("{USERS}/count?{query}")).await.expect(200).json(), json!(1), "{query}");
    }
    caller.json("PUT", &one, &json!({"lastName": "Quay", "emailVerified": true})).await.expect(204);
    let user = caller.get(&one).await.expect(200).json();
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Vera"), &json!("Quay")), "what is absent stays");
    assert_eq!(user["emailVerified"], json!(true));
    caller.json("PUT", &one, &json!({"attributes": {"colour": ["red"]}})).await.expect(204);
    let user = caller.get(&one).await.expect(200).json();
    for gone in ["attributes", "firstName", "lastName", "email"] {
        assert_eq!(user.get(gone), None, "a whole profile came without {gone}");
    }
    caller.delete(&one).await.expect(204);
    assert_eq!(caller.delete(&one).await.expect(404).json(), json!({"error": "User not found"}));
}

#[tokio::test]
async fn a72_what_the_profile_the_policy_or_the_realm_does_not_take_is_refused_or_passed_over() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users", "manage-realm"]).await;
    caller.json("PUT", "/admin/realms/port", &json!({"passwordPolicy": "length(8)"})).await.expect(204);
    make(&caller, json!({"username": "taken", "email": "taken@example.org"})).await;
    let rows = world.rows().await;
    for (body, status, answer) in [
        (json!({}), 400, json!({"errorMessage": "User name is missing"})),
        (json!({"username": "TAKEN"}), 409, json!({"errorMessage": "User exists with same username"})),
        (
            json!({"username": "new", "email": "Taken@example.org"}),
            409,
            json!({"errorMessage": "User exists with same email"}),
        ),
        (
            json!({"username": "new", "email": "nonsense"}),
            400,
            json!({"field": "email", "errorMessage": "error-invalid-email", "params": ["email", "nonsense"]}),
        ),
        (
            json!({"username": "a<b>"}),
            400,
            json!({"field": "username", "errorMessage": "error-username-invalid-character", "params": ["username"]}),
        ),
        (
            json!({"username": "new", "credentials": [{"type": "password", "value": "x"}]}),
            400,
            json!({"error": "invalidPasswordMinLengthMessage", "error_description": "Invalid password: minimum length 8."}),
        ),
    ] {
        assert_eq!(caller.json("POST", USERS, &body).await.expect(status).json(), answer, "{body}");
    }
    caller.json("POST", USERS, &json!({"username": "new", "groups": ["/nowhere"]})).await.expect(400);
    caller.json("POST", USERS, &json!({"username": "new", "has_admin_role": true})).await.expect(400);
    assert_eq!(world.rows().await, rows, "nothing was written");

    let given = "11111111-2222-3333-4444-555555555555";
    let id = make(
        &caller,
        json!({"id": given, "username": "assigned", "realmRoles": ["offline_access"], "notBefore": 99,
               "clientRoles": {"realm-management": ["realm-admin"]}, "createdTimestamp": 1, "totp": true,
               "requiredActions": ["NONSENSE", "VERIFY_EMAIL"]}),
    )
    .await;
    assert_ne!(id, given, "the id is not the sender's to choose");
    let user = caller.get(&format!("{USERS}/{id}")).await.expect(200).json();
    assert_eq!((&user["enabled"], &user["totp"], &user["notBefore"]), (&json!(false), &json!(false), &json!(0)));
    assert_eq!(user["requiredActions"], json!(["VERIFY_EMAIL"]));
    let roles = caller.get(&format!("{USERS}/{id}/role-mappings")).await.expect(200).json();
    assert_eq!(names(&roles["realmMappings"], "name"), ["default-roles-port"]);
    assert_eq!(roles.get("clientMappings"), None);
    let renamed = caller.json("PUT", &format!("{USERS}/{id}"), &json!({"username": "other"})).await.expect(400);
    assert_eq!(renamed.json()["errorMessage"], "error-user-attribute-read-only");
}

#[tokio::test]
async fn a73_ids_of_another_realm_or_of_another_user_lead_nowhere() {
    let world = World::port().await;
    let admin = world.admin().await;
    admin.json("POST", "/admin/realms", &json!({"realm": "quay", "enabled": true})).await.expect(201);
    let made = admin.json("POST", "/admin/realms/quay/users", &json!({"username": "abroad"})).await.expect(201);
    let abroad = made.header("location").rsplit('/').next().unwrap().to_owned();
    let made = admin.json("POST", "/admin/realms/quay/groups", &json!({"name": "abroad"})).await.expect(201);
    let group = made.header("location").rsplit('/').next().unwrap().to_owned();
    let role = admin.get("/admin/realms/quay/roles/offline_access").await.expect(200).json();
    let caller = world.admin_with(&["realm-admin"]).await;
    let home =
        make(&caller, json!({"username": "home", "credentials": [{"type": "password", "value": "home-password"}]}))
            .await;
    let other = make(&caller, json!({"username": "other"})).await;
    let credential = caller.get(&format!("{USERS}/{home}/credentials")).await.expect(200).json();
    let credential = credential[0]["id"].as_str().unwrap();
    let rows = world.rows().await;
    for (method, path, body) in [
        ("GET", format!("{USERS}/{abroad}"), Value::Null),
        ("PUT", format!("{USERS}/{abroad}"), json!({"enabled": true})),
        ("DELETE", format!("{USERS}/{abroad}"), Value::Null),
        ("PUT", format!("{USERS}/{abroad}/reset-password"), json!({"type": "password", "value": "x"})),
        ("POST", format!("{USERS}/{abroad}/logout"), Value::Null),
        ("GET", format!("{USERS}/{abroad}/credentials"), Value::Null),
        ("GET", format!("{USERS}/{abroad}/role-mappings"), Value::Null),
        ("PUT", format!("{USERS}/{home}/groups/{group}"), Value::Null),
        ("GET", format!("/admin/realms/port/groups/{group}"), Value::Null),
        ("GET", format!("/admin/realms/port/groups/{group}/members"), Value::Null),
        ("DELETE", format!("/admin/realms/port/groups/{group}"), Value::Null),
        ("POST", format!("/admin/realms/port/groups/{group}/children"), json!({"name": "x"})),
        ("PUT", format!("/admin/realms/port/default-groups/{group}"), Value::Null),
        ("POST", format!("{USERS}/{home}/role-mappings/realm"), json!([role])),
        ("DELETE", format!("{USERS}/{other}/credentials/{credential}"), Value::Null),
        ("PUT", format!("{USERS}/{other}/credentials/{credential}/userLabel"), Value::Null),
        ("POST", format!("{USERS}/{other}/credentials/{credential}/moveToFirst"), Value::Null),
    ] {
        let answer = caller.json(method, &path, &body).await;
        assert_eq!(answer.status.as_u16(), 404, "{method} {path}");
    }
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a74_who_manages_users_gains_nothing_by_it() {
    let world = World::port().await;
    let caller = world.admin_named("helper", &["manage-users", "view-realm", "view-clients"]).await;
    world.admin_named("boss", &["realm-admin"]).await;
    let helper = world.user_id("helper").await.clone();
    let boss = world.user_id("boss").await.clone();
    let realm = world.realm("port").await;
    let management = realm.client("realm-management").expect("built in").id.to_string();
    let role = |name: &str| {
        let id = realm.client_role_named("realm-management", name).expect("a role");
        json!([{"id": id.as_str(), "name": name}])
    };
    // A group and a role that bring what the helper lacks, made by who may.
    let admin = world.admin().await;
    let made = admin.json("POST", "/admin/realms/port/groups", &json!({"name": "bosses"})).await.expect(201);
    let group = made.header("location").rsplit('/').next().unwrap().to_owned();
    let path = format!("/admin/realms/port/groups/{group}/role-mappings/clients/{management}");
    admin.json("POST", &path, &role("manage-realm")).await.expect(204);
    let rows = world.rows().await;
    for (method, path, body) in [
        ("POST", format!("{USERS}/{helper}/role-mappings/clients/{management}"), role("realm-admin")),
        ("POST", format!("{USERS}/{helper}/role-mappings/clients/{management}"), role("manage-realm")),
        ("DELETE", format!("{USERS}/{boss}/role-mappings/clients/{management}"), role("realm-admin")),
        ("PUT", format!("{USERS}/{helper}/groups/{group}"), Value::Null),
        ("POST", USERS.to_owned(), json!({"username": "mole", "groups": ["/bosses"]})),
        ("PUT", format!("{USERS}/{boss}/reset-password"), json!({"type": "password", "value": "mine now"})),
        ("PUT", format!("{USERS}/{boss}"), json!({"email": "helper@example.org"})),
        ("PUT", format!("{USERS}/{boss}"), json!({"enabled": false})),
        ("DELETE", format!("{USERS}/{boss}"), Value::Null),
        ("POST", format!("{USERS}/{boss}/logout"), Value::Null),
        ("POST", format!("{USERS}/{boss}/federated-identity/up"), json!({"userId": "1"})),
        ("DELETE", format!("/admin/realms/port/groups/{group}"), Value::Null),
        ("PUT", format!("/admin/realms/port/default-groups/{group}"), Value::Null),
        (
            "POST",
            format!("/admin/realms/port/groups/{group}/role-mappings/clients/{management}"),
            role("manage-clients"),
        ),
    ] {
        let answer = caller.json(method, &path, &body).await;
        assert_eq!(answer.status.as_u16(), 403, "{method} {path}");
        assert_eq!(answer.json(), json!({"error": "HTTP 403 Forbidden"}));
    }
    assert_eq!(world.rows().await, rows, "nothing was written");
    // What the helper has may be passed on.
    let plain = make(&caller, json!({"username": "plain"})).await;
    let path = format!("{USERS}/{plain}/role-mappings/clients/{management}");
    caller.json("POST", &path, &role("view-realm")).await.expect(204);
}

#[tokio::test]
async fn a80_no_page_and_no_text_breaks_a_list() {
    let world = World::port().await;
    let caller = world.admin_with(&["view-users", "query-groups"]).await;
    for query in [
        "max=-1",
        "first=1000000000000&max=1000000000000",
        "search=%27%3B%20DROP%20TABLE%20realm_user%3B--",
        "search=%00",
        "search=%25%25%25",
        "q=a%3A%00",
        "q=%22%5C",
        "username=%00",
        "idpAlias=%27",
        "search=id%3A%00",
    ] {
        caller.get(&format!("{USERS}?{query}")).await.expect(200);
        caller.get(&format!("{USERS}/count?{query}")).await.expect(200);
        caller.get(&format!("/admin/realms/port/groups?{query}")).await.expect(200);
    }
    for query in ["max=x", "first=1e9", "createdAfter=x"] {
        caller.get(&format!("{USERS}?{query}")).await.expect(404);
    }
    assert_eq!(caller.get(&format!("{USERS}/%00")).await.status.as_u16() / 100, 4);
}

#[tokio::test]
async fn who_may_only_query_sees_an_empty_list_and_who_may_not_even_that_sees_nothing() {
    let world = World::port().await;
    let query = world.admin_with(&["query-users", "query-groups"]).await;
    assert_eq!(query.get(USERS).await.expect(200).json(), json!([]));
    assert_eq!(query.get(&format!("{USERS}/count")).await.expect(200).json(), json!(0));
    assert_eq!(query.get("/admin/realms/port/groups").await.expect(200).json(), json!([]));
    for path in ["/nonsense", "/nonsense/credentials", "/nonsense/groups", "/nonsense/role-mappings"] {
        assert_eq!(query.get(&format!("{USERS}{path}")).await.status.as_u16(), 403, "{path}: not 404");
    }
    let other = world.admin_with(&["view-events"]).await;
    other.get(USERS).await.expect(403);
    let viewer = world.admin_with(&["view-users"]).await;
    let rows = world.rows().await;
    viewer.get(USERS).await.expect(200);
    viewer.json("POST", USERS, &json!({"username": "x"})).await.expect(403);
    assert_eq!(world.rows().await, rows);
}

#[tokio::test]
async fn a79_a_namesake_inherits_nothing() {
    let world = World::port().await;
    let caller = world.admin_with(&["realm-admin"]).await;
    let body = json!({"username": "twin", "enabled": true, "email": "twin@example.org", "firstName": "T", "lastName": "W",
                      "credentials": [{"type": "password", "value": "pw-administrator"}]});
    let first = make(&caller, body.clone()).await;
    let realm = world.realm("port").await;
    let management = realm.client("realm-management").expect("built in").id.to_string();
    let view = realm.client_role_named("realm-management", "view-users").expect("built in");
    let path = format!("{USERS}/{first}/role-mappings/clients/{management}");
    caller.json("POST", &path, &json!([{"id": view.as_str(), "name": "view-users"}])).await.expect(204);
    let twin = world.bearer("port", "twin").await;
    twin.get(USERS).await.expect(200);
    caller.delete(&format!("{USERS}/{first}")).await.expect(204);
    let second = make(&caller, body).await;
    assert_ne!(first, second);
    assert_eq!(twin.get(USERS).await.status.as_u16(), 401, "the old token speaks for nobody");
    assert_eq!(caller.get(&format!("{USERS}/{second}/sessions")).await.expect(200).json(), json!([]));
    assert_eq!(world.bearer("port", "twin").await.get(USERS).await.status.as_u16(), 403);
}

#[tokio::test]
async fn passwords_and_credentials_are_the_administrators_to_arrange() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let hashed = json!({"type": "password",
        "secretData": "{\"value\":\"dGVzdA==\",\"salt\":\"c2FsdA==\",\"additionalParameters\":{}}",
        "credentialData": "{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"});
    let id = make(&caller, json!({"username": "keeper", "credentials": [hashed]})).await;
    let one = format!("{USERS}/{id}");
    let list = caller.get(&format!("{one}/credentials")).await.expect(200).json();
    assert_eq!(list[0]["credentialData"], hashed["credentialData"], "as it came in");
    assert_eq!(list[0].get("secretData"), None);
    for (body, words) in [
        (json!({"type": "password"}), "No password provided"),
        (json!({"type": "password", "value": ""}), "Empty password not allowed"),
    ] {
        let answer = caller.json("PUT", &format!("{one}/reset-password"), &body).await.expect(400);
        assert_eq!(answer.json(), json!({ "error": words }));
    }
    let body = json!({"type": "password", "value": "next", "temporary": true});
    caller.json("PUT", &format!("{one}/reset-password"), &body).await.expect(204);
    assert_eq!(caller.get(&one).await.expect(200).json()["requiredActions"], json!(["UPDATE_PASSWORD"]));
    let body = json!({"type": "password", "value": "last"});
    caller.json("PUT", &format!("{one}/reset-password"), &body).await.expect(204);
    assert_eq!(caller.get(&one).await.expect(200).json()["requiredActions"], json!([]));
    let list = caller.get(&format!("{one}/credentials")).await.expect(200).json();
    let credential = list[0]["id"].as_str().expect("one").to_owned();
    caller.json("POST", &format!("{one}/credentials/{credential}/moveToFirst"), &Value::Null).await.expect(204);
    caller.delete(&format!("{one}/credentials/{credential}")).await.expect(204);
    let gone = caller.delete(&format!("{one}/credentials/{credential}")).await.expect(404);
    assert_eq!(gone.json(), json!({"error": "Credential not found"}));
}

#[tokio::test]
async fn links_are_made_found_and_ended() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let realm = world.realm("port").await;
    let mut tx = world.identity.begin().await.unwrap();
    tx.change_realm(&realm.id, json!({"identityProviders": [{"alias": "up", "providerId": "oidc"}]})).await.unwrap();
    tx.commit().await.unwrap();
    let one = format!("{USERS}/{}", make(&caller, json!({"username": "linked"})).await);
    let unknown = format!("{one}/federated-identity/nobody");
    caller.json("POST", &unknown, &json!({"userId": "1", "userName": "x"})).await.expect(204);
    let link = format!("{one}/federated-identity/up");
    caller.json("POST", &link, &json!({"userId": "1", "userName": "x"})).await.expect(204);
    let twice = caller.json("POST", &link, &json!({"userId": "1", "userName": "x"})).await.expect(409);
    assert_eq!(twice.json(), json!({"errorMessage": "User is already linked with provider"}));
    let list = caller.get(&format!("{one}/federated-identity")).await.expect(200).json();
    assert_eq!(list, json!([{"identityProvider": "up", "userId": "1", "userName": "x"}]));
    let found = caller.get(&format!("{USERS}?idpAlias=up&idpUserId=1")).await.expect(200).json();
    assert_eq!(names(&found, "username"), ["linked"]);
    caller.delete(&link).await.expect(204);
    assert_eq!(caller.delete(&link).await.expect(404).json(), json!({"error": "Link not found"}));
}

#[tokio::test]
async fn a_log_out_ends_sessions_and_tokens() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users", "view-users"]).await;
    let other = world.admin_named("other", &["view-users"]).await;
    other.get(USERS).await.expect(200);
    let one = format!("{USERS}/{}", world.user_id("other").await);
    assert_eq!(caller.get(&format!("{one}/sessions")).await.expect(200).json().as_array().unwrap().len(), 1);
    world.clock.advance(1_000);
    caller.json("POST", &format!("{one}/logout"), &Value::Null).await.expect(204);
    assert_eq!(caller.get(&format!("{one}/sessions")).await.expect(200).json(), json!([]));
    assert_eq!(other.get(USERS).await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_mail_is_refused_for_what_keycloak_refuses_it_and_where_there_is_no_server() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let body = json!({"username": "mailed", "email": "mailed@example.org", "enabled": true});
    let one = format!("{USERS}/{}", make(&caller, body).await);
    let bare = format!("{USERS}/{}", make(&caller, json!({"username": "bare", "enabled": true})).await);
    let off = json!({"username": "off", "email": "off@example.org"});
    let off = format!("{USERS}/{}", make(&caller, off).await);
    let rows = world.rows().await;
    let update = json!(["UPDATE_PASSWORD"]);
    for (path, body, words) in [
        (format!("{bare}/execute-actions-email"), &update, "User email missing"),
        (format!("{off}/execute-actions-email"), &update, "User is disabled"),
        (format!("{one}/execute-actions-email"), &json!(["NONSENSE"]), "Provided invalid required actions"),
        (format!("{one}/execute-actions-email?redirect_uri=https://x.example"), &update, "Client id missing"),
        (format!("{one}/execute-actions-email?client_id=nobody"), &update, "Client doesn't exist"),
        (
            format!("{one}/execute-actions-email?client_id=account&redirect_uri=https://evil.example/"),
            &update,
            "Invalid redirect uri.",
        ),
    ] {
        let answer = caller.json("PUT", &path, body).await.expect(400);
        assert_eq!(answer.json(), json!({ "errorMessage": words }), "{path}");
    }
    let answer = caller.json("PUT", &format!("{one}/send-verify-email"), &Value::Null).await.expect(500);
    assert_eq!(answer.json(), json!({"errorMessage": "Failed to send verify email"}));
    caller.json("PUT", &format!("{one}/reset-password-email"), &Value::Null).await.expect(500);
    assert_eq!(world.rows().await, rows, "no link was made");
}

#[tokio::test]
async fn a74_a_place_is_taken_only_by_who_may_and_never_of_who_may_more() {
    let world = World::port().await;
    let caller = world.admin_with(&["impersonation", "manage-users"]).await;
    let id = make(&caller, json!({"username": "played", "enabled": true})).await;
    let off = make(&caller, json!({"username": "off"})).await;
    world.admin_named("boss", &["realm-admin"]).await;
    let boss = world.user_id("boss").await.clone();
    let path = |id: &str| format!("{USERS}/{id}/impersonation");
    let rows = world.rows().await;
    caller.json("POST", &path(&boss), &json!({})).await.expect(403);
    caller.json("POST", &path(&off), &json!({})).await.expect(400);
    world.admin_named("other", &["manage-users"]).await.json("POST", &path(&id), &json!({})).await.expect(403);
    let sessions =
        |rows: &[(&str, i64)]| rows.iter().find(|(table, _)| *table == "user_session").map(|(_, count)| *count);
    assert_eq!(sessions(&world.rows().await), sessions(&rows).map(|count| count + 1), "that of the caller who may not");
    let answer = caller.json("POST", &path(&id), &json!({})).await.expect(200);
    assert_eq!(answer.json(), json!({"sameRealm": true, "redirect": "http://localhost:8080/realms/port/account"}));
    assert!(answer.header("set-cookie").starts_with("KEYCLOAK_IDENTITY="), "{}", answer.header("set-cookie"));
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    let sessions = caller.get(&format!("{USERS}/{id}/sessions")).await.expect(200).json();
    assert_eq!(names(&sessions, "username"), ["played"]);
}
