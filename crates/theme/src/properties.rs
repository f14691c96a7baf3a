//! Java `.properties` files, the form of Keycloak's message bundles and theme settings, in UTF-8.

/// What is wrong with a file, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PropertiesError {
    pub(crate) line: usize,
    pub(crate) reason: &'static str,
}

/// The pairs of a file in their order. A key that stands twice is a mistake and refused.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, PropertiesError> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let fault = |reason| PropertiesError { line: index + 1, reason };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = line.to_owned();
        // An odd number of backslashes at the end joins the next line to this one.
        while ends_open(&logical) {
            logical.pop();
            let Some((_, next)) = lines.next() else { break };
            logical.push_str(next.trim_start());
        }
        let at = separator(&logical).ok_or_else(|| fault("there is no `=` after the key"))?;
        let (key, value) = logical.split_at(at);
        let key = unescape(key).map_err(fault)?;
        let value = value.trim_start();
        let value = unescape(value.strip_prefix(['=', ':']).unwrap_or(value).trim_start()).map_err(fault)?;
        if key.is_empty() {
            return Err(fault("the key is empty"));
        }
        if !seen.insert(key.clone()) {
            return Err(fault("the key stands twice in this file"));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn ends_open(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Where the key ends: at the first `=`, `:` or blank that is not escaped.
fn separator(line: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' => return Some(at),
            _ => {}
        }
    }
    None
}

fn unescape(written: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(written.len());
    let mut units: Vec<u16> = Vec::new();
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            flush(&mut units, &mut out)?;
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
                units.push(unit.ok_or("`\\u` is not followed by four hexadecimal digits")?);
            }
            Some(other) => {
                flush(&mut units, &mut out)?;
                out.push(match other {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'f' => '\u{c}',
                    plain => plain,
                });
            }
            None => {}
        }
    }
    flush(&mut units, &mut out)?;
    Ok(out)
}

/// `\u` escapes are UTF-16 units: a pair of them may be one character.
fn flush(units: &mut Vec<u16>, out: &mut String) -> Result<(), &'static str> {
    if !units.is_empty() {
        out.push_str(&String::from_utf16(units).map_err(|_| "`\\u` escapes half a character")?);
        units.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> (String, String) {
        let pairs = parse(text).unwrap();
        assert_eq!(pairs.len(), 1, "{text}");
        pairs.into_iter().next().unwrap()
    }

    #[test]
    fn every_form_of_a_pair() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(one("a=b"), pair("a", "b"));
        assert_eq!(one("  a : b c "), pair("a", "b c "));
        assert_eq!(one("a b"), pair("a", "b"));
        assert_eq!(one("a="), pair("a", ""));
        assert_eq!(one("a\\:b=c=d"), pair("a:b", "c=d"));
        assert_eq!(one("# x\n! y\n\na=one \\\n   two"), pair("a", "one two"));
        assert_eq!(one("a=\\u00fc\\uD83D\\uDE00\\n"), pair("a", "\u{fc}\u{1f600}\n"));
        assert_eq!(one("a=x\\\\"), pair("a", "x\\"));
        assert_eq!(one("\u{feff}a=b\r\n"), pair("a", "b"));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let fault = |text: &str| parse(text).unwrap_err();
        assert_eq!(fault("a=b\nword").line, 2);
        assert_eq!(fault("a=b\nc=d\na=e").line, 3);
        assert_eq!(fault("a=\\u00g0").line, 1);
        assert_eq!(fault("a=\\ud83d").line, 1);
        assert_eq!(fault("=a").line, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = parse(&text);
        }
    }
}
