//! Argon2 (RFC 9106) with memory that is kept from one hash to the next.

use ::argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

use super::HashFault;

/// Which Argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argon2Variant {
    /// Argon2id, the one to use.
    Id,
    /// Argon2i.
    I,
    /// Argon2d.
    D,
}

/// Version of Argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argon2Version {
    /// 1.0 (0x10), before 2016.
    V10,
    /// 1.3 (0x13), RFC 9106.
    V13,
}

/// The parameters that decide what a hash costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) variant: Argon2Variant,
    pub(super) version: Argon2Version,
    pub(super) memory_kib: u32,
    pub(super) iterations: u32,
    pub(super) parallelism: u32,
}

impl Cost {
    /// Fills `out` with the hash. Several lanes run one after another in this thread: the pool's threads are the
    /// parallelism, and a hash that used more cores would only make the others wait.
    pub(super) fn derive(
        &self,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
        arena: &mut Arena,
    ) -> Result<(), HashFault> {
        let variant = match self.variant {
            Argon2Variant::Id => Algorithm::Argon2id,
            Argon2Variant::I => Algorithm::Argon2i,
            Argon2Variant::D => Algorithm::Argon2d,
        };
        let version = match self.version {
            Argon2Version::V10 => Version::V0x10,
            Argon2Version::V13 => Version::V0x13,
        };
        let params =
            Params::new(self.memory_kib, self.iterations, self.parallelism, Some(out.len())).map_err(|_| HashFault)?;
        let blocks = arena.take(params.block_count())?;
        Argon2::new(variant, version, params)
            .hash_password_into_with_memory(password, salt, out, blocks)
            .map_err(|_| HashFault)
    }
}

/// One thread's working memory.
///
/// A fresh allocation of 19 MiB a hash makes the resident memory grow to many times the need, because the allocator
/// does not give such blocks back; one that is kept does not.
#[derive(Default)]
pub(crate) struct Arena {
    blocks: Vec<Block>,
    /// Blocks from the start that hold traces of a password.
    used: usize,
}

impl Arena {
    /// At least `count` blocks, grown if need be.
    pub(super) fn take(&mut self, count: usize) -> Result<&mut [Block], HashFault> {
        if self.len() < count {
            // Growing in place could leave a copy behind in freed memory: wipe, give back, then ask anew.
            self.release();
            let mut blocks = Vec::new();
            blocks.try_reserve_exact(count).map_err(|_| HashFault)?;
            blocks.resize(count, Block::new());
            self.blocks = blocks;
        }
        self.used = self.used.max(count);
        self.blocks.get_mut(..count).ok_or(HashFault)
    }

    /// Blocks that are held.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Wipes what the last hashes left.
    ///
    /// Not done between two hashes that follow each other, as the second overwrites what the first left and wiping
    /// 19 MiB costs about a twentieth of a hash; done as soon as there is nothing more to do.
    pub(super) fn wipe(&mut self) {
        if let Some(used) = self.blocks.get_mut(..self.used) {
            used.iter_mut().for_each(Zeroize::zeroize);
        }
        self.used = 0;
    }

    /// Wipes the memory and gives it back.
    pub(super) fn release(&mut self) {
        self.wipe();
        self.blocks = Vec::new();
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost =
        Cost { variant: Argon2Variant::Id, version: Argon2Version::V13, memory_kib: 64, iterations: 1, parallelism: 1 };

    fn clean(arena: &Arena) -> bool {
        arena.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn wiping_leaves_no_trace_and_keeps_the_memory() {
        let mut arena = Arena::default();
        COST.derive(b"password", b"somesalt", &mut [0; 32], &mut arena).unwrap();
        // A smaller hash afterwards must not make the larger one's traces forgotten.
        Cost { memory_kib: 8, ..COST }.derive(b"password", b"somesalt", &mut [0; 32], &mut arena).unwrap();
        assert!(!clean(&arena));
        arena.wipe();
        assert!(clean(&arena));
        assert_eq!(arena.len(), 64);
    }

    #[test]
    fn memory_that_is_given_back_can_be_had_again() {
        let mut arena = Arena::default();
        COST.derive(b"password", b"somesalt", &mut [0; 32], &mut arena).unwrap();
        arena.release();
        assert_eq!(arena.blocks.capacity(), 0);
        COST.derive(b"password", b"somesalt", &mut [0; 32], &mut arena).unwrap();
        assert_eq!(arena.len(), 64);
    }

    #[test]
    fn parameters_that_the_engine_refuses_are_a_fault() {
        let mut arena = Arena::default();
        assert_eq!(COST.derive(b"password", b"short", &mut [0; 32], &mut arena), Err(HashFault));
        assert_eq!(COST.derive(b"password", b"somesalt", &mut [0; 3], &mut arena), Err(HashFault));
        let cost = Cost { memory_kib: 7, ..COST };
        assert_eq!(cost.derive(b"password", b"somesalt", &mut [0; 32], &mut arena), Err(HashFault));
    }
}
