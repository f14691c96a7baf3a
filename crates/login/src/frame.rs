//! The frame of a page: whose look, which language.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use identity::{Client, Realm, User};
use protocol::Portreeve;
use serde_json::Value;
use theme::email::{MailFrame, MailRequest};
use theme::{ACCENT_ATTRIBUTE, Frame, FrameRequest, LOGO_ATTRIBUTE, RealmLook, RealmTexts, Wishes};

use crate::tab::Tab;
use crate::visit::Visit;
use crate::{Login, cookie};

/// What else a frame depends on.
#[derive(Default, Clone, Copy)]
pub(crate) struct FrameFacts<'a> {
    pub(crate) client: Option<&'a Client>,
    pub(crate) chosen: Option<&'a str>,
    pub(crate) ui_locales: &'a [String],
    pub(crate) user: Option<&'a User>,
    pub(crate) language_link: Option<&'a str>,
    pub(crate) form_target: Option<&'a str>,
}

impl Login {
    /// The frame of a page of a realm.
    pub(crate) fn frame(
        &self,
        portreeve: &Portreeve,
        realm: &Realm,
        headers: &HeaderMap,
        facts: FrameFacts<'_>,
    ) -> Frame {
        let own = OwnLook::of(realm);
        let ui_locales = facts.ui_locales.join(" ");
        let wishes = Wishes {
            chosen: facts.chosen,
            user: facts.user.and_then(locale_of),
            ui_locales: Some(&*ui_locales).filter(|text| !text.is_empty()),
            cookie: cookie::locale(headers),
            accept_language: headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
        };
        let theme =
            facts.client.and_then(|client| client.attribute("login_theme")).or_else(|| text(realm, "loginTheme"));
        let root = portreeve
            .web
            .public_url
            .split_once("://")
            .map_or("", |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""));
        self.themes().frame(&FrameRequest {
            realm: own.look(realm),
            theme,
            wishes,
            root,
            language_link: facts.language_link,
            form_target: facts.form_target,
        })
    }
}

/// What of a realm's look must be read out of its document first.
struct OwnLook {
    texts: Option<Arc<RealmTexts>>,
    security_headers: Option<BTreeMap<String, String>>,
}

impl OwnLook {
    fn of(realm: &Realm) -> Self {
        let headers = realm.document.get("browserSecurityHeaders");
        Self {
            texts: localization(realm).map(Arc::new),
            security_headers: headers.and_then(|headers| serde_json::from_value(headers.clone()).ok()),
        }
    }

    fn look<'a>(&'a self, realm: &'a Realm) -> RealmLook<'a> {
        let settings = &realm.settings;
        RealmLook {
            name: &realm.name,
            display_name: settings.display_name.as_deref(),
            display_name_html: text(realm, "displayNameHtml"),
            internationalization: settings.internationalization_enabled,
            supported_locales: &settings.supported_locales,
            default_locale: settings.default_locale.as_deref(),
            texts: self.texts.as_ref(),
            security_headers: self.security_headers.as_ref(),
            logo: settings.attribute(LOGO_ATTRIBUTE),
            accent: settings.attribute(ACCENT_ATTRIBUTE),
        }
    }
}

fn text<'a>(realm: &'a Realm, name: &str) -> Option<&'a str> {
    realm.document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn locale_of(user: &User) -> Option<&str> {
    user.attributes.get("locale")?.first().map(String::as_str)
}

impl Login {
    /// The frame of a mail to this user that was not asked for in a browser of theirs; or of one to nobody in particular.
    pub(crate) fn letter_frame(&self, realm: &Realm, user: Option<&User>) -> MailFrame {
        let own = OwnLook::of(realm);
        self.themes().mail(&MailRequest {
            realm: own.look(realm),
            theme: text(realm, "emailTheme"),
            wishes: Wishes { user: user.and_then(locale_of), ..Wishes::default() },
            name: None,
        })
    }
}

impl Visit {
    /// The frame of a mail to this user. It greets nobody by name: whoever makes an account with a stranger's address would
    /// choose the words.
    pub(crate) fn mail_frame(&self, tab: &Tab, user: &User) -> MailFrame {
        let own = OwnLook::of(&self.realm);
        let ui_locales = tab.demands.ui_locales.join(" ");
        self.login.themes().mail(&MailRequest {
            realm: own.look(&self.realm),
            theme: text(&self.realm, "emailTheme"),
            wishes: Wishes {
                chosen: tab.locale.as_deref(),
                user: locale_of(user),
                ui_locales: Some(&*ui_locales).filter(|text| !text.is_empty()),
                cookie: cookie::locale(&self.browser.headers),
                accept_language: self.browser.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
            },
            name: None,
        })
    }

    /// The frame of a page of this log-in.
    pub(crate) fn frame(&self, tab: &Tab, user: Option<&User>) -> Frame {
        let path = if tab.flow_done { "required-action" } else { entry_path(tab) };
        let link = self.address(tab, path, &[]);
        self.login.frame(
            &self.portreeve,
            &self.realm,
            &self.browser.headers,
            FrameFacts {
                client: Some(&self.client),
                chosen: tab.locale.as_deref(),
                ui_locales: &tab.demands.ui_locales,
                user,
                language_link: Some(&link),
                form_target: tab.way_back.as_deref(),
            },
        )
    }
}

/// Where the pages of the flow that is under way are.
pub(crate) fn entry_path(tab: &Tab) -> &'static str {
    match tab.entry {
        protocol::Entry::Browser => "authenticate",
        protocol::Entry::Registration => "registration",
        protocol::Entry::ResetCredentials => "reset-credentials",
    }
}

/// A realm's own texts.
fn localization(realm: &Realm) -> Option<RealmTexts> {
    let texts = realm.document.get("localizationTexts")?;
    serde_json::from_value(texts.clone()).ok().filter(|texts: &RealmTexts| !texts.is_empty())
}
