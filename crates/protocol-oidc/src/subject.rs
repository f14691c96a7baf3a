//! Whom a client knows a person as, outside of any token for that person.

use std::sync::Arc;

use identity::{Client, Notes, Realm, Timestamp, User};

use crate::issue::{Basis, SessionSort};
use crate::scope;
use crate::settings::OidcClient;

/// The subject that this client's id tokens have for this user, pairwise ones included. `None` where the client's settings
/// leave none.
pub(crate) fn of(
    realm: &Arc<Realm>,
    client: &Arc<Client>,
    issuer: &str,
    user: &User,
    now: Timestamp,
) -> Option<String> {
    let oidc = client.typed(OidcClient::read);
    let settings = oidc.settings.as_ref().ok()?;
    let effective = realm.effective(user);
    let granted = scope::grant(realm, client, &oidc, &[scope::OPENID], &effective);
    let notes = Notes::default();
    let basis = Basis {
        issuer,
        realm,
        client,
        oidc: &oidc,
        settings,
        user,
        effective: &effective,
        granted: &granted,
        sid: None,
        sort: SessionSort::Online,
        notes: &notes,
        acr: "",
        nonce: None,
        requested: None,
        confirmation: None,
        audiences: None,
        now,
    };
    basis.subject().map(std::borrow::Cow::into_owned)
}
