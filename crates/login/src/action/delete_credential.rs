//! One of the person's own second factors goes (`kc_action=delete_credential:<id>`).

use axum::response::Response;
use flow::Fields;
use identity::{CredentialFacts, Error};
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn};
use crate::page;

pub(super) struct DeleteCredential;

/// The credential that the application names, if it is one of the person's own and none that they need to log in at all.
fn named<'a>(turn: &'a Turn<'_>) -> Option<&'a CredentialFacts> {
    let id = turn.parameter.as_deref()?;
    turn.user.credentials.iter().find(|own| own.id.as_str() == id && own.kind != "password")
}

impl RequiredAction for DeleteCredential {
    fn alias(&self) -> &'static str {
        "delete_credential"
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let label = named(&turn).map(|own| own.label.clone().unwrap_or_else(|| own.kind.clone()));
        let page = page::DeleteCredential {
            action: sheet.action,
            label: Text::literal(label.unwrap_or_else(|| "-".to_owned())),
        };
        Box::pin(std::future::ready(Ok(page.render(sheet.frame))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, _fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            if let Some(own) = named(&turn) {
                let mut tx = turn.visit.portreeve.identity.begin().await?;
                tx.remove_credential(&own.id).await?;
                tx.commit().await?;
                let details = vec![("credential_type".into(), own.kind.clone())];
                turn.visit.outcome.also("REMOVE_CREDENTIAL", None, details);
            }
            Ok(End::Done)
        })
    }
}
