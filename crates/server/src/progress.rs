//! How far a long operation is: a bar on a terminal, plain lines elsewhere. On standard error, so that an export to
//! standard output stays clean.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};

use identity::Clock;
use identity::realm_file::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::console::complain;

/// Plain lines tell every fifth of the way.
const PARTS: u64 = 5;

/// Bars or lines, as standard error allows.
pub(crate) fn to_standard_error(clock: Arc<dyn Clock>) -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::new(Bars::default()) } else { Box::new(Lines::new(clock, complain)) }
}

/// Count, rate and time left, redrawn in place.
#[derive(Default)]
struct Bars {
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress for Bars {
    fn start(&self, what: &str, total: u64) {
        let bar = ProgressBar::new(total);
        let template = "{msg:>16} {bar:32} {human_pos}/{human_len} {per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn advance(&self, by: u64) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(by);
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish();
        }
    }
}

/// One line now and then.
struct Lines<W> {
    clock: Arc<dyn Clock>,
    write: W,
    part: Mutex<Option<Part>>,
}

struct Part {
    what: String,
    total: u64,
    done: u64,
    told: u64,
    began: u64,
}

impl<W: Fn(String) + Send + Sync> Lines<W> {
    fn new(clock: Arc<dyn Clock>, write: W) -> Self {
        Self { clock, write, part: Mutex::new(None) }
    }

    fn tell(&self, part: &Part) {
        let seconds = self.clock.monotonic_micros().saturating_sub(part.began) as f64 / 1_000_000.0;
        let rate = if seconds > 0.0 { part.done as f64 / seconds } else { 0.0 };
        let left = if rate > 0.0 { part.total.saturating_sub(part.done) as f64 / rate } else { 0.0 };
        let Part { what, total, done, .. } = part;
        (self.write)(format!("{what}: {done}/{total}, {rate:.0}/s, {seconds:.1} s, {left:.1} s left"));
    }
}

impl<W: Fn(String) + Send + Sync> Progress for Lines<W> {
    fn start(&self, what: &str, total: u64) {
        let began = self.clock.monotonic_micros();
        let part = Part { what: what.to_owned(), total, done: 0, told: 0, began };
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = Some(part);
    }

    fn advance(&self, by: u64) {
        let mut held = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(part) = &mut *held else { return };
        part.done += by;
        let reached = part.done.saturating_mul(PARTS) / part.total.max(1);
        if reached > part.told && part.done < part.total {
            part.told = reached;
            self.tell(part);
        }
    }

    fn finish(&self) {
        if let Some(part) = self.part.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.tell(&part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::{ManualClock, Timestamp};

    #[test]
    fn plain_lines_tell_count_rate_and_time_left() {
        let clock = Arc::new(ManualClock::at(Timestamp(0)));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = lines.clone();
        let progress = Lines::new(clock.clone(), move |line| heard.lock().expect("whole").push(line));
        progress.start("users", 100);
        for _ in 0..10 {
            clock.advance(1000);
            progress.advance(10);
        }
        progress.finish();
        let lines = lines.lock().expect("whole").clone();
        assert_eq!(lines.first().map(String::as_str), Some("users: 20/100, 10/s, 2.0 s, 8.0 s left"));
        assert_eq!(lines.last().map(String::as_str), Some("users: 100/100, 10/s, 10.0 s, 0.0 s left"));
        assert_eq!(lines.len(), 5);
    }
}
