//! Access tokens that come back: shown to userinfo, introspected, revoked, exchanged.
//!
//! Verifying answers who holds what, as it is now: the session must be alive, the user and the client enabled, nothing
//! revoked since.

use std::borrow::Cow;
use std::sync::Arc;

use crypto::algorithm::Algorithm;
use crypto::compact::Compact;
use identity::{Client, ClientId, Denied, Error, Identity, LiveSession, Realm, SessionId, Timestamp, Transient, User};
use protocol::{ClientInRealm, Issuer};
use serde::Deserialize;

use crate::claims::{Audience, Claims, Confirmation};
use crate::settings::OidcClient;
use crate::{PROTOCOL, keys};

/// Kind of the marks that revoked access tokens leave, by their `jti`.
pub(crate) const REVOKED: &str = "oidc.revoked";

/// Claims of a token of ours that we go by.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Read {
    pub exp: i64,
    #[serde(default)]
    pub iat: i64,
    #[serde(default)]
    pub auth_time: Option<i64>,
    pub jti: String,
    iss: String,
    #[serde(default)]
    pub aud: Option<OneOrMany>,
    #[serde(default)]
    pub sub: Option<String>,
    pub typ: String,
    pub azp: String,
    #[serde(default)]
    pub sid: Option<String>,
    #[serde(default)]
    pub acr: Option<String>,
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub cnf: Option<Confirmation>,
}

/// RFC 7519 §4.1.3.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Read {
    /// Whom it is for.
    pub(crate) fn audiences(&self) -> &[String] {
        match &self.aud {
            None => &[],
            Some(OneOrMany::One(one)) => std::slice::from_ref(one),
            Some(OneOrMany::Many(many)) => many,
        }
    }

    /// Whether its claims were left out: Keycloak's ids of access tokens say so after the kind of session.
    pub(crate) fn is_lightweight(&self) -> bool {
        self.jti.split_once(':').is_some_and(|(letters, _)| letters.get(2..4) == Some("lt"))
    }

    /// The claims to tell of it again, before mappers add theirs.
    pub(crate) fn claims(&self) -> Claims<'_> {
        let mut aud = Audience::default();
        self.audiences().iter().for_each(|audience| aud.add(audience.as_str()));
        Claims {
            exp: Some(self.exp),
            iat: Some(self.iat),
            auth_time: self.auth_time,
            jti: Some(Cow::Borrowed(&self.jti)),
            iss: Some(Cow::Borrowed(&self.iss)),
            aud,
            sub: self.sub.as_deref().map(Cow::Borrowed),
            azp: Some(Cow::Borrowed(&self.azp)),
            sid: self.sid.as_deref().map(Cow::Borrowed),
            acr: self.acr.as_deref().map(Cow::Borrowed),
            scope: self.scope.as_deref().map(Cow::Borrowed),
            cnf: self.cnf.clone(),
            ..Claims::default()
        }
    }
}

/// What a token must be to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An access token.
    Access,
    /// An access or an id token: introspection tells of both.
    AccessOrId,
}

/// What whoever shows a token has been proven to hold.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held<'a> {
    /// Thumbprint of the key whose proof came with it.
    pub jkt: Option<&'a str>,
    /// Thumbprint of the certificate of the connection.
    pub x5t: Option<&'a str>,
}

/// Why a token is not taken.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// It is none of ours, of another kind, too old, or revoked.
    Verification,
    /// It is bound to a certificate, and that was not shown.
    Certificate,
    /// Its session is over.
    Session,
    /// Its user is switched off.
    UserDisabled,
    /// Something here is busy or broken.
    Store(Error),
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Whom a token speaks for.
pub(crate) enum Holder {
    /// A session, alive.
    Session(LiveSession),
    /// A client that acts for itself.
    Transient(Transient),
}

impl Holder {
    /// The user.
    pub(crate) fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::Session(live) => Some(live.user()),
            Self::Transient(transient) => transient.user(),
        }
    }

    /// The session.
    pub(crate) fn session(&self) -> Option<&LiveSession> {
        match self {
            Self::Session(live) => Some(live),
            Self::Transient(_) => None,
        }
    }

    /// For the gate.
    pub(crate) fn subject(&self) -> identity::Subject<'_> {
        match self {
            Self::Session(live) => live.into(),
            Self::Transient(transient) => transient.into(),
        }
    }
}

/// A token of ours that holds now.
pub(crate) struct Verified {
    pub read: Read,
    pub client: Arc<Client>,
    pub oidc: Arc<OidcClient>,
    pub holder: Holder,
}

/// Reads a token that this realm signed: signature, issuer, type and time, and nothing that needs the store.
pub(crate) fn read(realm: &Realm, issuer: &Issuer, token: &str, wanted: Wanted, now: Timestamp) -> Option<Read> {
    let compact = Compact::parse(token)?;
    let header = compact.header();
    // RFC 8725 §3.11: explicit types keep one kind of token from being taken for another.
    let typ = header.typ.as_deref().unwrap_or_default();
    if !typ.eq_ignore_ascii_case(keys::JWT) && !typ.eq_ignore_ascii_case(keys::AT_JWT) {
        return None;
    }
    let kid = header.kid.as_deref()?;
    let algorithm: Algorithm = header.alg.parse().ok()?;
    let key = realm.keys().published().find(|key| key.kid == kid)?;
    let read: Read = compact.verify(key.pair.public(), algorithm)?;
    let access = ["Bearer", "DPoP"].iter().any(|typ| read.typ.eq_ignore_ascii_case(typ));
    let fits = access || (wanted == Wanted::AccessOrId && read.typ == "ID");
    (fits && read.iss == issuer.as_str() && read.exp > now.seconds()).then_some(read)
}

/// Verifies a token, and finds whom it speaks for.
///
/// # Errors
/// Why it is not taken.
pub(crate) async fn verify(
    identity: &Identity,
    realm: &Arc<Realm>,
    issuer: &Issuer,
    token: &str,
    wanted: Wanted,
    held: Held<'_>,
) -> Result<Verified, Rejected> {
    let now = identity.clock().now();
    let read = read(realm, issuer, token, wanted, now).ok_or(Rejected::Verification)?;
    // Introspection only tells of a binding, and whoever asked has to check it (RFC 8705 §3.2).
    if wanted == Wanted::Access {
        check_binding(read.cnf.as_ref(), held)?;
    }
    let client = ClientInRealm::find(realm, &read.azp, PROTOCOL).map_err(|_| Rejected::Verification)?;
    let client = Arc::clone(client.client());
    if read.iat < realm.settings.not_before.max(client.not_before)
        || identity.is_marked(realm, REVOKED, &read.jti).await?
    {
        return Err(Rejected::Verification);
    }
    let holder = match &read.sid {
        Some(sid) => Holder::Session(session(identity, realm, sid, &read, &client.id).await?),
        // Only a client that acts for itself has tokens without a session.
        None => match identity.prove_service_account(realm, &client).await {
            Ok(proven) => Holder::Transient(Transient::from(proven)),
            Err(Denied::Disabled { .. }) => return Err(Rejected::UserDisabled),
            Err(Denied::Fault(error)) => return Err(Rejected::Store(error)),
            Err(Denied::Busy { retry_after_seconds }) => {
                return Err(Rejected::Store(Error::Busy { retry_after_seconds }));
            }
            Err(_) => return Err(Rejected::Verification),
        },
    };
    let user = holder.user().ok_or(Rejected::Verification)?;
    if read.iat < user.not_before {
        return Err(Rejected::Verification);
    }
    let oidc = client.typed(OidcClient::read);
    Ok(Verified { read, client, oidc, holder })
}

/// RFC 9449 §7.1, RFC 8705 §3: a token that is bound proves nothing without what it is bound to. A proof means nothing for a
/// token that is bound to no key; a certificate, which comes with the connection, is shown with every token.
fn check_binding(bound: Option<&Confirmation>, held: Held<'_>) -> Result<(), Rejected> {
    let (jkt, x5t) = bound.map_or((None, None), |key| (key.jkt.as_deref(), key.x5t_s256.as_deref()));
    // A binding that names neither is none that we know.
    if jkt != held.jkt || (bound.is_some() && jkt.is_none() && x5t.is_none()) {
        return Err(Rejected::Verification);
    }
    if x5t.is_some() && x5t != held.x5t { Err(Rejected::Certificate) } else { Ok(()) }
}

async fn session(
    identity: &Identity,
    realm: &Arc<Realm>,
    sid: &str,
    read: &Read,
    client: &ClientId,
) -> Result<LiveSession, Rejected> {
    let sid: SessionId = sid.parse().map_err(|_| Rejected::Verification)?;
    // The id of an access token says which sort of session it is of; that of an id token does not.
    let sorts: &[bool] = match read.jti.get(..2) {
        Some("of") => &[true],
        Some("on") => &[false],
        _ => &[false, true],
    };
    for offline in sorts {
        // A session goes on when the client's part in it is over, but nothing that the client was given does.
        let live = identity.live_session(realm, &sid, *offline, Some(client)).await?;
        if let Some(live) = live.filter(|live| live.client_session().is_some()) {
            return Ok(live);
        }
    }
    Err(gone(identity, realm, read).await?)
}

/// A session that is not alive is over, or its user is switched off: Keycloak tells which.
async fn gone(identity: &Identity, realm: &Realm, read: &Read) -> Result<Rejected, Rejected> {
    let user = match &read.sub {
        Some(sub) => identity.find_user(realm, &sub.as_str().into()).await?,
        None => None,
    };
    Ok(if user.is_some_and(|user| !user.enabled) { Rejected::UserDisabled } else { Rejected::Session })
}
