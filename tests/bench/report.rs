//! The table and the JSON.

use std::{io::Write, path::Path};

use serde_json::{Value, json};

use crate::{calibrate::Calibration, load::Seen};

/// One kind of request.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) per_second: f64,
    /// CPU microseconds per request; none where the server did other work beside.
    pub(crate) cpu: Option<f64>,
    /// SQL statements per request; none for a server that does not count them.
    pub(crate) statements: Option<f64>,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) resident: f64,
    pub(crate) unexpected: u64,
    /// Against what the row's ratio is: a name and its CPU microseconds.
    pub(crate) against: (&'static str, f64),
}

impl Row {
    pub(crate) fn of(what: &str, seen: &Seen, cpu_total: f64, resident: f64, against: (&'static str, f64)) -> Self {
        Self {
            what: what.to_owned(),
            per_second: seen.per_second(),
            cpu: Some(cpu_total / seen.requests.max(1) as f64),
            statements: None,
            p50: seen.percentile(0.5),
            p99: seen.percentile(0.99),
            resident,
            unexpected: seen.unexpected,
            against,
        }
    }
}

/// Everything a run saw.
pub(crate) struct Table {
    rows: Vec<Row>,
    facts: Vec<(String, f64, &'static str)>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), facts: Vec::new() }
    }

    pub(crate) fn calibration(&mut self, calibration: &Calibration) {
        self.fact("calibration: one ES256 signature", calibration.sign, "µs CPU");
        self.fact("calibration: one argon2id hash (19456/2/1)", calibration.hash, "µs CPU");
        self.fact("calibration: hello route", calibration.hello, "µs CPU");
        self.fact("calibration: hello route", calibration.hello_per_second, "/s");
    }

    pub(crate) fn fact(&mut self, what: &str, value: f64, unit: &'static str) {
        eprintln!("{what}: {value:.1} {unit}");
        self.facts.push((what.to_owned(), value, unit));
    }

    pub(crate) fn row(&mut self, row: Row) {
        eprintln!("{}: {} µs CPU, {:.0}/s", row.what, text(row.cpu, 1), row.per_second);
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        println!(
            "\n{:<44} {:>9} {:>11} {:>9} {:>9} {:>9} {:>8} {:>6}  ratio",
            "request", "CPU µs", "statements", "req/s", "p50 ms", "p99 ms", "RSS MiB", "other"
        );
        for row in &self.rows {
            let ratio =
                row.cpu.map_or_else(String::new, |cpu| format!("{:.2} x {}", cpu / row.against.1, row.against.0));
            println!(
                "{:<44} {:>9} {:>11} {:>9.0} {:>9.2} {:>9.2} {:>8.1} {:>6}  {ratio}",
                row.what,
                text(row.cpu, 1),
                text(row.statements, 3),
                row.per_second,
                row.p50,
                row.p99,
                row.resident,
                row.unexpected,
            );
        }
        println!();
        for (what, value, unit) in &self.facts {
            println!("{what}: {value:.1} {unit}");
        }
    }

    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "request": row.what, "cpu_us": row.cpu, "statements": row.statements, "per_second": row.per_second,
                    "p50_ms": row.p50, "p99_ms": row.p99, "rss_mib": row.resident, "unexpected_answers": row.unexpected,
                    "ratio": row.cpu.map(|cpu| cpu / row.against.1), "ratio_to": row.against.0,
                })
            })
            .collect();
        let facts: Vec<Value> =
            self.facts.iter().map(|(what, value, unit)| json!({"what": what, "value": value, "unit": unit})).collect();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::File::create(path)?;
        writeln!(file, "{:#}", json!({"rows": rows, "facts": facts}))
    }
}

fn text(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.digits$}"))
}
