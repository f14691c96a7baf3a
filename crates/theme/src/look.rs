//! A theme with all that it inherits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bundle::Bundles;
use crate::fragment::Fragment;
use crate::resource::Resource;
use crate::{Locale, Slot};

/// What a theme is for; also the name of its folder, and of its part of a file's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Login,
    Email,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Login, Self::Email];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Email => "email",
        }
    }
}

/// One theme of one kind. What its parents give is already in it.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) name: Box<str>,
    pub(crate) bundles: Bundles,
    /// Style sheets in their order, as paths below `resources`.
    pub(crate) styles: Vec<Box<str>>,
    /// Scripts in their order, likewise.
    pub(crate) scripts: Vec<Box<str>>,
    pub(crate) resources: BTreeMap<Box<str>, Arc<Resource>>,
    pub(crate) fragments: BTreeMap<(Slot, Option<Locale>), Arc<Fragment>>,
}

impl Look {
    /// The fragment for a slot, in the language or for all of them.
    pub(crate) fn fragment(&self, slot: Slot, chain: &[Locale]) -> Option<&Fragment> {
        chain
            .iter()
            .find_map(|locale| self.fragments.get(&(slot, Some(locale.clone()))))
            .or_else(|| self.fragments.get(&(slot, None)))
            .map(AsRef::as_ref)
    }
}
