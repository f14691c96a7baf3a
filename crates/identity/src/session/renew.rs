//! A session whose person has proved more, or again: it goes on, and says so.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{LiveSession, Notes, SessionKey, entity};
use crate::{Error, Identity, Proven, Realm};

impl Identity {
    /// Writes into a live session how its person has just proved themselves, and the notes that go with it. `None` when it
    /// ended meanwhile.
    ///
    /// # Errors
    /// [`Error::Refused`] when somebody else was proved (A55).
    pub async fn renew_session(
        &self,
        realm: &Realm,
        live: &LiveSession,
        proven: &Proven,
        notes: Notes,
    ) -> Result<Option<LiveSession>, Error> {
        let session = live.session();
        if *proven.realm() != realm.id || session.realm != realm.id || proven.user().id != session.user {
            return Err(Error::Refused("the session is another person's".to_owned()));
        }
        let notes: Notes = session.notes.iter().chain(notes.iter()).collect();
        notes.check()?;
        let methods = session.methods.and(proven.methods());
        let transaction = self.store().transaction().await?;
        let renewed = entity::Entity::update_many()
            .col_expr(entity::Column::Notes, Expr::value(notes.to_json()))
            .col_expr(entity::Column::Methods, Expr::value(methods.to_words()))
            .filter(entity::Column::Id.eq(session.id.as_str()))
            .filter(entity::Column::RealmId.eq(realm.id.as_str()))
            .filter(entity::Column::Offline.eq(false))
            .exec(&transaction)
            .await?;
        self.store().commit(transaction).await?;
        self.0.sessions.drop_key(SessionKey { id: session.id, offline: false });
        if renewed.rows_affected == 0 {
            return Ok(None);
        }
        let renewed = self.live_session(realm, &session.id, false, None).await?;
        Ok(renewed)
    }
}
