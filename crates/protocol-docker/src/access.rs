//! The decision: requested ∩ allowed. Deny beats allow, order means nothing, nothing is widened.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::rule::condition::CredentialKind;
use crate::rule::pattern::{Values, Variable};
use crate::rule::{Effect, Rule};
use crate::scope::{self, Access};

/// Groups and roles of a person, worked out when a rule asks.
pub trait Memberships {
    /// Whether the person is in the group of this path or below it.
    fn in_group(&self, path: &str) -> bool;
    /// Paths of the person's groups.
    fn groups(&self) -> Vec<&str>;
    /// Whether the person holds a realm role, by whatever way.
    fn has_realm_role(&self, role: &str) -> bool;
    /// Whether the person holds a role of a client.
    fn has_client_role(&self, client: &str, role: &str) -> bool;
    /// The `clientId` whose service account this is.
    fn service_account_of(&self) -> Option<&str>;
}

/// A person who asks.
pub struct Person<'a> {
    /// The stored user name.
    pub username: &'a str,
    /// The person's attributes.
    pub attributes: &'a BTreeMap<String, Vec<String>>,
    /// Groups and roles.
    pub memberships: &'a dyn Memberships,
}

/// Who asks, from where, when and how they proved it.
pub struct Asker<'a> {
    /// Nobody: no credentials were shown.
    pub person: Option<Person<'a>>,
    /// How the person was proven.
    pub credential: Option<CredentialKind>,
    /// The peer's address behind trusted proxies.
    pub address: IpAddr,
    /// Unix seconds.
    pub now: i64,
}

impl Values for Asker<'_> {
    fn values<'a>(&'a self, variable: &Variable) -> Vec<&'a str> {
        let Some(person) = &self.person else { return Vec::new() };
        match variable {
            Variable::Username => vec![person.username],
            Variable::Group => person.memberships.groups(),
            Variable::Attribute(name) => {
                person.attributes.get(&**name).map(|all| all.iter().map(String::as_str).collect()).unwrap_or_default()
            }
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The token's `access`: entries with at least one action.
    pub granted: Vec<Access<'a>>,
    /// What was asked and not given.
    pub denied: Vec<Access<'a>>,
}

/// Decides about every entry of a request.
pub fn decide<'a>(requested: &[Access<'a>], rules: &[Rule], asker: &Asker<'_>) -> Decision<'a> {
    let counting: Vec<&Rule> = rules.iter().filter(|rule| rule.counts_for(asker)).collect();
    let mut decision = Decision { granted: Vec::with_capacity(requested.len()), denied: Vec::new() };
    for entry in requested {
        let about: Vec<&Rule> =
            counting.iter().copied().filter(|rule| rule.is_about(entry.kind, entry.name, asker)).collect();
        let (granted, denied) = split(entry, &about);
        if !granted.is_empty() {
            decision.granted.push(Access { kind: entry.kind, name: entry.name, actions: granted });
        }
        if !denied.is_empty() {
            decision.denied.push(Access { kind: entry.kind, name: entry.name, actions: denied });
        }
    }
    decision
}

/// The actions of one entry, given and refused. `about`: the rules that count for the asker and cover the name.
fn split<'a>(entry: &Access<'a>, about: &[&Rule]) -> (Vec<&'a str>, Vec<&'a str>) {
    let allowed = |action: &str| {
        let mut any = false;
        for rule in about {
            if rule.covers_action(action) {
                match rule.effect {
                    Effect::Deny => return false,
                    Effect::Allow => any = true,
                }
            }
        }
        any
    };
    // "Everything" is theirs only if a rule says `*` and nothing at all is denied.
    let everything = || {
        allowed(scope::ALL_ACTIONS)
            && !about.iter().any(|rule| rule.effect == Effect::Deny && rule.covers_some_action())
    };
    let mut granted: Vec<&'a str> = Vec::with_capacity(entry.actions.len());
    let mut denied: Vec<&'a str> = Vec::new();
    let mut give = |action: &'a str| {
        if !granted.contains(&action) {
            granted.push(action);
        }
    };
    for &action in &entry.actions {
        if action != scope::ALL_ACTIONS {
            if allowed(action) {
                give(action);
            } else {
                denied.push(action);
            }
            continue;
        }
        // `*` asks for every action. Registries that compare actions literally are served by naming them all; who may
        // not do everything gets the actions they hold, which distribution takes for a delete, too.
        if entry.kind == scope::REPOSITORY {
            scope::REPOSITORY_ACTIONS.into_iter().filter(|concrete| allowed(concrete)).for_each(&mut give);
        }
        if everything() { give(action) } else { denied.push(action) }
    }
    (granted, denied)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rule::subject::is_at_or_below;

    /// A person made of plain lists.
    #[derive(Default, Clone)]
    pub(crate) struct Sample {
        pub(crate) username: String,
        pub(crate) groups: Vec<String>,
        pub(crate) roles: Vec<String>,
        pub(crate) attributes: BTreeMap<String, Vec<String>>,
        pub(crate) robot: Option<String>,
    }

    impl Memberships for Sample {
        fn in_group(&self, path: &str) -> bool {
            self.groups.iter().any(|own| is_at_or_below(own, path))
        }
        fn groups(&self) -> Vec<&str> {
            self.groups.iter().map(String::as_str).collect()
        }
        fn has_realm_role(&self, role: &str) -> bool {
            self.roles.iter().any(|own| own == role)
        }
        fn has_client_role(&self, client: &str, role: &str) -> bool {
            self.roles.iter().any(|own| *own == format!("{client}/{role}"))
        }
        fn service_account_of(&self) -> Option<&str> {
            self.robot.as_deref()
        }
    }

    impl Sample {
        pub(crate) fn asker(&self) -> Asker<'_> {
            Asker {
                person: Some(Person { username: &self.username, attributes: &self.attributes, memberships: self }),
                credential: Some(CredentialKind::Password),
                address: IpAddr::from([192, 0, 2, 1]),
                now: 1_800_000_000,
            }
        }
    }

    pub(crate) fn nobody() -> Asker<'static> {
        Asker { person: None, credential: None, address: IpAddr::from([192, 0, 2, 1]), now: 1_800_000_000 }
    }

    pub(crate) fn rule(effect: &str, subject: &str, name: &str, actions: &str) -> Rule {
        let config = [("effect", effect), ("subject", subject), ("name", name), ("actions", actions)];
        let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Rule::parse(name, &config).unwrap()
    }

    fn alice() -> Sample {
        Sample {
            username: "alice".into(),
            groups: vec!["/harbour/crane".into()],
            roles: vec!["dev".into(), "reg/pusher".into()],
            attributes: BTreeMap::from([("team".to_owned(), vec!["red".to_owned()])]),
            robot: None,
        }
    }

    fn granted(rules: &[Rule], asker: &Asker<'_>, asked: &str) -> String {
        scope::join(&decide(&scope::parse([asked]).unwrap().entries, rules, asker).granted)
    }

    #[test]
    fn every_subject_finds_its_people() {
        let sample = alice();
        for (subject, expected) in [
            ("anyone", true),
            ("anonymous", false),
            ("authenticated", true),
            ("user:alice", true),
            ("user:ALICE", true),
            ("user:bob", false),
            ("group:/harbour", true),
            ("group:/harbour/crane", true),
            ("group:/harbour/crane/x", false),
            ("group:/harb", false),
            ("role:dev", true),
            ("role:ops", false),
            ("role:reg/pusher", true),
            ("role:other/pusher", false),
            ("attribute:team=red", true),
            ("attribute:team=blue", false),
            ("attribute:crew=red", false),
            ("robot:ci", false),
        ] {
            let rules = [rule("allow", subject, "a", "pull")];
            assert_eq!(
                granted(&rules, &sample.asker(), "repository:a:pull") == "repository:a:pull",
                expected,
                "{subject}"
            );
        }
        let robot = Sample { robot: Some("ci".into()), username: "service-account-ci".into(), ..Sample::default() };
        assert_eq!(
            granted(&[rule("allow", "robot:ci", "a", "pull")], &robot.asker(), "repository:a:pull"),
            "repository:a:pull"
        );
    }

    #[test]
    fn t18_nobody_gets_what_is_public_and_no_more() {
        let rules = [rule("allow", "anyone", "public/**", "pull"), rule("allow", "authenticated", "**", "*")];
        assert_eq!(
            granted(&rules, &nobody(), "repository:public/a:pull,push repository:private:pull"),
            "repository:public/a:pull"
        );
        assert_eq!(granted(&[Rule::allow_all("all")], &nobody(), "repository:a:pull"), "");
    }

    #[test]
    fn t17_deny_beats_allow_in_any_order() {
        let allow = rule("allow", "authenticated", "team/**", "*");
        let deny = rule("deny", "role:dev", "team/secret", "push,delete");
        let sample = alice();
        for rules in [[allow.clone(), deny.clone()], [deny, allow]] {
            assert_eq!(
                granted(&rules, &sample.asker(), "repository:team/secret:pull,push"),
                "repository:team/secret:pull"
            );
            assert_eq!(granted(&rules, &sample.asker(), "repository:team/secret:*"), "repository:team/secret:pull");
            assert_eq!(granted(&rules, &sample.asker(), "repository:team/x:*"), "repository:team/x:pull,push,delete,*");
        }
    }

    #[test]
    fn t11_a_star_is_given_to_full_owners_only() {
        let sample = alice();
        let asked = "repository:a:*";
        assert_eq!(granted(&[Rule::allow_all("all")], &sample.asker(), asked), "repository:a:pull,push,delete,*");
        assert_eq!(
            granted(&[rule("allow", "anyone", "a", "pull,delete")], &sample.asker(), asked),
            "repository:a:pull,delete"
        );
        assert_eq!(
            granted(&[rule("allow", "anyone", "a", "pull,push")], &sample.asker(), asked),
            "repository:a:pull,push"
        );
        assert_eq!(granted(&[rule("allow", "anyone", "b", "*")], &sample.asker(), asked), "");
    }

    #[test]
    fn t13_the_catalogue_needs_a_rule_of_its_own_type() {
        let sample = alice();
        assert_eq!(granted(&[rule("allow", "anyone", "**", "*")], &sample.asker(), "registry:catalog:*"), "");
        let config = [("subject", "role:dev"), ("type", "registry"), ("name", "catalog"), ("actions", "*")];
        let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let catalogue = [Rule::parse("c", &config).unwrap()];
        assert_eq!(granted(&catalogue, &sample.asker(), "registry:catalog:*"), "registry:catalog:*");
        assert_eq!(granted(&catalogue, &sample.asker(), "registry:catalog:search"), "", "an unknown action is dropped");
        assert_eq!(granted(&catalogue, &nobody(), "registry:catalog:*"), "");
    }

    #[test]
    fn t13_an_unknown_action_is_given_by_its_name_alone_and_taken_by_a_star() {
        let sample = alice();
        let rule = |effect: &str, actions: &str| {
            let config = [
                ("effect", effect),
                ("subject", "anyone"),
                ("type", "registry"),
                ("name", "catalog"),
                ("actions", actions),
            ];
            Rule::parse("c", &config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()).unwrap()
        };
        let asked = "registry:catalog:search";
        assert_eq!(granted(&[rule("allow", "search")], &sample.asker(), asked), asked);
        assert_eq!(granted(&[rule("allow", "search"), rule("deny", "*")], &sample.asker(), asked), "");
    }

    #[test]
    fn a89_a_mount_source_that_may_not_be_read_is_left_out() {
        let rules = [rule("allow", "user:alice", "mine/**", "pull,push")];
        let decision = decide(
            &scope::parse(["repository:mine/app:pull,push", "repository:theirs/app:pull"]).unwrap().entries,
            &rules,
            &alice().asker(),
        );
        assert_eq!(scope::join(&decision.granted), "repository:mine/app:pull,push");
        assert_eq!(scope::join(&decision.denied), "repository:theirs/app:pull");
    }

    #[test]
    fn conditions_narrow_a_rule() {
        let config = [("subject", "anyone"), ("name", "a"), ("actions", "pull"), ("networks", "10.0.0.0/8")];
        let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let rules = [Rule::parse("r", &config).unwrap()];
        let mut asker = nobody();
        assert_eq!(granted(&rules, &asker, "repository:a:pull"), "");
        asker.address = IpAddr::from([10, 1, 1, 1]);
        assert_eq!(granted(&rules, &asker, "repository:a:pull"), "repository:a:pull");
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        (
            prop_oneof![Just("allow"), Just("deny")],
            prop_oneof![
                Just("anyone"),
                Just("authenticated"),
                Just("anonymous"),
                Just("user:alice"),
                Just("group:/harbour")
            ],
            "(\\*\\*|[ab*]{1,2}|\\$\\{username\\})(/(\\*\\*|[ab*]{1,2})){0,2}",
            prop_oneof![Just("*"), Just("pull"), Just("push,delete"), Just("pull,push")],
        )
            .prop_filter_map("a pattern", |(effect, subject, name, actions)| {
                let config = [("effect", effect), ("subject", subject), ("name", name.as_str()), ("actions", actions)];
                let config = config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
                Rule::parse("r", &config).ok()
            })
    }

    proptest! {
        #[test]
        fn nothing_is_widened_and_deny_always_wins(
            rules in prop::collection::vec(any_rule(), 0..6),
            extra in any_rule(),
            text in "(repository|registry):[ab]{1,2}(/[ab]{1,2}){0,2}:(pull|push|delete|\\*)(,(pull|push|delete|\\*)){0,2}",
        ) {
            let sample = alice();
            let requested = scope::parse([text.as_str()]).unwrap().entries;
            let decision = decide(&requested, &rules, &sample.asker());
            for entry in &decision.granted {
                let asked = requested.iter().find(|r| r.kind == entry.kind && r.name == entry.name);
                prop_assert!(asked.is_some(), "a resource that nobody asked for");
                let asked = &asked.unwrap().actions;
                prop_assert!(!entry.actions.is_empty());
                prop_assert!(entry.actions.iter().all(|action| asked.contains(action) || asked.contains(&"*")));
            }
            // One more rule: an allow takes nothing away, a deny gives nothing.
            let mut more = rules.clone();
            more.push(extra.clone());
            let after = decide(&requested, &more, &sample.asker());
            let pairs = |d: &Decision<'_>| -> Vec<(String, String)> {
                d.granted.iter().flat_map(|e| e.actions.iter().map(|a| (e.name.to_owned(), (*a).to_owned()))).collect()
            };
            let (before, after) = (pairs(&decision), pairs(&after));
            match extra.effect {
                Effect::Allow => prop_assert!(before.iter().all(|pair| after.contains(pair))),
                Effect::Deny => prop_assert!(after.iter().all(|pair| before.contains(pair))),
            }
            // Order means nothing.
            let mut backwards = rules.clone();
            backwards.reverse();
            prop_assert_eq!(decide(&requested, &backwards, &sample.asker()), decide(&requested, &rules, &sample.asker()));
        }
    }
}
