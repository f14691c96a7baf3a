//! Web words that every door shares.

pub mod form;
pub mod peer;
pub mod tls;

mod facts;
mod headers;

pub use facts::{Connection, OverLimit, RequestFacts, RequestId};
pub use headers::layer;

/// Appends a path segment, percent-encoding what may not stand in one (RFC 3986 §3.3, unreserved characters only).
pub fn push_path_segment(out: &mut String, segment: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0')));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cannot_leave_their_place() {
        let mut out = String::new();
        push_path_segment(&mut out, "a/b ü?#%.-_~");
        assert_eq!(out, "a%2Fb%20%C3%BC%3F%23%25.-_~");
    }
}
