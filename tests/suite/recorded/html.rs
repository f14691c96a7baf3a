//! Forms, title and words of a page.

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// What a browser shows.
#[derive(Default)]
pub struct Page {
    pub title: String,
    pub forms: Vec<Form>,
    pub words: String,
    skipped: u32,
    in_title: bool,
}

#[derive(Default)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub inputs: Vec<Input>,
}

pub struct Input {
    pub name: String,
    pub kind: String,
    pub value: String,
}

impl Page {
    pub fn read(html: &str) -> Self {
        let queue = BufferQueue::default();
        queue.push_back(html.into());
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        tokenizer.sink.0.take()
    }

    fn tag(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        let (name, opens) = (&*tag.name, tag.kind == TagKind::StartTag);
        match name {
            "script" | "style" | "svg" if opens && !tag.self_closing => self.skipped += 1,
            "script" | "style" | "svg" => self.skipped = self.skipped.saturating_sub(1),
            "title" => self.in_title = opens,
            "form" if opens => self.forms.push(Form {
                action: attribute("action").unwrap_or_default(),
                method: attribute("method").map_or_else(|| "get".to_owned(), |method| method.to_lowercase()),
                inputs: Vec::new(),
            }),
            "input" | "button" | "select" | "textarea" if opens => {
                if let (Some(form), Some(own)) = (self.forms.last_mut(), attribute("name")) {
                    form.inputs.push(Input {
                        name: own,
                        kind: attribute("type").unwrap_or_else(|| name.to_owned()),
                        value: attribute("value").unwrap_or_default(),
                    });
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text.trim());
        } else if self.skipped == 0 {
            for word in text.split_whitespace() {
                self.words.push_str(word);
                self.words.push(' ');
            }
        }
    }
}

#[derive(Default)]
struct Sink(std::cell::RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.0.borrow_mut().tag(&tag),
            Token::CharacterTokens(text) => self.0.borrow_mut().text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
