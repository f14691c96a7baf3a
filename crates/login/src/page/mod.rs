//! The pages. Each is a struct of plain data, checked and decided upon by whoever makes it, and knows how to become an
//! answer in a [`theme::Frame`]. Its template is `themes/base/login/NAME.html`.
//!
//! Every text that comes from outside is escaped by the templates; addresses are taken as they are and must be the
//! caller's own, except where a field says that it is a stranger's.

mod already_logged_in;
mod code;
mod configure_recovery_codes;
mod configure_totp;
mod consent;
mod delete_account;
mod delete_credential;
mod device_code;
mod error;
mod expired;
mod form_post;
mod frontchannel_logout;
mod info;
mod logged_out;
#[path = "login.rs"]
mod login_page;
mod login_password;
mod login_username;
mod logout_confirm;
mod otp;
pub mod part;
mod profile;
mod qr_code;
mod recovery_code;
mod register;
mod reset_password;
mod select_authenticator;
mod terms;
mod update_email;
mod update_locale;
mod update_password;
mod update_profile;
mod verify_email;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use theme::{Frame, Sources};

pub use already_logged_in::AlreadyLoggedIn;
pub use code::Code;
pub use configure_recovery_codes::ConfigureRecoveryCodes;
pub use configure_totp::{ConfigureTotp, TotpParameters};
pub use consent::{Consent, ConsentClient, Grant};
pub use delete_account::DeleteAccount;
pub use delete_credential::DeleteCredential;
pub use device_code::DeviceCode;
pub use error::ErrorPage;
pub use expired::Expired;
pub use form_post::FormPost;
pub use frontchannel_logout::{FrontchannelLogout, LogoutFrame};
pub use info::Info;
pub use logged_out::LoggedOut;
pub use login_page::{Login, Provider};
pub use login_password::LoginPassword;
pub use login_username::LoginUsername;
pub use logout_confirm::LogoutConfirm;
pub use otp::{Otp, OtpDevice};
pub use profile::{Choice, FieldKind, ProfileField};
pub use recovery_code::RecoveryCode;
pub use register::{Register, RegisterTerms};
pub use reset_password::ResetPassword;
pub use select_authenticator::{SelectAuthenticator, Way, WayIcon};
pub use terms::Terms;
pub use update_email::UpdateEmail;
pub use update_locale::UpdateLocale;
pub use update_password::UpdatePassword;
pub use update_profile::UpdateProfile;
pub use verify_email::VerifyEmail;

/// The answer of a page that may come from this server only.
fn answer(frame: &Frame, status: StatusCode, page: &impl Template) -> Response {
    answer_with(frame, status, page, &Sources::default())
}

/// The answer of a page that loads from, or sends to, other places too.
fn answer_with(frame: &Frame, status: StatusCode, page: &impl Template, sources: &Sources) -> Response {
    match page.render() {
        Ok(html) => frame.response(status, html, sources),
        // Writing to a String does not fail, and no template calls what does.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
