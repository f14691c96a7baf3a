//! A fresh store for tests of this crate and of those above it.
