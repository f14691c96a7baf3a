//! How templates escape: as Keycloak's pages do, whose readers include scripts that know `&amp;` and no numeric form.

use std::fmt;

/// Escapes text for HTML elements and quoted attributes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Html;

impl askama::filters::Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, from) = rest.split_at(at);
            out.write_str(before)?;
            let mut letters = from.chars();
            out.write_str(match letters.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = letters.as_str();
        }
        out.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper as _;

    use super::*;

    #[test]
    fn every_mark_is_escaped_and_nothing_else() {
        let mut out = String::new();
        Html.write_escaped_str(&mut out, "a&b<c>\"d'é").unwrap();
        assert_eq!(out, "a&amp;b&lt;c&gt;&quot;d&#39;é");
    }
}
