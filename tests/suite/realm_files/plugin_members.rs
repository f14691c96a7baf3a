//! Members of a realm file that belong to a protocol.

use serde_json::json;

use crate::harness::{World, realm};

#[tokio::test]
async fn the_flow_of_the_docker_door_must_be_there_and_comes_back() {
    let world = World::empty().await;
    let mut file = realm::port();
    file["dockerAuthenticationFlow"] = json!("nowhere");
    assert_eq!(world.refused(file.clone()).await, ["/dockerAuthenticationFlow: there is no flow \"nowhere\""]);
    file["dockerAuthenticationFlow"] = json!("direct grant");
    world.import(file).await;
    assert_eq!(world.export("port").await["dockerAuthenticationFlow"], "direct grant");
}
