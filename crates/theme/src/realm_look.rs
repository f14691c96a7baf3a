//! What a realm says about how its pages look.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A realm's own texts by language and key (Keycloak's `localizationTexts`).
pub type RealmTexts = BTreeMap<String, BTreeMap<String, String>>;

/// Realm attribute: the logo, as an `https` address or the path of one of the theme's files (`img/logo.svg`).
pub const LOGO_ATTRIBUTE: &str = "login.logo";
/// Realm attribute: the colour of buttons and links, as `#rrggbb`.
pub const ACCENT_ATTRIBUTE: &str = "login.accent";

/// The part of a realm that pages and mails need.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealmLook<'a> {
    /// The realm's name.
    pub name: &'a str,
    /// Name for people.
    pub display_name: Option<&'a str>,
    /// Name for people with mark-up, as Keycloak allows. Shown without the mark-up, where `display_name` is absent.
    pub display_name_html: Option<&'a str>,
    /// Whether the realm speaks more than English (`internationalizationEnabled`).
    pub internationalization: bool,
    /// Languages that the realm offers (`supportedLocales`).
    pub supported_locales: &'a [String],
    /// Language for those who wish for none of these (`defaultLocale`).
    pub default_locale: Option<&'a str>,
    /// The realm's own texts.
    pub texts: Option<&'a Arc<RealmTexts>>,
    /// The realm's `browserSecurityHeaders`.
    pub security_headers: Option<&'a BTreeMap<String, String>>,
    /// Value of [`LOGO_ATTRIBUTE`].
    pub logo: Option<&'a str>,
    /// Value of [`ACCENT_ATTRIBUTE`].
    pub accent: Option<&'a str>,
}

impl RealmLook<'_> {
    /// The name that pages and mails show.
    pub(crate) fn shown_name(&self) -> String {
        let plain = self.display_name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        plain
            .or_else(|| self.display_name_html.map(without_tags).filter(|name| !name.is_empty()))
            .unwrap_or_else(|| self.name.to_owned())
    }
}

/// The words of a piece of HTML. What looks like an entity stays as written: it is escaped again where it is shown.
fn without_tags(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, from)) = rest.split_once('<') {
        words.push_str(before);
        words.push(' ');
        rest = from.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_is_shown() {
        let look = RealmLook { name: "harbour", ..RealmLook::default() };
        assert_eq!(look.shown_name(), "harbour");
        let html = "<div class=\"logo\"><span>Old</span>\n<b>Harbour</b></div>";
        let look = RealmLook { display_name_html: Some(html), ..look };
        assert_eq!(look.shown_name(), "Old Harbour");
        assert_eq!(RealmLook { display_name: Some("  "), ..look }.shown_name(), "Old Harbour");
        assert_eq!(RealmLook { display_name: Some("<New>"), ..look }.shown_name(), "<New>");
        assert_eq!(RealmLook { display_name_html: Some("<img src=x"), ..look }.shown_name(), "harbour");
    }
}
