//! Groups: their tree, what they bring, and what follows them when they move.

use serde_json::{Map, Value, json};

use crate::{
    Error, GroupChange, GroupId, NewGroup, Page, Realm, Tx, UserQuery,
    testing::{TestStore, on_each_database},
};

async fn add(tx: &mut Tx, realm: &Realm, name: &str, parent: Option<&GroupId>) -> GroupId {
    let group = NewGroup {
        parent: parent.cloned(),
        name: name.to_owned(),
        document: json!({ "attributes": { "site": [name] } }),
        ..NewGroup::default()
    };
    tx.add_group(&realm.id, group).await.unwrap()
}

fn names(realm: &Realm, groups: &[GroupId]) -> Vec<String> {
    groups.iter().map(|id| realm.group_name(id).unwrap().to_owned()).collect()
}

fn default_groups(realm: &Realm) -> Value {
    realm.document.get("defaultGroups").cloned().unwrap_or_default()
}

struct Town {
    staff: GroupId,
    lab: GroupId,
    guests: GroupId,
}

async fn town(store: &TestStore, realm: &Realm) -> Town {
    let mut tx = store.identity.begin().await.unwrap();
    let staff = add(&mut tx, realm, "staff", None).await;
    let lab = add(&mut tx, realm, "lab", Some(&staff)).await;
    let guests = add(&mut tx, realm, "guests", None).await;
    tx.commit().await.unwrap();
    Town { staff, lab, guests }
}

#[tokio::test]
async fn the_tree_is_in_the_order_of_names() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let town = town(&store, &realm).await;
        let realm = store.realm("quay").await;
        assert_eq!(names(&realm, realm.groups_below(None)), ["guests", "staff"]);
        assert_eq!(names(&realm, realm.groups_below(Some(&town.staff))), ["lab"]);
        assert_eq!(realm.count_groups(), 3);
        assert_eq!(realm.groups_named("A", false), [&town.lab, &town.staff]);
        assert_eq!(realm.groups_named("sta", true), Vec::<&GroupId>::new());
        assert_eq!(realm.group_parent(&town.lab), Some(&town.staff));
        let with = [("site".to_owned(), "lab".to_owned())];
        let found = store.identity.groups_with_attributes(&realm, &with).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&town.lab));
        let other = store.add_realm("other", json!({})).await;
        assert!(store.identity.group_documents(&other, &[town.lab]).await.unwrap().is_empty(), "a73");
    })
    .await;
}

#[tokio::test]
async fn default_groups_follow_a_group_that_moves_is_renamed_or_goes() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let town = town(&store, &realm).await;
        let identity = &store.identity;
        let mut tx = identity.begin().await.unwrap();
        tx.set_default_group(&town.lab, true).await.unwrap();
        tx.set_default_group(&town.lab, true).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(default_groups(&*store.realm("quay").await), json!(["/staff/lab"]));

        let mut tx = identity.begin().await.unwrap();
        let rename = GroupChange { name: Some("crew".to_owned()), document: Map::new() };
        tx.change_group(&town.staff, rename).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(default_groups(&*store.realm("quay").await), json!(["/crew/lab"]));

        let mut tx = identity.begin().await.unwrap();
        tx.move_group(&town.lab, Some(&town.guests)).await.unwrap();
        let anna = tx.add_user(&realm.id, crate::NewUser::named("anna")).await.unwrap();
        tx.commit().await.unwrap();
        let now = store.realm("quay").await;
        assert_eq!(default_groups(&now), json!(["/guests/lab"]));
        let of_lab = UserQuery { group: Some(town.lab.clone()), ..UserQuery::default() };
        let members = identity.find_users(&now, &of_lab, Page::first(10)).await.unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!(members[0].id, anna);

        let mut tx = identity.begin().await.unwrap();
        tx.remove_group(&town.guests).await.unwrap();
        tx.commit().await.unwrap();
        let now = store.realm("quay").await;
        assert_eq!(default_groups(&now), json!([]));
        assert_eq!(now.group_name(&town.lab), None, "what is below goes too");
    })
    .await;
}

#[tokio::test]
async fn a_group_goes_not_below_itself_nor_where_its_name_is_taken_nor_to_another_realm() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let other = store.add_realm("other", json!({})).await;
        let town = town(&store, &realm).await;
        let mut tx = store.identity.begin().await.unwrap();
        let namesake = add(&mut tx, &realm, "lab", None).await;
        let abroad = add(&mut tx, &other, "abroad", None).await;
        tx.commit().await.unwrap();
        let refused = async |id: &GroupId, to: Option<&GroupId>| {
            let mut tx = store.identity.begin().await.unwrap();
            tx.move_group(id, to).await.unwrap_err()
        };
        assert!(matches!(refused(&town.staff, Some(&town.lab)).await, Error::Refused(_)));
        assert!(matches!(refused(&town.staff, Some(&town.staff)).await, Error::Refused(_)));
        assert!(matches!(refused(&namesake, Some(&town.staff)).await, Error::Conflict("name")));
        assert!(matches!(refused(&town.staff, Some(&abroad)).await, Error::NotFound("group")), "a73");
        let mut tx = store.identity.begin().await.unwrap();
        let rename = GroupChange { name: Some("guests".to_owned()), document: Map::new() };
        let taken = tx.change_group(&town.staff, rename).await;
        assert!(matches!(taken, Err(Error::Conflict("name"))), "{taken:?}");
        drop(tx);
        assert_eq!(
            names(&*store.realm("quay").await, store.realm("quay").await.groups_below(None)),
            ["guests", "lab", "staff"]
        );
    })
    .await;
}
