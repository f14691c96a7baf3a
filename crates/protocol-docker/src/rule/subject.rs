//! Whom an access rule is about.

use crate::access::Asker;

/// The `subject` of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Everybody, with or without credentials.
    Anyone,
    /// Who shows no credentials.
    Anonymous,
    /// Who has proven a credential.
    Authenticated,
    /// One user, by the stored (lower-case) user name.
    User(Box<str>),
    /// Members of the group with this path, and of the groups below it.
    Group(Box<str>),
    /// Who holds the realm role, directly, by a group or inside another role.
    RealmRole(Box<str>),
    /// Who holds the role of a client.
    ClientRole {
        /// The client's `clientId`; it may hold slashes.
        client: Box<str>,
        /// The role's name; it holds none.
        role: Box<str>,
    },
    /// Who has this value among the values of an attribute.
    Attribute {
        /// The attribute.
        name: Box<str>,
        /// One exact value.
        value: Box<str>,
    },
    /// The robot of this name: the service account of that client.
    Robot(Box<str>),
}

impl Subject {
    /// Reads a subject; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "anyone" => return Some(Subject::Anyone),
            "anonymous" => return Some(Subject::Anonymous),
            "authenticated" => return Some(Subject::Authenticated),
            _ => {}
        }
        let (kind, value) = text.split_once(':')?;
        if value.is_empty() {
            return None;
        }
        match kind {
            "user" => Some(Subject::User(value.to_lowercase().into())),
            "group" => {
                let path = value.strip_prefix('/')?;
                (!path.split('/').any(str::is_empty)).then(|| Subject::Group(value.into()))
            }
            "role" => match value.rsplit_once('/') {
                None => Some(Subject::RealmRole(value.into())),
                Some((client, role)) => (!client.is_empty() && !role.is_empty())
                    .then(|| Subject::ClientRole { client: client.into(), role: role.into() }),
            },
            "attribute" => {
                let (name, wanted) = value.split_once('=')?;
                (!name.is_empty()).then(|| Subject::Attribute { name: name.into(), value: wanted.into() })
            }
            "robot" => Some(Subject::Robot(value.into())),
            _ => None,
        }
    }

    /// Whether the rule is about this asker.
    pub fn covers(&self, asker: &Asker<'_>) -> bool {
        let person = asker.person.as_ref();
        match self {
            Subject::Anyone => true,
            Subject::Anonymous => person.is_none(),
            Subject::Authenticated => person.is_some(),
            Subject::User(name) => person.is_some_and(|p| p.username == &**name),
            Subject::Group(path) => person.is_some_and(|p| p.memberships.in_group(path)),
            Subject::RealmRole(role) => person.is_some_and(|p| p.memberships.has_realm_role(role)),
            Subject::ClientRole { client, role } => person.is_some_and(|p| p.memberships.has_client_role(client, role)),
            Subject::Attribute { name, value } => person
                .is_some_and(|p| p.attributes.get(&**name).is_some_and(|all| all.iter().any(|one| one == &**value))),
            Subject::Robot(name) => {
                person.is_some_and(|p| p.memberships.service_account_of().is_some_and(|client| client == &**name))
            }
        }
    }
}

/// Whether a group path is the wanted one or lies below it, segment by segment.
pub fn is_at_or_below(path: &str, wanted: &str) -> bool {
    path.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_outside_the_list_are_no_subjects() {
        for bad in [
            "",
            "Anyone",
            "everyone",
            "user:",
            "user",
            "group:crane",
            "group:/",
            "group://a",
            "group:/a/",
            "role:",
            "role:/x",
            "role:x/",
            "attribute:a",
            "attribute:=b",
            "robot:",
            "person:alice",
            "authenticated ",
        ] {
            assert_eq!(Subject::parse(bad), None, "{bad}");
        }
        assert_eq!(
            Subject::parse("role:https://reg.example/v2/pusher"),
            Some(Subject::ClientRole { client: "https://reg.example/v2".into(), role: "pusher".into() })
        );
        assert_eq!(Subject::parse("user:Alice"), Some(Subject::User("alice".into())));
        assert_eq!(
            Subject::parse("attribute:team=a=b"),
            Some(Subject::Attribute { name: "team".into(), value: "a=b".into() })
        );
    }

    #[test]
    fn a83_a_group_holds_what_is_below_it_and_not_its_namesakes() {
        assert!(is_at_or_below("/harbour/crane", "/harbour"));
        assert!(is_at_or_below("/harbour", "/harbour"));
        assert!(!is_at_or_below("/harbour-2", "/harbour"));
        assert!(!is_at_or_below("/", "/harbour"));
        assert!(!is_at_or_below("/x/harbour", "/harbour"));
    }
}
