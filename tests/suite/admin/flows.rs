//! `/admin/realms/{realm}/authentication`

use serde_json::{Value, json};

use crate::harness::{Caller, World, names};

const FLOWS: &str = "/admin/realms/port/authentication/flows";
const HERE: &str = "/admin/realms/port/authentication";

fn last(location: &str) -> String {
    location.rsplit('/').next().expect("an id").to_owned()
}

async fn executions(caller: &Caller<'_>, flow: &str) -> Value {
    caller.get(&format!("{FLOWS}/{flow}/executions")).await.expect(200).json()
}

#[tokio::test]
async fn a_flow_is_made_filled_ordered_bound_and_removed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let body = json!({"alias": "own", "providerId": "basic-flow", "topLevel": true, "builtIn": false});
    let made = caller.json("POST", FLOWS, &body).await.expect(201);
    let flow = last(made.header("location"));
    let again = caller.json("POST", FLOWS, &body).await.expect(409);
    assert_eq!(again.json(), json!({"errorMessage": "Flow own already exists"}));
    for provider in ["auth-cookie", "identity-provider-redirector"] {
        let path = format!("{FLOWS}/own/executions/execution");
        caller.json("POST", &path, &json!({"provider": provider})).await.expect(201);
    }
    let sub = json!({"alias": "own forms", "type": "basic-flow", "description": "d"});
    caller.json("POST", &format!("{FLOWS}/own/executions/flow"), &sub).await.expect(201);
    let listed = executions(&caller, "own").await;
    assert_eq!(names(&listed, "displayName"), ["Cookie", "Identity Provider Redirector", "own forms"]);
    assert_eq!(names(&listed, "requirement"), ["DISABLED"; 3]);
    let cookie = listed[0]["id"].as_str().unwrap().to_owned();
    caller
        .json("PUT", &format!("{FLOWS}/own/executions"), &json!({"id": cookie, "requirement": "ALTERNATIVE"}))
        .await
        .expect(204);
    caller.json("POST", &format!("{HERE}/executions/{cookie}/lower-priority"), &Value::Null).await.expect(204);
    let listed = executions(&caller, "own").await;
    assert_eq!(listed[1]["displayName"], "Cookie");
    assert_eq!(listed[1]["requirement"], "ALTERNATIVE");

    caller.json("PUT", "/admin/realms/port", &json!({"browserFlow": "own"})).await.expect(204);
    caller.delete(&format!("{FLOWS}/{flow}")).await.expect(400);
    caller.json("PUT", &format!("{FLOWS}/{flow}"), &json!({"alias": "renamed"})).await.expect(204);
    assert_eq!(caller.get("/admin/realms/port").await.json()["browserFlow"], "renamed", "what is bound follows");
    caller.json("PUT", "/admin/realms/port", &json!({"browserFlow": "browser"})).await.expect(204);
    caller.delete(&format!("{FLOWS}/{flow}")).await.expect(204);
    assert_eq!(caller.delete(&format!("{FLOWS}/{flow}")).await.expect(404).json(), json!({"error": "Flow not found"}));
    let exported = world.export("port").await;
    assert!(!exported["authenticationFlows"].to_string().contains("own forms"), "what stood below it is gone too");
}

#[tokio::test]
async fn a_built_in_flow_is_copied_and_not_changed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let flows = caller.get(FLOWS).await.expect(200).json();
    let browser = flows.as_array().unwrap().iter().find(|flow| flow["alias"] == "browser").unwrap()["id"].clone();
    let rows = world.rows().await;
    let path = format!("{FLOWS}/browser/executions/execution");
    let refused = caller.json("POST", &path, &json!({"provider": "auth-cookie"})).await.expect(400);
    assert_eq!(refused.json(), json!({"error": "It is illegal to add execution to a built in flow"}));
    caller.delete(&format!("{FLOWS}/{}", browser.as_str().unwrap())).await.expect(400);
    let unknown = caller.json("POST", &format!("{FLOWS}/nonsense/copy"), &json!({"newName": "x"})).await.expect(404);
    assert_eq!(unknown.json(), json!({"error": "Flow not found"}));
    assert_eq!(world.rows().await, rows);
    caller.json("POST", &format!("{FLOWS}/browser/copy"), &json!({"newName": "mine"})).await.expect(201);
    caller.json("POST", &format!("{FLOWS}/browser/copy"), &json!({"newName": "mine"})).await.expect(409);
    let (original, copy) = (executions(&caller, "browser").await, executions(&caller, "mine").await);
    assert_eq!(names(&original, "providerId"), names(&copy, "providerId"));
    let ids: Vec<&Value> = copy.as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert!(original.as_array().unwrap().iter().all(|one| !ids.contains(&&one["id"])), "executions of their own");
}

#[tokio::test]
async fn an_execution_has_a_configuration_of_its_own() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    caller.json("POST", &format!("{FLOWS}/browser/copy"), &json!({"newName": "mine"})).await.expect(201);
    let listed = executions(&caller, "mine").await;
    let redirector = listed.as_array().unwrap().iter().find(|one| one["providerId"] == "identity-provider-redirector");
    let execution = redirector.unwrap()["id"].as_str().unwrap().to_owned();
    let body = json!({"alias": "c1", "config": {"defaultProvider": "up"}});
    let made = caller.json("POST", &format!("{HERE}/executions/{execution}/config"), &body).await.expect(201);
    let path = format!("{HERE}/config/{}", last(made.header("location")));
    assert_eq!(caller.get(&path).await.expect(200).json()["config"], json!({"defaultProvider": "up"}));
    caller.json("PUT", &path, &json!({"alias": "c2", "config": {}})).await.expect(204);
    let listed = executions(&caller, "mine").await;
    assert!(listed.as_array().unwrap().iter().any(|one| one["alias"] == "c2"), "the execution follows");
    caller.delete(&path).await.expect(204);
    assert_eq!(caller.delete(&path).await.expect(404).json(), json!({"error": "Could not find authenticator config"}));
}

#[tokio::test]
async fn required_actions_are_switched_ordered_and_brought_back() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let action = format!("{HERE}/required-actions/UPDATE_PASSWORD");
    caller.json("PUT", &action, &json!({"defaultAction": true})).await.expect(204);
    let now = caller.get(&action).await.expect(200).json();
    assert_eq!((&now["defaultAction"], &now["enabled"]), (&json!(true), &json!(true)));
    caller.delete(&action).await.expect(204);
    caller.get(&action).await.expect(404);
    let missing = caller.get(&format!("{HERE}/unregistered-required-actions")).await.expect(200).json();
    assert!(names(&missing, "providerId").contains(&"UPDATE_PASSWORD"));
    let register = format!("{HERE}/register-required-action");
    caller.json("POST", &register, &json!({"providerId": "nonsense"})).await.expect(400);
    caller.json("POST", &register, &json!({"providerId": "UPDATE_PASSWORD", "name": "Update"})).await.expect(204);
    assert_eq!(caller.get(&action).await.expect(200).json()["name"], "Update");
}
