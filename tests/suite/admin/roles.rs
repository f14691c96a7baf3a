//! `/admin/realms/{realm}/roles`, roles of clients, `roles-by-id`, composites, scope mappings.

use serde_json::{Value, json};

use crate::harness::{Caller, World, names};

const HERE: &str = "/admin/realms/port";

async fn role(caller: &Caller<'_>, path: &str) -> Value {
    caller.get(&format!("{HERE}/{path}")).await.expect(200).json()
}

#[tokio::test]
async fn a_role_is_made_read_changed_and_removed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let body = json!({"name": "a/b", "description": "d", "attributes": {"k": ["1", "2"]}});
    let made = caller.json("POST", &format!("{HERE}/roles"), &body).await.expect(201);
    assert_eq!(made.header("location"), "http://localhost:8080/admin/realms/port/roles/a%2Fb");
    let read = role(&caller, "roles/a%2Fb").await;
    assert_eq!((&read["attributes"], &read["clientRole"]), (&json!({"k": ["1", "2"]}), &json!(false)));
    caller.json("PUT", &format!("{HERE}/roles/a%2Fb"), &json!({"name": "c"})).await.expect(204);
    let read = role(&caller, "roles/c").await;
    assert_eq!((read.get("description"), &read["attributes"]["k"]), (None, &json!(["1", "2"])));
    assert_eq!(role(&caller, &format!("roles-by-id/{}", read["id"].as_str().unwrap())).await["name"], "c");
    let listed = role(&caller, "roles?search=ADM").await;
    assert_eq!(names(&listed, "name"), ["admin"]);
    assert!(listed[0].get("attributes").is_none(), "brief by default");
    caller.delete(&format!("{HERE}/roles/c")).await.expect(204);
    assert_eq!(
        caller.delete(&format!("{HERE}/roles/c")).await.expect(404).json(),
        json!({"error": "Could not find role"})
    );
    let kept = caller.delete(&format!("{HERE}/roles/default-roles-port")).await.expect(400).json();
    assert_eq!(kept["errorMessage"], "default-roles-port is default role of the realm and cannot be removed.");
}

#[tokio::test]
async fn composites_are_found_by_id_and_may_run_in_circles() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let (admin, reader) = (role(&caller, "roles/admin").await, role(&caller, "roles/reader").await);
    let of = |name: &str| format!("{HERE}/roles/{name}/composites");
    caller.json("POST", &of("admin"), &json!([reader])).await.expect(204);
    caller.json("POST", &of("reader"), &json!([admin])).await.expect(204);
    let missing = caller.json("POST", &of("admin"), &json!([{"name": "reader"}])).await.expect(404);
    assert_eq!(missing.json(), json!({"error": "Could not find composite role"}));
    assert_eq!(names(&role(&caller, "roles/admin/composites").await, "name"), ["reader"]);
    assert_eq!(role(&caller, "roles/admin").await["composite"], true);
    for _ in 0..2 {
        caller.json("DELETE", &of("admin"), &json!([reader])).await.expect(204);
    }
    assert_eq!(role(&caller, "roles/admin/composites").await, json!([]));
}

/// A delegated administrator cannot make a role of their own bring what they do not have.
#[tokio::test]
async fn a74_nobody_gets_a_right_through_a_composite_or_by_renaming_a_role() {
    let world = World::port().await;
    let admin = world.admin_named("whole", &["realm-admin"]).await;
    let management = role(&admin, "clients?clientId=realm-management").await[0]["id"].as_str().unwrap().to_owned();
    let manage_users = role(&admin, &format!("clients/{management}/roles/manage-users")).await;
    let realm_admin = role(&admin, &format!("clients/{management}/roles/realm-admin")).await;
    let caller = world.admin_with(&["manage-realm", "manage-clients"]).await;
    let rows = world.rows().await;
    for brought in [&manage_users, &realm_admin] {
        for path in [format!("{HERE}/roles/reader/composites"), format!("{HERE}/roles/default-roles-port/composites")] {
            caller.json("POST", &path, &json!([brought])).await.expect(403);
        }
    }
    let management_role = |name: &str| format!("{HERE}/clients/{management}/roles/{name}");
    caller.json("PUT", &management_role("view-events"), &json!({"name": "manage-users"})).await.expect(403);
    caller.delete(&management_role("manage-users")).await.expect(400);
    caller.delete(&format!("{HERE}/clients/{management}")).await.expect(400);
    let composites = json!({"client": {"realm-management": ["manage-users"]}});
    caller
        .json("POST", &format!("{HERE}/roles"), &json!({"name": "trick", "composites": composites}))
        .await
        .expect(403);
    let spa = role(&admin, "clients?clientId=web").await[0]["id"].as_str().unwrap().to_owned();
    let mapping = format!("{HERE}/clients/{spa}/scope-mappings/clients/{management}");
    caller.json("POST", &mapping, &json!([manage_users])).await.expect(403);
    assert_eq!(world.rows().await, rows, "nothing was written");
    // Who has the right may pass it on.
    admin.json("POST", &format!("{HERE}/roles/reader/composites"), &json!([manage_users])).await.expect(204);
}

#[tokio::test]
async fn roles_are_let_through_scopes_by_id_and_container() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm", "manage-clients"]).await;
    let web = role(&caller, "clients?clientId=web").await[0]["id"].as_str().unwrap().to_owned();
    let reader = role(&caller, "roles/reader").await;
    let path = format!("{HERE}/clients/{web}/scope-mappings/realm");
    caller.json("POST", &path, &json!([reader])).await.expect(204);
    assert_eq!(names(&caller.get(&path).await.json(), "name"), ["reader"]);
    let available = caller.get(&format!("{path}/available")).await.json();
    assert!(!names(&available, "name").contains(&"reader") && names(&available, "name").contains(&"admin"));
    let all = caller.get(&format!("{HERE}/clients/{web}/scope-mappings")).await.json();
    assert_eq!(all["realmMappings"][0]["name"], "reader");
    let unknown = caller.json("POST", &path, &json!([{"id": "nonsense", "name": "reader"}])).await.expect(404);
    assert_eq!(unknown.json(), json!({"error": "Role not found"}));
    let as_client = format!("{HERE}/clients/{web}/scope-mappings/clients/{web}");
    caller.json("POST", &as_client, &json!([reader])).await.expect(404);
    caller.json("DELETE", &path, &json!([reader])).await.expect(204);
    assert_eq!(caller.get(&path).await.json(), json!([]));
}
