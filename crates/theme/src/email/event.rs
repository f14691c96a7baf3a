//! Mails that tell the person what happened to the account (Keycloak's `email` event listener).

use super::{Content, Email, MailFrame};
use crate::Text;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// `LOGIN_ERROR`.
    LoginError,
    /// `UPDATE_PASSWORD`.
    UpdatePassword,
    /// `UPDATE_TOTP`.
    UpdateTotp,
    /// `REMOVE_TOTP`.
    RemoveTotp,
    /// `UPDATE_CREDENTIAL`: what kind of credential.
    UpdateCredential(Text),
    /// `REMOVE_CREDENTIAL`: what kind of credential.
    RemoveCredential(Text),
    /// `USER_DISABLED_BY_TEMPORARY_LOCKOUT`.
    TemporaryLockout,
    /// `USER_DISABLED_BY_PERMANENT_LOCKOUT`.
    PermanentLockout,
}

/// A notice of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventNotice {
    /// What happened.
    pub kind: EventKind,
    /// When, for people.
    pub at: String,
    /// From which address.
    pub address: String,
}

impl EventNotice {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        let (subject, body, credential) = match self.kind {
            EventKind::LoginError => ("eventLoginErrorSubject", "eventLoginErrorBody", None),
            EventKind::UpdatePassword => ("eventUpdatePasswordSubject", "eventUpdatePasswordBody", None),
            EventKind::UpdateTotp => ("eventUpdateTotpSubject", "eventUpdateTotpBody", None),
            EventKind::RemoveTotp => ("eventRemoveTotpSubject", "eventRemoveTotpBody", None),
            EventKind::UpdateCredential(kind) => {
                ("eventUpdateCredentialSubject", "eventUpdateCredentialBody", Some(kind))
            }
            EventKind::RemoveCredential(kind) => {
                ("eventRemoveCredentialSubject", "eventRemoveCredentialBody", Some(kind))
            }
            EventKind::TemporaryLockout => {
                ("eventUserDisabledByTemporaryLockoutSubject", "eventUserDisabledByTemporaryLockoutBody", None)
            }
            EventKind::PermanentLockout => {
                ("eventUserDisabledByPermanentLockoutSubject", "eventUserDisabledByPermanentLockoutBody", None)
            }
        };
        let mut lead = Text::of(body).with(self.at).with(self.address);
        if let Some(kind) = credential {
            lead = lead.with(frame.text(&kind));
        }
        frame.write(&Content {
            subject: Text::of(subject),
            lead,
            items: Vec::new(),
            link: None,
            closing: Some("mailContact"),
        })
    }
}
