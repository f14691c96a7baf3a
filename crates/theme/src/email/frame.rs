//! What every mail has around its own words.

use std::sync::Arc;

use askama::Template as _;

use super::{Content, Email, HtmlMail, TextMail, Words};
use crate::fragment::Values;
use crate::look::{Kind, Look};
use crate::realm_look::{RealmLook, RealmTexts};
use crate::{Locale, Slot, Text, Themes, Wishes, frame};

/// What a mail's frame is made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailRequest<'a> {
    /// The realm, as far as its look goes.
    pub realm: RealmLook<'a>,
    /// Name of the theme: the realm's `emailTheme`.
    pub theme: Option<&'a str>,
    /// The reader's language: the user's own, else what the request at hand wishes for.
    pub wishes: Wishes<'a>,
    /// The reader's name, if it is known.
    pub name: Option<&'a str>,
}

/// The frame of one mail.
#[derive(Clone)]
pub struct MailFrame {
    look: Arc<Look>,
    locale: Locale,
    chain: Vec<Locale>,
    texts: Option<Arc<RealmTexts>>,
    pub(super) realm: String,
    name: Option<String>,
}

impl Themes {
    /// The frame for one mail.
    pub fn mail(&self, request: &MailRequest<'_>) -> MailFrame {
        let look = Arc::clone(self.look(Kind::Email, request.theme));
        let locale = frame::locale_for(&request.realm, &look, &request.wishes);
        MailFrame {
            look,
            chain: locale.chain(),
            locale,
            texts: request.realm.texts.cloned(),
            realm: request.realm.shown_name(),
            name: request.name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        }
    }
}

impl MailFrame {
    /// The mail's language.
    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    pub(super) fn direction(&self) -> &'static str {
        if self.locale.is_right_to_left() { "rtl" } else { "ltr" }
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.format::<&str>(key, &[])
    }

    fn format<S: AsRef<str>>(&self, key: &str, arguments: &[S]) -> String {
        match frame::lookup(&self.look, &self.chain, self.texts.as_deref(), key) {
            Some(message) => message.format(arguments),
            None => key.to_owned(),
        }
    }

    pub(super) fn text(&self, text: &Text) -> String {
        match text {
            Text::Literal(words) => words.clone(),
            Text::Message { key, arguments } => self.format(key, arguments),
        }
    }

    pub(super) fn footer(&self) -> String {
        self.format("mailFooter", &[&self.realm])
    }

    pub(super) fn fragment(&self, slot: Slot) -> Option<String> {
        self.look.fragment(slot, &self.chain).map(|fragment| fragment.render(self))
    }

    /// A span of time in the largest unit that leaves nothing over.
    fn span(&self, seconds: u64) -> String {
        let minutes = seconds.div_ceil(60);
        let (key, number) = match minutes {
            0 => ("mailMinutes", 1),
            minutes if minutes % 1440 == 0 => ("mailDays", minutes / 1440),
            minutes if minutes % 60 == 0 => ("mailHours", minutes / 60),
            minutes => ("mailMinutes", minutes),
        };
        self.format(key, &[number.to_string()])
    }

    pub(super) fn write(&self, content: &Content) -> Email {
        let words = Words {
            subject: one_line(&self.text(&content.subject)),
            greeting: match &self.name {
                Some(name) => self.format("mailGreeting", &[name]),
                None => self.t("mailGreetingPlain"),
            },
            lead: self.text(&content.lead),
            items: content.items.iter().map(|item| self.text(item)).collect(),
            button: content.link.as_ref().map(|(label, address, _)| (self.t(label), address.clone())),
            expiry: content
                .link
                .as_ref()
                .and_then(|(_, _, seconds)| *seconds)
                .map(|seconds| self.format("mailExpiry", &[self.span(seconds)])),
            closing: content.closing.map(|key| self.t(key)),
        };
        // Writing to a String does not fail, and no template calls what does.
        let html = HtmlMail { frame: self, mail: &words }.render().unwrap_or_default();
        let text = TextMail { frame: self, mail: &words }.render().unwrap_or_default();
        Email { subject: words.subject, text, html }
    }
}

impl Values for MailFrame {
    /// A mail loads nothing: a theme's files have no address in it.
    fn resources(&self) -> String {
        String::new()
    }

    fn realm(&self) -> &str {
        &self.realm
    }

    fn text(&self, key: &str) -> String {
        self.t(key)
    }
}

/// A70: a line break in a subject would begin another header.
fn one_line(words: &str) -> String {
    let plain: String = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
