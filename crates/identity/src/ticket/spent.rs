//! Finding a ticket that was used already: whoever shows it again may have stolen it, or has been stolen from.

use crypto::secret::Secret;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    Ticket, TicketHash,
    entity::{Column, Entity},
};
use crate::{Error, Identity, Realm};

impl Identity {
    /// The ticket of this kind with this secret, if it was consumed and is not swept yet: it tells what was made of it. One
    /// statement; only for what [`Identity::consume_ticket`] did not give.
    // RFC 6749 section 4.1.2: a code that is used twice is denied, and what was issued with it should be revoked.
    pub async fn find_spent_ticket(&self, realm: &Realm, kind: &str, secret: &Secret) -> Result<Option<Ticket>, Error> {
        let Some(hash) = TicketHash::of(secret) else { return Ok(None) };
        let row = Entity::find_by_id(hash.to_vec())
            .filter(Column::RealmId.eq(realm.id.as_str()))
            .filter(Column::Kind.eq(kind))
            .filter(Column::ConsumedAt.is_not_null())
            .one(self.store().reader())
            .await?;
        row.map(|row| Ticket::from_row(row, None)).transpose().map_err(Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewTicket, test_store::each_database};

    #[tokio::test]
    async fn a19_a_used_ticket_is_known_as_used_and_a_live_or_foreign_one_is_not() {
        each_database(async |town| {
            let (identity, realm) = (&town.identity, &town.realm);
            let new = NewTicket { payload: serde_json::json!({ "sid": "s" }), ..NewTicket::new(realm, "code") };
            let secret = identity.issue_ticket(new, "code").await.unwrap();
            assert_eq!(identity.find_spent_ticket(realm, "code", &secret).await.unwrap(), None);
            let used = identity.consume_ticket(realm, "code", &secret).await.unwrap().unwrap();
            assert!(identity.consume_ticket(realm, "code", &secret).await.unwrap().is_none());
            let spent = identity.find_spent_ticket(realm, "code", &secret).await.unwrap().unwrap();
            assert_eq!((spent.family, &spent.payload), (used.family, &used.payload));
            assert_eq!(identity.find_spent_ticket(realm, "other", &secret).await.unwrap(), None);
            let other = town.store.add_realm("other", serde_json::json!({})).await;
            assert_eq!(identity.find_spent_ticket(&other, "code", &secret).await.unwrap(), None);
            assert_eq!(identity.find_spent_ticket(realm, "code", &Secret::from("x")).await.unwrap(), None);
        })
        .await;
    }
}
