//! Making and removing mappers.

use crate::{Error, MapperId, MapperOwner, MapperSeed, Tx};

impl Tx {
    /// Adds a mapper to a client or client scope.
    pub async fn add_mapper(&mut self, owner: &MapperOwner, seed: MapperSeed) -> Result<MapperId, Error> {
        let _ = (owner, seed);
        todo!()
    }

    /// Removes a mapper.
    pub async fn remove_mapper(&mut self, id: &MapperId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}
