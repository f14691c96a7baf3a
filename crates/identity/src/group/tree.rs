//! A realm's groups in memory.

use crate::GroupId;

#[derive(Default)]
pub(crate) struct GroupTree {}

impl GroupTree {
    pub(crate) fn path(&self, id: &GroupId) -> Option<&str> {
        let _ = id;
        todo!()
    }

    pub(crate) fn at(&self, path: &str) -> Option<&GroupId> {
        let _ = path;
        todo!()
    }
}
