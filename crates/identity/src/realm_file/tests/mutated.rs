//! Property: whatever is done to a good file, the reader answers with faults or a realm, and never panics.
//! `PROPTEST_CASES` says how often.

use proptest::prelude::*;

use super::*;

fn good() -> Value {
    json!({
        "realm": "a", "id": "1", "enabled": true, "passwordPolicy": "length(8)", "attributes": {"a": "b"},
        "roles": {"realm": [{"id": "r", "name": "x", "composites": {"realm": ["x"], "client": {"c": ["y"]}}}],
            "client": {"c": [{"name": "y"}]}},
        "groups": [{"name": "g", "subGroups": [{"name": "h", "realmRoles": ["x"]}]}],
        "clients": [{"clientId": "c", "protocol": "docker-v2", "attributes": {"k": "v"},
            "protocolMappers": [{"name": "m", "protocolMapper": "k", "config": {}}], "redirectUris": ["u"]}],
        "users": [{"username": "u", "email": "e", "groups": ["/g/h"], "clientRoles": {"c": ["y"]}, "credentials": [
            {"type": "password", "value": "pw"},
            {"type": "otp", "secretData": "{\"value\":\"JBSWY3DPEHPK3PXPJBSW\"}",
                "credentialData": "{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"algorithm\":\"HmacSHA1\"}"}]}],
        "components": {"org.keycloak.keys.KeyProvider": [{"id": "k", "name": "h", "providerId": "hmac-generated",
            "config": {"secret": ["c2VjcmV0c2VjcmV0c2VjcmV0"], "kid": ["k"], "priority": ["1"]}}]},
        "authenticationFlows": [{"alias": "f", "authenticationExecutions": [{"authenticator": "auth-cookie"}]}],
        "scopeMappings": [{"client": "c", "roles": ["x"]}],
    })
}

/// Any JSON value, small.
fn any_json() -> impl Strategy_<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(Value::from("a\u{0}b")),
        Just(Value::from("${")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z/~]{0,5}", inner), 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

use proptest::strategy::Strategy as Strategy_;

/// Replaces, removes or doubles the `at`-th value of the document.
fn mutate(value: &mut Value, at: &mut usize, change: &Change) -> bool {
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if *at == 0 {
                    match change {
                        Change::Replace(new) => drop(members.insert(name, new.clone())),
                        Change::Remove => drop(members.shift_remove(&name)),
                        Change::Double => {
                            if let Some(Value::Array(list)) = members.get_mut(&name) {
                                list.extend(list.clone());
                            }
                        }
                    }
                    return true;
                }
                *at -= 1;
                if members.get_mut(&name).is_some_and(|inner| mutate(inner, at, change)) {
                    return true;
                }
            }
            false
        }
        Value::Array(items) => items.iter_mut().any(|item| mutate(item, at, change)),
        _ => false,
    }
}

#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Double,
}

fn any_change() -> impl Strategy_<Value = Change> {
    prop_oneof![any_json().prop_map(Change::Replace), Just(Change::Remove), Just(Change::Double)]
}

fn read_bytes(bytes: Vec<u8>) {
    let limits = Limits { faults: 50, ..Limits::default() };
    if let Err(faults) = read_text(Path::new("f"), bytes, &limits) {
        assert!(!faults.is_empty());
        for fault in faults {
            assert!(!fault.to_string().contains('\n'), "one line a fault: {fault:?}");
        }
    }
}

proptest! {
    #[test]
    fn a76_a_changed_document_never_stops_the_reader(changes in prop::collection::vec((0_usize..90, any_change()), 1..4)) {
        let mut document = good();
        for (at, change) in changes {
            mutate(&mut document, &mut at.clone(), &change);
        }
        read_bytes(document.to_string().into_bytes());
    }

    #[test]
    fn a76_changed_bytes_never_stop_the_reader(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = good().to_string().into_bytes();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        read_bytes(bytes);
    }
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(faults(&good()), Vec::<String>::new());
}
