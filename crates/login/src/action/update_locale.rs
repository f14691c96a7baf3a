//! The language that a person has chosen becomes theirs.

use axum::response::Response;
use flow::Fields;
use identity::{Error, User};
use protocol::BoxFuture;
use theme::{Locale, Text};

use super::{End, RequiredAction, Sheet, Turn};
use crate::page;
use crate::visit::Visit;

pub(super) struct UpdateLocale;

impl RequiredAction for UpdateLocale {
    fn alias(&self) -> &'static str {
        "update_user_locale"
    }

    /// A realm of one language has nothing to choose from.
    fn is_moot(&self, visit: &Visit, _user: &User) -> bool {
        !visit.realm.settings.internationalization_enabled
    }

    fn show<'a>(&'a self, _turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let page = page::Terms { action: sheet.action, text: Text::of("updateLocaleText") };
        Box::pin(std::future::ready(Ok(page.render(sheet.frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, _fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            let chosen = turn.tab.locale.as_deref().and_then(Locale::parse);
            if let Some(locale) = chosen {
                let identity = &turn.visit.portreeve.identity;
                let mut tx = identity.begin().await?;
                tx.set_attribute(&turn.user.id, "locale", &[locale.as_str().to_owned()]).await?;
                tx.commit().await?;
            }
            Ok(End::Done)
        })
    }
}
