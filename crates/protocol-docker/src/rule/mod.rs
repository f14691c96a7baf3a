//! One access rule: whom it is about, what it covers, and when.

pub mod condition;
pub mod pattern;
pub mod subject;

use std::collections::BTreeMap;

use condition::Conditions;
use pattern::Pattern;
use subject::Subject;

use crate::access::Asker;
use crate::scope;

/// What a matching rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Gives the actions.
    Allow,
    /// Takes them, whatever else allows them.
    Deny,
}

/// The keys of a rule's `config`, as the design fixes them.
pub mod key {
    /// `allow` or `deny`.
    pub const EFFECT: &str = "effect";
    /// Whom the rule is about.
    pub const SUBJECT: &str = "subject";
    /// Type of resource.
    pub const TYPE: &str = "type";
    /// Pattern of names.
    pub const NAME: &str = "name";
    /// Actions, or `*`.
    pub const ACTIONS: &str = "actions";
    /// Networks in CIDR form.
    pub const NETWORKS: &str = "networks";
    /// Time windows.
    pub const HOURS: &str = "hours";
    /// Kinds of credential.
    pub const CREDENTIALS: &str = "credentials";
}

const KEYS: [&str; 8] =
    [key::EFFECT, key::SUBJECT, key::TYPE, key::NAME, key::ACTIONS, key::NETWORKS, key::HOURS, key::CREDENTIALS];

/// Which actions a rule covers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Actions {
    All,
    Some(Vec<Box<str>>),
}

/// Which resources a rule covers.
#[derive(Debug, Clone)]
enum Resources {
    /// Whatever is asked.
    Everything,
    /// Names of one type.
    Named { kind: Box<str>, name: Pattern, actions: Actions },
}

/// A rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The mapper's name, for explanations.
    pub label: Box<str>,
    /// What it does.
    pub effect: Effect,
    /// Whom it is about.
    pub subject: Subject,
    resources: Resources,
    conditions: Conditions,
}

/// Something wrong in a rule's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The key of `config`.
    pub key: String,
    /// What is wrong with it, to be read after the key.
    pub reason: String,
}

impl Rule {
    /// Everything that is asked, for who is logged in: Keycloak's allow-all mapper.
    pub fn allow_all(label: &str) -> Self {
        Rule {
            label: label.into(),
            effect: Effect::Allow,
            subject: Subject::Authenticated,
            resources: Resources::Everything,
            conditions: Conditions::default(),
        }
    }

    /// Nothing for anybody: what stands for a rule that we do not understand and that might have narrowed others.
    pub fn deny_all(label: &str) -> Self {
        Rule { effect: Effect::Deny, subject: Subject::Anyone, ..Rule::allow_all(label) }
    }

    /// Reads a rule, closed on faults: an `allow` that is not understood is no rule (`None`), anything else that is not
    /// understood denies everything.
    pub fn read(label: &str, config: &BTreeMap<String, String>) -> Option<Self> {
        match Self::parse(label, config) {
            Ok(rule) => Some(rule),
            Err(_) => match value(config, key::EFFECT) {
                None | Some("allow") => None,
                Some(_) => Some(Self::deny_all(label)),
            },
        }
    }

    /// Reads a rule.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn parse(label: &str, config: &BTreeMap<String, String>) -> Result<Self, Vec<RuleFault>> {
        let mut faults = Vec::new();
        for known in config.keys() {
            if !KEYS.contains(&known.as_str()) {
                faults.push(RuleFault { key: known.clone(), reason: "is no key of an access rule".into() });
            }
        }
        let mut fault = |key: &str, reason: &str| faults.push(RuleFault { key: key.into(), reason: reason.into() });

        let effect = match value(config, key::EFFECT) {
            None | Some("allow") => Some(Effect::Allow),
            Some("deny") => Some(Effect::Deny),
            Some(_) => None,
        };
        if effect.is_none() {
            fault(key::EFFECT, "must be `allow` or `deny`");
        }
        let subject = value(config, key::SUBJECT).and_then(Subject::parse);
        if subject.is_none() {
            fault(
                key::SUBJECT,
                "must be `anyone`, `anonymous`, `authenticated`, `user:NAME`, `group:/PATH`, `role:ROLE`, `role:CLIENT/ROLE`, \
                 `attribute:NAME=VALUE` or `robot:NAME`",
            );
        }
        let kind = value(config, key::TYPE).unwrap_or(scope::REPOSITORY);
        if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            fault(key::TYPE, "must be a word of lower-case letters, such as `repository` or `registry`");
        }
        let name = match value(config, key::NAME).map(Pattern::parse) {
            None => {
                fault(key::NAME, "must be given");
                None
            }
            Some(Err(bad)) => {
                fault(key::NAME, bad.0);
                None
            }
            Some(Ok(name)) => Some(name),
        };
        let actions = value(config, key::ACTIONS).and_then(|text| parse_actions(kind, text));
        if actions.is_none() {
            fault(key::ACTIONS, "must be `*` or a list such as `pull,push,delete`");
        }
        let mut conditions = Conditions::default();
        if let Some(text) = value(config, key::NETWORKS) {
            match condition::parse_networks(text) {
                Some(networks) => conditions.networks = networks,
                None => fault(key::NETWORKS, "must be a list of networks such as `10.0.0.0/8,2001:db8::/32`"),
            }
        }
        if let Some(text) = value(config, key::HOURS) {
            match condition::parse_hours(text) {
                Some(hours) => conditions.hours = hours,
                None => fault(key::HOURS, "must be like `Mon-Fri 08:00-18:00 Europe/Berlin`, several separated by `;`"),
            }
        }
        if let Some(text) = value(config, key::CREDENTIALS) {
            match condition::parse_credentials(text) {
                Some(credentials) => conditions.credentials = credentials,
                None => fault(
                    key::CREDENTIALS,
                    "must be a list of `password`, `password-otp`, `identity-token`, `personal-token`, `robot`, `access-token`",
                ),
            }
        }
        match (effect, subject, name, actions) {
            (Some(effect), Some(subject), Some(name), Some(actions)) if faults.is_empty() => Ok(Rule {
                label: label.into(),
                effect,
                subject,
                resources: Resources::Named { kind: kind.into(), name, actions },
                conditions,
            }),
            _ => Err(faults),
        }
    }

    /// Whether the rule counts for this asker at all, whatever is asked.
    pub fn counts_for(&self, asker: &Asker<'_>) -> bool {
        self.subject.covers(asker) && self.conditions.hold(asker.address, asker.now, asker.credential)
    }

    /// Whether the rule is about this resource, for an asker it counts for.
    pub fn is_about(&self, kind: &str, name: &str, asker: &Asker<'_>) -> bool {
        match &self.resources {
            Resources::Everything => true,
            Resources::Named { kind: own, name: pattern, .. } => {
                // Too many combinations to tell: closed.
                &**own == kind && pattern.matches(name, asker).unwrap_or(self.effect == Effect::Deny)
            }
        }
    }

    /// Whether the rule covers an action; "every action" only where it says so itself.
    ///
    /// `*` gives what a registry is known to ask for and takes everything: an action that is not known (`search` on the
    /// catalogue, say) is given by its name alone.
    pub fn covers_action(&self, action: &str) -> bool {
        match &self.resources {
            Resources::Everything => true,
            Resources::Named { actions: Actions::All, .. } => {
                self.effect == Effect::Deny || scope::is_known_action(action)
            }
            Resources::Named { actions: Actions::Some(list), .. } => list.iter().any(|own| &**own == action),
        }
    }

    /// Whether the rule covers any action at all.
    pub fn covers_some_action(&self) -> bool {
        !matches!(&self.resources, Resources::Named { actions: Actions::Some(list), .. } if list.is_empty())
    }
}

/// A value that says something: consoles save an optional field that was left alone as an empty text.
fn value<'a>(config: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    config.get(key).map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn parse_actions(kind: &str, text: &str) -> Option<Actions> {
    if text == scope::ALL_ACTIONS {
        return Some(Actions::All);
    }
    text.split(',')
        .map(str::trim)
        .map(|action| (action != scope::ALL_ACTIONS && scope::is_action(kind, action)).then(|| action.into()))
        .collect::<Option<Vec<_>>>()
        .map(Actions::Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn config(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    const GOOD: [(&str, &str); 3] = [("subject", "authenticated"), ("name", "team/*"), ("actions", "pull")];

    fn with(extra: (&str, &str)) -> BTreeMap<String, String> {
        let mut all = config(&GOOD);
        all.insert(extra.0.into(), extra.1.into());
        all
    }

    #[test]
    fn whatever_is_not_understood_fails_closed() {
        assert!(Rule::parse("r", &config(&GOOD)).is_ok());
        for bad in [
            ("colour", "red"),
            ("subject", "everyone"),
            ("type", "Repository"),
            ("name", "Team/*"),
            ("name", "${user}"),
            ("actions", "pull,frobnicate"),
            ("actions", "pull,*"),
            ("actions", ""),
            ("networks", "10.0.0.0/99"),
            ("hours", "always"),
            ("credentials", "smile"),
        ] {
            let allow = with(bad);
            assert!(Rule::parse("r", &allow).is_err(), "{bad:?}");
            assert!(Rule::read("r", &allow).is_none(), "an allow that is not understood allows nothing: {bad:?}");
            let mut deny = allow;
            deny.insert("effect".into(), "deny".into());
            let rule = Rule::read("r", &deny).unwrap();
            assert_eq!((rule.effect, &rule.subject), (Effect::Deny, &Subject::Anyone), "{bad:?}");
            assert!(matches!(rule.resources, Resources::Everything));
        }
        let rule = Rule::read("r", &with(("effect", "alow"))).unwrap();
        assert_eq!(rule.effect, Effect::Deny, "an effect that is not understood may have been a deny");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = Rule::parse("r", &config(&[("effect", "x"), ("colour", "y"), ("hours", "z")])).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["colour", "effect", "subject", "name", "actions", "hours"]);
    }

    #[test]
    fn empty_optional_values_are_absent() {
        assert!(Rule::parse("r", &with(("networks", ""))).is_ok());
        assert_eq!(Rule::parse("r", &with(("effect", " "))).unwrap().effect, Effect::Allow);
    }
}
