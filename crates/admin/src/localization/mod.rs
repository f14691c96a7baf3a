//! A realm's own texts, by language.

use identity::Realm;
use serde_json::{Map, Value, json};

use crate::{Happened, ManageRealm, Permit, Refusal, Resource, SeeRealm};

/// Where a realm's document keeps them.
const TEXTS: &str = "localizationTexts";
/// Longest key or language, in bytes.
const LONGEST: usize = 255;
/// Longest text, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;
/// Texts of one language at most.
const MOST: usize = 10_000;

/// The languages that the realm has texts in.
///
/// # Errors
/// None but those of the permit.
pub fn locales(permit: &Permit<SeeRealm>) -> Result<Vec<Value>, Refusal> {
    let texts = permit.realm().document.get(TEXTS).and_then(Value::as_object);
    let mut locales: Vec<&String> = texts.into_iter().flat_map(Map::keys).collect();
    locales.sort();
    Ok(locales.into_iter().map(|locale| json!(locale)).collect())
}

/// The realm's texts of one language; those of the realm's default language for what is missing if `fallback`.
///
/// # Errors
/// None but those of the permit.
pub fn texts(permit: &Permit<SeeRealm>, locale: &str, fallback: bool) -> Result<Value, Refusal> {
    let realm = permit.realm();
    let mut told = Map::new();
    if let Some(default) = realm.settings.default_locale.as_deref().filter(|_| fallback) {
        told.extend(of_locale(realm, default).cloned().unwrap_or_default());
    }
    told.extend(of_locale(realm, locale).cloned().unwrap_or_default());
    Ok(Value::Object(told))
}

/// One text.
///
/// # Errors
/// 404.
pub fn text(permit: &Permit<SeeRealm>, locale: &str, key: &str) -> Result<String, Refusal> {
    let found = of_locale(permit.realm(), locale).and_then(|texts| texts.get(key)).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(missing)
}

/// Gives one or several texts of a language.
///
/// # Errors
/// 400 for what is too long or too much.
pub async fn set(permit: &Permit<ManageRealm>, locale: &str, texts: Map<String, Value>) -> Result<(), Refusal> {
    let too_long = |text: &str| text.is_empty() || text.len() > LONGEST || text.contains('\0');
    let is_text = |value: &Value| value.as_str().is_some_and(|text| text.len() <= LONGEST_TEXT && !text.contains('\0'));
    if too_long(locale) || texts.iter().any(|(key, value)| too_long(key) || !is_text(value)) {
        return Err(Refusal::message("A locale, key or text is empty, too long, or no text"));
    }
    let realm = permit.realm();
    let mut change = permit.change().await?;
    change
        .edit_realm(&realm.id, |document| {
            let all = document.entry(TEXTS).or_insert_with(|| json!({}));
            let Value::Object(all) = all else { return Err(Refusal::message("The realm's texts cannot be read")) };
            let place = all.entry(locale).or_insert_with(|| json!({}));
            let Value::Object(place) = place else { return Err(Refusal::message("The realm's texts cannot be read")) };
            place.extend(texts);
            if place.len() > MOST {
                return Err(Refusal::message("Too many texts in one language"));
            }
            Ok(())
        })
        .await?;
    change.commit(Happened::updated(Resource::Realm, format!("localization/{locale}"))).await
}

/// Takes a text, or all texts of a language, away.
///
/// # Errors
/// 404.
pub async fn remove(permit: &Permit<ManageRealm>, locale: &str, key: Option<&str>) -> Result<(), Refusal> {
    let realm = permit.realm();
    let path = match key {
        Some(key) => format!("localization/{locale}/{key}"),
        None => format!("localization/{locale}"),
    };
    let mut change = permit.change().await?;
    change
        .edit_realm(&realm.id, |document| {
            let all = document.get_mut(TEXTS).and_then(Value::as_object_mut).ok_or_else(missing_locale)?;
            let removed = match key {
                None => all.shift_remove(locale),
                Some(key) => {
                    all.get_mut(locale).and_then(Value::as_object_mut).and_then(|texts| texts.shift_remove(key))
                }
            };
            match (removed, key) {
                (Some(_), _) => Ok(()),
                (None, None) => Err(missing_locale()),
                (None, Some(_)) => Err(missing()),
            }
        })
        .await?;
    change.commit(Happened::deleted(Resource::Realm, path)).await
}

fn of_locale<'r>(realm: &'r Realm, locale: &str) -> Option<&'r Map<String, Value>> {
    realm.document.get(TEXTS)?.get(locale)?.as_object()
}

fn missing() -> Refusal {
    Refusal::not_found("Localization text not found")
}

fn missing_locale() -> Refusal {
    Refusal::not_found("No localization texts for this locale found")
}
