//! What somebody has proved so far, on the way through a flow of several pages.
//!
//! Each check hands out a piece of evidence, and only checks do. A flow gathers pieces from page to page; between pages they
//! are kept as text that the realm has authenticated. At its end the pieces become a [`Proven`]: that is where everything
//! is asked that may stand against the person by then.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Denied, Method, Methods, Proven};
use crate::{Error, Identity, InternalKind, LiveSession, Realm, RealmId, Ticket, Timestamp, User, UserId};

/// That somebody has proved something. Only this room can make one.
///
/// ```compile_fail,E0451
/// # fn forge(realm: identity::RealmId, user: identity::UserId, at: identity::Timestamp) -> identity::Evidence {
/// identity::Evidence { realm, user, methods: identity::Method::Password.into(), at }
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    realm: RealmId,
    user: UserId,
    methods: Methods,
    at: Timestamp,
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").field("user", &self.user).field("methods", &self.methods).finish_non_exhaustive()
    }
}

/// Evidence between two pages.
#[derive(Serialize, Deserialize)]
struct Kept {
    sub: String,
    methods: String,
    at: i64,
    #[serde(default)]
    typ: String,
}

impl Evidence {
    pub(crate) fn new(realm: &Realm, user: &UserId, method: Method, at: Timestamp) -> Self {
        Self { realm: realm.id.clone(), user: user.clone(), methods: method.into(), at }
    }

    /// Whom it is about.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// How they proved it.
    pub fn methods(&self) -> Methods {
        self.methods
    }

    /// When: for several pieces, when the first was given.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Both pieces together. Evidence about two people, or of two realms, does not add up.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub fn and(self, other: &Self) -> Result<Self, Error> {
        if self.user != other.user || self.realm != other.realm {
            return Err(Error::Refused("evidence about different people".to_owned()));
        }
        // What an older session proves is as old as that; whoever proves something anew is proven now.
        let only_session = |methods: Methods| methods == Methods::from(Method::Session);
        let at = match (only_session(self.methods), only_session(other.methods)) {
            (true, false) => other.at,
            (false, true) => self.at,
            _ => self.at.min(other.at),
        };
        Ok(Self { methods: self.methods.and(other.methods), at, ..self })
    }
}

impl Identity {
    /// What a session proves: that its person proved who they are when it says.
    pub fn evidence_of_session(&self, realm: &Realm, live: &LiveSession) -> Result<Evidence, Error> {
        let session = live.session();
        if session.realm != realm.id || session.offline {
            return Err(Error::Refused("the session is of another realm or no log-in".to_owned()));
        }
        let at = session.notes.get("AUTH_TIME").and_then(|text| text.parse().ok());
        let at = at.map_or(session.started_at, |seconds: i64| Timestamp(seconds.saturating_mul(1000)));
        Ok(Evidence { realm: realm.id.clone(), user: session.user.clone(), methods: Method::Session.into(), at })
    }

    /// What a consumed link proves: that whoever followed it reads the user's mail.
    ///
    /// # Errors
    /// [`Error::Refused`] when the ticket is of another realm or speaks for nobody.
    pub fn evidence_of_link(&self, realm: &Realm, consumed: &Ticket) -> Result<Evidence, Error> {
        match &consumed.user {
            Some(user) if consumed.realm == realm.id => {
                Ok(Evidence::new(realm, user, Method::EmailLink, self.clock().now()))
            }
            _ => Err(Error::Refused("the link speaks for nobody here".to_owned())),
        }
    }

    /// Evidence as text that only this realm can have written.
    pub fn keep_evidence(&self, realm: &Realm, evidence: &Evidence) -> Result<String, Error> {
        if evidence.realm != realm.id {
            return Err(Error::Refused("evidence of another realm".to_owned()));
        }
        let kept = Kept {
            sub: evidence.user.to_string(),
            methods: evidence.methods.to_words(),
            at: evidence.at.0,
            typ: InternalKind::Evidence.typ().to_owned(),
        };
        self.sign_internal(realm, InternalKind::Evidence, &kept)
    }

    /// Evidence from its text; `None` when this realm did not write it.
    pub fn kept_evidence(&self, realm: &Realm, text: &str) -> Option<Evidence> {
        let kept: Kept = self.read_internal(realm, text).ok()?;
        let methods = Methods::from_words(&kept.methods);
        (kept.typ == InternalKind::Evidence.typ() && !methods.is_empty()).then(|| Evidence {
            realm: realm.id.clone(),
            user: kept.sub.into(),
            methods,
            at: Timestamp(kept.at),
        })
    }

    /// The end of a flow: its evidence is enough, as the flow says, and proves a user. Failed attempts that were counted on
    /// the way are forgotten only here: a right password alone must not buy new guesses at the second factor.
    ///
    /// # Errors
    /// [`Denied`]: the user is gone, switched off, locked, or revoked since.
    pub async fn prove_user_with(&self, realm: &Arc<Realm>, evidence: &Evidence) -> Result<Proven, Denied> {
        let invalid = |why| Denied::Invalid { user: Some(evidence.user.clone()), why };
        if evidence.realm != realm.id || evidence.methods.is_empty() {
            return Err(invalid("invalid_user_credentials"));
        }
        let user = self.find_user(realm, &evidence.user).await?.ok_or_else(|| invalid("user_not_found"))?;
        self.check_stands(realm, &user, evidence.at).await?;
        if realm.settings.brute_force_protected {
            let state = self.failure_state(realm, &user.id).await?;
            if !state.is_clean() {
                self.clear_failures(realm, &user.id).await?;
            }
        }
        Ok(Proven::of_evidence(realm, user, evidence.at, evidence.methods))
    }

    /// Whether nothing has come to stand against a user while a flow was under way.
    pub async fn check_stands(&self, realm: &Arc<Realm>, user: &Arc<User>, at: Timestamp) -> Result<(), Denied> {
        let subject = super::lock::Subject::known(user);
        let (locked, _) = self.lock_of(realm, &subject, self.clock().now()).await?;
        if let Some(denied) = locked.denied(&user.id) {
            return Err(denied);
        }
        if !user.enabled {
            return Err(Denied::Disabled { user: user.id.clone() });
        }
        if at.seconds() < user.not_before {
            return Err(Denied::NotBefore { user: user.id.clone() });
        }
        Ok(())
    }
}
