//! What holds for every page.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::html::{Document, Element};
use crate::samples::{self, PROBE, Words};
use crate::{THEMES, body, frame};

/// A page as it was read, with its theme and name, and its language.
struct Shown {
    name: String,
    locale: String,
    page: Document,
}

/// Every page in every theme and language, read once.
static EVERY_PAGE: LazyLock<Vec<Shown>> = LazyLock::new(|| {
    let mut every = Vec::new();
    for theme in THEMES.names("login") {
        for locale in THEMES.locales("login", theme) {
            let frame = frame(theme, locale.as_str());
            for (name, page) in samples::all(Words { hostile: false }) {
                let page = Document::read(&body(page(&frame)));
                every.push(Shown { name: format!("{theme} {locale} {name}"), locale: locale.to_string(), page });
            }
        }
    }
    every
});

fn for_every_page(mut check: impl FnMut(&str, &str, &Document)) {
    assert!(EVERY_PAGE.len() > 1000, "all pages, themes and languages are there: {}", EVERY_PAGE.len());
    for Shown { name, locale, page } in &*EVERY_PAGE {
        check(name, locale, page);
    }
}

#[test]
fn every_page_is_well_formed() {
    for_every_page(|name, locale, page| {
        assert_eq!(page.faults, Vec::<String>::new(), "{name}");
        let html = page.all("html")[0];
        assert_eq!(html.get("lang"), Some(locale), "{name}");
        assert_eq!(html.get("dir"), Some(if locale == "ar" { "rtl" } else { "ltr" }), "{name}");
        for once in ["h1", "main", "title"] {
            let found = page.all(once);
            assert_eq!(found.len(), 1, "{name}: {once}");
            assert!(once == "main" || !found[0].text.trim().is_empty(), "{name}: an empty {once}");
        }
        let ids: Vec<&str> = page.elements.iter().filter_map(|element| element.get("id")).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an id twice in {ids:?}");
    });
}

#[test]
fn every_control_has_a_label_and_every_reference_a_target() {
    for_every_page(|name, _, page| {
        for control in page.elements.iter().filter(|element| is_control(element)) {
            let id = control.get("id").unwrap_or_default();
            let labels = page.all("label");
            let labelled = labels.iter().any(|label| label.get("for") == Some(id) && !id.is_empty());
            assert!(
                labelled || control.get("aria-label").is_some_and(|label| !label.trim().is_empty()),
                "{name}: {control:?}"
            );
        }
        for element in &page.elements {
            let fragment = element.get("href").and_then(|href| href.strip_prefix('#'));
            let lists = ["aria-describedby", "aria-labelledby", "for"].map(|attribute| element.get(attribute));
            let targets = lists.into_iter().flatten().flat_map(str::split_whitespace).chain(fragment);
            for target in targets {
                assert!(page.by_id(target).is_some(), "{name}: {target} of {element:?}");
            }
        }
        for button in page.all("button") {
            assert!(matches!(button.get("type"), Some("submit" | "button")), "{name}: {button:?}");
        }
        for image in page.all("img") {
            assert!(image.get("alt").is_some(), "{name}: {image:?}");
        }
        let invalid = page.elements.iter().filter(|element| element.get("aria-invalid") == Some("true"));
        for element in invalid.filter(|element| element.name != "fieldset") {
            assert!(element.get("aria-describedby").is_some(), "{name}: {element:?}");
        }
    });
}

fn is_control(element: &Element) -> bool {
    let hidden = element.get("type") == Some("hidden") || element.get("aria-hidden") == Some("true");
    !hidden && matches!(element.name.as_str(), "input" | "select" | "textarea")
}

/// The content policy would not run it, and nobody would notice.
#[test]
fn no_page_holds_inline_code() {
    for_every_page(|name, _, page| {
        assert!(page.all("style").is_empty(), "{name}");
        for element in &page.elements {
            for attribute in element.attributes.keys() {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: {element:?}");
            }
        }
        for script in page.all("script") {
            assert!(script.get("src").is_some_and(|src| src.starts_with("/resources/")), "{name}: {script:?}");
            assert_eq!(script.text, "", "{name}");
        }
        for link in page.all("link") {
            assert!(link.get("href").is_some_and(|href| href.starts_with("/resources/")), "{name}: {link:?}");
        }
    });
}

#[test]
fn no_page_shows_a_key_in_place_of_a_message() {
    for_every_page(|name, _, page| {
        for element in page.elements.iter().filter(|element| !matches!(element.name.as_str(), "code" | "bdi")) {
            for word in element.text.split_whitespace() {
                let inner = word.chars().skip(1).any(char::is_uppercase) && word.starts_with(char::is_lowercase);
                let key = inner && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
                assert!(!key, "{name}: {word}");
            }
        }
    });
}

/// A61: whatever somebody wrote stays text. The page has the same elements as with harmless words, and no more attributes.
#[test]
fn a61_what_others_wrote_stays_text() {
    let frame = frame("base", "en");
    let harmless = samples::all(Words { hostile: false });
    for ((name, plain), (_, hostile)) in harmless.into_iter().zip(samples::all(Words { hostile: true })) {
        let (plain, raw) = (body(plain(&frame)), body(hostile(&frame)));
        assert!(!raw.contains("<script>"), "{name}");
        let (plain, hostile) = (Document::read(&plain), Document::read(&raw));
        assert_eq!(hostile.faults, Vec::<String>::new(), "{name}");
        assert_eq!(hostile.shape(), plain.shape(), "{name}");
        for (one, other) in hostile.elements.iter().zip(&plain.elements) {
            let names = |element: &Element| element.attributes.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(one), names(other), "{name}: {one:?}");
        }
    }
}

#[test]
fn a61_a_realm_s_own_words_are_text_too() {
    let texts = [("en".to_owned(), [("loginAccountTitle".to_owned(), format!("<b>{PROBE}"))].into())];
    let texts = std::sync::Arc::new(texts.into());
    let realm = theme::RealmLook { name: PROBE, texts: Some(&texts), logo: Some(PROBE), ..theme::RealmLook::default() };
    let hostile =
        THEMES.frame(&theme::FrameRequest { realm, language_link: Some(PROBE), ..theme::FrameRequest::default() });
    let html = body(crate::answer("login", &hostile));
    assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    let page = Document::read(&html);
    assert_eq!(page.faults, Vec::<String>::new());
    assert!(page.all("h1")[0].text.starts_with("<b>"), "the realm's own text is shown");
    assert!(page.all("p")[0].text.starts_with("\"'><script>"), "the realm's name is shown");
    assert!(page.all("img")[0].get("src").unwrap().ends_with("/img/logo.svg"), "what is no logo is not shown");
}
