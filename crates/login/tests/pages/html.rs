//! Reads a page as a browser's tokenizer does, and strictly: every element that is opened is closed in its order.

use std::cell::RefCell;
use std::collections::BTreeMap;

use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Elements that have no end tag.
const VOID: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "col"];

/// An element as it was opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Names of the elements around it.
    pub(crate) inside: Vec<String>,
    /// The text directly in it.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) elements: Vec<Element>,
    pub(crate) faults: Vec<String>,
    open: Vec<usize>,
}

impl Document {
    pub(crate) fn read(html: &str) -> Self {
        let queue = BufferQueue::default();
        queue.push_back(html.into());
        let options = TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() };
        let tokenizer = Tokenizer::new(Sink::default(), options);
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        let mut document = tokenizer.sink.0.take();
        let open: Vec<String> = document.open.iter().map(|at| document.elements[*at].name.clone()).collect();
        if !open.is_empty() {
            document.faults.push(format!("never closed: {open:?}"));
        }
        document
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        self.elements.iter().filter(|element| element.name == name).collect()
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.get("id") == Some(id))
    }

    /// The order of elements, whatever they say.
    pub(crate) fn shape(&self) -> Vec<&str> {
        self.elements.iter().map(|element| element.name.as_str()).collect()
    }

    fn take(&mut self, token: Token) {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let name = tag.name.to_string();
                let element = Element {
                    attributes: tag
                        .attrs
                        .iter()
                        .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                        .collect(),
                    inside: self.open.iter().map(|at| self.elements[*at].name.clone()).collect(),
                    text: String::new(),
                    name: name.clone(),
                };
                if !tag.self_closing && !VOID.contains(&name.as_str()) {
                    self.open.push(self.elements.len());
                }
                self.elements.push(element);
            }
            Token::TagToken(tag) => match self.open.pop() {
                Some(at) if self.elements[at].name == *tag.name => {}
                other => {
                    let open = other.map(|at| self.elements[at].name.clone());
                    self.faults.push(format!("</{}> closes {open:?}", tag.name));
                }
            },
            Token::CharacterTokens(text) => {
                if let Some(at) = self.open.last() {
                    self.elements[*at].text.push_str(&text);
                }
            }
            Token::ParseError(error) => self.faults.push(error.into_owned()),
            Token::NullCharacterToken => self.faults.push("NUL".to_owned()),
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::EOFToken => {}
        }
    }
}

#[derive(Default)]
struct Sink(RefCell<Document>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        self.0.borrow_mut().take(token);
        TokenSinkResult::Continue
    }
}
