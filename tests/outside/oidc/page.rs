//! What a visitor sees: a page, and the forms in it.

use crate::http::Response;

#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) url: String,
    /// 0 for an address outside this run, which nobody opened.
    pub(crate) status: u16,
    pub(crate) body: String,
    /// What a form would have brought to an address that nobody opened.
    pub(crate) fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) action: String,
    /// Inputs that have a value already. Buttons and boxes count only when they are used.
    pub(crate) fields: Vec<(String, String)>,
}

impl Page {
    /// An answer as a page whose address does not matter.
    pub(crate) fn of(answer: &Response) -> Self {
        Self { status: answer.status, body: answer.text(), ..Self::default() }
    }

    pub(crate) fn title(&self) -> String {
        let title = self.body.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        unescape(title.unwrap_or_default())
    }

    /// The form of this id.
    pub(crate) fn form(&self, id: &str) -> Option<Form> {
        let at = self.body.find(&format!("<form id=\"{id}\""))?;
        let whole = self.body[at..].split("</form>").next()?;
        let action = attribute(whole.split('>').next()?, "action")?;
        let fields = whole
            .split("<input")
            .skip(1)
            .filter_map(|rest| {
                let tag = rest.split('>').next()?;
                let kind = attribute(tag, "type").unwrap_or_default();
                if matches!(kind.as_str(), "checkbox" | "radio" | "submit" | "button") {
                    return None;
                }
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect();
        Some(Form { action, fields })
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?;
    value.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out += before;
        let known = after.split_once(';').and_then(|(name, tail)| Some((entity(name)?, tail)));
        let (letter, tail) = known.unwrap_or(('&', after));
        out.push(letter);
        rest = tail;
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
