//! The registry's `scope`: resource scopes that a client asks for.
//!
//! Distribution specification, "Token scope documentation": a scope is a list of resource scopes, each
//! `type ":" name ":" action *("," action)`; the name may begin with `host[:port]/`, so it may hold a colon.
//! Clients repeat the parameter, join several by a blank, or both, and ask for one repository more than once.

use serde::Serialize;

/// Most resource scopes in one request; real clients send fewer than ten.
pub const MAX_SCOPES: usize = 256;
/// Most bytes of all `scope` values of one request together.
pub const MAX_SCOPE_BYTES: usize = 32 * 1024;
/// Most bytes of a repository name (Distribution specification, "Overview": less than 256 characters).
pub const MAX_NAME_BYTES: usize = 255;
/// Most different actions kept for one resource.
const MAX_ACTIONS: usize = 16;
const MAX_TYPE_BYTES: usize = 32;
const MAX_ACTION_BYTES: usize = 32;

/// The type of image repositories.
pub const REPOSITORY: &str = "repository";
/// "Every action": granted only to who may do everything.
pub const ALL_ACTIONS: &str = "*";
/// What a registry knows to do with a repository.
pub const REPOSITORY_ACTIONS: [&str; 3] = ["pull", "push", "delete"];

/// One resource and actions on it: an entry of a request, and of the token's `access` claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access<'a> {
    /// `repository`, `registry`, …; without a class suffix.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// Echoed exactly as asked: registries compare it byte for byte.
    pub name: &'a str,
    /// In the order in which they were asked for, each once.
    pub actions: Vec<&'a str>,
}

impl Access<'_> {
    /// The entry as a scope, as it stands in answers and events.
    pub fn write_to(&self, out: &mut String) {
        out.push_str(self.kind);
        out.push(':');
        out.push_str(self.name);
        out.push(':');
        for (index, action) in self.actions.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(action);
        }
    }
}

/// Entries as one blank-joined scope.
pub fn join(entries: &[Access<'_>]) -> String {
    let mut out = String::with_capacity(entries.len() * 40);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        entry.write_to(&mut out);
    }
    out
}

/// What a request asks for: merged to one entry for each (type, name).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requested<'a> {
    /// Well-formed entries in the order of their first mention.
    pub entries: Vec<Access<'a>>,
    /// How many items were no resource scopes; they grant nothing and hurt nothing.
    pub malformed: usize,
}

/// The request asks for more than we look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// Reads all `scope` values of a request.
///
/// An item that breaks the grammar is dropped, never repaired into another name: a grant must be for exactly what
/// the registry will be asked for.
///
/// # Errors
/// When the request holds more than [`MAX_SCOPES`] items or [`MAX_SCOPE_BYTES`].
pub fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Requested<'a>, TooMany> {
    let mut requested = Requested::default();
    let mut bytes = 0_usize;
    let mut items = 0_usize;
    for value in values {
        bytes = bytes.saturating_add(value.len());
        if bytes > MAX_SCOPE_BYTES {
            return Err(TooMany);
        }
        for item in value.split(' ').filter(|item| !item.is_empty()) {
            items += 1;
            if items > MAX_SCOPES {
                return Err(TooMany);
            }
            match split(item) {
                Some((kind, name, actions)) => merge(&mut requested.entries, kind, name, actions),
                None => requested.malformed += 1,
            }
        }
    }
    Ok(requested)
}

/// Type up to the first colon, actions after the last one, the name between (it may hold `host:port`).
fn split(item: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = item.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let kind = resource_type(kind)?;
    (is_name(name) && actions.len() <= MAX_ACTIONS * (MAX_ACTION_BYTES + 1)).then_some((kind, name, actions))
}

/// The type without its class: `repository(plugin)` is a repository, and registries match the bare word only.
fn resource_type(text: &str) -> Option<&str> {
    let kind = match text.split_once('(') {
        None => text,
        Some((kind, class)) => {
            let class = class.strip_suffix(')')?;
            is_word(class, MAX_TYPE_BYTES).then_some(kind)?
        }
    };
    is_word(kind, MAX_TYPE_BYTES).then_some(kind)
}

fn is_word(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn merge<'a>(entries: &mut Vec<Access<'a>>, kind: &'a str, name: &'a str, actions: &'a str) {
    let position = entries.iter().position(|entry| entry.kind == kind && entry.name == name);
    let entry = if let Some(index) = position {
        entries.get_mut(index)
    } else {
        entries.push(Access { kind, name, actions: Vec::with_capacity(2) });
        entries.last_mut()
    };
    let Some(entry) = entry else { return };
    for action in actions.split(',') {
        if is_action(kind, action) && entry.actions.len() < MAX_ACTIONS && !entry.actions.contains(&action) {
            entry.actions.push(action);
        }
    }
}

/// Whether a registry could know the action: a repository's are a closed list, other types' only have to be words.
pub fn is_action(kind: &str, action: &str) -> bool {
    is_known_action(action)
        || kind != REPOSITORY && {
            !action.is_empty()
                && action.len() <= MAX_ACTION_BYTES
                && action.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
        }
}

/// Whether registries of today ask for the action.
pub fn is_known_action(action: &str) -> bool {
    action == ALL_ACTIONS || REPOSITORY_ACTIONS.contains(&action)
}

/// Distribution specification, "Overview": components of lower-case letters and digits, separated inside by one dot,
/// one or two underscores or any number of hyphens; joined by slashes; at most 255 characters. The first may be
/// `host:port`.
pub fn is_name(name: &str) -> bool {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return false;
    }
    let mut segments = name.split('/');
    let Some(first) = segments.next() else { return false };
    let mut more = false;
    for segment in segments {
        more = true;
        if !is_component(segment) {
            return false;
        }
    }
    is_component(first) || (more && is_host_with_port(first))
}

/// One path component of a repository name.
pub fn is_component(text: &str) -> bool {
    #[derive(PartialEq)]
    enum Last {
        Start,
        Letter,
        Dot,
        Underscore,
        TwoUnderscores,
        Hyphen,
    }
    let mut last = Last::Start;
    for byte in text.bytes() {
        last = match (byte, &last) {
            (b'a'..=b'z' | b'0'..=b'9', _) => Last::Letter,
            (b'.', Last::Letter) => Last::Dot,
            (b'_', Last::Letter) => Last::Underscore,
            (b'_', Last::Underscore) => Last::TwoUnderscores,
            (b'-', Last::Letter | Last::Hyphen) => Last::Hyphen,
            _ => return false,
        };
    }
    last == Last::Letter
}

fn is_host_with_port(text: &str) -> bool {
    let Some((host, port)) = text.split_once(':') else { return false };
    is_component(host) && (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(scope: &str) -> Vec<String> {
        parse([scope]).unwrap().entries.iter().map(|entry| join(std::slice::from_ref(entry))).collect()
    }

    #[test]
    fn t09_repeated_and_blank_separated_scopes_are_all_read() {
        let requested = parse(["repository:a/b:pull,push", "repository:c:pull  repository:d:pull"]).unwrap();
        assert_eq!(join(&requested.entries), "repository:a/b:pull,push repository:c:pull repository:d:pull");
        assert_eq!(requested.malformed, 0);
    }

    #[test]
    fn t14_a_class_is_dropped_and_the_entries_merged() {
        assert_eq!(
            one("repository(plugin):n/p:pull,push repository:n/p:pull repository:n/p:pull,push"),
            ["repository:n/p:pull,push"]
        );
        for bad in ["repository():a:pull", "repository(plugin:a:pull", "(plugin):a:pull", "repository(p)x:a:pull"] {
            assert!(one(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn t15_names_with_ports_depth_and_length_are_read_whole() {
        assert_eq!(one("repository:reg.example:5000/a/b:pull"), ["repository:reg.example:5000/a/b:pull"]);
        assert_eq!(one("repository:a/b/c/d/e:pull"), ["repository:a/b/c/d/e:pull"]);
        let longest = "a".repeat(255);
        assert_eq!(one(&format!("repository:{longest}:pull")).len(), 1);
        assert!(one(&format!("repository:{longest}a:pull")).is_empty());
    }

    #[test]
    fn t15_malformed_items_grant_nothing_and_spoil_nothing() {
        for bad in ["::", "a", ":", "repository", "repository:a", "repository::pull", "repository:%00:pull", "a:b:c:d:"]
        {
            let requested = parse([bad, "repository:good:pull"]).unwrap();
            assert_eq!(join(&requested.entries), "repository:good:pull", "{bad}");
            assert_eq!(requested.malformed, 1, "{bad}");
        }
        assert_eq!(parse([""]).unwrap(), Requested::default());
        assert_eq!(parse([]).unwrap(), Requested::default());
    }

    #[test]
    fn t16_overlapping_entries_of_one_repository_become_one() {
        let requested = parse([
            "repository:a/b:pull",
            "repository:a/b:push,pull repository:a/b:pull",
            "repository:a/b:push,pull,delete",
            "repository:a/b:pull",
        ])
        .unwrap();
        assert_eq!(join(&requested.entries), "repository:a/b:pull,push,delete");
    }

    #[test]
    fn a81_names_outside_the_grammar_are_dropped_never_normalised() {
        for name in [
            "..",
            ".",
            "a/../b",
            "/a",
            "a/",
            "a//b",
            "A",
            "a/B",
            "a%2fb",
            "a\nb",
            "a\0b",
            "ä",
            "a/ö",
            "library/",
            "-a",
            "a-",
            "a..b",
            "a___b",
            "_a",
            "a_",
            "*",
            "a/*",
            "host:5000",
            "host:/a",
            "host:123456/a",
            "host:5x/a",
            "a:b/c:d",
            "a b",
            "a\\b",
            "a@b",
        ] {
            assert!(!is_name(name), "{name:?}");
            assert!(one(&format!("repository:{name}:pull")).is_empty(), "{name:?}");
        }
        for name in ["library/a", "a", "a.b", "a_b", "a__b", "a--b", "0", "host:5000/a", "a-b.c_d/e"] {
            assert!(is_name(name), "{name:?}");
        }
    }

    #[test]
    fn a82_types_and_actions_are_bounded() {
        assert_eq!(one("registry:catalog:*"), ["registry:catalog:*"]);
        assert_eq!(one("registry:catalog:search"), ["registry:catalog:search"]);
        assert!(one("repository:*:*").is_empty());
        assert_eq!(one("repository:a:pull,pull"), ["repository:a:pull"]);
        assert_eq!(one("repository:a:PULL,frobnicate,pull"), ["repository:a:pull"]);
        assert_eq!(one("repository:a:"), ["repository:a:"]);
        assert_eq!(one("Repository:a:pull").len(), 0);
        let many = vec!["repository:a:pull"; 10_000].join(" ");
        assert_eq!(parse([many.as_str()]), Err(TooMany));
        let separate = vec!["repository:a:pull"; MAX_SCOPES + 1];
        assert_eq!(parse(separate), Err(TooMany));
    }

    #[test]
    fn a48_a_megabyte_of_scope_is_refused_before_it_is_read() {
        let long = "x".repeat(1 << 20);
        assert_eq!(parse([long.as_str()]), Err(TooMany));
    }

    proptest! {
        #[test]
        fn any_text_parses_to_entries_of_the_grammar(text in "\\PC{0,200}", more in "[a-z:/, *().0-9_-]{0,200}") {
            if let Ok(requested) = parse([text.as_str(), more.as_str()]) {
                for entry in &requested.entries {
                    prop_assert!(is_name(entry.name));
                    prop_assert!(is_word(entry.kind, MAX_TYPE_BYTES));
                    prop_assert!(entry.actions.iter().all(|action| is_action(entry.kind, action)));
                    prop_assert!(text.contains(entry.name) || more.contains(entry.name));
                }
                // What we write is what we read.
                let again = join(&requested.entries);
                let parsed = parse([again.as_str()]).unwrap();
                prop_assert_eq!(&parsed.entries, &requested.entries);
                prop_assert_eq!(parsed.malformed, 0);
                // One entry for each resource.
                for (index, entry) in requested.entries.iter().enumerate() {
                    prop_assert!(!requested.entries.iter().skip(index + 1).any(|e| e.kind == entry.kind && e.name == entry.name));
                }
            }
        }
    }
}
