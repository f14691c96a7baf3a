//! One run of a client program: how it is called, what it printed, how it ended.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A client that has not ended by then hangs.
const LIMIT_SECONDS: &str = "120";

/// A command to be run to its end, in an environment that holds nothing but what the test put there.
pub(crate) struct Call {
    command: Command,
    line: String,
    input: String,
}

impl Call {
    /// `wrapper` is what stands before the program on the command line, such as the entry into a mount namespace.
    pub(crate) fn new(wrapper: &[String], program: &Path, path: &str) -> Self {
        let mut command = Command::new("timeout");
        command.args(["-k", "5", LIMIT_SECONDS]).args(wrapper).arg(program);
        command.env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8");
        let line = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { command, line, input: String::new() }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let _ = write!(self.line, " {}", argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// What the program reads from its standard input; nothing by default.
    pub(crate) fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    pub(crate) fn run(mut self) -> Run {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("`{}` does not start: {error}", self.line));
        let mut input = child.stdin.take().expect("standard input is a pipe");
        // A program that ends without reading is its own business.
        let _ = input.write_all(self.input.as_bytes());
        drop(input);
        let output = child.wait_with_output().expect("the program can be waited for");
        Run {
            line: self.line,
            code: output.status.code(),
            text: format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        }
    }

    /// Runs a program that asks for what it cannot do itself: each line on its standard output that is a JSON object with a member `ask` is
    /// answered by one line of JSON on its standard input. Its other lines are what it has to say.
    pub(crate) fn converse(mut self, mut answer: impl FnMut(&Value) -> Value) -> Run {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("`{}` does not start: {error}", self.line));
        let mut input = child.stdin.take().expect("standard input is a pipe");
        let mut errors = child.stderr.take().expect("standard error is a pipe");
        let complaints = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = errors.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut stdout = String::new();
        for line in BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines() {
            let line = line.expect("the program writes UTF-8");
            let question = serde_json::from_str::<Value>(&line).ok().filter(|question| question["ask"].is_string());
            let Some(question) = question else {
                let _ = writeln!(stdout, "{line}");
                continue;
            };
            // A program that has ended by now says why in its own words.
            let _ = writeln!(input, "{}", answer(&question));
        }
        let status = child.wait().expect("the program can be waited for");
        let text = format!("{stdout}{}", complaints.join().expect("its complaints are read"));
        Run { line: self.line, code: status.code(), text, stdout }
    }
}

/// What came of a [`Call`].
#[derive(Debug)]
pub(crate) struct Run {
    line: String,
    code: Option<i32>,
    text: String,
    stdout: String,
}

impl Run {
    /// Panics with all that was printed unless the program reported success.
    #[track_caller]
    pub(crate) fn succeeds(&self) -> &Self {
        assert!(self.code == Some(0), "`{}` ended with {:?}:\n{}", self.line, self.code, self.text);
        self
    }

    /// Panics unless the program itself reported failure: running out of time is not a refusal.
    #[track_caller]
    pub(crate) fn fails(&self) -> &Self {
        let refused = self.code.is_some_and(|code| code != 0 && code != 124 && code != 137);
        assert!(refused, "`{}` should have been refused and ended with {:?}:\n{}", self.line, self.code, self.text);
        self
    }

    /// Panics unless `word` was printed (letter case aside).
    #[track_caller]
    pub(crate) fn says(&self, word: &str) -> &Self {
        let found = self.text.to_lowercase().contains(&word.to_lowercase());
        assert!(found, "`{}` did not say “{word}”:\n{}", self.line, self.text);
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, word: &str) -> &Self {
        let found = self.text.to_lowercase().contains(&word.to_lowercase());
        assert!(!found, "`{}` said “{word}”:\n{}", self.line, self.text);
        self
    }

    pub(crate) fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }
}
