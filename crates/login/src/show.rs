//! From what a flow asks to the page that asks it.

use axum::response::Response;
use flow::{Challenge, Page, Shown};
use identity::User;
use protocol::Entry;
use theme::{Frame, Text};

use crate::dispatcher::{Progress, keep};
use crate::page::part::{Attempt, Feedback, Notice, Severity, UsernameKind};
use crate::page::{self, Way, WayIcon};
use crate::tab::Tab;
use crate::visit::{Visit, no_store};
use crate::{action, cookie, frame, interaction, profile_form};

/// Note of a flow: the word of the last wrong attempt.
const LAST_ERROR: &str = "last-error";

/// A message of a flow as a text of a page.
pub(crate) fn text(message: &flow::Message) -> Text {
    Text::Message { key: message.key.into(), arguments: message.arguments.clone() }
}

/// Shows what a flow asks.
pub(crate) async fn challenge(mut visit: Visit, mut progress: Progress, shown: Shown) -> Response {
    let identity = visit.portreeve.identity.clone();
    progress.tab.turn(&identity);
    let user = match progress.tab.flow.user() {
        Some(id) => match identity.find_user(&visit.realm, id).await {
            Ok(user) => user,
            Err(error) => return visit.fail(error),
        },
        None => None,
    };
    if let Some(user) = &user {
        visit.outcome.about_user(user.id.clone());
    }
    let wrong = progress.tab.flow.notes.remove(LAST_ERROR);
    let frame = visit.frame(&progress.tab, user.as_deref());
    let tab = &progress.tab;
    let code = tab.code.clone();
    let more = [("session_code", code.as_str()), ("execution", shown.execution.as_str())];
    let action = visit.address(tab, frame::entry_path(tab), &more);
    let view = View { visit: &visit, tab, frame: &frame, user: user.as_deref(), action };
    let answer = view.render(&shown);
    match wrong {
        None => keep(visit, progress, answer).await,
        Some(word) => wrong_attempt(visit, progress, answer, &word).await,
    }
}

/// Keeps the log-in; the request's event is that of the wrong attempt.
async fn wrong_attempt(mut visit: Visit, progress: Progress, answer: Response, word: &str) -> Response {
    let (kind, known) = match progress.tab.entry {
        Entry::Registration => ("REGISTER_ERROR", REGISTRATION_ERRORS),
        Entry::ResetCredentials => ("RESET_PASSWORD_ERROR", LOGIN_ERRORS),
        Entry::Browser => ("LOGIN_ERROR", LOGIN_ERRORS),
    };
    let error = known.iter().copied().find(|own| *own == word).unwrap_or("invalid_user_credentials");
    let details = visit.details(&progress.tab);
    let stored = match &progress.stored {
        Some(stored) => crate::tab::replace(&visit.portreeve.identity, &visit.realm, stored, &progress.tab).await,
        None => Ok(false),
    };
    match stored {
        Ok(true) => {
            visit.outcome.about_client(&visit.client.client_id.clone());
            visit.outcome.refused_as(kind, error, details);
            no_store(answer)
        }
        Ok(false) => expired(visit, &progress.tab),
        Err(error) => visit.fail(error),
    }
}

/// Words of events, as Keycloak has them.
const LOGIN_ERRORS: &[&str] =
    &["user_not_found", "invalid_user_credentials", "user_disabled", "user_temporarily_disabled", "invalid_token"];
const REGISTRATION_ERRORS: &[&str] = &["invalid_registration", "email_in_use", "username_in_use"];

struct View<'a> {
    visit: &'a Visit,
    tab: &'a Tab,
    frame: &'a Frame,
    user: Option<&'a User>,
    action: String,
}

impl View<'_> {
    fn render(self, shown: &Shown) -> Response {
        let feedback = feedback(&shown.challenge);
        let other_ways = !shown.ways.is_empty();
        let settings = &self.visit.realm.settings;
        match &shown.challenge.page {
            Page::UsernamePassword => page::Login {
                username: self.username(),
                username_kind: self.username_kind(),
                attempt: self.user.and_then(|_| self.attempt()),
                remember_me: settings.remember_me.then(|| self.remembers()),
                forgot_link: self.link(settings.reset_password_allowed, "reset-credentials"),
                register_link: self.link(settings.registration_allowed && self.user.is_none(), "registration"),
                providers: Vec::new(),
                credential_id: String::new(),
                other_ways,
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::Username => page::LoginUsername {
                username: self.username(),
                username_kind: self.username_kind(),
                remember_me: settings.remember_me.then(|| self.remembers()),
                register_link: self.link(settings.registration_allowed, "registration"),
                providers: Vec::new(),
                other_ways,
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::Password => page::LoginPassword {
                attempt: self.attempt(),
                forgot_link: self.link(settings.reset_password_allowed, "reset-credentials"),
                other_ways,
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::Otp { selected } => page::Otp {
                attempt: self.attempt(),
                devices: self.devices(),
                selected: selected.as_ref().map(ToString::to_string),
                other_ways,
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::RecoveryCode { number } => page::RecoveryCode {
                attempt: self.attempt(),
                number: *number,
                other_ways,
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::ResetChooseUser => page::ResetPassword {
                username: self.username(),
                username_kind: self.username_kind(),
                login_link: Some(self.visit.address(self.tab, "authenticate", &[])),
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::ResetEmailSent => page::Info {
                status: http::StatusCode::OK,
                heading: None,
                message: Text::of("emailSentMessage"),
                actions: Vec::new(),
                link: interaction::way_to(&self.visit.portreeve, Some(&self.visit.realm), &self.visit.client),
            }
            .render(self.frame),
            Page::Register { password, terms } => page::Register {
                fields: profile_form::fields(&self.visit.realm, None, &self.tab.flow.notes),
                password: *password,
                password_rules: action::password_rules(&self.visit.realm),
                terms: terms.then(|| page::RegisterTerms { text: Text::of("termsText"), accepted: false }),
                login_link: Some(self.visit.address(self.tab, "authenticate", &[])),
                feedback,
                action: self.action,
            }
            .render(self.frame),
            Page::Select => page::SelectAuthenticator {
                attempt: self.attempt(),
                ways: shown.ways.iter().map(way).collect(),
                action: self.action,
            }
            .render(self.frame),
        }
    }

    fn link(&self, there: bool, path: &str) -> Option<String> {
        there.then(|| self.visit.address(self.tab, path, &[]))
    }

    fn username(&self) -> String {
        let typed = self.tab.flow.username.clone();
        typed
            .or_else(|| self.tab.demands.login_hint.clone())
            .or_else(|| cookie::remembered_name(&self.visit.browser.headers))
            .unwrap_or_default()
    }

    fn remembers(&self) -> bool {
        self.tab.flow.remember_me || cookie::remembered_name(&self.visit.browser.headers).is_some()
    }

    fn username_kind(&self) -> UsernameKind {
        let settings = &self.visit.realm.settings;
        if settings.registration_email_as_username {
            UsernameKind::Email
        } else if settings.login_with_email_allowed && !settings.duplicate_emails_allowed {
            UsernameKind::UsernameOrEmail
        } else {
            UsernameKind::Username
        }
    }

    /// Whose turn it is, on pages that come after the name. It is what was typed: whether it is somebody's is not told.
    fn attempt(&self) -> Option<Attempt> {
        let typed = self.tab.flow.username.clone();
        let username = typed.or_else(|| self.user.map(|user| user.username.clone()))?;
        Some(Attempt { username, restart_link: self.visit.address(self.tab, "restart", &[]) })
    }

    fn devices(&self) -> Vec<page::OtpDevice> {
        let credentials = self.user.map(|user| user.credentials.as_slice()).unwrap_or_default();
        credentials
            .iter()
            .filter(|own| own.kind == "otp")
            .map(|own| page::OtpDevice { id: own.id.to_string(), label: own.label.clone().unwrap_or_default() })
            .collect()
    }
}

fn feedback(challenge: &Challenge) -> Feedback {
    let notice = challenge.notice.as_ref().map(|message| Notice { severity: Severity::Error, text: text(message) });
    let mut feedback = Feedback { notice, fields: Vec::new() };
    for (field, message) in &challenge.fields {
        feedback = feedback.and_field(field.clone(), text(message));
    }
    feedback
}

fn way(way: &flow::Way) -> Way {
    let (title, help, icon) = match way.authenticator {
        "auth-password-form" => ("password-display-name", "password-help-text", WayIcon::Password),
        "auth-recovery-authn-code-form" => {
            ("recovery-authn-codes-form-display-name", "recovery-authn-codes-form-help-text", WayIcon::RecoveryCode)
        }
        _ => ("otp-display-name", "otp-help-text", WayIcon::Otp),
    };
    Way { execution: way.execution.to_string(), title: Text::of(title), help: Some(Text::of(help)), icon }
}

/// The page was answered before, or is too old.
pub(crate) fn expired(visit: Visit, tab: &Tab) -> Response {
    let frame = visit.frame(tab, None);
    let path = if tab.flow_done { "required-action" } else { frame::entry_path(tab) };
    let answer = page::Expired {
        restart_link: visit.address(tab, "restart", &[]),
        continue_link: visit.address(tab, path, &[]),
    }
    .render(&frame);
    visit.outcome.served();
    no_store(answer)
}

/// The log-in is over, and the browser has its session.
pub(crate) fn already_logged_in(visit: Visit) -> Response {
    let facts = frame::FrameFacts { client: Some(&visit.client), ..frame::FrameFacts::default() };
    let frame = visit.login.frame(&visit.portreeve, &visit.realm, &visit.browser.headers, facts);
    let link = interaction::way_to(&visit.portreeve, Some(&visit.realm), &visit.client);
    let answer = page::AlreadyLoggedIn { message: Text::of("alreadyLoggedIn"), link }.render(&frame);
    visit.outcome.served();
    no_store(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_words() {
        let bundle = include_str!("../../../themes/base/messages/messages_en.properties");
        for authenticator in ["auth-password-form", "auth-otp-form", "auth-recovery-authn-code-form"] {
            let shown = way(&flow::Way { execution: "e".into(), authenticator });
            for text in [Some(shown.title), shown.help].into_iter().flatten() {
                let Text::Message { key, .. } = text else { panic!("{text:?} is no message") };
                assert!(bundle.lines().any(|line| line.starts_with(&format!("{key}="))), "{authenticator}: {key}");
            }
        }
    }
}
