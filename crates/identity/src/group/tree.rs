//! A realm's groups in memory.

use std::collections::HashMap;

use super::{entity, role};
use crate::{GroupId, RoleId};

/// More levels than this are a circle that no verb here makes.
const DEEPEST: usize = 256;

/// Groups by row and by path, what is below each, and the roles each brings by itself.
#[derive(Default)]
pub(crate) struct GroupTree {
    by_id: HashMap<GroupId, Node>,
    by_path: HashMap<String, GroupId>,
    /// In the order of their names.
    below: HashMap<Option<GroupId>, Vec<GroupId>>,
}

struct Node {
    parent: Option<GroupId>,
    name: String,
    path: String,
    roles: Vec<RoleId>,
}

impl GroupTree {
    pub(crate) fn new(groups: Vec<entity::Model>, roles: Vec<role::Model>) -> Self {
        let mut names: HashMap<GroupId, (Option<GroupId>, String)> = HashMap::with_capacity(groups.len());
        for group in groups {
            names.insert(group.id.into(), (group.parent_id.map(GroupId::from), group.name));
        }
        let mut tree = Self::default();
        for (id, (parent, name)) in &names {
            let Some(path) = path_of(id, &names) else { continue };
            tree.by_path.insert(path.clone(), id.clone());
            tree.below.entry(parent.clone()).or_default().push(id.clone());
            let (parent, name) = (parent.clone(), name.clone());
            tree.by_id.insert(id.clone(), Node { parent, name, path, roles: Vec::new() });
        }
        for siblings in tree.below.values_mut() {
            siblings.sort_by(|a, b| tree.by_id.get(a).map(|a| &a.name).cmp(&tree.by_id.get(b).map(|b| &b.name)));
        }
        for grant in roles {
            if let Some(node) = tree.by_id.get_mut(grant.group_id.as_str()) {
                node.roles.push(grant.role_id.into());
            }
        }
        tree
    }

    pub(crate) fn path(&self, id: &GroupId) -> Option<&str> {
        self.by_id.get(id).map(|node| &*node.path)
    }

    pub(super) fn name(&self, id: &GroupId) -> Option<&str> {
        self.by_id.get(id).map(|node| &*node.name)
    }

    /// The group above one; none above a top one.
    pub(super) fn parent(&self, id: &GroupId) -> Option<&GroupId> {
        self.by_id.get(id).and_then(|node| node.parent.as_ref())
    }

    /// The groups directly below one, or the top ones.
    pub(super) fn below(&self, parent: Option<&GroupId>) -> &[GroupId] {
        self.below.get(&parent.cloned()).map(Vec::as_slice).unwrap_or_default()
    }

    /// All groups with their names and own roles, in no particular order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&GroupId, &str, &[RoleId])> {
        self.by_id.iter().map(|(id, node)| (id, &*node.name, &*node.roles))
    }

    pub(super) fn own_roles(&self, id: &GroupId) -> &[RoleId] {
        self.by_id.get(id).map(|node| &*node.roles).unwrap_or_default()
    }

    pub(crate) fn at(&self, path: &str) -> Option<&GroupId> {
        self.by_path.get(path)
    }

    /// Roles of a group and of all above it.
    pub(crate) fn roles(&self, id: &GroupId) -> impl Iterator<Item = &RoleId> {
        let mut next = self.by_id.get(id);
        std::iter::from_fn(move || {
            let node = next?;
            next = node.parent.as_ref().and_then(|parent| self.by_id.get(parent));
            Some(&node.roles)
        })
        .take(DEEPEST)
        .flatten()
    }
}

fn path_of(id: &GroupId, names: &HashMap<GroupId, (Option<GroupId>, String)>) -> Option<String> {
    let mut parts = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let (parent, name) = names.get(id)?;
        parts.push(name.as_str());
        if parts.len() > DEEPEST {
            return None;
        }
        next = parent.as_ref();
    }
    let mut path = String::new();
    for part in parts.iter().rev() {
        path.push('/');
        path.push_str(part);
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, parent: Option<&str>) -> entity::Model {
        entity::Model {
            id: id.to_owned(),
            realm_id: "r".to_owned(),
            parent_id: parent.map(str::to_owned),
            name: format!("n{id}"),
            document: "{}".to_owned(),
            position: 0,
        }
    }

    fn grant(group: &str, role: &str) -> role::Model {
        role::Model { group_id: group.to_owned(), role_id: role.to_owned(), position: 0 }
    }

    #[test]
    fn paths_run_from_the_top_and_roles_from_below() {
        let tree = GroupTree::new(
            vec![group("3", Some("2")), group("1", None), group("2", Some("1"))],
            vec![grant("1", "top"), grant("3", "own"), grant("9", "of nobody")],
        );
        assert_eq!(tree.path(&"3".into()), Some("/n1/n2/n3"));
        assert_eq!(tree.at("/n1/n2"), Some(&"2".into()));
        assert_eq!(tree.below(None), [GroupId::from("1")]);
        assert_eq!(tree.below(Some(&"2".into())), [GroupId::from("3")]);
        assert_eq!(tree.parent(&"3".into()), Some(&"2".into()));
        assert_eq!(tree.parent(&"9".into()), None);
        assert_eq!(tree.roles(&"3".into()).map(RoleId::as_str).collect::<Vec<_>>(), ["own", "top"]);
    }

    #[test]
    fn a_circle_has_no_path() {
        let tree = GroupTree::new(vec![group("1", Some("2")), group("2", Some("1"))], Vec::new());
        assert_eq!(tree.path(&"1".into()), None);
        assert_eq!(tree.roles(&"1".into()).count(), 0);
    }
}
