//! A small reader and writer of DER, enough for keys and certificates.

/// `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `NULL`.
pub(crate) const NULL: u8 = 0x05;
/// `INTEGER`.
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(crate) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub(crate) const OID: u8 = 0x06;
/// `UTCTime`.
pub(crate) const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`.
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
/// The explicit context tag `[0]`.
pub(crate) const CONTEXT_0: u8 = 0xa0;

/// One element: tag, contents, and the whole encoding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Reads elements one after another. Every method answers `None` on anything that is not DER.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A reader of what is inside the one element of `tag` that `bytes` are; nothing may follow it.
    pub(crate) fn inside(bytes: &'a [u8], tag: u8) -> Option<Self> {
        let mut outer = Self(bytes);
        let inner = outer.enter(tag)?;
        outer.is_empty().then_some(inner)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element, whatever it is.
    pub(crate) fn element(&mut self) -> Option<Element<'a>> {
        let (tag, rest) = self.0.split_first()?;
        // X.690 §8.1.2.4: a low five bits of all ones announce a tag of several bytes, which no key format uses.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = length(rest)?;
        let contents = rest.get(header..)?.get(..length)?;
        let whole = self.0.get(..1 + header + length)?;
        self.0 = self.0.get(whole.len()..)?;
        Some(Element { tag: *tag, contents, whole })
    }

    /// The contents of the next element, which has to be of `tag`.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let element = self.element()?;
        (element.tag == tag).then_some(element.contents)
    }

    /// A reader of what is inside the next element, which has to be of `tag`.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.expect(tag).map(Self)
    }

    /// The next element as a non-negative integer, big-endian, without leading zeros.
    pub(crate) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let contents = self.expect(INTEGER)?;
        match contents {
            [0] => Some(contents),
            [0, rest @ ..] => Some(rest),
            [first, ..] if *first < 0x80 => Some(contents),
            _ => None,
        }
    }

    /// The next element as a bit string of whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.expect(BIT_STRING)? {
            [0, bytes @ ..] => Some(bytes),
            _ => None,
        }
    }
}

/// The length that `bytes` begin with, and how many bytes say it.
// X.690 §10.1: DER writes a length in the fewest bytes. Four length bytes are more than any key or certificate has.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), 1));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let digits = rest.get(..count)?;
    let value = digits.iter().fold(0u64, |value, digit| (value << 8) | u64::from(*digit));
    let shortest = digits.first() != Some(&0) && value >= 0x80;
    shortest.then_some((usize::try_from(value).ok()?, 1 + count))
}

/// One element: tag, length, contents.
pub(crate) fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len() + 6);
    out.push(tag);
    // X.690 §8.1.3: below 128 the length itself, else how many bytes it has and those bytes.
    match contents.len() {
        short @ 0..128 => out.push(short as u8),
        long => {
            let bytes: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | bytes.len() as u8);
            out.extend(bytes);
        }
    }
    out.extend_from_slice(contents);
    out
}

/// An `INTEGER` from unsigned big-endian bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let mut contents = bytes.get(start..).unwrap_or_default().to_vec();
    // X.690 §8.3.3: a first bit of one would mean a negative number, and nothing at all is no number.
    if contents.first().is_none_or(|first| first & 0x80 != 0) {
        contents.insert(0, 0);
    }
    write(INTEGER, &contents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_nested_elements_in_order() {
        let der = [0x30, 0x08, 0x02, 0x01, 0x05, 0x04, 0x03, 1, 2, 3];
        let mut inside = Reader::inside(&der, SEQUENCE).unwrap();
        assert_eq!(inside.peek(), Some(INTEGER));
        assert_eq!(inside.unsigned(), Some(&[5u8][..]));
        assert_eq!(inside.expect(OCTET_STRING), Some(&[1u8, 2, 3][..]));
        assert!(inside.is_empty());
        assert!(inside.element().is_none());
    }

    #[test]
    fn refuses_what_is_not_der() {
        for wrong in [
            &[][..],
            &[0x30],
            &[0x30, 0x02, 0x00],
            // Trailing bytes after the outer element.
            &[0x30, 0x00, 0x00],
            // Indefinite length, then lengths longer than needed.
            &[0x30, 0x80, 0x00, 0x00],
            &[0x30, 0x81, 0x01, 0x00],
            &[0x30, 0x82, 0x00, 0x80],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x1f, 0x01, 0x00],
        ] {
            assert!(Reader::inside(wrong, SEQUENCE).is_none(), "{wrong:?}");
        }
        assert!(Reader::new(&[0x02, 0x01, 0x80]).unsigned().is_none(), "negative");
        assert!(Reader::new(&[0x02, 0x00]).unsigned().is_none(), "empty integer");
        assert!(Reader::new(&[0x03, 0x02, 0x04, 0xf0]).bits().is_none(), "unused bits");
    }

    #[test]
    fn an_integer_loses_its_sign_byte_and_nothing_else() {
        assert_eq!(Reader::new(&[0x02, 0x02, 0x00, 0x80]).unsigned(), Some(&[0x80u8][..]));
        assert_eq!(Reader::new(&[0x02, 0x01, 0x00]).unsigned(), Some(&[0u8][..]));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_reads_past_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Reader::new(&bytes);
            let mut seen = 0;
            while let Some(element) = reader.element() {
                seen += element.whole.len();
                prop_assert!(element.contents.len() < element.whole.len());
            }
            prop_assert!(seen <= bytes.len());
        }
    }
}
