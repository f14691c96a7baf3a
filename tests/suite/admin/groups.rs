//! `/admin/realms/{realm}/groups` and what is below it; role mappings; default groups.

use serde_json::{Value, json};

use crate::harness::{Caller, World, names};

const GROUPS: &str = "/admin/realms/port/groups";

async fn make(caller: &Caller<'_>, path: &str, name: &str) -> String {
    let answer = caller.json("POST", path, &json!({ "name": name })).await.expect(201);
    answer.header("location").rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn groups_are_made_shown_arranged_and_removed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let before = caller.get(&format!("{GROUPS}/count")).await.expect(200).json()["count"].as_u64().unwrap();
    let staff = make(&caller, GROUPS, "crew").await;
    let lab = make(&caller, &format!("{GROUPS}/{staff}/children"), "bench").await;
    let twice = caller.json("POST", GROUPS, &json!({"name": "crew"})).await.expect(409);
    assert_eq!(twice.json(), json!({"errorMessage": "Top level group named 'crew' already exists."}));
    let twice = caller.json("POST", &format!("{GROUPS}/{staff}/children"), &json!({"name": "bench"})).await.expect(409);
    assert_eq!(twice.json(), json!({"errorMessage": "Sibling group named 'bench' already exists."}));
    let nameless = caller.json("POST", GROUPS, &json!({})).await.expect(400);
    assert_eq!(nameless.json(), json!({"errorMessage": "Group name is missing"}));

    let found = caller.get(&format!("{GROUPS}?search=bench")).await.expect(200).json();
    assert_eq!((names(&found, "name"), names(&found[0]["subGroups"], "path")), (vec!["crew"], vec!["/crew/bench"]));
    let flat = caller.get(&format!("{GROUPS}?search=bench&populateHierarchy=false")).await.expect(200).json();
    assert_eq!(names(&flat, "path"), ["/crew/bench"]);
    let one = caller.get(&format!("{GROUPS}/{lab}")).await.expect(200).json();
    assert_eq!((&one["parentId"], &one["subGroupCount"]), (&json!(staff), &json!(0)));
    let count = caller.get(&format!("{GROUPS}/count")).await.expect(200).json();
    assert_eq!(count, json!({ "count": before + 2 }));
    let path = caller.get("/admin/realms/port/group-by-path/crew/bench").await.expect(200).json();
    assert_eq!(path["id"], json!(lab));
    let none = caller.get("/admin/realms/port/group-by-path/crew/none").await.expect(404);
    assert_eq!(none.json(), json!({"error": "Group path does not exist"}));

    let change = json!({"name": "crew", "attributes": {"site": ["north"]}});
    caller.json("PUT", &format!("{GROUPS}/{staff}"), &change).await.expect(204);
    let found = caller.get(&format!("{GROUPS}?q=site:north")).await.expect(200).json();
    assert_eq!(names(&found, "name"), ["crew"]);
    caller.json("POST", GROUPS, &json!({"id": lab, "name": "bench"})).await.expect(204);
    assert_eq!(caller.get(&format!("{GROUPS}/{lab}")).await.expect(200).json()["path"], "/bench");
    let rows = world.rows().await;
    caller.json("POST", &format!("{GROUPS}/{lab}/children"), &json!({"id": lab, "name": "bench"})).await.expect(400);
    assert_eq!(world.rows().await, rows);
    caller.delete(&format!("{GROUPS}/{staff}")).await.expect(204);
    let gone = caller.delete(&format!("{GROUPS}/{staff}")).await.expect(404);
    assert_eq!(gone.json(), json!({"error": "Could not find group by id"}));
}

#[tokio::test]
async fn roles_are_granted_shown_and_taken_and_members_listed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users", "view-realm", "view-clients"]).await;
    let group = make(&caller, GROUPS, "crew").await;
    let realm = world.realm("port").await;
    let offline = realm.role_named("offline_access").expect("built in").to_string();
    let path = format!("{GROUPS}/{group}/role-mappings/realm");
    assert_eq!(caller.get(&format!("{GROUPS}/{group}/role-mappings")).await.expect(200).json(), json!({}));
    for body in [json!([{"name": "offline_access"}]), json!([{"id": "x", "name": "offline_access"}])] {
        let answer = caller.json("POST", &path, &body).await.expect(404);
        assert_eq!(answer.json(), json!({"error": "Role not found"}), "{body}");
    }
    let role = json!([{"id": offline, "name": "offline_access"}]);
    for _ in 0..2 {
        caller.json("POST", &path, &role).await.expect(204);
    }
    assert_eq!(names(&caller.get(&path).await.expect(200).json(), "name"), ["offline_access"]);
    let available = caller.get(&format!("{path}/available")).await.expect(200).json();
    assert!(!names(&available, "name").contains(&"offline_access"));
    let groups = caller.get("/admin/realms/port/roles/offline_access/groups").await.expect(200).json();
    assert_eq!(names(&groups, "name"), ["crew"]);
    let made =
        caller.json("POST", "/admin/realms/port/users", &json!({"username": "sailor", "groups": ["/crew"]})).await;
    let user = made.expect(201).header("location").rsplit('/').next().unwrap().to_owned();
    let members = caller.get(&format!("{GROUPS}/{group}/members")).await.expect(200).json();
    assert_eq!(names(&members, "username"), ["sailor"]);
    let all = caller.get(&format!("/admin/realms/port/users/{user}/role-mappings/realm/composite")).await.expect(200);
    assert!(names(&all.json(), "name").contains(&"offline_access"), "by the group");
    for _ in 0..2 {
        caller.json("DELETE", &path, &role).await.expect(204);
    }
    assert_eq!(caller.get(&path).await.expect(200).json(), json!([]));
    for _ in 0..2 {
        caller
            .json("DELETE", &format!("/admin/realms/port/users/{user}/groups/{group}"), &Value::Null)
            .await
            .expect(204);
    }
    assert_eq!(caller.get(&format!("{GROUPS}/{group}/members")).await.expect(200).json(), json!([]));
}

#[tokio::test]
async fn new_users_join_the_default_groups() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users", "manage-realm"]).await;
    let group = make(&caller, GROUPS, "newcomers").await;
    let defaults = "/admin/realms/port/default-groups";
    caller.json("PUT", &format!("{defaults}/{group}"), &Value::Null).await.expect(204);
    assert_eq!(names(&caller.get(defaults).await.expect(200).json(), "path"), ["/newcomers"]);
    let made = caller.json("POST", "/admin/realms/port/users", &json!({"username": "fresh"})).await.expect(201);
    let user = made.header("location").rsplit('/').next().unwrap().to_owned();
    let joined = caller.get(&format!("/admin/realms/port/users/{user}/groups")).await.expect(200).json();
    assert_eq!(joined, json!([{"id": group, "name": "newcomers", "path": "/newcomers", "subGroups": []}]));
    caller.delete(&format!("{defaults}/{group}")).await.expect(204);
    assert_eq!(caller.get(defaults).await.expect(200).json(), json!([]));
}
