//! One example, or a few, of every page: for the tests, and for `cargo run --example pages`.

use axum::response::Response;
use http::StatusCode;
use login::page::part::{ActionChoices, Attempt, Feedback, Link, Severity, UsernameKind};
use login::page::{
    AlreadyLoggedIn, Choice, Code, ConfigureRecoveryCodes, ConfigureTotp, Consent, ConsentClient, DeleteAccount,
    DeleteCredential, DeviceCode, ErrorPage, Expired, FieldKind, FormPost, FrontchannelLogout, Grant, Info, LoggedOut,
    Login, LoginPassword, LoginUsername, LogoutConfirm, LogoutFrame, Otp, OtpDevice, ProfileField, Provider,
    RecoveryCode, Register, RegisterTerms, ResetPassword, SelectAuthenticator, Terms, TotpParameters, UpdateEmail,
    UpdatePassword, UpdateProfile, VerifyEmail, Way, WayIcon,
};
use theme::{Frame, Text};

/// What a hostile text ends with.
pub(crate) const PROBE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}{0}";

/// A page, ready to be shown in a frame.
pub(crate) type Page = Box<dyn FnOnce(&Frame) -> Response>;

/// Makes the words of the samples.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Whether every word that somebody else might choose carries a script.
    pub(crate) hostile: bool,
}

impl Words {
    fn w(self, words: &str) -> String {
        if self.hostile { format!("{words}{PROBE}") } else { words.to_owned() }
    }

    fn literal(self, words: &str) -> Text {
        Text::literal(self.w(words))
    }

    fn wrong(self) -> Text {
        if self.hostile { Text::of("error-invalid-value").with(PROBE) } else { Text::of("invalidUserMessage") }
    }

    fn action(self) -> String {
        self.w("/realms/harbour/login-actions/authenticate?session_code=s&execution=e&client_id=web&tab_id=t")
    }

    fn attempt(self) -> Option<Attempt> {
        let restart_link = self.w("/realms/harbour/login-actions/restart?client_id=web&tab_id=t");
        Some(Attempt { username: self.w("ada@harbour.example"), restart_link })
    }

    fn back(self) -> Option<Link> {
        Some(Link { href: self.w("https://app.example/"), text: Text::of("backToApplication") })
    }
}

const ASKED: ActionChoices = ActionChoices { cancel: true, logout_sessions: Some(true) };

/// Every sample: its name, and the page.
pub(crate) fn all(w: Words) -> Vec<(&'static str, Page)> {
    let mut pages = log_in(w);
    pages.extend(account(w));
    pages.extend(factors(w));
    pages.extend(answers(w));
    pages
}

macro_rules! page {
    ($name:literal, $page:expr) => {{
        let page = $page;
        let shown: Page = Box::new(move |frame| page.render(frame));
        ($name, shown)
    }};
}

fn log_in(w: Words) -> Vec<(&'static str, Page)> {
    let login = Login {
        action: w.action(),
        username: String::new(),
        username_kind: UsernameKind::UsernameOrEmail,
        attempt: None,
        remember_me: Some(false),
        forgot_link: Some(w.w("/forgot")),
        register_link: Some(w.w("/register")),
        providers: Vec::new(),
        credential_id: String::new(),
        other_ways: false,
        feedback: Feedback::default(),
    };
    let provider =
        |alias: &str, name: &str| Provider { alias: w.w(alias), name: w.literal(name), link: w.w("/broker") };
    let wrong = Login {
        username: w.w("ada"),
        feedback: Feedback::field("username", w.wrong()),
        providers: vec![provider("github", "GitHub"), provider("works", "Harbour Works")],
        other_ways: true,
        ..login.clone()
    };
    let again = Login {
        attempt: w.attempt(),
        username_kind: UsernameKind::Email,
        remember_me: None,
        register_link: None,
        feedback: Feedback::notice(Severity::Info, Text::of("reauthenticate")),
        ..login.clone()
    };
    let way = |title: &'static str, help: &'static str, icon| Way {
        execution: w.w("execution"),
        title: Text::of(title),
        help: Some(Text::of(help)),
        icon,
    };
    vec![
        page!("login", login),
        page!("login-wrong", wrong),
        page!("login-again", again),
        page!(
            "login-username",
            LoginUsername {
                action: w.action(),
                username: w.w("ada"),
                username_kind: UsernameKind::Username,
                remember_me: Some(true),
                register_link: Some(w.w("/register")),
                providers: vec![provider("github", "GitHub")],
                other_ways: false,
                feedback: Feedback::default(),
            }
        ),
        page!(
            "login-password",
            LoginPassword {
                action: w.action(),
                attempt: w.attempt(),
                forgot_link: Some(w.w("/forgot")),
                other_ways: true,
                feedback: Feedback::field("password", Text::of("invalidPasswordMessage")),
            }
        ),
        page!(
            "otp",
            Otp {
                action: w.action(),
                attempt: w.attempt(),
                devices: ["Phone", "Tablet at home"]
                    .map(|label| OtpDevice { id: w.w(label), label: w.w(label) })
                    .into(),
                selected: None,
                other_ways: true,
                feedback: Feedback::field("otp", Text::of("invalidTotpMessage")),
            }
        ),
        page!(
            "recovery-code",
            RecoveryCode {
                action: w.action(),
                attempt: w.attempt(),
                number: 3,
                other_ways: true,
                feedback: Feedback::default(),
            }
        ),
        page!(
            "select-authenticator",
            SelectAuthenticator {
                action: w.action(),
                attempt: w.attempt(),
                ways: vec![
                    way("password-display-name", "password-help-text", WayIcon::Password),
                    way("otp-display-name", "otp-help-text", WayIcon::Otp),
                    way(
                        "recovery-authn-codes-form-display-name",
                        "recovery-authn-codes-form-help-text",
                        WayIcon::RecoveryCode
                    ),
                    Way { execution: w.w("x"), title: w.literal("Passkey"), help: None, icon: WayIcon::Passkey },
                    Way {
                        execution: w.w("y"),
                        title: w.literal("Mail"),
                        help: Some(w.literal("A link")),
                        icon: WayIcon::Email
                    },
                    Way { execution: w.w("z"), title: w.literal("Other"), help: None, icon: WayIcon::Other },
                ],
            }
        ),
    ]
}

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

fn account(w: Words) -> Vec<(&'static str, Page)> {
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
        page!("delete-credential", DeleteCredential { action: w.action(), label: w.literal("Phone") }),
    ]
}

fn terms(w: Words) -> Text {
    let paragraph = "Whoever enters the harbour keeps to its rules: lights at night, no wash in the basin, and the \
                     harbour master's word is final. Berths are given by the day and may be taken back.";
    w.literal(&[paragraph; 9].join("\n\n"))
}

fn factors(w: Words) -> Vec<(&'static str, Page)> {
    let codes = ["4T7R-99XN-QK2C", "M3PA-7YHD-W8VB", "Z6LE-2CKU-J5RS", "B9XQ-4NGT-E3MW", "H8DY-6VPF-C7KA"];
    vec![
        page!(
            "configure-totp",
            ConfigureTotp {
                action: w.action(),
                secret: w.w("s3cr3ts3cr3t"),
                secret_base32: w.w("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
                uri: w.w("otpauth://totp/Harbour:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=6&issuer=Harbour"),
                parameters: TotpParameters {
                    time_based: true,
                    algorithm: w.w("SHA1"),
                    digits: 6,
                    period: 30,
                    counter: 0
                },
                applications: vec![w.w("FreeOTP"), w.w("Google Authenticator")],
                label: w.w("Phone"),
                label_required: true,
                choices: ASKED,
                feedback: Feedback::field("totp", Text::of("invalidTotpMessage")),
            }
        ),
        page!(
            "configure-recovery-codes",
            ConfigureRecoveryCodes {
                action: w.action(),
                codes: codes.map(|code| w.w(code)).into(),
                hidden_codes: w.w(&codes.join(",")),
                generated_at: w.w("1764000000000"),
                choices: ASKED,
                feedback: Feedback::default(),
            }
        ),
    ]
}

fn answers(w: Words) -> Vec<(&'static str, Page)> {
    let client = ConsentClient {
        name: w.w("Pilot Board"),
        logo: None,
        policy: Some(w.w("https://pilot.example/privacy")),
        terms: Some(w.w("https://pilot.example/terms")),
    };
    let grant = |text, detail: Option<&str>| Grant { text, detail: detail.map(|detail| w.w(detail)) };
    vec![
        page!(
            "consent",
            Consent {
                action: w.action(),
                code: w.w("code"),
                client,
                username: Some(w.w("ada")),
                grants: vec![
                    grant(Text::of("profileScopeConsentText"), None),
                    grant(Text::of("emailScopeConsentText"), None),
                    grant(w.literal("Move ships"), Some("Quay 7")),
                ],
            }
        ),
        page!(
            "device-code",
            DeviceCode {
                action: w.action(),
                code: w.w("WDJB-MJHT"),
                feedback: Feedback::field("device_user_code", Text::of("oauth2DeviceInvalidUserCodeMessage")),
            }
        ),
        page!(
            "logout-confirm",
            LogoutConfirm {
                action: w.action(),
                session_code: w.w("code"),
                client: Some(w.literal("Pilot Board")),
                back: w.back(),
            }
        ),
        page!("logged-out", LoggedOut { status: StatusCode::OK, back: w.back() }),
        page!(
            "frontchannel-logout",
            FrontchannelLogout {
                frames: ["one", "two"]
                    .map(|name| LogoutFrame {
                        name: w.literal(name),
                        address: w.w(&format!("https://{name}.example/logout"))
                    })
                    .into(),
                next: Some(w.w("https://app.example/")),
            }
        ),
        page!(
            "already-logged-in",
            AlreadyLoggedIn { message: Text::of("differentUserAuthenticated").with(w.w("grace")), link: w.back() }
        ),
        page!(
            "info",
            Info {
                status: StatusCode::OK,
                heading: Some(Text::of("confirmEmailAddressVerification").with(w.w("ada@harbour.example"))),
                message: Text::of("requiredActionsMessage"),
                actions: vec![Text::of("requiredAction.UPDATE_PASSWORD"), w.literal("Another")],
                link: w.back(),
            }
        ),
        page!(
            "info-short",
            Info {
                status: StatusCode::OK,
                heading: None,
                message: w.literal("Your account has been updated."),
                actions: Vec::new(),
                link: None,
            }
        ),
        page!("expired", Expired { restart_link: w.w("/restart"), continue_link: w.w("/continue") }),
        page!(
            "error",
            ErrorPage {
                status: StatusCode::BAD_REQUEST,
                message: Text::of("invalidParameterMessage").with(w.w("redirect_uri")),
                back: w.back(),
                reference: Some(w.w("018f3c5e-7b1a-7c55-9a44-5c0a8f7f1b2d")),
            }
        ),
        page!("code", Code { result: Ok(w.w("4a7c1f0e-92d1")) }),
        page!("code-error", Code { result: Err(w.literal("access_denied")) }),
        page!(
            "form-post",
            FormPost {
                action: w.w("https://app.example/cb"),
                fields: vec![(w.w("code"), w.w("c0de")), (w.w("state"), w.w("st\"ate"))],
            }
        ),
    ]
}
