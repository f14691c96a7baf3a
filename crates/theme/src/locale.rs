//! Which language a page speaks.

/// A language tag in its usual spelling: `pt-BR`, `zh-CN`, `sr-Latn`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(Box<str>);

/// What asks for a language, strongest first. Each is what the caller found, unchecked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// Chosen on this page (`kc_locale`) or earlier in this log-in.
    pub chosen: Option<&'a str>,
    /// The user's own `locale` attribute, once the user is known.
    pub user: Option<&'a str>,
    /// The client's `ui_locales`, separated by blanks.
    pub ui_locales: Option<&'a str>,
    /// Cookie `KEYCLOAK_LOCALE`.
    pub cookie: Option<&'a str>,
    /// Header `Accept-Language`.
    pub accept_language: Option<&'a str>,
}

/// A list of wishes is read no further than this.
const WISHES: usize = 20;
/// Longest tag that RFC 5646 §4.4.1 asks implementations to take.
const TAG_BYTES: usize = 35;

impl Locale {
    /// The language that every bundle is complete in, and that a realm without internationalization speaks.
    pub fn english() -> Self {
        Self("en".into())
    }

    /// Reads a tag, with `_` or `-` between its parts, whatever its case. `None` if it is none.
    pub fn parse(written: &str) -> Option<Self> {
        if written.is_empty() || written.len() > TAG_BYTES {
            return None;
        }
        let mut tag = String::with_capacity(written.len());
        for (index, part) in written.split(['-', '_']).enumerate() {
            if part.is_empty() || part.len() > 8 || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            if index == 0 {
                if part.len() < 2 || !part.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                    return None;
                }
                tag.push_str(&part.to_ascii_lowercase());
                continue;
            }
            tag.push('-');
            match part.len() {
                2 => tag.push_str(&part.to_ascii_uppercase()),
                4 => {
                    let (first, rest) = part.split_at(1);
                    tag.push_str(&first.to_ascii_uppercase());
                    tag.push_str(&rest.to_ascii_lowercase());
                }
                _ => tag.push_str(&part.to_ascii_lowercase()),
            }
        }
        Some(Self(tag.into()))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag's first part.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether the script runs from right to left.
    pub fn is_right_to_left(&self) -> bool {
        let mut parts = self.0.split('-').skip(1);
        match parts.find(|part| part.len() == 4) {
            Some(script) => matches!(script, "Arab" | "Hebr" | "Thaa" | "Syrc" | "Nkoo" | "Adlm"),
            None => {
                matches!(self.language(), "ar" | "fa" | "he" | "iw" | "ur" | "ps" | "ckb" | "dv" | "ug" | "yi" | "sd")
            }
        }
    }

    /// The bundles to look a message up in, nearest first: the tag, what is left of it as its last parts go, English.
    pub(crate) fn chain(&self) -> Vec<Self> {
        let mut chain = vec![self.clone()];
        let mut tag: &str = &self.0;
        while let Some((shorter, _)) = tag.rsplit_once('-') {
            chain.push(Self(shorter.into()));
            tag = shorter;
        }
        if self.is_simplified_chinese() {
            chain.push(Self("zh-CN".into()));
        }
        chain.push(Self::english());
        let mut seen = std::collections::BTreeSet::new();
        chain.retain(|locale| seen.insert(locale.clone()));
        chain
    }

    fn is_simplified_chinese(&self) -> bool {
        let traditional = ["Hant", "TW", "HK", "MO"];
        self.language() == "zh" && !self.0.split('-').any(|part| traditional.contains(&part))
    }

    /// What speakers of the language call it; the tag itself for one that we cannot name.
    pub fn own_name(&self) -> &str {
        own_name(&self.0).or_else(|| own_name(self.language())).unwrap_or(&self.0)
    }

    /// Whether a page in this language serves somebody who asked for `wish`.
    fn serves(&self, wish: &Self) -> Fit {
        if self == wish || (self.is_simplified_chinese() && wish.is_simplified_chinese()) {
            Fit::Exact
        } else if wish.0.strip_prefix(&*self.0).is_some_and(|rest| rest.starts_with('-')) {
            Fit::Wider
        } else if self.language() == wish.language() {
            Fit::Cousin
        } else {
            Fit::Not
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Not,
    Cousin,
    Wider,
    Exact,
}

impl std::fmt::Display for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The language for somebody with these wishes, among those that the realm offers, in Keycloak's order of strength.
/// `None` if nothing that is offered is wished for.
pub(crate) fn choose(offered: &[Locale], wishes: &Wishes<'_>) -> Option<Locale> {
    let tags = |list: Option<&str>| -> Vec<Locale> {
        list.unwrap_or_default().split_ascii_whitespace().take(WISHES).filter_map(Locale::parse).collect()
    };
    let lists = [
        tags(wishes.chosen),
        tags(wishes.user),
        tags(wishes.ui_locales),
        tags(wishes.cookie),
        accept_language(wishes.accept_language.unwrap_or_default()),
    ];
    lists.iter().flatten().find_map(|wish| best(offered, wish))
}

fn best(offered: &[Locale], wish: &Locale) -> Option<Locale> {
    let mut best: Option<(&Locale, Fit)> = None;
    for locale in offered {
        let fit = locale.serves(wish);
        if fit > best.map_or(Fit::Not, |(_, fit)| fit) {
            best = Some((locale, fit));
        }
    }
    best.map(|(locale, _)| locale.clone())
}

/// RFC 9110 §12.5.4: ranges with weights; heavier ones first, a weight of 0 not at all.
fn accept_language(header: &str) -> Vec<Locale> {
    let mut weighed: Vec<(u16, Locale)> = header
        .split(',')
        .take(WISHES)
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = match weight.trim().strip_prefix("q=") {
                Some(weight) => thousandths(weight.trim())?,
                None => 1000,
            };
            (weight > 0).then_some((weight, Locale::parse(tag.trim())?))
        })
        .collect();
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighed.into_iter().map(|(_, locale)| locale).collect()
}

fn thousandths(weight: &str) -> Option<u16> {
    let weight: f32 = weight.parse().ok()?;
    (0.0..=1.0).contains(&weight).then_some((weight * 1000.0) as u16)
}

fn own_name(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "ar" => "العربية",
        "bg" => "Български",
        "ca" => "Català",
        "cs" => "Čeština",
        "da" => "Dansk",
        "de" => "Deutsch",
        "el" => "Ελληνικά",
        "en" => "English",
        "es" => "Español",
        "et" => "Eesti",
        "eu" => "Euskara",
        "fa" => "فارسی",
        "fi" => "Suomi",
        "fr" => "Français",
        "he" => "עברית",
        "hi" => "हिन्दी",
        "hr" => "Hrvatski",
        "hu" => "Magyar",
        "id" => "Bahasa Indonesia",
        "it" => "Italiano",
        "ja" => "日本語",
        "ka" => "ქართული",
        "ko" => "한국어",
        "lt" => "Lietuvių",
        "lv" => "Latviešu",
        "nb" | "no" => "Norsk",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "pt-BR" => "Português (Brasil)",
        "ro" => "Română",
        "ru" => "Русский",
        "sk" => "Slovenčina",
        "sl" => "Slovenščina",
        "sr" => "Српски",
        "sv" => "Svenska",
        "th" => "ไทย",
        "tr" => "Türkçe",
        "uk" => "Українська",
        "ur" => "اردو",
        "vi" => "Tiếng Việt",
        "zh" | "zh-CN" | "zh-Hans" => "简体中文",
        "zh-TW" | "zh-Hant" => "繁體中文",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn locale(tag: &str) -> Locale {
        Locale::parse(tag).unwrap()
    }

    fn chosen(offered: &[&str], wishes: Wishes<'_>) -> Option<String> {
        let offered: Vec<Locale> = offered.iter().map(|tag| locale(tag)).collect();
        choose(&offered, &wishes).map(|locale| locale.to_string())
    }

    #[test]
    fn tags_get_their_usual_spelling() {
        for (written, tag) in [("DE", "de"), ("pt_br", "pt-BR"), ("SR-latn-rs", "sr-Latn-RS"), ("de-1996", "de-1996")] {
            assert_eq!(locale(written).as_str(), tag);
        }
        for no in
            ["", "d", "1", "de-", "-de", "de--at", "de;q=1", "../de", "abcdefghi", "de\r\n", "x".repeat(36).as_str()]
        {
            assert_eq!(Locale::parse(no), None, "{no:?}");
        }
    }

    #[test]
    fn a_page_s_own_choice_goes_before_all_else() {
        let all = Wishes {
            chosen: Some("fr"),
            user: Some("it"),
            ui_locales: Some("xx es"),
            cookie: Some("pl"),
            accept_language: Some("de"),
        };
        let offered = ["de", "en", "es", "fr", "it", "pl"];
        assert_eq!(chosen(&offered, all).as_deref(), Some("fr"));
        assert_eq!(chosen(&offered, Wishes { chosen: None, ..all }).as_deref(), Some("it"));
        assert_eq!(chosen(&offered, Wishes { chosen: Some("xx"), user: None, ..all }).as_deref(), Some("es"));
        let weak = Wishes { chosen: None, user: None, ui_locales: None, ..all };
        assert_eq!(chosen(&offered, weak).as_deref(), Some("pl"));
        assert_eq!(chosen(&offered, Wishes { cookie: None, ..weak }).as_deref(), Some("de"));
        assert_eq!(chosen(&offered, Wishes::default()), None);
    }

    #[test]
    fn weights_of_accept_language_count() {
        let header = |value| chosen(&["de", "en", "fr"], Wishes { accept_language: Some(value), ..Wishes::default() });
        assert_eq!(header("de;q=0.5, fr;q=0.9, en;q=0.1").as_deref(), Some("fr"));
        assert_eq!(header("de;q=0, en").as_deref(), Some("en"));
        assert_eq!(header("*, de-AT").as_deref(), Some("de"));
        assert_eq!(header("de;q=nonsense"), None);
    }

    #[test]
    fn near_languages_serve() {
        let wish = |offered: &[&str], tag| chosen(offered, Wishes { user: Some(tag), ..Wishes::default() });
        assert_eq!(wish(&["pt-BR", "pt"], "pt-BR").as_deref(), Some("pt-BR"));
        assert_eq!(wish(&["en", "pt"], "pt-BR").as_deref(), Some("pt"));
        assert_eq!(wish(&["en", "pt-BR"], "pt").as_deref(), Some("pt-BR"));
        assert_eq!(wish(&["zh-TW", "zh-CN"], "zh-Hans").as_deref(), Some("zh-CN"));
        assert_eq!(wish(&["en"], "enm"), None, "a longer word is another language");
    }

    #[test]
    fn bundles_are_asked_from_near_to_far() {
        let chain = |tag: &str| locale(tag).chain().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(chain("de-AT"), "de-AT de en");
        assert_eq!(chain("zh-Hans"), "zh-Hans zh zh-CN en");
        assert_eq!(chain("zh-TW"), "zh-TW zh en");
        assert_eq!(chain("en"), "en");
    }

    #[test]
    fn scripts_from_right_to_left() {
        for tag in ["ar", "he-IL", "fa", "az-Arab"] {
            assert!(locale(tag).is_right_to_left(), "{tag}");
        }
        for tag in ["de", "en", "ur-Latn", "ja"] {
            assert!(!locale(tag).is_right_to_left(), "{tag}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(header in ".*", list in ".*") {
            let wishes = Wishes { accept_language: Some(&header), ui_locales: Some(&list), ..Wishes::default() };
            choose(&[Locale::english()], &wishes);
        }

        #[test]
        fn a_tag_is_read_again_as_itself(written in "[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,3}") {
            if let Some(locale) = Locale::parse(&written) {
                prop_assert_eq!(Locale::parse(locale.as_str()), Some(locale));
            }
        }
    }
}
