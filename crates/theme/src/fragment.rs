//! Named pieces of HTML that a theme folder puts into every page. They are the administrator's own and trusted as the
//! theme's style sheets are; what they show of a realm or a message is escaped.

use askama::filters::escape;

use crate::Html;
use crate::look::Kind;

/// Where a fragment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// At the end of `<head>`.
    Head,
    /// In place of the logo and the realm's name.
    Header,
    /// Under the heading, before the page's own content.
    BeforeForm,
    /// After the page's own content.
    AfterForm,
    /// In the footer, before the languages.
    Footer,
}

impl Slot {
    /// Every slot, by the name of its file.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("head", Self::Head),
        ("header", Self::Header),
        ("before-form", Self::BeforeForm),
        ("after-form", Self::AfterForm),
        ("footer", Self::Footer),
    ];
}

/// A fragment, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Html(Box<str>),
    /// Address of the theme's files, without a slash at its end.
    Resources,
    /// The realm's name for people.
    Realm,
    /// A message.
    Text(Box<str>),
}

/// What a fragment's placeholders stand for on one page.
pub(crate) trait Values {
    fn resources(&self) -> String;
    fn realm(&self) -> &str;
    fn text(&self, key: &str) -> String;
}

impl Fragment {
    /// Reads a fragment of a page or a mail; the reason if it cannot be used.
    pub(crate) fn parse(html: &str, kind: Kind) -> Result<Self, String> {
        refuse_inline_code(html, kind)?;
        let mut pieces = Vec::new();
        let mut rest = html;
        while let Some((before, from)) = rest.split_once("{{") {
            let (name, after) = from.split_once("}}").ok_or("`{{` has no `}}`")?;
            pieces.push(Piece::Html(before.into()));
            pieces.push(match name.trim() {
                "resources" if kind == Kind::Login => Piece::Resources,
                "realm" => Piece::Realm,
                other => match other.strip_prefix("text:") {
                    Some(key) if !key.is_empty() => Piece::Text(key.into()),
                    _ => return Err(format!("`{{{{{other}}}}}` is unknown: there are resources, realm and text:KEY")),
                },
            });
            rest = after;
        }
        pieces.push(Piece::Html(rest.into()));
        Ok(Self { pieces })
    }

    pub(crate) fn render(&self, values: &impl Values) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Html(html) => out.push_str(html),
                Piece::Resources => out.push_str(&escaped(&values.resources())),
                Piece::Realm => out.push_str(&escaped(values.realm())),
                Piece::Text(key) => out.push_str(&escaped(&values.text(key))),
            }
        }
        out
    }

    /// The messages that the fragment shows.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(key) => Some(&**key),
            _ => None,
        })
    }
}

fn escaped(text: &str) -> String {
    escape(text, Html).map(|safe| safe.to_string()).unwrap_or_default()
}

/// The pages' content policy lets no inline script or style run: better told at start than missed in a browser. A mail
/// has no style sheet, but runs no script at all.
fn refuse_inline_code(html: &str, kind: Kind) -> Result<(), String> {
    let lower = html.to_ascii_lowercase();
    for tag in lower.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.split(|letter: char| letter.is_ascii_whitespace() || letter == '/').next().unwrap_or_default();
        let bare = without_quoted(tag);
        let attributes: Vec<&str> =
            bare.split_ascii_whitespace().skip(1).filter_map(|attribute| attribute.split('=').next()).collect();
        let styled = name == "style" || attributes.contains(&"style");
        if styled && kind == Kind::Login {
            return Err("inline styles do not work here: put them into one of the theme's style sheets".to_owned());
        }
        if name == "script" && kind == Kind::Email {
            return Err("mails run no scripts".to_owned());
        }
        if name == "script" && !attributes.contains(&"src") {
            return Err("inline scripts do not work here: put them into one of the theme's script files".to_owned());
        }
        if let Some(handler) = attributes.iter().find(|attribute| attribute.starts_with("on") && attribute.len() > 3) {
            return Err(format!("`{handler}` does not work here: inline scripts are not run"));
        }
    }
    Ok(())
}

/// A tag without its quoted attribute values, whose words are no attributes.
fn without_quoted(tag: &str) -> String {
    let mut quote = None;
    tag.chars()
        .filter(|letter| match quote {
            Some(open) if open == *letter => {
                quote = None;
                false
            }
            Some(_) => false,
            None if matches!(letter, '"' | '\'') => {
                quote = Some(*letter);
                false
            }
            None => true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Page;

    impl Values for Page {
        fn resources(&self) -> String {
            "/resources/1/login/x".to_owned()
        }
        fn realm(&self) -> &'static str {
            "<b>{{text:a}}</b>"
        }
        fn text(&self, key: &str) -> String {
            format!("{key}&")
        }
    }

    #[test]
    fn values_are_escaped_and_not_read_again() {
        let fragment =
            Fragment::parse("<p>{{realm}} {{ text:a }}</p><img src=\"{{resources}}/a.png\" alt=\"\">", Kind::Login)
                .unwrap();
        assert_eq!(
            fragment.render(&Page),
            "<p>&lt;b&gt;{{text:a}}&lt;/b&gt; a&amp;</p><img src=\"/resources/1/login/x/a.png\" alt=\"\">"
        );
        assert_eq!(fragment.texts().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_mail_may_have_inline_styles_but_no_scripts_and_no_files() {
        assert!(Fragment::parse("<p style=\"color:red\">{{realm}}</p>", Kind::Email).is_ok());
        assert!(Fragment::parse("<script src=a></script>", Kind::Email).is_err());
        assert!(Fragment::parse("{{resources}}", Kind::Email).is_err());
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for html in [
            "{{nothing}}",
            "{{text:}}",
            "{{realm",
            "<STYLE>a{}</style>",
            "<p style=\"color:red\">",
            "<script>1</script>",
            "<p\nonclick=\"a()\">",
        ] {
            assert!(Fragment::parse(html, Kind::Login).is_err(), "{html}");
        }
        assert!(
            Fragment::parse(
                "<script src=\"{{resources}}/a.js\"></script><p class=one title=\"log on online= style=\">style=</p>",
                Kind::Login
            )
            .is_ok()
        );
    }
}
