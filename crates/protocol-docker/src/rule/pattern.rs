//! Name patterns of access rules.
//!
//! `*` stands for any characters inside one segment, `**` (a whole segment) for any number of segments; a final `/**`
//! means "below", not the name before it. Variables stand for literal values of the asking person.

use crate::scope;

const MAX_PATTERN_BYTES: usize = 512;
/// Most ways in which a pattern's variables are filled for one person (groups × attribute values).
const MAX_FILLINGS: usize = 4096;

/// A variable in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// `${username}`: one component.
    Username,
    /// `${group}`: path of each of the person's groups, without the first slash.
    Group,
    /// `${attribute.NAME}`: each value of the attribute.
    Attribute(Box<str>),
}

/// Where the values of variables come from.
pub trait Values {
    /// All values of a variable, as they are stored.
    fn values<'a>(&'a self, variable: &Variable) -> Vec<&'a str>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Variable(usize),
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Without variables: ready to match.
    Fixed(Glob),
    /// To be filled for each person.
    Template(Template),
}

/// A pattern with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    variables: Vec<Variable>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern(pub &'static str);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it could never match a name, or holds an unknown variable.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        if text.is_empty() {
            return Err(BadPattern("must not be empty"));
        }
        if text.len() > MAX_PATTERN_BYTES {
            return Err(BadPattern("is longer than 512 characters"));
        }
        if !text.contains("${") {
            return Glob::parse(text).map(Pattern::Fixed);
        }
        let template = Template::parse(text)?;
        // With every variable replaced by a letter the rest must be a pattern too.
        let sample = template.fill(&vec!["x"; template.variables.len()]);
        Glob::parse(&sample)?;
        Ok(Pattern::Template(template))
    }

    /// Whether the pattern covers the name for a person with these values; `None` where the values have too many
    /// combinations to tell.
    pub fn matches(&self, name: &str, values: &impl Values) -> Option<bool> {
        match self {
            Pattern::Fixed(glob) => Some(glob.matches(name)),
            Pattern::Template(template) => template.matches(name, values),
        }
    }
}

impl Template {
    fn parse(text: &str) -> Result<Self, BadPattern> {
        let mut parts = Vec::new();
        let mut variables: Vec<Variable> = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            let (word, after) = after.split_once('}').ok_or(BadPattern("has a variable without its closing brace"))?;
            let variable = match word {
                "username" => Variable::Username,
                "group" => Variable::Group,
                _ => match word.strip_prefix("attribute.") {
                    Some(name) if !name.is_empty() => Variable::Attribute(name.into()),
                    _ => return Err(BadPattern("has an unknown variable")),
                },
            };
            // One value for all its places: `${group}/${group}` is not "any two of my groups".
            let index = variables.iter().position(|known| *known == variable).unwrap_or_else(|| {
                variables.push(variable);
                variables.len() - 1
            });
            parts.push(Part::Variable(index));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Ok(Template { parts, variables })
    }

    fn fill(&self, values: &[&str]) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable(index) => out.push_str(values.get(*index).copied().unwrap_or_default()),
            }
        }
        out
    }

    fn matches(&self, name: &str, values: &impl Values) -> Option<bool> {
        let mut choices: Vec<Vec<String>> = Vec::with_capacity(self.variables.len());
        let mut fillings = 1_usize;
        for variable in &self.variables {
            let usable: Vec<String> =
                values.values(variable).into_iter().filter_map(|value| literal(variable, value)).collect();
            fillings = fillings.saturating_mul(usable.len());
            choices.push(usable);
        }
        if fillings > MAX_FILLINGS {
            return None;
        }
        for filling in 0..fillings {
            let mut remainder = filling;
            let picked: Vec<&str> = choices
                .iter()
                .map(|usable| {
                    let value = usable.get(remainder % usable.len()).map(String::as_str);
                    remainder /= usable.len();
                    value.unwrap_or_default()
                })
                .collect();
            if Glob::parse(&self.fill(&picked)).is_ok_and(|glob| glob.matches(name)) {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// A value as it may stand in a name: lower case, valid components, no pattern character. A user name is one
/// component, or a user called `a/b` would own what lies below the user `a`.
fn literal(variable: &Variable, value: &str) -> Option<String> {
    let value = match variable {
        Variable::Group => value.strip_prefix('/').unwrap_or(value),
        _ => value,
    };
    if value.len() > scope::MAX_NAME_BYTES {
        return None;
    }
    let lower = value.to_lowercase();
    let valid = match variable {
        Variable::Username => scope::is_component(&lower),
        Variable::Group | Variable::Attribute(_) => lower.split('/').all(scope::is_component),
    };
    valid.then_some(lower)
}

/// A pattern without variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// Any number of segments, none too.
    Deep,
    /// One segment; the text may hold `*`.
    One(Box<str>),
}

impl Glob {
    fn parse(text: &str) -> Result<Self, BadPattern> {
        let mut segments = Vec::new();
        let mut pieces = text.split('/').peekable();
        while let Some(piece) = pieces.next() {
            if piece == "**" {
                // At the end it means "below": at least one segment.
                if pieces.peek().is_none() {
                    segments.push(Segment::One("*".into()));
                }
                segments.push(Segment::Deep);
                continue;
            }
            if piece.is_empty() {
                return Err(BadPattern("has an empty segment"));
            }
            if piece.contains("**") {
                return Err(BadPattern("has `**` beside other characters of a segment"));
            }
            let known =
                |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b':' | b'*');
            if !piece.bytes().all(known) {
                return Err(BadPattern("has a character that no name holds"));
            }
            segments.push(Segment::One(piece.into()));
        }
        Ok(Glob(segments))
    }

    fn matches(&self, name: &str) -> bool {
        // The usual wildcard walk, once over segments: on a mismatch go back to the last `**` only, which is enough
        // because an earlier one could not reach further than the later one.
        let mut at = 0;
        let mut rest = Some(name);
        let mut retry: Option<(usize, Option<&str>)> = None;
        loop {
            match (self.0.get(at), rest) {
                (Some(Segment::Deep), _) => {
                    at += 1;
                    retry = Some((at, rest));
                    continue;
                }
                (Some(Segment::One(pattern)), Some(text)) => {
                    let (segment, after) = take_segment(text);
                    if segment_matches(pattern.as_bytes(), segment.as_bytes()) {
                        at += 1;
                        rest = after;
                        continue;
                    }
                }
                (None, None) => return true,
                (None, Some(_)) | (Some(Segment::One(_)), None) => {}
            }
            let Some((after_deep, Some(skipped_from))) = retry else { return false };
            rest = take_segment(skipped_from).1;
            at = after_deep;
            retry = Some((after_deep, rest));
        }
    }
}

fn take_segment(text: &str) -> (&str, Option<&str>) {
    match text.split_once('/') {
        Some((segment, after)) => (segment, Some(after)),
        None => (text, None),
    }
}

fn segment_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
            }
            Some(&wanted) if wanted == byte => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    star = Some((after, t));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|left| left.iter().all(|b| *b == b'*'))
}

#[cfg(test)]
mod tests;
