//! The language that a person chooses becomes theirs.

use axum::response::Response;
use flow::Fields;
use identity::{Error, User};
use protocol::BoxFuture;
use theme::Locale;

use super::{End, RequiredAction, Sheet, Turn};
use crate::page;
use crate::visit::Visit;

pub(super) struct UpdateLocale;

/// The attribute that keeps it.
const ATTRIBUTE: &str = "locale";

impl RequiredAction for UpdateLocale {
    fn alias(&self) -> &'static str {
        "update_user_locale"
    }

    /// A realm of one language has nothing to choose from.
    fn is_moot(&self, visit: &Visit, _user: &User) -> bool {
        !visit.realm.settings.internationalization_enabled
    }

    fn show<'a>(&'a self, _turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let page = page::UpdateLocale { action: sheet.action, choices: sheet.choices };
        Box::pin(std::future::ready(Ok(page.render(sheet.frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            // One of those that the page offers, whatever the form says.
            let offered = turn.visit.frame(turn.tab, Some(turn.user));
            // A realm that speaks one language alone lets nobody choose.
            if offered.languages().is_empty() {
                return Ok(End::Done);
            }
            let chosen = fields.text("locale").and_then(Locale::parse);
            let chosen = chosen.filter(|chosen| offered.languages().iter().any(|each| each.locale == *chosen));
            let Some(chosen) = chosen else { return Ok(End::Again(crate::page::part::Feedback::default())) };
            let identity = &turn.visit.portreeve.identity;
            let mut tx = identity.begin().await?;
            tx.set_attribute(&turn.user.id, ATTRIBUTE, &[chosen.as_str().to_owned()]).await?;
            tx.commit().await?;
            turn.visit.outcome.also("UPDATE_PROFILE", None, turn.visit.details(turn.tab));
            Ok(End::Done)
        })
    }
}
