//! What a new realm holds.
