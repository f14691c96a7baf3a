//! Keycloak's `q` parameter: attributes and a value for each.

/// Reads `name:value "name two":"value two"`. What has no colon is passed over, as Keycloak does.
pub fn attribute_query(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = word(rest, true);
        match after.strip_prefix(':') {
            Some(after) => {
                let (value, after) = word(after, false);
                if !name.is_empty() && !value.is_empty() {
                    pairs.push((name, value));
                }
                rest = after.trim_start();
            }
            None => rest = after.trim_start(),
        }
    }
    pairs
}

/// A word, in quotation marks or up to the next blank (of a name: or colon), and what comes after it.
fn word(text: &str, is_name: bool) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut word = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => return (word, quoted.get(at + 1..).unwrap_or_default()),
                '\\' => word.extend(characters.next().map(|(_, c)| c)),
                c => word.push(c),
            }
        }
        return (word, "");
    }
    let end = text.find(|c: char| c.is_whitespace() || (is_name && c == ':')).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    // A character that begins no word, such as a second colon, is passed over.
    if word.is_empty() && is_name && !after.starts_with(':') {
        return (String::new(), after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default());
    }
    (word.to_owned(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        attribute_query(text)
    }

    #[test]
    fn words_and_quoted_words_are_read() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs("a:b  c:d"), [pair("a", "b"), pair("c", "d")]);
        assert_eq!(pairs("\"a b\":\"c \\\"d\\\"\" e:f:g"), [pair("a b", "c \"d\""), pair("e", "f:g")]);
        assert_eq!(pairs("department"), []);
        assert_eq!(pairs("a b:c"), [pair("b", "c")]);
    }

    #[test]
    fn a80_nothing_makes_it_run_for_ever() {
        for text in [":", "::", "\"", "\"\\", "a:", ":b", "  : :  ", "a:\"", "\u{1F600}:\u{1F600}"] {
            assert!(pairs(text).len() < 2, "{text}");
        }
    }
}
