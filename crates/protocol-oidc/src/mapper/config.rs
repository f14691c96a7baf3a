//! Reading a mapper's configuration, and the fields that many kinds share.

use std::collections::BTreeMap;

use protocol::{FieldKind, FormField};

use super::value::JsonType;
use crate::claims::{ClaimPath, Place};

/// A mapper's configuration.
#[derive(Clone, Copy)]
pub(crate) struct Config<'a>(pub(crate) &'a BTreeMap<String, String>);

impl<'a> Config<'a> {
    /// A value that is set and not empty.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A switch, if it is set at all.
    pub(crate) fn switch(self, key: &str) -> Option<bool> {
        self.text(key).map(|value| value == "true")
    }

    /// A switch that is off unless it is set.
    pub(crate) fn flag(self, key: &str) -> bool {
        self.switch(key).unwrap_or(false)
    }

    /// Where the mapper writes; `None` when it says nothing or what no mapper may write.
    pub(crate) fn path(self) -> Option<ClaimPath> {
        let path = ClaimPath::parse(self.text("claim.name")?);
        (path.place() != Place::Forbidden).then_some(path)
    }

    /// As what the value is written.
    pub(crate) fn json_type(self) -> JsonType {
        JsonType::named(self.text("jsonType.label"))
    }
}

/// `claim.name`.
pub(crate) const CLAIM_NAME: FormField = FormField {
    name: "claim.name",
    label: "Token Claim Name",
    kind: FieldKind::Text,
    help: "Name of the claim. Dots nest (address.street); a dot in the name itself is written \\. .",
    default: None,
};
/// `jsonType.label`.
pub(crate) const JSON_TYPE: FormField = FormField {
    name: "jsonType.label",
    label: "Claim JSON Type",
    kind: FieldKind::Choice(&[
        ("String", "String"),
        ("long", "long"),
        ("int", "int"),
        ("boolean", "boolean"),
        ("JSON", "JSON"),
    ]),
    help: "As what the value is written.",
    default: Some("String"),
};
/// `multivalued`.
pub(crate) const MULTIVALUED: FormField = flag("multivalued", "Multivalued", "Write all values, as a list.", "false");
/// `id.token.claim`.
pub(crate) const IN_ID: FormField = flag("id.token.claim", "Add to ID token", "Write it into id tokens.", "true");
/// `access.token.claim`.
pub(crate) const IN_ACCESS: FormField =
    flag("access.token.claim", "Add to access token", "Write it into access tokens.", "true");
/// `lightweight.claim`.
pub(crate) const IN_LIGHTWEIGHT: FormField = flag(
    "lightweight.claim",
    "Add to lightweight access token",
    "Write it into access tokens of clients that get lightweight ones.",
    "false",
);
/// `userinfo.token.claim`.
pub(crate) const IN_USER_INFO: FormField =
    flag("userinfo.token.claim", "Add to userinfo", "Tell it at the userinfo endpoint.", "true");
/// `introspection.token.claim`.
pub(crate) const IN_INTROSPECTION: FormField =
    flag("introspection.token.claim", "Add to token introspection", "Tell it to who introspects a token.", "true");

/// A switch.
pub(crate) const fn flag(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    default: &'static str,
) -> FormField {
    FormField { name, label, kind: FieldKind::Flag, help, default: Some(default) }
}

/// A line of text.
pub(crate) const fn line(name: &'static str, label: &'static str, help: &'static str) -> FormField {
    FormField { name, label, kind: FieldKind::Text, help, default: None }
}
