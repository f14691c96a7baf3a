//! Theme folders, laid out as Keycloak's: `NAME/KIND/theme.properties`, `messages/messages_TAG.properties`, `resources/…`;
//! and, in place of templates, `fragments/SLOT.html` or `fragments/SLOT_TAG.html`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::fragment::Fragment;
use crate::look::{Kind, Look};
use crate::resource::Resource;
use crate::{Locale, Slot, ThemeError, base, properties};

type Looks = BTreeMap<(Kind, Box<str>), Arc<Look>>;
type Faults = Vec<ThemeError>;

/// Bounds of one theme: it is held in memory.
const FILES: usize = 1000;
const FILE_BYTES: u64 = 4 << 20;
const TEXT_BYTES: u64 = 1 << 20;
const DEPTH: usize = 8;

/// Reads every theme of a folder.
pub(crate) fn read(folder: &Path, looks: &mut Looks) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let mut drafts = BTreeMap::new();
    for entry in entries(folder, &mut faults) {
        let name = file_name(&entry);
        if !entry.is_dir() {
            faults.push(ThemeError::new(&entry, "a themes folder holds one folder for each theme"));
        } else if name == base::NAME || base::ALIASES.contains(&name.as_str()) {
            faults
                .push(ThemeError::new(&entry, "this name is the built-in theme's: choose another, with `parent=base`"));
        } else if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            faults.push(ThemeError::new(&entry, "a theme's name is of letters, digits, `-`, `_` and `.`"));
        } else {
            read_theme(&entry, &name, &mut drafts, &mut faults);
        }
    }
    while let Some(key) = drafts.keys().next().cloned() {
        settle(&key, &mut drafts, looks, &mut faults);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A theme as its folder says it, before its parent's parts are under it.
struct Draft {
    folder: PathBuf,
    parent: Option<String>,
    styles: Option<Vec<Box<str>>>,
    scripts: Option<Vec<Box<str>>>,
    messages: Vec<(Locale, PathBuf, String)>,
    resources: BTreeMap<Box<str>, Arc<Resource>>,
    fragments: BTreeMap<(Slot, Option<Locale>), (PathBuf, Arc<Fragment>)>,
}

type Drafts = BTreeMap<(Kind, Box<str>), Draft>;

fn read_theme(folder: &Path, name: &str, drafts: &mut Drafts, faults: &mut Faults) {
    for entry in entries(folder, faults) {
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == file_name(&entry)) else {
            faults.push(ThemeError::new(&entry, "a theme's folder holds `login` and `email`, and nothing else"));
            continue;
        };
        let mut draft = Draft {
            folder: entry.clone(),
            parent: None,
            styles: None,
            scripts: None,
            messages: Vec::new(),
            resources: BTreeMap::new(),
            fragments: BTreeMap::new(),
        };
        for part in entries(&entry, faults) {
            match file_name(&part).as_str() {
                "theme.properties" => draft.read_settings(&part, faults),
                "messages" => draft.read_messages(&part, faults),
                "fragments" => draft.read_fragments(&part, kind, faults),
                "resources" if kind == Kind::Login => {
                    let mut left = FILES;
                    draft.read_resources(&part, "", DEPTH, &mut left, faults);
                }
                other if ending(other) == "ftl" => faults.push(ThemeError::new(
                    &part,
                    "FreeMarker templates are not run: pages are changed by style sheets, messages and fragments",
                )),
                _ => faults.push(ThemeError::new(
                    &part,
                    "only theme.properties, messages, fragments and (for login) resources have a meaning here",
                )),
            }
        }
        drafts.insert((kind, name.into()), draft);
    }
}

impl Draft {
    fn read_settings(&mut self, file: &Path, faults: &mut Faults) {
        let Some(text) = text(file, faults) else { return };
        let pairs = match properties::parse(&text) {
            Ok(pairs) => pairs,
            Err(fault) => {
                faults.push(ThemeError::new(file, format!("line {}: {}", fault.line, fault.reason)));
                return;
            }
        };
        let list = |value: &str| Some(value.split_ascii_whitespace().map(Into::into).collect());
        for (key, value) in pairs {
            match key.as_str() {
                "parent" => self.parent = Some(value.trim().to_owned()),
                "styles" => self.styles = list(&value),
                "scripts" => self.scripts = list(&value),
                other => faults
                    .push(ThemeError::new(file, format!("`{other}` is unknown: there are parent, styles and scripts"))),
            }
        }
    }

    fn read_messages(&mut self, folder: &Path, faults: &mut Faults) {
        for file in entries(folder, faults) {
            let name = file_name(&file);
            let tag = name.strip_prefix("messages_").and_then(|rest| rest.strip_suffix(".properties"));
            match tag.and_then(Locale::parse) {
                Some(locale) => {
                    if let Some(text) = text(&file, faults) {
                        self.messages.push((locale, file, text));
                    }
                }
                None => faults
                    .push(ThemeError::new(&file, "a bundle is named messages_TAG.properties, with a language tag")),
            }
        }
    }

    fn read_fragments(&mut self, folder: &Path, kind: Kind, faults: &mut Faults) {
        for file in entries(folder, faults) {
            let name = file_name(&file);
            let stem = name.strip_suffix(".html").unwrap_or_default();
            let (slot, tag) = stem.split_once('_').map_or((stem, None), |(slot, tag)| (slot, Some(tag)));
            let slot = Slot::ALL.into_iter().find(|(known, _)| *known == slot).map(|(_, slot)| slot);
            let locale = tag.map(Locale::parse);
            let (Some(slot), None | Some(Some(_))) = (slot, &locale) else {
                let names = Slot::ALL.map(|(name, _)| name).join(", ");
                faults.push(ThemeError::new(
                    &file,
                    format!(
                        "a fragment is named SLOT.html or SLOT_TAG.html, with a slot of {names} and a language tag"
                    ),
                ));
                continue;
            };
            let Some(html) = text(&file, faults) else { continue };
            match Fragment::parse(&html, kind) {
                Ok(fragment) => {
                    self.fragments.insert((slot, locale.flatten()), (file, Arc::new(fragment)));
                }
                Err(reason) => faults.push(ThemeError::new(&file, reason)),
            }
        }
    }

    fn read_resources(&mut self, folder: &Path, prefix: &str, depth: usize, left: &mut usize, faults: &mut Faults) {
        for file in entries(folder, faults) {
            let name = file_name(&file);
            let path = format!("{prefix}{name}");
            if *left == 0 || depth == 0 {
                faults.push(ThemeError::new(&file, format!("a theme has at most {FILES} files, {DEPTH} folders deep")));
                return;
            }
            if file.is_dir() {
                self.read_resources(&file, &format!("{path}/"), depth - 1, left, faults);
                continue;
            }
            *left -= 1;
            let Some(bytes) = bytes(&file, FILE_BYTES, faults) else { continue };
            match Resource::new(&name, Bytes::from(bytes)) {
                Some(resource) => {
                    self.resources.insert(path.into(), Arc::new(resource));
                }
                None => faults
                    .push(ThemeError::new(&file, "files of this kind are not served: their media type is unknown")),
            }
        }
    }
}

/// Puts a theme over its parent, the parent first if it is a draft itself. The draft is taken out before its parent is
/// looked for, so a ring of parents ends.
fn settle(key: &(Kind, Box<str>), drafts: &mut Drafts, looks: &mut Looks, faults: &mut Faults) {
    let Some(draft) = drafts.remove(key) else { return };
    let settings = draft.folder.join("theme.properties");
    let named = draft.parent.as_deref().unwrap_or(base::NAME);
    let parent = (key.0, if base::ALIASES.contains(&named) { base::NAME } else { named }.into());
    settle(&parent, drafts, looks, faults);
    let Some(parent) = looks.get(&parent) else {
        faults.push(ThemeError::new(
            &settings,
            format!(
                "the parent `{named}` is no {} theme, has a fault of its own, or stands on this one",
                key.0.as_str()
            ),
        ));
        return;
    };
    let mut look = Look::clone(parent);
    look.name = key.1.clone();
    look.resources.extend(draft.resources);
    for (locale, file, text) in &draft.messages {
        if let Err(fault) = look.bundles.read(locale.clone(), file, text) {
            faults.push(fault);
        }
    }
    if let Some(styles) = draft.styles {
        look.styles = styles;
    }
    if let Some(scripts) = draft.scripts {
        look.scripts = scripts;
    }
    for path in look.styles.iter().chain(&look.scripts) {
        if !look.resources.contains_key(path) {
            faults.push(ThemeError::new(&settings, format!("neither this theme nor a parent has a file `{path}`")));
        }
    }
    let english = Locale::english();
    for (slot, (file, fragment)) in draft.fragments {
        for key in fragment.texts().filter(|key| look.bundles.find(&english, key).is_none()) {
            faults.push(ThemeError::new(&file, format!("the message `{key}` is in no English bundle of this theme")));
        }
        look.fragments.insert(slot, fragment);
    }
    looks.insert(key.clone(), Arc::new(look));
}

/// What lies in a folder, sorted; hidden files are nobody's.
fn entries(folder: &Path, faults: &mut Faults) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<PathBuf>>>()
    });
    match listed {
        Ok(mut paths) => {
            paths.retain(|path| !file_name(path).starts_with('.'));
            paths.sort();
            paths
        }
        Err(error) => {
            faults.push(ThemeError::new(folder, format!("the folder cannot be read: {error}")));
            Vec::new()
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn bytes(file: &Path, most: u64, faults: &mut Faults) -> Option<Vec<u8>> {
    let read = fs::metadata(file).and_then(|meta| if meta.len() > most { Ok(None) } else { fs::read(file).map(Some) });
    match read {
        Ok(Some(bytes)) => Some(bytes),
        Ok(None) => {
            faults.push(ThemeError::new(file, format!("the file is larger than {most} bytes")));
            None
        }
        Err(error) => {
            faults.push(ThemeError::new(file, format!("the file cannot be read: {error}")));
            None
        }
    }
}

fn text(file: &Path, faults: &mut Faults) -> Option<String> {
    let text = String::from_utf8(bytes(file, TEXT_BYTES, faults)?);
    if text.is_err() {
        faults.push(ThemeError::new(file, "the file is not in UTF-8"));
    }
    text.ok()
}
