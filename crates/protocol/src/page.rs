//! What a protocol has people shown besides errors, as plain data. How it looks is for whoever has the pages.

use std::sync::Arc;

use http::StatusCode;
use identity::{Client, Realm};

/// Where a page is shown.
#[derive(Debug, Clone, Copy)]
pub struct PageFrame<'a> {
    /// The realm whose theme and languages count.
    pub realm: &'a Arc<Realm>,
    /// The client that the person came from, if it is known.
    pub client: Option<&'a Arc<Client>>,
    /// Languages that the request asks for, the best liked first.
    pub ui_locales: &'a [String],
}

/// A page. Addresses are checked by whoever names them; every other text is shown as text.
#[derive(Debug, Clone, Copy)]
pub enum Page<'a> {
    /// A form that posts itself to an application, or at the press of a button where scripts are off.
    FormPost {
        /// The application's address.
        action: &'a str,
        /// Names and values, in order.
        fields: &'a [(&'a str, &'a str)],
    },
    /// Whether to log out.
    LogoutConfirm {
        /// Where the form is sent.
        action: &'a str,
        /// What ties the form to this visit.
        session_code: &'a str,
        /// Where the browser is sent once the answer is yes.
        next: Option<&'a str>,
    },
    /// Logged out.
    LoggedOut {
        /// `200`, or `400` where there was nothing to log out of.
        status: StatusCode,
        /// Way back to the application.
        back: Option<&'a str>,
    },
    /// Telling applications of a log-out through frames, then going on.
    FrontchannelLogout {
        /// The applications and the addresses to load.
        frames: &'a [(Arc<Client>, String)],
        /// Where to go then; absent, the person stays.
        next: Option<&'a str>,
    },
    /// Asking for the code that a device shows.
    DeviceCode {
        /// Where the form is sent.
        action: &'a str,
        /// The code to begin with; shown, never sent without the person.
        code: &'a str,
        /// A key of the message bundles: what the last attempt met with.
        fault: Option<&'a str>,
    },
    /// A code that the person carries to the application themselves.
    Code {
        /// The code; absent where something was refused.
        code: Option<&'a str>,
        /// What was refused, as the protocol says it.
        error: Option<&'a str>,
    },
    /// Something was done, or is to be known.
    Info {
        /// A key of the message bundles for the heading.
        heading: Option<&'a str>,
        /// A key of the message bundles.
        message: &'a str,
    },
}
