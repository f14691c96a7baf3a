//! One example, or a few, of every page: for the tests, and for `cargo run --example pages`.

use axum::response::Response;
use http::StatusCode;
use login::page::part::{ActionChoices, Attempt, Feedback, Link, Severity, UsernameKind};
use login::page::{
    AlreadyLoggedIn, Code, ConfigureRecoveryCodes, ConfigureTotp, Consent, ConsentClient, DeviceCode, ErrorPage,
    Expired, FormPost, FrontchannelLogout, Grant, Info, LoggedOut, Login, LoginPassword, LoginUsername, LogoutConfirm,
    LogoutFrame, Otp, OtpDevice, Provider, RecoveryCode, SelectAuthenticator, TotpParameters, Way, WayIcon,
};
use theme::{Frame, Text};

/// A sample: how a page is shown in any frame.
macro_rules! page {
    ($name:literal, $page:expr) => {{
        let page = $page;
        let shown: Page = Box::new(move |frame| page.render(frame));
        ($name, shown)
    }};
}

mod account;

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

    fn attempt(self) -> Attempt {
        let restart_link = self.w("/realms/harbour/login-actions/restart?client_id=web&tab_id=t");
        Attempt { username: self.w("ada@harbour.example"), restart_link }
    }

    fn back(self) -> Link {
        Link { href: self.w("https://app.example/"), text: Text::of("backToApplication") }
    }
}

const ASKED: ActionChoices = ActionChoices { cancel: true, logout_sessions: Some(true) };

/// Every sample: its name, and the page.
pub(crate) fn all(w: Words) -> Vec<(&'static str, Page)> {
    let mut pages = log_in(w);
    pages.extend(account::all(w));
    pages.extend(factors(w));
    pages.extend(answers(w));
    pages
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
        attempt: Some(w.attempt()),
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
                attempt: Some(w.attempt()),
                forgot_link: Some(w.w("/forgot")),
                other_ways: true,
                feedback: Feedback::field("password", Text::of("invalidPasswordMessage")),
            }
        ),
        page!(
            "otp",
            Otp {
                action: w.action(),
                attempt: Some(w.attempt()),
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
                attempt: Some(w.attempt()),
                number: 3,
                other_ways: true,
                feedback: Feedback::default(),
            }
        ),
        page!(
            "select-authenticator",
            SelectAuthenticator {
                action: w.action(),
                attempt: Some(w.attempt()),
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

fn factors(w: Words) -> Vec<(&'static str, Page)> {
    let codes = ["4T7R-99XN-QK2C", "M3PA-7YHD-W8VB", "Z6LE-2CKU-J5RS", "B9XQ-4NGT-E3MW", "H8DY-6VPF-C7KA"];
    vec![
        page!(
            "configure-totp",
            ConfigureTotp {
                action: w.action(),
                secret: w.w("s3cr3ts3cr3t"),
                secret_base32: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned(),
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
                back: Some(w.back()),
            }
        ),
        page!("logged-out", LoggedOut { status: StatusCode::OK, back: Some(w.back()) }),
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
            AlreadyLoggedIn {
                message: Text::of("differentUserAuthenticated").with(w.w("grace")),
                link: Some(w.back())
            }
        ),
        page!(
            "info",
            Info {
                status: StatusCode::OK,
                heading: Some(Text::of("confirmEmailAddressVerification").with(w.w("ada@harbour.example"))),
                message: Text::of("requiredActionsMessage"),
                actions: vec![Text::of("requiredAction.UPDATE_PASSWORD"), w.literal("Another")],
                link: Some(w.back()),
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
                back: Some(w.back()),
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
