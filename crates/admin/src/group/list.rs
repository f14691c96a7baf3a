//! Lists of groups, and how many there are.

use std::collections::{BTreeMap, HashMap};

use identity::{GroupId, Page, Realm};
use serde_json::{Map, Value, json};

use super::represent::{Documents, Shape, group};
use crate::{ListGroups, Permit, Refusal, ViewUsers};

/// Which groups are asked for; where nothing is said, the top ones.
#[derive(Debug, Clone, Default)]
pub struct GroupSearch {
    /// A part of the name, or the whole if `exact`.
    pub name: Option<String>,
    /// Whether the whole.
    pub exact: bool,
    /// Attributes and a value that each must have.
    pub attributes: Vec<(String, String)>,
    /// Whether what is found is shown at its place in the tree.
    pub hierarchy: bool,
    /// Without attributes and roles.
    pub brief: bool,
    /// With the number of groups below each.
    pub counts: bool,
}

/// Groups in the order of their names. Who may only list groups, and see none, gets none.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ListGroups>, search: &GroupSearch, page: Page) -> Result<Vec<Value>, Refusal> {
    if !permit.also::<ViewUsers>() {
        return Ok(Vec::new());
    }
    let realm = permit.realm();
    let found: Vec<GroupId> = if !search.attributes.is_empty() {
        let found = permit.identity().groups_with_attributes(realm, &search.attributes).await?;
        page.of(found).collect()
    } else if let Some(name) = &search.name {
        page.of(realm.groups_named(name, search.exact)).cloned().collect()
    } else {
        page.of(realm.groups_below(None)).cloned().collect()
    };
    let shape = Shape { count: search.counts, ..Shape::whole(search.brief) };
    let tree = if search.hierarchy { Tree::over(realm, &found) } else { Tree::flat(&found) };
    let shown: Vec<GroupId> = tree.all().cloned().collect();
    let documents = permit.identity().group_documents(realm, &shown).await?;
    Ok(tree.told(permit, &documents, shape, None))
}

/// Groups below one, in the order of their names.
///
/// # Errors
/// 404.
pub async fn children(
    permit: &Permit<ViewUsers>,
    id: &str,
    search: &GroupSearch,
    page: Page,
) -> Result<Vec<Value>, Refusal> {
    let id = super::find(permit, id)?;
    let realm = permit.realm();
    let part = search.name.as_deref().unwrap_or_default();
    let fits = |child: &GroupId| {
        let name = realm.group_name(child).unwrap_or_default();
        if search.exact { name == part } else { name.to_lowercase().contains(&part.to_lowercase()) }
    };
    let fitting = realm.groups_below(Some(&id)).iter().filter(|child| part.is_empty() || fits(child));
    let found: Vec<GroupId> = page.of(fitting).cloned().collect();
    let documents = permit.identity().group_documents(realm, &found).await?;
    let shape = Shape { count: search.counts, ..Shape::whole(search.brief) };
    Ok(found.iter().map(|child| Value::Object(group(permit, &documents, child, shape))).collect())
}

/// How many groups there are: all, the top ones, or those with this in their names.
///
/// # Errors
/// None but those of the permit.
pub fn count(permit: &Permit<ListGroups>, name: Option<&str>, top: bool) -> Result<Value, Refusal> {
    let realm = permit.realm();
    let count = match name {
        _ if !permit.also::<ViewUsers>() => 0,
        Some(name) => realm.groups_named(name, false).len(),
        None if top => realm.groups_below(None).len(),
        None => realm.count_groups(),
    };
    Ok(json!({ "count": count }))
}

/// Groups below each other, as far as they are shown.
struct Tree {
    tops: Vec<GroupId>,
    below: HashMap<GroupId, Vec<GroupId>>,
}

impl Tree {
    fn flat(found: &[GroupId]) -> Self {
        Self { tops: found.to_vec(), below: HashMap::new() }
    }

    /// What was found, each below the groups above it.
    fn over(realm: &Realm, found: &[GroupId]) -> Self {
        // By path, so that each comes once and in the order of names.
        let mut tops: BTreeMap<&str, &GroupId> = BTreeMap::new();
        let mut below: HashMap<&GroupId, BTreeMap<&str, &GroupId>> = HashMap::new();
        for id in found {
            let mut id = id;
            while let Some(parent) = realm.group_parent(id) {
                below.entry(parent).or_default().insert(realm.group_path(id).unwrap_or_default(), id);
                id = parent;
            }
            tops.insert(realm.group_path(id).unwrap_or_default(), id);
        }
        let below = below.into_iter().map(|(id, children)| (id.clone(), children.into_values().cloned().collect()));
        Self { tops: tops.into_values().cloned().collect(), below: below.collect() }
    }

    fn all(&self) -> impl Iterator<Item = &GroupId> {
        self.tops.iter().chain(self.below.values().flatten())
    }

    fn told(
        &self,
        permit: &Permit<ListGroups>,
        documents: &Documents,
        shape: Shape,
        above: Option<&GroupId>,
    ) -> Vec<Value> {
        let ids = match above {
            None => Some(&self.tops),
            Some(above) => self.below.get(above),
        };
        ids.into_iter()
            .flatten()
            .map(|id| {
                let mut told: Map<String, Value> = group(permit, documents, id, shape);
                told.insert("subGroups".to_owned(), Value::Array(self.told(permit, documents, shape, Some(id))));
                Value::Object(told)
            })
            .collect()
    }
}
