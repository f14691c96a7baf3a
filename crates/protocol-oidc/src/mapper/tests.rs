//! Mappers, each alone and in their order.

use std::collections::BTreeMap;
use std::sync::Arc;

use identity::{Mapper, User};
use serde_json::{Value, json};

use super::{Compiled, Context, KINDS, Notes, State, Target, order, run};
use crate::claims::{Claims, Roles};
use crate::claims_request::ClaimsRequest;

fn user() -> User {
    User {
        id: "u1".into(),
        realm: "r1".into(),
        username: "alice".into(),
        email: Some("alice@example.org".into()),
        first_name: Some("Alice".into()),
        last_name: Some("Example".into()),
        enabled: true,
        created_at: identity::Timestamp(0),
        not_before: 0,
        version: 1,
        service_account_client: None,
        required_actions: Vec::new(),
        attributes: BTreeMap::from([
            ("department".into(), vec!["lab".into(), "office".into()]),
            ("street".into(), vec!["Quay 1".into()]),
            ("level".into(), vec!["7".into()]),
        ]),
        roles: Vec::new(),
        groups: Vec::new(),
        credentials: Vec::new(),
        document: Arc::new(json!({"emailVerified": true, "createdTimestamp": 1_700_000_000_000_i64})),
    }
}

fn roles() -> Roles<'static> {
    let mut roles = Roles::default();
    for (client, role) in [(None, "reader"), (None, "admin"), (Some("account"), "view"), (Some("my.app"), "editor")] {
        roles.add(client, role);
    }
    roles
}

/// A mapper that writes everywhere.
fn mapper(kind: &str, config: &[(&str, &str)]) -> Mapper {
    let everywhere = [
        "id.token.claim",
        "access.token.claim",
        "lightweight.claim",
        "userinfo.token.claim",
        "introspection.token.claim",
    ];
    let config = everywhere.iter().map(|key| (*key, "true")).chain(config.iter().copied());
    Mapper {
        id: "m".into(),
        name: kind.into(),
        protocol: crate::PROTOCOL.into(),
        mapper: kind.into(),
        config: config.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    }
}

fn claims_of(mappers: &[Mapper], target: Target, requested: Option<&ClaimsRequest>) -> Value {
    let user = user();
    let origins = vec!["https://app.example".to_owned()];
    let groups = vec!["/team/backend".to_owned()];
    let notes: &dyn Notes = &[("AUTH_TIME", "1700000000"), ("amr", "pwd otp"), ("empty", "")];
    let mut compiled: Vec<Compiled> = mappers.iter().filter_map(Compiled::read).collect();
    order(&mut compiled);
    let context = Context {
        target,
        client_id: "web",
        web_origins: &origins,
        sector: Some("app.example"),
        user: &user,
        group_paths: &groups,
        sid: Some("s1"),
        notes,
        acr: "1",
        nonce: Some("n1"),
        requested,
        sources: &compiled,
    };
    let mut state = State { claims: Claims::default(), roles: roles() };
    run(&compiled, &context, &mut state);
    serde_json::to_value(&state.claims).unwrap()
}

fn claims(kind: &str, config: &[(&str, &str)]) -> Value {
    claims_of(&[mapper(kind, config)], Target::Access, None)
}

#[test]
fn each_kind_writes_what_keycloaks_does() {
    for (kind, config, expected) in [
        (
            "oidc-usermodel-attribute-mapper",
            vec![("user.attribute", "department"), ("claim.name", "dept.name")],
            json!({"dept": {"name": "lab"}}),
        ),
        (
            "oidc-usermodel-attribute-mapper",
            vec![("user.attribute", "department"), ("claim.name", "dept"), ("multivalued", "true")],
            json!({"dept": ["lab", "office"]}),
        ),
        (
            "oidc-usermodel-attribute-mapper",
            vec![("user.attribute", "level"), ("claim.name", "level"), ("jsonType.label", "int")],
            json!({"level": 7}),
        ),
        (
            "oidc-usermodel-attribute-mapper",
            vec![("user.attribute", "firstName"), ("claim.name", "given_name")],
            json!({"given_name": "Alice"}),
        ),
        ("oidc-usermodel-attribute-mapper", vec![("user.attribute", "absent"), ("claim.name", "x")], json!({})),
        (
            "oidc-usermodel-property-mapper",
            vec![("user.attribute", "emailVerified"), ("claim.name", "email_verified"), ("jsonType.label", "boolean")],
            json!({"email_verified": true}),
        ),
        ("oidc-full-name-mapper", vec![], json!({"name": "Alice Example"})),
        (
            "oidc-address-mapper",
            vec![("user.attribute.street", "street")],
            json!({"address": {"street_address": "Quay 1"}}),
        ),
        (
            "oidc-group-membership-mapper",
            vec![("claim.name", "groups"), ("full.path", "true")],
            json!({"groups": ["/team/backend"]}),
        ),
        (
            "oidc-group-membership-mapper",
            vec![("claim.name", "groups"), ("full.path", "false")],
            json!({"groups": ["backend"]}),
        ),
        ("oidc-organization-membership-mapper", vec![("claim.name", "organization")], json!({})),
        (
            "oidc-usermodel-realm-role-mapper",
            vec![("claim.name", "realm_access.roles"), ("multivalued", "true")],
            json!({"realm_access": {"roles": ["admin", "reader"]}}),
        ),
        (
            "oidc-usermodel-realm-role-mapper",
            vec![("claim.name", "groups"), ("multivalued", "true"), ("usermodel.realmRoleMapping.rolePrefix", "r-")],
            json!({"groups": ["r-admin", "r-reader"]}),
        ),
        (
            "oidc-usermodel-client-role-mapper",
            vec![("claim.name", "resource_access.${client_id}.roles"), ("multivalued", "true")],
            json!({"resource_access": {"account": {"roles": ["view"]}, "my.app": {"roles": ["editor"]}}}),
        ),
        (
            "oidc-usermodel-client-role-mapper",
            vec![("claim.name", "of.${client_id}"), ("usermodel.clientRoleMapping.clientId", "my.app")],
            json!({"of": {"my.app": ["editor"]}}),
        ),
        (
            "oidc-hardcoded-claim-mapper",
            vec![("claim.name", "fixed"), ("claim.value", "7"), ("jsonType.label", "int")],
            json!({"fixed": 7}),
        ),
        ("oidc-audience-mapper", vec![("included.client.audience", "robot")], json!({"aud": "robot"})),
        ("oidc-audience-mapper", vec![("included.custom.audience", "urn:x")], json!({"aud": "urn:x"})),
        ("oidc-audience-resolve-mapper", vec![], json!({"aud": ["account", "my.app"]})),
        ("oidc-allowed-origins-mapper", vec![], json!({"allowed-origins": ["https://app.example"]})),
        (
            "oidc-usersessionmodel-note-mapper",
            vec![("user.session.note", "AUTH_TIME"), ("claim.name", "auth_time"), ("jsonType.label", "long")],
            json!({"auth_time": 1_700_000_000}),
        ),
        ("oidc-usersessionmodel-note-mapper", vec![("user.session.note", "empty"), ("claim.name", "x")], json!({})),
        ("oidc-sub-mapper", vec![], json!({"sub": "u1"})),
        ("oidc-session-state-mapper", vec![], json!({"session_state": "s1"})),
        ("oidc-nonce-backwards-compatible-mapper", vec![], json!({"nonce": "n1"})),
        ("oidc-acr-mapper", vec![], json!({"acr": "1"})),
        ("oidc-amr-mapper", vec![], json!({"amr": ["pwd", "otp"]})),
    ] {
        assert_eq!(claims(kind, &config), expected, "{kind} {config:?}");
    }
}

#[test]
fn role_mappers_run_in_their_order_whatever_order_they_have() {
    let mappers = [
        mapper("oidc-usermodel-realm-role-mapper", &[("claim.name", "realm_access.roles"), ("multivalued", "true")]),
        mapper("oidc-audience-resolve-mapper", &[]),
        mapper("oidc-hardcoded-role-mapper", &[("role", "shop.buyer")]),
        mapper("oidc-role-name-mapper", &[("role", "reader"), ("new.role.name", "guest")]),
    ];
    assert_eq!(
        claims_of(&mappers, Target::Access, None),
        json!({"aud": ["account", "my.app", "shop"], "realm_access": {"roles": ["admin", "guest"]}})
    );
}

#[test]
fn a_switch_says_where_a_claim_goes() {
    let with = |config: &[(&str, &str)], kind: &str, target| {
        let mut mapper = mapper(kind, &[("claim.name", "x"), ("claim.value", "y"), ("user.session.note", "AUTH_TIME")]);
        mapper.config.retain(|key, _| !key.ends_with("claim"));
        mapper.config.extend(config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        claims_of(&[mapper], target, None) != json!({})
    };
    let fixed = "oidc-hardcoded-claim-mapper";
    assert!(!with(&[], fixed, Target::Access) && !with(&[], fixed, Target::Id) && !with(&[], fixed, Target::UserInfo));
    assert!(with(&[("access.token.claim", "true")], fixed, Target::Access));
    assert!(!with(&[("access.token.claim", "true")], fixed, Target::Lightweight));
    assert!(with(&[("lightweight.claim", "true")], fixed, Target::Lightweight));
    // An absent switch for userinfo follows the id token's, but not for what says how somebody came.
    assert!(with(&[("id.token.claim", "true")], fixed, Target::UserInfo));
    assert!(!with(&[("id.token.claim", "true"), ("userinfo.token.claim", "false")], fixed, Target::UserInfo));
    assert!(!with(&[("id.token.claim", "true")], "oidc-usersessionmodel-note-mapper", Target::UserInfo));
    // Kinds that had no switch once are on for access tokens.
    assert!(with(&[], "oidc-audience-resolve-mapper", Target::Access));
    assert!(!with(&[("access.token.claim", "false")], "oidc-audience-resolve-mapper", Target::Access));
    assert!(!with(&[("id.token.claim", "true")], "oidc-audience-resolve-mapper", Target::Id));
}

#[test]
fn a_pairwise_subject_takes_the_place_of_the_plain_one() {
    let mappers = [
        mapper("oidc-sha256-pairwise-sub-mapper", &[("pairwiseSubAlgorithmSalt", "s")]),
        mapper("oidc-sub-mapper", &[]),
    ];
    let sub = claims_of(&mappers, Target::Access, None)["sub"].clone();
    assert!(sub.is_string() && sub != "u1");
    assert_eq!(claims_of(&mappers, Target::Id, None)["sub"], sub);
    assert_eq!(claims_of(&mappers, Target::UserInfo, None)["sub"], sub);
}

#[test]
fn single_claims_are_given_where_they_were_asked_for() {
    let mut email = mapper("oidc-usermodel-attribute-mapper", &[("user.attribute", "email"), ("claim.name", "email")]);
    email.config.retain(|key, _| !key.ends_with("token.claim"));
    let mappers = [
        email,
        mapper("oidc-claims-param-token-mapper", &[]),
        mapper("oidc-claims-param-value-idtoken-mapper", &[("claim.name", "openbanking_intent_id")]),
    ];
    let request = ClaimsRequest::parse(
        r#"{"id_token":{"openbanking_intent_id":{"value":"urn:7"}},"userinfo":{"email":{"essential":true}}}"#,
    );
    assert_eq!(claims_of(&mappers, Target::Id, request.as_ref()), json!({"openbanking_intent_id": "urn:7"}));
    assert_eq!(claims_of(&mappers, Target::UserInfo, request.as_ref()), json!({"email": "alice@example.org"}));
    assert_eq!(claims_of(&mappers, Target::Access, request.as_ref()), json!({}));
}

#[test]
fn a72_only_role_mappers_reach_the_places_of_roles() {
    for kind in ["oidc-hardcoded-claim-mapper", "oidc-usermodel-attribute-mapper"] {
        let config = [("claim.name", "realm_access.roles"), ("claim.value", "admin"), ("user.attribute", "department")];
        assert_eq!(claims(kind, &config), json!({}), "{kind}");
    }
}

#[test]
fn what_is_saved_must_mean_something() {
    let check = |kind: &str, config: &[(&str, &str)]| {
        let kind = KINDS.iter().find(|known| known.id() == kind).unwrap();
        let config = config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        kind.check(&config).into_iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    assert_eq!(
        check("oidc-hardcoded-claim-mapper", &[("claim.name", "x"), ("claim.value", "y")]),
        Vec::<String>::new()
    );
    assert_eq!(check("oidc-hardcoded-claim-mapper", &[("claim.name", "exp"), ("claim.value", "y")]), ["config"]);
    assert_eq!(
        check("oidc-hardcoded-claim-mapper", &[("claim.name", "x"), ("claim.value", "y"), ("id.token.claim", "yes")]),
        ["id.token.claim"]
    );
    assert_eq!(
        check("oidc-usermodel-realm-role-mapper", &[("claim.name", "a"), ("user.attribute", "foo")]),
        Vec::<String>::new()
    );
}
