//! A theme folder changes how pages look, what they say and what stands around them; one that is wrong is told.

use std::fs;
use std::path::Path;

use theme::{FrameRequest, RealmLook, Themes, Wishes};

use crate::{THEMES, body, frame, shown};

#[test]
fn a_theme_has_its_own_styles_images_words_and_fragments() {
    let page = shown("login", &frame("lighthouse", "en"));
    let resources = format!("/resources/{}/login/lighthouse", THEMES.version());
    let styles: Vec<&str> = page
        .all("link")
        .iter()
        .filter(|link| link.get("rel") == Some("stylesheet"))
        .filter_map(|link| link.get("href"))
        .collect();
    assert_eq!(styles, [format!("{resources}/css/lighthouse.css")]);
    assert_eq!(page.all("script")[0].get("src").unwrap(), format!("{resources}/js/beam.js"));
    assert_eq!(page.all("img")[0].get("src").unwrap(), format!("{resources}/img/logo.svg"));
    assert_eq!(page.all("h1")[0].text, "Show your papers");
    assert_eq!(page.by_id("kc-header").unwrap().text, "Harbour & Sons");
    assert_eq!(page.by_id("before").unwrap().text, "Notice to mariners");
    assert!(page.by_id("after").is_some());
    assert_eq!(page.by_id("imprint").unwrap().text, "Harbour & Sons · A light that has never gone out");
    assert!(page.all("meta").iter().any(|meta| meta.get("name") == Some("theme-color")));
}

#[test]
fn a_theme_speaks_languages() {
    let german = shown("login", &frame("lighthouse", "de"));
    assert_eq!(german.all("h1")[0].text, "Zeigen Sie Ihre Papiere");
    assert_eq!(german.by_id("before").unwrap().text, "Bekanntmachung für Seefahrer");
    let arabic = shown("login", &frame("lighthouse", "ar"));
    assert_eq!(arabic.all("html")[0].get("dir"), Some("rtl"));
    assert_eq!(arabic.all("h1")[0].text, "أبرز أوراقك");
    assert_eq!(arabic.by_id("before").unwrap().text, "Notice to mariners");
    assert_eq!(frame("base", "ar").locale().as_str(), "en", "the built-in theme has no Arabic, and does not claim to");
}

#[test]
fn a_theme_stands_on_its_parent() {
    let page = shown("login", &frame("lighthouse-night", "en"));
    let sheets = page.all("link").into_iter().filter(|link| link.get("rel") == Some("stylesheet")).count();
    assert_eq!(sheets, 2);
    assert_eq!(page.all("h1")[0].text, "Show your papers");
    assert!(page.by_id("imprint").is_some());
    assert!(THEMES.locales("login", "lighthouse-night").len() == 12);
    assert!(page.all("img")[0].get("src").unwrap().contains("/lighthouse-night/img/logo.svg"));
}

#[test]
fn a_realm_may_ask_for_keycloaks_themes_and_for_one_that_is_gone() {
    for name in ["keycloak", "keycloak.v2", "base", "lighthouse"] {
        assert!(THEMES.knows("login", name), "{name}");
    }
    assert!(!THEMES.knows("login", "gone") && !THEMES.knows("login", ""));
    let plain = body(crate::answer("login", &frame("base", "en")));
    assert_eq!(body(crate::answer("login", &frame("keycloak", "en"))), plain);
    assert_eq!(body(crate::answer("login", &frame("gone", "en"))), plain);
}

#[test]
fn the_realm_s_own_texts_go_before_the_theme_s() {
    let texts = [
        ("de".to_owned(), [("loginAccountTitle".to_owned(), "Willkommen bei ''{0}''".to_owned())].into()),
        ("en".to_owned(), [("doLogIn".to_owned(), "Come aboard".to_owned())].into()),
        ("sv".to_owned(), [("doLogIn".to_owned(), "Kom ombord".to_owned())].into()),
    ];
    let texts = std::sync::Arc::new(texts.into());
    let supported = ["de", "en", "sv", "xx"].map(str::to_owned);
    let show = |locale| {
        let realm = RealmLook {
            name: "harbour",
            internationalization: true,
            supported_locales: &supported,
            texts: Some(&texts),
            ..RealmLook::default()
        };
        let wishes = Wishes { chosen: Some(locale), ..Wishes::default() };
        let request = FrameRequest { realm, wishes, language_link: Some("/x"), ..FrameRequest::default() };
        let frame = THEMES.frame(&request);
        (frame.t("doLogIn"), frame.t("loginAccountTitle"), frame.languages().len())
    };
    assert_eq!(show("de"), ("Anmelden".to_owned(), "Willkommen bei '{0}'".to_owned(), 3));
    assert_eq!(show("en").0, "Come aboard");
    assert_eq!(show("sv").0, "Kom ombord", "a realm may speak a language that no theme does");
    assert_eq!(show("sv").1, "Sign in to your account");
    assert_eq!(show("xx").0, "Come aboard");
}

#[test]
fn a_realm_without_internationalization_speaks_english() {
    let supported = ["de".to_owned()];
    let realm = RealmLook {
        name: "harbour",
        supported_locales: &supported,
        default_locale: Some("de"),
        ..RealmLook::default()
    };
    let wishes = Wishes { chosen: Some("de"), ..Wishes::default() };
    let frame = THEMES.frame(&FrameRequest { realm, wishes, language_link: Some("/x"), ..FrameRequest::default() });
    assert_eq!((frame.locale().as_str(), frame.languages().len()), ("en", 0));
}

/// A wrong folder's files, the file at fault, and a word of the reason.
type Wrong = (&'static [(&'static str, &'static [u8])], &'static str, &'static str);

#[test]
fn what_is_wrong_with_a_theme_is_told() {
    let cases: &[Wrong] = &[
        (&[("x/login/theme.properties", b"parent=none")], "theme.properties", "no login theme"),
        (&[("x/login/theme.properties", b"parent=x")], "theme.properties", "stands on this one"),
        (&[("x/login/theme.properties", b"styles=css/none.css")], "theme.properties", "css/none.css"),
        (&[("x/login/theme.properties", b"kcFormClass=a")], "theme.properties", "`kcFormClass` is unknown"),
        (&[("x/login/theme.properties", b"parent")], "theme.properties", "line 1"),
        (&[("x/login/login.ftl", b"")], "login.ftl", "FreeMarker"),
        (&[("x/login/readme.md", b"")], "readme.md", "only theme.properties"),
        (&[("x/account/theme.properties", b"")], "account", "`login` and `email`"),
        (&[("x/login/messages/de.properties", b"a=b")], "de.properties", "messages_TAG"),
        (&[("x/login/messages/messages_de.properties", b"a=b\na=c")], "messages_de.properties", "line 2"),
        (&[("x/login/messages/messages_de.properties", b"a=\xff")], "messages_de.properties", "UTF-8"),
        (&[("x/login/fragments/aside.html", b"")], "aside.html", "before-form"),
        (&[("x/login/fragments/footer_1.html", b"")], "footer_1.html", "language tag"),
        (&[("x/login/fragments/footer.html", b"<p style='a'>")], "footer.html", "inline styles"),
        (&[("x/login/fragments/footer.html", b"{{text:none}}")], "footer.html", "`none`"),
        (&[("x/login/resources/a.exe", b"")], "a.exe", "not served"),
        (&[("x/email/resources/a.png", b"")], "resources", "for login"),
        (&[("base/login/theme.properties", b"")], "base", "built-in"),
        (&[("a b/login/theme.properties", b"")], "a b", "letters"),
        (&[("readme.txt", b"")], "readme.txt", "one folder for each theme"),
    ];
    for (files, file, reason) in cases {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in *files {
            write(folder.path(), path, bytes);
        }
        let faults = Themes::load(Some(folder.path())).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].file.ends_with(file), "{file}: {faults:?}");
        assert!(faults[0].to_string().contains(reason), "{reason}: {faults:?}");
    }
    let none = Themes::load(Some(Path::new("/nonexistent/themes"))).unwrap_err();
    assert!(none[0].reason.contains("cannot be read"), "{none:?}");
}

#[test]
fn every_fault_is_told_at_once_and_a_ring_of_parents_ends() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/login/theme.properties", b"parent=b");
    write(folder.path(), "b/login/theme.properties", b"parent=a");
    write(folder.path(), "c/login/resources/a.exe", b"");
    let faults = Themes::load(Some(folder.path())).unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:?}");
}

#[test]
fn the_version_moves_with_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let load = || Themes::load(Some(folder.path())).unwrap().version().to_owned();
    write(folder.path(), "x/login/resources/a.css", b"a{}");
    let first = load();
    assert_eq!(load(), first);
    write(folder.path(), "x/login/resources/a.css", b"b{}");
    assert_ne!(load(), first);
    write(folder.path(), "x/login/.hidden", b"");
    load();
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}
