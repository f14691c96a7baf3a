//! Log lines on standard error, written by a thread of their own.
//!
//! A request never waits for a terminal, a pipe or a full disk (F03): lines go through a bounded buffer, and when it is
//! full they are dropped and counted (`portreeve_log_lines_lost_total`). Whatever waits when the thread comes round is one
//! write, so that a busy server does not pay a system call and a thread's wake-up for each line.

use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::configuration::LogFormat;

/// Lines that may wait for the writer: as many as there may be events, for these come in batches.
const LINES: usize = 32 * 1024;
/// Bytes that may wait for it.
const BYTES: usize = 16 * 1024 * 1024;
/// What a buffer keeps once it is written out.
const KEPT_BYTES: usize = 64 * 1024;
/// Libraries that tell every step of a new database, or in a rush a line for each request that waits for a connection; whoever wants them
/// names them in `log_level`.
const CHATTY: [(&str, LevelFilter); 3] = [
    ("sea_orm_migration", LevelFilter::WARN),
    ("sqlx::postgres::notice", LevelFilter::WARN),
    ("sqlx::pool::acquire", LevelFilter::ERROR),
];
/// How long a stopping process waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Says whether a `log_level` can be understood.
///
/// # Errors
/// What is expected instead.
pub(crate) fn check_level(text: &str) -> Result<(), String> {
    // A word alone would be taken for a target at its loudest: a mistyped level must not open the log.
    let levels = text.split(',').all(|part| {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        level.trim().parse::<LevelFilter>().is_ok()
    });
    if levels && text.parse::<Targets>().is_ok() {
        return Ok(());
    }
    Err(format!("takes a level such as info, or info,event=warn, not {text:?}"))
}

/// The way to the writing thread.
#[derive(Clone)]
pub struct Log(Arc<Handle>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There is something to write, or nobody is left who could log.
    some: Condvar,
    lost: AtomicU64,
    /// How many lines the thread is done with.
    written: Mutex<u64>,
    more_written: Condvar,
}

/// Lines one behind the other: many that came at once are one write to the system.
#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    lines: usize,
    /// Lines ever taken in.
    taken: u64,
    closed: bool,
}

/// Ends the thread when the last handle is gone.
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        lock(&self.0.waiting).closed = true;
        self.0.some.notify_one();
    }
}

impl Log {
    /// Starts the thread that writes to `out`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&theirs, out))?;
        Ok(Self(Arc::new(Handle(shared))))
    }

    /// Lines that were dropped because too many waited.
    pub fn lost(&self) -> u64 {
        self.0.0.lost.load(Ordering::Relaxed)
    }

    /// Waits, a second at most, until what was logged so far is written.
    pub fn flush(&self) {
        let shared = &self.0.0;
        let taken = lock(&shared.waiting).taken;
        // Whoever cannot be written to has had their second.
        drop(shared.more_written.wait_timeout_while(lock(&shared.written), LAST_LINES, |written| *written < taken));
    }

    fn push(&self, line: &[u8]) {
        let shared = &self.0.0;
        let mut waiting = lock(&shared.waiting);
        if waiting.lines >= LINES || waiting.text.len() + line.len() > BYTES {
            drop(waiting);
            shared.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.text.extend_from_slice(line);
        waiting.lines += 1;
        waiting.taken += 1;
        let first = waiting.lines == 1;
        drop(waiting);
        if first {
            shared.some.notify_one();
        }
    }
}

fn write_lines(shared: &Shared, mut out: impl Write) {
    let mut text = Vec::new();
    loop {
        let mut waiting = lock(&shared.waiting);
        while waiting.lines == 0 {
            if waiting.closed {
                return;
            }
            waiting = shared.some.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut waiting.text, &mut text);
        let lines = std::mem::take(&mut waiting.lines);
        drop(waiting);
        // Nobody is left to tell when the log itself cannot be written.
        let _ = out.write_all(&text).and_then(|()| out.flush());
        text.clear();
        text.shrink_to(KEPT_BYTES);
        *lock(&shared.written) += lines as u64;
        shared.more_written.notify_all();
    }
}

/// Whoever died with one of these locked had done their part: a line was in or was not.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One line on its way; sent whole when the formatter is done with it.
pub struct Line {
    log: Log,
    text: Vec<u8>,
}

impl Write for Line {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            self.log.push(&self.text);
        }
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { log: self.clone(), text: Vec::with_capacity(256) }
    }
}

/// Sends this process's log lines to standard error from now on.
///
/// # Errors
/// When the level cannot be understood, the thread cannot be started, or a log is already set up.
pub fn start(format: LogFormat, level: &str) -> Result<Log, String> {
    let mut filter: Targets = level.parse().map_err(|error| format!("log_level: {error}"))?;
    for (target, level) in CHATTY.into_iter().filter(|(target, _)| !level.contains(*target) && level != "off") {
        filter = filter.with_target(target, level);
    }
    let log = Log::to(io::stderr()).map_err(|error| format!("the log cannot be started: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => {
            let lines = tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(io::stderr().is_terminal());
            registry.with(lines).try_init()
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false)
                .with_writer(log.clone());
            registry.with(lines).try_init()
        }
    };
    started.map_err(|error| error.to_string())?;
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// A disk that hangs until the other side lets go.
    struct Hung {
        entered: Sender<()>,
        released: Receiver<()>,
        written: Sender<Vec<u8>>,
    }

    impl Write for Hung {
        fn write(&mut self, part: &[u8]) -> io::Result<usize> {
            let _ = self.entered.send(());
            let _ = self.released.recv();
            let _ = self.written.send(part.to_vec());
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn f03_a_hung_disk_blocks_nobody_and_lost_lines_are_counted() {
        let (entered, inside) = channel();
        let (release, released) = channel();
        let (written, seen) = channel();
        let log = Log::to(Hung { entered, released, written }).expect("started");
        let write = |text: &str| log.make_writer().write_all(text.as_bytes()).expect("never fails");
        write("first\n");
        inside.recv().expect("the writer hangs in the first line");
        for _ in 0..LINES + 10 {
            write("more\n");
        }
        assert_eq!(log.lost(), 10);
        drop(release);
        assert_eq!(seen.recv().expect("written"), b"first\n");
        log.flush();
        assert_eq!(
            seen.try_iter().flatten().collect::<Vec<_>>(),
            "more\n".repeat(LINES).into_bytes(),
            "what waited is written after all"
        );
    }

    #[test]
    fn f03_bytes_are_bounded_too() {
        let (entered, inside) = channel();
        let (release, released) = channel();
        let (written, _seen) = channel();
        let log = Log::to(Hung { entered, released, written }).expect("started");
        log.push(b"first\n");
        inside.recv().expect("the writer hangs in the first line");
        let long = vec![b'x'; BYTES / 2];
        log.push(&long);
        log.push(&long);
        log.push(b"one more\n");
        assert_eq!(log.lost(), 1);
        drop(release);
    }

    #[test]
    fn levels_are_checked() {
        assert!(check_level("info").is_ok());
        assert!(check_level("info,event=off").is_ok());
        assert!(check_level("loud").is_err());
    }
}
