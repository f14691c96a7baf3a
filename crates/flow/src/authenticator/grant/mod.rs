//! Steps without pages: a client or a basic header brings what is checked.

pub(super) mod basic;
pub(super) mod otp;
pub(super) mod password;
pub(super) mod username;
