//! Loading a user from its rows.
