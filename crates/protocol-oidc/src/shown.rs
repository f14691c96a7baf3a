//! Access tokens that are shown to the server's own interfaces, such as administration.

use std::collections::HashSet;
use std::sync::Arc;

use crypto::compact::Compact;
use identity::{Error, Realm};
use protocol::{Bearer, BearerRefused, Issuer, Portreeve, web};
use serde::Deserialize;

use crate::bearer::{self, Held, Rejected, Verified, Wanted};
use crate::{cors, scope};

/// Longer tokens are not read.
const MAX_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
struct Issued {
    iss: String,
}

/// Verifies a token of the realm that it says it is of.
pub(crate) async fn verify(portreeve: &Portreeve, token: &str) -> Result<Bearer, BearerRefused> {
    let realm = realm_of(portreeve, token).await?;
    let issuer = Issuer::of(portreeve, &realm);
    let verified = bearer::verify(&portreeve.identity, &realm, &issuer, token, Wanted::Access, Held::default()).await;
    let verified = verified.map_err(|rejected| match rejected {
        Rejected::Store(error) => BearerRefused::Store(error),
        Rejected::Verification | Rejected::Certificate | Rejected::Session | Rejected::UserDisabled => {
            BearerRefused::Invalid
        }
    })?;
    let user = Arc::clone(verified.holder.user().ok_or(BearerRefused::Invalid)?);
    let session = verified.holder.session().map(|live| live.session().id);
    let roles = roles(&realm, &verified);
    let origins = cors::web_origins(&verified.client);
    Ok(Bearer { realm, client: verified.client, user, session, roles, origins })
}

/// The realm whose name ends the issuer. Nothing of the token is believed yet: the signature is checked with that realm's
/// keys, and the issuer as a whole.
async fn realm_of(portreeve: &Portreeve, token: &str) -> Result<Arc<Realm>, BearerRefused> {
    if token.len() > MAX_BYTES {
        return Err(BearerRefused::Invalid);
    }
    let issued: Issued =
        Compact::parse(token).and_then(|compact| compact.unverified()).ok_or(BearerRefused::Invalid)?;
    let name = issued.iss.rsplit('/').next().and_then(web::percent_decode).ok_or(BearerRefused::Invalid)?;
    let found = portreeve.identity.realm(&name).await.map_err(store)?;
    found.filter(|realm| realm.enabled).ok_or(BearerRefused::Invalid)
}

fn store(error: Error) -> BearerRefused {
    BearerRefused::Store(error)
}

/// The user's roles of now, as far as the client and the scopes of the token let them through. The token's own list of
/// roles is not looked at: a role that was taken away since counts no more, and one that was given counts at once.
fn roles(realm: &Arc<Realm>, verified: &Verified) -> HashSet<identity::RoleId> {
    let Some(user) = verified.holder.user() else { return HashSet::new() };
    let effective = realm.effective(user);
    let told = verified.read.scope.as_deref().unwrap_or_default();
    let names = scope::names(told).unwrap_or_default();
    let granted = scope::grant(realm, &verified.client, &verified.oidc, &names, &effective);
    match &granted.roles {
        None => effective.roles.clone(),
        Some(allowed) => effective.roles.intersection(allowed).cloned().collect(),
    }
}
