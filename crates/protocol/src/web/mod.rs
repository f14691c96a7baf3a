//! Web words that every door shares.

pub mod form;
pub mod peer;
pub mod tls;

mod certificate;
mod facts;
mod headers;

pub use certificate::PeerCertificate;
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

/// A path segment as it was meant; `None` when it is not UTF-8 or an escape is broken.
pub fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (pair, after) = rest.split_at_checked(2)?;
        rest = after;
        let [high, low] = pair else { return None };
        let value = |digit: u8| char::from(digit).to_digit(16);
        bytes.push((value(*high)? * 16 + value(*low)?) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cannot_leave_their_place() {
        let mut out = String::new();
        push_path_segment(&mut out, "a/b ü?#%.-_~");
        assert_eq!(out, "a%2Fb%20%C3%BC%3F%23%25.-_~");
        assert_eq!(percent_decode(&out).as_deref(), Some("a/b ü?#%.-_~"));
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decode(broken), None, "{broken}");
        }
    }
}
