//! Leave to do something: made by the rule book alone.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use identity::{Identity, Realm};
use protocol::{Plugins, Portreeve};

use crate::{Caller, Change, Manages, Refusal, Right};

/// Proof that the caller has this right in this realm, by what they may do at the moment of the request.
///
/// ```compile_fail,E0451
/// # use std::sync::Arc;
/// # fn forge(caller: Arc<admin::Caller>, realm: Arc<identity::Realm>) -> admin::Permit<admin::ManageUsers> {
/// admin::Permit { caller, realm, right: std::marker::PhantomData }
/// # }
/// ```
pub struct Permit<R: Right> {
    caller: Arc<Caller>,
    realm: Arc<Realm>,
    right: PhantomData<R>,
}

impl<R: Right> Clone for Permit<R> {
    fn clone(&self) -> Self {
        Self { caller: Arc::clone(&self.caller), realm: Arc::clone(&self.realm), right: PhantomData }
    }
}

impl<R: Right> fmt::Debug for Permit<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("right", &R::NAME).field("realm", &self.realm.name).finish_non_exhaustive()
    }
}

impl<R: Right> Permit<R> {
    pub(crate) fn check(caller: &Arc<Caller>, realm: &Arc<Realm>) -> Result<Self, Refusal> {
        if R::held(caller, realm) {
            Ok(Self { caller: Arc::clone(caller), realm: Arc::clone(realm), right: PhantomData })
        } else {
            Err(Refusal::Forbidden)
        }
    }

    /// Leave of another right in the same realm.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn to<Other: Right>(&self) -> Result<Permit<Other>, Refusal> {
        Permit::check(&self.caller, &self.realm)
    }

    /// Whether the caller has another right in the same realm.
    pub fn also<Other: Right>(&self) -> bool {
        Other::held(&self.caller, &self.realm)
    }

    /// Leave of a right in another realm.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn elsewhere<Other: Right>(&self, realm: &Arc<Realm>) -> Result<Permit<Other>, Refusal> {
        Permit::check(&self.caller, realm)
    }

    /// The realm; one snapshot for the whole request.
    pub fn realm(&self) -> &Arc<Realm> {
        &self.realm
    }

    /// Who asks.
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// The store.
    pub fn identity(&self) -> &Identity {
        &self.caller.portreeve().identity
    }

    /// The protocols.
    pub fn plugins(&self) -> &Arc<Plugins> {
        &self.caller.portreeve().plugins
    }

    /// What every door has in hand.
    pub fn portreeve(&self) -> &Portreeve {
        self.caller.portreeve()
    }
}

impl<R: Manages> Permit<R> {
    /// Begins a change of the realm.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn change(&self) -> Result<Change<'_>, Refusal> {
        Change::begin(&self.caller, &self.realm).await
    }
}
