//! Names of certificates' subjects: read from DER or from text, compared by meaning.

use std::fmt;

use crate::der::{self, Element, Reader};

/// Attribute types by name. The first name of each is the one that is written.
const TYPES: &[(&str, &str)] = &[
    ("CN", "2.5.4.3"),
    ("SURNAME", "2.5.4.4"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("T", "2.5.4.12"),
    ("TITLE", "2.5.4.12"),
    ("BUSINESSCATEGORY", "2.5.4.15"),
    ("GIVENNAME", "2.5.4.42"),
    ("GN", "2.5.4.42"),
    ("INITIALS", "2.5.4.43"),
    ("GENERATION", "2.5.4.44"),
    ("DNQ", "2.5.4.46"),
    ("DNQUALIFIER", "2.5.4.46"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
    ("JURISDICTIONCOUNTRYNAME", "1.3.6.1.4.1.311.60.2.1.3"),
    ("JURISDICTIONCOUNTRY", "1.3.6.1.4.1.311.60.2.1.3"),
];

/// More parts than any name has.
const MOST_PARTS: usize = 64;

/// X.680 tags of the strings that values are (RFC 5280 §4.1.2.4).
const UTF8: u8 = 0x0c;
const NUMERIC: u8 = 0x12;
const PRINTABLE: u8 = 0x13;
const TELETEX: u8 = 0x14;
const IA5: u8 = 0x16;
const UNIVERSAL: u8 = 0x1c;
const BMP: u8 = 0x1e;
/// `SET`.
const SET: u8 = 0x31;

/// A distinguished name. Two are equal when each of their parts is, in order: letter case and the number of blanks mean
/// nothing (RFC 4517 §4.2.11), and no more does the order inside one part.
#[derive(Debug, Clone)]
pub struct DistinguishedName(Vec<Vec<Attribute>>);

/// Type, in dotted form, and value.
#[derive(Debug, Clone)]
struct Attribute {
    kind: String,
    value: String,
}

impl DistinguishedName {
    /// Reads a DER `Name` (RFC 5280 §4.1.2.4). `None` for what is none, or holds a value that is no text.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        let mut name = Reader::inside(der, der::SEQUENCE)?;
        while !name.is_empty() {
            let mut set = name.enter(SET)?;
            let mut part = Vec::new();
            while !set.is_empty() {
                let mut pair = set.enter(der::SEQUENCE)?;
                let kind = dotted(pair.expect(der::OID)?)?;
                let value = text(pair.element()?)?;
                part.push(Attribute { kind, value });
            }
            if part.is_empty() || part.len() > MOST_PARTS || parts.len() == MOST_PARTS {
                return None;
            }
            parts.push(part);
        }
        Some(Self(parts))
    }

    /// Reads the form of RFC 4514 (and RFC 2253's): `CN=app,OU=one+L=two,O=Example`, the most specific part first.
    pub fn parse(written: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let mut rest = written;
        loop {
            let (kind, after) = rest.split_once('=')?;
            let (value, after) = value(after)?;
            part.push(Attribute { kind: kind_named(kind.trim())?, value });
            if part.len() > MOST_PARTS || parts.len() == MOST_PARTS {
                return None;
            }
            let mut letters = after.chars();
            match letters.next() {
                Some('+') => {}
                Some(',' | ';') => parts.push(std::mem::take(&mut part)),
                None => break parts.push(part),
                Some(_) => return None,
            }
            rest = letters.as_str();
        }
        // The encoding begins with what is least specific.
        parts.reverse();
        Some(Self(parts))
    }

    /// Whether it has no part at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn normal(&self) -> Vec<Vec<(&str, String)>> {
        let blanks = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        self.0
            .iter()
            .map(|attributes| {
                let mut all: Vec<(&str, String)> =
                    attributes.iter().map(|one| (one.kind.as_str(), blanks(&one.value))).collect();
                all.sort_unstable();
                all
            })
            .collect()
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for DistinguishedName {}

/// As Java writes it, and as expressions that are compared with names therefore expect it: `CN=app, OU=one + L=two, O=Example`.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, part) in self.0.iter().rev().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            for (position, attribute) in part.iter().enumerate() {
                if position > 0 {
                    f.write_str(" + ")?;
                }
                match TYPES.iter().find(|(_, oid)| *oid == attribute.kind) {
                    Some((name, _)) => write!(f, "{name}=")?,
                    None => write!(f, "OID.{}=", attribute.kind)?,
                }
                let value = &attribute.value;
                let special = |letter: char| ",+=\n<>#;\\\"".contains(letter);
                if value.contains(special) || value.starts_with(' ') || value.ends_with(' ') {
                    write!(f, "\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))?;
                } else {
                    f.write_str(value)?;
                }
            }
        }
        Ok(())
    }
}

/// A type's dotted form, by any of its names.
fn kind_named(name: &str) -> Option<String> {
    let known = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, oid)| *oid);
    let dotted = match known {
        Some(oid) => oid,
        None => match name.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("oid.") => name.get(4..)?,
            _ => name,
        },
    };
    let numbers = dotted.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    numbers.then(|| dotted.to_owned())
}

/// A value and what follows it (RFC 4514 §2.4, §3).
fn value(written: &str) -> Option<(String, &str)> {
    let written = written.trim_start_matches(' ');
    if let Some(quoted) = written.strip_prefix('"') {
        let (value, rest) = letters(quoted, |letter| letter == '"')?;
        return Some((value, rest.strip_prefix('"')?.trim_start_matches(' ')));
    }
    if let Some(hex) = written.strip_prefix('#') {
        let end = hex.find([',', ';', '+']).unwrap_or(hex.len());
        let (hex, rest) = hex.split_at(end);
        let bytes = bytes_of(hex.trim_end_matches(' '))?;
        let mut reader = Reader::new(&bytes);
        let value = text(reader.element()?)?;
        return reader.is_empty().then_some((value, rest));
    }
    let (mut value, rest) = letters(written, |letter| matches!(letter, ',' | ';' | '+'))?;
    // Blanks at the end belong to the value only where they are escaped, and blanks mean nothing anyway.
    value.truncate(value.trim_end_matches(' ').len());
    Some((value, rest))
}

/// Letters up to an end, escapes taken away.
fn letters(written: &str, ends: impl Fn(char) -> bool) -> Option<(String, &str)> {
    let mut bytes = Vec::new();
    let mut rest = written;
    while let Some(letter) = rest.chars().next() {
        if ends(letter) {
            break;
        }
        rest = rest.get(letter.len_utf8()..)?;
        if letter != '\\' {
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        // A pair of hexadecimal digits is a byte; all else stands for itself.
        if let Some(byte) = rest.get(..2).and_then(bytes_of) {
            bytes.extend(byte);
            rest = rest.get(2..)?;
        } else {
            let letter = rest.chars().next()?;
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            rest = rest.get(letter.len_utf8()..)?;
        }
    }
    Some((String::from_utf8(bytes).ok()?, rest))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
            _ => None,
        })
        .collect()
}

/// The dotted form of an object identifier (X.690 §8.19).
fn dotted(contents: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for byte in contents {
        number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    if contents.last()? & 0x80 != 0 {
        return None;
    }
    // The first number holds two: forty times the first arc, and the second.
    let (first, others) = numbers.split_first()?;
    let arc = (first / 40).min(2);
    let mut out = format!("{arc}.{}", first - arc * 40);
    for number in others {
        out.push('.');
        out.push_str(&number.to_string());
    }
    Some(out)
}

fn text(element: Element<'_>) -> Option<String> {
    let bytes = element.contents;
    match element.tag {
        UTF8 => String::from_utf8(bytes.to_vec()).ok(),
        NUMERIC | PRINTABLE | IA5 => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned()),
        // What is written as such is Latin-1 in practice.
        TELETEX => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        BMP => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [high, low] => Some(u16::from_be_bytes([*high, *low])),
                _ => None,
            });
            String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok()
        }
        UNIVERSAL => {
            let units = bytes.chunks(4).map(|four| char::from_u32(u32::from_be_bytes(four.try_into().ok()?)));
            units.collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        let pair = [der::write(der::OID, oid), der::write(tag, value)].concat();
        der::write(der::SEQUENCE, &pair)
    }

    fn name(parts: &[&[Vec<u8>]]) -> Vec<u8> {
        let sets: Vec<u8> = parts.iter().flat_map(|part| der::write(SET, &part.concat())).collect();
        der::write(der::SEQUENCE, &sets)
    }

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];
    const OU: &[u8] = &[0x55, 4, 11];
    const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
    const UID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01];

    fn example() -> DistinguishedName {
        let der = name(&[
            &[attribute(O, PRINTABLE, b"Example, Inc.")],
            &[attribute(OU, UTF8, b"one"), attribute(UID, UTF8, b"42")],
            &[attribute(EMAIL, IA5, b"a@b.example")],
            &[attribute(CN, BMP, &[0, b'A', 0, b'p', 0, b'p', 0, 0xe9])],
        ]);
        DistinguishedName::from_der(&der).unwrap()
    }

    #[test]
    fn text_and_encoding_mean_the_same() {
        for written in [
            "CN=App\u{e9},EMAILADDRESS=a@b.example,OU=one+UID=42,O=Example\\, Inc.",
            "cn=app\u{e9}, e=A@b.example, uid=42 + ou=ONE, o=\"Example,  Inc.\"",
            "2.5.4.3=App\\C3\\A9;1.2.840.113549.1.9.1=a@b.example;OID.2.5.4.11=one+0.9.2342.19200300.100.1.1=42;O=Example\\2c Inc.",
            "CN=#0c05417070c3a9,E=a@b.example,OU=one+UID=42,O=Example\\, Inc.",
        ] {
            assert_eq!(DistinguishedName::parse(written).as_ref(), Some(&example()), "{written}");
        }
        assert_eq!(
            example().to_string(),
            "CN=App\u{e9}, EMAILADDRESS=a@b.example, OU=one + UID=42, O=\"Example, Inc.\""
        );
        assert_eq!(DistinguishedName::parse(&example().to_string()), Some(example()));
    }

    #[test]
    fn another_name_is_another_name() {
        for other in [
            "CN=App\u{e9},EMAILADDRESS=a@b.example,OU=one+UID=42",
            "O=Example\\, Inc.,OU=one+UID=42,EMAILADDRESS=a@b.example,CN=App\u{e9}",
            "CN=App\u{e9},EMAILADDRESS=a@b.example,OU=one,UID=42,O=Example\\, Inc.",
            "CN=App,EMAILADDRESS=a@b.example,OU=one+UID=42,O=Example\\, Inc.",
            "CN=App\u{e9}\\,EMAILADDRESS=a@b.example,OU=one+UID=42,O=Example\\, Inc.",
        ] {
            assert_ne!(DistinguishedName::parse(other), Some(example()), "{other}");
        }
        for broken in ["", "CN", "CN=a,", "CN=a,,O=b", "=a", "XX=a", "CN=\"a", "CN=\"a\"b", "CN=#0", "CN=#zz", "CN=a\\"]
        {
            assert!(DistinguishedName::parse(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        for broken in [
            vec![],
            der::write(SET, &[]),
            der::write(der::SEQUENCE, &der::write(SET, &[])),
            name(&[&[attribute(CN, der::INTEGER, &[1])]]),
            name(&[&[attribute(CN, UTF8, &[0xff])]]),
            name(&[&[attribute(CN, BMP, &[0])]]),
            name(&[&[attribute(&[0x80], UTF8, b"a")]]),
            name(&[&[attribute(&[], UTF8, b"a")]]),
        ] {
            assert!(DistinguishedName::from_der(&broken).is_none(), "{broken:?}");
        }
        assert!(DistinguishedName::from_der(&name(&[])).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(written in "\\PC{0,60}", der in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = DistinguishedName::parse(&written);
            let _ = DistinguishedName::from_der(&der);
        }

        #[test]
        fn a_value_survives_being_written(value in "[a-z,+=\"\\\\#;<> ]{1,20}") {
            let kind = "2.5.4.3".to_owned();
            let one = DistinguishedName(vec![vec![Attribute { kind, value }]]);
            prop_assert_eq!(DistinguishedName::parse(&one.to_string()), Some(one));
        }
    }
}
