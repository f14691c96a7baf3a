//! Static files of a theme, held in memory.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use http::HeaderValue;
use sha2::{Digest, Sha256};

/// A file as it is served.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) bytes: Bytes,
    pub(crate) media_type: HeaderValue,
    pub(crate) etag: HeaderValue,
}

/// Media types by file name ending. What is not here is not served: a browser would have to guess.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("css", "text/css;charset=utf-8"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript;charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain;charset=utf-8"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
];

impl Resource {
    /// `None` if nobody knows the media type of a file of this name.
    pub(crate) fn new(name: &str, bytes: Bytes) -> Option<Self> {
        let ending = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
        let (_, media_type) = MEDIA_TYPES.iter().find(|(known, _)| *known == ending)?;
        let etag = HeaderValue::from_str(&format!("\"{}\"", hex(&Sha256::digest(&bytes), 16))).ok()?;
        Some(Self { bytes, media_type: HeaderValue::from_static(media_type), etag })
    }
}

/// The first `bytes` bytes in hexadecimal.
pub(crate) fn hex(digest: &[u8], bytes: usize) -> String {
    digest.iter().take(bytes).fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_by_name_and_the_tag_by_content() {
        let a = Resource::new("css/a.CSS", Bytes::from_static(b"a")).unwrap();
        assert_eq!(a.media_type, "text/css;charset=utf-8");
        assert_eq!(a.etag, Resource::new("b.svg", Bytes::from_static(b"a")).unwrap().etag);
        assert_ne!(a.etag, Resource::new("a.css", Bytes::from_static(b"b")).unwrap().etag);
        for name in ["a.html", "a", ".css", "a.exe"] {
            assert!(Resource::new(name, Bytes::new()).is_none(), "{name}");
        }
    }
}
