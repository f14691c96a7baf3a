//! What the system says about this process (Linux's `/proc`).

use std::fs;

/// Ticks of `/proc/self/stat` in a second: USER_HZ, 100 on every Linux that userland sees.
const TICKS: f64 = 100.0;

/// What the process uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    pub(crate) cpu_seconds: f64,
    pub(crate) open_files: u64,
}

/// Reads it; none where there is no `/proc`.
pub(crate) fn usage() -> Option<Usage> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    Some(Usage {
        resident_bytes: resident_bytes(&status)?,
        cpu_seconds: cpu_seconds(&stat)?,
        open_files: fs::read_dir("/proc/self/fd").ok()?.count() as u64,
    })
}

/// How many files it may have open; none where the system sets no bound or does not say.
pub(crate) fn open_file_limit() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    soft_limit(&limits)
}

fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// proc(5): the second field, in parentheses, may hold blanks; utime and stime are fields 14 and 15.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let (user, system) = (fields.next()?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
    Some((user + system) as f64 / TICKS)
}

fn soft_limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_writes_is_read() {
        assert_eq!(resident_bytes("Name:\tx\nVmRSS:\t   20480 kB\n"), Some(20_971_520));
        let stat = "1 (a b) c) S 1 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(
            soft_limit("Limit   Soft\nMax open files            1024                 524288     files\n"),
            Some(1024)
        );
        assert_eq!(soft_limit("Max open files            unlimited            unlimited  files\n"), None);
    }

    #[test]
    fn this_process_uses_something() {
        let usage = usage().expect("Linux");
        assert!(usage.resident_bytes > 1024 * 1024 && usage.open_files >= 3);
    }
}
