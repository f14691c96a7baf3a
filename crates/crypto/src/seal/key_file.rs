//! The master key's file.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::MasterKey;
use crate::random::{Random, SystemRandom};

/// More than a key file can be; a wrong path must not read a whole disk.
const MAX_FILE_BYTES: u64 = 1024;

/// Why the master key's file could not be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Reading or writing failed.
    Io(io::Error),
    /// Others than the owner may read or write it.
    Exposed,
    /// It is not an ordinary file, or does not hold a key.
    Malformed,
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the key file cannot be read or written: {error}"),
            Self::Exposed => f.write_str("the key file can be read or written by others than its owner: chmod 600 it"),
            Self::Malformed => f.write_str("the key file does not hold a key"),
        }
    }
}

impl std::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Exposed | Self::Malformed => None,
        }
    }
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the master key from `path`.
///
/// # Errors
/// [`KeyFileError`] if there is no such file, if it is open to others, or if it holds no key.
pub fn load(path: impl AsRef<Path>) -> Result<MasterKey, KeyFileError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(KeyFileError::Malformed);
    }
    if exposed(&metadata) {
        return Err(KeyFileError::Exposed);
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_FILE_BYTES as usize));
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(|_| KeyFileError::Malformed)?;
    MasterKey::from_base64(&text).map_err(|_| KeyFileError::Malformed)
}

/// Reads the master key from `path`, or makes one and writes it there; the second value says whether it was made.
///
/// Of two processes that start together one makes the key and the other reads it; neither sees half a file.
///
/// # Errors
/// As [`load`], and if the file cannot be written.
pub fn load_or_create(path: impl AsRef<Path>) -> Result<(MasterKey, bool), KeyFileError> {
    let path = path.as_ref();
    match load(path) {
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
        loaded => return loaded.map(|key| (key, false)),
    }
    let key = MasterKey::generate(&SystemRandom);
    if create(path, &key)? { Ok((key, true)) } else { load(path).map(|key| (key, false)) }
}

/// Writes `key` to a file that does not exist yet; `false` if it does by now.
fn create(path: &Path, key: &MasterKey) -> Result<bool, KeyFileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let draft = draft_beside(folder);
    let linked = write_private(&draft, key).and_then(|()| {
        // Linking gives the finished file its name only if nobody has taken that name: renaming would replace a key
        // under which another process may already have sealed something.
        match fs::hard_link(&draft, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    });
    let removed = fs::remove_file(&draft);
    let linked = linked?;
    removed?;
    // The new name has to be on disk before the first secret is sealed under the key.
    File::open(folder)?.sync_all()?;
    Ok(linked)
}

fn draft_beside(folder: &Path) -> PathBuf {
    let mut unique = [0u8; 8];
    SystemRandom.fill(&mut unique);
    folder.join(format!(".master-key-{:016x}", u64::from_be_bytes(unique)))
}

fn write_private(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key.to_base64().expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(unix)]
fn exposed(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn exposed(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }

    #[test]
    fn is_made_once_and_read_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (made, created) = load_or_create(&path).unwrap();
        assert!(created);
        let (read, created) = load_or_create(&path).unwrap();
        assert!(!created);
        assert_eq!(read.check_value(), made.check_value());
        assert_eq!(load(&path).unwrap().check_value(), made.check_value());
        // Nothing else is left in the folder.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn loading_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(matches!(load(&path), Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn is_private_and_refused_when_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        load_or_create(&path).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o620, 0o666, 0o601] {
            set_mode(&path, mode);
            assert!(matches!(load_or_create(&path), Err(KeyFileError::Exposed)), "{mode:o}");
        }
        set_mode(&path, 0o400);
        assert!(load(&path).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_a_key_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for content in ["", "no key", &"A".repeat(2000)] {
            fs::write(&path, content).unwrap();
            set_mode(&path, 0o600);
            assert!(matches!(load_or_create(&path), Err(KeyFileError::Malformed)), "{content}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert!(load(folder.path()).is_err(), "a folder");
    }

    #[test]
    fn a_file_that_another_process_made_meanwhile_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (first, _) = load_or_create(&path).unwrap();
        assert!(!create(&path, &MasterKey::generate(&SystemRandom)).unwrap());
        assert_eq!(load(&path).unwrap().check_value(), first.check_value());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_many_who_start_together_one_makes_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let start = std::sync::Barrier::new(8);
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        load_or_create(&path).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|(_, created)| *created).count(), 1);
        assert!(results.iter().all(|(key, _)| key.check_value() == results[0].0.check_value()));
    }
}
