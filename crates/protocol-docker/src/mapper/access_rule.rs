//! One access rule.

use std::collections::BTreeMap;

use identity::FieldFault;
use protocol::{FieldKind, FormField, MapperKind};

use crate::rule::{Rule, key};

/// Id of the kind.
pub(crate) const ID: &str = "docker-v2-access-rule";

/// The kind.
pub(crate) struct AccessRule;

static FORM: &[FormField] = &[
    FormField {
        name: key::EFFECT,
        label: "Effect",
        kind: FieldKind::Choice(&[("allow", "Allow"), ("deny", "Deny")]),
        help: "Deny beats allow; the order of rules means nothing.",
        default: Some("allow"),
    },
    FormField {
        name: key::SUBJECT,
        label: "Subject",
        kind: FieldKind::Text,
        help: "anyone (anonymous too), anonymous, authenticated, user:NAME, group:/PATH (and below), role:ROLE, \
               role:CLIENT/ROLE, attribute:NAME=VALUE, robot:NAME",
        default: None,
    },
    FormField {
        name: key::TYPE,
        label: "Type",
        kind: FieldKind::Text,
        help: "repository, or registry for the catalogue.",
        default: Some(crate::scope::REPOSITORY),
    },
    FormField {
        name: key::NAME,
        label: "Name",
        kind: FieldKind::Text,
        help: "Pattern: * within one segment, ** across segments; ${username}, ${group}, ${attribute.NAME}.",
        default: None,
    },
    FormField {
        name: key::ACTIONS,
        label: "Actions",
        kind: FieldKind::List,
        help: "pull, push, delete, or * for everything.",
        default: None,
    },
    FormField {
        name: key::NETWORKS,
        label: "Networks",
        kind: FieldKind::List,
        help: "Only from these networks (CIDR).",
        default: None,
    },
    FormField {
        name: key::HOURS,
        label: "Hours",
        kind: FieldKind::Text,
        help: "Only in these windows, such as Mon-Fri 08:00-18:00 Europe/Berlin; several separated by ;",
        default: None,
    },
    FormField {
        name: key::CREDENTIALS,
        label: "Credentials",
        kind: FieldKind::List,
        help: "Only with these: password, password-otp, identity-token, personal-token, robot, access-token.",
        default: None,
    },
];

impl MapperKind for AccessRule {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "Access Rule"
    }

    fn help(&self) -> &'static str {
        "Allows or denies some people some actions on repositories whose names fit a pattern."
    }

    fn category(&self) -> &'static str {
        super::CATEGORY
    }

    fn form(&self) -> &'static [FormField] {
        FORM
    }

    fn check(&self, config: &BTreeMap<String, String>) -> Vec<FieldFault> {
        Rule::parse("", config)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|fault| FieldFault::new(fault.key, fault.reason))
            .collect()
    }
}
