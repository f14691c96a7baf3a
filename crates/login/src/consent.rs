//! What an application may do with a person's account, and whether the person agrees.

use std::sync::Arc;

use axum::response::Response;
use identity::{ClientScope, Error, ScopeId, User};
use theme::Text;

use crate::dispatcher::{Progress, keep};
use crate::page::{Consent, ConsentClient, Grant};
use crate::tab::Tab;
use crate::visit::Visit;

/// Keycloak's name of the page among required actions.
pub(crate) const PAGE: &str = "OAUTH_GRANT";

/// Whether the person has to be asked.
pub(crate) async fn is_needed(visit: &Visit, tab: &Tab, user: &Arc<User>) -> Result<bool, Error> {
    if tab.consented || !(visit.client.consent_required || tab.demands.ask_consent) {
        return Ok(false);
    }
    if tab.demands.prompt.consent {
        return Ok(true);
    }
    let granted = visit.portreeve.identity.consent_of(&visit.realm, &user.id, &visit.client.id).await?;
    let Some(granted) = granted else { return Ok(true) };
    Ok(asked(visit, tab).iter().any(|scope| !granted.scopes.contains(&scope.id)))
}

/// Writes down that the person agrees.
pub(crate) async fn grant(visit: &Visit, tab: &Tab, user: &Arc<User>) -> Result<(), Error> {
    let scopes: Vec<ScopeId> = asked(visit, tab).into_iter().map(|scope| scope.id.clone()).collect();
    visit.portreeve.identity.grant_consent(&visit.realm, &user.id, &visit.client.id, &scopes).await?;
    visit.outcome.also("GRANT_CONSENT", None, visit.details(tab));
    Ok(())
}

/// The scopes that are asked for and that a page shows.
fn asked<'a>(visit: &'a Visit, tab: &Tab) -> Vec<&'a Arc<ClientScope>> {
    let is_shown = |scope: &&Arc<ClientScope>| {
        tab.demands.consent.contains(&scope.id)
            && scope.attributes.get("display.on.consent.screen").is_none_or(|text| text != "false")
    };
    let mut asked: Vec<&Arc<ClientScope>> = visit.realm.scopes().filter(is_shown).collect();
    let order = |scope: &Arc<ClientScope>| -> i64 {
        scope.attributes.get("gui.order").and_then(|text| text.parse().ok()).unwrap_or(i64::MAX)
    };
    asked.sort_by_key(|scope| order(scope));
    asked
}

/// Asks the person.
pub(crate) async fn show(visit: Visit, mut progress: Progress, user: Arc<User>) -> Response {
    progress.tab.turn(&visit.portreeve.identity);
    let frame = visit.frame(&progress.tab, Some(&user));
    let client = &visit.client;
    let name = client.document.get("name").and_then(serde_json::Value::as_str).filter(|name| !name.is_empty());
    let name = frame.text(&Text::display(name.unwrap_or(&client.client_id)));
    let attribute = |name: &str| client.attribute(name).map(str::to_owned);
    let mut grants: Vec<Grant> = Vec::new();
    if let Some(text) = client.attribute("consent.screen.text")
        && client.attribute("display.on.consent.screen") == Some("true")
    {
        grants.push(Grant { text: Text::display(text), detail: None });
    }
    grants.extend(asked(&visit, &progress.tab).into_iter().map(|scope| {
        let text = scope.attributes.get("consent.screen.text").filter(|text| !text.is_empty());
        Grant { text: Text::display(text.map_or(&*scope.name, String::as_str)), detail: None }
    }));
    let code = progress.tab.code.clone();
    let page = Consent {
        action: visit.address(&progress.tab, "consent", &[("session_code", &code)]),
        code,
        client: ConsentClient {
            name,
            logo: attribute("logoUri"),
            policy: attribute("policyUri"),
            terms: attribute("tosUri"),
        },
        username: Some(user.username.clone()),
        grants,
    };
    let answer = page.render(&frame);
    keep(visit, progress, answer).await
}
