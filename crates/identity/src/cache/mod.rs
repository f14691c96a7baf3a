//! Bounded maps in front of the database, and the one rule that keeps them honest.
//!
//! The rule: whoever changes a row removes its key here after the commit and before it answers. A load that began before the
//! removal may still give its value to those who waited for it (they asked before the change was acknowledged), but it can
//! never leave that value behind.

use std::{
    hash::Hash,
    sync::{PoisonError, RwLock},
};

use quick_cache::{UnitWeighter, Weighter, sync::Cache};

/// A bounded map from a key to what the database says about it; values are cheap to clone (an `Arc` or a few words).
pub(crate) struct Map<K, V, W = UnitWeighter> {
    entries: Cache<K, V, W>,
    /// Moves when entries are dropped by what they hold. Which loads under way that concerns, nobody can tell: so none of
    /// those that began before is remembered.
    generation: RwLock<u64>,
}

impl<K: Eq + Hash + Clone, V: Clone> Map<K, V> {
    /// A map of at most `capacity` entries; the least useful ones make room.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: Cache::new(capacity), generation: RwLock::default() }
    }
}

impl<K: Eq + Hash + Clone, V: Clone, W: Weighter<K, V> + Clone> Map<K, V, W> {
    /// A map of entries that together weigh no more than `capacity`; about as many are expected as that is units.
    pub(crate) fn weighted(capacity: usize, weigher: W) -> Self {
        Self { entries: Cache::with_weighter(capacity, capacity as u64, weigher), generation: RwLock::default() }
    }

    /// What is known about `key`, without asking the database.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key)
    }

    /// What is known about `key`, or what `load` finds. Loads of one key run one at a time. `None` and errors are not
    /// remembered, so that unknown keys cannot fill the map.
    pub(crate) async fn get_or_load<E>(
        &self,
        key: &K,
        load: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<V>, E> {
        match self.entries.get_value_or_guard_async(key).await {
            Ok(value) => Ok(Some(value)),
            Err(place) => {
                let began = *self.generation.read().unwrap_or_else(PoisonError::into_inner);
                let loaded = load.await?;
                if let Some(value) = &loaded {
                    let generation = self.generation.read().unwrap_or_else(PoisonError::into_inner);
                    if *generation == began {
                        // Refused when the key was removed while we loaded: then the value may be of before that change.
                        let _ = place.insert(value.clone());
                    }
                }
                Ok(loaded)
            }
        }
    }

    /// Remembers what was just written for a key that nobody can have asked for before.
    pub(crate) fn put(&self, key: K, value: V) {
        self.entries.insert(key, value);
    }

    /// Forgets `key`, and keeps a load of it that is under way from being remembered.
    pub(crate) fn remove(&self, key: &K) {
        self.entries.remove(key);
    }

    /// Forgets every entry whose value is chosen, and keeps loads that are under way from being remembered.
    pub(crate) fn remove_where(&self, chosen: impl Fn(&V) -> bool) {
        let mut generation = self.generation.write().unwrap_or_else(PoisonError::into_inner);
        *generation += 1;
        self.entries.retain(|_, value| !chosen(value));
    }

    /// Forgets everything, loads under way included.
    pub(crate) fn clear(&self) {
        self.entries.clear();
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Map;

    #[tokio::test]
    async fn a_loaded_value_is_kept_and_nothing_is_not() {
        let map: Map<u32, u32> = Map::new(8);
        assert_eq!(map.get_or_load(&1, async { Ok::<_, ()>(None) }).await, Ok(None));
        assert_eq!(map.len(), 0);
        assert_eq!(map.get_or_load(&1, async { Err::<Option<u32>, _>("down") }).await, Err("down"));
        assert_eq!(map.len(), 0);
        assert_eq!(map.get_or_load(&1, async { Ok::<_, ()>(Some(5)) }).await, Ok(Some(5)));
        assert_eq!(map.get_or_load(&1, async { Err("must not be asked again") }).await, Ok(Some(5)));
    }

    #[tokio::test]
    async fn a_removal_during_a_load_wins() {
        let map: Map<u32, u32> = Map::new(8);
        let loaded = map
            .get_or_load(&1, async {
                map.remove(&1);
                Ok::<_, ()>(Some(5))
            })
            .await;
        assert_eq!(loaded, Ok(Some(5)));
        assert_eq!(map.get(&1), None);
    }

    #[tokio::test]
    async fn a_clearing_during_a_load_wins() {
        let map: Map<u32, u32> = Map::new(8);
        let loaded = map
            .get_or_load(&1, async {
                map.clear();
                Ok::<_, ()>(Some(5))
            })
            .await;
        assert_eq!(loaded, Ok(Some(5)));
        assert_eq!(map.get(&1), None);
    }

    #[tokio::test]
    async fn a_removal_by_value_takes_the_chosen_and_wins_over_loads() {
        let map: Map<u32, u32> = Map::new(8);
        for key in 1..4 {
            assert_eq!(map.get_or_load(&key, async { Ok::<_, ()>(Some(key * 10)) }).await, Ok(Some(key * 10)));
        }
        let loaded = map
            .get_or_load(&4, async {
                map.remove_where(|value| *value == 20);
                Ok::<_, ()>(Some(20))
            })
            .await;
        assert_eq!(loaded, Ok(Some(20)));
        assert_eq!([1, 2, 3, 4].map(|key| map.get(&key)), [Some(10), None, Some(30), None]);
    }

    #[tokio::test]
    async fn the_map_stays_within_its_bound() {
        let map: Map<u32, u32> = Map::new(100);
        for key in 0..10_000 {
            assert_eq!(map.get_or_load(&key, async { Ok::<_, ()>(Some(key)) }).await, Ok(Some(key)));
        }
        assert!(map.len() <= 200, "{} entries", map.len());
    }
}
