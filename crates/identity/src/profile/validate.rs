//! What a value must be like: Keycloak's validators.

use serde_json::Value;

use super::Pattern;

/// A broken rule: a key of the message bundles, and what fills its places after the attribute's name.
pub(super) type Broken = (&'static str, Vec<String>);

/// Longest value that is looked at, in characters.
const LONGEST: usize = 2048;

/// Checks one value by one validator. A validator that is not known passes no value: it was configured to keep some out.
pub(super) fn check(validator: &str, config: &Value, value: &str) -> Result<(), Broken> {
    if value.chars().count() > LONGEST {
        return Err(("error-invalid-length-too-long", vec!["0".to_owned(), LONGEST.to_string()]));
    }
    match validator {
        "length" => length(config, value),
        "integer" => number(config, value.parse::<i64>().ok().map(|number| number as f64)),
        "double" => number(config, value.parse::<f64>().ok().filter(|number| number.is_finite())),
        "email" => demand(is_email(value), "error-invalid-email"),
        "pattern" => {
            let pattern = text(config, "pattern").and_then(|pattern| Pattern::new(pattern).ok());
            demand(pattern.is_some_and(|pattern| pattern.matches_whole(value)), "error-pattern-no-match")
        }
        "uri" => demand(is_uri(value), "error-invalid-uri"),
        "local-date" | "iso-date" => demand(is_date(value), "error-invalid-date"),
        "options" => {
            let known =
                config.get("options").and_then(Value::as_array).is_some_and(|all| all.iter().any(|own| own == value));
            demand(known, "error-invalid-value")
        }
        "username-prohibited-characters" => {
            demand(!value.chars().any(is_prohibited_in_username), "error-username-invalid-character")
        }
        "person-name-prohibited-characters" => {
            demand(!value.chars().any(is_prohibited_in_name), "error-person-name-invalid-character")
        }
        // CVE-2021-3424: letters of another script look like those of a name that is there already.
        "up-username-not-idn-homograph" => {
            demand(!value.chars().any(is_look_alike), "error-username-invalid-character")
        }
        // About the number of values, and about who changes them: asked elsewhere.
        "multivalued" | "up-immutable-attribute" => Ok(()),
        _ => Err(("error-invalid-value", Vec::new())),
    }
}

fn demand(holds: bool, message: &'static str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err((message, Vec::new())) }
}

fn text<'a>(config: &'a Value, name: &str) -> Option<&'a str> {
    config.get(name)?.as_str()
}

pub(super) fn size(config: &Value, name: &str) -> Option<f64> {
    let value = config.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn length(config: &Value, value: &str) -> Result<(), Broken> {
    let length = value.trim().chars().count() as f64;
    let (min, max) = (size(config, "min"), size(config, "max"));
    if min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max) {
        return Err(match (min, max) {
            (Some(min), Some(max)) => ("error-invalid-length", vec![min.to_string(), max.to_string()]),
            (Some(min), None) => ("error-invalid-length-too-short", vec![min.to_string()]),
            (None, max) => ("error-invalid-length-too-long", vec!["0".to_owned(), max.unwrap_or_default().to_string()]),
        });
    }
    Ok(())
}

fn number(config: &Value, value: Option<f64>) -> Result<(), Broken> {
    let Some(value) = value else { return Err(("error-invalid-number", Vec::new())) };
    match (size(config, "min"), size(config, "max")) {
        (Some(min), _) if value < min => Err(("error-number-out-of-range-too-small", vec![min.to_string()])),
        (_, Some(max)) if value > max => {
            Err(("error-number-out-of-range-too-big", vec![String::new(), max.to_string()]))
        }
        _ => Ok(()),
    }
}

/// RFC 5321 §4.1.2 without the forms that no mailbox has: one at sign, nothing that could end a header line (A70).
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    (1..=64).contains(&local.len())
        && (1..=255).contains(&domain.len())
        && local.chars().all(is_local)
        && domain.chars().all(is_domain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !text.contains("..")
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https") && !rest.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut next = |digits: usize| parts.next().filter(|part| part.len() == digits)?.parse::<u16>().ok();
    let (Some(_), Some(month), Some(day)) = (next(4), next(2), next(2)) else { return false };
    parts.next().is_none() && (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn is_prohibited_in_username(c: char) -> bool {
    c.is_control() || c.is_whitespace() || "<>&\"'$%!#?§,;:*~/\\|^=[]{}()`".contains(c)
}

fn is_prohibited_in_name(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || "<>&\"$%!#?§;*~/\\|^=[]{}()".contains(c)
}

/// Letters outside the Latin script and what no script owns. Unicode's tables of scripts are large; the blocks of Latin letters
/// are few and do not move.
fn is_look_alike(c: char) -> bool {
    let latin = c.is_ascii()
        || matches!(c, '\u{00AA}' | '\u{00B5}' | '\u{00BA}' | '\u{00C0}'..='\u{02B8}' | '\u{1E00}'..='\u{1EFF}');
    c.is_alphabetic() && !latin
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a70_addresses_that_could_break_a_header_are_none() {
        for good in ["a@b.example", "a.b+c@sub.b.example", "ü@bücher.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a b@c.example",
            "a@b\r\nBcc: x@y.z",
            "a@b..c",
            "a@-b.c",
            "a@b@c\n",
            "a,b@c.d",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn a66_letters_that_look_like_others_are_no_user_name() {
        let check = |name: &str| check("up-username-not-idn-homograph", &json!({}), name);
        assert!(check("jürgen.mueller-2").is_ok());
        assert!(check("аdmin").is_err(), "a Cyrillic a");
    }

    #[test]
    fn bounds_are_numbers_or_texts_and_an_unknown_validator_passes_nothing() {
        assert!(check("length", &json!({ "min": "3", "max": 5 }), "abc").is_ok());
        assert_eq!(check("length", &json!({ "min": "3", "max": 5 }), "ab").unwrap_err().0, "error-invalid-length");
        assert!(check("integer", &json!({ "max": 3 }), "4").is_err());
        assert!(check("double", &json!({}), "NaN").is_err());
        assert!(check("pattern", &json!({ "pattern": "[a-z]+" }), "abc").is_ok());
        assert!(check("pattern", &json!({ "pattern": "[a-z]+" }), "abc1").is_err());
        assert!(check("somebody-elses", &json!({}), "x").is_err());
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic(value in ".{0,60}", validator in "(length|integer|double|email|pattern|uri|local-date|options)") {
            let _ = check(&validator, &json!({ "min": 1, "max": 9, "pattern": "(a+)+b" }), &value);
        }
    }
}
