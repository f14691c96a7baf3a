//! Patterns and templates, by example and by property.

use proptest::prelude::*;

use super::*;

struct Person {
    username: &'static str,
    groups: Vec<&'static str>,
    attribute: Vec<&'static str>,
}

impl Values for Person {
    fn values<'a>(&'a self, variable: &Variable) -> Vec<&'a str> {
        match variable {
            Variable::Username => vec![self.username],
            Variable::Group => self.groups.clone(),
            Variable::Attribute(name) if &**name == "team" => self.attribute.clone(),
            Variable::Attribute(_) => Vec::new(),
        }
    }
}

fn named(username: &'static str) -> Person {
    Person { username, groups: Vec::new(), attribute: Vec::new() }
}

fn hits(pattern: &str, name: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(name, &named("alice")).unwrap()
}

#[test]
fn t17_a_star_stops_at_a_slash_and_two_cross_it() {
    for (pattern, name, expected) in [
        ("team/*", "team/app", true),
        ("team/*", "team/app/x", false),
        ("team/*", "team", false),
        ("team/**", "team/app", true),
        ("team/**", "team/app/x/y", true),
        ("team/**", "team", false),
        ("team/**", "team-secret/app", false),
        ("**", "a", true),
        ("**", "a/b/c", true),
        ("*", "a", true),
        ("*", "a/b", false),
        ("**/app", "app", true),
        ("**/app", "a/b/app", true),
        ("**/app", "a/b/app2", false),
        ("a/**/b", "a/b", true),
        ("a/**/b", "a/x/y/b", true),
        ("a/**/b", "a/x/y/c", false),
        ("a/**/b/**", "a/b/c/b/d", true),
        ("app-*", "app-1", true),
        ("app-*", "app-1/x", false),
        ("*-cache", "a-cache", true),
        ("a*c*e", "abcde", true),
        ("a*c*e", "abde", false),
        ("reg.example:5000/*", "reg.example:5000/app", true),
    ] {
        assert_eq!(hits(pattern, name), expected, "{pattern} on {name}");
    }
}

#[test]
fn a83_a_right_on_one_name_says_nothing_about_its_neighbours() {
    for name in ["team/app-secret", "team/app/x", "team", "team/ap", "xteam/app", "team/apps"] {
        assert!(!hits("team/app", name), "{name}");
    }
    assert!(hits("team/app", "team/app"));
}

#[test]
fn t17_a_user_name_is_a_literal_and_never_a_pattern() {
    let pattern = Pattern::parse("${username}/**").unwrap();
    for odd in ["a/*", "..", "*", "**", "a/b", "", "a@example.com", "${group}", "a b", "-a", "a\0"] {
        for name in ["a/x", "b/x", "alice/x", "a/b/x", "x/y"] {
            assert_eq!(pattern.matches(name, &named(odd)), Some(false), "{odd} on {name}");
        }
    }
    assert_eq!(pattern.matches("alice/x/y", &named("Alice")), Some(true));
    assert_eq!(pattern.matches("alice", &named("alice")), Some(false));
}

#[test]
fn every_group_and_attribute_value_counts_and_one_variable_has_one_value() {
    let person = Person {
        username: "alice",
        groups: vec!["/Harbour/Crane", "/ship", "/bad name"],
        attribute: vec!["red", "blue", "../x"],
    };
    let group = Pattern::parse("${group}/*").unwrap();
    assert_eq!(group.matches("harbour/crane/app", &person), Some(true));
    assert_eq!(group.matches("ship/app", &person), Some(true));
    assert_eq!(group.matches("harbour/app", &person), Some(false));
    let twice = Pattern::parse("${attribute.team}/x-${attribute.team}").unwrap();
    assert_eq!(twice.matches("red/x-red", &person), Some(true));
    assert_eq!(twice.matches("red/x-blue", &person), Some(false));
    assert_eq!(Pattern::parse("${attribute.none}/*").unwrap().matches("a/b", &person), Some(false));
}

#[test]
fn texts_that_could_never_match_are_no_patterns() {
    for bad in [
        "",
        "/a",
        "a/",
        "a//b",
        "a**",
        "**a/b",
        "A/b",
        "a b",
        "${user}/x",
        "${username",
        "${attribute.}/x",
        "a\\b",
        "ä",
    ] {
        assert!(Pattern::parse(bad).is_err(), "{bad}");
    }
    assert!(Pattern::parse(&"a".repeat(513)).is_err());
}

proptest! {
    #[test]
    fn no_star_ever_crosses_a_slash(name in "[a-z]{1,3}(/[a-z]{1,3}){0,4}", pattern in "[a-z*]{1,4}(/[a-z*]{1,4}){0,4}") {
        if let Ok(parsed) = Pattern::parse(&pattern)
            && !pattern.contains("**")
            && parsed.matches(&name, &named("x")) == Some(true)
        {
            prop_assert_eq!(name.split('/').count(), pattern.split('/').count());
        }
    }

    #[test]
    fn matching_agrees_with_a_plain_recursive_reading(
        name in "[ab]{1,2}(/[ab]{1,2}){0,4}",
        pattern in "(\\*\\*|[ab*]{1,2})(/(\\*\\*|[ab*]{1,2})){0,4}",
    ) {
        fn plain(pattern: &[&str], name: &[&str]) -> bool {
            match (pattern.split_first(), name.split_first()) {
                (None, None) => true,
                (Some((&"**", [])), _) => !name.is_empty(),
                (Some((&"**", rest)), None) => plain(rest, name),
                (Some((&"**", rest)), Some((_, below))) => plain(rest, name) || plain(pattern, below),
                (Some((p, rest)), Some((n, below))) => letters(p.as_bytes(), n.as_bytes()) && plain(rest, below),
                _ => false,
            }
        }
        fn letters(pattern: &[u8], text: &[u8]) -> bool {
            match (pattern.split_first(), text.split_first()) {
                (None, None) => true,
                (Some((b'*', rest)), None) => letters(rest, text),
                (Some((b'*', rest)), Some((_, below))) => letters(rest, text) || letters(pattern, below),
                (Some((p, rest)), Some((t, below))) => p == t && letters(rest, below),
                _ => false,
            }
        }
        if let Ok(parsed) = Pattern::parse(&pattern) {
            let expected = plain(&pattern.split('/').collect::<Vec<_>>(), &name.split('/').collect::<Vec<_>>());
            prop_assert_eq!(parsed.matches(&name, &named("x")), Some(expected), "{} on {}", pattern, name);
        }
    }
}
