//! A device that makes one-time codes.

use axum::response::Response;
use crypto::secret::Secret;
use flow::Fields;
use identity::Error;
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn};
use crate::page::{self, TotpParameters, part::Feedback};

pub(super) struct ConfigureTotp;

/// Note of the secret that is being set up. It stays here: the form's own copy is not believed.
const SECRET: &str = "totp-secret";
/// Note of the name that was typed beside a wrong code: nobody types it twice (WCAG 2.2, 3.3.7).
const LABEL: &str = "totp-label";
/// Longest name of a device.
const MAX_LABEL: usize = 100;

impl RequiredAction for ConfigureTotp {
    fn alias(&self) -> &'static str {
        "CONFIGURE_TOTP"
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin(std::future::ready(Ok(show(turn, sheet))))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(enrol(turn, fields))
    }
}

fn show(turn: Turn<'_>, sheet: Sheet<'_>) -> Response {
    let Turn { visit, tab, user, .. } = turn;
    let identity = &visit.portreeve.identity;
    let notes = &mut tab.actions.notes;
    let label = notes.remove(LABEL).unwrap_or_default();
    let secret = notes.entry(SECRET.to_owned()).or_insert_with(|| identity.new_otp_secret().expose().to_owned());
    let new = identity::NewOtp { secret: Secret::from(secret.clone()) };
    let realm = &visit.realm;
    let policy = &realm.settings.otp;
    let issuer = realm.settings.display_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&realm.name);
    let has_one = user.has_credential("otp");
    page::ConfigureTotp {
        action: sheet.action,
        secret: secret.clone(),
        secret_base32: new.base32(),
        uri: new.uri(policy, issuer, &user.username),
        parameters: TotpParameters {
            time_based: true,
            algorithm: policy.algorithm.trim_start_matches("Hmac").to_owned(),
            digits: policy.digits,
            period: policy.period,
            counter: 0,
        },
        applications: ["totpAppFreeOTPName", "totpAppGoogleName", "totpAppMicrosoftAuthenticatorName"]
            .map(|key| sheet.frame.t(key))
            .to_vec(),
        label,
        label_required: has_one,
        choices: sheet.choices,
        feedback: sheet.feedback,
    }
    .render(sheet.frame)
}

async fn enrol(turn: Turn<'_>, fields: &Fields) -> Result<End, Error> {
    let Turn { visit, tab, user, .. } = turn;
    let identity = &visit.portreeve.identity;
    let again = |field: &str, key: &'static str| Ok(End::Again(Feedback::field(field, Text::of(key))));
    let Some(secret) = tab.actions.notes.get(SECRET) else { return again("totp", "missingTotpMessage") };
    let new = identity::NewOtp { secret: Secret::from(secret.clone()) };
    let label: String =
        fields.text("userLabel").unwrap_or_default().chars().filter(|c| !c.is_control()).take(MAX_LABEL).collect();
    if label.is_empty() && user.has_credential("otp") {
        return again("userLabel", "missingTotpDeviceNameMessage");
    }
    let Some(code) = fields.text("totp") else { return again("totp", "missingTotpMessage") };
    let named = Some(label.clone()).filter(|label| !label.is_empty());
    if !identity.add_otp(&visit.realm, user, &new, code, named).await? {
        tab.actions.notes.insert(LABEL.to_owned(), label);
        return again("totp", "invalidTotpMessage");
    }
    visit.outcome.also("UPDATE_TOTP", None, visit.details(tab));
    visit.outcome.also("UPDATE_CREDENTIAL", None, vec![("credential_type".into(), "otp".to_owned())]);
    if fields.is_on("logout-sessions") {
        crate::session::end_others(visit, user).await?;
    }
    Ok(End::Done)
}
