//! The table of what may differ: "Recorded answers" in `docs/differences.md`.

use std::{fs, path::Path};

use serde_json::Value;

use super::Difference;

const TITLE: &str = "## Recorded answers";

/// A row: which answers, where, what each server says, and why. Of each of the first three there may be several.
struct Row {
    areas: Vec<String>,
    cases: Vec<String>,
    places: Vec<String>,
    recorded: String,
    own: String,
    why: String,
}

impl Row {
    fn allows(&self, difference: &Difference) -> bool {
        self.areas.contains(&difference.area)
            && self.cases.iter().any(|case| matches(case, &difference.case))
            && self.places.iter().any(|place| matches(place, &difference.place))
            && says(&self.recorded, difference.recorded.as_ref())
            && says(&self.own, difference.own.as_ref())
    }
}

/// Whether a cell is about this value: in code it is the value, `–` is nothing there, `…` is anything or nothing, and prose is
/// anything there.
fn says(cell: &str, value: Option<&Value>) -> bool {
    if cell == "…" {
        return true;
    }
    match (cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')), value) {
        (_, None) => cell == "–",
        (Some(code), Some(value)) => code == shown(value),
        (None, Some(_)) => cell != "–",
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
        }),
    }
}

/// Rows of the table.
fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let after = text.split_once(TITLE).unwrap_or_else(|| panic!("no {TITLE}")).1;
    let section = after.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [area, case, place, recorded, own, why] = cells[..] else { panic!("six cells: {line}") };
        let several = |cell: &str| cell.split(" · ").map(|one| one.trim_matches('`').to_owned()).collect();
        Row {
            areas: several(area),
            cases: several(case),
            places: several(place),
            recorded: recorded.to_owned(),
            own: own.to_owned(),
            why: why.to_owned(),
        }
    });
    rows.collect()
}

/// Fails for a difference that has no row, and for a row that nothing differs by.
#[track_caller]
pub fn check(area: &str, differences: &[Difference]) {
    let rows = rows();
    let mut report: Vec<String> = differences
        .iter()
        .filter(|difference| !rows.iter().any(|row| row.allows(difference)))
        .map(|difference| {
            let cell =
                |value: Option<&Value>| value.map_or_else(|| "–".to_owned(), |value| format!("`{}`", shown(value)));
            let (recorded, own) = (cell(difference.recorded.as_ref()), cell(difference.own.as_ref()));
            format!("| `{area}` | {} | `{}` | {recorded} | {own} | ? |", difference.case, difference.place)
        })
        .collect();
    for row in rows.iter().filter(|row| row.areas.iter().any(|own| own == area)) {
        assert!(!row.why.is_empty(), "a row without a reason: {:?} {:?}", row.cases, row.places);
        if !differences.iter().any(|difference| row.allows(difference)) {
            report.push(format!("nothing in {area} differs by the row {:?} {:?}", row.cases, row.places));
        }
    }
    assert!(report.is_empty(), "{} of {}:\n{}", report.len(), differences.len(), report.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in [("*", ""), ("a*", "abc"), ("*c", "abc"), ("a*c*", "abcd"), ("abc", "abc")] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        assert!(!matches("a*d", "abc") && !matches("ab", "abc") && !matches("", "a"));
    }

    #[test]
    fn a_cell_is_the_value_or_prose() {
        let value = serde_json::json!("x");
        assert!(says("`x`", Some(&value)) && says("a word", Some(&value)) && says("–", None) && says("…", None));
        assert!(!says("`y`", Some(&value)) && !says("–", Some(&value)) && !says("`x`", None) && !says("a word", None));
    }
}
