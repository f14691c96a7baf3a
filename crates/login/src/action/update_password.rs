//! A new password.

use axum::response::Response;
use flow::Fields;
use identity::{Error, PasswordRefused, User};
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn, password_rules};
use crate::page::{self, part::Feedback};
use crate::visit::Visit;

/// Keycloak's name of it.
pub(super) const ALIAS: &str = "UPDATE_PASSWORD";

pub(super) struct UpdatePassword;

const DAY: i64 = 24 * 60 * 60;

impl RequiredAction for UpdatePassword {
    fn alias(&self) -> &'static str {
        ALIAS
    }

    /// The realm's policy forces a change after so many days.
    fn is_due(&self, visit: &Visit, user: &User) -> bool {
        let Some(days) = visit.realm.settings.password_policy.forced_change_days() else { return false };
        let Some(password) = user.credentials.iter().find(|own| own.kind == "password") else { return false };
        let now = visit.portreeve.identity.clock().now().seconds();
        // One whose age nobody knows is too old, as in Keycloak.
        password.created_at.is_none_or(|made| made.plus_seconds(i64::from(days) * DAY).seconds() < now)
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let Sheet { frame, action, mut choices, feedback } = sheet;
        choices.logout_sessions = Some(true);
        let page = page::UpdatePassword {
            action,
            username: turn.user.username.clone(),
            password_rules: password_rules(&turn.visit.realm),
            choices,
            feedback,
        };
        Box::pin(std::future::ready(Ok(page.render(frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(change(turn, fields))
    }
}

async fn change(turn: Turn<'_>, fields: &Fields) -> Result<End, Error> {
    let Turn { visit, user, .. } = turn;
    let again = |field: &str, key: &'static str| Ok(End::Again(Feedback::field(field, Text::of(key))));
    let password = fields.secret("password-new");
    if password.is_empty() {
        return again("password-new", "missingPasswordMessage");
    }
    if fields.get("password-confirm") != Some(password.expose()) {
        return again("password-confirm", "notMatchPasswordMessage");
    }
    let (identity, realm) = (&visit.portreeve.identity, &visit.realm);
    let hash = match identity.hash_new_password(realm, user, &password, visit.login.black_lists()).await {
        Ok(hash) => hash,
        Err(PasswordRefused::Broken(violations)) => {
            let mut feedback = Feedback::default();
            for broken in violations {
                let text = broken.parameter.into_iter().fold(Text::of(broken.message), Text::with);
                feedback = feedback.and_field("password-new", text);
            }
            return Ok(End::Again(feedback));
        }
        Err(PasswordRefused::Error(error)) => return Err(error),
    };
    let mut tx = identity.begin().await?;
    tx.set_password_hash(&user.id, &hash).await?;
    tx.commit().await?;
    visit.outcome.also("UPDATE_PASSWORD", None, visit.details(turn.tab));
    visit.outcome.also("UPDATE_CREDENTIAL", None, vec![("credential_type".into(), "password".to_owned())]);
    // Whoever else is in with the old password goes, if the person says so.
    if fields.is_on("logout-sessions") {
        super::super::session::end_others(visit, user).await?;
    }
    Ok(End::Done)
}
