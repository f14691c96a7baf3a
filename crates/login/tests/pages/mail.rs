//! Mails in every language.

use theme::email::{
    Email, EmailUpdateConfirmation, EventKind, EventNotice, ExecuteActions, MailFrame, MailRequest, PasswordReset,
    TestMail, VerifyEmail,
};
use theme::{RealmLook, Text, Wishes};

use crate::THEMES;
use crate::html::Document;
use crate::samples::PROBE;

fn frame(theme: &str, locale: &str, realm: &str, name: Option<&str>) -> MailFrame {
    let locales: Vec<String> = THEMES.locales("email", theme).iter().map(ToString::to_string).collect();
    let realm =
        RealmLook { name: realm, internationalization: true, supported_locales: &locales, ..RealmLook::default() };
    let wishes = Wishes { user: Some(locale), ..Wishes::default() };
    THEMES.mail(&MailRequest { realm, theme: Some(theme), wishes, name })
}

const LINK: &str = "https://id.example/realms/harbour/login-actions/action-token?key=k&client_id=web";

fn mails(frame: &MailFrame, probe: &str) -> Vec<Email> {
    let link = format!("{LINK}{probe}");
    let kinds = [
        EventKind::LoginError,
        EventKind::UpdatePassword,
        EventKind::UpdateTotp,
        EventKind::RemoveTotp,
        EventKind::UpdateCredential(Text::of("otp-display-name")),
        EventKind::RemoveCredential(Text::literal(format!("Key{probe}"))),
        EventKind::TemporaryLockout,
        EventKind::PermanentLockout,
    ];
    let mut mails = vec![
        VerifyEmail { link: link.clone(), lifespan: 300 }.render(frame),
        PasswordReset { link: link.clone(), lifespan: 43_200 }.render(frame),
        ExecuteActions {
            actions: vec!["UPDATE_PASSWORD".into(), "VERIFY_EMAIL".into()],
            link: link.clone(),
            lifespan: 172_800,
        }
        .render(frame),
        EmailUpdateConfirmation { email: format!("ada@harbour.example{probe}"), link, lifespan: 90 }.render(frame),
        TestMail.render(frame),
    ];
    mails.extend(kinds.map(|kind| {
        EventNotice { kind, at: "2026-11-25 13:54 UTC".into(), address: format!("192.0.2.7{probe}") }.render(frame)
    }));
    mails
}

#[test]
fn every_mail_is_sound_in_every_language() {
    for theme in THEMES.names("email") {
        for locale in THEMES.locales("email", theme) {
            for mail in mails(&frame(theme, locale.as_str(), "Harbour", Some("Ada")), "") {
                let name = format!("{theme} {locale} {}", mail.subject);
                let page = Document::read(&mail.html);
                assert_eq!(page.faults, Vec::<String>::new(), "{name}");
                assert_eq!(page.all("html")[0].get("lang"), Some(locale.as_str()), "{name}");
                assert_eq!(page.all("h1")[0].text, mail.subject, "{name}");
                assert!(page.all("script").is_empty() && page.all("img").is_empty(), "{name}");
                assert!(mail.text.contains("Ada") && mail.text.contains("Harbour"), "{name}: {}", mail.text);
                for words in [&mail.subject, &mail.text] {
                    assert!(
                        !words.contains("Subject") && !words.contains("requiredAction.") && !words.contains("{0}"),
                        "{name}: {words}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_mail_says_the_same_in_both_forms() {
    let mail = &mails(&frame("base", "en", "Harbour", Some("Ada")), "")[0];
    assert_eq!(mail.subject, "Verify your email");
    let expected = format!(
        "Hello Ada,\n\nSomebody has made an account at Harbour with this email address. If that was you, please confirm \
         the address.\n\nConfirm address:\n{LINK}\n\nThe link works once, and only for 5 min.\n\nIf this was not you, \
         ignore this message; nothing will change.\n\n-- \nThis message was sent to you by Harbour."
    );
    assert_eq!(mail.text.trim_end(), expected);
    let page = Document::read(&mail.html);
    assert!(page.all("a").iter().all(|link| link.get("href") == Some(LINK)));
}

#[test]
fn spans_are_told_in_their_largest_unit() {
    let mails = mails(&frame("base", "de", "Harbour", None), "");
    let said = |index: usize, words: &str| assert!(mails[index].text.contains(words), "{}", mails[index].text);
    said(0, "nur 5 Min. lang");
    said(1, "nur 12 Std. lang");
    said(2, "nur 2 Tg. lang");
    said(3, "nur 2 Min. lang");
    said(2, "* Passwort ändern\n* E-Mail-Adresse bestätigen\n");
    assert!(mails[0].text.starts_with("Guten Tag,\n"));
}

#[test]
fn a61_a70_what_others_wrote_stays_text_and_on_its_line() {
    let realm = format!("Harbour\r\nBcc: everybody@example{PROBE}");
    let hostile = frame("base", "en", &realm, Some(PROBE));
    let plain = mails(&frame("base", "en", "Harbour", Some("Ada")), "");
    for (mail, plain) in mails(&hostile, PROBE).iter().zip(&plain) {
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        let (page, plain) = (Document::read(&mail.html), Document::read(&plain.html));
        assert_eq!(page.faults, Vec::<String>::new());
        assert_eq!(page.shape(), plain.shape());
        assert!(!mail.html.contains("49"), "nothing of a text is evaluated");
    }
}

#[test]
fn a_theme_changes_mails() {
    let mail = &mails(&frame("lighthouse", "en", "Harbour", Some("Ada")), "")[0];
    assert!(mail.text.starts_with("Ahoy Ada,"), "{}", mail.text);
    assert!(mail.html.contains("<span style=\"font-variant:small-caps;color:#a31621\">Harbour</span>"));
}
