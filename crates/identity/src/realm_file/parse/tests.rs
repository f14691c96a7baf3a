//! Walking realm files of every shape.

use super::*;

fn realms(text: &str) -> Result<Vec<Document>, Broken> {
    documents(text.as_bytes(), 1000, 10)
}

#[test]
fn users_are_set_aside_and_walked_later() {
    let text = r#"[{"realm":"a"},{"users":[{"username":"x"},{"username":"y"}],"realm":"b"}]"#;
    let all = realms(text).unwrap();
    assert_eq!(all.len(), 2);
    assert!(!all[0].has_users && all[1].has_users);
    assert!(!all[1].members.contains_key("users"));
    let mut seen = Vec::new();
    each_item(text.as_bytes(), Some(1), USERS, 10, &mut |i, v| {
        seen.push((i, v["username"].as_str().unwrap().to_owned()));
        true
    })
    .unwrap();
    assert_eq!(seen, [(0, "x".to_owned()), (1, "y".to_owned())]);
}

#[test]
fn a_broken_text_says_where() {
    let broken = realms(r#"{"clients":[{"clientId":"a"},{"clientId":}]}"#).err().unwrap();
    assert_eq!(broken.pointer, "/clients/1/clientId");
    assert!(broken.reason.starts_with("is not readable as JSON"), "{}", broken.reason);
    let twice = realms(r#"{"a":{"b":1,"b":2}}"#).err().unwrap();
    assert_eq!((twice.pointer.as_str(), twice.reason.as_str()), ("/a/b", "stands twice in this object"));
    assert_eq!(realms(r#"{"users":{}}"#).err().unwrap().pointer, "/users");
    assert!(realms("7").is_err() && realms("[[]]").is_err() && realms("{} {}").is_err() && realms("").is_err());
}

#[test]
fn a76_depth_and_number_of_values_are_limited() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(realms(&deep).err().unwrap().reason.contains("recursion limit"));
    let deep_user = format!("{{\"users\":[{}{}]}}", "[".repeat(100_000), "]".repeat(100_000));
    let broken = each_item(deep_user.as_bytes(), None, USERS, 1000, &mut |_, _| true).err().unwrap();
    assert!(broken.pointer.starts_with("/users/0/0/"), "{}", broken.pointer);
    let wide = format!("{{\"a\":[{}0]}}", "0,".repeat(2000));
    assert_eq!(realms(&wide).err().unwrap().reason, "holds more values than the limit allows");
}

#[test]
fn a_wrong_type_never_repeats_the_value() {
    let broken = realms(r#"{"users":"hunter2"}"#).err().unwrap();
    assert!(!broken.reason.contains("hunter2"));
    assert_eq!(broken.pointer, "/users");
}
