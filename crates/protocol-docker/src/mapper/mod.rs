//! Mapper kinds: each turns its configuration into a rule.

pub(crate) mod access_rule;
pub(crate) mod allow_all;

use identity::Mapper;
use protocol::MapperKind;

use crate::rule::Rule;

/// Heading under which consoles list them (Keycloak's).
pub(crate) const CATEGORY: &str = "Docker Auth Mapper";

/// All kinds, in the order in which they are offered.
pub(crate) static KINDS: &[&dyn MapperKind] = &[&access_rule::AccessRule, &allow_all::AllowAll];

/// The rules of a client's mappers. A mapper of this protocol that nobody here knows (a third party's, in an imported
/// realm) may have been there to narrow the others, so nothing is granted beside it.
pub(crate) fn rules<'a>(mappers: impl Iterator<Item = &'a Mapper>) -> Vec<Rule> {
    mappers
        .filter(|mapper| mapper.protocol == crate::PROTOCOL)
        .filter_map(|mapper| match mapper.mapper.as_str() {
            allow_all::ID => Some(Rule::allow_all(&mapper.name)),
            access_rule::ID => Rule::read(&mapper.name, &mapper.config),
            _ => Some(Rule::deny_all(&mapper.name)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::access::tests::Sample;
    use crate::{access, scope};

    fn mapper(kind: &str, protocol: &str) -> Mapper {
        Mapper {
            id: "m".into(),
            name: kind.into(),
            protocol: protocol.into(),
            mapper: kind.into(),
            config: BTreeMap::new(),
        }
    }

    fn granted(mappers: &[Mapper]) -> String {
        let sample = Sample { username: "alice".into(), ..Sample::default() };
        let requested = scope::parse(["repository:a:pull"]).unwrap();
        scope::join(&access::decide(&requested.entries, &rules(mappers.iter()), &sample.asker()).granted)
    }

    #[test]
    fn a_mapper_that_nobody_knows_may_have_narrowed_and_so_closes() {
        let all = mapper(allow_all::ID, crate::PROTOCOL);
        assert_eq!(granted(std::slice::from_ref(&all)), "repository:a:pull");
        assert_eq!(granted(&[all.clone(), mapper("third-party-mapper", crate::PROTOCOL)]), "");
        assert_eq!(granted(&[all, mapper("oidc-audience-mapper", "openid-connect")]), "repository:a:pull");
        assert_eq!(granted(&[]), "");
    }
}
