//! Forgotten credentials.

pub(super) mod choose_user;
pub(super) mod email;
pub(super) mod otp;
pub(super) mod password;
