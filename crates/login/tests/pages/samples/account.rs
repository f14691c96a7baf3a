//! Pages about an account: making it, changing it, deleting it.

use login::page::part::ActionChoices;
use login::page::part::{Feedback, Severity, UsernameKind};
use login::page::{
    Choice, DeleteAccount, DeleteCredential, FieldKind, ProfileField, Register, RegisterTerms, ResetPassword, Terms,
    UpdateEmail, UpdateLocale, UpdatePassword, UpdateProfile, VerifyEmail,
};
use theme::Text;

use super::{ASKED, Page, Words};

fn field(name: &str, label: Option<&'static str>, value: &str) -> ProfileField {
    ProfileField {
        name: name.to_owned(),
        label: label.map(Text::of),
        values: vec![value.to_owned()],
        required: true,
        max_length: Some(255),
        ..ProfileField::default()
    }
}

fn basic_fields(w: Words) -> Vec<ProfileField> {
    vec![
        ProfileField { autocomplete: Some("username"), ..field("username", Some("username"), &w.w("ada")) },
        ProfileField {
            autocomplete: Some("email"),
            kind: FieldKind::Html5("email"),
            ..field("email", Some("email"), &w.w("ada@harbour.example"))
        },
        ProfileField { autocomplete: Some("given-name"), ..field("firstName", None, &w.w("Ada")) },
        ProfileField { autocomplete: Some("family-name"), ..field("lastName", None, &w.w("Byron")) },
    ]
}

fn further_fields(w: Words) -> Vec<ProfileField> {
    let options: Vec<Choice> =
        ["north", "south"].map(|value| Choice { value: w.w(value), label: w.literal(value) }).into();
    let further = |name: &str, kind: FieldKind| ProfileField {
        name: w.w(name),
        label: Some(w.literal(name)),
        kind,
        values: vec![w.w("north"), w.w("x")],
        placeholder: Some(w.literal("Placeholder")),
        help_before: Some(w.literal("Before")),
        help_after: Some(w.literal("After")),
        group: Some(w.literal("Work")),
        ..ProfileField::default()
    };
    vec![
        ProfileField { read_only: true, ..further("badge", FieldKind::Text) },
        further("phone", FieldKind::Html5("tel")),
        further("about", FieldKind::Textarea { rows: Some(3), cols: Some(30) }),
        further("quay", FieldKind::Select(options.clone())),
        further("quays", FieldKind::Multiselect(options.clone())),
        further("side", FieldKind::Radio(options.clone())),
        further("sides", FieldKind::Checkboxes(options)),
        further("ships", FieldKind::Multivalued),
    ]
}

/// The samples.
pub(super) fn all(w: Words) -> Vec<(&'static str, Page)> {
    let rules = vec![Text::of("passwordRuleLength").with("12"), Text::of("passwordRuleNotUsername")];
    vec![
        page!(
            "register",
            Register {
                action: w.action(),
                fields: basic_fields(w),
                password: true,
                password_rules: rules.clone(),
                terms: Some(RegisterTerms { text: Text::of("termsText"), accepted: false }),
                login_link: Some(w.w("/login")),
                feedback: Feedback::field("username", Text::of("usernameExistsMessage"))
                    .and_field("password-confirm", Text::of("invalidPasswordConfirmMessage"))
                    .and_field("termsAccepted", Text::of("termsAcceptanceRequired")),
            }
        ),
        page!(
            "reset-password",
            ResetPassword {
                action: w.action(),
                username: w.w("ada"),
                username_kind: UsernameKind::UsernameOrEmail,
                login_link: Some(w.w("/login")),
                feedback: Feedback::default(),
            }
        ),
        page!(
            "update-password",
            UpdatePassword {
                action: w.action(),
                username: w.w("ada"),
                password_rules: rules,
                choices: ASKED,
                feedback: Feedback::field("password-new", Text::of("invalidPasswordMinLengthMessage").with("12")),
            }
        ),
        page!(
            "update-profile",
            UpdateProfile {
                action: w.action(),
                fields: basic_fields(w).into_iter().chain(further_fields(w)).collect(),
                choices: ActionChoices::default(),
                feedback: Feedback::field(w.w("quay"), w.wrong())
                    .and_field("email", Text::of("invalidEmailMessage"))
                    .and_field(w.w("sides"), w.wrong()),
            }
        ),
        page!(
            "update-email",
            UpdateEmail {
                action: w.action(),
                email: w.w("ada@harbour.example"),
                choices: ASKED,
                feedback: Feedback::default(),
            }
        ),
        page!(
            "verify-email",
            VerifyEmail {
                action: w.action(),
                email: w.w("ada@harbour.example"),
                resend: true,
                change_link: Some(w.w("/change")),
                choices: ActionChoices { cancel: true, logout_sessions: None },
                feedback: Feedback::notice(Severity::Success, Text::of("emailSentMessage")),
            }
        ),
        page!("terms", Terms { action: w.action(), text: terms(w) }),
        page!(
            "delete-account",
            DeleteAccount { action: w.action(), choices: ASKED, feedback: Feedback::error(w.literal("Not now")) }
        ),
        page!("update-locale", UpdateLocale { action: w.action(), choices: ASKED }),
        page!("delete-credential", DeleteCredential { action: w.action(), label: w.literal("Phone") }),
    ]
}

fn terms(w: Words) -> Text {
    let paragraph = "Whoever enters the harbour keeps to its rules: lights at night, no wash in the basin, and the \
                     harbour master's word is final. Berths are given by the day and may be taken back.";
    w.literal(&[paragraph; 9].join("\n\n"))
}
