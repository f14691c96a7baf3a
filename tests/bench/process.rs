//! The process under test, and what the kernel and its own metrics say of it.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::load;

/// A running server; ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) management: u16,
    data: tempfile::TempDir,
}

/// A port nobody listens on at the moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// Waits until the port answers; gives how long that took.
pub(crate) fn wait_for(port: u16, child: &mut Child, limit: Duration) -> Duration {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Ok(Some(status)) = child.try_wait() {
            panic!("the server ended before it listened: {status}");
        }
        assert!(start.elapsed() < limit, "nothing listens on port {port} after {limit:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
    start.elapsed()
}

impl Server {
    /// Starts the binary on a fresh data folder with a realm file.
    pub(crate) fn start(binary: &Path, realm: &Path) -> Self {
        let data = tempfile::tempdir().expect("a data folder");
        let mut server = Self::launch(binary, data, Some(realm));
        wait_for(server.port, &mut server.child, Duration::from_secs(30));
        server
    }

    fn launch(binary: &Path, data: tempfile::TempDir, realm: Option<&Path>) -> Self {
        let (port, management) = (free_port(), free_port());
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .args(["--listen", &format!("127.0.0.1:{port}"), "--management-listen", &format!("127.0.0.1:{management}")])
            .args(["--public-url", &format!("http://localhost:{port}")])
            .arg("--data-dir")
            .arg(data.path())
            .args(["--log-format", "json"])
            // All of the load comes from one address; connections refused would only be opened again.
            .env("PORTREEVE_MAX_CONNECTIONS_PER_ADDRESS", "4096")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(realm) = realm {
            command.arg("--import").arg(realm);
        }
        let child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", binary.display()));
        Self { child, port, management, data }
    }

    /// Ends the server and starts it again on the same data; gives the new one and the time from start to the first token.
    pub(crate) fn restart(mut self, binary: &Path, token: &[u8]) -> (Self, Duration) {
        self.stop();
        let data = std::mem::replace(&mut self.data, tempfile::tempdir().expect("a folder"));
        let start = Instant::now();
        let mut server = Self::launch(binary, data, None);
        wait_for(server.port, &mut server.child, Duration::from_secs(30));
        let (status, _) = load::once(server.port, token).expect("the restarted server answers");
        let elapsed = start.elapsed();
        assert_eq!(status, 200, "the restarted server gives a token");
        (server, elapsed)
    }

    /// CPU time used so far, in microseconds.
    pub(crate) fn cpu(&self) -> f64 {
        cpu_of(self.child.id())
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> f64 {
        resident_of(self.child.id())
    }

    /// A counter of `/metrics`, summed over its labels.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let (_, body) =
            load::once(self.management, &load::get("/metrics", "")).expect("the management listener answers");
        body.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.rsplit_once(' '))
            .filter(|(key, _)| key.split('{').next() == Some(name))
            .filter_map(|(_, value)| value.parse::<f64>().ok())
            .sum()
    }

    fn stop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `utime + stime` of a process in microseconds (proc(5): fields 14 and 15, in clock ticks of a hundredth of a second), summed over
/// its threads at a finer grain where `schedstat` is there.
pub(crate) fn cpu_of(pid: u32) -> f64 {
    let mut nanoseconds = 0.0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        nanoseconds += text.split(' ').next().and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0);
    }
    nanoseconds / 1000.0
}

/// `utime + stime` of a process in seconds, the threads that have ended included, at the grain of a clock tick.
pub(crate) fn cpu_with_ended_threads(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field, in parentheses, may hold blanks; utime and stime are fields 14 and 15.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// `VmRSS` of a process in MiB.
pub(crate) fn resident_of(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
