//! A kind of mapper, and into what its mappers write.

use std::collections::BTreeMap;
use std::sync::Arc;

use identity::FieldFault;
use protocol::{FieldKind, FormField, MapperKind};

use super::{Apply, Config, Target};

/// Heading under which consoles list them (Keycloak's).
const CATEGORY: &str = "Token mapper";

/// A kind of mapper.
pub(crate) struct Kind {
    /// Keycloak's `protocolMapper`.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub form: &'static [FormField],
    /// Lower runs first.
    pub priority: i32,
    /// Targets what its mappers may write at all.
    pub able: Targets,
    /// What an absent switch means.
    pub absent: Absent,
    /// Reads a configuration; `None` where it means nothing.
    pub read: fn(Config<'_>) -> Option<Arc<dyn Apply>>,
}

/// What it means when a mapper has no switch for its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Access and id token: off; userinfo: as the id token; introspection: on.
    Usual,
    /// As usual, but on for access tokens: kinds that had no switch once.
    OnForAccess,
    /// As usual, but off for userinfo: what says how somebody came, and not who they are.
    OffForUserInfo,
    /// There is no switch at all: it changes what other mappers tell, everywhere.
    NoSwitch,
}

/// A set of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Targets {
    pub id: bool,
    pub access: bool,
    pub lightweight: bool,
    pub user_info: bool,
    pub introspection: bool,
}

impl Targets {
    /// Everything.
    pub(crate) const ALL: Self =
        Self { id: true, access: true, lightweight: true, user_info: true, introspection: true };
    /// Access tokens and introspection.
    pub(crate) const ACCESS: Self = Self { id: false, user_info: false, ..Self::ALL };
    /// Access and id tokens and introspection.
    pub(crate) const TOKENS: Self = Self { user_info: false, ..Self::ALL };
    /// Id tokens.
    pub(crate) const ID: Self =
        Self { id: true, access: false, lightweight: false, user_info: false, introspection: false };
    /// Id tokens and userinfo.
    pub(crate) const ID_AND_USER_INFO: Self = Self { user_info: true, ..Self::ID };

    /// Whether the target is among them.
    pub(crate) fn includes(self, target: Target) -> bool {
        match target {
            Target::Id => self.id,
            Target::Access => self.access,
            Target::Lightweight => self.lightweight,
            Target::UserInfo => self.user_info,
            Target::Introspection => self.introspection,
        }
    }
}

impl Kind {
    /// Targets what a mapper with this configuration writes.
    pub(crate) fn targets(&self, config: Config<'_>) -> Targets {
        if self.absent == Absent::NoSwitch {
            return self.able;
        }
        let id = config.switch("id.token.claim");
        let access = config.switch("access.token.claim");
        let on = Targets {
            id: id.unwrap_or(false),
            access: access.unwrap_or(self.absent == Absent::OnForAccess),
            lightweight: config.switch("lightweight.claim").unwrap_or(false),
            user_info: config
                .switch("userinfo.token.claim")
                .or(id.filter(|_| self.absent != Absent::OffForUserInfo))
                .unwrap_or(false),
            introspection: config.switch("introspection.token.claim").unwrap_or(true),
        };
        Targets {
            id: on.id && self.able.id,
            access: on.access && self.able.access,
            lightweight: on.lightweight && self.able.lightweight,
            user_info: on.user_info && self.able.user_info,
            introspection: on.introspection && self.able.introspection,
        }
    }
}

impl MapperKind for Kind {
    fn id(&self) -> &'static str {
        self.id
    }

    fn label(&self) -> &'static str {
        self.label
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn category(&self) -> &'static str {
        CATEGORY
    }

    fn form(&self) -> &'static [FormField] {
        self.form
    }

    /// Keycloak's consoles and tools leave keys of other kinds in a configuration; such a key says nothing.
    fn takes_any_key(&self) -> bool {
        true
    }

    /// Keycloak: a mapper that says whether it writes into access tokens, and nothing of introspection, tells there what the
    /// token tells.
    fn settle(&self, config: &mut BTreeMap<String, String>) {
        let access = config.get("access.token.claim").cloned();
        if let (true, Some(access)) = (self.able.introspection && self.absent != Absent::NoSwitch, access) {
            config.entry("introspection.token.claim".to_owned()).or_insert(access);
        }
    }

    fn check(&self, config: &BTreeMap<String, String>) -> Vec<FieldFault> {
        let given = |name: &str| config.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let mut faults = Vec::new();
        for field in self.form {
            let fault = match (given(field.name), field.kind) {
                (Some(value), FieldKind::Flag) if !matches!(value, "true" | "false") => "must be `true` or `false`",
                (Some(value), FieldKind::Choice(choices)) if choices.iter().all(|(choice, _)| *choice != value) => {
                    "is none of the choices"
                }
                _ => continue,
            };
            faults.push(FieldFault::new(field.name, fault));
        }
        if faults.is_empty() && (self.read)(Config(config)).is_none() {
            faults.push(FieldFault::new("config", "says nothing that this mapper could map"));
        }
        faults
    }
}
