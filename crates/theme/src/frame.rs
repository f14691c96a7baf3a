//! What every page has around its own content: language, theme, realm, and the headers of its answer.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;

use crate::fragment::Values;
use crate::look::{Kind, Look};
use crate::palette::Colour;
use crate::realm_look::{RealmLook, RealmTexts};
use crate::{Locale, Message, Slot, Sources, Text, Themes, Wishes, locale, policy};

/// What a frame is made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrameRequest<'a> {
    /// The realm, as far as its look goes.
    pub realm: RealmLook<'a>,
    /// Name of the theme: the client's `login_theme`, else the realm's `loginTheme`.
    pub theme: Option<&'a str>,
    /// What asks for a language.
    pub wishes: Wishes<'a>,
    /// Path of the public URL, without a slash at its end; empty if it has none.
    pub root: &'a str,
    /// Where the languages menu leads (a path with or without a query; `kc_locale` is added). `None`: no menu, for pages
    /// that cannot be asked for again.
    pub language_link: Option<&'a str>,
    /// Where forms of this interaction may end up: the client's redirect address.
    pub form_target: Option<&'a str>,
}

/// An entry of the languages menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Its tag.
    pub locale: Locale,
    /// Address of this page in this language.
    pub link: String,
    /// Whether the page speaks it now.
    pub current: bool,
}

/// The frame of one page.
#[derive(Debug, Clone)]
pub struct Frame {
    look: Arc<Look>,
    locale: Locale,
    chain: Vec<Locale>,
    texts: Option<Arc<RealmTexts>>,
    realm: String,
    logo: Option<String>,
    accent: Option<Colour>,
    resources: String,
    languages: Vec<Language>,
    security_headers: Option<std::collections::BTreeMap<String, String>>,
    sources: Sources,
}

impl Themes {
    /// The frame for one page.
    pub fn frame(&self, request: &FrameRequest<'_>) -> Frame {
        let realm = &request.realm;
        let look = Arc::clone(self.look(Kind::Login, request.theme));
        let offered = offered(realm, &look);
        let locale = chosen(&offered, realm.default_locale, &request.wishes);
        let resources = format!("{}/resources/{}/login/{}", request.root, self.version(), look.name);
        let languages = match request.language_link {
            Some(link) if offered.len() > 1 => offered.iter().map(|each| language(each, &locale, link)).collect(),
            _ => Vec::new(),
        };
        let mut sources = Sources::default();
        sources.forms.extend(request.form_target.map(str::to_owned));
        let logo = realm.logo.and_then(|logo| {
            if logo.starts_with("https://") {
                sources.images.push(logo.to_owned());
                return Some(logo.to_owned());
            }
            look.resources.contains_key(logo).then(|| format!("{resources}/{logo}"))
        });
        Frame {
            chain: locale.chain(),
            locale,
            texts: realm.texts.cloned(),
            realm: realm.shown_name(),
            logo,
            accent: realm.accent.and_then(Colour::parse),
            resources,
            languages,
            security_headers: realm.security_headers.cloned(),
            sources,
            look,
        }
    }
}

/// The language that a realm speaks to somebody with these wishes.
pub(crate) fn locale_for(realm: &RealmLook<'_>, look: &Look, wishes: &Wishes<'_>) -> Locale {
    chosen(&offered(realm, look), realm.default_locale, wishes)
}

/// What the realm offers and somebody has written texts for: a page must not claim a language that it does not speak.
fn offered(realm: &RealmLook<'_>, look: &Look) -> Vec<Locale> {
    if !realm.internationalization {
        return Vec::new();
    }
    let mut offered: Vec<Locale> = realm.supported_locales.iter().filter_map(|tag| Locale::parse(tag)).collect();
    offered.extend(realm.default_locale.and_then(Locale::parse));
    offered.retain(|locale| {
        let own = realm.texts.is_some_and(|texts| texts.contains_key(locale.as_str()));
        own || locale.chain().iter().any(|near| near.language() == locale.language() && look.bundles.speaks(near))
    });
    offered.sort_by(|a, b| a.own_name().cmp(b.own_name()).then_with(|| a.cmp(b)));
    offered.dedup();
    offered
}

fn chosen(offered: &[Locale], default: Option<&str>, wishes: &Wishes<'_>) -> Locale {
    let default = || default.and_then(Locale::parse).filter(|default| offered.contains(default));
    locale::choose(offered, wishes).or_else(default).unwrap_or_else(Locale::english)
}

fn language(locale: &Locale, current: &Locale, link: &str) -> Language {
    let joint = if link.contains('?') { '&' } else { '?' };
    Language { link: format!("{link}{joint}kc_locale={locale}"), current: locale == current, locale: locale.clone() }
}

impl Frame {
    /// The page's language.
    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    /// Value of the `dir` attribute.
    pub fn direction(&self) -> &'static str {
        if self.locale.is_right_to_left() { "rtl" } else { "ltr" }
    }

    /// The realm's name for people.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Address of the realm's logo.
    pub fn logo(&self) -> Option<&str> {
        self.logo.as_deref()
    }

    /// Address of the realm's logo, or of the house's own.
    pub fn logo_or_own(&self) -> String {
        self.logo.clone().unwrap_or_else(|| self.resource("img/logo.svg"))
    }

    /// A page's title: a message and the realm's name.
    pub fn title(&self, key: &str) -> String {
        self.title_of(self.t(key))
    }

    /// A page's title, of words that are translated already.
    pub fn title_of(&self, words: impl std::fmt::Display) -> String {
        format!("{words} · {}", self.realm)
    }

    /// The languages menu; empty where there is none.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// A message without arguments. The realm's own text goes before the theme's; a key that nobody knows is shown itself.
    pub fn t(&self, key: &str) -> String {
        self.format::<&str>(key, &[])
    }

    /// A message with one argument.
    pub fn t1(&self, key: &str, argument: impl std::fmt::Display) -> String {
        self.format(key, &[argument.to_string()])
    }

    /// A message with two arguments.
    pub fn t2(&self, key: &str, first: impl std::fmt::Display, second: impl std::fmt::Display) -> String {
        self.format(key, &[first.to_string(), second.to_string()])
    }

    /// A text in the page's language.
    pub fn text(&self, text: &Text) -> String {
        match text {
            Text::Literal(words) => words.clone(),
            Text::Message { key, arguments } => self.format(key, arguments),
        }
    }

    /// A message with its arguments.
    pub fn format<S: AsRef<str>>(&self, key: &str, arguments: &[S]) -> String {
        match lookup(&self.look, &self.chain, self.texts.as_deref(), key) {
            Some(message) => message.format(arguments),
            None => key.to_owned(),
        }
    }

    /// Whether any bundle or the realm knows a message.
    pub fn has(&self, key: &str) -> bool {
        lookup(&self.look, &self.chain, self.texts.as_deref(), key).is_some()
    }

    /// A message as paragraphs: empty lines part them.
    pub fn paragraphs(&self, text: &Text) -> Vec<String> {
        let words = self.text(text).replace("\r\n", "\n");
        words
            .split("\n\n")
            .map(|paragraph| paragraph.trim().to_owned())
            .filter(|paragraph| !paragraph.is_empty())
            .collect()
    }

    /// Address of a static file of the theme, by its path below `resources`.
    pub fn resource(&self, path: &str) -> String {
        format!("{}/{path}", self.resources)
    }

    /// Addresses of the style sheets, in their order.
    pub fn styles(&self) -> Vec<String> {
        let palette = self.accent.map(|accent| format!("{}/palette/{}.css", self.resources, accent.hex()));
        self.look.styles.iter().map(|path| self.resource(path)).chain(palette).collect()
    }

    /// Addresses of the theme's own scripts, in their order.
    pub fn scripts(&self) -> Vec<String> {
        self.look.scripts.iter().map(|path| self.resource(path)).collect()
    }

    /// HTML that the theme puts into a slot; `None` if it puts nothing there. Trusted: not to be escaped.
    pub fn fragment(&self, slot: Slot) -> Option<String> {
        self.look.fragment(slot, &self.chain).map(|fragment| fragment.render(self))
    }

    /// The answer that carries a page, with its security headers.
    pub fn response(&self, status: StatusCode, html: String, sources: &Sources) -> Response {
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        policy::put(headers, self.security_headers.as_ref(), &[&self.sources, sources]);
        if let Ok(language) = http::HeaderValue::from_str(self.locale.as_str()) {
            headers.insert(http::header::CONTENT_LANGUAGE, language);
        }
        response
    }
}

impl Values for Frame {
    fn resources(&self) -> String {
        self.resources.clone()
    }

    fn realm(&self) -> &str {
        &self.realm
    }

    fn text(&self, key: &str) -> String {
        self.t(key)
    }
}

/// A message in the nearest language that has it; in each language the realm's own text first.
pub(crate) fn lookup<'a>(
    look: &'a Look,
    chain: &[Locale],
    texts: Option<&RealmTexts>,
    key: &str,
) -> Option<Cow<'a, Message>> {
    chain.iter().find_map(|locale| {
        let own = texts.and_then(|texts| texts.get(locale.as_str())).and_then(|texts| texts.get(key));
        match own {
            Some(own) => Some(Cow::Owned(Message::parse(own))),
            None => look.bundles.find(locale, key).map(Cow::Borrowed),
        }
    })
}
