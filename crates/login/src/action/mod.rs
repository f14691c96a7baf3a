//! What a person can be made to do before an application gets them: one file for each.

mod configure_totp;
mod delete_account;
mod delete_credential;
mod recovery_codes;
mod terms;
mod update_email;
mod update_locale;
mod update_password;
mod update_profile;
mod verify_email;

use std::sync::Arc;

use axum::response::Response;
use flow::Fields;
use identity::profile::Profile;
use identity::{Error, Realm, User, UserChange};
use protocol::BoxFuture;
use theme::{Frame, Text};

use crate::dispatcher::{Progress, keep};
use crate::page::part::{ActionChoices, Feedback};
use crate::tab::Tab;
use crate::visit::Visit;

/// How the answer to an action ends.
pub(crate) enum End {
    /// It is done.
    Done,
    /// Its page comes again, with what was wrong.
    Again(Feedback),
    /// A page of its own; nothing goes on in this browser before something else happens.
    Answer(Response),
}

/// What an action has in hand.
pub(crate) struct Turn<'a> {
    pub(crate) visit: &'a Visit,
    pub(crate) tab: &'a mut Tab,
    pub(crate) user: &'a Arc<User>,
    /// What the application gave it after a colon.
    pub(crate) parameter: Option<String>,
}

/// What a page of an action is made from.
pub(crate) struct Sheet<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) action: String,
    pub(crate) choices: ActionChoices,
    pub(crate) feedback: Feedback,
}

/// A required action.
pub(crate) trait RequiredAction: Send + Sync {
    /// Keycloak's name of it.
    fn alias(&self) -> &'static str;

    /// Whether somebody has to do it although nobody told them to.
    fn is_due(&self, _visit: &Visit, _user: &User) -> bool {
        false
    }

    /// Whether there is nothing left of it to do.
    fn is_moot(&self, _visit: &Visit, _user: &User) -> bool {
        false
    }

    /// Its page.
    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>>;

    /// The form of its page has come back.
    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>>;
}

/// All of them.
static ALL: &[&dyn RequiredAction] = &[
    &terms::Terms,
    &update_password::UpdatePassword,
    &configure_totp::ConfigureTotp,
    &recovery_codes::ConfigureRecoveryCodes,
    &update_profile::UpdateProfile { verify: false },
    &update_profile::UpdateProfile { verify: true },
    &verify_email::VerifyEmail,
    &update_email::UpdateEmail,
    &update_locale::UpdateLocale,
    &delete_credential::DeleteCredential,
    &delete_account::DeleteAccount,
];

fn known(alias: &str) -> Option<&'static dyn RequiredAction> {
    ALL.iter().copied().find(|action| action.alias() == alias)
}

/// The action that an application asks for, and its parameter.
fn asked(tab: &Tab) -> Option<(&str, Option<&str>)> {
    let text = tab.demands.kc_action.as_deref()?;
    Some(text.split_once(':').map_or((text, None), |(alias, parameter)| (alias, Some(parameter))))
}

/// The action that is to be done next: of those the user carries, those the flow ordered, those that are due, in the realm's
/// order; and last the one that the application asks for.
pub(crate) fn next(visit: &Visit, tab: &Tab, user: &User) -> Option<String> {
    let flows = visit.login.flows().of(&visit.realm);
    for action in flows.required_actions().iter().filter(|action| action.enabled) {
        let alias = &*action.alias;
        let Some(known) = known(&action.provider) else { continue };
        let wanted = user.required_actions.iter().any(|own| own == alias)
            || tab.flow.required_actions.contains(alias)
            || known.is_due(visit, user);
        if wanted && !tab.actions.done.contains(alias) && !known.is_moot(visit, user) {
            return Some(alias.to_owned());
        }
    }
    let (alias, _) = asked(tab)?;
    let is_open = flows.required_action(alias).is_some_and(|own| own.enabled && known(&own.provider).is_some());
    (is_open && tab.actions.asked.is_none() && !tab.actions.done.contains(alias)).then(|| alias.to_owned())
}

/// How old a log-in may be, in seconds, for the action that the application asks for; `None` where it asks for none.
pub(crate) fn max_age(visit: &Visit, tab: &Tab) -> Option<i64> {
    let (alias, _) = asked(tab)?;
    let flows = visit.login.flows().of(&visit.realm);
    let action = flows.required_action(alias).filter(|action| action.enabled && known(&action.provider).is_some())?;
    // Keycloak: for a new password the policy has a rule of its own, which the action's setting goes before.
    let policy = visit.realm.settings.password_policy.max_auth_age().map(i64::from);
    let policy = policy.filter(|_| &*action.provider == update_password::ALIAS);
    Some(action.stated_max_auth_age().or(policy).unwrap_or(flow::RequiredAction::USUAL_MAX_AUTH_AGE))
}

/// Whether the application asked for it, and not the realm: then the person may leave it.
fn is_asked(tab: &Tab, user: &User, alias: &str) -> bool {
    asked(tab).is_some_and(|(own, _)| own == alias)
        && !user.required_actions.iter().any(|own| own == alias)
        && !tab.flow.required_actions.contains(alias)
}

/// Shows an action's page.
pub(crate) async fn show(
    visit: Visit,
    mut progress: Progress,
    user: Arc<User>,
    alias: &str,
    feedback: Feedback,
) -> Response {
    let Some(action) = provider(&visit, alias) else {
        return visit.fail(Error::fault("a required action that nobody knows"));
    };
    progress.tab.turn(&visit.portreeve.identity);
    let frame = visit.frame(&progress.tab, Some(&user));
    let code = progress.tab.code.clone();
    let sheet = Sheet {
        frame: &frame,
        action: visit.address(&progress.tab, "required-action", &[("session_code", &code), ("execution", alias)]),
        choices: ActionChoices { cancel: is_asked(&progress.tab, &user, alias), logout_sessions: None },
        feedback,
    };
    let parameter = parameter_of(&progress.tab, alias);
    let turn = Turn { visit: &visit, tab: &mut progress.tab, user: &user, parameter };
    match action.show(turn, sheet).await {
        Ok(answer) => keep(visit, progress, answer).await,
        Err(error) => visit.fail(error),
    }
}

/// Takes an action's form.
pub(crate) async fn answer(
    visit: &Visit,
    tab: &mut Tab,
    user: &Arc<User>,
    alias: &str,
    fields: &Fields,
) -> Result<End, Error> {
    // A57: the one whose turn it is, whatever the address says.
    if next(visit, tab, user).as_deref() != Some(alias) {
        return Ok(End::Done);
    }
    let action = provider(visit, alias).ok_or_else(|| Error::fault("a required action that nobody knows"))?;
    if fields.has("cancel-aia") && is_asked(tab, user, alias) {
        tab.actions.notes.clear();
        tab.actions.asked = Some((alias.to_owned(), "cancelled".to_owned()));
        return Ok(End::Done);
    }
    let parameter = parameter_of(tab, alias);
    let end = action.answer(Turn { visit, tab, user, parameter }, fields).await?;
    if let End::Done = end {
        done(visit, tab, user, alias).await?;
    }
    Ok(end)
}

fn provider(visit: &Visit, alias: &str) -> Option<&'static dyn RequiredAction> {
    let flows = visit.login.flows().of(&visit.realm);
    known(&flows.required_action(alias)?.provider)
}

fn parameter_of(tab: &Tab, alias: &str) -> Option<String> {
    asked(tab).filter(|(own, _)| *own == alias).and_then(|(_, parameter)| parameter).map(str::to_owned)
}

/// An action is done: neither the user nor this log-in carries it any more.
async fn done(visit: &Visit, tab: &mut Tab, user: &Arc<User>, alias: &str) -> Result<(), Error> {
    tab.actions.notes.clear();
    tab.flow.required_actions.remove(alias);
    tab.actions.done.insert(alias.to_owned());
    if asked(tab).is_some_and(|(own, _)| own == alias) {
        tab.actions.asked = Some((alias.to_owned(), "success".to_owned()));
    }
    // Read anew: the action itself may have changed them.
    let identity = &visit.portreeve.identity;
    let user = identity.find_user(&visit.realm, &user.id).await?.ok_or(Error::NotFound("user"))?;
    if user.required_actions.iter().any(|own| own == alias) {
        let left = user.required_actions.iter().filter(|own| *own != alias).cloned().collect();
        let mut tx = identity.begin().await?;
        tx.change_user(&user.id, UserChange { required_actions: Some(left), ..UserChange::default() }).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What a new password must be like, for people: the rules that can be told in a few words.
pub(crate) fn password_rules(realm: &Realm) -> Vec<Text> {
    let policy = realm.document.get("passwordPolicy").and_then(serde_json::Value::as_str).unwrap_or_default();
    policy.split(" and ").filter_map(|rule| password_rule(rule.trim())).collect()
}

fn password_rule(rule: &str) -> Option<Text> {
    let (id, argument) = rule.split_once('(').map_or((rule, ""), |(id, rest)| (id, rest.trim_end_matches(')')));
    let with = |key: &'static str, default: &str| {
        let argument = if argument.is_empty() || argument == "undefined" { default } else { argument };
        Some(Text::of(key).with(argument))
    };
    match id {
        "length" => with("passwordRuleLength", "8"),
        "maxLength" => with("passwordRuleMaxLength", "64"),
        "digits" => with("passwordRuleDigits", "1"),
        "lowerCase" => with("passwordRuleLowerCase", "1"),
        "upperCase" => with("passwordRuleUpperCase", "1"),
        "specialChars" => with("passwordRuleSpecialChars", "1"),
        "passwordHistory" => with("passwordRuleHistory", "3"),
        "notUsername" | "notContainsUsername" => Some(Text::of("passwordRuleNotUsername")),
        "notEmail" => Some(Text::of("passwordRuleNotEmail")),
        _ => None,
    }
}

/// Whether somebody's profile lacks something.
fn is_profile_incomplete(realm: &Realm, user: &User) -> bool {
    Profile::of(realm).is_incomplete(realm, user)
}
