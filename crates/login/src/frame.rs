//! The frame of a page: whose look, which language.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use identity::{Client, Realm, User};
use protocol::Portreeve;
use serde_json::Value;
use theme::{ACCENT_ATTRIBUTE, Frame, FrameRequest, LOGO_ATTRIBUTE, RealmLook, RealmTexts, Wishes};

use crate::tab::Tab;
use crate::visit::{Visit, way_back};
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
        let settings = &realm.settings;
        let text = |name: &str| realm.document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let texts = localization(realm);
        let texts = texts.map(std::sync::Arc::new);
        let security_headers: Option<BTreeMap<String, String>> = realm
            .document
            .get("browserSecurityHeaders")
            .and_then(|headers| serde_json::from_value(headers.clone()).ok());
        let look = RealmLook {
            name: &realm.name,
            display_name: settings.display_name.as_deref(),
            display_name_html: text("displayNameHtml"),
            internationalization: settings.internationalization_enabled,
            supported_locales: &settings.supported_locales,
            default_locale: settings.default_locale.as_deref(),
            texts: texts.as_ref(),
            security_headers: security_headers.as_ref(),
            logo: settings.attribute(LOGO_ATTRIBUTE),
            accent: settings.attribute(ACCENT_ATTRIBUTE),
        };
        let ui_locales = facts.ui_locales.join(" ");
        let user_locale = facts.user.and_then(|user| user.attributes.get("locale")?.first().cloned());
        let wishes = Wishes {
            chosen: facts.chosen,
            user: user_locale.as_deref(),
            ui_locales: Some(&*ui_locales).filter(|text| !text.is_empty()),
            cookie: cookie::locale(headers),
            accept_language: headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
        };
        let theme = facts.client.and_then(|client| client.attribute("login_theme")).or_else(|| text("loginTheme"));
        let root = portreeve
            .web
            .public_url
            .split_once("://")
            .map_or("", |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""));
        self.themes().frame(&FrameRequest {
            realm: look,
            theme,
            wishes,
            root,
            language_link: facts.language_link,
            form_target: facts.form_target,
        })
    }
}

impl Visit {
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
                form_target: way_back(&tab.payload),
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
